"""Erase what need not be kept: the words of old mail, all of a client who shall be forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, or_, select, tuple_, update

from banken.ledger import tables
from banken.ledger.model import OPEN, OutboxState, SeenState

_WORDLESS = {
    "sender": "",
    "subject": "",
    "client": "",
    "reason": "",
    "state": SeenState.FORGOTTEN,
}


def erase_old(connection: Connection, since: datetime) -> Mapping[str, int]:
    """Erase the words of mail that arrived before `since`; deals and their events stay, they tell how far a deal is."""
    seen, quarantine, outbox = tables.seen.c, tables.quarantine.c, tables.outbox.c
    old = seen.arrived < since
    return {
        "findings": _forget_findings(connection, old),
        "seen": _forget_seen(connection, old),
        "quarantine": connection.execute(delete(tables.quarantine).where(quarantine.last < since)).rowcount,
        "outbox": connection.execute(
            update(tables.outbox)
            .where(outbox.touched < since, ~outbox.state.in_(OPEN), outbox.result != "")
            .values(result="")
        ).rowcount,
    }


def erase_client(connection: Connection, client: str) -> Mapping[str, int]:
    """Erase all that is known of the client with this name or mail address."""
    deals = _deals_of(connection, client)
    mail = tables.seen.c
    seen = or_(mail.client == client, mail.sender == client.lower(), tuple_(mail.account, mail.deal).in_(deals))
    prints = select(mail.account, mail.fingerprint).where(seen, mail.fingerprint != "")
    event, row, tie = tables.events.c, tables.outbox.c, tables.ties.c
    events = or_(tuple_(event.account, event.deal).in_(deals), tuple_(event.account, event.source).in_(prints))
    owed = or_(tuple_(row.account, row.deal).in_(deals), tuple_(row.account, row.fingerprint).in_(prints))
    counts = {"outbox": _cancel(connection, owed), "findings": _forget_findings(connection, seen)}
    counts["events"] = _forget_events(connection, events)
    counts["seen"] = _forget_seen(connection, seen)
    counts["ties"] = connection.execute(delete(tables.ties).where(tuple_(tie.account, tie.deal).in_(deals))).rowcount
    gone = tuple_(tables.deals.c.account, tables.deals.c.id).in_(deals)
    counts["deals"] = connection.execute(delete(tables.deals).where(gone)).rowcount
    return counts


def _deals_of(connection: Connection, client: str) -> list[tuple[str, str]]:
    deals, ties = tables.deals.c, tables.ties.c
    named = select(deals.account, deals.id).where(deals.client == client)
    leading = (ties.kind.in_(("client", "address")), ties.value.in_((client, client.lower())))
    tied = select(ties.account, ties.deal).where(*leading)
    return [(account, deal) for account, deal in connection.execute(named.union(tied))]


def _forget_findings(connection: Connection, wanted: ColumnElement[bool]) -> int:
    mail = select(tables.seen.c.id).where(wanted)
    return connection.execute(delete(tables.findings).where(tables.findings.c.seen.in_(mail))).rowcount


def _forget_events(connection: Connection, wanted: ColumnElement[bool]) -> int:
    """Erase events; rows that take them back, and each other, point at them and go first."""
    event, takers = tables.events.c, list[list[int]]()
    pointed: Select[int] | list[int] = select(event.id).where(wanted)
    while later := list(connection.execute(select(event.id).where(event.undoes.in_(pointed))).scalars()):
        takers.append(later)
        pointed = later
    for rows in reversed(takers):
        connection.execute(delete(tables.events).where(event.id.in_(rows)))
    return connection.execute(delete(tables.events).where(wanted)).rowcount


def _forget_seen(connection: Connection, wanted: ColumnElement[bool]) -> int:
    still_worded = tables.seen.c.state != SeenState.FORGOTTEN
    return connection.execute(update(tables.seen).where(wanted, still_worded).values(_WORDLESS)).rowcount


def _cancel(connection: Connection, wanted: ColumnElement[bool]) -> int:
    open_rows = tables.outbox.c.state.in_(OPEN)
    gone = {"state": OutboxState.FAILED, "result": "forgotten", "payload": ""}
    return connection.execute(update(tables.outbox).where(wanted, open_rows).values(gone)).rowcount
