"""The ledger: everything that must survive, behind one object."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, insert, make_url, select, text
from sqlalchemy.exc import ArgumentError

from banken.i18n import _
from banken.interrupt import unbroken
from banken.ledger import postgres, schema
from banken.ledger.deals import DealsRepository, EventsRepository
from banken.ledger.desk import Desk, engine_for, plainly, unusable
from banken.ledger.errors import LedgerDamagedError, LedgerError
from banken.ledger.files import Lock, create, ledger_file, newest_backup, prepare
from banken.ledger.keeping import erase_client, erase_old
from banken.ledger.learned import LearnedRepository
from banken.ledger.mail import FindingsRepository, MarksRepository, QuarantineRepository, SeenRepository
from banken.ledger.outbox import OutboxRepository
from banken.ledger.tables import metadata

MEMORY = ":memory:"
_SECRET = "secret"  # noqa: S105 - the name it is kept under
_MEMORY = URL.create("sqlite")


class Ledger:
    """What was seen, known, found and is owed. Open it with `Ledger.open`; it may be used by several threads."""

    def __init__(self, desk: Desk, file: Path | None, lock: Lock | None) -> None:
        self.file = file
        """Where it lies; None in memory or in PostgreSQL."""
        self._desk, self._lock = desk, lock
        self.seen = SeenRepository(desk)
        self.findings = FindingsRepository(desk)
        self.marks = MarksRepository(desk)
        self.events = EventsRepository(desk)
        self.deals = DealsRepository(desk)
        self.outbox = OutboxRepository(desk)
        self.quarantine = QuarantineRepository(desk)
        self.learned = LearnedRepository(desk)

    @classmethod
    def open(cls, where: str | Path, *, alone: bool = True, reads: bool = False) -> Self:
        """Open (and make, and bring up to date) a ledger.

        `where` is a state folder, a file ending in `.db`, a database URL, or ":memory:" (tests, dry runs). `alone`
        takes the right to guard, which one process has at a time, and looks through the whole file for damage; verbs that
        only read or correct do without. `reads` is for one that only reads and must not wait for who writes just now; an
        old ledger is brought up to date all the same.
        Raises LedgerError: unwritable, damaged, in use, or written by a newer Banken.
        """
        if str(where) == MEMORY:
            return cls(_opened(_MEMORY), None, None)
        if "://" in str(where):
            return cls(_opened(_url(str(where)), alone=alone, reads=reads), None, None)
        file = ledger_file(Path(where))
        prepare(file)
        lock = Lock(file) if alone else None
        try:
            return cls(_opened(URL.create("sqlite", database=str(file)), alone=alone, reads=reads), file, lock)
        except BaseException as error:
            if lock is not None:
                lock.release()
            if isinstance(error, LedgerDamagedError):
                raise error.with_backup(newest_backup(file.parent)) from None
            raise

    @property
    def secret(self) -> bytes:
        """A key that belongs to this ledger alone, made with it: names made with it cannot be guessed."""
        with self._desk.transaction():
            known = self.learned.get("", _SECRET)
            if known is None:
                known = secrets.token_hex(32)
                self.learned.put("", _SECRET, known, datetime.now(UTC))
        return bytes.fromhex(known)

    def transaction(self) -> AbstractContextManager[object]:
        """Make all that is written inside the `with` one step: it stands as a whole or not at all."""
        return self._desk.transaction()

    def close(self) -> None:
        """Let the ledger go."""
        self._desk.engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def check(self) -> list[str]:
        """Look through the whole ledger; return what is wrong with it, nothing when all is well.

        Raises LedgerError, also for damage that keeps it from being looked through.
        """
        try:
            return self._check()
        except LedgerDamagedError as error:
            raise (error.with_backup(newest_backup(self.file.parent)) if self.file else error) from None

    def _check(self) -> list[str]:
        with self._desk.connection() as connection:
            if connection.dialect.name != "sqlite":
                return postgres.check(connection, metadata.sorted_tables)
            damage = [str(line) for line in connection.execute(text("PRAGMA integrity_check")).scalars()]
            loose = connection.execute(text("PRAGMA foreign_key_check")).all()
        return [line for line in damage if line != "ok"] + [f"foreign key: {tuple(row)}" for row in loose]

    def backup(self, to: Path) -> None:
        """Write a copy of the ledger, whole and consistent, to a new file (0600). Raises LedgerError."""
        if self._desk.engine.dialect.name != "sqlite":
            raise LedgerError(_("this ledger lies in PostgreSQL"), _("back it up with pg_dump"))
        with self._desk.connection() as connection:
            _quick_check(connection)
        create(to)
        try:
            self._outside_a_transaction("VACUUM INTO ?", str(to))
        except BaseException:
            to.unlink(missing_ok=True)
            raise

    def copy_to(self, other: Ledger) -> None:
        """Copy all rows into another ledger, which must be empty. Raises LedgerError."""
        for table in metadata.sorted_tables:
            with self._desk.connection() as connection:
                rows = [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            if rows:
                with other._desk.transaction() as connection:
                    connection.execute(insert(table), rows)

    def retain(self, since: datetime) -> Mapping[str, int]:
        """Erase the words of all that is older than `since`; return how many rows of each table were touched.

        The bare rows of what was seen stay, so that a mailbox that renumbers its mail is not warned about again.
        """
        with self._desk.transaction() as connection:
            return erase_old(connection, since)

    def forget(self, client: str) -> Mapping[str, int]:
        """Erase all that is known of a client (by name or mail address); return how many rows were touched."""
        with unbroken():
            with self._desk.transaction() as connection:
                counts = erase_client(connection, client)
            if self.file is not None:  # what was erased must go from the write-ahead log as well
                self._outside_a_transaction("PRAGMA wal_checkpoint(TRUNCATE)")
            elif self._desk.engine.dialect.name != "sqlite":
                with plainly():
                    postgres.vacuum(self._desk.engine, metadata.sorted_tables)
        return counts

    def _outside_a_transaction(self, statement: str, *parameters: str) -> None:
        """Run what SQLite refuses to do inside one."""
        with plainly(), self._desk.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.execute(statement, parameters)


def _url(text: str) -> URL:
    try:
        return make_url(text)
    except (ArgumentError, ValueError) as error:
        raise unusable(error) from None


def _opened(url: URL, *, alone: bool = False, reads: bool = False) -> Desk:
    if reads and (desk := _as_it_is(url)) is not None:
        return desk
    desk = Desk(engine_for(url, alone=alone))
    try:
        with desk.transaction() as connection:
            if alone:
                _quick_check(connection)
            (schema.create if url == _MEMORY else schema.upgrade)(connection)
    except BaseException:
        desk.engine.dispose()
        raise
    return desk


def _as_it_is(url: URL) -> Desk | None:
    """Open a ledger to read it; None when something has to be written first."""
    desk = Desk(engine_for(url, reads=True))
    with ExitStack() as otherwise:
        otherwise.callback(desk.engine.dispose)
        with desk.transaction() as connection:
            if schema.version(connection) != schema.HEAD:
                return None
        otherwise.pop_all()
    return desk


def _quick_check(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
        if found != "ok":
            raise LedgerDamagedError.because(found)
