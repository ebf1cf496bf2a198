"""Vectors of whole numbers in one long integer each, a lane of 32 bits for every number.

A negative number borrows from the lane above. Adding two such integers adds all their numbers at once, in one step of the
interpreter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from struct import pack, unpack

LANE = 4
"""Octets of a lane."""
HALF = 1 << 31
"""One more than the greatest number that a lane holds."""
Vector = tuple[int, ...]


def packed(numbers: Sequence[int]) -> int:
    """Return `numbers` (each within 32 bits, signed) as one integer."""
    return int.from_bytes(pack(f"<{len(numbers)}I", *(HALF + one for one in numbers)), "little") - _halves(len(numbers))


def unpacked(lanes: int, count: int) -> Vector:
    """Return the `count` numbers of the integer `lanes`."""
    return tuple(one - HALF for one in lifted(lanes, count))


def lowest(lanes: int) -> int:
    """Return the first number of `lanes`, which must not be negative."""
    return lanes & (2 * HALF - 1)


def lifted(lanes: int, count: int) -> Vector:
    """Return the numbers of `lanes`, each HALF too high."""
    return unpack(f"<{count}I", (lanes + _halves(count)).to_bytes(LANE * count, "little"))


@cache
def _halves(count: int) -> int:
    return HALF * ((1 << 8 * LANE * count) - 1) // ((1 << 8 * LANE) - 1)
