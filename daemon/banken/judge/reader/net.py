"""A small net that reads a message from its first sentence to its last, in whole numbers and the standard library.

Each sentence is a sum of learned vectors, one for each of its rows. Two gated recurrent units go over the sentences, forth
and back, so that each is heard with what came before it and what follows: an ask that the next sentence takes back.

A vector lies in one long integer (lanes.py), and a matrix times a vector is one sum of columns. That is quick without a numeric
library, and but for the last digit of the machine's tanh every machine comes to the same score.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from math import sqrt, tanh
from operator import add, mul

from banken.judge.reader.lanes import HALF, Vector, lifted, packed, unpacked
from banken.judge.reader.table import Table
from banken.judge.reader.weights import WIDTH, NetWeights

LOUDEST = 8.0
"""How far the net's say goes, for or against."""
TOGETHER = 120
"""Sentences that are read as one message; longer ones are read in parts."""
_ONE = 127
"""The whole number that stands for 1.0 in a vector."""


class _Layer:
    """A matrix and what is added after it."""

    def __init__(self, matrix: Sequence[int], scale: float, bias: Sequence[float]) -> None:
        self._width = len(bias)
        self._columns = [packed(matrix[at : at + self._width]) for at in range(0, len(matrix), self._width)]
        self._scale = scale / _ONE
        self._bias = [one - HALF * self._scale for one in bias]

    def of(self, vector: Sequence[int], first: int = 0) -> int:
        """Return the matrix times `vector`, which meets the columns from number `first` on, in lanes."""
        return sum(map(mul, vector, self._columns[first : first + len(vector)]))

    def told(self, lanes: int) -> list[float]:
        """Return what lanes stand for."""
        scale = self._scale
        return [one * scale + more for one, more in zip(lifted(lanes, self._width), self._bias, strict=True)]


class Net:
    """The net with its weights; but for the vectors that it has met it has no state."""

    def __init__(self, weights: NetWeights, rows: tuple[int, ...], squares: bytes) -> None:
        """Take in what the net knows of `rows`, in order."""
        self._words = Table(rows, squares, weights.words)
        self._scale = weights.words.grain
        self._hear = _layer(weights, "hear")
        self._keep = [_layer(weights, "keep", part) for part in (0, 1)]
        self._think = _layer(weights, "think")
        self._say = _layer(weights, "say")
        says = weights.matrices["say"]
        categories = len(weights.matrices["say_bias"])
        self._most = (HALF - 1) // max([1, *(sum(map(abs, says[at::categories])) for at in range(categories))])
        """The greatest thought whose sums stay within their lanes."""

    def read(self, sentences: Sequence[AbstractSet[int]]) -> list[list[float]]:
        """Return how much each of `sentences` (rows that are looked at) asks, by category; 0 is the learned border."""
        said: list[list[float]] = []
        for start in range(0, len(sentences), TOGETHER):
            said += self._together([self._vector(rows) for rows in sentences[start : start + TOGETHER]])
        return said

    def _together(self, sentences: Sequence[Vector]) -> list[list[float]]:
        heard = [self._hear.told(self._hear.of(one)) for one in sentences]
        forth = self._remember(self._keep[0], [one[: 3 * WIDTH] for one in heard])
        back = self._remember(self._keep[1], [one[3 * WIDTH :] for one in reversed(heard)])
        whole = self._think.of(tuple(map(max, zip(*sentences, strict=True))), 3 * WIDTH) if sentences else 0
        return [
            self._judged(self._think.of(one + before + after) + whole)
            for one, before, after in zip(sentences, forth, reversed(back), strict=True)
        ]

    def _vector(self, rows: AbstractSet[int]) -> Vector:
        """Return what a sentence is to the net: the sum of its rows' vectors, by the root of the sum of their squares."""
        squares, *numbers = unpacked(self._words.sum(rows), 1 + WIDTH)
        length = self._scale / sqrt(max(1, squares))
        return tuple([round(tanh(one * length) * _ONE) for one in numbers])

    def _remember(self, keep: _Layer, heard: Sequence[Sequence[float]]) -> list[Vector]:
        """Return what a gated recurrent unit remembers at each sentence (Cho et al. 2014, the bias inside the reset)."""
        state: Vector = (0,) * WIDTH
        states = []
        for told in heard:
            kept = keep.told(keep.of(state))
            gates = [0.5 + 0.5 * tanh(one / 2) for one in map(add, told[: 2 * WIDTH], kept)]
            new = map(tanh, map(add, told[2 * WIDTH :], map(mul, gates, kept[2 * WIDTH :])))
            state = tuple(
                [
                    round(_ONE * fresh + (old - _ONE * fresh) * share)
                    for fresh, old, share in zip(new, state, gates[WIDTH:], strict=True)
                ]
            )
            states.append(state)
        return states

    def _judged(self, lanes: int) -> list[float]:
        thought = [max(0, min(self._most, round(one * _ONE))) for one in self._think.told(lanes)]
        return [max(-LOUDEST, min(LOUDEST, one)) for one in self._say.told(self._say.of(thought))]


def _layer(weights: NetWeights, name: str, part: int | None = None) -> _Layer:
    matrix, bias = weights.matrices[name], weights.matrices[f"{name}_bias"]
    if part is not None:
        matrix, bias = (one[part * len(one) // 2 : (part + 1) * len(one) // 2] for one in (matrix, bias))
    scale = weights.scales[f"{name}_bias"]
    return _Layer(matrix, weights.scales[name], [one * scale for one in bias])
