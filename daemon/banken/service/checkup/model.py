"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a thing is."""

    GOOD = "good"
    NOTE = "note"
    """It works; there is something to know."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Sign:
    """One line: what was looked at (`topic`, for programs), how it is, and what to do about it."""

    topic: str
    mark: Mark
    what: str
    todo: str = ""
    account: str = ""


def good(topic: str, what: str, account: str = "") -> Sign:
    """Return a sign that all is well."""
    return Sign(topic, Mark.GOOD, what, "", account)


def note(topic: str, what: str, todo: str = "", account: str = "") -> Sign:
    """Return a sign of something to know."""
    return Sign(topic, Mark.NOTE, what, todo, account)


def bad(topic: str, what: str, todo: str, account: str = "") -> Sign:
    """Return a sign of something wrong."""
    return Sign(topic, Mark.BAD, what, todo, account)
