"""Read YAML that people write by hand: strictly, with the place of every mistake, all mistakes at once.

Two differences from plain YAML 1.1, both for people who write rules in Japanese: `NO`, `on`, `y` stay words (only
`true` and `false` are truth values), and anchors are refused, since an alias may stand for a billion others.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from banken.i18n import _

Trail = tuple[str | int, ...]
"""Where a value stands in the tree: keys and list positions from the root."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file: where it is, what is wrong, what to do. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    what: str
    todo: str = ""

    def __str__(self) -> str:
        """Return `FILE:LINE:COL: what is wrong — what to do`."""
        place = f"{self.file}:{self.line}:{self.column}: {self.what}"
        return f"{place} — {self.todo}" if self.todo else place


class ProblemsError(Exception):
    """A file that a person wrote has mistakes; `problems` holds all of them, in order of place, never empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data, with the line and column of each value (of its key, where it has one)."""

    file: str
    data: Any
    places: Mapping[Trail, tuple[int, int]]

    def problem(self, trail: Trail, what: str, todo: str = "") -> Problem:
        """Return a Problem at `trail`, or at its nearest known parent."""
        while trail and trail not in self.places:
            trail = trail[:-1]
        line, column = self.places.get(trail, (1, 1))
        return Problem(self.file, line, column, what, todo)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like `word`, or "" when none is near."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the advice for an unknown word: the nearest known one, or all of them."""
    known = list(known)
    near = nearest(word, known)
    if near:
        return _("did you mean “{word}”?").format(word=near)
    return _("known here: {words}").format(words=", ".join(known))


def read(path: Path, name: str | None = None) -> Document:
    """Read the YAML file at `path` (UTF-8); messages call it `name`.

    Raises ProblemsError for a file that is missing, unreadable, not UTF-8 or not YAML.
    """
    name = name or str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemsError([Problem(name, 1, 1, _("this file is not UTF-8"), _("save it as UTF-8"))]) from None
    except OSError as error:
        raise ProblemsError(
            [Problem(name, 1, 1, _("cannot read this file: {why}").format(why=error.strerror or error))]
        ) from None
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Read YAML text; `data` is None for an empty one. Raises ProblemsError."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise ProblemsError([_syntax_problem(error, text, name)]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ProblemsError([Problem(name, 1, 1, _("this is not YAML: {why}").format(why=error))]) from None
    builder = _Builder(name)
    data = builder.build(node, ()) if node is not None else None
    if builder.problems:
        raise ProblemsError(builder.problems)
    return Document(name, data, builder.places)


def validate(document: Document, model: type[Model], data: Any = None, at: Trail = ()) -> Model:
    """Return `data` (by default the whole document) as `model`; `at` is where it stands in the document.

    Raises ProblemsError with every unknown key, wrong type and impossible combination at its place.
    """
    data = document.data if data is None else data
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise ProblemsError([_explain(document, model, detail, at) for detail in details]) from None


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """PyYAML's safe loader with the few implicit types that people expect."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own name and shape


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false|True|False)$", "tTfF"),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"^[-+]?[0-9]+\.[0-9]+$", "-+0123456789"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


class _Builder:
    """Turns the node tree into plain data and notes where each value stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Trail, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, trail: Trail) -> Any:
        self.places.setdefault(trail, _place(node))
        if id(node) in self._seen:
            line, column = self.places[trail]
            what = _("anchors and aliases (& and *) are not read here")
            self.problems.append(Problem(self.file, line, column, what, _("write it out")))
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, trail)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*trail, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, trail: Trail) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in data:
                line, column = _place(key_node)
                what = _("“{key}” stands here twice").format(key=key)
                self.problems.append(Problem(self.file, line, column, what, _("keep one of them")))
            self.places[(*trail, key)] = _place(key_node)
            data[key] = self.build(value_node, (*trail, key))
        return data


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    match node.tag.rpartition(":")[2]:
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text) if len(text) < 20 else text  # a longer run of digits is no number anyone means
        case "float":
            return float(text)
        case "null":
            return None
    return text


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, name: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    if "\t" in here[: len(here) - len(here.lstrip())] or "\\t" in (error.problem or ""):
        return Problem(name, line, column, _("a tab stands where spaces must be"), _("indent with spaces"))
    return Problem(name, line, column, _("this is not YAML: {why}").format(why=error.problem or error.context))


def _explain(document: Document, model: type[BaseModel], detail: ErrorDetails, at: Trail) -> Problem:
    trail = (*at, *_trail(document, detail["loc"], at))
    kind, context = detail["type"], detail.get("ctx", {})
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    match kind:
        case "extra_forbidden":
            known = _known_keys(model, detail["loc"][:-1])
            return document.problem(trail, _("unknown key “{key}”").format(key=key), did_you_mean(key, known))
        case "missing":
            return document.problem(trail, _("“{key}” is missing").format(key=key), _("add it"))
        case "literal_error" | "enum":
            what = _("“{value}” cannot stand here").format(value=detail["input"])
            expected = str(context.get("expected", ""))
            return document.problem(trail, what, did_you_mean(str(detail["input"]), re.findall(r"'([^']*)'", expected)))
        case "value_error":
            what, _sep, todo = str(context.get("error", detail["msg"])).partition(" — ")
            return document.problem(trail, what, todo)
    if kind not in _EXPECTED:
        return document.problem(trail, f"{key}: {detail['msg']}")
    return document.problem(trail, _(_EXPECTED[kind]).format(key=key, value=detail["input"], **context))


_EXPECTED = {
    "string_type": "“{key}” must be text, not “{value}”",
    "int_type": "“{key}” must be a whole number, not “{value}”",
    "int_parsing": "“{key}” must be a whole number, not “{value}”",
    "float_parsing": "“{key}” must be a number, not “{value}”",
    "bool_type": "“{key}” must be true or false, not “{value}”",
    "bool_parsing": "“{key}” must be true or false, not “{value}”",
    "list_type": "“{key}” must be a list",
    "tuple_type": "“{key}” must be a list",
    "dict_type": "“{key}” must have keys of its own below it",
    "model_type": "“{key}” must have keys of its own below it",
    "model_attributes_type": "“{key}” must have keys of its own below it",
    "greater_than_equal": "“{key}” must be {ge} or more, not {value}",
    "less_than_equal": "“{key}” must be {le} or less, not {value}",
    "too_short": "“{key}” must not be empty",
    "string_too_short": "“{key}” must not be empty",
    "string_pattern_mismatch": "“{key}” cannot be “{value}”",
}
"""pydantic's error types in our words; each is a msgid."""


def _trail(document: Document, loc: tuple[str | int, ...], at: Trail) -> Trail:
    """Drop the names that pydantic puts into a location for unions, which are no keys of the file."""
    trail: Trail = ()
    for position, step in enumerate(loc):
        known = (*at, *trail, step) in document.places
        if known or position == len(loc) - 1:
            trail = (*trail, step)
    return trail


def _known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that `model` knows at `loc` (the union of the alternatives there)."""
    models = [model]
    for step in loc:
        if isinstance(step, str):
            deeper = [found for one in models for found in _models_below(one, step)]
            models = deeper or models
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _models_below(model: type[BaseModel], step: str) -> Iterator[type[BaseModel]]:
    for name, field in model.model_fields.items():
        if step in (name, field.alias):
            yield from _models_in(field.annotation)
    if step == model.__name__:
        yield model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)
