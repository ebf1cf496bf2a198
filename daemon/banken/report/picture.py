"""The course of a deal as a picture: bands of stages over time, and marks where something was found.

Places are per cent of the width, so that the SVG fits a phone and a desk without its letters being scaled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import pairwise

from banken.i18n import _
from banken.report.model import Mail
from banken.report.story import Step, Story
from banken.respond import category_name, level_name, permission_name, stage_name
from banken.respond.tidy import visible
from banken.words import Permission, Stage

LEFT, RIGHT = 3.0, 97.0
"""Where the first and the last moment stand."""

WIDE = 24.0
"""A band as wide as this bears its name."""

APART = 18.0
"""How far apart two dates must stand."""

NEAR = 3.5
"""Marks nearer than this stand above each other."""

ROWS = 4


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time in which a stage (or a permission) held; `kind` is its word, for the colour."""

    kind: str
    left: float
    width: float
    name: str

    @property
    def label(self) -> str:
        """What is written on it: its name, where there is room."""
        return self.name if self.width >= WIDE else ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a moment; `kind` is a level, `event` or `doubt`, `row` counts from below."""

    kind: str
    at: float
    title: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A date under the picture."""

    at: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the SVG of one deal shows; `said` is the same in words, for those who do not see it."""

    said: str
    stages: tuple[Band, ...]
    permissions: tuple[Band, ...]
    marks: tuple[Mark, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class _Axis:
    first: datetime
    last: datetime

    def place(self, at: datetime) -> float:
        span = (self.last - self.first).total_seconds()
        share = (at - self.first).total_seconds() / span if span else 0.5
        return round(LEFT + (RIGHT - LEFT) * share, 2)


def draw(story: Story, zone: tzinfo) -> Picture | None:
    """Return the picture of a deal, None when nothing is known of it."""
    moments = [step.at for step in story.steps] + [mail.at for mail in story.mails]
    if not moments:
        return None
    axis = _Axis(min(moments), max(moments))
    steps = [step for step in story.steps if step.believed and not step.undone]
    stages = tuple(_bands(axis, [(step.at, step.stage, stage_name(step.stage)) for step in steps], Stage.UNKNOWN))
    permitted = [(step.at, step.permission, permission_name(step.permission)) for step in steps]
    said = _("{client}: {stages}").format(client=visible(story.client), stages=" → ".join(band.name for band in stages))
    return Picture(
        said=said,
        stages=stages,
        permissions=tuple(_bands(axis, permitted, Permission.NONE)),
        marks=tuple(_in_rows(sorted(_marks(story, axis, zone), key=lambda mark: mark.at))),
        days=tuple(_days(axis, steps, zone)),
    )


def _bands(axis: _Axis, changes: Sequence[tuple[datetime, str, str]], nothing: str) -> Iterator[Band]:
    """Yield a band for each state between its beginning and the next; `nothing` has none."""
    starts: list[tuple[float, str, str]] = []
    for at, kind, name in changes:
        if not starts or starts[-1][1] != kind:
            starts.append((axis.place(at), kind, name))
    for (left, kind, name), (right, _kind, _name) in pairwise([*starts, (100.0, "", "")]):
        if kind != nothing:
            yield Band(kind, left, round(right - left, 2), name)


def _marks(story: Story, axis: _Axis, zone: tzinfo) -> Iterator[Mark]:
    for step in story.steps:
        kind = "event" if step.believed and not step.undone else "doubt"
        yield Mark(kind, axis.place(step.at), f"{short(step.at, zone)} {visible(step.title)}")
    for mail in story.mails:
        if mail.level:
            yield Mark(mail.level, axis.place(mail.at), f"{short(mail.at, zone)} {summary_of(mail)}")


def summary_of(mail: Mail) -> str:
    """Return level and categories of a mail in a few words."""
    level = [level_name(mail.level)] if mail.level else []
    return " · ".join(level + [category_name(category) for category in mail.categories])


def _in_rows(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Put each mark into the lowest row that is free there, else above the one that has stood longest."""
    used = dict.fromkeys(range(ROWS), (-NEAR, -1))
    for number, mark in enumerate(marks):
        free = (row for row, (at, _number) in used.items() if mark.at - at >= NEAR)
        row = next(free, min(used, key=lambda row: used[row][1]))
        used[row] = (mark.at, number)
        yield replace(mark, row=row)


def _days(axis: _Axis, steps: Sequence[Step], zone: tzinfo) -> Iterator[Day]:
    yield Day(axis.place(axis.first), short(axis.first, zone), "start" if axis.first != axis.last else "middle")
    if axis.first == axis.last:
        return
    taken = [LEFT, RIGHT]
    for before, after in pairwise(steps):
        at = axis.place(after.at)
        if before.stage is not after.stage and all(abs(at - one) > APART for one in taken):
            taken.append(at)
            yield Day(at, short(after.at, zone), "middle")
    yield Day(axis.place(axis.last), short(axis.last, zone), "end")


def short(at: datetime, zone: tzinfo) -> str:
    """Return a day as it stands in a picture or a list."""
    local = at.astimezone(zone)
    return _("{month}/{day}").format(month=local.month, day=local.day)
