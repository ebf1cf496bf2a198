"""What is owed to the worker: planned before it is tried, so that no crash loses it and none repeats it.

    planned ──claim──▶ trying ──done──▶ done
       ▲                  │ ├──refused for good──▶ failed
       └──────retry◀──────┘ └──process killed──▶ trying, doubtful

A row in `trying` that nobody has in hand may have worked: a dead process left it, or the ledger could not be written
when the answer came. It is handed out as doubtful, and whoever carries it out looks before doing it again.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, and_, case, delete, exists, func, or_, select, update

from banken.ledger import tables
from banken.ledger.crash import crash_point
from banken.ledger.desk import Desk, insert_or_ignore, row_of
from banken.ledger.model import OPEN, Kept, OutboxRow, OutboxState, Owed

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP = timedelta(days=5)
"""How long a passing failure is tried again (RFC 5321 section 4.5.4.1: 4-5 days); then it counts as refused."""
ENOUGH = 24
"""So many tries, half a day of them, are made whatever the clock says: the machine may have slept, or been off."""

_WAITING = (OutboxState.PLANNED, OutboxState.RETRY)


def backoff(tries: int, chance: float) -> timedelta:
    """Return how long to wait after `tries` failures: doubling from 2 s to 1 h, ±25 % by `chance` in [0, 1)."""
    doublings = min(max(tries, 1) - 1, 20)
    wait = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return wait * (0.75 + chance / 2)


class OutboxRepository:
    """The actions owed, and how far each has come."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runner = secrets.token_hex(8)
        self._in_hand: set[int] = set()

    def plan(self, owed: Sequence[Owed], now: datetime) -> int:
        """Plan actions; those planned before (same account, fingerprint, action, target) stay as they are.

        Returns how many are new.
        """
        start = {"state": OutboxState.PLANNED, "planned": now, "due": now, "tried": now, "touched": now}
        with self._desk.connection() as connection:
            return insert_or_ignore(connection, tables.outbox, [row_of(one, **start) for one in owed])

    def due(
        self,
        now: datetime,
        account: str | None = None,
        limit: int = 100,
        *,
        to: str = "",
        by: str = "",
        but_not_to: str = "",
    ) -> Sequence[OutboxRow]:
        """Return what may be tried now, in the order it was planned.

        `to`: only at this target; `by`: at those which begin so; `but_not_to`: at none that does. Left out is what
        waits behind an earlier action of its lane, and what this very process is trying already.
        """
        c = tables.outbox.c
        wanted = [self._ready(now), ~_waits_behind_another()]
        if account is not None:
            wanted.append(c.account == account)
        if to:
            wanted.append(c.target == to)
        if by:
            wanted.append(c.target.startswith(by, autoescape=True))
        if but_not_to:
            wanted.append(~c.target.startswith(but_not_to, autoescape=True))
        return self._find(*wanted, limit=limit)

    def next_due(self, account: str | None = None) -> datetime | None:
        """Return when the next action may be tried, None when nothing is owed that could be."""
        c = tables.outbox.c
        may_be = or_(c.state.in_(_WAITING), self._left_over())
        query = select(c.due).where(may_be, ~_waits_behind_another()).order_by(c.due).limit(1)
        if account is not None:
            query = query.where(c.account == account)
        with self._desk.connection() as connection:
            return connection.execute(query).scalar()

    def claim(self, number: int, now: datetime) -> OutboxRow | None:
        """Write down that an action is tried now; return it, or None when another was faster.

        `doubtful` of the returned row tells whether the try at `tried` was cut off; otherwise this is the try. Whoever
        claims it lets it go at the end, whatever came of it. Raises LedgerError.
        """
        taken: list[int] = []  # what another thread has in hand is not ours to let go
        try:
            claimed = self._claim(number, now, taken)
        except BaseException:
            for one in taken:
                self.let_go(one)
            raise
        crash_point("outbox.claimed")
        return claimed

    def let_go(self, number: int) -> None:
        """Have a claimed action in hand no more; one whose end could not be written down is then left over."""
        self._in_hand.discard(number)

    def _claim(self, number: int, now: datetime, taken: list[int]) -> OutboxRow | None:
        c = tables.outbox.c
        with self._desk.transaction() as connection:
            ready = select(tables.outbox).where(c.id == number, self._ready(now)).with_for_update()
            row = connection.execute(ready).one_or_none()
            if row is None:
                return None
            doubtful = bool(row.doubtful) or row.state == OutboxState.TRYING
            change = {
                "state": OutboxState.TRYING,
                "tries": row.tries + 1,
                "doubtful": int(doubtful),
                "tried": row.tried if doubtful else now,
                "runner": self._runner,
                "touched": now,
            }
            connection.execute(update(tables.outbox).where(c.id == number).values(change))
            taken.append(number)
            self._in_hand.add(number)  # within the transaction: other threads must never see it claimed and not in hand
            return _row(connection.execute(select(tables.outbox).where(c.id == number)).mappings().one())

    def again(self, number: int, now: datetime) -> None:
        """Write down that a doubtful action is done now once more, or is to be taken as if it were."""
        with self._desk.connection() as connection:
            connection.execute(update(tables.outbox).where(tables.outbox.c.id == number).values(tried=now, touched=now))

    def hold(self, row: OutboxRow, until: datetime, now: datetime) -> None:
        """Put an action off that nobody shall be bothered with yet; it counts as no try."""
        cut_off = row.state is OutboxState.TRYING
        state = OutboxState.RETRY if cut_off else row.state
        self._settle(row.id, now, state=state, doubtful=int(row.doubtful or cut_off), due=until)

    def look_again(self, account: str, now: datetime, *, to: str, tried: bool = True) -> None:
        """Let what waits for an account at targets which begin so be looked at now, whatever it was put off to.

        `tried`: also what was tried and failed.
        """
        c = tables.outbox.c
        states = _WAITING if tried else (OutboxState.PLANNED,)
        waits = (c.account == account, c.state.in_(states), c.target.startswith(to, autoescape=True), c.due > now)
        with self._desk.connection() as connection:
            connection.execute(update(tables.outbox).where(*waits).values(due=now))

    def done_in(self, account: str, deal: str, target: str, since: datetime) -> Sequence[OutboxRow]:
        """Return what was done at a target in a deal from `since` on."""
        c = tables.outbox.c
        here = (c.account == account, c.deal == deal, c.target == target)
        return self._find(*here, c.state == OutboxState.DONE, c.touched >= since)

    def step_aside(self, number: int) -> None:
        """Let the later actions of its lane pass: this one may never work."""
        with self._desk.connection() as connection:
            connection.execute(update(tables.outbox).where(tables.outbox.c.id == number).values(lane=""))

    def done(self, number: int, now: datetime, result: str = "") -> None:
        """Write down that an action worked, and erase its payload."""
        self._settle(number, now, state=OutboxState.DONE, result=result, doubtful=0, payload="")

    def drop(self, number: int) -> None:
        """Strike an action that nobody is owed any more; should it be owed again, it is planned anew."""
        with self._desk.connection() as connection:
            connection.execute(delete(tables.outbox).where(tables.outbox.c.id == number))

    def failed(self, number: int, now: datetime, result: str) -> None:
        """Write down that an action was refused for good, and erase its payload."""
        self._settle(number, now, state=OutboxState.FAILED, result=result, doubtful=0, payload="")

    def retry(
        self,
        number: int,
        now: datetime,
        result: str,
        *,
        doubtful: bool,
        wait: timedelta | None = None,
        last_way: bool = False,
    ) -> OutboxRow:
        """Write down a passing failure; return the row, which is `failed` when it was tried for five days.

        `doubtful`: the try may have worked all the same. `wait`: how long to wait, by default the backoff. `last_way`:
        there is no other one, so that it is never given up; after that time it lets the others pass.
        """
        row = self.get(number)
        assert row is not None
        given_up = now - row.planned > GIVE_UP and row.tries >= ENOUGH
        if given_up and not last_way:
            self.failed(number, now, result)
        else:
            if given_up:
                self.step_aside(number)
            chance = random.random()  # noqa: S311 - it only spreads the load
            due = now + (wait if wait is not None else backoff(row.tries, chance))
            self._settle(number, now, state=OutboxState.RETRY, result=result, doubtful=int(doubtful), due=due)
        after = self.get(number)
        assert after is not None
        return after

    def get(self, number: int) -> OutboxRow | None:
        """Return one action by its row's number."""
        return next(iter(self._find(tables.outbox.c.id == number)), None)

    def of(self, account: str, fingerprint: str) -> Sequence[OutboxRow]:
        """Return the actions for one message."""
        return self._find(tables.outbox.c.account == account, tables.outbox.c.fingerprint == fingerprint)

    def open(self, account: str | None = None) -> Sequence[OutboxRow]:
        """Return all that is still owed."""
        return self._find(tables.outbox.c.state.in_(OPEN), *([tables.outbox.c.account == account] if account else []))

    def owing(self) -> frozenset[str]:
        """Return the accounts for which something is still owed, whether or not they are still watched."""
        query = select(tables.outbox.c.account).where(tables.outbox.c.state.in_(OPEN)).distinct()
        with self._desk.connection() as connection:
            return frozenset(connection.execute(query).scalars())

    def kept(self, but_for: Collection[str]) -> Mapping[str, Kept]:
        """Return what waits for the mailboxes of all accounts but these: nobody opens them, and no other way leads there."""
        c = tables.outbox.c
        label, letter = c.action == "label", c.target.startswith("append:")
        counts = [func.sum(case((one, 1), else_=0)) for one in (label, ~label)]
        waits = (c.state.in_(OPEN), c.account.not_in(tuple(but_for)), or_(label, letter))
        with self._desk.connection() as connection:
            found = connection.execute(select(c.account, *counts).where(*waits).group_by(c.account).order_by(c.account))
            return {account: Kept(int(labels), int(letters)) for account, labels, letters in found}

    def wrote(self, message_id: str) -> bool:
        """Return whether a mail with this Message-ID is one that was planned here: nobody else can know its name."""
        return bool(message_id and self._find(tables.outbox.c.message_id == message_id, limit=1))

    def about(self, account: str, message_id: str) -> str | None:
        """Return the fingerprint of the mail that our letter of this name is about; None for a letter that is not ours."""
        c = tables.outbox.c
        wanted = [c.account == account, c.message_id == message_id]
        return next((row.fingerprint for row in self._find(*wanted, limit=1)), None) if message_id else None

    def inbox_of(self, message_id: str) -> str | None:
        """Return the account into whose inbox a letter of this name is, or was, to be put; None for no inbox."""
        c = tables.outbox.c
        found = self._find(c.message_id == message_id, c.target.startswith("append:"), limit=1)
        return next((row.account for row in found), None)

    def refused(self, since: datetime) -> Sequence[OutboxRow]:
        """Return what failed for good since a time."""
        c = tables.outbox.c
        return self._find(c.state == OutboxState.FAILED, c.touched >= since)

    def lost(self, since: datetime) -> Sequence[OutboxRow]:
        """Return the letters and notices that failed for good since a time, where no other way is left or has worked."""
        c, other = tables.outbox.c, tables.outbox.alias("other").c
        same = (other.fingerprint == c.fingerprint, other.action == c.action)
        told = exists().where(*same, other.state != OutboxState.FAILED)
        return self._find(c.state == OutboxState.FAILED, c.touched >= since, c.action != "label", ~told)

    def _ready(self, now: datetime) -> ColumnElement[bool]:
        c = tables.outbox.c
        # Nothing waits as long as that: the clock was ahead when it was written, and has been set right.
        due = or_(c.due <= now, c.due > now + 2 * LONGEST_WAIT)
        return or_(and_(c.state.in_(_WAITING), due), self._left_over())

    def _left_over(self) -> ColumnElement[bool]:
        """Return the condition for what was being tried when a process died, or when the ledger failed this one."""
        c = tables.outbox.c
        return and_(c.state == OutboxState.TRYING, or_(c.runner != self._runner, c.id.not_in(tuple(self._in_hand))))

    def _settle(self, number: int, now: datetime, **change: object) -> None:
        with self._desk.connection() as connection:
            connection.execute(update(tables.outbox).where(tables.outbox.c.id == number).values(touched=now, **change))
        crash_point("outbox.settled")

    def _find(self, *wanted: ColumnElement[bool], limit: int | None = None) -> list[OutboxRow]:
        query = select(tables.outbox).where(*wanted).order_by(tables.outbox.c.id).limit(limit)
        with self._desk.connection() as connection:
            return [_row(row) for row in connection.execute(query).mappings()]


def _waits_behind_another() -> ColumnElement[bool]:
    earlier, this = tables.outbox.alias("earlier").c, tables.outbox.c
    return exists().where(this.lane != "", earlier.lane == this.lane, earlier.id < this.id, earlier.state.in_(OPEN))


def _row(row: RowMapping) -> OutboxRow:
    return OutboxRow(**{**row, "state": OutboxState(row["state"]), "doubtful": bool(row["doubtful"])})
