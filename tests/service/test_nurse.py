"""Letters on accounts that cannot be looked at: sent by SMTP without a mailbox, put into an inbox through another."""

from __future__ import annotations

import datetime as dt
import http.client
import json
from contextlib import closing
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from zoneinfo import ZoneInfo

import pytest
from tests.respond import scene
from tests.servers import free_port

from banken import respond
from banken.config import Config
from banken.ledger import Ledger, LedgerError
from banken.mailbox.errors import LoginRefused, Unreachable
from banken.places import rules_root
from banken.respond import HOUSE, WarningSettings, load_advice, plan
from banken.service import bulletin, health, nurse, pace
from banken.service import house as rooms
from banken.service.nurse import Nurse

pytestmark = pytest.mark.usefixtures("english")

NOON = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
"""Long enough ago for all that a test lets happen, and not so long that the outbox gives up."""


class Desk:
    def __init__(self, monkeypatch, ledger, warn):
        imap = {"host": "127.0.0.1", "user": "worker@example.jp", "password": "x"}
        accounts = [{"name": name, "imap": imap, "every": "2m"} for name in ("home", "other")]
        self.config = Config.model_validate({"accounts": accounts, "warn": warn, "language": "en"})
        self.ledger = ledger
        self.home, self.other = self.config.accounts
        self.now = NOON
        desk = self

        class Time(dt.datetime):
            @classmethod
            def now(cls, tz=None):
                return desk.now

        monkeypatch.setattr(nurse, "datetime", Time)
        monkeypatch.setattr(health.Health.__init__, "__defaults__", (lambda: desk.now,))
        self.house = rooms.House(self.config, (), None, load_advice(rules_root() / "crowdworks" / "advice"))
        self.nurse = Nurse(self.house, ledger, lambda: 0)

    def fails(self, error, minutes=0):
        self.now += dt.timedelta(minutes=minutes)
        self.nurse.looked(self.home, error)

    def works(self, account=None, minutes=0):
        self.now += dt.timedelta(minutes=minutes)
        self.nurse.looked(account or self.home, None)


@pytest.fixture
def by_smtp(monkeypatch, ledger, sink):
    smtp = {"host": "127.0.0.1", "port": sink.port, "security": "plain"}
    return Desk(monkeypatch, ledger, {"to": ["worker@example.jp"], "via": "smtp", "smtp": smtp})


@pytest.fixture
def by_append(monkeypatch, ledger):
    return Desk(monkeypatch, ledger, {"to": ["worker@example.jp"], "via": "append"})


def subjects(sink):
    return [str(make_header(decode_header(one.message["Subject"]))) for one in sink.messages]


def text(received):
    return received.message.get_payload(decode=True).decode()


def test_after_an_hour_a_letter_goes_out_once_and_another_when_all_is_well(by_smtp, sink):
    by_smtp.works()
    by_smtp.fails(Unreachable("no way to it"))
    by_smtp.fails(Unreachable("no way to it"), minutes=59)
    by_smtp.nurse.send()
    assert not sink.messages
    by_smtp.fails(Unreachable("no way to it"), minutes=1)
    by_smtp.fails(Unreachable("no way to it"), minutes=60)
    by_smtp.nurse.send()
    by_smtp.nurse.send()
    assert subjects(sink) == ["[Banken] “home” cannot be looked at"]
    assert "no way to it" in text(sink.messages[0])
    in_the_workers_zone = NOON.astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"{in_the_workers_zone:%Y-%m-%d %H:%M}" in text(sink.messages[0])
    by_smtp.works(minutes=5)
    by_smtp.works(minutes=5)
    by_smtp.nurse.send()
    assert subjects(sink)[1:] == ["[Banken] “home” is looked at again"]
    assert sink.messages[0].message["Auto-Submitted"] == "auto-generated"
    assert sink.messages[0].message["X-Banken"]


def test_it_is_told_in_time_although_the_next_look_is_far_off(by_smtp, sink):
    """Waits double: between the looks at 31 and at 63 minutes an hour passes, and after that another one."""
    by_smtp.fails(Unreachable("no way to it"))
    by_smtp.now += dt.timedelta(minutes=59)
    by_smtp.nurse.send()
    assert not sink.messages
    by_smtp.now += dt.timedelta(minutes=1)
    by_smtp.nurse.send()
    by_smtp.nurse.send()
    assert subjects(sink) == ["[Banken] “home” cannot be looked at"]


