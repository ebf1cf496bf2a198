"""All words of the rules in one automaton: one pass over a folded text says which concepts stand where."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from itertools import accumulate, islice
from operator import or_
from typing import NamedTuple, Protocol

from banken.judge.literals import Entry, Literals, Words, entries
from banken.judge.views import Span

_CUT_LINE = re.compile(r"\n(?<=[^\n]{20}\n)(?<=[ぁ-ゖー々\u4e00-\u9fff]\n)(?=[ぁ-ゖー々\u4e00-\u9fff])")
_SEAM = 12


class Hit(NamedTuple):
    """A word of a concept at `[start, end)` of a folded text, and how it was found."""

    start: int
    end: int
    concept: str
    how: str = "plain"


MANY = 2000
"""How many hits of one concept in one stretch are looked at: more are an attack on our time."""
ALWAYS = 1
"""The bit of no concept, which every text has: what needs nothing needs this."""
LINK = "link:"
"""Prefix of the pseudo-concept that a concept's links are found as."""
ATOM = "atom:"
"""Prefix of the pseudo-concept that an atom is found as."""


class Original(Protocol):
    """Knows the original behind a folded text."""

    def stands_alone(self, start: int, end: int) -> bool:
        """Return whether the folded `[start, end)` is a word of its own there, not a part of a longer one."""
        ...


_ByKind = dict[int, list[Entry]]
"""As what a concept has the literals of a kind, by the kind."""


