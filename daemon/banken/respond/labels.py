"""The labels on the mail: those that Banken puts there, and those by which the worker answers."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from banken.i18n import _
from banken.respond.names import category_name, level_name
from banken.words import LEVELS, Category, Verdict

KEYWORD = "banken-"
"""How an IMAP keyword of ours begins (ASCII: RFC 9051 section 2.3.2 allows no more)."""


PRIORITY = "priority"
"""What a genuine offer through the platform's own introduction service is labelled with."""


def label_keys(verdict: Verdict, *, offer: bool = False) -> tuple[str, ...]:
    """Return what a message is labelled with: its level, then its categories; nothing when nothing was found."""
    if verdict.level is None:
        return (PRIORITY,) if offer else ()
    found = {finding.category for finding in verdict.findings}
    return (verdict.level.value, *(category.value for category in Category if category in found))


def keyword(key: str) -> str:
    """Return the label of a level or category as the server is asked for it, e.g. `banken-danger`."""
    return KEYWORD + key


def shown_labels() -> dict[str, str]:
    """Return the names that people see, in the language spoken now, by keyword: for Gmail's labels and for folders."""
    names = {level: level_name(level) for level in LEVELS} | {one: category_name(one) for one in Category}
    house = _("Banken")  # not inside an f-string: Python 3.11 hides what stands there from the catalogue
    shown = {keyword(key.value): f"{house}/{name}" for key, name in names.items()}
    first = _("look first")
    return {**shown, keyword(PRIORITY): f"{house}/{first}"}


class Answer(StrEnum):
    """What the worker says by putting a label on a message."""

    FINE = "fine"
    """A false alarm."""
    CONTRACT = "contract"
    """There is a contract on the platform."""
    DONE = "done"
    """The deal is over."""
    APPROVED = "approved"
    """The platform's office approved contact outside."""


ANSWERS = {
    Answer.FINE: ("banken/問題なし", "banken/no-problem", "banken-no-problem"),
    Answer.CONTRACT: ("banken/契約中", "banken/under-contract", "banken-under-contract"),
    Answer.DONE: ("banken/完了", "banken/completed", "banken-completed"),
    Answer.APPROVED: ("banken/承認済", "banken/approved", "banken-approved"),
}
"""The worker's labels: Japanese, English, and as a keyword for mail programs whose labels are ASCII."""


def answer_labels() -> tuple[str, ...]:
    """Return all labels by which the worker may answer."""
    return tuple(name for names in ANSWERS.values() for name in names)


def answer_of(label: str) -> Answer | None:
    """Return what a label on a message says, None for one that is no answer to us; width and case do not matter."""
    wanted = unicodedata.normalize("NFKC", label).casefold()
    return next((answer for answer, names in ANSWERS.items() if wanted in names), None)
