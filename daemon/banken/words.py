"""The words of the house: what passes from room to room (design.md 3).

Everything here is frozen data without behaviour beyond comparing and naming, so that every room may import it and
none depends on another for its vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How a message reached the worker."""

    NOTIFICATION = "notification"
    """A platform mail that carries (or announces) a client's words."""
    DIRECT = "direct"
    """Sent by a client straight to the worker."""
    PLATFORM = "platform"
    """The platform's own mail: magazine, account, agent arm."""
    UNRELATED = "unrelated"
    """Everything else in the inbox."""


class Stage(StrEnum):
    """How far a deal has come."""

    BEFORE = "before_contract"
    UNDER = "under_contract"
    COMPLETED = "completed"
    UNKNOWN = "unknown"
    """Judged like before the contract."""


class Permission(StrEnum):
    """What the platform's office said of contact outside the service (サービス外連絡申請)."""

    NONE = "none"
    APPLIED = "applied"
    APPROVED = "approved"
    DENIED = "denied"


class Category(StrEnum):
    """What a client pushes for."""

    DIRECT_CONTACT = "direct_contact"
    INTERVIEW = "interview"
    DIRECT_CONTRACT = "direct_contract"
    OFF_PLATFORM_PAYMENT = "off_platform_payment"
    ESCROW_BYPASS = "escrow_bypass"
    RESIDENT_WORK = "resident_work"
    IMPERSONATION = "impersonation"


class Level(StrEnum):
    """How loudly the worker is told; ordered by `LEVELS`. There is no level that says "safe"."""

    UNJUDGED = "unjudged"
    NOTICE = "notice"
    WARNING = "warning"
    DANGER = "danger"


LEVELS: tuple[Level, ...] = (Level.UNJUDGED, Level.NOTICE, Level.WARNING, Level.DANGER)


def strongest(levels: list[Level]) -> Level | None:
    """Return the strongest of `levels` (the level of a message is a maximum, never a sum), or None for none."""
    return max(levels, key=LEVELS.index, default=None)


class Authentic(StrEnum):
    """Whether a mail is really from the sender it names."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    FORGED = "forged"


class SegmentKind(StrEnum):
    """Whose words a stretch of a mail's text is."""

    BODY = "body"
    """The sender's new words."""
    QUOTE = "quote"
    """Lines quoted from an earlier mail, whoever wrote them."""
    HISTORY = "history"
    """An earlier mail below (or above) the new words, with or without quote marks."""
    FORWARD = "forward"
    """A mail handed on."""
    SIGNATURE = "signature"
    FRAME = "frame"
    """The platform's own words around the client's: greeting, banner, footer, buttons."""
    HIDDEN = "hidden"
    """Text that the HTML hides from the eye."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch `[start, end)` of `Message.text` (code points) and whose words it is."""

    kind: SegmentKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that moves a deal, as read from one mail.

    `kind` is one of the event kinds that `rules/<platform>/platform.yaml` declares, `at` the time of the mail,
    `believed` whether the mail was authenticated as the platform's, `why` the reason in words for the worker.
    """

    kind: str
    at: datetime
    believed: bool
    why: str = ""
    deal: str | None = None
    source: str = ""
    """Fingerprint of the mail it was read from, or "worker" for a correction by hand."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a deal had come at the moment of a message."""

    stage: Stage = Stage.UNKNOWN
    permission: Permission = Permission.NONE
    deal: str | None = None
    since: datetime | None = None
    why: str = ""
    """Why the message was tied to this deal and why the stage is believed, in words for the worker."""
    client: str = ""
    """The client of the deal, as genuine mail has named them."""


SUBJECT = "subject"
"""The `how` of evidence that stands in the mail's subject, not in its text."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The exact original words of a finding: `Message.text[start:end] == text`.

    `how` says how they were found: plain, disguised, masked, atom, link, reader, sender; or where, and then no more:
    hidden (in text that the HTML hides), subject. Words with `how` SUBJECT stand in the mail's subject:
    `Message.subject[start:end] == text` (`Message.source` gives the one or the other).
    """

    text: str
    start: int
    end: int
    how: str = "plain"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule (or the reader) that found something, in one place."""

    category: Category
    level: Level
    rule: str
    title: str
    by: str = "rule"
    """`rule` or `reader`."""
    evidence: tuple[Evidence, ...] = ()
    advice: str = ""
    """Key of the advice text that fits (rules/<platform>/advice)."""


@dataclass(frozen=True, slots=True)
class Excused:
    """A candidate that was let go, and the excuse by name."""

    category: Category
    rule: str
    excuse: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings of a message.

    `level` is None when nothing was found, `Level.UNJUDGED` when there was nothing to judge (`why` says what was
    missing), else the strongest finding's level.
    """

    level: Level | None
    findings: tuple[Finding, ...] = ()
    excused: tuple[Excused, ...] = ()
    why: str = ""
    trace: tuple[str, ...] = field(default=(), compare=False)
    """Lines for `explain`; empty unless asked for."""
