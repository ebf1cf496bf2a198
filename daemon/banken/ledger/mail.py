"""What was seen of the mail: messages, findings, sync marks, quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, RowMapping, and_, delete, select, update

from banken.ledger import tables
from banken.ledger.desk import Desk, row_of, upsert
from banken.ledger.model import Mark, Poison, SeenMessage, SeenState, StoredFinding
from banken.words import Evidence, Finding

_PLACE = ("account", "folder", "uidvalidity", "uid", "file")


class Whereabouts(Protocol):
    """Where a message lies (`mailbox.model.Place` fits)."""

    @property
    def folder(self) -> str: ...  # noqa: D102
    @property
    def uidvalidity(self) -> int: ...  # noqa: D102
    @property
    def uid(self) -> int: ...  # noqa: D102
    @property
    def file(self) -> str: ...  # noqa: D102


class SeenRepository:
    """The messages that were examined, by place and by fingerprint."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def record(self, message: SeenMessage) -> int:
        """Write down a message (again, when it was examined again); return the number of its row."""
        with self._desk.connection() as connection:
            return upsert(connection, tables.seen, row_of(message), _PLACE)

    def at(self, account: str, folder: str, uidvalidity: int, uid: int, file: str = "") -> SeenMessage | None:
        """Return what is known of the message at a place."""
        c = tables.seen.c
        wanted = (account, folder, uidvalidity, uid, file)
        return next(iter(self._find(*(c[name] == value for name, value in zip(_PLACE, wanted, strict=True)))), None)

    def uids(
        self, account: str, folder: str, uidvalidity: int, *, after: int = -1, rules_version: str | None = None
    ) -> frozenset[int]:
        """Return the UIDs of a folder above `after` that were examined (with `rules_version`, where one is given)."""
        c = tables.seen.c
        here = (c.account == account, c.folder == folder, c.uidvalidity == uidvalidity)
        query = select(c.uid).where(*here, c.uid > after)
        if rules_version is not None:
            query = query.where(c.rules_version == rules_version)
        with self._desk.connection() as connection:
            return frozenset(connection.execute(query).scalars())

    def same(self, account: str, fingerprint: str) -> Sequence[SeenMessage]:
        """Return the places of one message, the first examined first; what has no fingerprint is like no other message."""
        if not fingerprint:
            return ()
        return self._find(tables.seen.c.account == account, tables.seen.c.fingerprint == fingerprint)

    def by_message_id(self, message_id: str) -> Sequence[SeenMessage]:
        """Return the messages with a Message-ID, of any account."""
        return self._find(tables.seen.c.message_id == message_id)

    def of_deals(self, account: str, deals: Iterable[str]) -> Sequence[SeenMessage]:
        """Return the messages of some deals, in order of arrival; each once, however many places it has."""
        found = self._find(tables.seen.c.account == account, tables.seen.c.deal.in_(sorted(deals)))
        once = {message.fingerprint or str(message.id): message for message in reversed(found)}
        return sorted(once.values(), key=lambda message: (message.arrived, message.id))

    def of_kind(self, kind: str) -> Sequence[SeenMessage]:
        """Return the messages of one kind of the platform's, in order of arrival."""
        return sorted(self._find(tables.seen.c.kind == kind), key=lambda message: (message.arrived, message.id))

    def between(
        self, since: datetime, until: datetime | None = None, *, account: str | None = None
    ) -> Sequence[SeenMessage]:
        """Return the messages that arrived from `since` to before `until`, in order of arrival."""
        c = tables.seen.c
        wanted = [c.arrived >= since]
        if until is not None:
            wanted.append(c.arrived < until)
        if account is not None:
            wanted.append(c.account == account)
        return sorted(self._find(*wanted), key=lambda message: (message.arrived, message.id))

    def _find(self, *wanted: ColumnElement[bool]) -> list[SeenMessage]:
        query = select(tables.seen).where(*wanted).order_by(tables.seen.c.id)
        with self._desk.connection() as connection:
            return [_seen(row) for row in connection.execute(query).mappings()]


def _seen(row: RowMapping) -> SeenMessage:
    return SeenMessage(**{**row, "state": SeenState(row["state"])})


