"""Say what a word of the platform's means where a page uses it first: the reader may be new to freelancing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from banken.respond.advice_model import Meaning

_CLOSING = "[」』”]?"
"""What may close a quotation right behind the word; the meaning stands behind that."""


class Gloss:
    """Explains each word once; the texts are handed over in the order in which they are read."""

    def __init__(self, meanings: Sequence[Meaning], form: str) -> None:
        """`form` holds the meaning as `{means}`, in the brackets of its language."""
        self._left = {one.word: form.format(means=one.means) for one in meanings}

    def __call__(self, text: str) -> str:
        """Return `text` with what its words mean, of those that were not told before."""
        for word, told in list(self._left.items()):
            found = re.search(re.escape(word) + _CLOSING, text)
            if found:
                text = text[: found.end()] + told + text[found.end() :]
                del self._left[word]
        return text

    def all(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Return all of some texts so."""
        return tuple(map(self, texts))
