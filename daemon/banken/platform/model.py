"""What the room `platform` hands on: who is speaking, on behalf of whom, about which job."""

from __future__ import annotations

from dataclasses import dataclass

from banken.words import Authentic, Channel, Event, Segment


@dataclass(frozen=True, slots=True)
class Ids:
    """Numbers of the platform found in host-exact URLs; "" where none."""

    message: str = ""
    proposal: str = ""
    contract: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """One mail, recognised.

    `segments` refines `Message.segments`: the platform's frame is cut away, BODY is the client's own new words.
    `events` are those that this mail claims; whether each counts is `Event.believed`.
    """

    channel: Channel
    platform: str = ""
    kind: str = ""
    """Id of the notification kind in platform.yaml, "direct" for client mail, "" for unrelated."""
    authentic: Authentic = Authentic.UNVERIFIED
    authentic_why: str = ""
    client: str = ""
    client_address: str = ""
    job: str = ""
    """The job's title as the mail gives it."""
    ids: Ids = Ids()
    segments: tuple[Segment, ...] = ()
    events: tuple[Event, ...] = ()
    judged: bool = False
    """Whether the client's words in it are to be judged (never for platform, agent-arm and unrelated mail)."""
    agent: bool = False
    """From the platform's agent arm or through BizMatch: interviews and residence are allowed there."""
    offer: bool = False
    """A genuine offer through the platform's own introduction service: it deserves a first look."""
    impersonates: str = ""
    """Why the sender looks like someone passing as the platform (look-alike domain, Reply-To elsewhere); "" if not."""
    due: str = ""
    """The day the work is due, as the frame writes it."""
    talk: tuple[str, ...] = ()
    """What the client's words show of the course of work (platform.yaml, `talk:`); for reminders, never believed."""
    why: str = ""
    """How the kind and channel were recognised, for `explain`."""