class FindingsRepository:
    """What was found in each message."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def record(self, seen: int, findings: Iterable[Finding], rules_version: str) -> None:
        """Write down the findings of the message in row `seen`, in place of earlier ones."""
        rows = [row for finding in findings for row in _finding_rows(seen, finding, rules_version)]
        with self._desk.connection() as connection:
            connection.execute(delete(tables.findings).where(tables.findings.c.seen == seen))
            if rows:
                connection.execute(tables.findings.insert(), rows)

    def of(self, seen: int) -> Sequence[StoredFinding]:
        """Return the findings of the message in row `seen`."""
        query = select(tables.findings).where(tables.findings.c.seen == seen).order_by(tables.findings.c.id)
        with self._desk.connection() as connection:
            return [StoredFinding(**row) for row in connection.execute(query).mappings()]


def _finding_rows(seen: int, finding: Finding, rules_version: str) -> list[dict[str, object]]:
    return [
        {
            "seen": seen,
            "category": finding.category,
            "level": finding.level,
            "rule": finding.rule,
            "rules_version": rules_version,
            "title": finding.title,
            "by": finding.by,
            "advice": finding.advice,
            "excerpt": evidence.text,
            "start": evidence.start,
            "end": evidence.end,
            "how": evidence.how,
        }
        for evidence in finding.evidence or (Evidence("", 0, 0, ""),)
    ]


class MarksRepository:
    """How far each folder has been read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get(self, account: str, folder: str) -> Mark | None:
        """Return the mark of a folder, None for one that was never read."""
        return next((mark for mark in self.all(account) if mark.folder == folder), None)

    def all(self, account: str) -> Sequence[Mark]:
        """Return the marks of an account."""
        query = select(tables.marks).where(tables.marks.c.account == account).order_by(tables.marks.c.folder)
        with self._desk.connection() as connection:
            return [Mark(**row) for row in connection.execute(query).mappings()]

    def advance(self, mark: Mark) -> Mark:
        """Move a mark forward; return where it stands now.

        Within one UIDVALIDITY a mark never goes back: a server that lowers UIDNEXT must not make us forget (RFC 9051
        section 2.3.1.1 lets UIDs only grow). Another UIDVALIDITY starts a new count.
        """
        with self._desk.connection() as connection:
            before = self.get(mark.account, mark.folder)
            if before is not None and before.uidvalidity == mark.uidvalidity and before.uid > mark.uid:
                return before
            upsert(connection, tables.marks, row_of(mark), ("account", "folder"))
            return mark

    def reset(self, account: str, folder: str) -> None:
        """Forget how far a folder was read, so that all of it is looked through again."""
        c = tables.marks.c
        with self._desk.connection() as connection:
            connection.execute(delete(tables.marks).where(c.account == account, c.folder == folder))


class QuarantineRepository:
    """Messages that broke something, held until a person or a new version looks at them again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(self, poison: Poison) -> int:
        """Hold a message; a repeat is counted in the row that is there. Return the row's number."""
        c = tables.quarantine.c
        place = and_(*(c[name] == getattr(poison, name) for name in _PLACE))
        with self._desk.connection() as connection:
            before = connection.execute(select(tables.quarantine).where(place)).one_or_none()
            row = row_of(poison)
            if before is not None:
                row |= {"first": before.first, "tries": before.tries + 1}
            return upsert(connection, tables.quarantine, row, _PLACE)

    def get(self, number: int) -> Poison | None:
        """Return one held message by its row's number."""
        query = select(tables.quarantine).where(tables.quarantine.c.id == number)
        with self._desk.connection() as connection:
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else Poison(**row)

    def held(self, account: str | None = None) -> Sequence[Poison]:
        """Return the messages that are held, the oldest first."""
        c = tables.quarantine.c
        query = select(tables.quarantine).where(c.state == "held").order_by(c.id)
        if account is not None:
            query = query.where(c.account == account)
        with self._desk.connection() as connection:
            return [Poison(**row) for row in connection.execute(query).mappings()]

    def release(self, number: int) -> None:
        """Let a message go: it was examined after all."""
        with self._desk.connection() as connection:
            released = update(tables.quarantine).where(tables.quarantine.c.id == number).values(state="released")
            connection.execute(released)

    def let_go(self, account: str, place: Whereabouts) -> None:
        """Let the message at a place go, if it is held."""
        c = tables.quarantine.c
        here = (account, place.folder, place.uidvalidity, place.uid, place.file)
        wanted = (c[name] == value for name, value in zip(_PLACE, here, strict=True))
        with self._desk.connection() as connection:
            held = update(tables.quarantine).where(*wanted, c.state == "held")
            connection.execute(held.values(state="released"))
