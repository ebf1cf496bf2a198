"""Backups are whole; what shall be forgotten is gone from the file; the check finds what is wrong."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime, timedelta

import pytest
from tests.ledger.by_hand import by_hand

from banken.ledger import Deal, Ledger, LedgerError, OutboxState, Owed, Poison, SeenMessage, SeenState, Tie
from banken.ledger.tables import metadata
from banken.words import Category, Event, Evidence, Finding, Level

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def story(ledger: Ledger, client: str, uid: int, when: datetime) -> None:
    """One client's mail, finding, deal and warning."""
    secret = f"合言葉-{client}"
    deal = f"deal-{client}"
    number = ledger.seen.record(
        SeenMessage(
            account="home",
            folder="INBOX",
            uidvalidity=7,
            uid=uid,
            arrived=when,
            examined=when,
            fingerprint=f"print{uid}",
            client=client,
            sender=f"c{uid}@client.example",
            subject=secret,
            deal=deal,
            level=Level.DANGER,
        )
    )
    evidence = Evidence(secret, 0, len(secret))
    found = Finding(Category.INTERVIEW, Level.DANGER, "r", "t", evidence=(evidence,))
    ledger.findings.record(number, [found], "1")
    ledger.deals.put(Deal(id=deal, account="home", opened=when, client=client, job=secret))
    ledger.deals.tie("home", [Tie(deal, "address", f"c{uid}@client.example")], when)
    ledger.events.append("home", "", Event("contract", when, False, secret, source=f"print{uid}"), when)
    event = ledger.events.append("home", deal, Event("contract", when, True, secret, source=f"print{uid}"), when)
    ledger.events.undo(event, when, secret)
    ledger.outbox.plan(
        [Owed(account="home", fingerprint=f"print{uid}", action="warn", target="x", deal=deal, payload=secret)], when
    )
    ledger.quarantine.put(
        Poison(account="home", folder="INBOX", uidvalidity=7, uid=uid, step="judge", reason="E", first=when, last=when)
    )


