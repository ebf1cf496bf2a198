"""How rules find something: each predicate of the format as one function over what was read.

A predicate answers with places: the hits that belong together in one passage. What lets a place go, and how loudly it
is told, comes later (excuses.py, judge.py).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice, pairwise
from typing import Any

from banken.judge.lexicon import LINK, Hit, Lexicon
from banken.judge.means import UsedAsMeans
from banken.judge.passage import Passage
from banken.judge.schema import Find
from banken.judge.views import Span

DISGUISED = ("disguised", "masked")
"""How the hits are found that somebody hid."""
FAR = 1000
"""How far a paragraph reaches at most, for the same reason as MANY."""
MANY = 100
"""How many places one predicate answers at most: more tell nobody anything, and an attacker could send thousands."""
MANY_IN_SUBJECT = 10
"""How many of them in the subject, which is read first: a subject that goes on and on must not hide the text."""


class Place:
    """Hits that belong together in one passage, and the stretch that excuses look at: from the first to the last.

    When `whole` is false, only the last hit is looked at.
    """

    __slots__ = ("_grammar", "end", "hits", "passage", "scopes", "sentences", "start")

    def __init__(self, passage: Passage, hits: tuple[Hit, ...], *, whole: bool = True) -> None:
        self.passage = passage
        self.hits = hits
        if len(hits) == 1 or not whole:
            self.start, self.end = hits[-1].start, hits[-1].end
        else:
            self.start, self.end = min(hit.start for hit in hits), max(hit.end for hit in hits)
        self.sentences = passage.sentence_at(self.start), passage.sentence_at(max(self.start, self.end - 1))
        self.scopes: dict[str, Span] = {}
        self._grammar: list[int | None] = [None, None]

    def grammar(self, lexicon: Lexicon, margin: int = 0) -> int:
        """Return which of the grammar's lists may have words (bits) in its sentences and `margin` (0, 1) around."""
        mask = self._grammar[margin]
        if mask is None:
            mask, (first, final) = 0, self.sentences
            last = min(final + margin, len(self.passage.sentences) - 1)
            for sentence in range(max(0, first - margin), last + 1):
                mask |= self.passage.grammar(lexicon, sentence).mask
            self._grammar[margin] = mask
        return mask

    def scope(self, name: str) -> Span:
        """Return how far excuses of a scope look around: clause, sentence, next (sentence) or paragraph."""
        if name not in self.scopes:
            self.scopes[name] = self._scope(name)
        return self.scopes[name]

    def _scope(self, name: str) -> Span:
        passage, last = self.passage, max(self.start, self.end - 1)
        if name == "clause":
            return passage.clause_at(self.start)[0], passage.clause_at(last)[1]
        if name == "paragraph":
            start, end = passage.paragraph_at(self.start)
            return max(start, self.start - FAR), min(end, self.end + FAR)
        first, final = self.sentences
        if name == "next":
            first, final = max(0, first - 1), min(len(passage.sentences) - 1, final + 1)
        return passage.sentences[first][0], passage.sentences[final][1]


class Term:
    """One item of a list of words: concepts of which any will do, some only where they are used as a means.

    There is one Term for each way of writing it, so that what it finds is remembered under it.
    """

    __slots__ = ("concepts",)

    def __init__(self, concepts: tuple[tuple[str, bool], ...]) -> None:
        self.concepts = concepts

    @classmethod
    def parse(cls, written: str) -> Term:
        """Return the term written as `a|b|means.c`."""
        parts = written.split("|")
        return cls.of(tuple((part.removeprefix("means."), part.startswith("means.")) for part in parts))

    @staticmethod
    @cache
    def of(concepts: tuple[tuple[str, bool], ...]) -> Term:
        """Return the term for these concepts, each with whether it must be used as a means."""
        return Term(concepts)


@dataclass(frozen=True)
class Grammar:
    """What predicates need to know of the language."""

    lexicon: Lexicon
    means: UsedAsMeans


