"""Read a platform's advice from its files, and say every mistake in them at its place."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from banken.i18n import LANGUAGES, _
from banken.respond.advice import Advice
from banken.respond.advice_model import PLACEHOLDERS, AdviceFile, Common, Entry, Texts
from banken.strictyaml import Document, Problem, ProblemsError, did_you_mean, read, validate
from banken.words import Category

COMMON = "common.yaml"


def load_advice(folder: Path) -> Advice:
    """Read a platform's advice. Raises ProblemsError with every mistake of every file at its place."""
    problems: list[Problem] = []
    entries: dict[str, tuple[Category, Entry]] = {}
    common: Common | None = None
    documents = []
    for path in sorted(folder.glob("*.yaml")):
        name = f"{folder.parent.name}/{folder.name}/{path.name}"
        try:
            document = read(path, name)
            if path.name == COMMON:
                common = validate(document, Common)
            else:
                documents.append((document, validate(document, AdviceFile)))
        except ProblemsError as error:
            problems += error.problems
    if common is None and not problems:
        problems.append(Problem(f"{folder.parent.name}/{folder.name}/{COMMON}", 1, 1, _("this file is missing")))
    for document, file in documents:
        problems += _file_problems(document, file, common, entries)
        entries |= {key: (file.category, entry) for key, entry in file.advice.items()}
    if not problems:
        problems += _missing_categories(folder, entries)
    if problems:
        raise ProblemsError(problems)
    assert common is not None
    return Advice(common, entries)


def _missing_categories(folder: Path, entries: Mapping[str, object]) -> Iterator[Problem]:
    for category in Category:
        if category.value not in entries:
            what = _("there is no advice for “{category}”").format(category=category.value)
            yield Problem(f"{folder.parent.name}/{folder.name}", 1, 1, what, _("add a file for it"))


def _file_problems(
    document: Document, file: AdviceFile, common: Common | None, known: Mapping[str, object]
) -> Iterator[Problem]:
    own = file.advice.get(file.category.value)
    if own is None:
        what = _("the entry “{key}” is missing").format(key=file.category.value)
        yield document.problem(("advice",), what, _("it is what the other entries lean on"))
    for key, entry in file.advice.items():
        trail = ("advice", key)
        if key in known:
            yield document.problem(trail, _("“{key}” stands in another file too").format(key=key))
        if common is not None:
            yield from _unknown_names(document, trail, entry, common)
        for language in LANGUAGES:
            yield from _text_problems(document, (*trail, language), entry.texts(language))
        yield from _one_sided(document, trail, entry)
        if entry is own:
            yield from _incomplete(document, trail, entry)
        else:
            yield from _not_brief(document, trail, entry)


def _unknown_names(document: Document, trail: tuple[str, ...], entry: Entry, common: Common) -> Iterator[Problem]:
    if entry.source is not None and entry.source not in common.pages:
        what = _("there is no page “{name}” in {file}").format(name=entry.source, file=COMMON)
        yield document.problem((*trail, "source"), what, did_you_mean(entry.source, common.pages))
    for name in entry.ask or ():
        if name not in common.whom:
            what = _("there is nobody called “{name}” in {file}").format(name=name, file=COMMON)
            yield document.problem((*trail, "ask"), what, did_you_mean(name, common.whom))


def _incomplete(document: Document, trail: tuple[str, ...], entry: Entry) -> Iterator[Problem]:
    """Find what a category's own entry lacks: all that others may leave out (a reply only where one should answer)."""
    missing = [name for name in ("as_of", "source", "ask") if getattr(entry, name) is None]
    for language in LANGUAGES:
        texts = entry.texts(language)
        needed = ("title", "tool", "short", "why", "brief", "dont", "steps")
        missing += [f"{language}.{name}" for name in needed if getattr(texts, name) is None]
        missing += [f"{language}.also"] if texts.reply is not None and texts.also is None else []
    if missing:
        yield document.problem(trail, _("here is missing: {names}").format(names=", ".join(missing)), _("add it"))


def _not_brief(document: Document, trail: tuple[str, ...], entry: Entry) -> Iterator[Problem]:
    """Find where a reason of an entry's own would be given in the words of another, when told briefly."""
    for language in LANGUAGES:
        texts = entry.texts(language)
        if texts.why is not None and texts.brief is None:
            what = _("here is missing: {names}").format(names=f"{language}.brief")
            yield document.problem(trail, what, _("add it"))


def _one_sided(document: Document, trail: tuple[str, ...], entry: Entry) -> Iterator[Problem]:
    only = entry.ja.model_fields_set ^ entry.en.model_fields_set
    if only:
        what = _("only one language has: {names}").format(names=", ".join(sorted(only)))
        yield document.problem(trail, what, _("write it in both"))


def _text_problems(document: Document, trail: tuple[str, ...], texts: Texts) -> Iterator[Problem]:
    for at, text in _all_texts(texts.model_dump(exclude_none=True), trail):
        try:
            names = [name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None]
        except ValueError:
            names = [text]
        for name in names:
            if name not in PLACEHOLDERS:
                what = _("“{name}” cannot stand in braces").format(name="{" + name + "}")
                yield document.problem(at, what, did_you_mean(name, PLACEHOLDERS))


def _all_texts(value: Any, trail: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield trail, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _all_texts(item, (*trail, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _all_texts(item, (*trail, index))
