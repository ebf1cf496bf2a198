"""Counts as bars: places in per cent, for an SVG that fits every width."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from banken.words import Level

TALLEST = 80.0
"""Height of the tallest column in pixels."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar (per cent) or of a column (pixels from above), and how many it stands for."""

    level: Level
    start: float
    size: float
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: a name, its pieces, and how many in all."""

    name: str
    pieces: tuple[Piece, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Column:
    """One upright bar: where it stands and how wide it is in per cent, its pieces, and how many in all."""

    left: float
    width: float
    number: int
    pieces: tuple[Piece, ...]
    count: int


def bars(counts: Sequence[tuple[str, Counter[Level]]], order: Sequence[Level]) -> tuple[Bar, ...]:
    """Return a bar for each name; the longest takes the whole width, the levels stand in `order`."""
    most = max((count.total() for _name, count in counts), default=1)
    return tuple(Bar(name, _pieces(count, order, 100.0 / most), count.total()) for name, count in counts)


def columns(counts: Sequence[Counter[Level]], order: Sequence[Level]) -> tuple[Column, ...]:
    """Return a column for each count, side by side over the whole width, growing from below."""
    most = max((count.total() for count in counts), default=0) or 1
    width = 100.0 / max(len(counts), 1)
    scale = TALLEST / most
    made = []
    for number, count in enumerate(counts, start=1):
        lying = _pieces(count, order, scale)
        pieces = tuple(Piece(one.level, TALLEST - one.start - one.size, one.size, one.count) for one in lying)
        made.append(Column(round(width * (number - 1), 2), round(width, 2), number, pieces, count.total()))
    return tuple(made)


def _pieces(count: Counter[Level], order: Sequence[Level], scale: float) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    start = 0.0
    for level in order:
        if count[level]:
            size = count[level] * scale
            pieces.append(Piece(level, round(start, 2), round(size, 2), count[level]))
            start += size
    return tuple(pieces)
