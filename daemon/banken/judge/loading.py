"""From the rule files to a judge: strictly, with all mistakes at once, each at its place.

Files of the house come first (concepts, grammar, the platform's rules), then the worker's own: those may extend a
concept that exists, and bring rules, concepts and excuses of their own, so that an upgrade takes nothing away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from banken.heap import growing
from banken.i18n import _
from banken.judge import checks
from banken.judge.book import Rulebook
from banken.judge.judge import Judge
from banken.judge.model import Reader
from banken.judge.reader import load_reader
from banken.judge.schema import CategoryRule, Concept, Excuse, Means, Rule, RuleFile, Sentences
from banken.strictyaml import Document, Problem, ProblemsError, Trail, did_you_mean, read, validate
from banken.words import Category

NOT_RULES = frozenset({"platform.yaml", "demo.yaml"})
"""Files in a platform's folder that other rooms read."""


@dataclass
class _Shelf:
    """Everything read so far, and where it stands."""

    concepts: dict[str, Concept] = field(default_factory=dict)
    excuses: dict[str, Excuse] = field(default_factory=dict)
    means: list[Means] = field(default_factory=list)
    sentences: Sentences = field(default_factory=Sentences)
    categories: dict[Category, CategoryRule] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    at: dict[str, tuple[Document, Trail]] = field(default_factory=dict)
    """Where each thing stands, by kind and name: `concepts line`, `rules contact.line`, …"""
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False
    """Whether a file could not be read: then names that seem unknown may stand in it."""


def load(
    root: Path,
    platform: str = "crowdworks",
    *,
    add: Iterable[Path] = (),
    disable: Iterable[str] = (),
    override: Mapping[str, Mapping[str, Any]] | None = None,
    reader: bool | Reader = True,
) -> Judge:
    """Return a judge with the rules under `root` for `platform`.

    `add` are files or folders of the worker's own rules, `disable` ids of rules to leave out, `override` changes keys
    of single rules by id, `reader` says whether the learned reader is asked too (or brings one).
    Raises ProblemsError with every mistake at its place.
    """
    book = load_book(root, platform, add=add, disable=disable, override=override)
    return Judge(book, load_reader(root) if reader is True else reader or None)


@growing()
def load_book(
    root: Path,
    platform: str = "crowdworks",
    *,
    add: Iterable[Path] = (),
    disable: Iterable[str] = (),
    override: Mapping[str, Mapping[str, Any]] | None = None,
) -> Rulebook:
    """Return the checked rules, as `load` takes them; raises ProblemsError."""
    shelf = _Shelf()
    for path in _house_files(root, platform, shelf):
        _shelve(shelf, path, path.relative_to(root).as_posix(), own=False)
    for path in _own_files(add, shelf):
        _shelve(shelf, path, str(path), own=True)
    _disable(shelf, disable)
    _override(shelf, override or {})
    if not shelf.broken:
        shelf.problems += checks.problems(
            shelf.concepts, shelf.excuses, shelf.categories, shelf.rules, _loose(shelf), shelf.at
        )
    if shelf.problems:
        raise ProblemsError(shelf.problems)
    places = {name.partition(" ")[2]: _place(*where) for name, where in shelf.at.items()}
    return Rulebook(
        shelf.concepts,
        shelf.excuses,
        shelf.means,
        shelf.sentences,
        shelf.categories,
        list(shelf.rules.values()),
        places,
    )


def _house_files(root: Path, platform: str, shelf: _Shelf) -> Iterator[Path]:
    for folder in ("concepts", "grammar", platform):
        files = sorted(path for path in (root / folder).glob("*.yaml") if path.name not in NOT_RULES)
        if not files:
            what = _("no rule files here")
            shelf.problems.append(Problem(str(root / folder), 0, 0, what, _("is the folder complete?")))
        yield from files


