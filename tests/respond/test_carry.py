"""Carrying out: each action once, the label where the mail lies now, the warnings of a deal in their order."""

from __future__ import annotations

import email
from dataclasses import replace

import pytest
from tests.respond.house import House
from tests.respond.scene import NOW, ORIGINAL, STANDING, WORKER, finding, verdict

from banken.ledger import Ledger, SeenMessage
from banken.mailbox.errors import Gone
from banken.respond import News, WarningSettings, tell


def test_a_message_is_labelled_and_its_worker_warned(house):
    house.owe()
    outcome = house.carry()
    assert [row.action for row in outcome.done] == ["label", "warn"]
    assert (outcome.later, outcome.failed) == ([], [])
    assert house.mailbox.marks == {("INBOX", 1): {"banken-warning", "banken-direct_contact"}}
    [got] = house.sink.messages
    assert (got.recipients, got.message_id) == ((WORKER,), house.name)
    assert ORIGINAL in got.raw
    assert house.ledger.outbox.open() == []


def test_nothing_is_done_twice(house):
    house.owe()
    house.carry()
    house.owe()
    outcome = house.carry()
    assert (outcome.done, outcome.later, outcome.failed) == ([], [], [])
    assert len(house.sink.messages) == 1


@pytest.mark.parametrize(("how", "each"), [("gmail", True), ("keyword", True), ("folder", False), ("flag", False)])
def test_where_a_label_is_a_copy_or_a_flag_there_is_one_for_the_level(house, how, each):
    house.mailbox.how = how
    house.owe()
    house.carry()
    put = {"banken-warning", "banken-direct_contact"} if each else {"banken-warning"}
    assert house.mailbox.marks == {("INBOX", 1): put}


def test_where_nothing_can_be_labelled_the_worker_is_still_warned(house):
    house.mailbox.how = "none"
    house.owe()
    assert len(house.carry().done) == 2
    assert house.mailbox.marks == {}
    assert len(house.sink.messages) == 1


def test_a_renumbered_folder_is_searched_for_the_message(house):
    house.mailbox.uidvalidity = 8
    house.mailbox.mail["INBOX"] = {1: b"Message-ID: <other@b.example>\r\n\r\n", 5: ORIGINAL}
    house.owe()
    house.carry()
    assert set(house.mailbox.marks) == {("INBOX", 5)}
    assert ORIGINAL in house.sink.messages[0].raw


def test_a_message_that_is_gone_is_not_labelled_but_warned_of(house):
    house.mailbox.mail["INBOX"] = {}
    house.owe()
    outcome = house.carry()
    assert [row.action for row in outcome.done] == ["warn"]
    assert [row.action for row in house.ledger.outbox.of("home", "print-1")] == ["warn"]
    [got] = house.sink.messages
    assert b"message/rfc822" not in got.raw


def test_an_original_that_is_too_big_stays_where_it_is(house):
    house.settings = replace(house.settings, original_limit=10)
    house.owe()
    house.carry()
    assert b"message/rfc822" not in house.sink.messages[0].raw


def test_a_server_that_takes_only_small_mail_gets_a_small_one(house, monkeypatch):
    monkeypatch.setattr("banken.respond.post._largest", lambda _smtp: 40_000)
    house.mailbox.mail["INBOX"][1] = ORIGINAL + b"x" * 70 + b"\r\n" * 40_000
    house.owe()
    house.carry()
    [got] = house.sink.messages
    assert len(got.raw) <= 40_000
    assert b"message/rfc822" not in got.raw


def seen_in(house, folder, uid):
    place = {"folder": folder, "uidvalidity": 7, "uid": uid, "fingerprint": "print-1"}
    house.ledger.seen.record(SeenMessage(account="home", arrived=NOW, examined=NOW, **place))


def test_a_message_that_was_moved_before_it_was_labelled_is_labelled_where_it_lies_now(house):
    house.owe()
    house.mailbox.mail = {"INBOX": {}, "仕事": {4: ORIGINAL}}
    seen_in(house, "INBOX", 1)
    seen_in(house, "古い", 9)  # a folder that was there for a while
    seen_in(house, "仕事", 4)
    house.carry()
    assert house.mailbox.marks[("仕事", 4)] >= {"banken-warning"}


def test_a_message_that_is_found_again_only_later_is_labelled_then(house):
    house.owe()
    house.mailbox.mail = {"INBOX": {}, "仕事": {}}
    house.carry()
    house.mailbox.mail["仕事"][4] = ORIGINAL
    seen_in(house, "仕事", 4)
    house.owe()
    house.until_quiet()
    assert house.mailbox.marks[("仕事", 4)] >= {"banken-warning"}
    assert len(house.sink.messages) == 1


def test_a_message_that_goes_while_it_is_labelled_is_looked_for_again(house):
    house.mailbox.trouble["label"] = [Gone("gone")]
    house.owe()
    assert [row.action for row in house.carry().later] == ["label"]
    house.until_quiet()
    assert house.mailbox.marks


def test_without_smtp_it_goes_into_the_inbox(house):
    house.settings = WarningSettings(to=(WORKER,), via="append")
    house.owe()
    house.carry()
    mail = email.message_from_bytes(house.mailbox.mail["INBOX"][2])
    assert (mail["To"], mail["Message-ID"].rpartition("@")[2]) == (WORKER, "banken.invalid>")


def test_a_letter_of_the_house_lies_where_its_account_has_its_warnings(house):
    house.settings = WarningSettings(to=(WORKER,), via="append", folder="INBOX")
    house.mailbox.mail["Jobs"] = {}
    tell(house.ledger, "home", "lost work", News("lost", "text"), replace(house.settings, folder="Jobs"), NOW)
    house.carry()
    assert (len(house.mailbox.mail["INBOX"]), house.mailbox.mail["Jobs"]) == (2, {})


def test_warnings_of_one_deal_arrive_in_order(house):
    house.owe(1)
    house.owe(2, judged=verdict(finding("よろしく")))
    house.owe(3, standing=replace(STANDING, deal="other"))
    house.sink.answer("RCPT", "451 4.3.0 later", times=2)
    house.until_quiet()
    planned = [row.message_id for row in house.ledger.outbox._find() if row.action == "warn"]
    arrived = [got.message_id for got in house.sink.messages]
    assert sorted(arrived) == sorted(planned)
    assert arrived.index(planned[0]) < arrived.index(planned[1])


def test_what_is_owed_survives_on_the_disk(tmp_path, mailbox, sink, advice):
    with Ledger.open(tmp_path) as first:
        House(first, mailbox, sink, advice).owe()
    with Ledger.open(tmp_path) as second:
        assert len(House(second, mailbox, sink, advice).carry().done) == 2
    assert len(sink.messages) == 1
