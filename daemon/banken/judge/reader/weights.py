"""The file of weights: a line of JSON (what it is, how it was trained), a line with the SHA-256 of all the rest, then tables.

1. Which rows the tables are about: a bit for each, lowest bit of a byte first; and which of them the net knows.
2. The squared weight of each row (for the length of a window or message), then for each category the row's weight, one
   byte each, 128 standing for nought.
3. The net: for each of its rows what a step of its numbers is worth (a byte), then the rows' vectors, half a byte a number,
   ORIGIN standing for nought, the lower half first: as good as whole bytes, and leaves room for twice as many rows. Then its
   matrices of signed 16-bit numbers (little-endian), in the order of `matrices`.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import compress
from pathlib import Path
from typing import Any

from banken.judge.reader.features import MESSAGE_ROWS, ROWS, TABLE
from banken.words import Category

FORMAT = "banken-reader-6"
NOUGHT = 128
"""The byte that stands for a weight of nought."""
WIDTH = 48
"""Numbers that stand for a sentence in the net, and for what each of its directions remembers."""
HIDDEN = 48
"""Numbers that the net weighs up before it says what a sentence asks."""
ORIGIN = 8
"""The half byte that stands for nought in a row's vector."""
_SIZE = [WIDTH, HIDDEN]
_BITMAP = (TABLE + 7) // 8


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
class NetWeights:
    """What the net knows: whole numbers, and by name what one of them is worth."""

    rows: tuple[int, ...]
    """The rows that have a vector, in order."""
    steps: bytes
    """What a step of each row's numbers is worth, in whole grains of one scale."""
    words: bytes
    """Their vectors, two numbers in a byte."""
    matrices: dict[str, array[int]]
    scales: dict[str, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """All that was learned."""

    squares: bytes
    """By row; nought where the row is not looked at."""
    lines: tuple[Line, ...]
    names: dict[str, list[str]]
    """Names that are treated alike, by kind (see features.Vocabulary)."""
    grammar: list[str]
    facts: dict[str, Any]
    net: NetWeights | None = None
    """None: the sum of words reads alone."""


def matrices(categories: int) -> dict[str, int]:
    """Return how many numbers each matrix of the net has, in the order of the file."""
    return {
        "hear": WIDTH * 6 * WIDTH,
        "hear_bias": 6 * WIDTH,
        "keep": 2 * WIDTH * 3 * WIDTH,
        "keep_bias": 2 * 3 * WIDTH,
        "think": 4 * WIDTH * HIDDEN,
        "think_bias": HIDDEN,
        "say": HIDDEN * categories,
        "say_bias": categories,
    }


def dump(weights: Weights) -> bytes:
    """Return the file that holds `weights`; the same weights make the same bytes."""
    looked = bytes(map(bool, weights.squares))
    net = weights.net
    parts = [_bitmap(compress(range(TABLE), looked)), _bitmap(net.rows if net else ())]
    parts += [bytes(compress(table, looked)) for table in (weights.squares, *(line.table for line in weights.lines))]
    if net:
        parts += [
            net.steps,
            net.words,
            *(_little(net.matrices[name]).tobytes() for name in matrices(len(weights.lines))),
        ]
    body = b"".join(parts)
    head = {
        "format": FORMAT,
        "rows": [ROWS, MESSAGE_ROWS],
        "categories": {
            line.category.value: {
                "scale": line.scale,
                "bias": line.bias,
                "threshold": line.threshold,
                "slope": line.slope,
            }
            for line in weights.lines
        },
        "net": {"size": _SIZE, "scales": net.scales} if net else None,
        "names": weights.names,
        "grammar": weights.grammar,
        "facts": weights.facts,
    }
    first = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    return b"\n".join((first, _checksum(first, body), body))


def load(path: Path) -> Weights:
    """Return the weights in the file `path`; raises ReaderError when they are missing, broken or of another kind."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReaderError(f"{path}: {error.strerror}; install Banken again, or set rules.reader to false") from error
    first, _newline, rest = data.partition(b"\n")
    checksum, _newline, body = rest.partition(b"\n")
    try:
        head = json.loads(first)
        kind = head["format"], head["rows"], head["net"]["size"] if head["net"] else _SIZE
    except (KeyError, TypeError, ValueError) as error:
        raise ReaderError(f"{path}: no weights of the reader; install Banken again") from error
    if kind != (FORMAT, [ROWS, MESSAGE_ROWS], _SIZE):
        raise ReaderError(f"{path}: made for another version of Banken; run `make train` or install Banken again")
    if checksum != _checksum(first, body):
        raise ReaderError(f"{path}: damaged (its checksum differs); install Banken again")
    return _made(head, body)


def _checksum(first: bytes, body: bytes) -> bytes:
    return sha256(first + body).hexdigest().encode()


def _made(head: dict[str, Any], body: bytes) -> Weights:
    parts = _Parts(body)
    looked, known = (tuple(_bits(parts.take(_BITMAP))) for _ in range(2))
    squares = _spread(parts.take(len(looked)), looked, 0)
    lines = tuple(
        Line(Category(name), _spread(parts.take(len(looked)), looked, NOUGHT), **numbers)
        for name, numbers in head["categories"].items()
    )
    net = _net(parts, known, len(lines), head["net"]["scales"]) if head["net"] else None
    return Weights(squares, lines, head["names"], head["grammar"], head["facts"], net)


def _net(parts: _Parts, rows: tuple[int, ...], categories: int, scales: dict[str, float]) -> NetWeights:
    steps, words = parts.take(len(rows)), parts.take(len(rows) * WIDTH // 2)
    made = {name: _little(array("h", parts.take(2 * size))) for name, size in matrices(categories).items()}
    return NetWeights(rows, steps, words, made, scales)


class _Parts:
    """Takes one part of the body after the other."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, size: int) -> bytes:
        self._at += size
        return self._body[self._at - size : self._at]


def _bitmap(rows: Iterable[int]) -> bytes:
    made = bytearray(_BITMAP)
    for row in rows:
        made[row >> 3] |= 1 << (row & 7)
    return bytes(made)


def _bits(bitmap: bytes) -> Iterator[int]:
    return (at << 3 | bit for at, octet in enumerate(bitmap) if octet for bit in range(8) if octet >> bit & 1)


def _spread(numbers: bytes, rows: Sequence[int], nought: int) -> bytes:
    """Return a table of all rows, `nought` for those that have no number."""
    table = bytearray([nought]) * TABLE
    for row, number in zip(rows, numbers, strict=True):
        table[row] = number
    return bytes(table)


def _little(numbers: array[int]) -> array[int]:
    """Return `numbers` turned from or to little-endian."""
    if sys.byteorder == "little":
        return numbers
    turned = array(numbers.typecode, numbers)
    turned.byteswap()
    return turned
