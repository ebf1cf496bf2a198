"""What may have worked is looked up before it is done again: a lost answer, a killed process, a ledger that failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.respond.house import busy
from tests.respond.scene import NOW, WORKER
from tests.smtpsink import DROP

from banken.ledger import LedgerError, OutboxState
from banken.mailbox.errors import Unreachable
from banken.respond import WarningSettings


def test_an_append_whose_answer_was_lost_is_found_and_not_repeated(house):
    house.settings = WarningSettings(to=(WORKER,), via="append")
    house.mailbox.trouble["append answered"] = [Unreachable("cut")]
    house.owe()
    house.until_quiet()
    assert house.mailbox.appended == 1


def test_an_append_whose_answer_was_lost_is_not_repeated_when_the_worker_was_quick_to_answer(house):
    house.settings = WarningSettings(to=(WORKER,), via="append")
    house.mailbox.trouble["append answered"] = [Unreachable("cut")]
    house.owe()
    house.carry()
    house.mailbox.deliver("banken/no-problem", house.mailbox.mail["INBOX"].pop(2))
    house.until_quiet()
    assert house.mailbox.appended == 1
    assert house.states()[1][2] is OutboxState.DONE


def test_a_mail_whose_250_was_lost_is_looked_up_and_not_sent_again(house):
    house.sink.answer("DATA", DROP)
    house.owe()
    [row] = house.carry().later
    assert row.doubtful
    house.mailbox.deliver("INBOX", house.sink.messages[0].raw)
    house.until_quiet()
    assert len(house.sink.messages) == 1
    assert house.ledger.outbox.get(row.id).result == "it had arrived already"


def test_a_filter_may_have_moved_it(house):
    house.sink.answer("DATA", DROP)
    house.owe()
    house.carry()
    house.mailbox.deliver("迷惑メール", house.sink.messages[0].raw)
    house.mailbox.mail["Noselect"] = {}
    house.until_quiet()
    assert len(house.sink.messages) == 1


def test_a_mail_on_its_way_is_waited_for(house):
    house.sink.answer("DATA", DROP)
    house.owe()
    house.carry()
    house.clock.now += timedelta(seconds=3)
    [row] = house.carry().later
    assert row.due == NOW + house.settings.settle
    assert len(house.sink.messages) == 1
    house.mailbox.deliver("INBOX", house.sink.messages[0].raw)
    house.until_quiet()
    assert len(house.sink.messages) == 1


def test_a_clock_that_is_set_back_makes_no_haste_and_no_long_wait(house, monkeypatch):
    looks = iter([["INBOX"]] * 3)
    monkeypatch.setattr(house.mailbox, "folders", lambda: next(looks))
    house.sink.answer("DATA", DROP)
    house.owe()
    house.carry()
    house.clock.now -= timedelta(hours=9)
    [row] = house.carry().later
    assert (row.tries, row.due) == (2, house.clock.now + house.settings.settle)
    house.clock.now = row.due
    house.sink.messages.clear()
    assert [row.tries for row in house.carry().done] == [3]
    assert [got.message_id for got in house.sink.messages] == [house.name]


def test_a_mail_that_never_arrived_is_sent_again_under_the_same_name(house):
    house.sink.answer("DATA", DROP)
    house.owe()
    house.carry()
    house.sink.messages.clear()
    house.until_quiet()
    assert [got.message_id for got in house.sink.messages] == [house.name]
    assert house.clock.now >= NOW + house.settings.settle


def test_where_nobody_can_look_it_is_sent_again_rather_than_lost(house):
    house.settings = replace(house.settings, watched=frozenset())
    house.sink.answer("DATA", DROP)
    house.owe()
    house.until_quiet()
    assert [got.message_id for got in house.sink.messages] == [house.name, house.name]


def test_while_the_mailbox_cannot_be_looked_into_nothing_is_sent_twice(house):
    house.sink.answer("DATA", DROP)
    house.owe()
    house.carry()
    house.mailbox.deliver("INBOX", house.sink.messages[0].raw)
    house.mailbox.trouble["find"] = [Unreachable("down")] * 3
    house.until_quiet()
    assert len(house.sink.messages) == 1


def test_a_process_that_died_after_sending_does_not_send_again(house, monkeypatch):
    class Killed(BaseException):
        """Stands in for SIGKILL: nothing of this process runs after it."""

    def killed(name):
        if name == "warning.accepted":
            raise Killed

    monkeypatch.setattr("banken.respond.post.crash_point", killed)
    house.owe()
    with pytest.raises(Killed):
        house.carry()
    monkeypatch.undo()
    house.mailbox.deliver("INBOX", house.sink.messages[0].raw)
    house.dies()
    assert [row.result for row in house.carry().done] == ["it had arrived already"]
    assert len(house.sink.messages) == 1
    assert house.states()[1][2] is OutboxState.DONE


@pytest.mark.parametrize("settling", ["done", "retry"])
def test_a_ledger_that_fails_while_a_warning_is_in_flight_keeps_neither_it_nor_its_deal_back(
    house, monkeypatch, settling
):
    if settling == "retry":
        house.sink.answer("RCPT", "451 4.7.1 greylisted", times=1)
    house.owe(1)
    [label] = [row for row in house.ledger.outbox.due(NOW) if row.action == "label"]
    house.ledger.outbox.done(label.id, NOW)
    with monkeypatch.context() as patch:
        patch.setattr(house.ledger.outbox, settling, busy)
        with pytest.raises(LedgerError):
            house.carry()
    for got in house.sink.messages:
        house.mailbox.deliver("INBOX", got.raw)
    house.owe(2)
    house.until_quiet()
    assert {state for _action, _target, state in house.states()} == {OutboxState.DONE}
    assert len(house.sink.messages) == 2
