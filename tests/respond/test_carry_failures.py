"""Failures told apart: what passes is tried again, what is refused for good goes another way, and nothing is lost."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.respond.scene import NOW, WORKER
from tests.servers import free_port

from banken.ledger import OutboxState
from banken.mailbox.errors import FolderMissing, LoginRefused, MailboxError, Refused, Unreachable
from banken.respond import SmtpServer, WarningSettings


def test_a_lost_mailbox_does_not_keep_a_warning_back(house):
    house.mailbox.trouble["open"] = [Unreachable("gone")] * 2
    house.owe()
    outcome = house.carry()
    assert [row.action for row in outcome.later] == ["label"]
    assert len(house.sink.messages) == 1
    house.until_quiet()
    assert house.mailbox.marks != {}


def test_a_warning_whose_original_costs_the_connection_goes_without_it_at_last(house):
    house.settings = WarningSettings(to=(WORKER,), via="append")
    house.mailbox.trouble["original"] = [Unreachable("lost")] * 99
    house.mailbox.trouble["append"] = [Unreachable("lost")] * 4
    house.owe()
    house.until_quiet()
    assert house.mailbox.appended == 1
    assert len(house.mailbox.trouble["original"]) == 95


@pytest.mark.parametrize("error", [Refused("no"), FolderMissing("missing")])
def test_a_label_that_is_refused_again_and_again_is_told_and_left(house, error):
    house.mailbox.trouble["label"] = [error] * 3
    house.owe()
    outcome = house.carry()
    assert [(row.action, row.result) for row in outcome.later] == [("label", str(error))]
    assert len(house.sink.messages) == 1
    house.until_quiet()
    assert house.mailbox.marks == {}
    assert [row.action for row in house.ledger.outbox.refused(NOW - timedelta(days=1))] == ["label"]


def test_a_refusal_may_be_the_answer_to_a_garbled_command_and_is_not_believed_at_once(house):
    house.mailbox.trouble["label"] = [Refused("8bit data in atom")] * 2
    house.owe()
    house.until_quiet()
    assert house.mailbox.marks != {}


@pytest.mark.parametrize("before", [1, 2, 3, 4])
def test_a_refusal_behind_lost_lines_is_not_believed_either(house, before):
    lost, garbled = Unreachable("cut"), Refused("8bit data in atom")
    house.mailbox.trouble["label"] = [*[lost] * before, garbled, lost, garbled]
    house.owe()
    house.until_quiet()
    assert house.mailbox.marks != {}


def test_what_is_refused_behind_lost_lines_again_and_again_is_left(house):
    house.mailbox.trouble["label"] = [Unreachable("cut")] * 3 + [Refused("no")] * 99
    house.owe()
    house.until_quiet()
    assert house.mailbox.marks == {}
    assert len(house.mailbox.trouble["label"]) == 97


@pytest.mark.parametrize("error", [LoginRefused("wrong password"), MailboxError("odd")])
def test_a_label_waits_for_a_server_that_can_be_set_right(house, error):
    house.mailbox.trouble["label"] = [error] * 5
    house.owe()
    house.until_quiet()
    assert house.mailbox.marks != {}


def test_passing_failures_are_tried_again_until_it_works(house):
    house.sink.answer("RCPT", "451 4.3.0 later", times=4)
    house.owe()
    [row] = house.carry().later
    assert row.result == "451 4.3.0 later"
    house.until_quiet()
    [got] = house.sink.messages
    assert got.message_id == house.name


@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "554 5.7.1 spam"])
def test_a_warning_that_is_refused_for_good_goes_into_the_inbox(house, reply):
    house.sink.answer("RCPT", reply)
    house.owe()
    outcome = house.carry()
    assert [row.target for row in outcome.failed] == [f"smtp:{WORKER}"]
    assert outcome.done[-1].target == "append:INBOX"
    assert house.sink.messages == []
    raw = house.mailbox.mail["INBOX"][2]
    assert email.message_from_bytes(raw)["Message-ID"] == house.name
    assert house.ledger.outbox.open() == []


def test_after_five_days_of_passing_failures_it_goes_into_the_inbox(house):
    house.sink.stop()
    house.owe()
    house.until_quiet()
    assert house.states()[1:] == [
        ("warn", f"smtp:{WORKER}", OutboxState.FAILED),
        ("warn", "append:INBOX", OutboxState.DONE),
    ]
    assert house.clock.now - NOW > timedelta(days=5)
    assert house.mailbox.appended == 1


def test_two_addresses_each_get_one_and_only_the_refused_one_goes_another_way(house):
    house.settings = replace(house.settings, to=(WORKER, "gone@example.jp"))
    house.sink.answer("RCPT", "550 5.1.1 no such user", only="gone@example.jp")
    house.owe()
    house.until_quiet()
    assert [got.recipients for got in house.sink.messages] == [(WORKER,)]
    assert house.mailbox.appended == 1


@pytest.mark.parametrize("error", [None, Refused("no such mailbox")])
def test_where_its_folder_is_gone_a_warning_lies_in_the_inbox(house, error):
    house.settings = WarningSettings(to=(WORKER,), via="append", folder="Jobs")
    house.mailbox.trouble["append"] = [error] if error else []
    house.owe()
    assert [row.result for row in house.carry().done][1:] == ["put into INBOX"]
    assert email.message_from_bytes(house.mailbox.mail["INBOX"][2])["To"] == WORKER


@pytest.mark.parametrize("folder", ["INBOX", "Jobs"])
def test_a_folder_that_takes_nothing_just_now_is_waited_for(house, folder):
    house.mailbox.mail["Jobs"] = {}
    house.settings = WarningSettings(to=(WORKER,), via="append", folder=folder)
    house.mailbox.trouble["append"] = [Refused("over quota")]
    house.owe()
    assert [row.result for row in house.carry().later] == ["over quota"]
    house.until_quiet()
    assert [row.result for row in house.ledger.outbox._find() if row.action == "warn"] == [f"put into {folder}"]


@pytest.mark.parametrize("error", [Refused("over quota"), LoginRefused("expired"), Unreachable("cut")])
def test_the_inbox_is_the_last_way_and_is_tried_again(house, error):
    house.settings = WarningSettings(to=(WORKER,), via="append")
    house.mailbox.trouble["append"] = [error] * 3
    house.owe()
    house.until_quiet()
    assert house.mailbox.appended == 1


def test_an_inbox_that_is_full_for_weeks_gets_its_warning_at_last(house):
    house.settings = WarningSettings(to=(WORKER,), via="append")
    house.mailbox.trouble["append"] = [Refused("over quota")] * 400
    house.owe()
    while house.clock.now < NOW + timedelta(days=14):
        house.clock.now = max(house.clock.now, house.ledger.outbox.next_due())
        house.carry()
    house.mailbox.trouble.clear()
    house.clock.now += timedelta(hours=2)
    assert [row.state for row in house.carry().done] == [OutboxState.DONE]
    assert house.mailbox.appended == 1


def test_a_warning_that_breaks_us_waits_and_the_others_go_out(house):
    """What a newer or older version has planned may be unreadable to this one."""
    house.owe(1)
    house.owe(2)
    with house.ledger._desk.connection() as connection:
        connection.exec_driver_sql("UPDATE outbox SET payload = '{}' WHERE fingerprint = 'print-1' AND action = 'warn'")
    outcome = house.carry()
    assert [(row.fingerprint, row.result) for row in outcome.later] == [("print-1", "ValidationError")]
    assert len(house.sink.messages) == 1
    house.until_quiet()
    assert {row.target for row in house.ledger.outbox.refused(NOW)} == {f"smtp:{WORKER}", "append:INBOX"}


def test_an_smtp_server_that_was_taken_out_of_the_configuration(house):
    house.owe()
    house.settings = replace(house.settings, smtp=None)
    house.until_quiet()
    assert house.mailbox.appended == 1


def test_a_server_that_is_down_is_not_asked_for_ever_at_once(house):
    house.settings = replace(house.settings, smtp=SmtpServer("127.0.0.1", free_port(), "plain", timeout=5))
    house.owe()
    [row] = house.carry().later
    assert row.due > NOW
    assert row.doubtful is False
