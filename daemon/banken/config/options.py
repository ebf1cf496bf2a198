"""The schema as a list of options: what the example file and the tables of `docs/` are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic_core import PydanticUndefined

from banken.config.section import About, Form, Section
from banken.config.values import format_duration

Shape = Literal["value", "section", "list", "named"]
"""A value; keys below it; a list of sections; sections by name."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a section: its key, what the schema says of it, and the section below it, if any.

    `default` is YAML text, "" where there is none.
    """

    key: str
    about: About
    forms: tuple[Form, ...]
    required: bool
    default: str
    many: bool = False
    """Whether a list of such values is meant."""
    shape: Shape = "value"
    below: type[Section] | None = None


def options(section: type[Section]) -> Iterator[Option]:
    """Yield the options of `section` in the order of the schema."""
    for name, field in section.model_fields.items():
        parts = list(_parts(field.annotation))
        below = next((part for part in parts if isinstance(part, type) and issubclass(part, Section)), None)
        shape: Shape = "value"
        if below is not None:
            shape = "list" if tuple in parts else "named" if dict in parts else "section"
        about = next(note for note in field.metadata if isinstance(note, About))
        yield Option(
            key=field.alias or name,
            about=about,
            forms=tuple(dict.fromkeys(_forms([*field.metadata, *parts]))),
            required=field.is_required(),
            # a default that is made anew each time may depend on the machine (the home folder)
            default=about.example if field.default_factory and below is None else _default(field.default),
            many=tuple in parts,
            shape=shape,
            below=below,
        )


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield everything an annotation is made of: `tuple[A | None, ...]` yields tuple, A, None."""
    origin = get_origin(annotation)
    if origin is None or origin is Literal:
        yield annotation
        return
    yield origin
    for argument in get_args(annotation):
        yield from _parts(argument)


def _forms(notes: list[Any]) -> Iterator[Form]:
    for note in notes:
        if isinstance(note, Form):
            yield note
        elif get_origin(note) is Literal:
            yield _choice(get_args(note))
        elif isinstance(note, type) and issubclass(note, Enum):
            yield _choice(tuple(note))
        elif note is bool:
            yield _choice((True, False))
        elif isinstance(getattr(note, "form", None), Form):
            yield note.form


def _choice(words: tuple[Any, ...]) -> Form:
    text = " / ".join(f"`{_written(word)}`" for word in words)
    return Form(text, text)


def _default(default: Any) -> str:
    return "" if default is PydanticUndefined or isinstance(default, Section) else _written(default)


def _written(value: Any) -> str:
    """Return a default as YAML text."""
    if isinstance(value, tuple):
        return f"[{', '.join(_written(item) for item in value)}]"
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, Enum):
        return str(value.value)
    return {None: "", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else str(value)
