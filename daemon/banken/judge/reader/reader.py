"""Scores sentences with learned weights: sums of small integers, so every machine comes to the same score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import exp, sqrt
from pathlib import Path
from typing import Any, NamedTuple

from banken.judge.reader.features import Reading, Rows, Vocabulary, both, read, rows, run_rows, word_rows
from banken.judge.reader.weights import NOUGHT, Line, Weights, load
from banken.words import Category

MOST_SENTENCES = 400
"""Sentences that are read of one message."""
FLOOR = 0.2
"""Windows below this score are not told."""
_TOLD = 3
"""Telling stretches of a window."""
_STEEPEST = 30.0


class Span(NamedTuple):
    """A telling stretch `[start, end)` of a sentence."""

    sentence: int
    start: int
    end: int


class Window(NamedTuple):
    """One sentence, or two that follow one another, in which a thing is asked; 0.5 is the category's threshold."""

    category: Category
    score: float
    first: int
    last: int
    telling: tuple[Span, ...]


class _Place(NamedTuple):
    """A window not yet told."""

    score: float
    first: int
    last: int


class Reader:
    """The reader; it has no state, and the same sentences always get the same scores."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._vocabulary = Vocabulary(weights.names, weights.grammar)

    @classmethod
    def load(cls, path: Path) -> Reader:
        """Return a reader with the weights of the file `path`; raises ReaderError when they cannot be used."""
        return cls(load(path))

    @property
    def facts(self) -> dict[str, Any]:
        """From what and how the reader was trained."""
        return self._weights.facts

    def read(self, sentences: Sequence[str]) -> tuple[Window, ...]:
        """Return the windows of `sentences` (fold view, disguises undone) that ask for something, category by category.

        Best first within a category; a window that shares a sentence with a better one of its category is left out.
        """
        readings = [read(sentence, self._vocabulary) for sentence in sentences[:MOST_SENTENCES]]
        single = [rows(reading, self._vocabulary) for reading in readings]
        double = [both(one, two) for one, two in pairwise(single)]
        lengths = [self._length(window) for window in single], [self._length(window) for window in double]
        told: list[Window] = []
        for line in self._weights.lines:
            ones = [_score(line, window, length) for window, length in zip(single, lengths[0], strict=True)]
            twos = [_score(line, window, length) for window, length in zip(double, lengths[1], strict=True)]
            told += (
                Window(line.category, place.score, place.first, place.last, self._telling(line, place, readings))
                for place in _best(ones, twos)
            )
        return tuple(told)

    def values(self, window: Rows) -> list[float]:
        """Return for each category how far a window lies beyond its threshold (for measuring)."""
        length = self._length(window)
        return [_value(line, window, length) - line.threshold for line in self._weights.lines]

    def _length(self, window: Rows) -> float:
        at = self._weights.squares.__getitem__
        return sqrt(max(1, sum(map(at, window.once)) + 3 * sum(map(at, window.again))))

    def _telling(self, line: Line, place: _Place, readings: Sequence[Reading]) -> tuple[Span, ...]:
        spans: list[tuple[int, Span]] = []
        for sentence in range(place.first, place.last + 1):
            for weight, start, end in _stretches(self._weigh(line, readings[sentence])):
                first, last = readings[sentence].places[start][0], readings[sentence].places[end - 1][1]
                spans.append((weight, Span(sentence, first, last)))
        return tuple(sorted(span for _weight, span in sorted(spans, key=lambda one: -one[0])[:_TOLD]))

    def _weigh(self, line: Line, reading: Reading) -> list[int]:
        """Return what each character of a sentence adds: the weights of the rows that it is part of."""
        text = reading.text
        weights = [0] * len(text)
        for width, run in enumerate(run_rows(text), 1):
            for start, row in enumerate(run):
                for at in range(start, start + width):
                    weights[at] += (line.table[row] - NOUGHT) * 6 // width
        found = self._vocabulary.words(text)
        for first, last, row in word_rows([number for *_, number in found]):
            for start, end, _number in (found[first], found[last]):
                for at in range(start, end):
                    weights[at] += (line.table[row] - NOUGHT) * 3 // (end - start)
        return weights


def _value(line: Line, window: Rows, length: float) -> float:
    at = line.table.__getitem__
    weight = sum(map(at, window.once)) + sum(map(at, window.again)) - NOUGHT * (len(window.once) + len(window.again))
    return weight / length * line.scale + line.bias


def _score(line: Line, window: Rows, length: float) -> float:
    beyond = line.slope * (_value(line, window, length) - line.threshold)
    return round(1 / (1 + exp(-max(-_STEEPEST, min(_STEEPEST, beyond)))), 4)


def _best(ones: Sequence[float], twos: Sequence[float]) -> Iterable[_Place]:
    """Yield the windows to be told; where one sentence is enough, it is told rather than the two."""
    places = [_Place(score, at, at) for at, score in enumerate(ones) if score >= FLOOR]
    places += (
        _Place(score, at, at + 1)
        for at, score in enumerate(twos)
        if score >= FLOOR and max(ones[at : at + 2]) < min(score, 0.5)
    )
    taken: set[int] = set()
    for place in sorted(places, key=lambda one: (-one.score, one.first, one.last)):
        here = {place.first, place.last}
        if taken.isdisjoint(here):
            taken |= here
            yield place


def _stretches(weights: Sequence[int]) -> Iterable[tuple[int, int, int]]:
    """Yield the stretches that speak for the thing more than the sentence does on average: weight, start, end."""
    positive = [weight for weight in weights if weight > 0]
    least = sum(positive) // len(positive) if positive else 0
    start = None
    for at, weight in enumerate([*weights, -1]):
        if weight > least and start is None:
            start = at
        elif weight <= least and start is not None:
            yield sum(weights[start:at]), start, at
            start = None
