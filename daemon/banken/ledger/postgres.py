"""The ledger in PostgreSQL, with what SQLite gives by itself: one writer at a time, and one process that guards.

There is one session for all threads. The right to guard is an advisory lock of that very session (PostgreSQL manual,
section 13.3.5): whoever loses the session loses the right, and can write no more until it has it again.
"""

from __future__ import annotations

import os
import socket
import time
import zlib
from functools import partial

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError

from banken.i18n import _
from banken.ledger.errors import LedgerDamagedError, LedgerError, LedgerInUseError

DRIVER = "psycopg"
PATIENCE = 5.0
"""Seconds to wait for the right to guard: a server notices only after a moment that a killed process is gone."""

_WRITES, _GUARDS = 0x626E_6B77, 0x626E_6B67
"""Classes of the two advisory locks; the second number of each stands for the schema, so that schemas do not meet."""

_HOLDER = text(
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = :lock AND objid = :schema"
)
_BUSY = ("55P03", "40P01", "40001")
_SETTINGS = {
    "tcp_keepalives_idle": "60",  # a machine that lost its power shall not keep the right to guard for hours
    "tcp_keepalives_interval": "15",
    "tcp_keepalives_count": "4",
    "synchronous_commit": "on",  # a power cut must not forget that a warning went out
    "TimeZone": "UTC",
}


def engine_for(url: URL, *, alone: bool, busy: float, reads: bool = False) -> Engine:
    """Return the engine for a database; `alone` takes the right to guard, `busy` is how many seconds a writer waits.

    `reads`: it only reads, and waits for no writer.
    """
    if url.drivername == "postgresql":
        url = url.set(drivername=f"postgresql+{DRIVER}")
    settings = _SETTINGS | {"lock_timeout": str(round(busy * 1000))}
    if reads:
        settings |= {"default_transaction_read_only": "on", "default_transaction_isolation": "repeatable\\ read"}
    given = str(url.query.get("options", ""))
    options = " ".join([given, *(f"-c {name}={value}" for name, value in settings.items())]).strip()
    engine = create_engine(
        url.difference_update_query(["options"]),
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "application_name": _who_we_are(), "options": options},
    )
    if not reads:
        event.listen(engine, "begin", partial(_begin, alone=alone))
    return engine


def check(connection: Connection, tables: list[Table]) -> list[str]:
    """Read every row of every table; return what the server says is wrong."""
    damage = []
    for table in tables:
        try:
            with connection.begin_nested():
                connection.execute(select(func.sum(func.length(text(f'"{table.name}"::text')))).select_from(table))
        except DBAPIError as error:
            damage.append(f"{table.name}: {_first_line(error.orig or error)}")
    return damage


def vacuum(engine: Engine, tables: list[Table]) -> None:
    """Give the room of erased rows back, so that they are no longer in the tables' files."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f'VACUUM (FULL) "{table.name}"'))


def told(error: BaseException, state: str | None) -> LedgerError:
    """Return what to say of an error of the server's; `state` is its SQLSTATE (manual, appendix A), None without one."""
    why, state = _first_line(error), state or ""
    if state in _BUSY:
        return LedgerError(_("the ledger is busy: another process keeps writing to it"), _("try again in a minute"))
    if state == "53100":
        return LedgerError(
            _("the disk is full, the ledger cannot be written"),
            _("make room: “banken run” goes on by itself, other commands have to be given again"),
        )
    if state.startswith("XX0"):
        return LedgerDamagedError.because(why)
    if not state or state.startswith(("08", "28", "3D", "53", "57P")):
        return LedgerError(
            _("the ledger's database does not let us in: {why}").format(why=why),
            _("see that PostgreSQL runs, and that `state` names it rightly"),
        )
    return LedgerError(
        _("the ledger cannot be read or written: {why}").format(why=why), _("look at the rights of this user there")
    )


def is_of_the_data(state: str | None) -> bool:
    """Return whether an SQLSTATE complains of a row that is too big; what it says of one that is wrong has its own class."""
    return (state or "").startswith("54")


def _begin(connection: Connection, *, alone: bool) -> None:
    """Wait for our turn: as with SQLite, one transaction writes at a time, so that none reads what another changes."""
    schema = connection.info.get("schema")
    if schema is None:
        schema = connection.info["schema"] = _schema(connection)
    if alone and not connection.info.get("guards"):
        _guard(connection, schema)
        connection.info["guards"] = True
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITES}, {schema})")


def _schema(connection: Connection) -> int:
    encoding, name = connection.exec_driver_sql("SELECT current_setting('server_encoding'), current_schema()").one()
    if encoding != "UTF8":
        what = _("the database of the ledger is kept in {encoding}, not in UTF-8").format(encoding=encoding)
        raise LedgerError(what, _("make it anew with ENCODING 'UTF8'"))
    return zlib.crc32(str(name).encode()) & 0x7FFF_FFFF


def _guard(connection: Connection, schema: int) -> None:
    until = time.monotonic() + PATIENCE
    ask = f"SELECT pg_try_advisory_lock({_GUARDS}, {schema})"
    while not connection.exec_driver_sql(ask).scalar():
        if time.monotonic() >= until:
            what = _("another Banken ({who}) already guards with this ledger").format(who=_holder(connection, schema))
            raise LedgerInUseError(what, _("stop it first, or give this one another `state`"))
        time.sleep(0.1)


def _holder(connection: Connection, schema: int) -> str:
    who = connection.execute(_HOLDER, {"lock": _GUARDS, "schema": schema}).scalar()
    return str(who or "?")


def _who_we_are() -> str:
    return f"{os.getpid()} on {socket.gethostname()}"[:63]  # NAMEDATALEN


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
