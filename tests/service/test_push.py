"""The ears: what the server announces wakes the look, whatever becomes of the connection."""

from __future__ import annotations

import threading
import time

import pytest
from tests.fakeimap import FakeImap

from banken.config import Config
from banken.mailbox.errors import TooMany, Unreachable
from banken.mailbox.idle import Idle
from banken.service.push import Push

CAPABLE = b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK done\r\n"
PATIENCE = 10.0


class Desk:
    def __init__(self, fake):
        self.fake = fake
        self.now = 0.0
        self.woken = []
        self.push = Push(self.woken.append, clock=lambda: self.now, renew=0.3)
        imap = {"host": fake.host, "port": fake.port, "security": "plain", "user": "w", "password": "x"}
        given = {"accounts": [{"name": "home", "imap": imap}], "warn": {"to": ["a@b.example"]}}
        self.config = Config.model_validate(given)
        self.account = self.config.accounts[0]
        self.push.adopt([self.account])

    def until(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, (self.woken, self.fake.commands)
            time.sleep(0.01)

    def idles(self):
        return self.fake.commands.count("IDLE")


@pytest.fixture
def desk():
    with FakeImap() as fake:
        fake.on("CAPABILITY", CAPABLE)
        one = Desk(fake)
        yield one
        one.push.close()
        one.until(lambda: not any(thread.name.startswith("ear") for thread in threading.enumerate()))


def listens(session, _tag, _line):
    """Say that it listens, and nothing more until DONE (or the end)."""
    session.send(b"+ idling\r\n")
    if session._line() == "DONE":
        session.send(_tag.encode() + b" OK done\r\n")


def test_it_begins_after_a_look_that_worked_and_wakes_at_the_beginning(desk):
    desk.fake.on("^IDLE", listens)
    desk.push.looked(desk.account, Unreachable("no"))
    assert not desk.push.listening()
    desk.push.looked(desk.account, None)
    desk.until(lambda: desk.woken == ["home"])
    assert desk.push.listening() == {"home"}
    desk.push.looked(desk.account, None)
    assert sum(line.startswith("LOGIN") for line in desk.fake.commands) == 1


def test_idle_is_begun_anew_in_time_on_the_same_connection(desk):
    desk.fake.on("^IDLE", lambda session, tag, line: (tick(desk), listens(session, tag, line)))
    desk.push.looked(desk.account, None)
    desk.until(lambda: desk.idles() >= 3)
    assert sum(line.startswith("LOGIN") for line in desk.fake.commands) == 1


def tick(desk):
    desk.now += 1


def test_a_lost_connection_wakes_the_look_and_the_next_look_lets_it_listen_again(desk):
    desk.fake.on("^IDLE", lambda session, _tag, _line: (session.send(b"+ idling\r\n"), session.drop()), times=1)
    desk.push.looked(desk.account, None)
    desk.until(lambda: len(desk.woken) == 2 and not desk.push.listening())  # the beginning, and the end
    desk.fake.on("^IDLE", listens)
    desk.now += 3600
    desk.push.looked(desk.account, None)
    desk.until(lambda: len(desk.woken) == 3)


def test_a_server_that_always_hangs_up_is_asked_ever_less(desk):
    desk.fake.on("^IDLE", lambda session, _tag, _line: (session.send(b"+ idling\r\n"), session.drop()))
    for _second in range(300):
        desk.push.looked(desk.account, None)
        desk.until(lambda: not any(thread.name.startswith("ear") for thread in threading.enumerate()))
        desk.now += 1
    assert 3 < desk.idles() < 12


def test_a_server_that_cannot_is_asked_once(desk):
    desk.fake.on("CAPABILITY", b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n")
    for _ in range(5):
        desk.push.looked(desk.account, None)
        desk.until(lambda: not any(thread.name.startswith("ear") for thread in threading.enumerate()))
        desk.now += 3600
    assert sum(line.startswith("LOGIN") for line in desk.fake.commands) == 1


def test_when_the_server_counts_connections_it_gives_its_own_up(desk):
    desk.fake.on("^IDLE", listens)
    desk.push.looked(desk.account, None)
    desk.until(desk.push.listening)
    desk.push.looked(desk.account, TooMany("15 already"))
    desk.until(lambda: not desk.push.listening())
    desk.push.looked(desk.account, None)
    assert not desk.push.listening()
    desk.now += 3601
    desk.push.looked(desk.account, None)
    desk.until(desk.push.listening)


@pytest.mark.parametrize("command", ["^EXAMINE", "^IDLE"])
def test_a_passing_refusal_does_not_make_it_deaf(desk, command):
    desk.fake.on("^IDLE", listens)
    desk.fake.on(command, b"TAG NO [SERVERBUG] Internal error occurred.\r\n", times=1)
    desk.push.looked(desk.account, None)
    desk.until(lambda: desk.woken and desk.push._ears["home"].thread is None)
    desk.push.looked(desk.account, None)
    assert desk.push._ears["home"].thread is None  # not at once
    desk.now += 60
    desk.push.looked(desk.account, None)
    desk.until(desk.push.listening)


def test_after_sleep_the_connection_is_made_anew(desk):
    desk.push = Push(desk.woken.append, clock=lambda: desk.now, renew=60)
    desk.push.adopt([desk.account])
    desk.fake.on("^IDLE", listens)
    desk.push.looked(desk.account, None)
    desk.until(lambda: desk.woken == ["home"])
    desk.now += 3600
    desk.push.renew()
    desk.until(lambda: desk.woken == ["home", "home"] and not desk.push.listening())
    desk.push.looked(desk.account, None)
    desk.until(lambda: desk.woken == ["home"] * 3)


def test_a_connection_from_an_address_that_is_gone_is_made_anew(desk, monkeypatch):
    desk.push = Push(desk.woken.append, clock=lambda: desk.now, renew=60)
    desk.push.adopt([desk.account])
    desk.fake.on("^IDLE", listens)
    desk.push.looked(desk.account, None)
    desk.until(lambda: desk.woken == ["home"])
    monkeypatch.setattr(Idle, "is_stranded", lambda _idle: True)
    desk.now += 3600
    desk.push.looked(desk.account, Unreachable("no"))  # as long as nothing can be reached, a new one would be no better
    assert desk.push.listening() == {"home"}
    desk.push.looked(desk.account, None)
    desk.until(lambda: desk.woken == ["home", "home"] and not desk.push.listening())
    desk.push.looked(desk.account, None)
    desk.until(lambda: desk.woken == ["home"] * 3)


def test_an_account_without_push_is_not_listened_to(desk):
    desk.push.adopt([desk.account.model_copy(update={"push": False})])
    desk.push.looked(desk.account, None)
    assert not desk.push.listening()
