"""A mistake in a file, told to the person who wrote it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from banken.i18n import _

Trail = tuple[str | int, ...]
"""Where a value stands in the tree: keys and list positions from the root."""

_LONGEST = 60
"""Characters of a value that a message repeats."""
_MOST = 20
"""Known words that a message lists."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file: where it is, what is wrong, what to do. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    what: str
    todo: str = ""

    def __str__(self) -> str:
        """Return `FILE:LINE:COL: what is wrong — what to do`; without a line, `FILE: …`; without a file, neither."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        what = f"{place}: {self.what}" if place else self.what
        return f"{what} — {self.todo}" if self.todo else what


class ProblemsError(Exception):
    """A file that a person wrote has mistakes; `problems` holds all of them, in order of place, never empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how another process makes it again: from its problems, not from its text."""
        return type(self), (self.problems,)


class Mistake(ValueError):  # noqa: N818 - it is raised inside pydantic validators and never reaches a person as such
    """What a validator raises: what is wrong and what to do, both in the worker's language."""

    def __init__(self, what: str, todo: str = "") -> None:
        super().__init__(f"{what} — {todo}" if todo else what)
        self.what = what
        self.todo = todo


def shown(value: Any) -> str:
    """Return `value` as a message may repeat it: short, on one line, invisible characters spelled out."""
    match value:
        case None:
            return _("(nothing)")
        case bool():
            return str(value).lower()
        case dict() | list() | tuple():
            return _("(several values)")
    text = str(value)
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like `word` (case and width aside), or "" when none is near."""
    folded = {_fold(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(_fold(word), list(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the advice for an unknown word: the nearest known one, or all of them ("" when none is known)."""
    known = list(dict.fromkeys(known))
    near = nearest(word, known)
    if near:
        return _("did you mean “{word}”?").format(word=near)
    listed = ", ".join([*known[:_MOST], *(["…"] if len(known) > _MOST else [])])
    return _("known here: {words}").format(words=listed) if known else ""


def _fold(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()
