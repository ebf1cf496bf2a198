"""What a pass over the mail came to: the mails to show, and how many there were of each sort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from banken.i18n import _
from banken.ledger import OutboxRow, OutboxState, Poison
from banken.report.model import Mail
from banken.report.story import Story
from banken.words import Category, Channel, Level


@dataclass(slots=True)
class Summary:
    """Filled while mail is looked at; read when it is over, or was stopped."""

    shown: list[Mail] = field(default_factory=list)
    """The mails that have a level."""
    stories: list[Story] = field(default_factory=list)
    levels: Counter[Level | None] = field(default_factory=Counter)
    channels: Counter[Channel] = field(default_factory=Counter)
    categories: Counter[Category] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why mails were not judged."""
    held: list[Poison] = field(default_factory=list)
    """Mails that could not be read."""
    known: int = 0
    """Mails that had been examined before and were not examined again."""
    stopped: bool = False
    """Whether the worker stopped it before the end."""

    def add(self, mail: Mail) -> None:
        """Count a mail, and keep it when there is something to show."""
        self.levels[mail.level] += 1
        self.channels[mail.channel] += 1
        self.categories.update(mail.categories)
        self.known += mail.known
        if mail.level is Level.UNJUDGED:
            self.reasons[mail.why] += 1
        if mail.level:
            self.shown.append(mail)

    @property
    def count(self) -> int:
        """How many mails were looked at."""
        return self.channels.total()

    def put(self, at: int, done: Sequence[str]) -> None:
        """Write down what was done for one of the mails that are shown."""
        self.shown[at] = replace(self.shown[at], done=tuple(done))


def deed(row: OutboxRow) -> str:
    """Return in a few words what became of an action that was owed for a mail."""
    match row.state, row.action:
        case OutboxState.DONE, "label":
            return _("labelled")
        case OutboxState.DONE, _action:
            return _("warned")
        case OutboxState.FAILED, "label":
            return _("label failed")
        case OutboxState.FAILED, _action:
            return _("warning failed")
        case _state, "label":
            return _("label to come")
    return _("warning to come")
