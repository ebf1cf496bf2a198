"""What one form of a mail says and another does not (RFC 2046 section 5.1.4 wants them alike; a cheat does not)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_URL = re.compile(r"https?://[!-~]+")
_NO_LETTERS = re.compile(r"[\W_]+")
_SEARCHES = 3_000
"""How many lines are looked up; the rest counts as missing, so that comparing stays linear."""
_ADDRESSES = 20
SAYS_SOMETHING = 10
"""Letters that a missing line needs to count as saying something else."""


class Form:
    """One form of a mail's text, and what its lines say: letters and digits alone, folded, without web addresses."""

    def __init__(self, text: str) -> None:
        self.text = text
        folded = _URL.sub("", text) if "://" in text else text
        # Line by line, for what is in that form already (most lines are) is told at a glance.
        self.lines = [_NO_LETTERS.sub("", unicodedata.normalize("NFKC", line).lower()) for line in folded.split("\n")]
        self.letters = "".join(self.lines)

    def missing_in(self, other: Form) -> Iterator[tuple[int, int, int]]:
        """Yield the lines that `other` does not say, as start, end and number of letters, in order."""
        end = found = looked = 0
        for said, line in zip(self.lines, self.text.split("\n"), strict=True):
            start, end = end, min(end + len(line) + 1, len(self.text))
            if not said:
                if "://" in line and any(address not in other.text for address in _URL.findall(line)[:_ADDRESSES]):
                    yield start, end, 0
                continue
            looked += 1
            here = -1
            if looked <= _SEARCHES:
                here = other.letters.find(said, found)  # the forms mostly go side by side
                if here < 0:
                    here = other.letters.find(said)
            if here < 0:
                yield start, end, len(said)
            else:
                found = here
