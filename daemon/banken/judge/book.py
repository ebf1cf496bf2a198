"""The rules, compiled: what the judge holds in its hands while it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import re2

from banken.heap import growing
from banken.judge.atoms import ATOMS
from banken.judge.disguise import Disguises
from banken.judge.excuses import Excuses
from banken.judge.lexicon import ALWAYS, ATOM, LINK, Lexicon, Words
from banken.judge.links import Hosts, link_spellings, other_hosts
from banken.judge.means import UsedAsMeans, words_of
from banken.judge.predicates import Finder, Grammar, Term
from banken.judge.schema import CategoryRule, Concept, Condition, Excuse, Find, Means, Rule, Sentences
from banken.judge.sentences import Splitter
from banken.judge.shortened import Shortened
from banken.judge.spelling import commonness, spellings
from banken.words import Category


class Look(NamedTuple):
    """A finder, and when it is worth while: once a concept of each of `needs` may stand in the words (bits)."""

    needs: tuple[int, ...]
    channel: str | None
    rule: Rule
    finder: Finder


@dataclass(frozen=True)
class Rulebook:
    """All concepts, grammar, categories and rules, checked but not yet compiled; every name in it is known."""

    concepts: Mapping[str, Concept]
    excuses: Mapping[str, Excuse]
    means: Sequence[Means]
    sentences: Sentences
    categories: Mapping[Category, CategoryRule]
    rules: Sequence[Rule]
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each rule, concept and excuse stands (`FILE:LINE`), for messages."""

    def prepare(self) -> None:
        """Make now what takes most of the making and can be handed to another process."""
        for part in ("splitter", "lexicon", "hosts", "disguises", "grammar", "letting_go"):
            getattr(self, part)

    def compile(self) -> None:
        """Make now what the first message would wait for, and forget what only the making needs."""
        self.prepare()
        for part in ("rarest", "atoms"):
            getattr(self, part)
        for words in (self.lexicon, self.grammar.lexicon, self.disguises):
            words.compile()
        spellings.cache_clear()
        commonness.cache_clear()

    @cached_property
    def splitter(self) -> Splitter:
        """The splitter that the grammar describes."""
        return Splitter(
            self._literals(self.sentences.continues),
            self._literals(self.sentences.halts),
            self._literals(self.sentences.clauses),
            self._literals(self.sentences.joins),
            self._literals(self.sentences.closes),
            Shortened(
                always=self._literals(self.sentences.shortened),
                numbered=self._literals(self.sentences.shortened_before_numbers),
                ending=self._literals(self.sentences.shortened_or_ending),
                onward=self._literals(self.sentences.behind_shortened),
            ),
        )

    @cached_property
    def searched(self) -> Mapping[str, Concept]:
        """The concepts whose words are looked for in the whole text."""
        named = [name for rule in self.rules for find in rule.find.any for name in names_in(find)]
        named += [name for category in self.categories.values() for name in category.anchors]
        named += [name for condition in self._conditions for name in condition.message or ()]
        return self._with_used(named)

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words of all searched concepts, their links included."""
        with growing():
            return Lexicon(self._words(self.searched))

    @cached_property
    def hosts(self) -> Hosts:
        """The hosts that the searched concepts' links lead to."""
        used = {name: self._with_used([name]).values() for name in self.searched}
        return Hosts({name: [link for one in concepts for link in one.links] for name, concepts in used.items()})

    @cached_property
    def disguises(self) -> Disguises:
        """The disguises of the searched concepts' brands."""
        return Disguises({name: one.brand for name, one in self.searched.items() if one.brand})

    @cached_property
    def grammar(self) -> Grammar:
        """The words that are looked for only around a candidate, and when a channel is used as a means."""
        lists = [name for condition in self._conditions for name in lists_of(condition)]
        lists += [name for way in self.means for name in (*way.before, *way.after)]
        lists += [name for rule in self.rules for find in rule.find.any for name in without_in(find)]
        found = self._with_used(lists)
        with growing():
            lexicon = Lexicon(
                {name: Words(one.words, one.brand, one.not_inside, one.use) for name, one in found.items()}
            )
        return Grammar(lexicon, UsedAsMeans(self.means, self.concepts, self.sentences.fillers))

    @cached_property
    def letting_go(self) -> Excuses:
        """The excuses, compiled."""
        return Excuses(self.excuses, self.concepts, self.sentences.fillers, self.grammar.lexicon)

    @cached_property
    def finders(self) -> Sequence[tuple[Rule, Finder]]:
        """The compiled `find` items of all rules, in order, each with its rule."""
        return [(rule, self._finder(find)) for rule in self.rules for find in rule.find.any]

    def _finder(self, find: Find) -> Finder:
        finder = compile_find(find)
        if find.at_least is None and len(finder.terms) > 1:
            rarest = sorted(
                finder.terms, key=lambda term: sum(self._commonness[name] for name, _means in term.concepts)
            )
            finder = replace(finder, scarce=tuple(rarest))
        return replace(finder, parts=tuple(map(self._finder, find.all or ())))

    @cached_property
    def looks(self) -> Sequence[Look]:
        """The finders that look at words, in the order of the rules."""
        return [
            Look(self._needs(finder), finder.find.channel, rule, finder)
            for rule, finder in self.finders
            if finder.predicate != "case"
        ]

    @cached_property
    def rarest(self) -> Sequence[int]:
        """The rarest need of each of `looks` (bits)."""
        return [look.needs[0] if look.needs else ALWAYS for look in self.looks]

    def _needs(self, finder: Finder) -> tuple[int, ...]:
        """Return the bits of what `finder` needs, the rarest first, so that most mail is done with after a glance."""
        rarest = sorted(finder.needs, key=lambda need: sum(self._commonness[name] for name in need))
        return tuple(self.lexicon.mask(need) for need in rarest)

    @cached_property
    def _commonness(self) -> Mapping[str, float]:
        """How often a concept's words may be expected to stand in a mail."""
        common = {LINK + name: 0.0 for name in self.searched} | {ATOM + kind: 0.0 for kind in ATOMS}
        for name in self.searched:
            concepts = self._with_used([name]).values()
            common[name] = sum(commonness(word) for one in concepts for word in (*one.words, *one.brand))
        return common

    @cached_property
    def atoms(self) -> Mapping[str, tuple[str, ...]]:
        """Which kinds of atoms are looked for, and the concepts that each belongs to."""
        used: dict[str, list[str]] = {}
        for name, concept in self.searched.items():
            for kind in concept.atoms:
                used.setdefault(kind, []).append(name)
        for rule in self.rules:
            for find in rule.find.any:
                for atom in _atoms_in(find):
                    used.setdefault(atom, [])
        return {kind: tuple(names) for kind, names in used.items()}

    def _words(self, concepts: Mapping[str, Concept]) -> dict[str, Words]:
        words = {name: Words(one.words, one.brand, one.not_inside, one.use) for name, one in concepts.items()}
        for name, concept in concepts.items():
            spellings, others = tuple(link_spellings(concept.links)), tuple(other_hosts(concept.links))
            words[LINK + name] = Words(spellings, (), others, tuple(LINK + used for used in concept.use))
        words |= {ATOM + kind: Words(()) for kind in ATOMS}
        return words

    def excuses_of(self, rule: Rule) -> tuple[str, ...]:
        """Return the excuses that may let `rule` go, in order."""
        return self._excuses_by_rule[rule.id]

    @cached_property
    def _excuses_by_rule(self) -> Mapping[str, tuple[str, ...]]:
        found = {}
        for rule in self.rules:
            names = rule.unless if rule.unless is not None else self.categories[rule.category].unless
            names = tuple(dict.fromkeys((*names, *rule.also_unless)))
            found[rule.id] = tuple(name for name in names if name not in rule.not_unless)
        return found

    @property
    def _conditions(self) -> Iterator[Condition]:
        return (condition for excuse in self.excuses.values() for condition in excuse.any)

    def _literals(self, lists: Iterable[str]) -> tuple[str, ...]:
        return tuple(spelling.literal for name in lists for spelling in words_of(self.concepts, name))

    def _with_used(self, names: Iterable[str]) -> dict[str, Concept]:
        found: dict[str, Concept] = {}
        open_ = list(dict.fromkeys(names))
        while open_:
            name = open_.pop()
            if name not in found:
                found[name] = self.concepts[name]
                open_ += self.concepts[name].use
        return found


