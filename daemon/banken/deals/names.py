"""Names and titles made comparable, and where they stand in a mail."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import re2

_SHORTEST = 3
"""Code points below which a name or title says too little to be looked for in a text."""

_QUIET = "「」『』【】()[]<>\"'・,.、。!?:;-–—_~〜|/ \t\n\r　…"
_ADDRESS = re2.compile(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+")


class Names:
    """Compares names; `company` are words like “Ltd.” that do not tell one from another."""

    def __init__(self, company: Sequence[str] = ()) -> None:
        self._company = sorted((plain(word) for word in company if plain(word)), key=len, reverse=True)

    def name(self, text: str) -> str:
        """Return a client's name for comparing."""
        bare = plain(text)
        for word in self._company:
            shorter = bare.removeprefix(word).removesuffix(word)
            bare = shorter or bare
        return bare


def plain(text: str) -> str:
    """Return a title for comparing: one width, one case, no spaces, no quotes and points."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded.translate(_SILENT)


def stands_in(needle: str, haystack: str) -> bool:
    """Whether a comparable name or title is long enough to mean something and stands in comparable text."""
    return len(needle) >= _SHORTEST and needle in haystack


def addresses(text: str) -> tuple[str, ...]:
    """Return the mail addresses written in `text`, lower-cased, each once."""
    folded = unicodedata.normalize("NFKC", text)
    return tuple(dict.fromkeys(match.group().lower() for match in _ADDRESS.finditer(folded)))


_SILENT = {ord(character): None for character in _QUIET}
