"""Whether the watch really watches: freshness, not liveness. An account is well when it was looked at lately.

Kept in the ledger, so that `banken status` knows without asking the service, and a restart forgets nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from banken.config import Account
from banken.ledger import Ledger
from banken.service import missing

STALE_INTERVALS = 3
"""An account is stale when the last look that worked is more than so many intervals ago."""

SETTINGS = "settings refused"
_LOOKED, _TROUBLE = "last look", "trouble"
_HOUSE = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an account cannot be looked at, and since when; `tries` failed since then."""

    since: datetime
    why: str
    tries: int = 1


_TROUBLE_JSON = TypeAdapter(Trouble)


@dataclass(frozen=True, slots=True)
class Condition:
    """How an account is at a moment."""

    account: str
    every: timedelta
    looked: datetime | None
    """When the last look that worked ended; None when there was none."""
    trouble: Trouble | None
    now: datetime
    unwatched: tuple[str, ...] = ()
    """Its folders that could not be opened in the last look."""

    @property
    def fresh(self) -> bool:
        """Whether the account was looked at lately; a look far in the future was noted when the clock was wrong."""
        return self.looked is not None and abs(self.now - self.looked) <= STALE_INTERVALS * self.every


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the watch as a whole is at a moment: its accounts, looks that do not end, a ledger that fails for long."""

    accounts: Sequence[Condition]
    hung: int = 0
    ledger: str = ""
    """Why the ledger has not been written for longer than an account may be unreachable; "" when it has."""

    @property
    def well(self) -> bool:
        """Whether every account is looked at, by looks that end and are noted."""
        return not self.hung and not self.ledger and all(one.fresh for one in self.accounts)


class Health:
    """What the service notes of each look."""

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._ledger, self._clock = ledger, clock

    def worked(self, account: str) -> Trouble | None:
        """Note a look that worked; return the trouble that is over now."""
        now = self._clock()
        with self._ledger.transaction():
            over = trouble(self._ledger, account)
            self._ledger.learned.put(account, _LOOKED, now.isoformat(), now)
            if over is not None:
                self._ledger.learned.drop(account, _TROUBLE)
        return over

    def failed(self, account: str, why: str) -> Trouble:
        """Note a look that failed; return the trouble as it is now."""
        now = self._clock()
        with self._ledger.transaction():
            before = trouble(self._ledger, account)
            since = min(before.since, now) if before else now  # the clock may have been ahead
            one = Trouble(since, why, before.tries + 1 if before else 1)
            self._ledger.learned.put(account, _TROUBLE, _TROUBLE_JSON.dump_json(one).decode(), now)
        return one

    def settings(self, refused: str) -> None:
        """Note why new settings were not taken over; "" when they were."""
        if refused:
            self._ledger.learned.put(_HOUSE, SETTINGS, refused, self._clock())
        else:
            self._ledger.learned.drop(_HOUSE, SETTINGS)


def conditions(ledger: Ledger, accounts: Iterable[Account], now: datetime) -> list[Condition]:
    """Return how each account is."""
    return [
        Condition(
            one.name,
            one.every,
            _looked(ledger, one.name),
            trouble(ledger, one.name),
            now,
            missing.noted(ledger, one.name, one.folders),
        )
        for one in accounts
    ]


def trouble(ledger: Ledger, account: str) -> Trouble | None:
    """Return why an account cannot be looked at, None when it can."""
    known = ledger.learned.get(account, _TROUBLE)
    return _TROUBLE_JSON.validate_json(known) if known else None


def refused_settings(ledger: Ledger) -> str:
    """Return why the service did not take the newest settings over, "" when it did."""
    return ledger.learned.get(_HOUSE, SETTINGS) or ""


def _looked(ledger: Ledger, account: str) -> datetime | None:
    known = ledger.learned.get(account, _LOOKED)
    return datetime.fromisoformat(known) if known else None
