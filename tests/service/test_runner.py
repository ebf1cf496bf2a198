"""Threads of the watch: one look at a time for each account, none for ever."""

from __future__ import annotations

import threading
import time

import pytest

from banken.config import Config
from banken.mailbox.errors import LoginRefused, Unreachable
from banken.service.runner import Runner

PATIENCE = 10.0


def accounts(*names, every="1h"):
    imap = {"host": "127.0.0.1", "user": "worker@example.jp", "password": "x"}
    given = {
        "accounts": [{"name": name, "imap": imap, "every": every} for name in names],
        "warn": {"to": ["a@b.example"]},
    }
    return Config.model_validate(given).accounts


class Eye:
    """Notes who was looked at, and does with each account what the test says."""

    def __init__(self):
        self.seen, self.at_once, self.most = [], {}, {}
        self.doing = {}
        self.told = []
        self.runner = None
        self._lock = threading.Lock()

    def look(self, account, leash):
        with self._lock:
            self.seen.append(account.name)
            self.at_once[account.name] = self.at_once.get(account.name, 0) + 1
            self.most[account.name] = max(self.most.get(account.name, 0), self.at_once[account.name])
        try:
            self.doing.get(account.name, lambda _leash: None)(leash)
        finally:
            with self._lock:
                self.at_once[account.name] -= 1

    def looked(self, account, error):
        self.told.append((account.name, error))

    def rest(self, count):
        """Wait until so many looks have ended and none goes on."""
        self.wait(lambda: len(self.told) >= count and not self.runner._works)

    def wait(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, (self.seen, self.told)
            time.sleep(0.005)


@pytest.fixture
def eye():
    return Eye()


@pytest.fixture
def runner(eye):
    now = [0.0]
    one = Runner(eye.look, eye.looked, clock=lambda: now[0], longest=100.0, workers=4)
    one.now = now
    eye.runner = one
    yield one
    one.close(0.0, PATIENCE)


def hang(leash):
    """Hang like a read from a silent server: until the connection is cut."""
    cut = threading.Event()
    leash.attach(cut.set)
    assert cut.wait(PATIENCE)
    raise Unreachable("cut")


def test_every_account_is_looked_at_when_it_is_due_and_not_before(eye, runner):
    runner.adopt(accounts("a", "b"))
    eye.rest(2)
    runner.now[0] = 3000
    runner.tick()
    assert sorted(eye.seen) == ["a", "b"]
    runner.now[0] = 4000
    runner.tick()
    eye.wait(lambda: len(eye.told) == 4)
    assert sorted(eye.seen) == ["a", "a", "b", "b"]


def test_a_silent_server_is_cut_at_the_deadline_and_holds_up_no_other_account(eye, runner):
    eye.doing["hangs"] = hang
    runner.adopt(accounts("hangs", "fine", every="1m"))
    eye.wait(lambda: ("fine", None) in eye.told and len(runner._works) == 1)
    runner.now[0] = 90
    runner.tick()
    eye.wait(lambda: eye.told.count(("fine", None)) == 2)
    assert eye.seen.count("hangs") == 1
    runner.now[0] = 101
    runner.tick()
    eye.wait(lambda: any(name == "hangs" for name, _error in eye.told))
    assert isinstance(next(error for name, error in eye.told if name == "hangs"), Unreachable)


def test_what_is_attached_after_the_cut_is_cut_at_once(eye, runner):
    asked, go = threading.Event(), threading.Event()

    def slow_to_connect(leash):
        asked.set()
        assert go.wait(PATIENCE)
        hang(leash)

    eye.doing["a"] = slow_to_connect
    runner.adopt(accounts("a"))
    assert asked.wait(PATIENCE)
    runner.now[0] = 101
    runner.tick()
    go.set()
    eye.wait(lambda: eye.told)


def test_an_account_is_never_looked_at_twice_at_once(eye, runner):
    inside, go = threading.Event(), threading.Event()

    def slow(_leash):
        inside.set()
        assert go.wait(PATIENCE)

    eye.doing["a"] = slow
    runner.adopt(accounts("a"))
    assert inside.wait(PATIENCE)
    for _ in range(20):
        runner.wake("a")
        runner.tick()
    runner.adopt(accounts("a"))
    runner.wake_all()
    go.set()
    eye.wait(lambda: len(eye.told) >= 2)
    assert eye.most["a"] == 1


def test_mail_announced_during_a_look_is_looked_for_in_another_one(eye, runner):
    inside, go = threading.Event(), threading.Event()

    def slow(_leash):
        inside.set()
        assert go.wait(PATIENCE)

    eye.doing["a"] = slow
    runner.adopt(accounts("a"))
    assert inside.wait(PATIENCE)
    runner.wake("a")
    go.set()
    eye.wait(lambda: len(eye.told) == 2)


def test_a_refused_account_waits_alone(eye, runner):
    def refuse(_leash):
        raise LoginRefused("no")

    eye.doing["a"] = refuse
    runner.adopt(accounts("a", "b", every="1s"))
    eye.rest(2)
    for second in range(1, 200):
        before = len(eye.told)
        runner.now[0] = second * 1.2
        runner.tick()
        eye.rest(before + 1)
    assert eye.seen.count("a") <= 2
    assert eye.seen.count("b") > 100


def test_a_mistake_of_ours_ends_one_look_only(eye, runner):
    def broken(_leash):
        raise ZeroDivisionError

    eye.doing["a"] = broken
    runner.adopt(accounts("a", "b"))
    eye.wait(lambda: len(eye.told) == 2)
    assert isinstance(dict(eye.told)["a"], ZeroDivisionError)
    assert dict(eye.told)["b"] is None


def test_new_settings_end_a_look_between_two_messages_and_start_another(eye, runner):
    def slow(leash):
        end = time.monotonic() + PATIENCE
        while not leash.pulled and time.monotonic() < end:
            time.sleep(0.005)

    eye.doing["a"] = slow
    runner.adopt(accounts("a"))
    eye.wait(lambda: eye.seen)
    eye.doing.clear()
    runner.adopt(accounts("a", "new"))
    eye.wait(lambda: len(eye.told) == 3)
    assert sorted(eye.seen) == ["a", "a", "new"]


def test_closing_waits_gently_then_cuts(eye):
    runner = Runner(eye.look, eye.looked, longest=100.0)
    eye.doing["a"] = hang
    runner.adopt(accounts("a"))
    eye.wait(lambda: eye.seen)
    start = time.monotonic()
    assert runner.close(0.2, PATIENCE)
    assert 0.2 <= time.monotonic() - start < PATIENCE
    assert not runner.hung()


def test_a_look_that_does_not_let_go_is_told(eye):
    go = threading.Event()
    eye.doing["a"] = lambda _leash: go.wait(PATIENCE)
    now = [0.0]
    runner = Runner(eye.look, eye.looked, clock=lambda: now[0], longest=100.0)
    runner.adopt(accounts("a"))
    eye.wait(lambda: eye.seen)
    now[0] = 161
    runner.tick()
    assert runner.hung() == 1
    assert not runner.close(0.0, 0.1)
    go.set()


def test_a_look_that_ends_in_an_unheard_of_way_does_not_take_its_account_off_the_round(eye, runner):
    ends = [SystemExit()]

    def look(_leash):
        if ends:
            raise ends.pop()

    eye.doing["one"] = look
    runner.adopt(accounts("one"))
    eye.wait(lambda: eye.seen == ["one"] and not runner._works)
    runner.wake("one")
    eye.rest(1)
    assert eye.seen == ["one", "one"]
    assert eye.told == [("one", None)]
