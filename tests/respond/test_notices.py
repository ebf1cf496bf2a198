"""When notices go: routing, hours of silence, digests, repeats; nothing lost, nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from tests.respond.desk import Desk, at
from tests.respond.websink import WebSink

from banken.ledger import LedgerError, OutboxState
from banken.mailbox.errors import FolderMissing
from banken.respond import HOUSE, News, WarningSettings, Way, notices, notify, tell
from banken.respond.post import PostError
from banken.service import bulletin, missing
from banken.service.health import Trouble
from banken.words import Category, Level


@pytest.fixture
def desk(ledger):
    with WebSink() as site:
        yield Desk(ledger, site)


def test_each_way_is_told_once_of_what_it_wants(desk):
    with WebSink() as other:
        loud = Way(
            address=lambda: other.url, levels=frozenset({Level.DANGER}), categories=frozenset(list(Category)[1:])
        )
        desk.use(Way(address=lambda: desk.site.url), loud)
        desk.warn()
        desk.warn(Level.DANGER, Category.DIRECT_CONTACT, deal="deal-2")
        desk.warn(Level.DANGER, Category.ESCROW_BYPASS, deal="deal-3")
        desk.warn(Level.NOTICE, deal="deal-4")
        for _ in range(3):
            desk.tick(12)
        assert desk.site.titles == ["[Banken] 3 warnings, the strongest: danger"]
        assert other.titles == ["[Banken] danger: escrow and delivery steps"]
        assert not desk.open()


def test_in_hours_of_silence_only_danger_is_told_and_the_rest_together_when_they_end(desk):
    desk.use(quiet=(time(22), time(7)))
    desk.now = at(23)
    desk.warn()
    desk.warn(deal="deal-2")
    assert desk.tick(23) == []
    desk.warn(Level.DANGER, Category.ESCROW_BYPASS, deal="deal-3")
    assert desk.tick(23, 30) == ["[Banken] danger: escrow and delivery steps"]
    assert desk.tick(3, 0, 25) == []
    assert desk.tick(6, 59, 25) == []
    assert desk.tick(7, 0, 25) == ["[Banken] 2 warnings, the strongest: warning"]
    assert desk.tick(7, 1, 25) == []
    assert not desk.open()


def test_what_was_planned_before_the_silence_but_not_told_waits_as_well(desk):
    desk.use(quiet=(time(22), time(7)))
    desk.now = at(21)
    desk.warn()
    assert desk.tick(22, 5) == []
    assert len(desk.tick(7, 0, 25)) == 1


def test_danger_does_not_wait_behind_what_is_held_of_its_deal(desk):
    desk.use(quiet=(time(22), time(7)))
    desk.now = at(23)
    desk.warn()
    desk.tick(23)
    desk.warn(Level.DANGER, Category.ESCROW_BYPASS)
    assert desk.tick(23, 1) == ["[Banken] danger: escrow and delivery steps"]


def test_a_digest_tells_all_at_its_times(desk):
    desk.use(digest=(time(8), time(20)))
    desk.now = at(9)
    desk.warn()
    desk.warn(deal="deal-2")
    assert desk.tick(9) == desk.tick(15) == desk.tick(19, 59) == []
    desk.warn(Level.DANGER, Category.ESCROW_BYPASS, deal="deal-3")
    assert len(desk.tick(19, 59)) == 1
    desk.warn(deal="deal-4")
    assert desk.tick(20, 2) == ["[Banken] 3 warnings, the strongest: warning"]
    desk.warn(deal="deal-5")
    assert desk.tick(23) == []
    assert len(desk.tick(8, 0, 25)) == 1


def test_a_digest_in_hours_of_silence_waits_for_their_end(desk):
    desk.use(digest=(time(6),), quiet=(time(22), time(7)))
    desk.now = at(12)
    desk.warn()
    assert desk.tick(12) == desk.tick(6, 30, 25) == []
    assert len(desk.tick(7, 0, 25)) == 1


def test_the_same_of_the_same_deal_is_gathered(desk):
    desk.warn()
    assert len(desk.tick(12)) == 1
    for minute in (10, 20, 30):
        desk.warn()
        assert desk.tick(12, minute) == []
    desk.warn(deal="deal-2")
    assert len(desk.tick(12, 40)) == 1, "another deal"
    desk.warn(Level.DANGER)
    assert desk.tick(12, 50) == ["[Banken] danger: contact outside"], "the same, but louder"
    desk.warn(category=Category.INTERVIEW)
    assert len(desk.tick(12, 55)) == 1, "something else"
    assert desk.tick(18, 45) == []
    assert desk.tick(18, 56) == ["[Banken] 3 warnings, the strongest: warning"]
    desk.warn()
    assert desk.tick(18, 57) == []


def test_who_wants_each_repeat_gets_it(desk):
    desk.use(repeat=timedelta(0))
    for minute in (1, 2, 3):
        desk.now = at(12, minute)
        desk.warn()
        assert len(desk.tick(12, minute)) == 1


def test_mail_of_no_known_deal_is_no_repeat(desk):
    for minute in (1, 2):
        desk.warn(deal="")
        assert len(desk.tick(12, minute)) == 1


def test_what_a_service_does_not_take_is_told_later_together_and_once(desk):
    desk.site.status = 503
    desk.warn()
    desk.warn(deal="deal-2")
    assert desk.tick(12) == []
    assert {row.state for row in desk.open()} == {OutboxState.RETRY}
    desk.site.status = 200
    assert desk.tick(12, 1) == ["[Banken] 2 warnings, the strongest: warning"]
    assert "interrupted" not in desk.site.told[0][1]
    assert desk.tick(12, 2) == []


def test_what_was_told_while_the_ledger_failed_is_told_again_and_says_so(desk, monkeypatch):
    desk.warn()
    with monkeypatch.context() as patch:
        patch.setattr(desk.ledger.outbox, "done", busy)
        with pytest.raises(LedgerError):
            desk.tick(12)
    assert len(desk.tick(12, 1)) == 1
    assert "you may have been told this before" in desk.site.told[-1][1]
    assert desk.open() == []


def busy(*_args, **_more):
    raise LedgerError("the ledger is busy")


def test_new_hours_count_for_what_is_held_within_the_hour(desk):
    desk.use(digest=(time(8),))
    desk.now = at(9)
    desk.warn()
    assert desk.tick(9) == []
    desk.use()
    assert len(desk.tick(10)) == 1


def test_new_hours_count_at_once_for_what_is_held_after_new_settings(desk):
    desk.use(digest=(time(8),))
    desk.now = at(9)
    desk.warn()
    assert desk.tick(9) == []
    desk.use(quiet=(time(9), time(11)))
    assert desk.tick(9, 1) == []
    old = desk.settings
    desk.use()
    new, desk.settings = desk.settings, old  # a look that is still going on holds it once more
    assert desk.tick(9, 2) == []
    desk.settings = new
    assert len(desk.tick(9, 3)) == 1


def test_a_look_under_the_old_hours_that_ends_last_does_not_keep_what_the_new_ones_let_go(desk):
    new = desk.settings
    desk.use(quiet=(time(9), time(11)))
    desk.now = at(9)
    desk.warn()
    assert desk.tick(9) == []
    old, desk.settings = desk.settings, new
    desk.warn(deal="deal-2")
    assert len(desk.tick(9, 1)) == 1
    desk.warn(deal="deal-3")
    desk.settings = old
    assert desk.tick(9, 2) == []
    desk.settings = new
    assert len(desk.tick(9, 3)) == 1


def test_a_new_process_does_not_hurry_what_failed(desk, monkeypatch):
    desk.use()
    desk.now = at(9)
    desk.warn()
    with monkeypatch.context() as broken:
        broken.setattr(notify, "send", lambda *_given: (_ for _ in ()).throw(PostError("gone for a while")))
        desk.tick(9)
    [failed] = desk.open()
    assert failed.due > at(9)
    notices._told_by.clear()
    desk.warn(deal="deal-2")
    assert len(desk.tick(9)) == 1
    assert desk.open() == [failed]


def test_the_same_ways_read_twice_do_not_let_go_of_what_is_held(desk):
    desk.use(quiet=(time(9), time(11)))
    desk.now = at(9)
    desk.warn()
    desk.tick(9)
    [held] = desk.open()
    desk.settings = replace(desk.settings, notify=tuple(replace(way) for way in desk.settings.notify))
    desk.tick(9, 1)
    assert desk.open() == [held]


def test_what_a_way_no_longer_wants_is_struck_and_a_way_that_is_gone_fails(desk):
    desk.use(digest=(time(8),))
    desk.warn()
    desk.tick(12)
    desk.use(levels=frozenset({Level.DANGER}))
    assert desk.tick(13) == []
    assert not desk.open()
    desk.use()
    desk.warn(deal="deal-2")
    desk.settings = WarningSettings(via="none")
    desk.tick(13)
    assert not desk.open()


def test_news_of_the_house_wait_for_the_morning_but_not_for_a_digest(desk):
    desk.use(digest=(time(8),), quiet=(time(22), time(7)))
    news = News("[Banken] “home” cannot be looked at", "why", "[Banken] an account cannot be looked at")
    tell(desk.ledger, HOUSE, "lost home", news, desk.settings, at(15))
    tell(desk.ledger, HOUSE, "lost home", news, desk.settings, at(15))
    assert desk.tick(15, account=HOUSE) == [news.brief]
    tell(desk.ledger, HOUSE, "back home", news, desk.settings, at(23))
    assert desk.tick(23, account=HOUSE) == []
    assert len(desk.tick(7, 0, 25, account=HOUSE)) == 1


def lost(desk, well):
    """The account “home” is lost, and comes back; return what is told of it as it is lost."""
    desk.settings = replace(desk.settings, via="append")
    bulletin.unreachable(desk.ledger, "home", Trouble(at(10), "why"), desk.settings, at(12), well)
    desk.tick(12, account=HOUSE)
    return desk.site.told[-1]


def test_the_loss_of_an_only_account_points_to_no_letter_that_cannot_come(desk):
    title, text = lost(desk, [])
    assert title == "[Banken] a mail account cannot be looked at"
    assert text == "New mail cannot be examined until this is set right. “banken doctor” shows what is wrong."


def test_the_loss_of_one_of_two_accounts_points_to_the_letter_in_the_other(desk):
    assert lost(desk, ["work"])[1] == "Please read the letter in your mailbox."
    assert [row.target for row in desk.ledger.outbox.due(at(12), "work")] == ["append:INBOX"]


def test_a_folder_that_is_gone_is_told_by_what_it_is_and_not_by_its_name(desk):
    look = {"settings": desk.settings, "now": at(12), "patience": timedelta(0)}
    missing.note(desk.ledger, "home", ["Clients"], {"Clients": FolderMissing("Clients")}, **look)
    desk.tick(12, account=HOUSE)
    title, text = desk.site.told[-1]
    assert title == "[Banken] a watched folder cannot be opened"
    assert "Clients" not in text


@pytest.mark.parametrize(
    ("via", "levels", "points_to"),
    [
        ("smtp", {Level.WARNING}, "read the warning in your mailbox"),
        ("smtp", {Level.DANGER}, "look at the mail once more"),
        ("none", {Level.WARNING}, "look at the mail once more"),
    ],
)
def test_a_notice_points_to_a_warning_only_where_one_is_mailed(desk, via, levels, points_to):
    desk.settings = replace(desk.settings, via=via, levels=frozenset(levels))
    desk.warn()
    desk.tick(12)
    assert points_to in desk.site.told[-1][1]
