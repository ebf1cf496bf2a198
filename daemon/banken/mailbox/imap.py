"""An IMAP account as a `Mailbox`: looked at read-only, labelled on request, never marked as read."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from banken.i18n import _
from banken.mailbox import search, speech
from banken.mailbox.connection import Connection, Server
from banken.mailbox.errors import FolderChanged, Refused
from banken.mailbox.fetching import Fetcher
from banken.mailbox.folders import Abilities, Folders
from banken.mailbox.labelling import Labeller, Way
from banken.mailbox.model import FolderState, Labelled, Offer, RawMessage

__all__ = ["Abilities", "ImapMailbox", "Server", "Way", "connect"]


def connect(
    name: str,
    server: Server,
    *,
    labels: Way = "auto",
    label_folder: str = "Banken/{label}",
    shown: Mapping[str, str] | None = None,
) -> ImapMailbox:
    """Log in to `server` and return the mailbox; `name` is the account's.

    `labels` is the way labels are put; `label_folder` where copies go when labels are folders; `shown` maps a label
    to the name people see on Gmail and in that folder. Raises Unreachable, Untrusted, Unavailable, LoginRefused,
    Garbled, or Refused for a `server` that may not be used (no encryption to another machine).
    """
    connection = Connection(server)
    try:
        return ImapMailbox(name, connection, labels, label_folder, shown or {})
    except BaseException:
        connection.close()
        raise


class ImapMailbox:
    """A connected account (see the Protocol `Mailbox`). For one thread; only `cut` may come from another.

    Every call raises MailboxError when it fails: `Unreachable` and its kin mean that the connection is gone, and that
    a new `connect` is needed. `open` comes before the calls that speak of messages.
    """

    def __init__(
        self, name: str, connection: Connection, labels: Way, label_folder: str, shown: Mapping[str, str]
    ) -> None:
        self.name = name
        self._connection = connection
        self._folders = Folders(connection)
        self._labeller = Labeller(connection, self._folders, labels, label_folder, shown)
        self._marks_nothing = labels == "none"

    @property
    def abilities(self) -> Abilities:
        """What the server said it can do."""
        return self._folders.abilities

    @property
    def octets_read(self) -> int:
        """How many octets of mail the server has sent over this connection."""
        return self._connection.octets_read

    def folders(self) -> Sequence[str]:
        """Return the folders that can be opened."""
        return self._folders.names()

    def whole(self) -> str | None:
        """Return Gmail's folder of all mail that was not thrown away; None on other servers, or when it is not shown."""
        return self._folders.whole() if self.abilities.gmail else None

    def open(self, folder: str) -> FolderState:
        """Open `folder` read-only; raises FolderMissing (with the nearest name) or Refused."""
        return self._folders.open(folder)

    def probe(self, folder: str = "INBOX") -> Abilities:
        """Open `folder` for writing, to learn its permanent flags too; for `doctor`, not for every look."""
        self._folders.open(folder)
        self._folders.write()
        return self._folders.abilities

    def uids(self, *, after: int = 0, since: dt.datetime | None = None) -> Sequence[int]:
        """Return the UIDs above `after` that arrived at or after `since` (may include up to two days more)."""
        return search.uids(self._connection, self._folders.opened(), after, since)

    def headers(self, uids: Sequence[int]) -> Iterator[RawMessage]:
        """Yield the messages with their header only, in UID order; one that cannot be had says so in `broken`."""
        return self._fetcher().headers(uids)

    def fetch(self, uids: Sequence[int]) -> Iterator[RawMessage]:
        """Yield the messages with header and text parts, in UID order; one that cannot be had says so in `broken`."""
        return self._fetcher().fetch(uids)

    def original(self, uid: int, limit: int) -> bytes | None:
        """Return the whole message as it lies there; None when it is gone or has more than `limit` octets."""
        return self._fetcher().original(uid, limit)

    def label(self, uid: int, labels: Sequence[str]) -> Labelled:
        """Put `labels` on a message, read back, and tell how; raises Refused, Gone or FolderChanged."""
        self._folders.opened()
        return self._labeller.put(uid, labels)

    def labels(self, uid: int) -> frozenset[str]:
        """Return the flags, keywords and Gmail labels that a message has now."""
        self._folders.opened()
        return self._labeller.of(uid)

    def offer(self, folders: Sequence[str]) -> Offer:
        """Make the folders `a/b` of ours that are missing (labels, on Gmail); none where nothing may be marked.

        Raises Refused, or that the line is lost.
        """
        shown_as: Literal["label", "folder"] = "label" if self.abilities.gmail else "folder"
        there = set(self._folders.names())
        missing = [name for name in map(self._folders.own, folders) if name not in there]
        if missing and self._marks_nothing:
            return Offer(shown_as, there=False)
        for name in missing:
            self._folders.make(name)
        return Offer(shown_as, there=True)

    def find(self, message_id: str) -> Sequence[int]:
        """Return the UIDs in the open folder whose Message-ID is `message_id`; raises Refused for a hostile one."""
        self._folders.opened()
        return search.with_message_id(self._connection, message_id)

    def marked(self, labels: Sequence[str]) -> Sequence[int]:
        """Return the UIDs in the open folder that have one of `labels` (keywords, or Gmail's labels)."""
        self._folders.opened()
        return search.with_labels(self._connection, labels, gmail=self.abilities.gmail)

    def append(self, folder: str, raw: bytes) -> None:
        """Put a new, unread message into `folder`; raises FolderMissing or Refused."""
        speech.clean(folder, _("folder name"))
        try:
            self._append(folder, raw)
        except Refused:
            # Courier takes nothing into a folder that is open to look only.
            if not self._folders.leave():
                raise
            try:
                self._append(folder, raw)
            finally:
                with contextlib.suppress(FolderChanged):
                    self._folders.back()

    def cut(self) -> None:
        """Break the connection at once, from any thread: a call that waits on it raises Unreachable."""
        self._connection.cut()

    def close(self) -> None:
        """Log out; never raises, never takes longer than a few seconds."""
        self._connection.close()

    def _append(self, folder: str, raw: bytes) -> None:
        with self._connection.talk() as client:
            client.append(folder, raw)

    def _fetcher(self) -> Fetcher:
        state = self._folders.opened()
        return Fetcher(self._connection, state.name, state.uidvalidity, gmail=self.abilities.gmail)
