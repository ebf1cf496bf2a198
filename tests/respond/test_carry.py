"""Carrying out: each action once, failures told apart, what may have worked looked up before it is done again."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.respond.scene import NOW, ORIGINAL, SPOT, STANDING, WORKER, MemoryMailbox, Spoken, finding, message, verdict
from tests.servers import SmtpSink, free_port
from tests.smtpsink import DROP

from banken.ledger import Ledger, LedgerError, OutboxState, SeenMessage
from banken.ledger.outbox import OutboxRepository
from banken.mailbox.errors import FolderMissing, Gone, LoginRefused, MailboxError, Refused, Unreachable
from banken.respond import News, SmtpServer, WarningSettings, carry_out, owe, plan, tell, warning_id


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def sink():
    with SmtpSink() as running:
        yield running


@pytest.fixture
def mailbox():
    return MemoryMailbox()


@pytest.fixture
def house(ledger, mailbox, sink, advice):
    return House(ledger, mailbox, sink, advice)


class House:
    """An account whose warnings go by SMTP into its own inbox."""

    def __init__(self, ledger, mailbox, sink, advice):
        self.ledger, self.mailbox, self.sink, self.advice = ledger, mailbox, sink, advice
        self.clock = Clock()
        self.settings = WarningSettings(
            to=(WORKER,),
            via="smtp",
            sender=WORKER,
            smtp=SmtpServer(sink.host, sink.port, "plain", timeout=5),
            watched=frozenset({WORKER}),
        )

    def owe(self, number=1, **more):
        mail = message(fingerprint=f"print-{number}")
        standing = more.pop("standing", STANDING)
        judged = more.pop("judged", verdict())
        actions = plan(judged, mail, Spoken(), standing, spot=SPOT, settings=self.settings)
        owe(self.ledger, "home", mail.fingerprint, actions, self.clock())

    def carry(self):
        return carry_out(self.ledger, "home", self.mailbox, self.settings, self.advice, clock=self.clock)

    def dies(self):
        """What the next process finds after this one was killed."""
        self.ledger.outbox = OutboxRepository(self.ledger._desk)

    @property
    def name(self):
        """The Message-ID of the warning about the first message."""
        return warning_id(self.ledger.secret, "print-1", WORKER)

    def until_quiet(self):
        outcomes = []
        while (due := self.ledger.outbox.next_due()) is not None:
            self.clock.now = max(due, self.clock.now)
            outcomes.append(self.carry())
            assert len(outcomes) < 300
        return outcomes

    def states(self):
        rows = self.ledger.outbox._find()
        return [(row.action, row.target, row.state) for row in rows]


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


def test_a_lost_mailbox_does_not_keep_a_warning_back(house):
    house.mailbox.trouble["open"] = [Unreachable("gone")] * 2
    house.owe()
    outcome = house.carry()
    assert [row.action for row in outcome.later] == ["label"]
    assert len(house.sink.messages) == 1
    house.until_quiet()
    assert house.mailbox.marks != {}


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


def test_without_smtp_it_goes_into_the_inbox(house):
    house.settings = WarningSettings(to=(WORKER,), via="append")
    house.owe()
    house.carry()
    mail = email.message_from_bytes(house.mailbox.mail["INBOX"][2])
    assert (mail["To"], mail["Message-ID"].rpartition("@")[2]) == (WORKER, "banken.invalid>")


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


def test_a_letter_of_the_house_lies_where_its_account_has_its_warnings(house):
    house.settings = WarningSettings(to=(WORKER,), via="append", folder="INBOX")
    house.mailbox.mail["Jobs"] = {}
    tell(house.ledger, "home", "lost work", News("lost", "text"), replace(house.settings, folder="Jobs"), NOW)
    house.carry()
    assert (len(house.mailbox.mail["INBOX"]), house.mailbox.mail["Jobs"]) == (2, {})


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


def busy(*_args, **_more):
    raise LedgerError("the ledger is busy")


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


def test_what_is_owed_survives_on_the_disk(tmp_path, mailbox, sink, advice):
    with Ledger.open(tmp_path) as first:
        House(first, mailbox, sink, advice).owe()
    with Ledger.open(tmp_path) as second:
        assert len(House(second, mailbox, sink, advice).carry().done) == 2
    assert len(sink.messages) == 1
