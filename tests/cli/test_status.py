"""`banken status` tells of warnings that reached the worker by no way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from typer.testing import CliRunner

from banken.cli.app import build
from banken.i18n import set_language
from banken.ledger import Ledger, Owed, desk
from banken.mailbox.errors import MailboxError
from banken.respond import WarningSettings
from banken.service import missing
from banken.service.health import Health


@pytest.fixture
def status(tmp_path):
    imap = {"host": "127.0.0.1", "user": "worker@example.jp", "password": "x"}
    config = tmp_path / "config.yaml"
    settings = {"state": str(tmp_path / "state"), "language": "en", "accounts": [{"name": "home", "imap": imap}]}
    config.write_text(yaml.safe_dump(settings | {"warn": {"to": ["worker@example.jp"]}}))

    def run(*words):
        set_language("en")
        result = CliRunner().invoke(build(), ["status", *words, "--config", str(config)])
        run.code = result.exit_code
        return result.stdout

    with Ledger.open(tmp_path / "state") as ledger:
        run.ledger = ledger
        yield run
    set_language("ja")


def fails(ledger, fingerprint, *targets, action="warn", ago=timedelta(0)):
    """Owe something by some ways; return the numbers of their rows, all refused for good."""
    now = datetime.now(UTC) - ago
    owed = [Owed(account="home", fingerprint=fingerprint, action=action, target=target) for target in targets]
    ledger.outbox.plan(owed, now)
    rows = [row.id for row in ledger.outbox.of("home", fingerprint)]
    for row in rows:
        ledger.outbox.failed(row, now, "550 no such user")
    return rows


def test_what_failed_by_every_way_is_told(status):
    fails(status.ledger, "f1", "smtp:worker@example.jp", "notify:1")
    assert "in the last 30 days: warnings and letters 2" in (said := " ".join(status().split()))
    assert "550 no such user" in said
    assert json.loads(status("--json"))["undelivered"] == 2


def test_what_is_told_by_another_way_or_long_ago_or_is_a_label_is_not(status):
    ledger, now = status.ledger, datetime.now(UTC)
    ledger.outbox.done(fails(ledger, "f1", "smtp:worker@example.jp", "append:INBOX")[1], now)
    fails(ledger, "f2", "smtp:worker@example.jp")
    ledger.outbox.plan([Owed(account="home", fingerprint="f2", action="warn", target="append:INBOX")], now)
    fails(ledger, "f3", "banken-warning", action="label")
    fails(ledger, "f4", "smtp:worker@example.jp", ago=timedelta(days=31))
    assert "Not delivered" not in status()
    assert json.loads(status("--json"))["undelivered"] == 0


def test_what_is_owed_for_an_account_that_is_not_configured_any_more_is_told(status):
    owed = [("warn", "append:INBOX"), ("warn", "smtp:worker@example.jp"), ("label", "banken-warning")]
    for account, days in (("old", 1), ("older", 31), ("home", 1), ("", 1)):
        rows = [Owed(account=account, fingerprint="f", action=action, target=target) for action, target in owed]
        status.ledger.outbox.plan(rows, datetime.now(UTC) - timedelta(days=days))
    said = " ".join(status().split())
    assert (
        "“old” is not in the configuration any more; warnings and letters that are still to be sent for it: 1" in said
    )
    assert "“older” is not in the configuration" not in said
    for name in ("old", "older"):  # kept for as long as it takes
        kept = f"Kept for the mailbox of “{name}”, which is not in the configuration any more: labels 1, warnings and letters 1"
        assert kept in said
    told = json.loads(status("--json"))
    assert told["unconfigured"] == {"old": 1}
    assert told["kept"] == {name: {"labels": 1, "letters": 1} for name in ("old", "older")}
    for row in status.ledger.outbox.of("old", "f")[:2]:
        status.ledger.outbox.done(row.id, datetime.now(UTC))
    told = json.loads(status("--json"))
    assert (told["unconfigured"], told["kept"]["old"]) == ({}, {"labels": 1, "letters": 0})
    assert "“old”, which is not in the configuration any more: labels 1 Kept for" in " ".join(status().split())


def test_a_folder_that_is_not_watched_is_told(status):
    health = Health(status.ledger)
    health.worked("home")
    gone = {"INBOX": MailboxError("home", "no such folder")}
    look = {"settings": WarningSettings(via="none"), "now": datetime.now(UTC), "patience": timedelta(hours=1)}
    missing.note(status.ledger, "home", ["INBOX"], gone, **look)
    assert "“INBOX” of “home” could not be opened" in (said := " ".join(status().split()))
    assert "banken doctor" in said
    assert status.code == 1
    assert json.loads(status("--json"))["accounts"][0]["unwatched"] == ["INBOX"]
    missing.note(status.ledger, "home", ["INBOX"], {}, **look)
    assert "could not be opened" not in status()
    assert status.code == 0
    assert json.loads(status("--json"))["accounts"][0]["unwatched"] == []


def test_it_waits_for_nobody_who_writes(status, monkeypatch):
    monkeypatch.setattr(desk, "BUSY", 0.1)
    Health(status.ledger).worked("home")
    with status.ledger.transaction():
        assert json.loads(status("--json"))["fresh"] is True
