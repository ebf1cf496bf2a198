"""Recognised mails, made by hand: the room `deals` without the room `platform`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from banken.message.model import Address, Message
from banken.places import rules_root
from banken.platform import load
from banken.words import Authentic, Channel, Event, Segment, SegmentKind

START = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
EFFECTS = load(rules_root() / "crowdworks").effects
REMINDERS = load(rules_root() / "crowdworks").reminders


@dataclass(frozen=True)
class Ids:
    message: str = ""
    proposal: str = ""
    contract: str = ""
    job: str = ""


@dataclass(frozen=True)
class Mail:
    channel: Channel = Channel.PLATFORM
    platform: str = "crowdworks"
    kind: str = "notice"
    authentic: Authentic = Authentic.VERIFIED
    client: str = ""
    client_address: str = ""
    job: str = ""
    ids: Ids = Ids()
    events: tuple[Event, ...] = ()
    segments: tuple[Segment, ...] = ()
    judged: bool = False
    due: str = ""
    talk: tuple[str, ...] = field(default=())


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def letter(name: str, at: datetime, text: str = "", **more) -> Message:
    segments = (Segment(SegmentKind.BODY, 0, len(text)),)
    return Message(
        message_id=f"<{name}@example.jp>",
        date=at,
        subject=more.pop("subject", ""),
        sender=Address("", more.pop("sender", "no-reply@crowdworks.jp")),
        text=text,
        segments=segments,
        fingerprint=name,
        **more,
    )


def notice(*kinds: str, at: datetime, believed: bool = True, **more) -> Mail:
    events = tuple(Event(kind, at, believed) for kind in kinds)
    authentic = Authentic.VERIFIED if believed else Authentic.UNVERIFIED
    ids = Ids(**{kind: more.pop(kind) for kind in ("message", "proposal", "contract") if kind in more})
    return Mail(events=events, authentic=authentic, ids=ids, **more)


class Post:
    """Sends numbered mails into the deals."""

    def __init__(self, deals) -> None:
        self.deals = deals
        self.count = 0

    def send(self, *kinds: str, at: datetime, believed: bool = True, text: str = "", **more):
        self.count += 1
        mail = letter(more.pop("name", f"mail-{self.count}"), at, text)
        spoken = notice(*kinds, at=at, believed=believed, segments=mail.segments, **more)
        return self.deals.record(spoken, mail)[0].deal
