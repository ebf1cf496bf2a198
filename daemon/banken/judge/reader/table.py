"""The learned numbers of rows, ready to be added up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from banken.judge.reader.lanes import packed
from banken.judge.reader.weights import Vectors


class Table(dict[int, int]):
    """The square and the numbers of each row in lanes (lanes.py); made when a row is first met, which most never are."""

    def __init__(self, rows: tuple[int, ...], squares: bytes, vectors: Vectors) -> None:
        """Take in the squares and the vectors of `rows`, in order."""
        self._rows, self._squares, self._vectors = rows, squares, vectors

    def __missing__(self, row: int) -> int:
        at = bisect_left(self._rows, row)
        if self._rows[at : at + 1] != (row,):
            raise KeyError(row)
        self[row] = made = packed((self._squares[at], *self._vectors.of(at)))
        return made

    def sum(self, rows: Iterable[int]) -> int:
        """Return the sums over `rows`, which must be among those taken in: of their squares, and of each of their numbers."""
        return sum(map(self.__getitem__, rows))
