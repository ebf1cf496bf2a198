"""What is done over and over goes on when the clock on the wall is set."""

from __future__ import annotations

import datetime as dt
import threading
from datetime import UTC, timedelta

import pytest
from apscheduler.schedulers import base

from banken.service import rounds
from banken.service.rounds import Every, Rounds

PATIENCE = 10.0


class Wall(dt.datetime):
    """A clock on the wall that can be set."""

    ahead = timedelta(hours=9)

    @classmethod
    def now(cls, tz=None):
        return dt.datetime.now(tz) + cls.ahead


@pytest.fixture
def wall(monkeypatch):
    monkeypatch.setattr(base, "datetime", Wall)
    monkeypatch.setattr(rounds, "datetime", Wall)
    monkeypatch.setattr(Wall, "ahead", Wall.ahead)
    return Wall


def test_a_clock_that_is_set_back_stops_nothing(wall):
    ticked, ticks = threading.Semaphore(0), Rounds()
    ticks.add(ticked.release, 0.05)
    ticks.start()
    assert ticked.acquire(timeout=PATIENCE)
    wall.ahead = timedelta(0)
    while ticked.acquire(timeout=0.5):
        pass  # what was due by the old clock
    ticks.mend()
    assert ticked.acquire(timeout=PATIENCE)
    assert ticked.acquire(timeout=PATIENCE)  # and again by itself
    ticks.close()


def test_a_clock_that_is_right_is_left_alone(wall):
    ticked, ticks = threading.Semaphore(0), Rounds()
    ticks.add(ticked.release, 3600)
    ticks.start()
    for _ in range(3):
        ticks.mend()
    assert not ticked.acquire(timeout=0.2)
    ticks.close()


def test_what_was_missed_in_a_leap_is_made_up_for_once(wall):
    ticks = Rounds()
    ticks.add(lambda: None, 1)
    ticks.start()
    (job,) = ticks._scheduler.get_jobs()
    assert len(job._get_run_times(wall.now(UTC) + timedelta(days=30))) == 1
    ticks.close()


def test_the_next_time_is_told_by_the_clock_as_it_is_now():
    now = dt.datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert Every(30).get_next_fire_time(now - timedelta(days=9), now) == now + timedelta(seconds=30)