def test_a_machine_that_slept_is_no_reason_for_a_letter(by_smtp, sink, monkeypatch):
    by_smtp.fails(Unreachable("no way to it"))
    by_smtp.now += dt.timedelta(hours=8)
    monkeypatch.setattr(nurse, "uptime", lambda: pace.uptime() + 8 * 3600)
    by_smtp.nurse.send()
    assert not sink.messages
    by_smtp.fails(Unreachable("no way to it"))  # the look after it
    by_smtp.nurse.send()
    assert len(sink.messages) == 1


def test_put_into_an_inbox_it_goes_into_one_only(by_append, ledger):
    third = by_append.home.model_copy(update={"name": "third"})
    house = rooms.House(
        by_append.config.model_copy(update={"accounts": [*by_append.config.accounts, third]}), (), None, None
    )
    by_append.nurse.adopt(house)
    by_append.fails(Unreachable("gone"))
    by_append.now += dt.timedelta(hours=2)
    by_append.works(by_append.other)
    by_append.nurse.send()
    by_append.now += dt.timedelta(hours=2)
    by_append.works(third)  # now only this one can be looked at
    by_append.nurse.send()
    assert len(ledger.outbox.open("other")) == 1
    assert not ledger.outbox.open("third")


def test_a_short_trouble_is_not_worth_a_letter(by_smtp, sink):
    by_smtp.works()
    by_smtp.fails(Unreachable("gone"), minutes=2)
    by_smtp.works(minutes=10)
    by_smtp.nurse.send()
    assert not sink.messages


def test_a_wrong_password_is_told_at_the_second_refusal_once(by_smtp, sink):
    by_smtp.fails(LoginRefused("wrong password"))
    by_smtp.nurse.send()
    assert not sink.messages
    for _ in range(5):
        by_smtp.fails(LoginRefused("wrong password"), minutes=5)
    by_smtp.nurse.send()
    assert len(sink.messages) == 1
    by_smtp.works(minutes=5)
    by_smtp.nurse.send()
    assert len(sink.messages) == 2


def test_a_server_that_comes_back_and_refuses_the_login_is_told_of_once_more(by_smtp, sink):
    by_smtp.fails(Unreachable("gone"))
    by_smtp.fails(Unreachable("gone"), minutes=60)
    by_smtp.nurse.send()
    for _ in range(3):
        by_smtp.fails(LoginRefused("wrong password"), minutes=60)
        by_smtp.nurse.send()
    assert ["wrong password" in text(one) for one in sink.messages] == [False, True]
    by_smtp.fails(Unreachable("gone"), minutes=60)
    by_smtp.nurse.send()
    assert len(sink.messages) == 2
    by_smtp.works(minutes=5)
    by_smtp.nurse.send()
    assert subjects(sink)[2:] == ["[Banken] “home” is looked at again"]


def test_a_second_trouble_is_told_anew(by_smtp, sink):
    for _ in range(2):
        by_smtp.fails(Unreachable("gone"), minutes=1)
        by_smtp.fails(Unreachable("gone"), minutes=60)
        by_smtp.works(minutes=1)
    by_smtp.nurse.send()
    assert len(sink.messages) == 4


def test_a_letter_is_kept_while_the_smtp_server_is_away(by_smtp, sink):
    sink.answer("MAIL", "451 4.3.0 later")
    by_smtp.fails(Unreachable("gone"))
    by_smtp.fails(Unreachable("gone"), minutes=60)
    by_smtp.nurse.send()
    assert not sink.messages
    assert [row.state for row in by_smtp.ledger.outbox.open(HOUSE)] == ["retry"]


def test_a_letter_that_is_refused_for_good_goes_into_the_inbox_of_another_account(by_smtp, sink, ledger):
    sink.answer("RCPT", "550 5.1.1 nobody here")
    by_smtp.works(by_smtp.other)
    by_smtp.fails(LoginRefused("no"))
    by_smtp.fails(LoginRefused("no"))
    by_smtp.nurse.send()
    assert not sink.messages
    (row,) = ledger.outbox.due(dt.datetime.now(dt.UTC), "other")
    assert (row.action, row.target) == ("tell", "append:INBOX")
    assert not ledger.outbox.due(dt.datetime.now(dt.UTC), HOUSE)


