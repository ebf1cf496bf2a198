"""All words of the rules in one automaton: one pass over a folded text says which concepts stand where."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import NamedTuple, Protocol

import ahocorasick_rs

from banken.judge.spelling import Spelling, is_latin, spellings
from banken.judge.views import Span


class Hit(NamedTuple):
    """A word of a concept at `[start, end)` of a folded text, and how it was found."""

    start: int
    end: int
    concept: str
    how: str = "plain"


Hits = dict[str, list[Span]]
"""Where each concept's words stand, in no order."""

LINK = "link:"
"""Prefix of the pseudo-concept that a concept's links are found as."""
ATOM = "atom:"
"""Prefix of the pseudo-concept that an atom is found as."""


class _Entry(NamedTuple):
    """What a literal of the automaton means: one spelling of one concept."""

    concept: str
    spelling: Spelling
    latin: tuple[bool, bool]
    """Whether the left and the right edge must be the edge of a Latin word."""
    brand: bool
    blocks: bool
    """A `not_inside` word: no hit of the concept inside it counts."""


class Words(NamedTuple):
    """What a concept brings into a lexicon, as written in the rules."""

    words: tuple[str, ...]
    brand: tuple[str, ...] = ()
    not_inside: tuple[str, ...] = ()
    use: tuple[str, ...] = ()


class Original(Protocol):
    """Knows the original behind a folded text."""

    def stands_alone(self, start: int, end: int) -> bool:
        """Return whether the folded `[start, end)` is a word of its own there, not a part of a longer one."""
        ...


class Lexicon:
    """The words of some concepts, compiled; a concept that uses another takes over its hits."""

    def __init__(self, concepts: Mapping[str, Words]) -> None:
        self._users = _users(concepts)
        entries: dict[str, dict[_Entry, None]] = defaultdict(dict)
        for name, words in concepts.items():
            for entry in _entries(name, words):
                entries[entry.spelling.literal][entry] = None
        self._entries = [tuple(found) for found in entries.values()]
        self._plain = [self._at_once(found) for found in self._entries]
        self._automaton = ahocorasick_rs.AhoCorasick(
            list(entries), implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )

    def __len__(self) -> int:
        """Return the number of different literals."""
        return len(self._entries)

    def scan(self, text: str, original: Original | None = None, extra: Iterable[Hit] = ()) -> Hits:
        """Return the concepts' hits in the folded `text`, and `extra` ones found otherwise.

        Without the original, brands need no edges.
        """
        hits: Hits = defaultdict(list)
        blocked: dict[str, list[Span]] = {}
        for hit in extra:
            for concept in self._with_users(hit.concept):
                hits[concept].append((hit.start, hit.end))
        plain = self._plain
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            concepts = plain[index]
            if concepts is not None:
                for concept in concepts:
                    hits[concept].append((start, end))
            else:
                self._look(index, text, (start, end), original, hits, blocked)
        for concept in blocked.keys() & hits.keys():
            covers = _Covers(blocked[concept])
            none = {span for span in hits[concept] if covers.inside(span)}
            for name in self._with_users(concept) if none else ():
                hits[name] = [span for span in hits[name] if span not in none]
        return {concept: spans for concept, spans in hits.items() if spans}

    def _look(
        self,
        index: int,
        text: str,
        at: Span,
        original: Original | None,
        hits: Hits,
        blocked: dict[str, list[Span]],
    ) -> None:
        """Take a closer look at a literal that is only a part of a word, or needs edges, or forbids."""
        for entry in self._entries[index]:
            for span in _places(entry, text, *at):
                if entry.blocks:
                    blocked.setdefault(entry.concept, []).append(span)
                elif not entry.brand or original is None or original.stands_alone(*span):
                    for concept in self._with_users(entry.concept):
                        hits[concept].append(span)

    def _with_users(self, concept: str) -> tuple[str, ...]:
        return (concept, *self._users.get(concept, ()))

    def _at_once(self, entries: tuple[_Entry, ...]) -> tuple[str, ...] | None:
        """Return the concepts of a literal that needs no closer look, else None."""
        if any(one.brand or one.blocks or one.latin != (False, False) or one.spelling.source for one in entries):
            return None
        return tuple(dict.fromkeys(concept for one in entries for concept in self._with_users(one.concept)))


class _Covers:
    """Spans that are asked whether another lies inside one of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _end in ordered]
        self._reach = list(accumulate((end for _start, end in ordered), max))

    def inside(self, span: Span) -> bool:
        at = bisect_right(self._starts, span[0]) - 1
        return at >= 0 and span[1] <= self._reach[at]


def _entries(name: str, words: Words) -> Iterable[_Entry]:
    for source, brand, blocks in (
        *((word, False, False) for word in words.words),
        *((word, True, False) for word in words.brand),
        *((word, False, True) for word in words.not_inside),
    ):
        for spelling in spellings(source):
            whole = spelling.source or spelling.literal
            edges = (
                is_latin(whole[0]) and not blocks,
                is_latin(whole[-1]) and not blocks and not spelling.open_end,
            )
            yield _Entry(name, spelling, edges, brand, blocks)


def _places(entry: _Entry, text: str, start: int, end: int) -> Iterable[Span]:
    """Return where the whole word of `entry` stands, given where its literal does."""
    if not entry.spelling.source:
        return ((start, end),) if _edges_hold(entry, text, start, end) else ()
    reach = entry.spelling.reach
    return [
        match.span()
        for match in entry.spelling.pattern.finditer(text, max(0, start - reach), end + reach)
        if match.start() <= start and end <= match.end() and _edges_hold(entry, text, *match.span())
    ]


def _edges_hold(entry: _Entry, text: str, start: int, end: int) -> bool:
    left, right = entry.latin
    if left and start and is_latin(text[start - 1]):
        return False
    return not (right and end < len(text) and is_latin(text[end]))


def _users(concepts: Mapping[str, Words]) -> dict[str, tuple[str, ...]]:
    """Return for each concept those that use it, directly or through others."""
    direct: dict[str, set[str]] = defaultdict(set)
    for name, words in concepts.items():
        for used in words.use:
            direct[used].add(name)
    users: dict[str, tuple[str, ...]] = {}
    for name, first in direct.items():
        found: set[str] = set()
        open_ = list(first)
        while open_:
            user = open_.pop()
            if user not in found and user != name:
                found.add(user)
                open_ += direct.get(user, ())
        users[name] = tuple(sorted(found))
    return users
