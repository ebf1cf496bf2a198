"""Tell what is owed by the other ways than mail: what has to wait is held in the outbox, what is due goes together.

Danger goes at once. What the worker was told already of a deal is gathered, and told once more in a single notice.
A service behind Apprise cannot be asked whether it took a notice: after a crash between its answer and our note of it,
the notice is given again and says so.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import partial

from banken.i18n import _
from banken.ledger import Ledger, LedgerError, OutboxRow, crash_point
from banken.ledger.outbox import LONGEST_WAIT, backoff
from banken.respond import news, notify
from banken.respond.model import FACTS_JSON, WarningFacts, WarningSettings
from banken.respond.news import NEWS_JSON
from banken.respond.outcome import Outcome, utc_now
from banken.respond.post import PostError
from banken.respond.way import KIND, Way
from banken.words import LEVELS, Category, Level, strongest

LOOK_AGAIN = LONGEST_WAIT
"""What is held is looked at again at least so often: the clock may be set meanwhile."""

_locks: defaultdict[tuple[int, str], threading.Lock] = defaultdict(threading.Lock)
"""One thread at a time tells of an account, so that what belongs together goes together."""

_told_by: dict[tuple[int, str], tuple[tuple[Way, ...], tzinfo]] = {}
"""By which ways, in which zone, an account was told last: by others, what was held by their hours is looked at anew."""


def send_notices(
    ledger: Ledger, account: str, settings: WarningSettings, *, clock: Callable[[], datetime] = utc_now
) -> Outcome:
    """Tell what is due for an account by each way in at most one notice; return what became of it.

    What was held under other settings than these is looked at again at once. Raises LedgerError.
    """
    outcome, desk = Outcome(), (id(ledger), account)
    with _locks[desk]:
        # A look that began before new settings may end after them, and hold by the old hours what these let go.
        ways = settings.notify, settings.timezone
        before = _told_by.get(desk)
        if before != ways:  # at the first look the settings may be new ones; what failed waits for its time then
            ledger.outbox.look_again(account, clock(), to=f"{KIND}:", tried=before is not None)
            _told_by[desk] = ways
        for place, way in enumerate(settings.notify, start=1):
            _Teller(ledger, account, settings, way, f"{KIND}:{place}", clock, outcome).tell()
        for row in ledger.outbox.due(clock(), account):
            if row.target.startswith(f"{KIND}:") and _place(row) > len(settings.notify):
                ledger.outbox.failed(row.id, clock(), _("this way to be told is no longer set"))
                outcome.add(ledger.outbox.get(row.id))
    return outcome


@dataclass(slots=True)
class _Teller:
    """What tells by one way."""

    ledger: Ledger
    account: str
    settings: WarningSettings
    way: Way
    target: str
    clock: Callable[[], datetime]
    outcome: Outcome

    def tell(self) -> None:
        """Tell what may be told now, hold the rest."""
        while rows := self.ledger.outbox.due(self.clock(), self.account, to=self.target):
            found = [(row, facts) for row in rows if row.action != news.ACTION and (facts := self._wanted(row))]
            free = [(row, facts) for row, facts in found if self._may_go(row, self._free_at(row, facts))]
            self._send([row for row, _facts in free], partial(self._notice, [facts for _row, facts in free]))
            for row in rows:
                if row.action == news.ACTION and self._may_go(row, self._morning(row)):
                    self._send([row], partial(notify.word, NEWS_JSON.validate_json(row.payload), self.way.says))

    def _notice(self, all_facts: Sequence[WarningFacts], again: bool) -> tuple[str, str]:
        mails, levels = self.settings.via != "none", self.settings.levels
        mailed = mails and any(facts.level in levels for facts in all_facts)
        return notify.notice(all_facts, self.way.says, again, mailed=mailed)

    def _wanted(self, row: OutboxRow) -> WarningFacts | None:
        """Return what this way tells of a warning; it is struck when that is nothing (any more)."""
        facts = FACTS_JSON.validate_json(row.payload)
        points = tuple(one for one in facts.points if self.way.wants(one.category, one.level))
        level = strongest([one.level for one in points])
        if level is None:
            self.ledger.outbox.drop(row.id)
            return None
        return replace(facts, points=points, level=level)

    def _may_go(self, row: OutboxRow, free: datetime) -> bool:
        now = self.clock()
        if free <= now:
            return True
        self.ledger.outbox.hold(row, min(free, now + LOOK_AGAIN), now)
        self.outcome.held.append(row)
        return False

    def _free_at(self, row: OutboxRow, facts: WarningFacts) -> datetime:
        now = self.clock()
        repeat = self._repeat_until(facts, now)
        if facts.level is Level.DANGER:
            return repeat
        return self.way.free_at(row.planned, max(now, repeat), self.settings.timezone)

    def _morning(self, row: OutboxRow) -> datetime:
        return self.way.free_at(row.planned, self.clock(), self.settings.timezone, gathered=False)

    def _repeat_until(self, facts: WarningFacts, now: datetime) -> datetime:
        """Return until when the worker need not be told, having heard all of it of this deal before; `now` for never."""
        if not facts.deal:
            return now
        before = self.ledger.outbox.done_in(self.account, facts.deal, self.target, now - self.way.repeat)
        known = self._known(row.fingerprint for row in before)
        if any(known.get(one.category, -1) < LEVELS.index(one.level) for one in facts.points):
            return now
        return max(row.touched for row in before) + self.way.repeat

    def _known(self, fingerprints: Iterable[str]) -> dict[Category, int]:
        """Return of which categories these messages told, and how loudly."""
        known: dict[Category, int] = {}
        seen = (one for name in fingerprints for one in self.ledger.seen.same(self.account, name))
        for finding in (finding for one in seen for finding in self.ledger.findings.of(one.id)):
            category, level = Category(finding.category), Level(finding.level)
            if self.way.wants(category, level):
                known[category] = max(known.get(category, -1), LEVELS.index(level))
        return known

    def _send(self, rows: Sequence[OutboxRow], write: Callable[[bool], tuple[str, str]]) -> None:
        """Try one notice for all of `rows`, and write down what became of them."""
        outbox, claimed = self.ledger.outbox, list[OutboxRow]()
        try:
            for row in rows:
                if (one := outbox.claim(row.id, self.clock())) is not None:
                    claimed.append(one)
            if claimed:
                self._settle(claimed, write)
        finally:
            for row in claimed:
                outbox.let_go(row.id)
        for row in claimed:
            self.outcome.add(outbox.get(row.id))

    def _settle(self, claimed: Sequence[OutboxRow], write: Callable[[bool], tuple[str, str]]) -> None:
        """Give one notice for all claimed actions, and write down what came of it."""
        try:
            notify.send(self.way.address, *write(any(row.doubtful for row in claimed)))
        except PostError as error:
            self._put_off(claimed, str(error), permanent=error.permanent)
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours or of a plugin's must not stop the look
            self._put_off(claimed, type(error).__name__, permanent=False)
        else:
            crash_point("warning.accepted")
            with self.ledger.transaction():
                for row in claimed:
                    self.ledger.outbox.done(row.id, self.clock(), _("told by notify {place}").format(place=_place(row)))

    def _put_off(self, rows: Sequence[OutboxRow], why: str, *, permanent: bool) -> None:
        """Write a failure down, so that all are tried together again."""
        now, wait = self.clock(), backoff(max(row.tries for row in rows), 0.5)
        with self.ledger.transaction():
            for row in rows:
                if permanent:
                    self.ledger.outbox.failed(row.id, now, why)
                else:
                    self.ledger.outbox.retry(row.id, now, why, doubtful=row.doubtful, wait=wait)


def _place(row: OutboxRow) -> int:
    return int(row.target.partition(":")[2])
