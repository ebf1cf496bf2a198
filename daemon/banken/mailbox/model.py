"""What every source of mail offers, be it an IMAP account or a folder of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a message lies (RFC 9051 section 2.3.1.1): folder, UIDVALIDITY and UID.

    For files the folder is the path's parent as the user named it, `uidvalidity` 0 and `uid` the position.
    """

    folder: str
    uidvalidity: int
    uid: int
    file: str = ""
    """The file's name, for sources that are files."""


@dataclass(frozen=True, slots=True)
class RawMessage:
    """The octets of one message as the source gave them.

    `raw` holds the header and the text parts; a part that was too big to fetch stands there with an empty body and
    the header field `X-Banken-Omitted: <octets>` (`complete` is then False).
    """

    place: Place
    arrived: datetime
    """INTERNALDATE (aware); for files the Date field, else the file's time."""
    raw: bytes = field(repr=False)
    size: int = 0
    """RFC822.SIZE in octets."""
    flags: frozenset[str] = frozenset()
    complete: bool = True
    broken: str = ""
    """Why the source could not give this message (`raw` is then empty): for the quarantine; "" when it could."""
    thread: str = ""
    """The server's own number of the conversation it belongs to, where the server has one."""


@dataclass(frozen=True, slots=True)
class FolderState:
    """What the server said when a folder was opened; `uidnext` is None when the server did not say."""

    name: str
    uidvalidity: int
    uidnext: int | None
    exists: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """How a label was put on a message: gmail, keyword, folder, flag or none, and the name it has on the server."""

    how: str
    name: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Folders for a person to choose from: as what the mail program shows them, and whether they are there."""

    shown_as: Literal["label", "folder"]
    there: bool


class Mailbox(Protocol):
    """One source of mail. Nothing here ever marks a message as read."""

    name: str

    def folders(self) -> Sequence[str]:
        """Return the folders that can be opened."""
        ...

    def open(self, folder: str) -> FolderState:
        """Open `folder` for the calls below."""
        ...

    def uids(self, *, after: int = 0, since: datetime | None = None) -> Sequence[int]:
        """Return the UIDs above `after` that arrived at or after `since` (may include up to two days more)."""
        ...

    def headers(self, uids: Sequence[int]) -> Iterator[RawMessage]:
        """Yield the messages with their header only, in UID order; those that vanished are left out."""
        ...

    def fetch(self, uids: Sequence[int]) -> Iterator[RawMessage]:
        """Yield the messages with header and text parts, in UID order; those that vanished are left out."""
        ...

    def original(self, uid: int, limit: int) -> bytes | None:
        """Return the whole message as it lies there for forwarding as evidence; None when it is gone or too big."""
        ...

    def label(self, uid: int, labels: Sequence[str]) -> Labelled:
        """Put `labels` on a message (added only, read back); raises MailboxError when the server refuses."""
        ...

    def labels(self, uid: int) -> frozenset[str]:
        """Return the labels, keywords and flags that a message has now."""
        ...

    def offer(self, folders: Sequence[str]) -> Offer:
        """Make sure that `folders` (`a/b`) are there for the worker to put mail into; raises MailboxError."""
        ...

    def find(self, message_id: str) -> Sequence[int]:
        """Return the UIDs in the open folder whose Message-ID is `message_id`."""
        ...

    def append(self, folder: str, raw: bytes) -> None:
        """Put a new message into `folder`, unread."""
        ...

    def close(self) -> None:
        """Let the source go; never raises, never blocks longer than the deadline."""
        ...
