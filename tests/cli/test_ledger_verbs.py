"""`banken ledger`: on a real ledger in a state folder."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest
import yaml
from typer.testing import CliRunner

from banken.cli.app import build
from banken.i18n import set_language
from banken.ledger import Deal, Ledger, LedgerError, Owed, Poison, SeenMessage, Tie

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class House:
    def __init__(self, folder):
        self.state = folder / "state"
        self.config = folder / "config.yaml"
        self.config.write_text(yaml.safe_dump({"state": str(self.state), "language": "en"}))

    def run(self, *words, expect=0, typed=None):
        set_language("en")
        result = CliRunner().invoke(build(), [*map(str, words), "--config", str(self.config)], input=typed)
        assert result.exit_code == expect, result.output
        return result.output


@pytest.fixture
def house(tmp_path):
    one = House(tmp_path)
    with Ledger.open(one.state) as ledger:
        fill(ledger)
    yield one
    set_language("ja")


def fill(ledger):
    ledger.deals.put(Deal(account="home", id="d1", client="青空工房", opened=NOW))
    ledger.deals.tie("home", [Tie("d1", "client", "青空工房")], NOW)
    place = {"account": "home", "folder": "INBOX", "uidvalidity": 7, "uid": 1}
    seen = SeenMessage(
        **place, arrived=NOW, examined=NOW, client="青空工房", subject="ご相談", fingerprint="f", deal="d1"
    )
    ledger.seen.record(seen)
    ledger.outbox.plan(
        [Owed(account="home", fingerprint="f", action="warn", target="x", deal="d1", payload="words")], NOW
    )
    ledger.quarantine.put(Poison(**place, step="html", reason="RecursionError", first=NOW, last=NOW))


def test_the_platforms_own_address_is_no_client(house):
    """Every notice comes from it: with it all deals would be erased."""
    with Ledger.open(house.state) as ledger:
        place = {"account": "home", "folder": "INBOX", "uidvalidity": 7, "uid": 2}
        ledger.seen.record(
            SeenMessage(**place, arrived=NOW, examined=NOW, sender="no-reply@crowdworks.jp", fingerprint="g", deal="d1")
        )
    said = house.run("ledger", "forget", "No-Reply@crowdworks.jp", "--yes", expect=2)
    assert "all your deals" in said
    with Ledger.open(house.state) as ledger:
        assert ledger.seen.at("home", "INBOX", 7, 2).sender == "no-reply@crowdworks.jp"


def test_a_wrong_configuration_is_told_and_nothing_is_erased(house):
    house.config.write_text("stat: x\n")
    assert "stat" in house.run("ledger", "forget", "青空工房", "--yes", expect=2)


def test_a_whole_ledger_is_said_to_be_whole(house):
    said = house.run("ledger", "check")
    assert "Actions owed: 1" in said
    assert "messages set aside: 1" in said


def test_damage_is_told_with_what_to_do(house):
    with closing(sqlite3.connect(house.state / "ledger.db")) as raw, raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("INSERT INTO findings (seen) VALUES (99)")
    said = house.run("ledger", "check", expect=1)
    assert "foreign key" in said
    assert "-wal and -shm, and put a backup in its place" in " ".join(said.split())


def test_a_file_that_is_no_ledger(house):
    (house.state / "ledger.db").write_bytes(b"not a database, not a database" * 40)
    assert "damaged" in house.run("ledger", "check", expect=2)


def test_without_a_ledger_nothing_is_made(tmp_path):
    house = House(tmp_path)
    house.run("ledger", "check", expect=2)
    house.run("ledger", "backup", expect=2)
    assert not house.state.exists()


def test_the_copy_is_a_ledger_of_its_own(house, tmp_path):
    copy = tmp_path / "copy.db"
    house.run("ledger", "backup", copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    with Ledger.open(copy) as ledger:
        assert [deal.client for deal in ledger.deals.all()] == ["青空工房"]
        assert ledger.check() == []
    assert "there already" in house.run("ledger", "backup", copy, expect=2)


def test_a_copy_beside_the_ledger_is_found_when_the_ledger_breaks(house):
    house.run("ledger", "backup")
    (copy,) = house.state.glob("*.backup")
    (house.state / "ledger.db").write_bytes(b"broken" * 900)
    assert copy.name in "".join(house.run("ledger", "check", expect=2).split())


def test_a_copy_is_made_while_banken_guards(house, tmp_path):
    with Ledger.open(house.state):
        house.run("ledger", "backup", tmp_path / "copy.db")


def test_a_client_is_forgotten_after_a_yes(house):
    house.run("ledger", "forget", "青空工房", typed="n\n", expect=1)
    with Ledger.open(house.state) as ledger:
        assert ledger.deals.all()
    assert "Deals: 1; mails of which words were kept: 1" in house.run("ledger", "forget", "青空工房", typed="y\n")
    with Ledger.open(house.state) as ledger:
        assert not ledger.deals.all()
        assert not ledger.outbox.open()
        assert ledger.seen.at("home", "INBOX", 7, 1).subject == ""
    assert "青空工房".encode() not in (house.state / "ledger.db").read_bytes()


def test_a_question_that_nobody_answers_ends_with_a_line(house):
    assert "nobody answered" in house.run("ledger", "forget", "青空工房", typed="", expect=130)
    assert "Nothing was erased" in house.run("ledger", "forget", "青空工房", typed="n\n", expect=1)


def test_a_closed_input_is_one_that_nobody_answers(house):
    words = [sys.executable, "-m", "banken", "ledger", "forget", "青空工房", "--config", str(house.config)]
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert closed.returncode == 130, closed.stderr
    assert "Traceback" not in closed.stderr


def test_a_copy_for_which_there_is_no_room_is_told(house, tmp_path):
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Ledger.open(house.state) as ledger:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, old[1]))
        try:
            with pytest.raises(LedgerError, match="disk"):
                ledger.backup(tmp_path / "copy.db")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, old)
            signal.signal(signal.SIGXFSZ, handler)
    assert not (tmp_path / "copy.db").exists()


def test_nobody_is_forgotten_by_a_wrong_name(house):
    assert "Nothing is known" in house.run("ledger", "forget", "赤空工房", "--yes", expect=2)
