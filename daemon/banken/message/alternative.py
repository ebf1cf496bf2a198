"""What one form of a mail says and another does not (RFC 2046 section 5.1.4 wants them alike; a cheat does not)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property

_URL = re.compile(r"https?://[!-~]+")
_LETTERS = re.compile(r"[^\W_]+")
_TELLING = re.compile(
    "[\\w\u0300-\u036f\u20a0-\u214f\u2460-\u24ff\u2e80-\u2fdf\u3099\u309a\u3190-\u33ff\ufdfc\U0001f100-\U0001f2ff]+"
)
"""Letters, and what is none but folds to some (㈱, ㎡) or into one (accents): a test goes through all of Unicode."""
_SEARCHES, _SEARCHED = 3_000, 300_000_000
"""How many lines are looked up, and in how many letters; the rest counts as missing, so that comparing stays linear."""
_ADDRESSES = 20
SAYS_SOMETHING = 10
"""Letters that a missing line needs to count as saying something else."""


def says(line: str) -> str:
    """Return the letters and digits of `line`, folded (NFKC, lower case).

    What is no letter goes first: the letters of most lines are in that form already, which is told at a glance.
    """
    found = "".join(_TELLING.findall(line))
    folded = unicodedata.normalize("NFKC", found)
    lowered = folded.lower()
    if folded == found and lowered.isalnum():
        return lowered
    return "".join(_LETTERS.findall(unicodedata.normalize("NFKC", line).lower()))


class Form:
    """One form of a mail's text, and what its lines say: letters and digits alone, folded, without web addresses.

    That is worked out when somebody asks: of most mails the lines of one form stand in the other as they are.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.known = frozenset(self.lines)

    @cached_property
    def said(self) -> list[str]:
        """What each line says."""
        return list(map(says, _URL.sub("", self.text).split("\n") if "://" in self.text else self.lines))

    @cached_property
    def letters(self) -> str:
        """What all lines say."""
        return "".join(self.said)

    def missing_in(self, other: Form) -> Iterator[tuple[int, int, int]]:
        """Yield the lines that `other` does not say, as start, end and number of letters, in order."""
        known = other.known
        if known.issuperset(self.known):
            return
        searches = min(_SEARCHES, _SEARCHED // (len(other.letters) + 1))
        end = found = looked = 0
        for said, line in zip(self.said, self.lines, strict=True):
            start, end = end, min(end + len(line) + 1, len(self.text))
            if line in known:
                continue
            if not said:
                if "://" in line and any(address not in other.text for address in _URL.findall(line)[:_ADDRESSES]):
                    yield start, end, 0
                continue
            looked += 1
            here = -1
            if looked <= searches:
                here = other.letters.find(said, found)  # the forms mostly go side by side
                if here < 0:
                    here = other.letters.find(said)
            if here < 0:
                yield start, end, len(said)
            else:
                found = here