def owe(ledger):
    mail = scene.message()
    settings = WarningSettings(to=("worker@example.jp",), via="smtp", sender="worker@example.jp")
    actions = plan(scene.verdict(), mail, scene.Spoken(), scene.STANDING, spot=scene.SPOT, settings=settings)
    respond.owe(ledger, "home", mail.fingerprint, actions, NOON)
    label, warning = ledger.outbox.of("home", mail.fingerprint)
    ledger.outbox.claim(warning.id, NOON)
    ledger.outbox.let_go(warning.id)
    return label.id, warning.id


def test_a_warning_does_not_wait_for_a_mailbox_that_is_away(by_smtp, sink, ledger):
    label, warning = owe(ledger)
    ledger.outbox.retry(warning, NOON, "451 greylisted", doubtful=False)
    by_smtp.fails(Unreachable("gone"))
    by_smtp.fails(Unreachable("gone"), minutes=9)
    by_smtp.nurse.send()
    assert not sink.messages  # the next look may attach the mail
    by_smtp.fails(Unreachable("gone"), minutes=1)
    by_smtp.nurse.send()
    [got] = sink.messages
    assert got.message_id == ledger.outbox.get(warning).message_id
    assert (ledger.outbox.get(label).state, ledger.outbox.get(label).tries) == ("planned", 0)


def test_a_warning_that_may_have_arrived_waits_until_its_mailbox_can_be_looked_into(by_smtp, sink, ledger):
    _label, warning = owe(ledger)
    ledger.outbox.retry(warning, NOON, "cut", doubtful=True)
    by_smtp.fails(Unreachable("gone"))
    by_smtp.fails(Unreachable("gone"), minutes=60)
    by_smtp.nurse.send()
    assert ledger.outbox.get(warning).doubtful
    assert not [one for one in sink.messages if one.message_id == ledger.outbox.get(warning).message_id]


@pytest.mark.parametrize("well", [False, True])
def test_what_is_refused_for_good_goes_into_an_inbox_that_is_still_looked_at(by_smtp, sink, ledger, well):
    _label, warning = owe(ledger)
    sink.answer("RCPT", "550 5.1.1 nobody here")
    by_smtp.home = by_smtp.home.model_copy(update={"name": "office"})
    config = by_smtp.config.model_copy(update={"accounts": (by_smtp.home, by_smtp.other)})
    by_smtp.nurse.adopt(replace(by_smtp.house, config=config))
    if well:
        by_smtp.works(by_smtp.other)
    by_smtp.nurse.send()
    (row,) = ledger.outbox.open("other" if well else "office")
    assert (row.action, row.target) == ("warn", "append:INBOX")
    assert row.message_id == ledger.outbox.get(warning).message_id
    assert [one.action for one in ledger.outbox.open("home")] == ["label"]


@pytest.mark.parametrize("doubtful", [False, True])
def test_what_is_owed_for_an_account_that_has_another_name_by_now_goes_out_by_smtp(by_smtp, sink, ledger, doubtful):
    label, warning = owe(ledger)
    ledger.outbox.retry(warning, NOON, "451 greylisted", doubtful=doubtful)
    accounts = (by_smtp.home.model_copy(update={"name": "office"}), by_smtp.other)
    config = by_smtp.config.model_copy(update={"accounts": accounts})
    by_smtp.nurse.adopt(replace(by_smtp.house, config=config))
    by_smtp.now += dt.timedelta(minutes=30)
    by_smtp.nurse.send()
    by_smtp.nurse.send()
    assert [got.message_id for got in sink.messages] == [ledger.outbox.get(warning).message_id]
    assert (ledger.outbox.get(label).state, ledger.outbox.get(label).tries) == ("planned", 0)
    letter = message_from_bytes(sink.messages[0].raw, policy=policy.default)
    told = letter.get_body(("plain",)).get_content()
    assert "“home”" in told  # where the mail lies, and nobody looks for marks any more
    assert "banken/" not in told


def test_put_into_an_inbox_it_goes_through_an_account_that_can_be_reached(by_append, ledger):
    by_append.works()
    by_append.fails(Unreachable("gone"))
    by_append.now += dt.timedelta(minutes=60)
    by_append.works(by_append.other)
    by_append.fails(Unreachable("gone"))
    assert [row.target for row in ledger.outbox.open("other")] == ["append:INBOX"]
    assert not ledger.outbox.open("home")


def test_with_no_other_account_it_waits_until_the_account_is_back(by_append, ledger):
    by_append.fails(Unreachable("gone"))
    by_append.fails(Unreachable("gone"), minutes=90)
    assert not ledger.outbox.open()
    by_append.works(minutes=10)
    (row,) = ledger.outbox.open("home")
    assert "again" in row.payload


