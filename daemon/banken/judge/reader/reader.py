"""Scores sentences with learned weights: sums of small integers, so that machines come to the same score.

Two see each window: a sum of its rows' weights, which knows many words, and a small net that reads the message from end to
end (net.py), which knows what stands around them. Their values are added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from math import exp, sqrt
from operator import add
from pathlib import Path
from typing import NamedTuple

from banken.judge.reader.features import LONGEST, Reading, Rows, Vocabulary, read, rows, run_rows, word_rows
from banken.judge.reader.lanes import Vector, lowest, unpacked
from banken.judge.reader.net import Net
from banken.judge.reader.table import Table
from banken.judge.reader.weights import Line, Weights, load
from banken.judge.views import Span
from banken.words import Category

MOST_TEXT = 40_000
"""How much of a message is read (code points)."""
MOST_SENTENCES = 2000
"""How many of its sentences are read: a message of two-letter lines must not hold up the others for a minute."""
FLOOR = 0.2
"""Windows below this score are not told."""
NET_SHARE = 0.15
"""What the net's say weighs beside the sum's; from 0.1 to 0.25 F1 is the same, with none it is 2 points lower."""
_TOLD = 3
"""Telling stretches of a sentence."""
_STEEPEST = 30.0


class Window(NamedTuple):
    """One sentence, or two that follow one another, in which a thing is asked; 0.5 is the category's threshold."""

    category: Category
    score: float
    first: int
    last: int


class _Place(NamedTuple):
    """A window not yet told."""

    score: float
    first: int
    last: int


class _Sentence(NamedTuple):
    """A sentence with the sums over the rows that it has, in lanes."""

    rows: Rows
    sums: int


