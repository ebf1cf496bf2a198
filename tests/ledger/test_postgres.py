"""The ledger in PostgreSQL holds what the one in SQLite holds: one guard, one writer, plain words for every failure."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from tests.ledger.contract import NOW, a_message, who_only_reads_waits_for_nobody_who_writes
from tests.ledger.test_keeping import story
from tests.postgres import PASSWORD, Postgres

from banken.ledger import Ledger, LedgerDamagedError, LedgerError, LedgerInUseError, Owed, desk, postgres
from banken.ledger.desk import BUSY

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("english")]


@pytest.fixture
def url(postgres):
    return postgres.schema()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(postgres, "PATIENCE", 0.3)


OTHER_PROCESS = """
import os, sys
from banken.ledger import Ledger, LedgerInUseError, postgres
from banken.i18n import set_language
set_language("en")
postgres.PATIENCE = 0.3
try:
    with Ledger.open(sys.argv[1], alone=sys.argv[2] != "beside"):
        print("opened", flush=True)
        if sys.argv[2] == "killed":
            os.kill(os.getpid(), 9)
except LedgerInUseError as error:
    print("in use:", error)
"""


def another_process(url, how):
    return subprocess.run([sys.executable, "-c", OTHER_PROCESS, url, how], capture_output=True, text=True, check=False)


def test_a_second_guard_is_told_who_guards_already(url):
    with Ledger.open(url) as ledger:
        said = another_process(url, "alone").stdout
        assert said.startswith(f"in use: another Banken ({os.getpid()} on ")
        assert another_process(url, "beside").stdout == "opened\n"
        ledger.seen.record(a_message())
    assert another_process(url, "alone").stdout == "opened\n"


def test_a_guard_that_was_killed_leaves_no_lock(url):
    assert another_process(url, "killed").returncode == -9
    Ledger.open(url).close()


def test_places_of_one_database_do_not_meet(postgres):
    with Ledger.open(postgres.schema()) as one, Ledger.open(postgres.schema()) as other:
        one.seen.record(a_message())
        assert other.seen.uids("home", "INBOX", 7) == frozenset()


def test_what_is_written_is_there_after_opening_again(url):
    with Ledger.open(url) as ledger:
        ledger.seen.record(a_message(42))
        secret = ledger.secret
    with Ledger.open(url) as ledger:
        assert ledger.seen.uids("home", "INBOX", 7) == {42}
        assert ledger.secret == secret
        assert ledger.file is None


def test_writers_of_two_processes_take_turns(url):
    """Each reads a number and writes it back one higher: none may read what another is about to change."""
    with Ledger.open(url) as first, Ledger.open(url, alone=False) as second:
        first.learned.put("home", "count", "0", NOW)

        def count(ledger):
            for _ in range(50):
                with ledger.transaction():
                    ledger.learned.put("home", "count", str(int(ledger.learned.get("home", "count")) + 1), NOW)

        threads = [threading.Thread(target=count, args=[one]) for one in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert first.learned.get("home", "count") == "100"


def test_a_ledger_that_another_process_keeps_locked_is_said_plainly(url, monkeypatch):
    monkeypatch.setattr("banken.ledger.desk.BUSY", 0.2)
    with Ledger.open(url) as ledger, Ledger.open(url, alone=False) as other:
        with other.transaction(), pytest.raises(LedgerError, match="busy"):
            ledger.seen.record(a_message())
        ledger.seen.record(a_message())
        assert ledger.seen.uids("home", "INBOX", 7) == {1}
    assert BUSY == 30


def test_a_newer_ledger_is_refused(url):
    with Ledger.open(url) as ledger, ledger._desk.connection() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'v9999'")
    with pytest.raises(LedgerError, match=r"newer Banken \(its version is v9999\)"):
        Ledger.open(url)


def test_a_database_of_something_else_is_left_alone(url):
    with psycopg.connect(url, autocommit=True) as plain:
        plain.execute("CREATE TABLE recipes (name text)")
        with pytest.raises(LedgerDamagedError, match="not a ledger of Banken"):
            Ledger.open(url)
        assert plain.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall() == [
            ("recipes",)
        ]


@pytest.mark.parametrize("change", [(PASSWORD.replace(" ", "%20"), "wrong"), ("/postgres?", "/nowhere?")])
def test_a_server_that_does_not_let_us_in_is_told_without_the_password(url, change):
    with pytest.raises(LedgerError, match="does not let us in") as caught:
        Ledger.open(url.replace(*change))
    assert "open sesame" not in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_no_server_there():
    with pytest.raises(LedgerError, match=r"does not let us in.*see that PostgreSQL runs"):
        Ledger.open("postgresql://banken:x@127.0.0.1:1/postgres")


def test_a_database_that_cannot_hold_japanese_is_refused(postgres, url):
    postgres.run("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(LedgerError, match="kept in LATIN1, not in UTF-8"):
        Ledger.open(url.replace("/postgres?", "/latin?"))


def test_a_forgotten_client_is_gone_from_the_very_files():
    with Postgres() as server, Ledger.open(server.schema()) as ledger:
        story(ledger, "忘れてね商店", 1, NOW)
        story(ledger, "覚えていて商店", 2, NOW)
        assert ledger.forget("忘れてね商店")["deals"] == 1
        assert ledger.check() == []
        server.run("CHECKPOINT")
        octets = b"".join(path.read_bytes() for path in (server.home / "data" / "base").rglob("*") if path.is_file())
    assert "合言葉-忘れてね商店".encode() not in octets
    assert "合言葉-覚えていて商店".encode() in octets


def test_a_server_that_is_started_anew_is_used_again_by_the_same_guard():
    with Postgres() as server:
        url = server.schema()
        with Ledger.open(url) as ledger:
            ledger.seen.record(a_message(1))
            server.stop()
            with pytest.raises(LedgerError, match="does not let us in"):
                ledger.seen.record(a_message(2))
            server.start()
            ledger.seen.record(a_message(3))
            assert ledger.seen.uids("home", "INBOX", 7) == {1, 3}
            assert another_process(url, "alone").stdout.startswith("in use:")


def test_who_lost_the_right_to_guard_writes_no_more(impatient):
    with Postgres() as server:
        url = server.schema()
        with Ledger.open(url) as first:
            first.outbox.plan([Owed(account="home", fingerprint="f", action="warn", target="x")], NOW)
            server.stop()
            server.start()
            with Ledger.open(url) as second:
                with pytest.raises(LedgerInUseError, match="already guards"):
                    first.outbox.claim(1, NOW)
                assert second.outbox.claim(1, NOW) is not None
            assert first.outbox.get(1).tries == 1


def test_the_check_tells_of_a_broken_table():
    with Postgres() as server:
        url = server.schema()
        with Ledger.open(url) as ledger, ledger.transaction():
            for uid in range(500):
                ledger.seen.record(a_message(uid))
        [(path,)] = server.run("SELECT pg_relation_filepath('place1.seen')")
        server.stop()
        with (server.home / "data" / str(path)).open("r+b") as file:
            file.seek(3 * 8192)
            file.write(os.urandom(8192))
        server.start()
        with Ledger.open(url) as ledger:
            assert [line.partition(":")[0] for line in ledger.check()] == ["seen"]
            with pytest.raises(LedgerDamagedError, match="damaged"):
                ledger.seen.between(NOW)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("53100", LedgerError),
        ("57014", LedgerError),
        ("55P03", LedgerError),
        ("22001", DBAPIError),
        ("54000", DBAPIError),
    ],
)
def test_within_a_step_the_server_is_told_apart_from_the_row_it_was_given(url, state, kind):
    complain = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"
    with Ledger.open(url) as ledger, ledger.transaction():
        with pytest.raises(kind), ledger.transaction(), ledger._desk.connection() as connection:
            connection.exec_driver_sql(complain)
        ledger.seen.record(a_message())  # and the step around it goes on


def test_who_only_reads_waits_for_nobody_who_writes(url, monkeypatch):
    monkeypatch.setattr(desk, "BUSY", 0.2)
    who_only_reads_waits_for_nobody_who_writes(url)
