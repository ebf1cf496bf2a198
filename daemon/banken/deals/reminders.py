"""Reminders: what has not happened in time. Pure functions over the events of a deal and a clock's value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import re2

from banken.deals.fold import counts, fold
from banken.deals.model import Effect, Key, Noted
from banken.words import Category, Stage

DUE = "due:"
"""Kind of an event that says when the work is due; the day follows (ISO 8601)."""

TALK = "talk:"
"""Kind of an event that a client's words show (platform.yaml, `talk:`); what was said follows."""

LATEST = timedelta(days=30)
"""How long after its time a reminder is still worth giving: what was missed months ago helps nobody."""

OVERTAKES = timedelta(days=1)
"""How much earlier than the mail before it a mail may come in."""

_DAY = re2.compile(r"(?:([0-9]{4})\s*[年/.\-]\s*)?([0-9]{1,2})\s*[月/.\-]\s*([0-9]{1,2})")


class ReminderRule(Protocol):
    """When to remind of what (platform.yaml, `reminders:`)."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def category(self) -> Category | None:
        """The category it belongs to, None for plain help."""

    @property
    def stage(self) -> Stage:
        """The stage at which it holds."""

    @property
    def starts(self) -> Mapping[str, int]:
        """Kinds of events that start the clock, with the days until the reminder is due."""

    @property
    def stops(self) -> Sequence[str]:
        """Kinds of events that stop it."""

    @property
    def needs(self) -> Sequence[str]:
        """Kinds of events without which nobody needs the reminder."""

    @property
    def title(self) -> object:
        """What it is about, in a few words, by `str`."""

    @property
    def text(self) -> object:
        """What to tell the worker, by `str`."""

    @property
    def as_of(self) -> str:
        """When the source said so."""

    @property
    def source(self) -> str:
        """The official page that it rests on."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder that is due.

    `key` is the same each time it is asked for, so that it is given once; `since` is when the clock was started, `due`
    when the time was over.
    """

    rule: str
    deal: str
    category: Category | None
    stage: Stage
    since: datetime
    due: datetime
    title: str
    text: str
    as_of: str
    source: str
    key: str


def reminders(
    deal: str, events: Iterable[Noted], rules: Iterable[ReminderRule], effects: Mapping[str, Effect], now: datetime
) -> tuple[Reminder, ...]:
    """Return the reminders that are due at `now` for one deal, whose `events` are in order of time."""
    past = [one for one in events if not one.undone and one.event.at <= now]
    stage = fold(filter(counts, past), effects).stage
    found = (_due(deal, past, rule, now) for rule in rules if rule.stage is stage)
    return tuple(one for one in found if one is not None)


def _due(deal: str, past: Sequence[Noted], rule: ReminderRule, now: datetime) -> Reminder | None:
    stopped = max((one.event.at for one in past if _is(one, rule.stops)), default=None)
    started = [one for one in past if _is(one, rule.starts) and (stopped is None or one.event.at > stopped)]
    started = [one for one in started if not _overtaken(one, past, rule)]
    if not started:
        return None
    if rule.needs and not any(_is(one, rule.needs) and (stopped is None or one.event.at > stopped) for one in past):
        return None
    # The clock that runs out first counts, and it is started by the last event of its kind.
    clocks = {_kind(one): one for one in started}
    end, first = min(((_end(one, rule), one) for one in clocks.values()), key=lambda pair: pair[0])
    if not end <= now <= end + LATEST:
        return None
    return Reminder(
        rule=rule.id,
        deal=deal,
        category=rule.category,
        stage=rule.stage,
        since=first.event.at,
        due=end,
        title=str(rule.title),
        text=str(rule.text),
        as_of=rule.as_of,
        source=rule.source,
        key=f"{rule.id}:{deal}:{first.event.source}",
    )


def _overtaken(start: Noted, past: Sequence[Noted], rule: ReminderRule) -> bool:
    """Whether the first word of a contract merely came in behind the one that stops its clock."""
    if Key.read(start.note).kind != "contract":
        return False
    same = [one for one in past if one.note == start.note]
    stop = next((one for one in same if _is(one, rule.stops)), start)
    first = next(one for one in same if _is(one, (_kind(start),)))
    return stop is not start and first is start and start.event.at - stop.event.at <= OVERTAKES


def _is(noted: Noted, kinds: Iterable[str]) -> bool:
    """Whether an event is of one of `kinds`; of the platform's own only those believed count."""
    kind = _kind(noted)
    return kind in kinds and (noted.event.believed or kind.startswith((TALK, "mail:", "due")))


def _kind(noted: Noted) -> str:
    return "due" if noted.event.kind.startswith(DUE) else noted.event.kind


def _end(noted: Noted, rule: ReminderRule) -> datetime:
    days = timedelta(days=rule.starts[_kind(noted)])
    if not noted.event.kind.startswith(DUE):
        return noted.event.at + days
    last = date.fromisoformat(noted.event.kind.removeprefix(DUE))
    return datetime(last.year, last.month, last.day, tzinfo=noted.event.at.tzinfo) + days


def day_of(text: str, near: datetime) -> date | None:
    """Return the day that 「11月29日」 or 2026/11/29 names; without a year the one next to `near`. None for no day."""
    match = _DAY.search(text)
    if match is None:
        return None
    year, month, day = (int(group) if group else 0 for group in match.groups())
    years = [year] if year else [near.year - 1, near.year, near.year + 1]
    days = [one for one in (_day(year, month, day) for year in years) if one is not None]
    return min(days, key=lambda one: abs((one - near.date()).days), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
