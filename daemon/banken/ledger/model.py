"""What the ledger hands out: its rows, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from banken.words import Event


class SeenState(StrEnum):
    """What became of a message."""

    EXAMINED = "examined"
    SKIPPED = "skipped"
    """Not ours to judge: unrelated mail, own mail."""
    MOVED = "moved"
    """A copy of a message that was examined elsewhere; only its labels were looked after."""
    QUARANTINED = "quarantined"
    FORGOTTEN = "forgotten"
    """Its words were erased (retention, `forget`); the row stays so that it is never examined again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMessage:
    """One message at one place, and how it was judged. `level` is "" when nothing was found."""

    account: str
    folder: str
    uidvalidity: int
    uid: int
    arrived: datetime
    examined: datetime
    file: str = ""
    fingerprint: str = ""
    message_id: str = ""
    sender: str = ""
    subject: str = ""
    channel: str = ""
    kind: str = ""
    client: str = ""
    deal: str = ""
    stage: str = ""
    permission: str = ""
    authentic: str = ""
    level: str = ""
    state: str = SeenState.EXAMINED
    reason: str = ""
    rules_version: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a folder has been read: the last UID that the server really answered for."""

    account: str
    folder: str
    uidvalidity: int
    uid: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One client and one job. `id` is given by the room `deals`, one of its own in each account."""

    account: str
    id: str
    opened: datetime
    platform: str = ""
    client: str = ""
    job: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """Something by which mail is led to a deal; `kind` is e.g. message, proposal, contract, address, thread, client."""

    deal: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as it was written down. `undone` is whether a later row takes it back.

    `again` is the row by which it counts again all the same, 0 for none.
    """

    id: int
    account: str
    deal: str
    kind: str
    at: datetime
    believed: bool
    why: str
    source: str
    note: str
    undoes: int | None
    recorded: datetime
    undone: bool = False
    again: int = 0

    @property
    def event(self) -> Event:
        """The event as the other rooms know it."""
        return Event(self.kind, self.at, self.believed, self.why, self.deal or None, self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding:
    """One piece of evidence of one finding, as a short excerpt; `start` and `end` point into the original text."""

    seen: int
    category: str
    level: str
    rule: str
    rules_version: str
    title: str
    by: str
    advice: str
    excerpt: str
    start: int
    end: int
    how: str
    id: int = 0


class OutboxState(StrEnum):
    """How far an action has come."""

    PLANNED = "planned"
    TRYING = "trying"
    RETRY = "retry"
    DONE = "done"
    FAILED = "failed"


OPEN = (OutboxState.PLANNED, OutboxState.TRYING, OutboxState.RETRY)
"""The states of what is still owed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many labels, and how many warnings and letters for its inbox, wait for an account's mailbox."""

    labels: int
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An action to plan: unique by account, fingerprint, action and target.

    Actions of one `lane` are carried out in the order they were planned ("" = no order); `payload` is all that
    carrying it out needs, and is erased once that is over.
    """

    account: str
    fingerprint: str
    action: str
    target: str
    deal: str = ""
    lane: str = ""
    message_id: str = ""
    payload: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """An action and how far it has come.

    `doubtful` is set when the try at `tried` was cut off, so that it may have worked: look before trying again.
    """

    id: int
    account: str
    fingerprint: str
    action: str
    target: str
    deal: str
    lane: str
    message_id: str
    payload: str
    state: OutboxState
    tries: int
    doubtful: bool
    runner: str
    result: str
    planned: datetime
    due: datetime
    tried: datetime
    touched: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """A message that broke something: where it lies, at which step, and why; `state` is "held" or "released"."""

    account: str
    folder: str
    uidvalidity: int
    uid: int
    step: str
    reason: str
    first: datetime
    last: datetime
    file: str = ""
    message_id: str = ""
    tries: int = 1
    state: str = "held"
    id: int = 0
