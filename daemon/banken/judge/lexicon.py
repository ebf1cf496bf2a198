"""All words of the rules in one automaton: one pass over a folded text says which concepts stand where."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import accumulate, islice
from typing import NamedTuple, Protocol

import ahocorasick_rs

from banken.judge.spelling import Spelling, is_latin, spellings
from banken.judge.views import Span

_CUT_LINE = re.compile(r"\n(?<=[^\n]{20}\n)(?<=[ぁ-ゖー々\u4e00-\u9fff]\n)(?=[ぁ-ゖー々\u4e00-\u9fff])")
_SEAM = 12


_NO_EDGE = (False, False)
_EDGES = (_NO_EDGE, (False, True), (True, False), (True, True))


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


class _Entry(NamedTuple):
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

    def places(self, text: str, start: int, end: int) -> Iterable[Span]:
        """Return where the words stand, given where their literal does."""
        if self.longer is not None:
            return self.longer.places(text, start, end)
        left, right = self.latin
        if (left and start and is_latin(text[start - 1])) or (right and end < len(text) and is_latin(text[end])):
            return ()
        return ((start, end),)


class _Longer:
    """Words with gaps or numbers that share their rarest part; compiled when first needed, which most never are."""

    __slots__ = ("_pattern", "_reach", "_spellings")

    def __init__(self, spellings: Sequence[Spelling]) -> None:
        self._spellings = spellings
        self._pattern: re.Pattern[str] | None = None
        self._reach = 0

    def places(self, text: str, start: int, end: int) -> Iterable[Span]:
        pattern = self._pattern or self._compile()
        words = pattern.finditer(text, max(0, start - self._reach), end + self._reach)
        return [word.span() for word in words if word.start() <= start and end <= word.end()]

    def _compile(self) -> re.Pattern[str]:
        self._reach = max(spelling.reach for spelling in self._spellings)
        self._pattern = re.compile("|".join(spelling.regex for spelling in self._spellings))
        return self._pattern


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


class _Kind(NamedTuple):
    """What a literal may be: for which concepts a word, for which one that blocks; most literals share theirs."""

    words: tuple[tuple[str, _Entry], ...]
    blocks: tuple[tuple[str, _Entry], ...]
    mask: int
    """The concepts that it may be a word of, and all that use them, a bit each."""


class Lexicon:
    """The words of some concepts, compiled; a concept that uses another takes over its hits."""

    def __init__(self, concepts: Mapping[str, Words]) -> None:
        self.uses = {name: words.use for name, words in concepts.items()}
        self._bits = {name: ALWAYS << at for at, name in enumerate(concepts, 1)}
        self._masks: dict[tuple[str, ...], int] = {}
        meanings: dict[str, list[tuple[str, _Entry]]] = {}
        for name, words in concepts.items():
            for literal, entry in _entries(words):
                meanings.setdefault(literal, []).append((name, entry))
        self._literals = Literals(meanings)
        kinds: dict[int | tuple[int, ...], _Kind] = {}
        self.kinds = [
            kinds.get(key := id(meaning[0][1]) if len(meaning) == 1 else tuple([id(entry) for _name, entry in meaning]))
            or kinds.setdefault(key, self._kind(meaning))
            for meaning in meanings.values()
        ]
        """What each literal may be, by its number."""

    def __len__(self) -> int:
        """Return the number of different literals."""
        return len(self.kinds)

    def compile(self) -> None:
        """Make now what the first `scan` would wait for."""
        self._literals.compile()

    def scan(self, text: str, original: Original | None = None, extra: Iterable[Hit] = ()) -> Scan:
        """Return what stands in the folded `text`, with `extra` hits found otherwise.

        Without the original, brands need no edges.
        """
        found = self._literals.find(text)
        if "\n" in text:
            found += self._over_line_breaks(text)
        return Scan(self, text, found, original, extra)

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

    def mask_with_users(self, names: Iterable[str]) -> int:
        """Return the bits of these concepts and of all that use them."""
        return self.mask(user for name in names for user in self.with_users(name))

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

    def _kind(self, meaning: Sequence[tuple[str, _Entry]]) -> _Kind:
        words = tuple(one for one in meaning if not one[1].blocks)
        blocks = tuple(one for one in meaning if one[1].blocks)
        return _Kind(words, blocks, self.mask_with_users(name for name, _entry in words))


class Scan:
    """What one pass over a text found; which words really stand there is settled concept by concept, when asked."""

    __slots__ = ("_blocks", "_extra", "_found", "_lexicon", "_original", "_settled", "_text", "_words", "mask")

    def __init__(
        self,
        lexicon: Lexicon,
        text: str,
        found: list[tuple[int, int, int]],
        original: Original | None,
        extra: Iterable[Hit],
    ) -> None:
        self._lexicon = lexicon
        self._text = text
        self._found = found
        self._original = original
        self._extra: dict[str, list[Span]] = {}
        for hit in extra:
            self._extra.setdefault(hit.concept, []).append((hit.start, hit.end))
        self._settled: dict[str, list[Span]] = {}
        self._words: dict[str, list[tuple[_Entry, list[Span]]]] | None = None
        self._blocks: dict[str, list[tuple[_Entry, list[Span]]]] = {}
        mask = lexicon.mask_with_users(self._extra) if self._extra else 0
        kinds = lexicon.kinds
        for index in {index for index, _start, _end in found}:
            mask |= kinds[index].mask
        self.mask = mask
        """The concepts that may stand in the text, a bit each; those that do are among them."""

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
        owned = self._words
        if owned is None:
            owned = self._words = self._sort_out()
        spans = [*self._extra[concept]] if concept in self._extra else []
        if concept in owned:
            spans += self._standing(owned[concept])[:MANY]
        for used in self._lexicon.uses.get(concept, ()):
            spans += self.spans(used)
        if spans and concept in self._blocks:
            covers = _Covers(self._standing(self._blocks[concept]))
            spans = [span for span in spans if not covers.inside(span)]
        return spans

    def _sort_out(self) -> dict[str, list[tuple[_Entry, list[Span]]]]:
        """Return for each concept which of its words the literals found may be, and note which may block it."""
        places: dict[int, list[Span]] = {}
        for index, start, end in self._found:
            if index in places:
                places[index].append((start, end))
            else:
                places[index] = [(start, end)]
        found: dict[str, list[tuple[_Entry, list[Span]]]] = {}
        kinds = self._lexicon.kinds
        for index, spans in places.items():
            kind = kinds[index]
            for name, entry in kind.words:
                found.setdefault(name, []).append((entry, spans))
            for name, entry in kind.blocks:
                self._blocks.setdefault(name, []).append((entry, spans))
        return found

    def _standing(self, owned: Iterable[tuple[_Entry, list[Span]]]) -> list[Span]:
        standing: list[Span] = []
        for entry, spans in owned:
            if entry.bare:
                standing += spans
                continue
            alone = self._original.stands_alone if entry.brand and self._original is not None else None
            for start, end in islice(spans, MANY):
                for span in entry.places(self._text, start, end):
                    if alone is None or alone(*span):
                        standing.append(span)
        return standing


class _Covers:
    """Spans that are asked whether another lies inside one of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _end in ordered]
        self._reach = list(accumulate((end for _start, end in ordered), max))

    def inside(self, span: Span) -> bool:
        at = bisect_right(self._starts, span[0]) - 1
        return at >= 0 and span[1] <= self._reach[at]


def _entries(words: Words) -> Iterator[tuple[str, _Entry]]:
    """Yield the literals of a concept; longer words that share their rarest part share an entry."""
    kinds = ((words.words, False, False), (words.brand, True, False), (words.not_inside, False, True))
    for sources, brand, blocks in kinds:
        alike = {latin: _Entry(brand, blocks, latin, bare=not brand and latin == _NO_EDGE) for latin in _EDGES}
        parts: dict[str, list[Spelling]] = {}
        for spelling in dict.fromkeys(spelling for source in sources for spelling in spellings(source)):
            if spelling.plain:
                yield spelling.literal, alike[_NO_EDGE if blocks else spelling.latin]
            else:
                parts.setdefault(spelling.literal, []).append(spelling)
        for literal, longer in parts.items():
            yield literal, _Entry(brand, blocks, _NO_EDGE, _Longer(longer))