@dataclass(frozen=True)
class Finder:
    """One compiled item of a rule's `find`."""

    find: Find
    terms: tuple[Term, ...]
    scarce: tuple[Term, ...] = ()
    """The terms that are all needed, the rarest first: most mail is done with after a glance at the first."""
    parts: tuple[Finder, ...] = ()
    pattern: Any = None
    """A compiled RE2 pattern."""

    @cached_property
    def predicate(self) -> str:
        """The name of the predicate."""
        return self.find.predicate

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """Sets of concepts: of each, one must have been found before a look is worth while."""
        if self.parts:
            return tuple(need for part in self.parts for need in part.needs)
        needs = tuple(frozenset(name for name, _means in term.concepts) for term in self.terms)
        if self.find.at_least is None:
            return needs
        return (frozenset().union(*needs),) if needs else ()

    def places(self, passages: Sequence[Passage], grammar: Grammar) -> list[Place]:
        """Return where this item finds something, at most MANY places."""
        sound = (place for place in self._found(passages, grammar) if not self._spoilt(place, grammar))
        return list(islice(sound, MANY))

    def _found(self, passages: Sequence[Passage], grammar: Grammar) -> Iterator[Place]:
        if self.predicate == "same_message":
            yield from _in_message(self, passages, grammar)
        elif self.predicate == "all" and self.find.scope == "message":
            yield from _all_in_message(self, passages, grammar)
        else:
            for passage in passages:
                if not self._lacks(passage, grammar):
                    there = _LOOKS[self.predicate](self, passage, grammar)
                    yield from islice(there, MANY_IN_SUBJECT) if passage.is_heading else there

    def _lacks(self, passage: Passage, grammar: Grammar) -> bool:
        return any(not hits_of(term, passage, grammar) for term in self.scarce)

    def _spoilt(self, place: Place, grammar: Grammar) -> bool:
        """Return whether a word of `without` stands in the same sentence, or a clause ends between the words."""
        if self.find.same == "clause" and place.passage.clause_at(place.start) != place.passage.clause_at(
            place.end - 1
        ):
            return True
        if not self.find.without:
            return False
        return bool(place.passage.words(grammar.lexicon, self.find.without, *place.scope("sentence")))


def hits_of(term: Term, passage: Passage, grammar: Grammar) -> list[Hit]:
    """Return the hits of a term in a passage, in order of place, none inside another."""
    found = passage.terms.get(term)
    if found is None:
        found = passage.terms[term] = longest(_hits(term, passage, grammar))
    return found


def _hits(term: Term, passage: Passage, grammar: Grammar) -> list[Hit]:
    found: list[Hit] = []
    spread, how, means = passage.view.spread, passage.how, grammar.means
    for concept, as_means in term.concepts:
        spans = passage.scan.spans(concept)
        if not spans:
            continue
        plainly = "link" if concept.startswith(LINK) else "plain"
        for span in spans:
            hit = Hit(*span, concept, "disguised" if spread(*span) else how.get(span, plainly))
            if not as_means or means.holds(passage, hit, grammar.lexicon):
                found.append(hit)
    return found


def longest(hits: list[Hit]) -> list[Hit]:
    """Return `hits` in order of place, without those that lie inside another."""
    if len(hits) < 2:
        return hits
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return kept


def _each(finder: Finder, passage: Passage, grammar: Grammar) -> Iterator[Place]:
    for hit in hits_of(finder.terms[0], passage, grammar):
        yield Place(passage, (hit,))


def _disguised(finder: Finder, passage: Passage, grammar: Grammar) -> Iterator[Place]:
    return (place for place in _each(finder, passage, grammar) if place.hits[0].how in DISGUISED)


def _same_sentence(finder: Finder, passage: Passage, grammar: Grammar) -> Iterator[Place]:
    return _together(finder, passage, grammar, lambda hit: passage.sentences[passage.sentence_at(hit.start)])


def _same_clause(finder: Finder, passage: Passage, grammar: Grammar) -> Iterator[Place]:
    return _together(finder, passage, grammar, lambda hit: passage.clause_at(hit.start))


def _together(
    finder: Finder, passage: Passage, grammar: Grammar, unit_of: Callable[[Hit], tuple[int, int]]
) -> Iterator[Place]:
    """Yield for each sentence or clause the hits of all terms (or of enough of them), if they stand there."""
    units: dict[tuple[int, int], list[list[Hit]]] = {}
    for position, term in enumerate(finder.terms):
        for hit in hits_of(term, passage, grammar):
            units.setdefault(unit_of(hit), [[] for _term in finder.terms])[position].append(hit)
    enough = finder.find.at_least or len(finder.terms)
    for unit in sorted(units):
        chosen = _apart(units[unit])
        if len(chosen) >= enough:
            yield Place(passage, tuple(chosen))


def _apart(columns: list[list[Hit]]) -> list[Hit]:
    """Return one hit for each column that has one, none inside another; the scarce columns choose first."""
    chosen: list[Hit] = []
    for column in sorted(columns, key=len):
        free = next((hit for hit in column if not any(_overlap(hit, other) for other in chosen)), None)
        if free:
            chosen.append(free)
    return sorted(chosen)


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _next_sentence(finder: Finder, passage: Passage, grammar: Grammar) -> Iterator[Place]:
    first, second = (hits_of(term, passage, grammar) for term in finder.terms)
    for hit in first:
        other = _following(second, hit.end)
        if other and passage.sentence_at(other.start) <= passage.sentence_at(hit.start) + 1:
            yield Place(passage, (hit, other))


