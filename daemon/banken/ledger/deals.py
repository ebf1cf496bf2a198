"""What is known of the deals: who, which job, what leads mail to them, and what moved them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from banken.ledger import tables
from banken.ledger.desk import Desk, insert_new, insert_or_ignore, row_of, upsert
from banken.ledger.model import Deal, StoredEvent, Tie
from banken.words import Event

WORKER = "worker"
"""`Event.source` of what the worker set right by hand."""


class DealsRepository:
    """The deals of each account, and their ties."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(self, deal: Deal) -> None:
        """Write down a deal, or what has changed of it."""
        with self._desk.connection() as connection:
            upsert(connection, tables.deals, row_of(deal, id=deal.id), ("account", "id"))

    def get(self, account: str, deal: str) -> Deal | None:
        """Return a deal by its id."""
        return next(iter(self._find(tables.deals.c.account == account, tables.deals.c.id == deal)), None)

    def all(self, account: str | None = None) -> Sequence[Deal]:
        """Return the deals (of an account), the oldest first."""
        return self._find() if account is None else self._find(tables.deals.c.account == account)

    def tie(self, account: str, ties: Iterable[Tie], at: datetime) -> int:
        """Tie deals to what leads to them (`at`: since when it is known); return how many ties are new."""
        rows = [row_of(tie, account=account, at=at) for tie in ties if tie.value]
        with self._desk.connection() as connection:
            return insert_or_ignore(connection, tables.ties, rows)

    def ties(self, account: str) -> Sequence[Tie]:
        """Return the ties of an account in the order in which they were tied."""
        c = tables.ties.c
        query = select(c.deal, c.kind, c.value).where(c.account == account).order_by(c.id)
        with self._desk.connection() as connection:
            return [Tie(**row) for row in connection.execute(query).mappings()]

    def addresses(self, accounts: Iterable[str]) -> frozenset[str]:
        """Return the mail addresses that lead to deals of some accounts."""
        c = tables.ties.c
        query = select(c.value).where(c.account.in_(sorted(accounts)), c.kind == "address")
        with self._desk.connection() as connection:
            return frozenset(connection.execute(query).scalars())

    def stamp(self, account: str) -> tuple[int, ...]:
        """Return what is another after each row of the account's deals, ties and events that was added or erased.

        A number is never given out twice, so that the last one and how many there are tell one set of rows from any other.
        """
        lists = [
            select(func.count(), func.coalesce(func.max(one.c.id), 0)).where(one.c.account == account)
            for one in (tables.events, tables.ties)
        ]
        deals = select(func.count()).where(tables.deals.c.account == account)
        with self._desk.connection() as connection:
            return tuple(number for query in (*lists, deals) for number in connection.execute(query).one())

    def _find(self, *wanted: ColumnElement[bool]) -> list[Deal]:
        query = select(tables.deals).where(*wanted).order_by(tables.deals.c.opened, tables.deals.c.id)
        with self._desk.connection() as connection:
            return [Deal(**row) for row in connection.execute(query).mappings()]


class EventsRepository:
    """What moved the deals; rows are only ever added."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def append(self, account: str, deal: str, event: Event, recorded: datetime, note: str = "") -> int | None:
        """Add an event; return its number, or None when this mail's event stands there already."""
        row = {
            "account": account,
            "deal": deal,
            "kind": event.kind,
            "at": event.at,
            "believed": int(event.believed),
            "why": event.why,
            "source": event.source,
            "note": note,
            "recorded": recorded,
        }
        with self._desk.connection() as connection:
            return insert_new(connection, tables.events, row)

    def of(self, account: str, deal: str, before: datetime | None = None) -> Sequence[StoredEvent]:
        """Return the events of a deal (older than `before`) in order of time; those undone say so."""
        events = (one for one in self.all(account) if one.deal == deal and (before is None or one.at < before))
        return sorted(events, key=lambda one: (one.at, one.id))

    def all(self, account: str) -> Sequence[StoredEvent]:
        """Return all events of an account in the order in which they were added; those undone say so."""
        query = select(tables.events).where(tables.events.c.account == account).order_by(tables.events.c.id)
        with self._desk.connection() as connection:
            rows = connection.execute(query).mappings().all()
        takers = {row["undoes"]: row["id"] for row in rows if row["undoes"] is not None}
        return [
            StoredEvent(**{**row, "believed": bool(row["believed"])}, **_taken_back(row["id"], takers))
            for row in rows
            if row["undoes"] is None
        ]

    def undo(self, number: int, recorded: datetime, note: str = "", *, account: str = "") -> bool:
        """Take an event (of `account`, when one is named) back by a row that says so.

        Return False when there is none, or it is undone already.
        """
        return self._turn(number, recorded, note, account, undone=False)

    def redo(self, number: int, recorded: datetime, note: str = "", *, account: str = "") -> bool:
        """Let an event that was taken back count again, by a row that takes back what took it back.

        Return False when there is none, or it counts.
        """
        return self._turn(number, recorded, note, account, undone=True)

    def _turn(self, number: int, recorded: datetime, note: str, account: str, *, undone: bool) -> bool:
        """Turn an event that is `undone`, or is not, into the opposite; return whether it was so."""
        c = tables.events.c
        with self._desk.connection() as connection:
            row = connection.execute(select(tables.events).where(c.id == number)).one_or_none()
            if row is None or row.undoes is not None or (account and row.account != account):
                return False
            last, steps = number, 0
            while (later := connection.execute(select(c.id).where(c.undoes == last)).scalar()) is not None:
                last, steps = later, steps + 1
            if bool(steps % 2) is not undone:
                return False
            turn = {
                "account": row.account,
                "deal": row.deal,
                "kind": "redo" if undone else "undo",
                "at": row.at,
                "believed": 1,
                "source": WORKER,
                "note": note,
                "undoes": last,
                "recorded": recorded,
            }
            connection.execute(tables.events.insert().values(turn))
            return True


def _taken_back(number: int, takers: Mapping[int, int]) -> dict[str, Any]:
    """Return whether an event is undone, or by which row it counts again: each row may take back the one before."""
    undone, again = False, 0
    while number in takers:
        number, undone = takers[number], not undone
        again = 0 if undone else number
    return {"undone": undone, "again": again}
