"""Where the ledger lies, who may read it, and what it says when it cannot be used."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ledger.by_hand import by_hand
from tests.ledger.contract import a_message, who_only_reads_waits_for_nobody_who_writes

from banken.ledger import Ledger, LedgerDamagedError, LedgerError, LedgerInUseError, desk

pytestmark = pytest.mark.usefixtures("english")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o000], ids=["usual umask", "open umask"])
def umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_folder_and_all_files_are_for_their_owner_alone(tmp_path):
    state = tmp_path / "state" / "banken"
    with Ledger.open(state) as ledger:
        ledger.seen.record(a_message())
        files = {path.name: mode(path) for path in state.iterdir()}
    assert mode(state) == 0o700
    assert set(files) >= {"ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.lock"}
    assert set(files.values()) == {0o600}


def test_a_ledger_that_others_could_read_is_closed(tmp_path):
    Ledger.open(tmp_path).close()
    (tmp_path / "ledger.db").chmod(0o644)
    Ledger.open(tmp_path).close()
    assert mode(tmp_path / "ledger.db") == 0o600


def test_a_folder_that_was_there_keeps_its_mode(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    shared.chmod(0o755)
    Ledger.open(shared).close()
    assert mode(shared) == 0o755


def test_what_is_written_is_there_after_opening_again(tmp_path):
    with Ledger.open(tmp_path / "mine.db") as ledger:
        ledger.seen.record(a_message(uid=42))
    with Ledger.open(tmp_path / "mine.db") as ledger:
        assert ledger.seen.uids("home", "INBOX", 7) == {42}


def test_in_memory_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Ledger.open(":memory:") as ledger:
        ledger.seen.record(a_message())
        assert ledger.seen.uids("home", "INBOX", 7) == {1}
    assert list(tmp_path.iterdir()) == []


def test_tables_are_strict_and_the_log_is_ahead(tmp_path):
    Ledger.open(tmp_path).close()
    with by_hand(tmp_path) as plain:
        tables = plain.execute("PRAGMA table_list").fetchall()
        strict = {name: is_strict for _schema, name, _kind, _columns, _rowid, is_strict in tables}
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ours = {"seen", "findings", "marks", "deals", "ties", "events", "outbox", "quarantine", "learned"}
    assert ours <= set(strict)
    assert {name for name in ours if not strict[name]} == set()


def test_a_wrong_type_is_refused_by_the_database(tmp_path):
    with Ledger.open(tmp_path) as ledger:
        ledger.seen.record(a_message())
    with by_hand(tmp_path) as plain, pytest.raises(sqlite3.IntegrityError, match="cannot store"):
        plain.execute("UPDATE seen SET uid = 'many'")


def test_a_newer_ledger_is_refused(tmp_path):
    Ledger.open(tmp_path).close()
    with by_hand(tmp_path) as plain:
        plain.execute("UPDATE alembic_version SET version_num = 'v9999'")
    with pytest.raises(LedgerError, match=r"newer Banken \(its version is v9999\)"):
        Ledger.open(tmp_path)


def test_a_database_of_something_else_is_left_alone(tmp_path):
    with by_hand(tmp_path) as plain:
        plain.execute("CREATE TABLE recipes (name)")
    before = (tmp_path / "ledger.db").read_bytes()
    with pytest.raises(LedgerDamagedError, match="not a ledger of Banken"):
        Ledger.open(tmp_path)
    with by_hand(tmp_path) as plain:
        assert plain.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
    assert before


def test_a_file_that_is_no_database_says_so(tmp_path):
    (tmp_path / "ledger.db").write_bytes(b"To whom it may concern" * 100)
    with pytest.raises(LedgerDamagedError, match="damaged"):
        Ledger.open(tmp_path)


def test_damage_inside_is_seen_at_the_start_and_the_newest_backup_is_named(tmp_path):
    damage(tmp_path)
    with pytest.raises(LedgerDamagedError, match=r"damaged.*monday\.backup.*-wal and -shm"):
        Ledger.open(tmp_path)


def test_a_verb_beside_the_guard_does_not_look_through_the_whole_file_but_no_damage_is_backed_up(tmp_path):
    damage(tmp_path)
    with Ledger.open(tmp_path, alone=False) as ledger:
        with pytest.raises(LedgerDamagedError):
            ledger.backup(tmp_path / "tuesday.backup")
        with pytest.raises(LedgerDamagedError, match=r"monday\.backup"):
            ledger.check()
    assert not (tmp_path / "tuesday.backup").exists()


def damage(tmp_path):
    with Ledger.open(tmp_path) as ledger, ledger.transaction():
        for uid in range(2000):
            ledger.seen.record(a_message(uid))
    with Ledger.open(tmp_path) as ledger:
        ledger.backup(tmp_path / "monday.backup")
    path = tmp_path / "ledger.db"
    damaged = bytearray(path.read_bytes())
    middle = len(damaged) // 2
    damaged[middle : middle + 8192] = os.urandom(8192)
    path.write_bytes(damaged)


def test_a_backup_put_back_as_the_advice_says_is_whole(tmp_path):
    died, state = tmp_path / "died", tmp_path / "state"
    for folder in (died, state):
        folder.mkdir()
    with Ledger.open(died) as ledger:
        ledger.seen.record(a_message(1))
        ledger.backup(state / "monday.backup")
        with ledger.transaction():
            for uid in range(2, 500):
                ledger.seen.record(a_message(uid))
        for name in ("ledger.db", "ledger.db-wal"):  # as a power cut leaves them
            (state / name).write_bytes((died / name).read_bytes())
    assert (state / "ledger.db-wal").stat().st_size > 0
    for log in (*state.glob("*-wal"), *state.glob("*-shm")):
        log.unlink()
    (state / "monday.backup").replace(state / "ledger.db")
    with Ledger.open(state) as ledger:
        assert ledger.check() == []
        assert ledger.seen.uids("home", "INBOX", 7) == {1}


@pytest.mark.parametrize("name", ["状態", "100% mine?", "a#b&c=d", "x'y\"z", "name.db"])
def test_a_folder_may_have_any_name(tmp_path, name):
    with Ledger.open(tmp_path / name) as ledger:
        ledger.seen.record(a_message())
        assert ledger.file.is_file()
        assert ledger.file.is_relative_to(tmp_path / name)


def test_a_ledger_has_a_secret_of_its_own_that_lasts(tmp_path):
    with Ledger.open(tmp_path / "one") as ledger:
        secret = ledger.secret
        assert ledger.secret == secret
    with Ledger.open(tmp_path / "one") as again, Ledger.open(tmp_path / "two") as other:
        assert again.secret == secret
        assert other.secret != secret
    assert len(secret) == 32


@pytest.mark.parametrize("place", ["file", "proc"])
def test_a_place_that_cannot_be_written_says_why_and_what_to_do(tmp_path, place):
    (tmp_path / "file").write_text("no folder")
    where = {"file": tmp_path / "file" / "state", "proc": Path("/proc/banken")}[place]
    with pytest.raises(LedgerError, match=r"cannot write the ledger .*: .* — .*another folder"):
        Ledger.open(where)


@pytest.mark.parametrize("url", ["nosuchdb://somewhere/else", "postgresql://host:port/x", "://"])
def test_an_unusable_database_url_says_so(url):
    with pytest.raises(LedgerError, match="`state` names a database that cannot be used"):
        Ledger.open(url)


OTHER_PROCESS = """
import sys
from banken.ledger import Ledger, LedgerInUseError
from banken.i18n import set_language
set_language("en")
try:
    Ledger.open(sys.argv[1], alone=sys.argv[2] == "alone").close()
