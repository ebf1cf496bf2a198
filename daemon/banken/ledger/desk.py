"""Where the ledger is written: one engine, transactions, and a plain word for each way they fail."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from banken.i18n import _
from banken.interrupt import unbroken
from banken.ledger import postgres
from banken.ledger.errors import LedgerDamagedError, LedgerError, LedgerUnusableError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from sqlalchemy.dialects import postgresql

BUSY = 30.0
"""Seconds to wait for another process that writes just now."""


class Desk:
    """One database and the transaction that each thread has open.

    The threads of this process take turns: there is one writer anyway, and a lock is fairer than the database's own
    waiting by polling.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._turn = threading.RLock()
        self._mine = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction for this thread; inside another one, a part that can fail alone (a savepoint).

        Raises LedgerError when the database is busy, full, read-only or broken; nothing was written then.
        """
        current = self._current()
        if current is not None:
            with _unless_of_the_data(), current.begin_nested():
                yield current
            return
        with unbroken(), self._turn, plainly(), self.engine.begin() as connection:
            self._mine.connection = connection
            try:
                yield connection
            finally:
                self._mine.connection = None

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Join this thread's transaction, or open one for this call alone."""
        current = self._current()
        if current is not None:
            yield current
        else:
            with self.transaction() as connection:
                yield connection

    def _current(self) -> Connection | None:
        return getattr(self._mine, "connection", None)


def engine_for(url: URL, *, alone: bool = False, reads: bool = False) -> Engine:
    """Return the engine for a database; `alone`: this process guards (a file has its own lock for that).

    `reads`: it only reads, what stood there when it began to, and waits for nobody who writes.
    Raises LedgerError when there is no driver for it.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, reads=reads)
    if url.get_backend_name() != "postgresql":
        raise unusable(ValueError(url.drivername))
    try:
        return postgres.engine_for(url, alone=alone, busy=BUSY, reads=reads)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise unusable(error) from None


def unusable(error: Exception) -> LedgerUnusableError:
    """Return what to say of a `state` that names no usable database."""
    what = _("`state` names a database that cannot be used: {why}").format(why=str(error).splitlines()[0])
    return LedgerUnusableError(what, _("give it a folder; PostgreSQL needs pip install 'banken[postgresql]'"))


def _sqlite(url: URL, *, reads: bool) -> Engine:
    memory = {} if url.database else {"poolclass": StaticPool}
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY}, **memory)
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin_reading if reads else _begin)
    return engine


def _settle(connection: sqlite3.Connection, _record: object) -> None:
    """Set what SQLite forgets with each connection."""
    connection.isolation_level = None  # sqlite3 must not open transactions by itself: see _begin
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a power cut must not forget that a warning went out
        "foreign_keys = ON",
        "secure_delete = ON",  # what is forgotten is overwritten
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Take the write lock at the start: a reader that turns writer later may fail at once instead of waiting."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    """Take no lock: beside a write-ahead log a reader sees what was written before (sqlite.org/isolation.html)."""
    connection.exec_driver_sql("PRAGMA query_only = ON")
    connection.exec_driver_sql("BEGIN")


@contextmanager
def plainly() -> Iterator[None]:
    """Say in plain words what the database complains of."""
    try:
        yield
    except IntegrityError:
        raise  # a mistake in this program, not in the worker's house
    except DBAPIError as error:
        raise _told(error.orig or error) from error
    except sqlite3.Error as error:  # of a statement that was run past SQLAlchemy
        raise _told(error) from error


@contextmanager
def _unless_of_the_data() -> Iterator[None]:
    """Say in plain words what the database complains of, but for what it says of the very row it was given.

    That is the fault of whoever gave the row; all else would meet the next row, too.
    """
    try:
        yield
    except DataError:
        raise
    except DBAPIError as error:
        if postgres.is_of_the_data(getattr(error.orig, "sqlstate", None)):
            raise
        with plainly():
            raise


def _told(error: BaseException) -> LedgerError:
    if not isinstance(error, sqlite3.Error):
        return postgres.told(error, getattr(error, "sqlstate", None))
    why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if "locked" in why or "busy" in why:
        return LedgerError(_("the ledger is busy: another process keeps writing to it"), _("try again in a minute"))
    if "full" in why:
        return LedgerError(
            _("the disk is full, the ledger cannot be written"),
            _("make room: “banken run” goes on by itself, other commands have to be given again"),
        )
    if "malformed" in why or "not a database" in why:
        return LedgerDamagedError.because(why)
    return LedgerError(
        _("the ledger cannot be read or written: {why}").format(why=why), _("look at the disk and the rights on it")
    )


def row_of(record: DataclassInstance, **more: Any) -> dict[str, Any]:
    """Return the columns of a record of model.py: all its fields but the row's own number, and `more`."""
    return {field.name: getattr(record, field.name) for field in fields(record) if field.name != "id"} | more


def insert_or_ignore(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose keys are new; return how many were."""
    # Counted by what comes back: psycopg tells -1 as the number of rows where SQLAlchemy asks for the new key.
    statement = _insert(connection.dialect.name, table).on_conflict_do_nothing().returning(*table.primary_key)
    return sum(len(connection.execute(statement, dict(row)).all()) for row in rows)


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> int | None:
    """Insert one row; return its number, None when its keys are there already."""
    statement = _insert(connection.dialect.name, table).on_conflict_do_nothing().returning(table.c.id)
    return connection.execute(statement, dict(row)).scalar()


def upsert(connection: Connection, table: Table, row: Mapping[str, Any], keys: tuple[str, ...]) -> int:
    """Insert `row`, or change the one with the same `keys`; return its number (0 for a table without numbers)."""
    answer = connection.execute(_upsert(connection.dialect.name, table, tuple(row), keys), dict(row))
    return int(answer.scalar_one()) if answer.returns_rows else 0


@cache
def _upsert(dialect: str, table: Table, names: tuple[str, ...], keys: tuple[str, ...]) -> Any:
    """Return the statement; made once, since building one costs ten times as much as running it."""
    statement = _insert(dialect, table)
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=[table.c[name] for name in keys], set_=changed)
    return statement.returning(table.c.id) if _is_numbered(table) else statement


@cache
def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that can say what to do on conflict, in the database's own dialect."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 3 MB that most ledgers do without

    return postgresql.insert(table)


def _is_numbered(table: Table) -> bool:
    return table.primary_key.columns.keys() == ["id"]
