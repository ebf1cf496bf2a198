"""A ledger that cannot be written is told of without it: once when it lasts, and once when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header

import pytest
from tests.fakeimap import FakeImap
from tests.servers import SmtpSink

from banken.config import Config
from banken.ledger import LedgerError
from banken.service import health, nurse, outage
from banken.service import house as rooms
from banken.service.nurse import Nurse

pytestmark = pytest.mark.usefixtures("english")

LOST, BACK = "The ledger cannot be written: no mail is watched", "The ledger can be written again"

HOME = {
    "name": "home",
    "imap": {"host": "127.0.0.1", "port": 1, "security": "plain", "user": "worker", "password": "open sesame"},
}


class Desk:
    """An account that is looked at each minute, and a ledger that can be written only while it is `well`."""

    def __init__(self, monkeypatch, ledger, imap_port, **warn):
        self.now, self.well, desk = datetime(2026, 11, 24, 3, 0, tzinfo=UTC), True, self

        class Time(datetime):
            @classmethod
            def now(cls, _tz=None):
                return desk.now

        put = ledger.learned.put

        def may_put(*args):
            if not desk.well:
                raise LedgerError("the disk is full")
            put(*args)

        monkeypatch.setattr(nurse, "datetime", Time)
        monkeypatch.setattr(health.Health.__init__, "__defaults__", (lambda: desk.now,))
        monkeypatch.setattr(ledger.learned, "put", may_put)
        accounts = [{**HOME, "imap": {**HOME["imap"], "port": imap_port}}]
        self.config = Config.model_validate({"accounts": accounts, "warn": {"to": ["worker@example.jp"], **warn}})
        self.nurse = Nurse(rooms.House(self.config, (), None, None), ledger, lambda: 0)

    def look(self, minutes):
        for _ in range(minutes):
            self.now += timedelta(minutes=1)
            self.nurse.looked(self.config.accounts[0], None if self.well else LedgerError("the disk is full"))
            self.nurse.send()


def subjects(sink):
    return [str(make_header(decode_header(one.message["Subject"]))) for one in sink.messages]


def by_smtp(port):
    return {"via": "smtp", "smtp": {"host": "127.0.0.1", "port": port, "security": "plain"}}


def test_it_is_told_once_after_an_hour_and_once_when_it_is_over(monkeypatch, ledger):
    with SmtpSink() as sink:
        desk = Desk(monkeypatch, ledger, 1, **by_smtp(sink.port))
        desk.look(5)
        desk.well = False
        desk.look(60)
        assert sink.messages == []
        desk.look(300)
        assert subjects(sink) == [f"[Banken] {LOST}"]
        assert "the disk is full" in sink.messages[0].message.get_payload(decode=True).decode()
        desk.well = True
        desk.look(5)
        assert subjects(sink)[1:] == [f"[Banken] {BACK}"]


def test_a_short_trouble_is_not_told(monkeypatch, ledger):
    with SmtpSink() as sink:
        desk = Desk(monkeypatch, ledger, 1, **by_smtp(sink.port))
        for _ in range(4):
            desk.well = not desk.well
            desk.look(50)
        assert sink.messages == []


def test_who_could_not_be_told_is_told_later(monkeypatch, ledger):
    with SmtpSink() as sink:
        sink.answer("MAIL", "451 4.3.0 later", times=1)
        desk = Desk(monkeypatch, ledger, 1, **by_smtp(sink.port))
        desk.well = False
        desk.look(119)
        assert sink.messages == []
        desk.look(5)
        assert subjects(sink) == [f"[Banken] {LOST}"]


def test_without_smtp_it_is_put_into_the_inbox(monkeypatch, ledger):
    with FakeImap() as server:
        desk = Desk(monkeypatch, ledger, server.port, via="append")
        desk.well = False
        desk.look(62)
        assert [b"\nX-Banken: news" in mail.raw for mail in server.inbox.mails] == [True]


def test_an_outage_that_ends_while_it_is_told_is_told_to_be_over_and_the_next_one_is_told(monkeypatch):
    config, told, now = (
        Config.model_validate({"accounts": [HOME], "warn": {"to": ["worker@example.jp"]}}),
        [],
        datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
    )
    one = outage.Outage()

    def takes_its_time(_config, news, _now):
        told.append(news.subject.removeprefix("[Banken] "))
        if len(told) == 1:
            one.ends(now + timedelta(hours=3))
        return True

    monkeypatch.setattr(outage, "_tell", takes_its_time)
    one.begins("full", now)
    for hours in (2, 4, 5):
        one.tell(config, now + timedelta(hours=hours))
    one.begins("full again", now + timedelta(hours=6))
    for hours in (7, 9):
        one.tell(config, now + timedelta(hours=hours))
    assert told == [LOST, BACK, LOST]


def test_that_it_is_over_is_told_until_somebody_hears_it(monkeypatch, ledger):
    with SmtpSink() as sink:
        desk = Desk(monkeypatch, ledger, 1, **by_smtp(sink.port))
        desk.well = False
        desk.look(62)
        sink.answer("MAIL", "451 4.3.0 later", times=1)
        desk.well = True
        desk.look(30)
        assert subjects(sink) == [f"[Banken] {LOST}"]
        desk.look(40)
        assert subjects(sink) == [f"[Banken] {LOST}", f"[Banken] {BACK}"]


def test_the_first_inbox_that_takes_it_has_the_letter(monkeypatch, ledger):
    with FakeImap() as server:
        desk = Desk(monkeypatch, ledger, server.port, via="append")
        away = {**HOME, "name": "away", "imap": {**HOME["imap"], "port": 1}}
        here = {**HOME, "imap": {**HOME["imap"], "port": server.port}}
        config = Config.model_validate(
            {"accounts": [away, here], "warn": {"to": ["worker@example.jp"], "via": "append"}}
        )
        desk.nurse._outage.begins("full", desk.now - timedelta(hours=2))
        desk.nurse._outage.tell(config, desk.now)
        assert [b"\nX-Banken: news" in mail.raw for mail in server.inbox.mails] == [True]
