"""Full stops that only shorten a word (Mr. Sato, tel. 03-…, 3 p.m. on Monday) and end no sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LAST_WORD = re.compile(r"(\d ?)?(?<![a-z.])([a-z.]+)\Z")
_LONGEST = 12
_NEXT = re.compile(r"[^\S\n]+([+(#$¥]?\d|[a-z]+|\S)")
_MIDDLE = "-–~&/("
"""Signs that no sentence begins with."""


@dataclass(frozen=True)
class Shortened:
    """Words that are written with a full stop, folded and without it.

    Behind one of `always` a sentence goes on, behind one of `numbered` before a number, behind one of `ending` before a word
    of `onward`. In doubt it ends: two asks in one sentence are found, but what denies the first would excuse the second.
    """

    always: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()
    onward: tuple[str, ...] = ()

    def goes_on(self, text: str, stop: int) -> bool:
        """Return whether the full stop at `stop` of a folded text only shortens the word before it."""
        last, after = _LAST_WORD.search(text, max(0, stop - _LONGEST), stop), _NEXT.match(text, stop + 1)
        if last is None or after is None:
            return False
        word, following = last[2], after[1]
        if word in self.always and not last[1]:  # behind a number it is something else: 200 ms.
            return True
        if word in self.numbered and following[-1].isdigit():
            return True
        return word in self.ending and (following in self.onward or following in _MIDDLE)
