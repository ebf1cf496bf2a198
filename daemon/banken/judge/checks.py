"""What the schema cannot see: that every name in the rules is known, and that nothing goes round in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import re2

from banken.i18n import _
from banken.judge.book import compile_pattern
from banken.judge.predicates import Term
from banken.judge.schema import CategoryRule, Concept, Excuse, Find, Rule
from banken.strictyaml import Document, Problem, Trail, did_you_mean
from banken.words import Category

Whereabouts = Mapping[str, tuple[Document, Trail]]


def problems(
    concepts: Mapping[str, Concept],
    excuses: Mapping[str, Excuse],
    categories: Mapping[Category, CategoryRule],
    rules: Mapping[str, Rule],
    loose: Iterable[tuple[str, Sequence[str]]],
    at: Whereabouts,
) -> Iterator[Problem]:
    """Yield every unknown name, circle and broken pattern, at its place."""
    for name, concept in concepts.items():
        document, trail = at[f"concepts {name}"]
        yield from _unknown(concept.use, concepts, _("concept"), document, (*trail, "use"))
    yield from _circles(concepts, at)
    for name, excuse in excuses.items():
        document, trail = at[f"excuses {name}"]
        for index, condition in enumerate(excuse.any):
            for key in (
                "after",
                "before",
                "around",
                "quoted",
                "message",
                "in_paragraph_head",
                "unless",
                "unless_between",
            ):
                where = (*trail, "any", index, key)
                yield from _unknown(getattr(condition, key) or (), concepts, _("concept"), document, where)
    for category, kind in categories.items():
        document, trail = at[f"categories {category}"]
        yield from _unknown(kind.unless, excuses, _("excuse"), document, (*trail, "unless"))
        yield from _unknown(kind.reader.heeds, excuses, _("excuse"), document, (*trail, "reader", "heeds"))
        yield from _unknown(kind.anchors, concepts, _("concept"), document, (*trail, "anchors"))
    for rule in rules.values():
        yield from _rule_problems(rule, concepts, excuses, categories, *at[f"rules {rule.id}"])
    for what, names in loose:
        document, trail = next(
            (where for name, where in at.items() if name.startswith("means ")), (Document("", None, {}), ())
        )
        yield from _unknown(names, concepts, _("concept"), document, (*trail[:-1], what))


def _rule_problems(
    rule: Rule,
    concepts: Mapping[str, Concept],
    excuses: Mapping[str, Excuse],
    categories: Mapping[Category, CategoryRule],
    document: Document,
    trail: Trail,
) -> Iterator[Problem]:
    if rule.category not in categories:
        yield document.problem(
            (*trail, "category"), _("the category “{name}” has no levels").format(name=rule.category)
        )
    for key in ("unless", "also_unless", "not_unless"):
        yield from _unknown(getattr(rule, key) or (), excuses, _("excuse"), document, (*trail, key))
    for index, find in enumerate(rule.find.any):
        yield from _find_problems(find, concepts, document, (*trail, "find", "any", index))
    for index, test in enumerate(rule.tests):
        if test.because:
            known = {**excuses, "stage": None, "unsure": None}
            yield from _unknown([test.because], known, _("excuse"), document, (*trail, "tests", index, "because"))


def _find_problems(find: Find, concepts: Mapping[str, Concept], document: Document, trail: Trail) -> Iterator[Problem]:
    key = find.predicate
    value = getattr(find, key)
    where = (*trail, key)
    yield from _unknown(find.without, concepts, _("concept"), document, (*trail, "without"))
    match key:
        case "atom" | "case":
            return
        case "all":
            for index, part in enumerate(value):
                yield from _find_problems(part, concepts, document, (*where, index))
        case "pattern":
            try:
                compile_pattern(value)
            except re2.error as error:
                yield document.problem(where, _("RE2 cannot read this pattern: {why}").format(why=error))
        case "mention" | "means" | "link" | "disguised":
            yield from _unknown(value, concepts, _("concept"), document, where)
        case _:
            names = [name for term in value for name, _means in Term.parse(term).concepts]
            yield from _unknown(names, concepts, _("concept"), document, where)


def _unknown(
    names: Iterable[str], known: Iterable[str], kind: str, document: Document, trail: Trail
) -> Iterator[Problem]:
    known = list(known)
    for index, name in enumerate(names):
        if name not in known:
            what = _("unknown {kind} “{name}”").format(kind=kind, name=name)
            place = (*trail, index) if (*trail, index) in document.places else trail
            yield document.problem(place, what, did_you_mean(name, known))


def _circles(concepts: Mapping[str, Concept], at: Whereabouts) -> Iterator[Problem]:
    done: set[str] = set()
    for start in concepts:
        path: list[str] = []
        yield from _walk(start, path, done, concepts, at)


def _walk(
    name: str, path: list[str], done: set[str], concepts: Mapping[str, Concept], at: Whereabouts
) -> Iterator[Problem]:
    if name in path:
        document, trail = at[f"concepts {name}"]
        circle = " → ".join([*path[path.index(name) :], name])
        yield document.problem((*trail, "use"), _("“use” goes round in a circle: {circle}").format(circle=circle))
        return
    if name in done or name not in concepts:
        return
    path.append(name)
    for used in concepts[name].use:
        yield from _walk(used, path, done, concepts, at)
    path.pop()
    done.add(name)
