"""When an account is looked at next."""

from __future__ import annotations

import pytest

from banken.mailbox.errors import LoginRefused, TooMany, Unreachable
from banken.service.pace import Pace


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def pace(interval=120.0, swing=lambda _low, _high: 1.0):
    clock = Clock()
    return Pace(interval, clock, swing), clock


def waits(one, clock, errors):
    found = []
    for error in errors:
        one.failed(error)
        found.append(one.due - clock.now)
        clock.now = one.due
    return found


def test_after_a_good_look_the_next_one_is_an_interval_away_give_or_take_a_tenth():
    low, clock = pace(swing=lambda low, _high: low)
    low.worked()
    assert low.due - clock.now == pytest.approx(108)
    high, clock = pace(swing=lambda _low, high: high)
    high.worked()
    assert high.due - clock.now == pytest.approx(132)


def test_failures_are_waited_for_ever_longer_up_to_an_hour():
    one, clock = pace()
    assert waits(one, clock, [Unreachable("")] * 9) == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_thousand_failures_are_no_trouble():
    one, clock = pace()
    assert waits(one, clock, [Unreachable("")] * 1000)[-1] == 3600


def test_an_account_looked_at_every_second_is_tried_again_as_soon():
    one, clock = pace(interval=1.0)
    assert waits(one, clock, [Unreachable("")] * 3) == [1, 2, 4]


@pytest.mark.parametrize("kind", [LoginRefused, TooMany])
def test_a_refused_login_is_not_repeated_soon_however_often_the_account_is_looked_at(kind):
    one, clock = pace(interval=1.0)
    assert waits(one, clock, [kind("")] * 5) == [300, 600, 1200, 2400, 3600]


def test_a_good_look_ends_the_waiting():
    one, clock = pace()
    waits(one, clock, [Unreachable("")] * 5)
    one.worked()
    assert waits(one, clock, [Unreachable("")]) == [30]


def test_woken_it_is_due_at_once_unless_it_waits_after_a_failure():
    one, clock = pace()
    one.worked()
    one.woken()
    assert one.due == clock.now
    one.failed(LoginRefused(""))
    one.woken()
    assert one.due == clock.now + 300


def test_a_server_that_never_stops_announcing_is_looked_at_once_a_second():
    one, clock = pace()
    looks = 0
    for _ in range(600):  # ten a second, for a minute
        one.worked()
        one.woken()
        looks += one.due <= clock.now
        clock.now += 0.1
    assert looks <= 60 + 61
