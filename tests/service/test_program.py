"""How the service ends when it cannot begin: with 2, after which systemd leaves it, only for what does not pass by itself."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace

import pytest

from banken.config import Config
from banken.ledger import Ledger, desk
from banken.service import program

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
    with sqlite3.connect(tmp_path / "state" / "ledger.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = 'v9999'")
    assert start() == NEVER


def test_a_damaged_ledger(start, tmp_path):
    (tmp_path / "state" / "ledger.db").write_bytes(b"no database " * 1000)
    assert start() == NEVER


def test_a_state_that_can_be_no_ledger(start):
    assert start("postgresql+nothing://banken@127.0.0.1/banken") == NEVER
