"""What the room `message` hands on: one mail, read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from banken.words import SUBJECT, Segment


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of an address field (RFC 5322 section 3.4); `address` is lower-cased, "" when it is broken."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part behind the last @, lower-cased, IDN in its ASCII form; "" without one."""
        return self.address.rpartition("@")[2]


class Link(NamedTuple):
    """A link of the mail: its target, and where its visible words stand in `Message.text`."""

    href: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known of a part that is not read as text; `size` in octets as transferred, `note` e.g. "calendar"."""

    filename: str
    content_type: str
    size: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail as text: what it says, who says so, and what was doubtful in reading it.

    `text` is the whole decoded text, attached mail included; every offset of the house points into it, but for those of
    evidence that stands in the subject.
    `notes` names what was guessed, lost or cut (one word each, see `message/notes.py`), for `explain`.
    """

    message_id: str
    date: datetime
    """Aware; the server's arrival time where known, else the Date field."""
    subject: str
    sender: Address
    reply_to: tuple[Address, ...] = ()
    recipients: tuple[Address, ...] = ()
    """To and Cc."""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    thread: str = ""
    """The server's own number of the conversation it belongs to, where the server has one."""
    bulk: bool = False
    """List-Id, List-Unsubscribe or Precedence: bulk/list/junk."""
    auto_submitted: str = ""
    """Value of Auto-Submitted (RFC 3834), lower-cased; "" when absent."""
    own: bool = False
    """Carries our own header (X-Banken), or is known as ours or as called forth by ours: never examined."""
    text: str = ""
    segments: tuple[Segment, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()
    fingerprint: str = ""
    """Stable over copies and folders: Message-ID and a hash of the content (design.md 4.1)."""
    raw: bytes = field(default=b"", repr=False, compare=False)
    """The octets it was read from (headers and text parts; a big attachment may be missing)."""

    def source(self, how: str) -> str:
        """Return what the places of evidence point into that was found so (`words.Evidence.how`): the text or the subject."""
        return self.subject if how == SUBJECT else self.text
