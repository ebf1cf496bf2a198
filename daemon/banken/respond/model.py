"""What the room `respond` plans and how it is told to work."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from banken.respond.way import Way
from banken.words import SUBJECT, Authentic, Category, Channel, Level, Permission, Stage


class Spoken(Protocol):
    """What respond needs to know of who is speaking (`platform.model.Correspondence` fits)."""

    @property
    def channel(self) -> Channel: ...  # noqa: D102
    @property
    def authentic(self) -> Authentic: ...  # noqa: D102
    @property
    def authentic_why(self) -> str: ...  # noqa: D102
    @property
    def client(self) -> str: ...  # noqa: D102
    @property
    def client_address(self) -> str: ...  # noqa: D102
    @property
    def job(self) -> str: ...  # noqa: D102
    @property
    def offer(self) -> bool: ...  # noqa: D102
    @property
    def talk(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message lies on the server, for labelling it and for fetching the original."""

    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the mail with a little of what stands around them; `line` counts from 1, 0 when they stand in no line.

    `how` says how they were written, as `words.Evidence` does; `start` and `end` are where the quote stands in the text
    (or in the subject, where `how` says so).
    """

    before: str
    words: str
    after: str
    line: int = 0
    how: str = "plain"
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @property
    def in_subject(self) -> bool:
        """Whether they stand in the mail's subject."""
        return self.how == SUBJECT

    @property
    def is_said(self) -> bool:
        """Whether they are words of the mail, and not only whom it came from."""
        return bool(self.line) or self.in_subject


@dataclass(frozen=True, slots=True)
class Point:
    """What was found of one category, as the warning tells it; `rules` found it, none when only the reader did.

    `advice`: the key of the advice of the strongest finding; `others`: those of the other findings.
    """

    category: Category
    level: Level
    rules: tuple[str, ...]
    advice: str
    quotes: tuple[Quote, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningFacts:
    """All that a warning says: what the outbox keeps until it is sent."""

    level: Level
    points: tuple[Point, ...]
    spot: Spot
    message_id: str
    subject: str
    sent: datetime
    sender: str
    channel: Channel
    authentic: Authentic
    authentic_why: str = ""
    client: str = ""
    job: str = ""
    deal: str = ""
    stage: Stage = Stage.UNKNOWN
    permission: Permission = Permission.NONE
    claimed: bool = False
    """Whether the client says that contact outside is approved, and no word of the office has come."""
    since: datetime | None = None
    standing_why: str = ""
    elsewhere: str = ""
    """The account in which the mail lies, where the inbox of another one has to take the warning."""


@dataclass(frozen=True, slots=True)
class Label:
    """Labels owed to a message: `keys` are a level and categories, the level first."""

    spot: Spot
    message_id: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Warn:
    """A warning owed to the worker at `target` (`smtp:ADDRESS` or `append:FOLDER`), from the address `sender`."""

    target: str
    sender: str
    facts: WarningFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderFacts:
    """All that a reminder says: which deal, since when, what has not happened, where that is written."""

    key: str
    """The same each time the reminder is found due, so that it is given once."""
    title: str
    text: str
    as_of: str
    source: str
    client: str
    job: str
    deal: str
    stage: Stage
    since: datetime


@dataclass(frozen=True, slots=True)
class Remind:
    """A reminder owed to the worker at `target`, from the address `sender`."""

    target: str
    sender: str
    facts: ReminderFacts


Action = Label | Warn | Remind

LABEL_JSON = TypeAdapter(Label)
FACTS_JSON = TypeAdapter(WarningFacts)
REMINDER_JSON = TypeAdapter(ReminderFacts)
"""How actions are written into the outbox."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where warnings are handed in (RFC 6409); `plain` only for a server on this very machine.

    `password` or an OAuth 2.0 `token` is asked for each connection; `timeout` is in seconds for each answer, `deadline`
    for a whole mail.
    """

    host: str
    port: int = 465
    security: Literal["tls", "starttls", "plain"] = "tls"
    user: str = ""
    password: Callable[..., str] | None = field(default=None, repr=False)
    token: Callable[..., str] | None = field(default=None, repr=False)
    """Either takes `renew=True` when the last one was refused."""
    timeout: float = 30.0
    deadline: float = 180.0
    context: ssl.SSLContext | None = field(default=None, repr=False)
    """Whom to trust; by default the machine's certificate authorities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningSettings:
    """Whom to warn and how.

    `to`: mail addresses; `via`: `smtp`, `append` (into `folder` of the watched account, its inbox where that is gone)
    or `none`; `sender`: the From address; `levels`: what is mailed, the others are labelled only; `original_limit`:
    octets of an original that is attached; `watched`: addresses whose inbox is the watched account itself, where a
    warning can be looked up; `settle`: how long a mail may be on its way before it counts as not sent; `reminders`:
    whether reminders are mailed.
    """

    to: tuple[str, ...] = ()
    via: Literal["smtp", "append", "none"] = "append"
    sender: str = ""
    smtp: SmtpServer | None = None
    folder: str = "INBOX"
    timezone: tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Tokyo"))
    levels: frozenset[Level] = frozenset({Level.WARNING, Level.DANGER})
    original_limit: int = 8_000_000
    watched: frozenset[str] = frozenset()
    settle: timedelta = timedelta(seconds=60)
    notify: tuple[Way, ...] = ()
    """The other ways to be told."""
    reminders: bool = True
