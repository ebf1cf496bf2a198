"""What the loader accepts and an author would still want to know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from banken.i18n import _
from banken.judge.book import Rulebook, lists_of, names_in, without_in
from banken.judge.schema import Concept, Rule, Sentences
from banken.judge.spelling import Spelling, spellings
from banken.strictyaml import Problem


def lint(book: Rulebook) -> Iterator[Problem]:
    """Yield every weakness of the rules, the grave ones first."""
    yield from gaps(book)
    yield from hints(book)


def gaps(book: Rulebook) -> Iterator[Problem]:
    """Yield every rule that may not stay so: without a hit or a near miss among its tests, without date and source."""
    for rule in book.rules:
        yield from _rule(book, rule)


def hints(book: Rulebook) -> Iterator[Problem]:
    """Yield what could be better: words that are too short or superfluous, things unused."""
    for name in book.searched:
        yield from _short_words(book, name)
        yield from _superfluous(book, name, book.concepts[name])
        yield from _blocks_nothing(book, name, book.concepts[name])
    used = _used(book)
    for name in book.concepts:
        if name not in used:
            yield at(book, name, _("nothing uses the concept “{name}”").format(name=name))
    for name in set(book.excuses) - _used_excuses(book):
        yield at(book, name, _("nothing uses the excuse “{name}”").format(name=name))


def _rule(book: Rulebook, rule: Rule) -> Iterator[Problem]:
    if not any(test.hit for test in rule.tests):
        yield at(book, rule.id, _("“{name}” has no test that it finds").format(name=rule.id))
    if not any(test.miss for test in rule.tests):
        yield at(book, rule.id, _("“{name}” has no near miss among its tests").format(name=rule.id))
    if not (rule.as_of and rule.source):
        yield at(book, rule.id, _("“{name}” does not say from when and where it is known").format(name=rule.id))


def _short_words(book: Rulebook, name: str) -> Iterator[Problem]:
    concept = book.concepts[name]
    sources = (spellings(source) for source in (*concept.words, *concept.brand))
    single = dict.fromkeys(
        one.literal for source in sources for one in source if one.whole.isalpha() and len(one.whole) == 1
    )
    if single:
        what = _("“{word}” of “{name}” is a single character")
        yield at(book, name, what.format(word=_(", ").join(single), name=name))


def _superfluous(book: Rulebook, name: str, concept: Concept) -> Iterator[Problem]:
    """Yield the entries that find nothing which a shorter entry of the same concept does not find anyway.

    An entry with alternatives counts only when all of them are found so: it would be longer without the others.
    """
    if concept.not_inside:
        return  # the longer word may stand there to be found where the shorter one is blocked
    bare = {
        one.literal: source
        for source in concept.words
        for one in spellings(source)
        if one.plain and one.latin == (False, False)
    }
    for source in concept.words:
        others = {word for word, written in bare.items() if written != source}
        inside = [next(_inside(one, others), "") for one in spellings(source)]
        if all(inside):
            what = _("“{word}” of “{name}” needs no entry: “{other}” finds it").format(
                word=source, name=name, other=_(", ").join(dict.fromkeys(inside))
            )
            yield at(book, name, what)


def _blocks_nothing(book: Rulebook, name: str, concept: Concept) -> Iterator[Problem]:
    """Yield a line for the words of `not_inside` in which no word of the concept can stand."""
    words = [one for used in _with_used(book, name) for word in (*used.words, *used.brand) for one in spellings(word)]
    parts = {part for one in words for part in re.split("[…#]", one.whole) if part}
    idle = [source for source in concept.not_inside if not any(_holds(one, parts) for one in spellings(source))]
    if idle:
        what = _("under “not_inside” of “{name}” this holds no word of it: {words}")
        yield at(book, name, what.format(name=name, words=_(", ").join(idle)))


def _holds(one: Spelling, parts: AbstractSet[str]) -> bool:
    return not one.plain or any(part in one.whole for part in parts)


def _with_used(book: Rulebook, name: str) -> Iterator[Concept]:
    yield book.concepts[name]
    for used in book.concepts[name].use:
        yield from _with_used(book, used)


def _inside(one: Spelling, bare: AbstractSet[str]) -> Iterator[str]:
    word = one.whole
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            if (part := word[start:end]) in bare:
                yield part
                return


def _used(book: Rulebook) -> set[str]:
    named = set(book.searched)
    named |= {name for rule in book.rules for find in rule.find.any for name in names_in(find)}
    named |= {name for rule in book.rules for find in rule.find.any for name in without_in(find)}
    for excuse in book.excuses.values():
        for condition in excuse.any:
            named |= {*lists_of(condition), *(condition.quoted or ()), *(condition.message or ())}
    for way in book.means:
        named |= {*way.right, *way.left, *way.before, *way.after}
    said = book.sentences
    for name in Sentences.model_fields:
        named |= set(getattr(said, name))
    named |= {"name_company", "name_told"} & set(book.concepts)  # of `rules learn` (report/invented.py)
    open_ = list(named)
    while open_:
        more = [name for name in book.concepts[open_.pop()].use if name not in named]
        named |= set(more)
        open_ += more
    return named


def _used_excuses(book: Rulebook) -> set[str]:
    return {name for kind in book.categories.values() for name in kind.unless} | {
        name for rule in book.rules for name in (*(rule.unless or ()), *rule.also_unless)
    }


def at(book: Rulebook, name: str, what: str, instead: str = "") -> Problem:
    """Return a problem at the place of the rule, concept or excuse `name`; `instead` is what to write instead."""
    file, _colon, line = book.places.get(name, "").rpartition(":")
    return Problem(file, int(line or 0), 1, what, instead)
