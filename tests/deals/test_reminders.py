"""Reminders come once their time is over, not before, and stop when the thing has happened."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.deals.memory import MemoryStore
from tests.deals.spoken import EFFECTS, REMINDERS, Mail, Post, day, letter

from banken.deals import Deals
from banken.deals.reminders import day_of
from banken.words import Authentic, Category, Channel

DEAL = {"client": "甲商店", "job": "図鑑の校正"}


@pytest.fixture
def post():
    return Post(Deals(MemoryStore(), EFFECTS))


def due(post, at) -> list[str]:
    return [one.rule for one in post.deals.reminders(REMINDERS, day(at))]


def outside(post, at, *talk: str) -> None:
    spoken = Mail(Channel.DIRECT, kind="direct", authentic=Authentic.UNVERIFIED, client="甲商店", talk=talk)
    post.deals.record(spoken, letter(f"direct-{at}", day(at), "甲商店です。", sender="kou@example.jp"))


def test_delivery_is_to_be_pressed_when_the_talk_went_outside(post):
    post.send("contracted", "escrow_paid", at=day(1), **DEAL)
    assert due(post, 40) == []
    outside(post, 2, "got_delivery")
    assert due(post, 4.9) == []
    assert due(post, 5) == ["press_delivery"]
    post.send("delivered", at=day(6), **DEAL)
    assert "press_delivery" not in due(post, 40)


def test_the_due_day_starts_the_clock(post):
    post.send("contracted", "escrow_paid", at=day(1), due="1月10日", **DEAL)
    outside(post, 2)
    assert due(post, 8) == []
    (one,) = post.deals.reminders(REMINDERS, day(30))
    assert (one.rule, one.category, one.due.date()) == ("press_delivery", Category.ESCROW_BYPASS, date(2026, 1, 11))


def test_escrow_is_missed_when_the_client_asks_for_work(post):
    post.send("contracted", at=day(1), **DEAL)
    assert due(post, 10) == []
    post.send(at=day(2), channel=Channel.NOTIFICATION, talk=("asks_work",), **DEAL)
    assert due(post, 3.9) == []
    assert due(post, 4) == ["escrow_missing"]
    post.send("escrow_paid", at=day(5), believed=False, **DEAL)
    assert due(post, 6) == ["escrow_missing"]
    post.send("escrow_paid", at=day(7), **DEAL)
    assert due(post, 8) == []


def test_an_escrow_notice_that_overtakes_its_contract_notice_stops_the_clock_all_the_same(post):
    post.send("escrow_paid", at=day(1), contract="7", **DEAL)
    post.send("contracted", at=day(1.1), contract="7", **DEAL)
    post.send(at=day(2), channel=Channel.NOTIFICATION, talk=("asks_work",), **DEAL)
    assert due(post, 6) == []
    post.send("contracted", at=day(10), contract="8", **DEAL)
    post.send(at=day(11), channel=Channel.NOTIFICATION, talk=("asks_work",), **DEAL)
    assert due(post, 14) == ["escrow_missing"]


def test_a_second_delivery_behind_what_was_returned_starts_the_clock_anew(post):
    post.send("contracted", "escrow_paid", at=day(1), contract="7", **DEAL)
    for kind, at in (("delivered", 2), ("returned", 2.1), ("delivered", 2.5)):
        post.send(kind, at=day(at), contract="7", **DEAL)
    assert due(post, 10) == ["acceptance_overdue"]


def test_acceptance_is_overdue_after_a_week(post):
    post.send("contracted", "escrow_paid", at=day(1), **DEAL)
    post.send("delivered", at=day(3), **DEAL)
    assert due(post, 9.9) == []
    (one,) = post.deals.reminders(REMINDERS, day(10))
    assert (one.rule, one.category) == ("acceptance_overdue", None)
    assert "連絡催促申請" in one.text
    post.send("returned", at=day(11), **DEAL)
    assert due(post, 12) == []
    post.send("delivered", at=day(13), **DEAL)
    assert due(post, 19) == []
    assert due(post, 20) == ["acceptance_overdue"]
    post.send("accepted", at=day(21), **DEAL)
    assert due(post, 60) == []


def test_a_reminder_keeps_its_key_and_a_new_delivery_has_another(post):
    post.send("contracted", "escrow_paid", at=day(1), **DEAL)
    post.send("delivered", at=day(3), **DEAL)
    keys = {one.key for at in (10, 11, 30) for one in post.deals.reminders(REMINDERS, day(at))}
    assert len(keys) == 1
    post.send("returned", at=day(31), **DEAL)
    post.send("delivered", at=day(32), **DEAL)
    assert {one.key for one in post.deals.reminders(REMINDERS, day(50))}.isdisjoint(keys)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("11月29日", date(2026, 11, 29)),
        ("2027年1月5日", date(2027, 1, 5)),
        ("2026/12/01 23:59", date(2026, 12, 1)),
        ("1/5", date(2027, 1, 5)),
        ("2月30日", None),
        ("13月1日", None),
        ("応相談", None),
        ("2月29日", date(2028, 2, 29)),
    ],
)
def test_days_as_people_write_them(text, wanted):
    near = day(0).replace(month=12, day=20)
    found = day_of(text, near if wanted != date(2028, 2, 29) else near + timedelta(days=400))
    assert found == wanted


def test_what_was_missed_long_ago_is_not_brought_up():
    post = Post(Deals(MemoryStore(), EFFECTS))
    post.send("contracted", "escrow_paid", "delivered", at=day(1), **DEAL)
    assert due(post, 8) == ["acceptance_overdue"]
    assert due(post, 38) == ["acceptance_overdue"]
    assert due(post, 39) == []


def test_a_reminder_says_where_its_rule_stands():
    post = Post(Deals(MemoryStore(), EFFECTS))
    post.send("contracted", "escrow_paid", "delivered", at=day(1), **DEAL)
    (one,) = post.deals.reminders(REMINDERS, day(9))
    assert one.source.startswith("https://")
    assert one.as_of
    assert one.title
