"""What every part of the configuration shares: strictness, its description, and telling all mistakes at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from banken.strictyaml import Mistake, Trail


@dataclass(frozen=True, slots=True)
class About:
    """What an option is for, in both languages, and how it stands in `config.example.yaml`.

    `example` is YAML text and defaults to the option's default; an option that is `off` stands there commented out.
    """

    ja: str
    en: str
    example: str = ""
    off: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is written, in both languages, for the tables of `docs/`."""

    ja: str
    en: str


class Remark(NamedTuple):
    """Something to say about a section: below which of its keys, what is wrong, what to do."""

    at: Trail
    what: str
    todo: str = ""


class Section(BaseModel):
    """Base of all parts: unknown keys are mistakes, nothing changes after reading, no value stands in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    @classmethod
    def contradictions(cls, given: Mapping[str, Any]) -> Iterator[Remark]:  # noqa: ARG003 - for those who override it
        """Yield what cannot stand together in `given`, the section as written: its values may be of any type."""
        yield from ()

    def doubts(self) -> Iterator[Remark]:
        """Yield what is allowed and yet hardly meant."""
        yield from ()

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Tell contradictions together with the mistakes in single values (pydantic alone stops before them)."""
        remarks = list(cls.contradictions(given)) if isinstance(given, Mapping) else []
        try:
            section = handler(given)
        except ValidationError as error:
            raise _error(cls.__name__, [*_details(error), *_contradictions(remarks)]) from None
        if remarks:
            raise _error(cls.__name__, _contradictions(remarks))
        return section


def listed(value: Any) -> list[Any]:
    """Return `value` as written when it is a list, else an empty one (what else it is, validation tells)."""
    return value if isinstance(value, list) else []


def _error(title: str, details: Iterable[InitErrorDetails]) -> ValidationError:
    return ValidationError.from_exception_data(title, list(details))


def _details(error: ValidationError) -> Iterator[InitErrorDetails]:
    for detail in error.errors(include_url=False):
        ctx = detail.get("ctx", {})
        yield InitErrorDetails(type=detail["type"], loc=detail["loc"], input=detail["input"], ctx=ctx)


def _contradictions(remarks: Iterable[Remark]) -> Iterator[InitErrorDetails]:
    for at, what, todo in remarks:
        yield InitErrorDetails(type="value_error", loc=at, input=None, ctx={"error": Mistake(what, todo)})
