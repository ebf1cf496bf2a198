"""The file of weights: a line of JSON (what it is, how it was trained), a line with the SHA-256 of all the rest, then tables.

1. Which rows are looked at: for each a byte, how many rows lie between it and the one before (255: so many, and no row here).
2. For each row its squared weight (for the length of a window or message), one byte.
3. For each row its weight for every category: what a step of the row is worth (a byte, in grains), then the numbers in steps,
   from -MOST to MOST, three to a byte. Sums of many rows are as good with these few numbers as with whole bytes, and there is
   room for twice as many rows.
4. The net: for each row of windows its vector, likewise. Then its matrices of signed 16-bit numbers (little-endian), in the
   order of `matrices`.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any

from banken.judge.reader.features import MESSAGE_ROWS, ROWS
from banken.words import Category

FORMAT = "banken-reader-8"
WIDTH = 48
"""Numbers that stand for a sentence in the net, and for what each of its directions remembers."""
HIDDEN = 48
"""Numbers that the net weighs up before it says what a sentence asks."""
MOST = 2
"""Steps that a row's number goes up or down from nought."""
IN_A_BYTE = 3
"""Numbers in a byte."""
_KINDS = 2 * MOST + 1
_NUMBERS = [tuple(octet // _KINDS**at % _KINDS - MOST for at in range(IN_A_BYTE)) for octet in range(_KINDS**IN_A_BYTE)]
_SIZE = [WIDTH, HIDDEN]
_FAR = 255
"""The byte that goes on without a row."""


class ReaderError(ValueError):
    """The weights cannot be used; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """What turns a category's value into a score: value = sum of weights / length of window and message + bias."""

    category: Category
    bias: float
    threshold: float
    """The value from which the reader holds the thing to be asked; the score is 0.5 there."""
    slope: float
    """How quickly the score rises around the threshold."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """A small vector for each of some rows."""

    width: int
    """How many numbers a row has."""
    steps: bytes
    """What a step of each row is worth, in whole grains."""
    numbers: bytes
    """Its numbers in steps, IN_A_BYTE in a byte; noughts fill the last one."""
    grain: float
    """What a grain is worth."""

    def of(self, at: int) -> tuple[int, ...]:
        """Return the numbers of row `at` in grains."""
        step, size = self.steps[at], octets(self.width)
        own = self.numbers[at * size : (at + 1) * size]
        return tuple(number * step for octet in own for number in _NUMBERS[octet])[: self.width]


@dataclass(frozen=True, slots=True)
class NetWeights:
    """What the net knows: whole numbers, and by name what one of them is worth."""

    words: Vectors
    matrices: dict[str, array[int]]
    scales: dict[str, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """All that was learned."""

    rows: tuple[int, ...]
    """Those that are looked at, in order: those of windows first."""
    squares: bytes
    """Of each of these."""
    sums: Vectors
    """What each says for each category."""
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


def octets(numbers: int) -> int:
    """Return how many bytes hold so many numbers of a row."""
    return -(-numbers // IN_A_BYTE)


def dump(weights: Weights) -> bytes:
    """Return the file that holds `weights`; the same weights make the same bytes."""
    net, gaps = weights.net, _gaps(weights.rows)
    parts = [gaps, weights.squares, weights.sums.steps, weights.sums.numbers]
    if net:
        made = (_little(net.matrices[name]).tobytes() for name in matrices(len(weights.lines)))
        parts += [net.words.steps, net.words.numbers, *made]
    body = b"".join(parts)
    head = {
        "format": FORMAT,
        "rows": [ROWS, MESSAGE_ROWS],
        "gaps": len(gaps),
        "grain": weights.sums.grain,
        "categories": {
            line.category.value: {"bias": line.bias, "threshold": line.threshold, "slope": line.slope}
            for line in weights.lines
        },
        "net": {"size": _SIZE, "grain": net.words.grain, "scales": net.scales} if net else None,
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
    rows = tuple(_rows(parts.take(head["gaps"])))
    squares = parts.take(len(rows))
    lines = tuple(Line(Category(name), **numbers) for name, numbers in head["categories"].items())
    sums = parts.vectors(len(rows), len(lines), head["grain"])
    net = _net(parts, bisect_left(rows, 2 * ROWS), len(lines), head["net"]) if head["net"] else None
    return Weights(rows, squares, sums, lines, head["names"], head["grammar"], head["facts"], net)


def _net(parts: _Parts, rows: int, categories: int, head: dict[str, Any]) -> NetWeights:
    words = parts.vectors(rows, WIDTH, head["grain"])
    made = {name: _little(array("h", parts.take(2 * size))) for name, size in matrices(categories).items()}
    return NetWeights(words, made, head["scales"])


class _Parts:
    """Takes one part of the body after the other."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, size: int) -> bytes:
        self._at += size
        return self._body[self._at - size : self._at]

    def vectors(self, rows: int, numbers: int, grain: float) -> Vectors:
        return Vectors(numbers, self.take(rows), self.take(rows * octets(numbers)), grain)


def _gaps(rows: Iterable[int]) -> bytes:
    made, at = bytearray(), 0
    for row in rows:
        far, gap = divmod(row - at, _FAR)
        made += bytes([_FAR]) * far + bytes([gap])
        at = row + 1
    return bytes(made)


def _rows(gaps: bytes) -> Iterator[int]:
    ends = accumulate(gap + (gap < _FAR) for gap in gaps)
    return (end - 1 for end, gap in zip(ends, gaps, strict=True) if gap < _FAR)


def _little(numbers: array[int]) -> array[int]:
    """Return `numbers` turned from or to little-endian."""
    if sys.byteorder == "little":
        return numbers
    turned = array(numbers.typecode, numbers)
    turned.byteswap()
    return turned