def test_a_backup_holds_everything_and_is_private(tmp_path):
    with Ledger.open(tmp_path / "state") as ledger:
        story(ledger, "山田商店", 1, NOW)
        ledger.backup(tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    with Ledger.open(tmp_path / "copy.db") as copy:
        assert copy.check() == []
        assert copy.seen.at("home", "INBOX", 7, 1).client == "山田商店"
        assert [row.payload for row in copy.outbox.open()] == ["合言葉-山田商店"]


def test_a_copy_holds_every_row_of_every_table():
    with Ledger.open(":memory:") as ledger, Ledger.open(":memory:") as copy:
        story(ledger, "山田商店", 1, NOW)
        number = ledger.events.all("home")[0].id
        assert ledger.events.undo(number, NOW)
        assert ledger.secret
        ledger.copy_to(copy)
        assert copy.check() == []
        for table in metadata.sorted_tables:
            assert _rows(copy, table) == _rows(ledger, table), table.name
        assert _rows(copy, metadata.tables["events"])
        copy.events.undo(number, NOW)
        assert copy.secret == ledger.secret


def _rows(ledger, table):
    with ledger._desk.connection() as connection:
        return [tuple(row) for row in connection.execute(table.select())]


def test_a_backup_never_overwrites(tmp_path):
    (tmp_path / "copy.db").write_text("precious")
    with Ledger.open(tmp_path / "state") as ledger, pytest.raises(LedgerError, match=r"copy\.db"):
        ledger.backup(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_arguments):
        raise LedgerError("the disk is full")

    with Ledger.open(tmp_path / "state") as ledger:
        monkeypatch.setattr(ledger, "_outside_a_transaction", full)
        with pytest.raises(LedgerError):
            ledger.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_into_a_missing_folder_says_so(tmp_path):
    with Ledger.open(tmp_path / "state") as ledger, pytest.raises(LedgerError, match="missing"):
        ledger.backup(tmp_path / "missing" / "copy.db")


def test_a_ledger_in_memory_can_be_backed_up_too(tmp_path):
    with Ledger.open(":memory:") as ledger:
        story(ledger, "山田商店", 1, NOW)
        ledger.backup(tmp_path / "copy.db")
    with Ledger.open(tmp_path / "copy.db") as copy:
        assert copy.deals.get("home", "deal-山田商店") is not None


def test_old_words_go_but_the_message_stays_known(place):
    with Ledger.open(place) as ledger:
        story(ledger, "むかし", 1, NOW - 400 * DAY)
        story(ledger, "いま", 2, NOW)
        counts = ledger.retain(NOW - 365 * DAY)
        assert counts == {"findings": 1, "seen": 1, "quarantine": 1, "outbox": 0}
        old, new = (ledger.seen.at("home", "INBOX", 7, uid) for uid in (1, 2))
        assert (old.state, old.subject, old.client, old.sender) == (SeenState.FORGOTTEN, "", "", "")
        assert (old.fingerprint, old.level) == ("print1", Level.DANGER)
        assert new.subject == "合言葉-いま"
        assert ledger.seen.uids("home", "INBOX", 7) == {1, 2}
        assert ledger.findings.of(old.id) == []
        assert len(ledger.findings.of(new.id)) == 1
        assert [held.uid for held in ledger.quarantine.held()] == [2]
        assert ledger.deals.get("home", "deal-むかし") is not None
        assert ledger.retain(NOW - 365 * DAY)["seen"] == 0


def test_what_an_old_action_was_told_goes_as_well(place):
    with Ledger.open(place) as ledger:
        story(ledger, "むかし", 1, NOW - 400 * DAY)
        ledger.outbox.claim(1, NOW - 400 * DAY)
        ledger.outbox.done(1, NOW - 400 * DAY, "250 OK for 山田")
        assert ledger.retain(NOW - 365 * DAY)["outbox"] == 1
        assert (ledger.outbox.get(1).state, ledger.outbox.get(1).result) == (OutboxState.DONE, "")


@pytest.mark.parametrize("by", ["忘れてね商店", "c1@client.example", "C1@Client.example"])
def test_a_forgotten_client_is_gone_from_the_very_file(tmp_path, by):
    with Ledger.open(tmp_path) as ledger:
        story(ledger, "忘れてね商店", 1, NOW)
        story(ledger, "覚えていて商店", 2, NOW)
        counts = ledger.forget(by)
        assert counts == {"outbox": 1, "findings": 1, "seen": 1, "events": 2, "ties": 1, "deals": 1}
        assert [deal.client for deal in ledger.deals.all()] == ["覚えていて商店"]
        assert [row.deal for row in ledger.outbox.open()] == ["deal-覚えていて商店"]
        assert len(ledger.events.of("home", "deal-覚えていて商店")) == 1
        assert ledger.check() == []
        octets = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in ("合言葉-忘れてね商店", "c1@client.example"):
        assert word.encode() not in octets
    assert "合言葉-覚えていて商店".encode() in octets


def test_forgetting_someone_unknown_changes_nothing(place):
    with Ledger.open(place) as ledger:
        story(ledger, "山田商店", 1, NOW)
        assert set(ledger.forget("だれか").values()) == {0}
        assert ledger.deals.get("home", "deal-山田商店") is not None


def test_the_check_finds_a_row_that_points_nowhere(tmp_path):
    with Ledger.open(tmp_path) as ledger:
        story(ledger, "山田商店", 1, NOW)
        assert ledger.check() == []
        with by_hand(tmp_path) as plain:
            plain.execute("DELETE FROM seen")
        assert any("findings" in line for line in ledger.check())


def test_a_full_disk_is_said_plainly(tmp_path):
    with Ledger.open(tmp_path) as ledger:
        with ledger._desk.connection() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        with ledger._desk.engine.connect() as connection:
            connection.connection.dbapi_connection.execute(f"PRAGMA max_page_count = {pages + 2}")

        def write_much():
            with ledger.transaction():
                for uid in range(500):
                    story(ledger, f"client{uid}", uid, NOW)

        with pytest.raises(LedgerError) as caught:
            write_much()
        assert "disk" in str(caught.value) or "ディスク" in str(caught.value)
        assert ledger.deals.all() == []


def test_a_ledger_that_another_process_keeps_locked_is_said_plainly(tmp_path, monkeypatch):
    monkeypatch.setattr("banken.ledger.desk.BUSY", 0.05)
    with Ledger.open(tmp_path) as ledger:
        other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError) as caught:
            story(ledger, "山田商店", 1, NOW)
        other.execute("ROLLBACK")
        other.close()
        assert "busy" in str(caught.value) or "ほか" in str(caught.value)
        story(ledger, "山田商店", 1, NOW)
