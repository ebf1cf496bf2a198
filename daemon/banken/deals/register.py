"""The index over the store: which keys lead to which deal, which events are whose; built anew after corrections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from banken.deals.model import MAIL, WORKER, Deal, Entries, Key, Noted

MERGE = "merge"
SPLIT = "split"
TIE = "tie"
"""Kinds of the worker's own corrections of what belongs to which deal."""


class Register:
    """Looks deals up. All it knows comes from the store, so that it can be thrown away at any time."""

    def __init__(self, store: Entries) -> None:
        self._deals: dict[str, Deal] = {deal.id: deal for deal in store.deals()}
        self._merged: dict[str, str] = {}
        self._moved: dict[Key, str] = {}
        self._by_key: dict[Key, dict[str, None]] = defaultdict(dict)
        self._kinds: dict[str, dict[Key, None]] = defaultdict(dict)
        self._keys: dict[str, dict[Key, None]] = defaultdict(dict)
        self._events: dict[str, list[Noted]] = defaultdict(list)
        self._told: dict[str, tuple[Noted, str]] = {}
        entries = tuple(store.list())
        for noted in entries:
            self.correct(noted)
        for deal, key in store.ties():
            self.add_key(deal, key)
        for noted in entries:
            self.add_event(noted)

    # What goes in

    def correct(self, noted: Noted) -> None:
        """Follow a merge or a split."""
        if noted.undone:
            return
        if noted.event.kind == MERGE:
            keep, other = self.now(noted.event.deal or ""), self.now(noted.note)
            if keep != other:
                self._merged[other] = keep
        elif noted.event.kind == SPLIT:
            self._moved[Key.read(noted.note)] = noted.event.deal or ""
        elif noted.event.kind == TIE:
            self.add_key(noted.event.deal or "", Key.read(noted.note))

    def add_deal(self, deal: Deal) -> None:
        """Know a deal, or what has changed of it."""
        self._deals[deal.id] = deal

    def add_key(self, deal: str, key: Key) -> None:
        """Let a key lead to a deal."""
        self._by_key[key].setdefault(deal)
        self._kinds[key.kind].setdefault(key)
        self._keys[deal].setdefault(key)

    def add_event(self, noted: Noted) -> None:
        """Put an event to its deal."""
        deal = self.home(noted)
        self._events[deal].append(noted)
        if deal and noted.event.source != WORKER and not noted.undone:
            self._told[noted.event.source] = noted, deal

    # What comes out

    def home(self, noted: Noted) -> str:
        """Return the deal that an event belongs to, whatever that was merged into; "" for none.

        What the worker said of a mail belongs to the deal of that mail.
        """
        key = Key.read(noted.note)
        about = self._told.get(key.value) if key.kind == MAIL and noted.event.deal else None
        return about[1] if about else self._moved.get(key) or noted.event.deal or ""

    def now(self, deal: str) -> str:
        """Return the id under which a deal goes on, after merges."""
        seen = {deal}
        while deal in self._merged and self._merged[deal] not in seen:
            deal = self._merged[deal]
            seen.add(deal)
        return deal

    def deal(self, deal: str) -> Deal | None:
        """Return a deal by its id."""
        return self._deals.get(self.now(deal))

    def deals(self) -> Iterator[Deal]:
        """Yield the deals that stand for themselves."""
        return (deal for deal in self._deals.values() if self.now(deal.id) == deal.id)

    def told(self, source: str) -> tuple[str, str] | None:
        """Return the deal to which a mail was tied before, and why; None for a mail that is new."""
        if not source or source not in self._told:
            return None
        noted, deal = self._told[source]
        return self.now(deal), noted.event.why

    def is_apart(self, deal: str) -> bool:
        """Whether the worker made a deal of its own of this, so that no mail joins it to another."""
        return deal in self._moved.values()

    def by(self, key: Key) -> tuple[str, ...]:
        """Return the deals that a key leads to, the first tied first."""
        if key in self._moved:
            return (self.now(self._moved[key]),)
        return tuple(dict.fromkeys(self.now(deal) for deal in self._by_key.get(key, ())))

    def keys(self, kind: str) -> Iterator[tuple[Key, str]]:
        """Yield the keys of a kind with their (first) deal."""
        for key in (*self._kinds[kind], *self._moved):
            if key.kind == kind and self.by(key):
                yield key, self.by(key)[0]

    def leading(self, kind: str) -> Mapping[str, str]:
        """Return the values of the keys of a kind with their (first) deal, looked up when asked: there may be many."""
        return _Leading(self, kind)

    def keys_of(self, deal: str, kind: str) -> frozenset[str]:
        """Return the values of the keys of one kind that lead to a deal."""
        return frozenset(key.value for key in self.keys_to(deal, kind))

    def keys_to(self, deal: str, kind: str) -> tuple[Key, ...]:
        """Return the keys of one kind that lead to a deal, the first tied first."""
        now = self.now(deal)
        keys = [key for one in self.members(deal) for key in (*self._keys.get(one, ()), *self._moved)]
        return tuple(dict.fromkeys(key for key in keys if key.kind == kind and now in self.by(key)))

    def events(self, deal: str) -> list[Noted]:
        """Return the events of a deal in order of time."""
        return sorted((noted for one in self.members(deal) for noted in self._events.get(one, ())), key=_order)

    def members(self, deal: str) -> list[str]:
        """Return the ids that were merged into a deal, its own first."""
        now = self.now(deal)
        return [now, *(other for other in self._merged if self.now(other) == now)]

    def orphans(self) -> list[Noted]:
        """Return the events that no deal is known for."""
        return sorted(self._events.get("", ()), key=_order)

    def latest(self, deals: Iterable[str], at: datetime) -> str:
        """Return the deal in which something happened last before `at`, "" for none."""
        return max(deals, key=lambda deal: self._last(deal, at), default="")

    def _last(self, deal: str, at: datetime) -> tuple[datetime, str]:
        found = self.deal(deal)
        opened = found.opened if found else at
        times = [noted.event.at for noted in self.events(deal) if noted.event.at <= at]
        return max([*times, opened]), deal


class _Leading(Mapping[str, str]):
    """What the keys of one kind lead to."""

    def __init__(self, register: Register, kind: str) -> None:
        self._register, self._kind = register, kind

    def __getitem__(self, value: str) -> str:
        deals = self._register.by(Key(self._kind, value))
        if not deals:
            raise KeyError(value)
        return deals[0]

    def __iter__(self) -> Iterator[str]:
        return (key.value for key, _deal in self._register.keys(self._kind))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _order(noted: Noted) -> tuple[datetime, int]:
    return noted.event.at, noted.number