class Reader:
    """The reader; but for the rows that it has met it has no state, and the same sentences always get the same scores."""

    def __init__(self, weights: Weights) -> None:
        self.facts = weights.facts
        """From what and how the reader was trained."""
        self._vocabulary = Vocabulary(weights.names, weights.grammar)
        self._lines = weights.lines
        self._known = frozenset(weights.rows)
        self._table = Table(weights.rows, weights.squares, weights.sums)
        self._grain = weights.sums.grain
        self._net = Net(weights.net, weights.rows, weights.squares) if weights.net else None

    @classmethod
    def load(cls, path: Path) -> Reader:
        """Return a reader with the weights of the file `path`; raises ReaderError when they cannot be used."""
        return cls(load(path))

    def read(self, sentences: Sequence[str]) -> tuple[Window, ...]:
        """Return the windows of `sentences` (fold view, disguises undone) that ask for something, category by category.

        Best first within a category; a window that shares a sentence with a better one of its category is left out.
        """
        readings = [read(sentence, self._vocabulary) for sentence in _bearable(sentences)]
        single = [self._sentence(reading) for reading in readings]
        message = self._message(single)
        said = self._said(single)
        ones = [
            self._scores(one.sums, one.rows.again, frozenset(), map(add, message, more))
            for one, more in zip(single, said, strict=True)
        ]
        twos = [
            self._scores_of_both(one, other, map(add, message, map(max, *more)))
            for (one, other), more in zip(pairwise(single), pairwise(said), strict=True)
        ]
        return tuple(
            Window(line.category, place.score, place.first, place.last)
            for at, line in enumerate(self._lines)
            for place in _best([scores[at] for scores in ones], [scores[at] for scores in twos])
        )

    def reach(self, sentences: Sequence[str]) -> int:
        """Return how many of `sentences`, from the first, are read of one message."""
        return sum(1 for _sentence in _bearable(sentences))

    def telling(self, sentence: str, category: Category) -> tuple[Span, ...]:
        """Return the stretches of `sentence` (fold view) whose words speak most for `category`, in order of place."""
        reading = read(sentence, self._vocabulary)
        lane = 1 + [line.category for line in self._lines].index(category)
        stretches = (
            (weight, reading.places[start][0], reading.places[end - 1][1])
            for weight, start, end in _stretches(self._weigh(lane, reading))
        )
        words = (
            stretch for stretch in stretches if stretch[2] - stretch[1] > 1
        )  # a single letter tells nobody anything
        return tuple(sorted((start, end) for _weight, start, end in sorted(words, key=lambda one: -one[0])[:_TOLD]))

    def _sentence(self, reading: Reading) -> _Sentence:
        found = Rows(*(some & self._known for some in rows(reading, self._vocabulary)))
        return _Sentence(found, self._table.sum(found.once))

    def _message(self, sentences: Sequence[_Sentence]) -> list[float]:
        """Return what the whole message adds to the value of each of its windows, by category."""
        found = frozenset[int]().union(*(one.rows.topic for one in sentences))
        squares, *weights = self._unpacked(self._table.sum(found))
        length = sqrt(max(1, squares))
        return [total / length * self._grain for total in weights]

    def _said(self, sentences: Sequence[_Sentence]) -> list[list[float]]:
        """Return what the net adds to the value of each sentence, by category."""
        if self._net is None:
            return [[0.0] * len(self._lines)] * len(sentences)
        said = self._net.read([one.rows.once for one in sentences])
        return [[NET_SHARE * one for one in about] for about in said]

    def _scores_of_both(self, one: _Sentence, other: _Sentence, beside: Iterable[float]) -> list[float]:
        """Return the scores of two sentences as one window: what both have counts once, and once more as repeated."""
        shared = one.rows.once & other.rows.once
        return self._scores(one.sums + other.sums, (one.rows.again | other.rows.again) - shared, shared, beside)

    def _scores(
        self, sums: int, again: frozenset[int], counted: frozenset[int], beside: Iterable[float]
    ) -> list[float]:
        """Return the score for each category, `beside` added to the value of the window's own rows.

        A row that occurs again weighs twice, so its square four times. `sums` have those of `again` once, those `counted`
        twice.
        """
        repeated = self._table.sum(again)
        squares, *weights = self._unpacked(sums + repeated)
        length = sqrt(max(1, squares + 2 * lowest(repeated + self._table.sum(counted))))
        return [
            _score(line, total / length * self._grain + more)
            for line, total, more in zip(self._lines, weights, beside, strict=True)
        ]

    def _unpacked(self, sums: int) -> Vector:
        return unpacked(sums, 1 + len(self._lines))

    def _weigh(self, lane: int, reading: Reading) -> list[int]:
        """Return what each character of a sentence adds: the weights (in `lane`) of the rows that it is part of."""
        text = reading.text
        weights = [0] * len(text)

        def weight(row: int) -> int:
            return self._unpacked(self._table[row])[lane] if row in self._known else 0

        for width, run in enumerate(run_rows(text), 1):
            for start, row in enumerate(run):
                for at in range(start, start + width):
                    weights[at] += weight(row) * 6 // width
        found = self._vocabulary.words(text)
        for apart, some in enumerate(word_rows([number for *_, number in found])):
            for first, row in enumerate(some):
                for start, end, _number in (found[first], found[first + apart]):
                    for at in range(start, end):
                        weights[at] += weight(row) * 3 // (end - start)
        return weights


def _bearable(sentences: Sequence[str]) -> Iterable[str]:
    """Yield as many sentences as are read of one message."""
    left = MOST_TEXT
    for sentence in islice(sentences, MOST_SENTENCES):
        left -= min(len(sentence), LONGEST)
        if left < 0:
            return
        yield sentence


def _score(line: Line, value: float) -> float:
    beyond = line.slope * (value + line.bias - line.threshold)
    return round(1 / (1 + exp(-max(-_STEEPEST, min(_STEEPEST, beyond)))), 4)


def _best(ones: Sequence[float], twos: Sequence[float]) -> Iterable[_Place]:
    """Yield the windows to be told; where one sentence is enough, it is told rather than the two."""
    places = [_Place(score, at, at) for at, score in enumerate(ones) if score >= FLOOR]
    places += (
        _Place(score, *_told(ones, at))
        for at, score in enumerate(twos)
        if score >= FLOOR and max(ones[at : at + 2]) < min(score, 0.5)
    )
    taken: set[int] = set()
    for place in sorted(places, key=lambda one: (-one.score, one.first, one.last)):
        here = {place.first, place.last}
        if taken.isdisjoint(here):
            taken |= here
            yield place


def _told(ones: Sequence[float], at: int) -> tuple[int, int]:
    """Return the first and the last sentence to be told of a window of two: only one, where it says twice as much."""
    one, other = ones[at : at + 2]
    return at + (other > 2 * one), at + (one <= 2 * other)


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
