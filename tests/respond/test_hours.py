"""Hours of silence and digests where clocks are put forward and back: nothing is told in them, nothing waits for ever."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from banken.respond.way import Way

DAY = dt.timedelta(hours=25)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")
"""Lord Howe's clocks move by half an hour."""
BERLIN = ZoneInfo("Europe/Berlin")

times = some.times().map(lambda at: at.replace(microsecond=0))
changes = [dt.datetime(2026, month, day, tzinfo=dt.UTC) for month, day in ((3, 28), (10, 24), (4, 4), (11, 1))]
moments = some.builds(
    lambda start, seconds: start + dt.timedelta(seconds=seconds),
    some.sampled_from(changes),
    some.integers(0, 3 * 86_400),
)


def way(**more):
    return Way(address=lambda: "", **more)


@given(
    now=moments,
    ago=some.timedeltas(dt.timedelta(0), DAY),
    zone=some.sampled_from(ZONES),
    digest=some.lists(times, max_size=3),
)
def test_a_digest_comes_within_a_day(now, ago, zone, digest):  # fmt: skip
    free = way(digest=tuple(digest)).free_at(now - ago, now, ZoneInfo(zone))
    assert now.timestamp() <= free.timestamp() <= (now + DAY).timestamp()


@given(now=moments, zone=some.sampled_from(ZONES), start=times, end=times, digest=some.lists(times, max_size=2))
def test_nothing_is_told_in_hours_of_silence(now, zone, start, end, digest):
    one, zone = way(quiet=(start, end), digest=tuple(digest)), ZoneInfo(zone)
    free = one.free_at(now, now, zone)
    assert now.timestamp() <= free.timestamp() <= (now + 2 * DAY).timestamp()
    wall = dt.datetime.fromtimestamp(free.timestamp(), zone).time()
    silent = start <= wall < end if start < end else wall >= start or wall < end
    gap = dt.timedelta(hours=1)
    shown = (dt.datetime.combine(now.date(), end) + gap * part / 2 for part in (-2, -1, 1, 2))
    assert not silent or start == end or wall in {one.time() for one in shown}, (
        "but where the clock never shows the end"
    )


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 8), ((2026, 10, 25), 10), ((2026, 7, 1), 9)])
def test_the_night_of_the_change_ends_by_the_clock_on_the_wall(day, hours):
    evening = dt.datetime(*day, 22, tzinfo=BERLIN) - dt.timedelta(days=1)
    free = way(quiet=(dt.time(22), dt.time(7))).free_at(evening, evening, BERLIN)
    assert free.astimezone(BERLIN).time() == dt.time(7)
    assert free.timestamp() - evening.timestamp() == hours * 3600
