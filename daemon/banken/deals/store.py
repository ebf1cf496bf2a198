"""The store of one account's deals in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from banken import ledger as book
from banken.deals.model import Deal, Key, Noted
from banken.ledger import Ledger
from banken.words import Event


class LedgerStore:
    """An EventStore that survives."""

    def __init__(self, ledger: Ledger, account: str) -> None:
        self._ledger = ledger
        self._account = account

    def deals(self) -> Iterable[Deal]:
        """Return all deals, the oldest first."""
        return [
            Deal(one.id, one.opened, one.platform, one.client, one.job) for one in self._ledger.deals.all(self._account)
        ]

    def put(self, deal: Deal) -> None:
        """Write down a deal, or what has changed of it."""
        row = book.Deal(
            id=deal.id,
            account=self._account,
            opened=deal.opened,
            platform=deal.platform,
            client=deal.client,
            job=deal.job,
        )
        self._ledger.deals.put(row)

    def ties(self) -> Iterable[tuple[str, Key]]:
        """Return all keys with their deal, in the order in which they were tied."""
        return [(tie.deal, Key(tie.kind, tie.value)) for tie in self._ledger.deals.ties(self._account)]

    def tie(self, deal: str, keys: Sequence[Key], at: datetime) -> None:
        """Tie keys to a deal; a pair that stands there already changes nothing."""
        ties = [book.Tie(deal=deal, kind=key.kind, value=key.value) for key in keys]
        self._ledger.deals.tie(self._account, ties, at)

    def list(self) -> Iterable[Noted]:
        """Return all events, in the order in which they were added."""
        events = self._ledger.events.all(self._account)
        return [Noted(one.id, one.event, one.note, one.undone, one.again) for one in events]

    def append(self, event: Event, note: str = "") -> int | None:
        """Add an event; return its number, None when this source said this of this deal already."""
        return self._ledger.events.append(self._account, event.deal or "", event, datetime.now(UTC), note)

    def undo(self, number: int) -> bool:
        """Take an event back by a row that says so; False when there is none, or it is undone already."""
        return self._ledger.events.undo(number, datetime.now(UTC), account=self._account)

    def redo(self, number: int) -> None:
        """Let an event that was taken back count again, by a row that says so."""
        self._ledger.events.redo(number, datetime.now(UTC), account=self._account)

    def stamp(self) -> object:
        """Return what is another after each row that was added or erased, by whichever process."""
        return self._ledger.deals.stamp(self._account)
