"""A store that lives in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from banken.deals.model import WORKER, Deal, Key, Noted
from banken.words import Event


class MemoryStore:
    """An EventStore without a disk."""

    def __init__(self) -> None:
        self._deals: dict[str, Deal] = {}
        self._keys: dict[tuple[str, Key], None] = {}
        self._events: dict[int, Noted] = {}
        self._last = 0

    def deals(self) -> Iterable[Deal]:
        """Return all deals."""
        return tuple(self._deals.values())

    def put(self, deal: Deal) -> None:
        """Write down a deal, or what has changed of it."""
        self._deals[deal.id] = deal

    def ties(self) -> Iterable[tuple[str, Key]]:
        """Return all keys with their deal."""
        return tuple(self._keys)

    def tie(self, deal: str, keys: Sequence[Key], at: datetime) -> None:  # a disk keeps the time, too
        """Tie keys to a deal."""
        for key in keys:
            self._keys.setdefault((deal, key))

    def list(self) -> Iterable[Noted]:
        """Return all events, in the order in which they were added."""
        return tuple(self._events.values())

    def append(self, event: Event, note: str = "") -> int | None:
        """Add an event, once for each source, kind and deal."""
        same = (event.source, event.kind, event.deal)
        if event.source != WORKER and any(
            (one.event.source, one.event.kind, one.event.deal) == same for one in self._events.values()
        ):
            return None
        self._last += 1
        self._events[self._last] = Noted(self._last, event, note)
        return self._last

    def undo(self, number: int) -> bool:
        """Mark an event as undone."""
        if number not in self._events or self._events[number].undone:
            return False
        self._events[number] = replace(self._events[number], undone=True, again=0)
        return True

    def redo(self, number: int) -> None:
        """Mark an event as not undone."""
        self._last += 1
        self._events[number] = replace(self._events[number], undone=False, again=self._last)

    def stamp(self) -> object:
        """Return what is another after each row that was added."""
        return len(self._deals), len(self._keys), sum(one.undone for one in self._events.values()), self._last
