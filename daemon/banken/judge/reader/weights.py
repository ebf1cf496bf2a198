"""The file of weights: one line of JSON (what it is, how it was trained), then tables of bytes.

The tables follow one another: the squared weight of each row (for the length of a window or message), then for each category
the row's weight, one byte each, 128 standing for nought.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from banken.judge.reader.features import MESSAGE_ROWS, ROWS, TABLE
from banken.words import Category

FORMAT = "banken-reader-3"
NOUGHT = 128
"""The byte that stands for a weight of nought."""


class ReaderError(ValueError):
    """The weights cannot be used; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """What turns sums of a category's weights into a score: value = (sum / length of window and message) * scale + bias."""

    category: Category
    table: bytes
    scale: float
    bias: float
    threshold: float
    """The value from which the reader holds the thing to be asked; the score is 0.5 there."""
    slope: float
    """How quickly the score rises around the threshold."""


@dataclass(frozen=True, slots=True)
class Weights:
    """All that was learned."""

    squares: bytes
    lines: tuple[Line, ...]
    names: dict[str, list[str]]
    """Names that are treated alike, by kind (see features.Vocabulary)."""
    grammar: list[str]
    facts: dict[str, Any]


def dump(weights: Weights) -> bytes:
    """Return the file that holds `weights`; the same weights make the same bytes."""
    body = weights.squares + b"".join(line.table for line in weights.lines)
    head = {
        "format": FORMAT,
        "rows": [ROWS, MESSAGE_ROWS],
        "sha256": sha256(body).hexdigest(),
        "categories": {
            line.category.value: {
                "scale": line.scale,
                "bias": line.bias,
                "threshold": line.threshold,
                "slope": line.slope,
            }
            for line in weights.lines
        },
        "names": weights.names,
        "grammar": weights.grammar,
        "facts": weights.facts,
    }
    return json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + body


def load(path: Path) -> Weights:
    """Return the weights in the file `path`; raises ReaderError when they are missing, broken or of another kind."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReaderError(f"{path}: {error.strerror}; install Banken again, or set rules.reader to false") from error
    first, _newline, body = data.partition(b"\n")
    try:
        head = json.loads(first)
        if head["format"] != FORMAT or head["rows"] != [ROWS, MESSAGE_ROWS]:
            raise ReaderError(f"{path}: made for another version of Banken; run `make train` or install Banken again")
        if head["sha256"] != sha256(body).hexdigest() or len(body) != TABLE * (1 + len(head["categories"])):
            raise ReaderError(f"{path}: damaged (its checksum differs); install Banken again")
        lines = tuple(
            Line(Category(name), body[TABLE * at : TABLE * (at + 1)], **numbers)
            for at, (name, numbers) in enumerate(head["categories"].items(), 1)
        )
    except (KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ReaderError(f"{path}: no weights of the reader; install Banken again") from error
    return Weights(body[:TABLE], lines, head["names"], head["grammar"], head["facts"])
