"""`banken deals` where several accounts are watched."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from typer.testing import CliRunner

from banken.cli.app import build
from banken.deals import Deals
from banken.i18n import set_language
from banken.ledger import Deal, Ledger, Tie
from banken.words import Event

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CLIENTS = {"home": "青空工房", "work": "みどり商店"}


@pytest.fixture
def run(tmp_path):
    accounts = [
        {"name": name, "imap": {"host": "imap.example.jp", "user": name, "password": {"env": "SECRET"}}}
        for name in CLIENTS
    ]
    config = tmp_path / "config.yaml"
    config.write_text(
        yaml.safe_dump(
            {"state": str(tmp_path / "state"), "language": "en", "accounts": accounts, "warn": {"to": ["w@example.jp"]}}
        ),
        encoding="utf-8",
    )
    with Ledger.open(tmp_path / "state") as ledger:
        for name, client in CLIENTS.items():
            ledger.deals.put(Deal(account=name, id=f"d-{name}", client=client, opened=NOW))
            ledger.deals.tie(name, [Tie(f"d-{name}", "client", client)], NOW)
            ledger.events.append(name, f"d-{name}", Event("contracted", NOW, believed=True, source=name), NOW)

    def call(*words, expect=0):
        result = CliRunner().invoke(build(), ["deals", *words, "--config", str(config)])
        assert result.exit_code == expect, result.output
        return result.output

    yield call
    set_language("ja")


def objects(said):
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def test_the_deals_of_all_accounts_are_listed_with_the_accounts_name(run):
    assert [(one["account"], one["client"]) for one in objects(run("list", "--json"))] == list(CLIENTS.items())
    said = run("list")
    assert all(word in said for word in (*CLIENTS, *CLIENTS.values()))
    assert "home" not in run("list", "--account", "work")


def test_what_is_due_is_found_out_once_however_many_deals_there_are(run, tmp_path, monkeypatch):
    contract = datetime.now(UTC) - timedelta(days=8)
    with Ledger.open(tmp_path / "state") as ledger:
        for number in range(3):
            ledger.deals.put(Deal(account="home", id=f"d{number}", client="甲", opened=contract))
            for kind in ("contracted", "delivered"):
                ledger.events.append("home", f"d{number}", Event(kind, contract, True, source=str(number)), contract)
    asked = []
    whole = Deals.reminders
    monkeypatch.setattr(Deals, "reminders", lambda *words: asked.append(words) or whole(*words))
    said = objects(run("list", "--json", "--account", "home"))
    assert {one["deal"]: [due["rule"] for due in one["reminders"]] for one in said} == {
        "d-home": [],
        **{f"d{number}": ["acceptance_overdue"] for number in range(3)},
    }
    assert len(asked) == 1


def test_a_deal_is_found_in_whichever_account_knows_it(run):
    assert [one["account"] for one in objects(run("show", "みどり商店", "--json"))] == ["work"]
    run("set", "みどり商店", "--stage", "completed")
    assert [one["stage"] for one in objects(run("show", "みどり商店", "--json"))] == ["completed"]


def test_only_an_event_of_the_named_account_is_taken_back(run):
    (number,) = (line["number"] for line in objects(run("show", "青空工房", "--json"))[0]["timeline"])
    assert "nothing with the number" in run("undo", str(number), "--account", "work", expect=2)
    run("undo", str(number))
    assert objects(run("show", "青空工房", "--json"))[0]["timeline"][0]["undone"]
