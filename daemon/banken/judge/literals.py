"""The words of the rules as an automaton looks for them: literals, and as what of a concept each may stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import NamedTuple

import ahocorasick_rs

from banken.judge.spelling import NUMBER, NUMERALS, Spelling, is_latin, spellings
from banken.judge.views import Span

_NO_EDGE = (False, False)
_EDGES = (_NO_EDGE, (False, True), (True, False), (True, True))


class Words(NamedTuple):
    """What a concept brings into a lexicon, as written in the rules."""

    words: tuple[str, ...]
    brand: tuple[str, ...] = ()
    not_inside: tuple[str, ...] = ()
    use: tuple[str, ...] = ()


class Entry(NamedTuple):
    """What a literal of the automaton means for one concept: a whole word (most are alike), or the part of some."""

    brand: bool
    blocks: bool
    """A `not_inside` word: no hit of the concept inside it counts."""
    latin: tuple[bool, bool]
    """Whether the left and the right edge must be the edge of a Latin word."""
    longer: _Longer | None = None
    """The words that the literal is only the rarest part of."""
    bare: bool = False
    """Whether it stands wherever its literal does: a whole word without edges, no brand."""

    @property
    def sure(self) -> bool:
        """Whether, wherever the literal stands, the word does: a whole word without edges."""
        return self.longer is None and self.latin == _NO_EDGE

    def places(self, text: str, start: int, end: int) -> Sequence[Span]:
        """Return where the words stand, given where their literal does."""
        if self.longer is not None:
            return self.longer.places(text, start, end)
        left, right = self.latin
        if (left and start and is_latin(text[start - 1])) or (right and end < len(text) and is_latin(text[end])):
            return ()
        return ((start, end),)


class _Longer:
    """Words with gaps or numbers that share their rarest part; compiled when first needed, which most never are."""

    __slots__ = ("_behind", "_firsts", "_from", "_numbered", "_reach", "_spellings")

    def __init__(self, spellings: Sequence[Spelling]) -> None:
        self._spellings = spellings
        self._reach = -1

    def places(self, text: str, start: int, end: int) -> list[Span]:
        if self._reach < 0:
            self._compile()
        places = []
        if self._from is not None:
            word = self._from.match(text, start)
            if word is not None:
                places.append(word.span())
        if self._behind is not None and self._may_begin_before(text, start):
            words = self._behind.finditer(text, max(0, start - self._reach), end + self._reach)
            places += [word.span() for word in words if word.start() <= start and end <= word.end()]
        return places

    def _may_begin_before(self, text: str, start: int) -> bool:
        """Return whether one of the words may begin before `start`; after this glance most mail is done with."""
        if self._numbered and text[start - 1 : start] in NUMERALS:
            return True
        low = max(0, start - self._reach)
        return any(text.find(first, low, start) >= 0 for first in self._firsts)

    def _compile(self) -> None:
        begun = [(spelling, spelling.before) for spelling in self._spellings]
        self._from = _either(spelling for spelling, before in begun if not before)
        self._behind = _either(spelling for spelling, before in begun if before)
        self._numbered = any(before[-1] == NUMBER for _spelling, before in begun if before)
        self._firsts = tuple({before[0] for _spelling, before in begun if before and before[-1] != NUMBER})
        self._reach = max(spelling.reach for spelling in self._spellings)


def _either(spellings: Iterable[Spelling]) -> re.Pattern[str] | None:
    pattern = "|".join(spelling.regex for spelling in spellings)
    return re.compile(pattern) if pattern else None


class Literals:
    """Many words that are looked for in one pass; as long as none was, they can be handed to another process."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)

    def compile(self) -> None:
        """Make the automaton, which holds the words in its own way from then on."""
        _find = self.find

    @cached_property
    def find(self) -> Callable[[str], list[tuple[int, int, int]]]:
        """Return for a text all places of all words: the word's number, start, end."""
        words, self._words = self._words, []
        automaton = ahocorasick_rs.AhoCorasick(words, implementation=ahocorasick_rs.Implementation.ContiguousNFA)
        return partial(automaton.find_matches_as_indexes, overlapping=True)


def entries(words: Words) -> Iterator[tuple[str, Entry]]:
    """Yield the literals of a concept; longer words that share their rarest part share an entry."""
    kinds = ((words.words, False, False), (words.brand, True, False), (words.not_inside, False, True))
    for sources, brand, blocks in kinds:
        alike = {latin: Entry(brand, blocks, latin, bare=not brand and latin == _NO_EDGE) for latin in _EDGES}
        parts: dict[str, list[Spelling]] = {}
        for spelling in dict.fromkeys(spelling for source in sources for spelling in spellings(source)):
            if spelling.plain:
                yield spelling.literal, alike[_NO_EDGE if blocks else spelling.latin]
            else:
                parts.setdefault(spelling.literal, []).append(spelling)
        for literal, longer in parts.items():
            yield literal, Entry(brand, blocks, _NO_EDGE, _Longer(longer))