def compile_find(find: Find) -> Finder:
    """Return `find`, ready to look (its parts and the order of its terms are the book's to add)."""
    pattern = compile_pattern(find.pattern) if find.pattern is not None else None
    return Finder(find, tuple(_terms(find)), pattern=pattern)


def _terms(find: Find) -> Iterator[Term]:
    value = getattr(find, find.predicate)
    match find.predicate:
        case "mention" | "means" | "disguised":
            yield Term.of(tuple((name, find.predicate == "means") for name in value))
        case "link":
            yield Term.of(tuple((LINK + name, False) for name in value))
        case "atom":
            yield Term.of(((ATOM + value, False),))
        case "all" | "pattern" | "case":
            return
        case _:
            yield from map(Term.parse, value)


def compile_pattern(pattern: str) -> Any:
    """Compile a user's pattern with RE2 (linear time, bounded memory); raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options)


def names_in(find: Find) -> Iterator[str]:
    """Yield the concepts that `find` searches."""
    value = getattr(find, find.predicate)
    match find.predicate:
        case "mention" | "means" | "link" | "disguised":
            yield from value
        case "all":
            yield from (name for part in value for name in names_in(part))
        case "atom" | "pattern" | "case":
            return
        case _:
            yield from (name for term in value for name, _means in Term.parse(term).concepts)


def without_in(find: Find) -> Iterator[str]:
    """Yield the concepts that spoil `find`."""
    yield from find.without
    for part in find.all or ():
        yield from without_in(part)


def lists_of(condition: Condition) -> Iterator[str]:
    """Yield the lists that `condition` looks for around a candidate."""
    for lists in (condition.after, condition.before, condition.around, condition.in_paragraph_head):
        yield from lists or ()
    yield from condition.unless
    yield from condition.unless_between


def _atoms_in(find: Find) -> Iterator[str]:
    if find.atom:
        yield find.atom
    for part in find.all or ():
        yield from _atoms_in(part)
