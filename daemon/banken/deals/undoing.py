"""What goes back with an entry that the worker takes back: all that came to a deal only because the entry stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from banken.deals.courses import Courses
from banken.deals.model import MAIL, WORKER, Deal, EventStore, Key, Noted
from banken.deals.register import MERGE, SPLIT, Register
from banken.i18n import _
from banken.words import Event

ASKED = str(Key("asked", ""))
"""Noted with an answer of the office that names no deal, and was given to the only one that waited for it."""


@dataclass(frozen=True, slots=True)
class Past:
    """A store as it was before an entry; what was taken back since counts as never having been."""

    store: EventStore
    before: int

    def deals(self) -> Iterable[Deal]:
        """Return all deals; one that is younger has no events yet."""
        return self.store.deals()

    def ties(self) -> Iterable[tuple[str, Key]]:
        """Return all keys with their deal."""
        return self.store.ties()

    def list(self) -> Iterable[Noted]:
        """Return the events that were there."""
        return [noted for noted in self.store.list() if noted.since < self.before]


def take_back(store: EventStore, number: int, courses: Callable[[Register], Courses]) -> None:
    """Take back what came to a deal only because the entry `number`, which is undone now, stood."""
    for entry, key in _parted(store, number):
        store.append(entry, str(key))
    while (answer := _wrongly_given(store, number, courses)) is not None:
        for one in _came_with(store, answer):
            store.undo(one)
        store.append(replace(answer.event, deal=None))


def forsake(store: EventStore, number: int) -> None:
    """Let an answer that the worker takes back from a deal be nobody's for good: it would be given to that deal again."""
    entries = list(store.list())
    for answer in (one.event for one in entries if one.number == number and one.event.deal):
        for one in entries:
            event = one.event
            if event.source != WORKER and not event.deal and (event.source, event.kind) == (answer.source, answer.kind):
                store.undo(one.number)


def rejoined(store: EventStore, register: Register, number: int) -> list[tuple[str, str, datetime]]:
    """Return which deals are one again after the split `number` is undone, and since when: mail may have come to the new one."""
    split = next((noted for noted in store.list() if noted.number == number and noted.event.kind == SPLIT), None)
    if split is None:
        return []
    new, olds = split.event.deal or "", register.by(Key.read(split.note))[:1]
    return [(old, new, split.event.at) for old in olds if old != register.now(new)]


def _wrongly_given(store: EventStore, number: int, courses: Callable[[Register], Courses]) -> Noted | None:
    """Return the first answer that a deal was given since an entry, and would not have been given without it."""
    for noted in store.list():
        if noted.since > number and noted.note == ASKED and not noted.undone:
            then = courses(Register(Past(store, noted.since)))
            if then.permits(noted.event) and then.waiting(noted.event) != [noted.event.deal]:
                return noted
    return None


def _came_with(store: EventStore, answer: Noted) -> list[int]:
    """Return the numbers of an answer's own entry in its deal, and of all that its mail left there."""
    mine = (answer.event.source, answer.event.deal)
    return [one.number for one in store.list() if not one.undone and (one.event.source, one.event.deal) == mine]


def _parted(store: EventStore, number: int) -> Iterator[tuple[Event, Key]]:
    """Yield what gives the mail that came while two deals were merged back to the one whose it is, key by key.

    A key is that deal's when its mail was noted there before, and nowhere in the deal that went on.
    """
    merge = next((noted for noted in store.list() if noted.number == number and noted.event.kind == MERGE), None)
    if merge is None:
        return
    before, now = Register(Past(store, number)), Register(store)
    keep, other = merge.event.deal or "", merge.note
    if now.now(keep) == now.now(other):
        return
    theirs, kept = _owners(before, now, other), _owners(before, now, keep)
    came = {Key.read(noted.note) for noted in now.events(keep) if noted.number > number}
    why = _("its mail came while the two were one deal")
    for key in theirs.keys() & came - kept.keys():
        yield Event(SPLIT, merge.event.at, believed=True, why=why, deal=theirs[key], source=WORKER), key


def _owners(before: Register, now: Register, deal: str) -> dict[Key, str]:
    """Return the keys that the mails of a deal were noted with, each with the id under which the first one is now.

    What was given to another deal since is that one's.
    """
    owners: dict[Key, str] = {}
    for noted in before.events(deal):
        key, home = Key.read(noted.note), now.home(noted)
        if key.value and key.kind != MAIL and now.now(home) == now.now(deal):
            owners.setdefault(key, home)
    return owners
