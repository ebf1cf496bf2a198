"""What one form of a mail says and another does not (RFC 2046 section 5.1.4 wants them alike; a cheat does not)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_URL = re.compile(r"https?://[!-~]+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_LETTERS = re.compile(r"[\W_]+")
_SEARCHES = 3_000
"""How many lines are looked up; the rest counts as missing, so that comparing stays linear."""
_ADDRESSES = 20
SAYS_SOMETHING = 10
"""Letters that a missing line needs to count as saying something else."""


def letters(text: str) -> str:
    """Return the letters and digits of `text` alone, folded, without addresses of pages."""
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", _URL.sub("", text)).lower())


def missing(text: str, other: str) -> Iterator[tuple[int, int, int]]:
    """Yield the lines of `text` that `other` does not say, as start, end and number of letters, in order."""
    known = letters(other)
    place = found = looked = 0
    for line in _LINE.findall(text):
        start, place = place, place + len(line)
        said = letters(line)
        if not said:
            if any(address not in other for address in _URL.findall(line)[:_ADDRESSES]):
                yield start, place, 0
            continue
        looked += 1
        here = -1
        if looked <= _SEARCHES:
            here = known.find(said, found)  # the forms mostly go side by side
            if here < 0:
                here = known.find(said)
        if here < 0:
            yield start, place, len(said)
        else:
            found = here
