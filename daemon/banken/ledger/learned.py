"""What was found out about an account while talking to its server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from banken.ledger import tables
from banken.ledger.desk import Desk, upsert


class LearnedRepository:
    """Small facts by account and name, e.g. `authserv` or `labels`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get(self, account: str, name: str) -> str | None:
        """Return what was learned, None when nothing was."""
        c = tables.learned.c
        with self._desk.connection() as connection:
            return connection.execute(select(c.value).where(c.account == account, c.name == name)).scalar()

    def named(self, account: str, beginning: str) -> Mapping[str, str]:
        """Return all that was learned under names that begin so, by name."""
        c = tables.learned.c
        query = select(c.name, c.value).where(c.account == account, c.name.startswith(beginning, autoescape=True))
        with self._desk.connection() as connection:
            return {row.name: row.value for row in connection.execute(query.order_by(c.name))}

    def put(self, account: str, name: str, value: str, at: datetime) -> None:
        """Remember `value`, in place of what was learned before."""
        with self._desk.connection() as connection:
            row = {"account": account, "name": name, "value": value, "at": at}
            upsert(connection, tables.learned, row, ("account", "name"))

    def drop(self, account: str, name: str) -> None:
        """Forget one fact, so that it is found out anew."""
        c = tables.learned.c
        with self._desk.connection() as connection:
            connection.execute(delete(tables.learned).where(c.account == account, c.name == name))
