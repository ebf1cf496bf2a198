"""In whose voice a notice speaks: the platform's own, or a person's. Learned from the corpora by `make train`.

Frames change, and nobody knows them all; how a company's notices are worded and how people write to each other differs
whatever the frame. The file `voice.bin` beside `platform.yaml` holds one line of JSON (what it is, how it was made),
then one byte for the weight of each row, 128 standing for nought. A row stands for runs of one to three characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from math import sqrt
from pathlib import Path

from banken.i18n import _
from banken.platform.pattern import MASK, fold

FORMAT = "banken-voice-1"
ROWS = 16_381
"""A prime, so that the multipliers below spread well."""
NOUGHT = 128
"""The byte that stands for a weight of nought."""
LONGEST = 4_000
"""Code points that are listened to: enough to know a voice."""
PERSON = 0.5
"""From this value on a person speaks, whatever the notice looks like."""
PLATFORM = -0.1
"""Below this value the platform speaks. Both borders: `python -m tests.training.voice`, authors left out (2026-11-25:
2,798 of 2,956 notices with a client's words above, 9 below; 14 of 237 of the platform's own above, 177 below)."""

_RUN = (31_957, 87_719, 61_333, 45_259)
_DIGIT = re.compile(r"\d")
_NAMES = re.compile(r"「[^「」\n]{1,80}」|『[^『』\n]{1,80}』|https?://[!-~]{1,300}")
"""Titles and links: they tell nothing of who speaks."""


class VoiceError(ValueError):
    """The file cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What was learned."""

    table: bytes
    scale: float
    bias: float

    def value(self, subject: str, text: str) -> float:
        """Return how surely a person speaks in a mail: the margin from the learned border, about -2 to 2."""
        here = rows(f"{subject}\n{text}")
        return (sum(map(self.table.__getitem__, here)) - NOUGHT * len(here)) * self.scale / sqrt(len(here)) + self.bias


def rows(text: str) -> frozenset[int]:
    """Return the rows of a text, whatever its figures and titles."""
    codes = [ord(one) for one in _DIGIT.sub("0", _NAMES.sub(MASK, fold(text[:LONGEST])))]
    return frozenset(_rows(codes))


def _rows(codes: list[int]) -> Iterable[int]:
    a, b, c, d = _RUN
    yield from (one * a % ROWS for one in codes)
    yield from ((one * b + two * c + 7) % ROWS for one, two in pairwise(codes))
    triples = zip(codes, codes[1:], codes[2:], strict=False)
    yield from ((one * d + two * c + three * b + 77) % ROWS for one, two, three in triples)


def dump(voice: Voice, facts: dict[str, object]) -> bytes:
    """Return the file that holds `voice`; the same voice makes the same bytes."""
    head = {
        "format": FORMAT,
        "rows": ROWS,
        "sha256": sha256(voice.table).hexdigest(),
        "scale": voice.scale,
        "bias": voice.bias,
        "facts": facts,
    }
    return json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + voice.table


def load(path: Path) -> Voice | None:
    """Return the voice in the file `path`, None where there is no file; raises VoiceError when it is broken."""
    if not path.exists():
        return None
    first, _newline, table = path.read_bytes().partition(b"\n")
    try:
        head = json.loads(first)
        voice = Voice(table, float(head["scale"]), float(head["bias"]))
        whole = head["format"] == FORMAT and head["rows"] == ROWS == len(table)
        whole = whole and head["sha256"] == sha256(table).hexdigest()
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        what = _("{path}: damaged, or of another version; run `make train` or install Banken again")
        raise VoiceError(what.format(path=path))
    return voice
