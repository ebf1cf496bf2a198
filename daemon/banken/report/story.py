"""One deal from its beginning: what moved it, and the mails in which something was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from banken.deals import Deals, Line
from banken.i18n import _
from banken.report.model import Mail
from banken.respond import permission_name, stage_name
from banken.words import Authentic, Event, Permission, Stage

_QUIET = ("mail:", "talk:", "due:")
"""How the kinds of those lines begin that move nothing (deals/deals.py, deals/reminders.py)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened; `stage` and `permission` are those after it."""

    at: datetime
    title: str
    believed: bool
    undone: bool
    stage: Stage
    permission: Permission
    why: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One deal; steps and mails in order of time."""

    account: str
    deal: str
    client: str
    job: str
    steps: tuple[Step, ...]
    mails: tuple[Mail, ...]

    @property
    def stage(self) -> Stage:
        """How far it is now."""
        return self.steps[-1].stage if self.steps else Stage.UNKNOWN

    @property
    def permission(self) -> Permission:
        """What the platform's office said last."""
        return self.steps[-1].permission if self.steps else Permission.NONE


def tell(deals: Deals, account: str, deal: str, mails: Iterable[Mail]) -> Story:
    """Return the story of the deal called so, with these mails."""
    lines = deals.timeline(deal)
    steps = tuple(_telling(_step(deals, line) for line in lines if not line.event.kind.startswith(_QUIET)))
    known = next((one for one in deals.deals() if one.id == deal), None)
    in_order = tuple(sorted(mails, key=lambda mail: mail.at))
    named = (mail.client for mail in in_order if mail.authentic is not Authentic.FORGED)
    client, job = (known.client, known.job) if known else ("", "")
    return Story(account, deal, client or next(named, ""), job, steps, in_order)


def sources(deals: Deals, deal: str) -> frozenset[str]:
    """Return the fingerprints of the mails that are tied to a deal."""
    return frozenset(line.event.source for line in deals.timeline(deal))


def _telling(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps without those that say once more what was said, and move nothing (message after message)."""
    said: set[str] = set()
    before: tuple[Stage, Permission] | None = None
    for step in steps:
        after = (step.stage, step.permission)
        if after != before or step.title not in said or not step.believed or step.undone:
            yield step
        said.add(step.title)
        before = after


def _step(deals: Deals, line: Line) -> Step:
    event = line.event
    return Step(event.at, title(deals, event), event.believed, line.undone, line.stage, line.permission, event.why)


def title(deals: Deals, event: Event) -> str:
    """Return what a line of a deal's timeline says, in words for people."""
    kind, _colon, value = event.kind.partition(":")
    match kind:
        case "stage":
            return _("set by you: {what}").format(what=stage_name(Stage(value)))
        case "permission":
            return _("set by you: {what}").format(what=permission_name(Permission(value)))
        case "due":
            return _("due on {day}").format(day=value)
    words = {
        "merge": _("joined with another deal"),
        "split": _("made a deal of its own"),
        "tie": _("an address tied to it"),
        "mail": _("a mail tied to it"),
        "talk": _("read in the client's words"),
    }
    return words.get(kind) or deals.title(event.kind)