def _in_order(finder: Finder, passage: Passage, grammar: Grammar) -> Iterator[Place]:
    first, *rest = (hits_of(term, passage, grammar) for term in finder.terms)
    for hit in first:
        chain = [hit]
        for column in rest:
            following = _following(column, chain[-1].end)
            if following is None or following.start > chain[-1].end + finder.find.within:
                break
            chain.append(following)
        if len(chain) == len(finder.terms) and passage.sentence_at(chain[-1].start) == passage.sentence_at(hit.start):
            yield Place(passage, tuple(chain))


def _near(finder: Finder, passage: Passage, grammar: Grammar) -> Iterator[Place]:
    first, *rest = (hits_of(term, passage, grammar) for term in finder.terms)
    for hit in first:
        group = sorted([hit, *(other for column in rest if (other := _nearest(column, hit)) is not None)])
        if len(group) < len(finder.terms) or any(_overlap(one, other) for one, other in pairwise(group)):
            continue
        close = all(_distance(hit, other) <= finder.find.within for other in group)
        if close and passage.paragraph_at(group[0].start) == passage.paragraph_at(group[-1].start):
            yield Place(passage, tuple(group))


def _following(column: list[Hit], end: int) -> Hit | None:
    """Return the first hit that begins at or behind `end`."""
    at = bisect_left(column, end, key=lambda hit: hit.start)
    return column[at] if at < len(column) else None


def _nearest(column: list[Hit], hit: Hit) -> Hit | None:
    at = bisect_left(column, hit.start, key=lambda other: other.start)
    beside = [other for other in column[max(0, at - 1) : at + 2] if not _overlap(hit, other)]
    return min(beside, key=lambda other: _distance(hit, other), default=None)


def _distance(one: Hit, other: Hit) -> int:
    return max(0, other.start - one.end, one.start - other.end)


def _all(finder: Finder, passage: Passage, grammar: Grammar) -> Iterator[Place]:
    """Yield for each sentence one place that joins what every part finds there."""
    columns: list[dict[int, Place]] = []
    for part in finder.parts:
        by_sentence: dict[int, Place] = {}
        for place in part.places([passage], grammar):
            by_sentence.setdefault(passage.sentence_at(place.start), place)
        columns.append(by_sentence)
    for sentence in sorted(set(columns[0]).intersection(*columns[1:])):
        yield Place(passage, tuple(sorted({hit for column in columns for hit in column[sentence].hits})))


def _pattern(finder: Finder, passage: Passage, _grammar: Grammar) -> Iterator[Place]:
    for found in finder.pattern.finditer(passage.text):
        if found.end() > found.start():
            yield Place(passage, (Hit(found.start(), found.end(), "pattern"),))


def _in_message(finder: Finder, passages: Sequence[Passage], grammar: Grammar) -> Iterator[Place]:
    """Yield one place when all terms stand anywhere in the client's words; the last of them is what excuses look at."""
    columns = [
        [(passage, hit) for passage in passages for hit in hits_of(term, passage, grammar)] for term in finder.terms
    ]
    found = [column for column in columns if column]
    if len(found) < (finder.find.at_least or len(columns)):
        return
    for passage, last in found[-1][:MANY]:
        beside = [hit for column in found[:-1] for other, hit in column[:1] if other is passage]
        yield Place(passage, (*sorted(set(beside) - {last}), last), whole=False)


def _all_in_message(finder: Finder, passages: Sequence[Passage], grammar: Grammar) -> Iterator[Place]:
    """Yield the places of the last part when every part finds something."""
    columns: list[Iterable[Place]] = []
    for part in finder.parts:
        places = part.places(passages, grammar)
        if not places:
            return
        columns.append(places)
    yield from columns[-1]


_Look = Callable[[Finder, Passage, Grammar], Iterator[Place]]
_LOOKS: dict[str, _Look] = {
    "mention": _each,
    "means": _each,
    "link": _each,
    "atom": _each,
    "same_clause": _same_clause,
    "same_sentence": _same_sentence,
    "next_sentence": _next_sentence,
    "same_message": _each,  # answered over all passages, see Finder.places
    "in_order": _in_order,
    "near": _near,
    "all": _all,
    "pattern": _pattern,
    "disguised": _disguised,
}
