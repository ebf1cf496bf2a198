"""A way to be told beside mail: what it wants to hear of, and when it may be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

from banken.words import Category, Level

Says = Literal["category", "full"]
"""What a notice tells: level and categories only, or also client, job and the words found."""

KIND = "notify"
"""How the target of what is told by another way begins; what follows is the way's place in the configuration."""

Hours = tuple[time, time]
"""From when to when, by the clock on the worker's wall; over midnight when the end lies before the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to be told.

    `address`: how its address, a secret, is had; `levels`, `categories`: of what it tells; `quiet`: hours in which only
    danger is told; `digest`: times of day at which all but danger is told together, none: at once; `repeat`: how long
    the same thing of the same deal is not told again.
    """

    address: Callable[[], str] = field(repr=False)
    levels: frozenset[Level] = frozenset({Level.WARNING, Level.DANGER})
    categories: frozenset[Category] = frozenset(Category)
    says: Says = "category"
    quiet: Hours | None = None
    digest: tuple[time, ...] = ()
    repeat: timedelta = timedelta(hours=6)

    def wants(self, category: Category, level: Level) -> bool:
        """Return whether something of this kind is told this way."""
        return category in self.categories and level in self.levels

    def free_at(self, planned: datetime, now: datetime, zone: tzinfo, *, gathered: bool = True) -> datetime:
        """Return from when on something may be told that is no danger and was planned at `planned`; `now` for at once.

        `gathered`: whether it may wait for the digest.
        """
        free = max(_next(self.digest, planned.astimezone(zone)) if gathered and self.digest else now, now)
        if self.quiet is not None and _within(self.quiet, free.astimezone(zone).time()):
            free = _next([self.quiet[1]], free.astimezone(zone))
        return free


def _within(hours: Hours, at: time) -> bool:
    start, end = hours
    return start <= at < end if start < end else at >= start or at < end


def _next(times: Sequence[time], after: datetime) -> datetime:
    """Return the first moment from `after` on at which a clock beside it shows one of `times`."""
    days = (after.date(), after.date() + timedelta(days=1))
    moments = (datetime.combine(day, at, after.tzinfo) for day in days for at in times)
    return min(moment for moment in moments if moment >= after)
