"""What waits for the mailbox of an account that was taken out of the configuration, on a real Dovecot."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from email.header import decode_header, make_header

import pytest
from tests.respond import scene
from tests.servers import USER, Dovecot

from banken import respond
from banken.config import Config
from banken.i18n import set_language
from banken.mailbox.imap import Server, connect
from banken.places import rules_root
from banken.respond import Label, Spot, WarningSettings, carry_out, load_advice, plan
from banken.service import health, kept, nurse
from banken.service import house as rooms
from banken.service.checkup import home
from banken.service.checkup.model import Mark
from banken.service.nurse import Nurse

pytestmark = pytest.mark.server
NOON = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
INTO_THE_INBOX = WarningSettings(to=("worker@example.jp",), via="append", sender="worker@example.jp")


@pytest.fixture(autouse=True)
def _english():
    set_language("en")
    yield
    set_language("ja")


class House:
    """A nurse and its ledger, with two accounts that can be taken out and put back."""

    def __init__(self, monkeypatch, ledger, warn):
        house = self

        class Time(dt.datetime):
            @classmethod
            def now(cls, tz=None):
                return house.now

        self.now, self.ledger = NOON, ledger
        monkeypatch.setattr(nurse, "datetime", Time)
        monkeypatch.setattr(health.Health.__init__, "__defaults__", (lambda: house.now,))
        imap = {"host": "127.0.0.1", "user": USER, "password": "x"}
        accounts = [{"name": name, "imap": imap, "every": "2m"} for name in ("home", "old")]
        self.config = Config.model_validate({"accounts": accounts, "warn": warn, "language": "en"})
        self.home, self.old = self.config.accounts
        self.advice = load_advice(rules_root() / "crowdworks" / "advice")
        self.rooms = rooms.House(self.config, (), None, self.advice)
        self.nurse = Nurse(self.rooms, ledger, lambda: 0)

    def adopt(self, *accounts):
        self.config = self.config.model_copy(update={"accounts": accounts})
        self.nurse.adopt(replace(self.rooms, config=self.config))

    def minutes(self, count):
        self.now += dt.timedelta(minutes=count)
        self.nurse.send()

    def owe(self, spot, name):
        mail = scene.message(fingerprint=name, message_id=f"<{name}@client.example>")
        actions = plan(scene.verdict(), mail, scene.Spoken(), scene.STANDING, spot=spot, settings=INTO_THE_INBOX)
        respond.owe(self.ledger, "old", name, actions, self.now)


@pytest.fixture
def house(monkeypatch, ledger, sink):
    smtp = {"host": "127.0.0.1", "port": sink.port, "security": "plain"}
    return House(monkeypatch, ledger, {"to": ["worker@example.jp"], "via": "smtp", "smtp": smtp})


@pytest.fixture
def dovecot():
    with Dovecot() as one:
        yield one


def deliver(dovecot, name):
    head = f"From: client@client.example\r\nMessage-ID: <{name}@client.example>\r\n\r\nLINE de\r\n"
    uid = dovecot.append("INBOX", head.encode())
    with dovecot.client() as client:
        return Spot("INBOX", client.select_folder("INBOX", readonly=True)[b"UIDVALIDITY"], uid)


def subjects(sink):
    return [str(make_header(decode_header(one.message["Subject"]))) for one in sink.messages]


def carry(house, dovecot):
    box = connect("old", Server(dovecot.host, dovecot.port, "plain", USER, dovecot.password), label_folder="{label}")
    try:
        return carry_out(house.ledger, "old", box, INTO_THE_INBOX, house.advice, clock=lambda: house.now)
    finally:
        box.close()


def test_it_is_told_once_kept_and_put_there_when_the_account_is_back(house, dovecot, sink, ledger):
    spot = deliver(dovecot, "one")
    house.owe(spot, "one")
    house.adopt(house.home)
    house.minutes(0)
    house.minutes(59)
    assert not sink.messages  # the configuration may still be worked at
    house.minutes(1)
    house.minutes(60 * 20)
    assert subjects(sink) == ["[Banken] Something is kept for “old”"]
    assert "labels 1, warnings and letters 1" in sink.messages[0].message.get_payload(decode=True).decode()
    assert [(row.state, row.tries) for row in ledger.outbox.open("old")] == [("planned", 0)] * 2
    house.adopt(house.home, house.old)
    assert [row.action for row in carry(house, dovecot).done] == ["label", "warn"]
    assert {"banken-warning", "banken-direct_contact"} <= dovecot.flags("INBOX")[spot.uid]
    assert sum(b"X-Banken: warning" in raw for raw in dovecot.messages("INBOX").values()) == 1
    assert not kept.kept(ledger, ["home"])
    assert len(sink.messages) == 1


def test_an_account_that_is_taken_out_again_is_told_of_again(house, dovecot, sink):
    spot = deliver(dovecot, "one")
    house.owe(spot, "one")
    for _ in range(2):
        house.adopt(house.home)
        house.minutes(0)
        house.minutes(60)
        house.adopt(house.home, house.old)
        house.minutes(60)
    assert len(sink.messages) == 2


def test_an_account_without_anything_is_not_told_of(house, sink):
    house.adopt(house.home)
    house.minutes(0)
    house.minutes(61)
    assert not sink.messages


def test_put_into_an_inbox_it_waits_for_one_and_goes_into_one_only(monkeypatch, ledger):
    house = House(monkeypatch, ledger, {"to": ["worker@example.jp"], "via": "append"})
    third = house.home.model_copy(update={"name": "third"})
    respond.owe(ledger, "old", "f", [Label(Spot("INBOX", 1, 1), "", ("warning",))], house.now)
    house.adopt(house.home, third)
    house.minutes(0)
    house.minutes(61)
    assert not ledger.outbox.open("home")
    house.nurse.looked(third, None)
    house.minutes(1)
    house.nurse.looked(house.home, None)
    house.minutes(1)
    assert [row.action for row in ledger.outbox.open("third")] == ["tell"]
    assert not ledger.outbox.open("home")


def test_the_doctor_notes_it_and_finds_nothing_wrong_with_it(house, ledger):
    respond.owe(ledger, "old", "f", [Label(Spot("INBOX", 1, 1), "", ("warning",))], house.now)
    assert not [sign for sign in home._service(house.config, ledger) if sign.topic == "kept"]
    house.adopt(house.home)
    [sign] = [sign for sign in home._service(house.config, ledger) if sign.topic == "kept"]
    assert (sign.mark, "“old”" in sign.what, "labels 1" in sign.what) == (Mark.NOTE, True, True)
