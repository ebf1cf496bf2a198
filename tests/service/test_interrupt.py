"""Ctrl-C breaks nothing off that must be done to its end, and is never lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime

import authres
import pytest

from banken import interrupt
from banken.interrupt import unbroken
from banken.ledger import Ledger
from banken.ledger import ledger as ledger_module
from banken.message import authresults

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def keyboard():
    """Listen as the command line does, and hand the signal back."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupt.listen()
    yield
    signal.signal(signal.SIGINT, before)


def press():
    signal.raise_signal(signal.SIGINT)


def test_outside_a_step_it_comes_at_once():
    with pytest.raises(KeyboardInterrupt):
        press()


def test_a_step_is_done_to_its_end_and_then_it_comes_once():
    done = []

    def work():
        with unbroken():
            with unbroken():
                press()
                press()
                done.append("inner")
            done.append("outer")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["inner", "outer"]
    with unbroken():
        done.append("the next step")
    assert done[-1] == "the next step"


def test_a_step_that_fails_says_so_and_it_comes_behind_the_next():
    def fail():
        with unbroken():
            press()
            raise ValueError("the disk is full")

    def work():
        with unbroken():
            done.append("the next step")

    done = []
    with pytest.raises(ValueError, match="the disk is full"):
        fail()
    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["the next step"]


def test_whoever_presses_a_third_time_breaks_a_step_that_hangs():
    def hang():
        with unbroken():
            press()
            press()
            done.append("still waiting")
            press()
            done.append("never")

    done = []
    with pytest.raises(KeyboardInterrupt):
        hang()
    assert done == ["still waiting"]
    with unbroken():
        done.append("no Ctrl-C is left")
    assert done[-1] == "no Ctrl-C is left"


def test_a_step_of_another_thread_does_not_hold_it_up():
    begun, end = threading.Event(), threading.Event()

    def step():
        with unbroken():
            begun.set()
            end.wait(30)

    other = threading.Thread(target=step)
    other.start()
    try:
        assert begun.wait(30)
        with pytest.raises(KeyboardInterrupt):
            press()
    finally:
        end.set()
        other.join()


def test_where_it_is_ignored_it_stays_so():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interrupt.listen()
    press()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_transaction_is_written_as_a_whole_and_the_ledger_is_free(tmp_path):
    def write(ledger):
        with ledger.transaction():
            ledger.learned.put("home", "first", "1", NOW)
            press()
            ledger.learned.put("home", "second", "2", NOW)

    with Ledger.open(tmp_path) as ledger:
        with pytest.raises(KeyboardInterrupt):
            write(ledger)
        assert ledger.learned.get("home", "second") == "2"
        ledger.learned.put("home", "third", "3", NOW)
    with Ledger.open(tmp_path) as again:
        assert [again.learned.get("home", name) for name in ("first", "second", "third")] == ["1", "2", "3"]


def test_what_is_forgotten_leaves_the_log_as_well(tmp_path, monkeypatch):
    erase = ledger_module.erase_client

    def erased(*facts):
        press()
        return erase(*facts)

    monkeypatch.setattr(ledger_module, "erase_client", erased)
    with Ledger.open(tmp_path) as ledger, Ledger.open(tmp_path, alone=False) as service:
        ledger.learned.put("home", "first", "1", NOW)
        with pytest.raises(KeyboardInterrupt):
            ledger.forget("青空工房")
        assert service.learned.get("home", "first") == "1"
        assert ledger.file.with_name(f"{ledger.file.name}-wal").stat().st_size == 0


def test_a_library_that_catches_everything_neither_swallows_it_nor_leaves_a_property_out(monkeypatch):
    said = "mx.example.jp; dkim=pass header.d=crowdworks.jp header.s=mail"
    whole = authresults.parse(said)
    assert whole.results[0].get("header.s") == "mail"
    read = authres.core.AuthenticationResultsHeader._parse_propspec
    seen, pressed = [], []

    def parsed(self):
        if not pressed:
            pressed.append(True)
            press()
        seen.append(read(self))
        return seen[-1]

    monkeypatch.setattr(authres.core.AuthenticationResultsHeader, "_parse_propspec", parsed)
    with pytest.raises(KeyboardInterrupt):
        authresults.parse(said)
    assert [one.name for one in seen if one] == ["d", "s"]


def test_the_command_line_listens():
    code = "import signal; from banken import interrupt; from banken.cli import app; app.build = lambda: lambda: None; "
    code += "app.main(); print(signal.getsignal(signal.SIGINT) is interrupt._press)"
    # A shell that runs the tests in the background lets all they start ignore Ctrl-C.
    code = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "True\n"