def _own_files(add: Iterable[Path], shelf: _Shelf) -> Iterator[Path]:
    for path in add:
        if path.is_dir():
            yield from sorted(path.glob("*.yaml"))
        elif path.is_file():
            yield path
        else:
            shelf.problems.append(Problem(str(path), 0, 0, _("there is no such file or folder"), "rules.add"))


def _shelve(shelf: _Shelf, path: Path, name: str, *, own: bool) -> None:
    try:
        document = read(path, name)
        file = validate(document, RuleFile)
    except ProblemsError as error:
        shelf.problems += error.problems
        shelf.broken = True
        return
    for concept, words in file.concepts.items():
        if own and concept in shelf.concepts:
            shelf.concepts[concept] = _extended(shelf.concepts[concept], words)
        else:
            _put(shelf, shelf.concepts, "concepts", concept, words, document, ("concepts", concept))
    for excuse, text in file.excuses.items():
        _put(shelf, shelf.excuses, "excuses", excuse, text, document, ("excuses", excuse))
    for category, kind in file.categories.items():
        _put(shelf, shelf.categories, "categories", category, kind, document, ("categories", category))
    for index, rule in enumerate(file.rules):
        _put(shelf, shelf.rules, "rules", rule.id, rule, document, ("rules", index))
    if file.means or file.sentences != Sentences():
        shelf.at[f"means {name}"] = (document, ("means",) if file.means else ("sentences",))
    shelf.means += file.means
    shelf.sentences = _joined(shelf.sentences, file.sentences)


def _put(
    shelf: _Shelf, things: dict[Any, Any], kind: str, name: str, thing: Any, document: Document, trail: Trail
) -> None:
    if name in things:
        first = _place(*shelf.at[f"{kind} {name}"])
        what = _("“{name}” exists already, at {place}").format(name=name, place=first)
        shelf.problems.append(document.problem(trail, what, _("choose another id")))
        return
    things[name] = thing
    shelf.at[f"{kind} {name}"] = (document, trail)


def _extended(concept: Concept, more: Concept) -> Concept:
    lists = {
        name: (*getattr(concept, name), *getattr(more, name))
        for name in ("brand", "words", "links", "atoms", "not_inside", "use")
    }
    return concept.model_copy(update=lists)


def _joined(one: Sentences, other: Sentences) -> Sentences:
    return Sentences(**{name: (*getattr(one, name), *getattr(other, name)) for name in Sentences.model_fields})


def _disable(shelf: _Shelf, disable: Iterable[str]) -> None:
    for name in disable:
        if name not in shelf.rules:
            what = _("there is no rule “{name}”").format(name=name)
            shelf.problems.append(Problem("rules.disable", 0, 0, what, did_you_mean(name, shelf.rules)))
        shelf.rules.pop(name, None)


def _override(shelf: _Shelf, override: Mapping[str, Mapping[str, Any]]) -> None:
    for name, changes in override.items():
        source = f"rules.override.{name}"
        if name not in shelf.rules:
            what = _("there is no rule “{name}”").format(name=name)
            shelf.problems.append(Problem(source, 0, 0, what, did_you_mean(name, shelf.rules)))
            continue
        rule = shelf.rules[name].model_dump(by_alias=True, exclude_unset=True)
        try:
            shelf.rules[name] = validate(Document(source, {**rule, **changes}, {(): (0, 0)}), Rule)
        except ProblemsError as error:
            shelf.problems += error.problems


def _loose(shelf: _Shelf) -> list[tuple[str, Sequence[str]]]:
    """Return the lists that grammar names outside concepts and excuses, each with what names it."""
    named = [("sentences", getattr(shelf.sentences, name)) for name in Sentences.model_fields]
    return named + [("means", names) for way in shelf.means for names in (way.right, way.left, way.before, way.after)]


def _place(document: Document, trail: Trail) -> str:
    problem = document.problem(trail, "")
    return f"{problem.file}:{problem.line}"