except LedgerInUseError as error:
    print("in use:", error)
else:
    print("opened")
"""


def another_process(where: Path, how: str) -> str:
    command = [sys.executable, "-c", OTHER_PROCESS, str(where), how]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_second_guard_is_told_who_guards_already(tmp_path):
    with Ledger.open(tmp_path):
        said = another_process(tmp_path, "alone")
        assert said.startswith(f"in use: another Banken (process {os.getpid()}) already guards")
        assert another_process(tmp_path, "beside") == "opened"
    assert another_process(tmp_path, "alone") == "opened"


def test_a_guard_that_was_killed_leaves_no_lock(tmp_path):
    code = "import os, signal, sys; from banken.ledger import Ledger; Ledger.open(sys.argv[1]); os.kill(os.getpid(), 9)"
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert killed.returncode == -9
    Ledger.open(tmp_path).close()


def test_a_second_guard_in_the_same_process_is_refused_too(tmp_path):
    with Ledger.open(tmp_path), pytest.raises(LedgerInUseError):
        Ledger.open(tmp_path)


def test_who_only_reads_waits_for_nobody_who_writes(tmp_path, monkeypatch):
    """A ledger that is new, or old, is made and brought up to date all the same."""
    monkeypatch.setattr(desk, "BUSY", 0.1)
    Ledger.open(tmp_path, reads=True, alone=False).close()
    who_only_reads_waits_for_nobody_who_writes(tmp_path)
