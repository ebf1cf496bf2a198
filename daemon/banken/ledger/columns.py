"""The kinds of column: what may stand in a ledger, and in which form."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
"""NUL is refused by PostgreSQL, lone surrogates (left over from undecodable mail) by both."""


class Words(TypeDecorator[str]):
    """Text that may come from a stranger's mail: made storable, and cut to `limit` code points where one is given."""

    impl = Text
    cache_ok = True

    def __init__(self, limit: int | None = None) -> None:
        super().__init__()
        self.limit = limit

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's hook
        """Return what is stored for `value`."""
        if value is None:
            return None
        text = _UNSTORABLE.sub("\ufffd", value)
        if self.limit is not None and len(text) > self.limit:
            return text[: self.limit - 1] + "…"
        return text


class Instant(TypeDecorator[datetime]):
    """A moment, kept as UTC text of one width, so that it sorts by time in every database and reads by eye."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's hook
        """Return what is stored for `value`; raises ValueError for a time without a zone."""
        return None if value is None else _utc(value).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's hook
        """Return the aware time that was stored."""
        return None if value is None else datetime.fromisoformat(value)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be kept: {value!r}")
    try:
        return value.astimezone(UTC)
    except OverflowError:  # a Date field of the year 9999 and a zone that leads beyond it
        return value.replace(tzinfo=UTC)


def number() -> TypeEngine[int]:
    """Return the type for whole numbers up to 63 bits (SQLite knows one INTEGER, PostgreSQL two)."""
    return Integer().with_variant(BigInteger(), "postgresql")


def key() -> Column[int]:
    """Return the column of a row's own number, never given out twice."""
    return Column("id", number(), primary_key=True, autoincrement=True)


def whole(name: str, default: int = 0, **more: Any) -> Column[int]:
    """Return a column for a whole number."""
    return Column(name, number(), nullable=False, server_default=str(default), **more)


def words(name: str, limit: int | None = None, **more: Any) -> Column[str]:
    """Return a column for text, "" when there is none."""
    return Column(name, Words(limit), nullable=False, server_default="", **more)


def instant(name: str, *, optional: bool = False) -> Column[datetime]:
    """Return a column for a moment."""
    return Column(name, Instant(), nullable=optional)
