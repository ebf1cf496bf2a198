"""From plain data to a pydantic model, and from pydantic's complaints to ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from banken.i18n import _
from banken.strictyaml.document import Document
from banken.strictyaml.problem import Mistake, Problem, ProblemsError, Trail, did_you_mean, shown

Model = TypeVar("Model", bound=BaseModel)


def validate(
    document: Document,
    model: type[Model],
    data: Any = None,
    at: Trail = (),
    context: dict[str, Any] | None = None,
) -> Model:
    """Return `data` (by default the whole document) as `model`; `at` is where it stands in the document.

    `context` is what the model's validators find in `ValidationInfo.context`.
    Raises ProblemsError with every unknown key, wrong type and impossible combination at its place.
    """
    data = document.data if data is None else data
    try:
        return model.model_validate({} if data is None else data, context=context)
    except ValidationError as error:
        details = [detail for detail in error.errors(include_url=False) if not _echo(detail)]
        raise ProblemsError([_explain(document, model, detail, at) for detail in details]) from None


def _echo(detail: ErrorDetails) -> bool:
    """Whether pydantic calls a list too short only because it did not count its bad entries."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _explain(document: Document, model: type[BaseModel], detail: ErrorDetails, at: Trail) -> Problem:
    loc, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    trail = (*at, *_trail(document, loc, at))
    key = shown(next((step for step in reversed((*at, *loc)) if isinstance(step, str)), ""))
    match kind:
        case "extra_forbidden":
            what, todo = _("unknown key “{key}”"), did_you_mean(str(loc[-1]), _known_keys(model, loc[:-1]))
        case "missing":
            what, todo = _("“{key}” is missing"), _("add it")
        case "literal_error" | "enum":
            words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            what, todo = _("“{key}” cannot be “{value}”"), did_you_mean(str(detail["input"]), words)
        case "value_error":
            return document.problem(trail, *_mistake(context.get("error"), detail["msg"]))
        case _ if kind in _MODEL and not trail:
            what, todo = _("this file does not consist of “key: value” lines"), _half_width(detail["input"])
        case _:
            what, todo = _expected(kind, detail["msg"])
    return document.problem(trail, what.format(key=key, value=shown(detail["input"]), **_numbers(context)), todo)


def _mistake(error: Any, message: str) -> tuple[str, str]:
    if isinstance(error, Mistake):
        return error.what, error.todo
    what, _sep, todo = str(error or message).partition(" — ")
    return what, todo


def _half_width(data: Any) -> str:
    wide = isinstance(data, str) and "：" in data
    return _("write a half-width colon and a space behind the key") if wide else _("write them")


def _expected(kind: str, message: str) -> tuple[str, str]:
    if kind not in _EXPECTED:
        return "“{key}”: " + message.replace("{", "{{").replace("}", "}}"), ""
    what, todo = _EXPECTED[kind]
    return _(what), _(todo) if todo else ""


def _numbers(context: dict[str, Any]) -> dict[str, Any]:
    """Return the bounds that pydantic names in its context."""
    return {name: context[name] for name in ("ge", "le", "gt", "lt", "min_length", "max_length") if name in context}


_MODEL = ("model_type", "model_attributes_type", "dict_type")

_BLOCK = ("“{key}” must have keys of its own below it", "indent them under it")
_LIST = ("“{key}” must be a list, not {value}", "write it as [one, another]")

_EXPECTED = {
    "string_type": ("“{key}” must be text, not {value}", "put it in quotes"),
    "int_type": ("“{key}” must be a whole number, not {value}", ""),
    "int_parsing": ("“{key}” must be a whole number, not {value}", ""),
    "int_from_float": ("“{key}” must be a whole number, not {value}", ""),
    "float_type": ("“{key}” must be a number, not {value}", ""),
    "float_parsing": ("“{key}” must be a number, not {value}", ""),
    "bool_type": ("“{key}” must be true or false, not {value}", ""),
    "bool_parsing": ("“{key}” must be true or false, not {value}", ""),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _BLOCK,
    "model_type": _BLOCK,
    "model_attributes_type": _BLOCK,
    "greater_than_equal": ("“{key}” must be {ge} or more, not {value}", ""),
    "less_than_equal": ("“{key}” must be {le} or less, not {value}", ""),
    "greater_than": ("“{key}” must be more than {gt}, not {value}", ""),
    "less_than": ("“{key}” must be less than {lt}, not {value}", ""),
    "too_short": ("“{key}” must hold {min_length} or more", "add what is missing"),
    "string_too_short": ("“{key}” must not be empty", "fill it in"),
    "too_long": ("“{key}” must hold {max_length} or less", ""),
    "string_too_long": ("“{key}” must not be longer than {max_length} characters", ""),
    "string_pattern_mismatch": ("“{key}” cannot be “{value}”", ""),
}
"""pydantic's error types in our words: what is wrong and what to do, as msgids."""


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


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)
