"""What the room `deals` keeps and hands out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from banken.words import Authentic, Channel, Event, Permission, Segment, Stage

WORKER = "worker"
"""`Event.source` of what the worker set right by hand."""

MAIL = "mail"
"""Kind of the key that stands for one mail, by its fingerprint."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What leads mail to a deal: `kind` is message, proposal, contract, job, title, client, address or thread.

    A false alarm names by it what it is about: a mail (its fingerprint), an address, a client.
    """

    kind: str
    value: str

    def __str__(self) -> str:
        """Return `kind=value`, as `Key.read` takes it."""
        return f"{self.kind}={self.value}"

    @classmethod
    def read(cls, text: str) -> Key:
        """Return the key that `str(key)` wrote."""
        kind, _sign, value = text.partition("=")
        return cls(kind, value)


@dataclass(frozen=True, slots=True)
class Deal:
    """One client and one job."""

    id: str
    opened: datetime
    platform: str = ""
    client: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """An event as the store keeps it: with a number, what else was noted, and whether it was undone.

    `again`: the number by which it counts again after it was undone, 0 where it never was.
    """

    number: int
    event: Event
    note: str = ""
    undone: bool = False
    again: int = 0

    @property
    def since(self) -> int:
        """The number of the entry since which it counts."""
        return self.again or self.number


@dataclass(frozen=True, slots=True)
class Tie:
    """Which deal a mail is about ("" for none yet known), and why, in words for the worker.

    `sure` is whether the mail itself names the deal (a number, title and client, a thread), not only its writer; `asked`
    whether it is an answer that says nothing of its deal, which alone waited for it.
    """

    deal: str
    why: str
    sure: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a deal's timeline: the event, and the stage and permission after it."""

    number: int
    event: Event
    note: str
    undone: bool
    stage: Stage
    permission: Permission


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the deals know: addresses, names and threads, each with the deal it leads to."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    threads: Mapping[str, str] = field(default_factory=dict)


class Entries(Protocol):
    """What a store holds, to be read."""

    def deals(self) -> Iterable[Deal]:
        """Return all deals."""
        ...

    def ties(self) -> Iterable[tuple[str, Key]]:
        """Return all keys with their deal, in the order in which they were tied."""
        ...

    def list(self) -> Iterable[Noted]:
        """Return all events, in the order in which they were added."""
        ...


class EventStore(Entries, Protocol):
    """Where deals, their keys and events survive. Rows are only added; a deal's names may be filled in later."""

    def put(self, deal: Deal) -> None:
        """Write down a deal, or what has changed of it."""
        ...

    def tie(self, deal: str, keys: Sequence[Key], at: datetime) -> None:
        """Tie keys to a deal; a pair that stands there already changes nothing."""
        ...

    def append(self, event: Event, note: str = "") -> int | None:
        """Add an event; return its number, None when this source said this of this deal already."""
        ...

    def undo(self, number: int) -> bool:
        """Take an event back by a row that says so; False when there is none, or it is undone already."""
        ...

    def redo(self, number: int) -> None:
        """Let an event that was taken back count again, by a row that says so."""
        ...

    def stamp(self) -> object:
        """Return what is another after each row that was added or erased, by whichever process."""
        ...


class Effect(Protocol):
    """What an event does to a deal (platform.yaml, `events:`)."""

    @property
    def title(self) -> object:
        """Its name for people, by `str`."""

    @property
    def stage(self) -> Stage | None:
        """The stage it leads to."""

    @property
    def permission(self) -> Permission | None:
        """The permission it sets."""

    @property
    def moves(self) -> str:
        """How it moves the stage: always, forward, opens, begins, during, after."""


class Numbers(Protocol):
    """Numbers of the platform, "" where none."""

    @property
    def message(self) -> str:
        """Number of the thread."""

    @property
    def proposal(self) -> str:
        """Number of the proposal."""

    @property
    def contract(self) -> str:
        """Number of the contract."""

    @property
    def job(self) -> str:
        """Number of the job."""


class Spoken(Protocol):
    """A recognised mail, as the room `platform` hands it on."""

    @property
    def channel(self) -> Channel:
        """How it came."""

    @property
    def platform(self) -> str:
        """The platform's id."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def authentic(self) -> Authentic:
        """Whether it is from whom it says."""

    @property
    def client(self) -> str:
        """The client's name."""

    @property
    def client_address(self) -> str:
        """The client's address, for direct mail."""

    @property
    def job(self) -> str:
        """The job's title."""

    @property
    def ids(self) -> Numbers:
        """Its numbers."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What it says happened."""

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Whose words stand where."""

    @property
    def due(self) -> str:
        """The day the work is due, as written."""

    @property
    def talk(self) -> tuple[str, ...]:
        """What the client's words show of the course of work."""

    @property
    def judged(self) -> bool:
        """Whether a client speaks in it."""