def test_the_watchdog_is_fed_only_after_a_server_really_answered(by_smtp, monkeypatch):
    fed = []
    monkeypatch.setattr(nurse.systemd, "alive", fed.append)
    by_smtp.fails(Unreachable("gone"))
    by_smtp.fails(ZeroDivisionError())
    assert not fed
    by_smtp.fails(LoginRefused("no"))
    by_smtp.works()
    assert fed == ["0/2 accounts fresh", "1/2 accounts fresh"]
    by_smtp.nurse._hung = lambda: 1
    by_smtp.works()
    assert len(fed) == 2


def test_a_mistake_of_ours_is_told_without_its_words(by_smtp, ledger):
    by_smtp.fails(ValueError("お世話になっております"))
    assert health.trouble(ledger, "home").why == "ValueError"


def test_must_be_told():
    trouble = health.Trouble(NOON, "x", tries=1)
    hour = dt.timedelta(hours=1)
    assert not bulletin.must_be_told(trouble, Unreachable("x"), NOON + hour - dt.timedelta(seconds=1), hour)
    assert bulletin.must_be_told(trouble, Unreachable("x"), NOON + hour, hour)


@pytest.fixture
def asked(monkeypatch, tmp_path, sink):
    """A nurse with a port and a ledger in a file; `asked.healthz()` asks the port."""
    with Ledger.open(tmp_path) as ledger:
        smtp = {"host": "127.0.0.1", "port": sink.port, "security": "plain"}
        desk = Desk(monkeypatch, ledger, {"to": ["worker@example.jp"], "via": "smtp", "smtp": smtp})
        desk.port = free_port()
        one = desk.config.model_copy(update={"health": desk.config.health.model_copy(update={"port": desk.port})})
        desk.house = replace(desk.house, config=one)
        desk.nurse.adopt(desk.house)
        yield desk
        desk.nurse.close()


def healthz(port):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as site:
        site.request("GET", "/healthz")
        answer = site.getresponse()
        return answer.status, json.load(answer)


def test_a_health_answer_waits_for_nobody_who_writes(asked):
    """The writer lets go only when the answer is there: whoever waited for it would wait for ever."""
    asked.works()
    asked.works(asked.other)
    with asked.ledger.transaction():
        status, told = healthz(asked.port)
    assert (status, told["fresh"]) == (200, True)
    asked.now += dt.timedelta(minutes=7)
    with asked.ledger.transaction():
        status, told = healthz(asked.port)
    assert (status, [one["fresh"] for one in told["accounts"]]) == (503, [False, False])


def test_a_health_answer_knows_after_a_restart_what_was_noted_before(asked):
    asked.works()
    asked.fails(Unreachable("no way to it"))
    asked.works(asked.other)
    asked.nurse.close()
    asked.nurse = Nurse(asked.house, asked.ledger, lambda: 0)
    status, told = healthz(asked.port)
    assert status == 200
    assert [one["trouble"] and one["trouble"]["why"] for one in told["accounts"]] == ["no way to it", None]


def test_a_watch_that_is_stuck_is_not_well_although_it_answers(asked, monkeypatch):
    """Looks that do not end; looks that end and cannot be noted; a ledger that cannot be written for an hour."""
    asked.works()
    asked.works(asked.other)
    asked.nurse._hung = lambda: 1
    assert healthz(asked.port)[0] == 503
    asked.nurse._hung = lambda: 0
    assert healthz(asked.port)[0] == 200
    full = LedgerError("the disk is full", "make room")
    monkeypatch.setattr(asked.ledger.learned, "put", lambda *_: (_ for _ in ()).throw(full))
    asked.works(minutes=1)
    asked.works(asked.other)
    assert healthz(asked.port)[0] == 200  # noted a minute ago
    asked.works(minutes=6)
    asked.works(asked.other)
    assert healthz(asked.port)[0] == 503
    asked.works(minutes=60)
    status, told = healthz(asked.port)
    assert status == 503
    assert "the disk is full" in told["ledger"]


def test_new_settings_change_whose_health_is_told(asked):
    asked.works()
    asked.works(asked.other)
    accounts = (asked.home.model_copy(update={"every": dt.timedelta(minutes=10)}),)
    asked.nurse.adopt(replace(asked.house, config=asked.house.config.model_copy(update={"accounts": accounts})))
    asked.now += dt.timedelta(minutes=29)
    status, told = healthz(asked.port)
    assert (status, [one["account"] for one in told["accounts"]]) == (200, ["home"])