class Lexicon:
    """The words of some concepts, compiled; a concept that uses another takes over its hits."""

    def __init__(self, concepts: Mapping[str, Words]) -> None:
        self.uses = {name: words.use for name, words in concepts.items()}
        self._bits = {name: ALWAYS << at for at, name in enumerate(concepts, 1)}
        self._masks: dict[tuple[str, ...], int] = {}
        meanings: dict[str, list[tuple[str, Entry]]] = {}
        for name, words in concepts.items():
            for literal, entry in entries(words):
                meanings.setdefault(literal, []).append((name, entry))
        self._literals = Literals(meanings)
        kinds: dict[int | tuple[int, ...], int] = {}
        self.kinds = array("I")
        """Of which kind each literal is, by its number; those of a kind are the same to all concepts."""
        self.sure: list[int] = []
        """For each kind the concepts that it is a word of wherever it stands, and all that use them, a bit each."""
        self.doubtful: dict[int, list[tuple[Entry, int]]] = {}
        """As what a kind must be looked at first, and the concepts (likewise) that it is a word of then."""
        self.words: dict[str, _ByKind] = {name: {} for name in concepts}
        self.blocks: dict[str, _ByKind] = {name: {} for name in concepts}
        for meaning in meanings.values():
            alike = id(meaning[0][1]) if len(meaning) == 1 else tuple([id(entry) for _name, entry in meaning])
            kind = kinds.get(alike)
            if kind is None:
                kind = kinds[alike] = len(kinds)
                self._add_kind(kind, meaning)
            self.kinds.append(kind)

    def _add_kind(self, kind: int, meaning: Sequence[tuple[str, Entry]]) -> None:
        sure = 0
        for name, entry in meaning:
            if entry.blocks:
                self.blocks[name].setdefault(kind, []).append(entry)
                continue
            self.words[name].setdefault(kind, []).append(entry)
            mask = self.spread[name]
            if entry.sure:
                sure |= mask
            else:
                self.doubtful.setdefault(kind, []).append((entry, mask))
        self.sure.append(sure)

    def __len__(self) -> int:
        """Return the number of different literals."""
        return len(self.kinds)

    def compile(self) -> None:
        """Make now what the first `scan` would wait for."""
        self._literals.compile()

    def scan(
        self, text: str, original: Original | None = None, extra: Iterable[Hit] = (), starts: Sequence[int] = (0,)
    ) -> Scan:
        """Return what stands in the folded `text`, with `extra` hits found otherwise.

        Without the original, brands need no edges. `starts` says where the stretches begin that `Scan.masks` tells of.
        """
        found = self._literals.find(text)
        if "\n" in text:
            found += self._over_line_breaks(text)
        return Scan(self, text, found, original, extra, starts)

    def _over_line_breaks(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield the words that a line break cuts in two, as a mail program that wraps Japanese does."""
        breaks = [found.start() for found in _CUT_LINE.finditer(text)]
        if not breaks:
            return
        seams = (text[max(0, at - _SEAM) : at] + text[at + 1 : at + 1 + _SEAM] for at in breaks)
        for number, seam in enumerate(seams):
            at = breaks[number]
            left = min(at, _SEAM)
            for index, start, end in self._literals.find(seam):
                if start < left < end:
                    yield index, at - left + start, at - left + end + 1

    def mask(self, names: Iterable[str]) -> int:
        """Return the bits of these concepts; unknown ones have none."""
        mask = 0
        for name in names:
            mask |= self._bits.get(name, 0)
        return mask

    def mask_of_lists(self, lists: tuple[str, ...]) -> int:
        """Return the bits of these concepts, remembered: the rules ask for the same lists again and again."""
        mask = self._masks.get(lists)
        if mask is None:
            mask = self._masks[lists] = self.mask(lists)
        return mask

    @cached_property
    def spread(self) -> Mapping[str, int]:
        """For each concept its bit, and those of all that use it."""
        return {name: self.mask(self.with_users(name)) for name in self.uses}

    def names(self, mask: int) -> set[str]:
        """Return the concepts whose bits are in `mask`."""
        return {name for name, bit in self._bits.items() if bit & mask}

    def with_users(self, concept: str) -> frozenset[str]:
        """Return `concept` and all that use it, directly or through others."""
        return self._users.get(concept, frozenset((concept,)))

    @cached_property
    def _users(self) -> dict[str, frozenset[str]]:
        users: dict[str, set[str]] = {name: {name} for name in self.uses}
        for name in self.uses:
            open_ = list(self.uses[name])
            while open_:
                used = open_.pop()
                if name not in users.setdefault(used, {used}):
                    users[used].add(name)
                    open_ += self.uses.get(used, ())
        return {name: frozenset(found) for name, found in users.items()}


class Scan:
    """What one pass over a text found; which words really stand there is settled concept by concept, when asked."""

    __slots__ = ("_extra", "_found", "_lexicon", "_original", "_places", "_settled", "_text", "mask", "masks")

    def __init__(
        self,
        lexicon: Lexicon,
        text: str,
        found: list[tuple[int, int, int]],
        original: Original | None,
        extra: Iterable[Hit],
        starts: Sequence[int],
    ) -> None:
        self._lexicon = lexicon
        self._text = text
        self._found = found
        self._original = original
        self._extra: dict[str, list[Span]] = {}
        for hit in extra:
            self._extra.setdefault(hit.concept, []).append((hit.start, hit.end))
        self._settled: dict[str, list[Span]] = {}
        self._places: dict[int, list[Span]] | None = None
        self.masks = self._mark(starts)
        """The concepts that may begin in each of the stretches that the text was parted into, a bit each."""
        self.mask = reduce(or_, self.masks)
        """The concepts that may stand in the text, a bit each; those that do are among them."""

    def _mark(self, starts: Sequence[int]) -> list[int]:
        """Return which concepts may begin (bits) in each of the stretches that begin at `starts`.

        Whether a brand stands alone and what blocks a word is not looked at here, nor, behind MANY, anything else.
        """
        masks = [0] * len(starts)
        for name, spans in self._extra.items():
            for start, _end in spans:
                masks[bisect_right(starts, start, 1) - 1] |= self._lexicon.spread[name]
        kinds, sure, doubtful = self._lexicon.kinds, self._lexicon.sure, self._lexicon.doubtful
        looks = MANY
        for index, start, end in self._found:
            kind = kinds[index]
            mask = sure[kind]
            if mask:
                masks[bisect_right(starts, start, 1) - 1] |= mask
            if kind in doubtful:
                for entry, mask in doubtful[kind]:
                    looks -= 1
                    for first, _last in entry.places(self._text, start, end) if looks > 0 else ((start, end),):
                        masks[bisect_right(starts, first, 1) - 1] |= mask
        return masks

    @property
    def hints(self) -> set[str]:
        """The concepts that may stand in the text, by name."""
        return self._lexicon.names(self.mask)

    def spans(self, concept: str) -> list[Span]:
        """Return where the words of `concept` stand, in no order."""
        settled = self._settled.get(concept)
        if settled is None:
            may = self._lexicon.mask_of_lists((concept,)) & self.mask
            settled = self._settled[concept] = self._settle(concept) if may else []
        return settled

    def _settle(self, concept: str) -> list[Span]:
        spans = [*self._extra[concept]] if concept in self._extra else []
        spans += self._standing(self._lexicon.words[concept])[:MANY]
        for used in self._lexicon.uses.get(concept, ()):
            spans += self.spans(used)
        if spans and (covers := self._standing(self._lexicon.blocks[concept])):
            inside = _Covers(covers).inside
            spans = [span for span in spans if not inside(span)]
        return spans

    def _standing(self, owned: _ByKind) -> list[Span]:
        standing: list[Span] = []
        if not owned:
            return standing
        if self._places is None:
            self._places = self._sort_out()
        for kind in self._places.keys() & owned.keys():
            spans = self._places[kind]
            for entry in owned[kind]:
                if entry.bare:
                    standing += spans
                    continue
                alone = self._original.stands_alone if entry.brand and self._original is not None else None
                for start, end in islice(spans, MANY):
                    for span in entry.places(self._text, start, end):
                        if alone is None or alone(*span):
                            standing.append(span)
        return standing

    def _sort_out(self) -> dict[int, list[Span]]:
        """Return where the literals of each kind stand."""
        places: dict[int, list[Span]] = {}
        kinds = self._lexicon.kinds
        for index, start, end in self._found:
            places.setdefault(kinds[index], []).append((start, end))
        return places


class _Covers:
    """Spans that are asked whether another lies inside one of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _end in ordered]
        self._reach = list(accumulate((end for _start, end in ordered), max))

    def inside(self, span: Span) -> bool:
        at = bisect_right(self._starts, span[0]) - 1
        return at >= 0 and span[1] <= self._reach[at]
