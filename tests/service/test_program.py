"""How the service begins, and how it ends when it cannot: with 2, after which systemd leaves it, only for what stays so."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from types import SimpleNamespace

import pytest

from banken.cli import run
from banken.config import Config
from banken.ledger import Ledger, desk
from banken.service import program
from banken.service.logs import LogForm

AGAIN, NEVER = 1, 2


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Return what starts the service with a `state`, and returns the code that it ends with before it watches."""

    def begin(state=tmp_path / "state"):
        config = Config.model_validate({"state": str(state)})
        settings = SimpleNamespace(doubts=(), house=SimpleNamespace(config=config))
        monkeypatch.setattr(program.apart, "read", lambda _path: settings)
        monkeypatch.setattr(program.logs, "set_up", lambda _form, _write: None)
        return program.main("human", str(tmp_path / "config.yaml"))

    (tmp_path / "config.yaml").write_text("")
    Ledger.open(tmp_path / "state").close()
    return begin


def test_a_ledger_that_another_program_holds_for_now(start, tmp_path):
    with Ledger.open(tmp_path / "state"):
        assert start() == AGAIN


def test_a_ledger_to_which_another_program_writes_for_long(start, tmp_path, monkeypatch):
    monkeypatch.setattr(desk, "BUSY", 0.1)
    other = sqlite3.connect(tmp_path / "state" / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert start() == AGAIN
    other.close()


def test_a_database_server_that_is_not_up_yet(start):
    pytest.importorskip("psycopg")
    assert start("postgresql://banken@127.0.0.1:1/banken") == AGAIN


def test_a_ledger_of_a_newer_banken(start, tmp_path):
    with closing(sqlite3.connect(tmp_path / "state" / "ledger.db")) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = 'v9999'")
    assert start() == NEVER


def test_a_damaged_ledger(start, tmp_path):
    (tmp_path / "state" / "ledger.db").write_bytes(b"no database " * 1000)
    assert start() == NEVER


def test_a_state_that_can_be_no_ledger(start):
    assert start("postgresql+nothing://banken@127.0.0.1/banken") == NEVER


def test_no_copy_of_its_memory_is_left_on_the_disk(start):
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    start("postgresql+nothing://banken@127.0.0.1/banken")
    assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def test_a_signal_for_new_settings_that_comes_too_early_ends_nothing(monkeypatch):
    early = """
import os, runpy, signal
from banken.service import program
program.main = lambda *_words: os.kill(os.getpid(), signal.SIGHUP)
runpy.run_module("banken.service", run_name="__main__")
"""
    assert subprocess.run([sys.executable, "-c", early], check=False).returncode == 0
    before, then = signal.getsignal(signal.SIGHUP), []
    monkeypatch.setattr(run.os, "execv", lambda *_command: then.append(signal.getsignal(signal.SIGHUP)))
    run.run(LogForm.HUMAN)
    signal.signal(signal.SIGHUP, before)
    assert then == [signal.SIG_IGN]
