"""From the octets of a YAML file to plain data that remembers its places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from banken.i18n import _
from banken.strictyaml.problem import Problem, ProblemsError, Trail

_BIGGEST = 16 * 1024 * 1024
"""Octets of a file that a person may have written."""


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data, with the line and column of each value (of its key, where it has one)."""

    file: str
    data: Any = field(repr=False)  # a configuration may hold a password
    places: Mapping[Trail, tuple[int, int]] = field(repr=False)

    def problem(self, trail: Trail, what: str, todo: str = "") -> Problem:
        """Return a Problem at `trail`, or at its nearest known parent."""
        while trail and trail not in self.places:
            trail = trail[:-1]
        line, column = self.places.get(trail, (1, 1))
        return Problem(self.file, line, column, what, todo)


def read(path: Path, name: str | None = None) -> Document:
    """Read the YAML file at `path` (UTF-8); messages call it `name`.

    Raises ProblemsError for a file that is missing, unreadable, not UTF-8 or not YAML.
    """
    name = name or str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(_BIGGEST + 1)
    except OSError as error:
        raise ProblemsError([_unreadable(name, error)]) from None
    if len(raw) > _BIGGEST:
        raise ProblemsError([Problem(name, 0, 0, _("this file is too big"), _("name the right file"))])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemsError([_not_utf8(name, raw[: error.start])]) from None
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Read YAML text; `data` is None for an empty one. Raises ProblemsError."""
    # Imported here: a service that has its files read by another process does without PyYAML.
    from banken.strictyaml.tree import plant  # noqa: PLC0415

    return Document(name, *plant(text, name))


def _unreadable(name: str, error: OSError) -> Problem:
    match error:
        case FileNotFoundError():
            return Problem(name, 0, 0, _("there is no such file"), _("check the name"))
        case IsADirectoryError():
            return Problem(name, 0, 0, _("this is a folder, not a file"), _("name the file in it"))
        case PermissionError():
            return Problem(name, 0, 0, _("this file may not be read"), _("check its owner and its mode"))
    return Problem(name, 0, 0, _("cannot read this file: {why}").format(why=error.strerror or error))


def _not_utf8(name: str, before: bytes) -> Problem:
    line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode("utf-8-sig", "replace")) + 1
    return Problem(name, line, column, _("this file is not UTF-8"), _("save it as UTF-8"))
