"""The learned numbers of rows, ready to be added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from banken.judge.reader.lanes import packed
from banken.judge.reader.weights import Vectors


class Table(dict[int, int]):
    """The square and the numbers of each row in lanes (lanes.py); made when a row is first met, which most never are."""

    def __init__(self, places: Mapping[int, int], squares: bytes, vectors: Vectors) -> None:
        """Take in the squares and the vectors of the rows at `places`."""
        self._places, self._squares, self._vectors = places, squares, vectors

    def __missing__(self, row: int) -> int:
        at = self._places[row]
        self[row] = made = packed((self._squares[at], *self._vectors.of(at)))
        return made

    def sum(self, rows: Iterable[int]) -> int:
        """Return the sums over `rows`, which must be looked at: of their squares, and of each of their numbers."""
        return sum(map(self.__getitem__, rows))
