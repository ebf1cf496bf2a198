"""Ask the server which messages there are: by UID and day, by Message-ID, by being the same message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imapclient.datetime_util import format_criteria_date

from banken.i18n import _
from banken.mailbox import speech
from banken.mailbox.connection import Connection
from banken.mailbox.errors import Gone
from banken.mailbox.header import message_ids
from banken.mailbox.model import FolderState
from banken.mailbox.reader import number

_WINDOW = 50_000
"""Messages a search covers: 11 octets a UID stay under imaplib's limit of 1,000,000 octets a line."""
_HEADER = "BODY.PEEK[HEADER]<0.262144>"
_ID_LIMIT = 200
_LAST_UID = 2**32 - 1


def uids(connection: Connection, state: FolderState, after: int, since: dt.datetime | None) -> list[int]:
    """Return the UIDs above `after` in the open folder, of the days from one before `since` on, in order.

    SINCE knows days only, in a zone of the server's choice (RFC 9051 section 6.4.4): one day earlier in UTC misses
    none. `n:*` always names the last message too, so what is not above `after` is left out here.
    """
    if after >= _LAST_UID:
        return []
    criteria = [f"UID {max(after, 0) + 1}:*"]
    if since is not None:
        criteria.append(f"SINCE {_day_before(since)}")
    found: set[int] = set()
    for window in _windows(state, after):
        found.update(_found(connection.uid("SEARCH", *window, *criteria)))
    return sorted(uid for uid in found if after < uid <= _LAST_UID)


def with_message_id(connection: Connection, message_id: str) -> list[int]:
    """Return the UIDs in the open folder whose Message-ID is exactly `message_id` (the server finds substrings)."""
    wanted = speech.clean(message_id, _("Message-ID")).strip()
    if not wanted:
        return []
    candidates = _holding_message_id(connection, wanted[:_ID_LIMIT])  # the beginning of a long one finds it too
    field = "BODY[HEADER.FIELDS (MESSAGE-ID)]"
    found: list[int] = []
    for portion in speech.portions(candidates):
        answers = connection.fetch(portion, "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        found += [uid for uid, items in answers.items.items() if wanted in message_ids(items.get(field))]
    return sorted(found)


def with_labels(connection: Connection, labels: Sequence[str], *, gmail: bool) -> list[int]:
    """Return the UIDs in the open folder that have one of `labels`: as a keyword (of ASCII), or as Gmail's label."""
    keys = [f"KEYWORD {label}" for label in labels if speech.is_atom(label)]
    if gmail:
        keys = [f"X-GM-LABELS {speech.quoted_name(label, _('label'))}" for label in labels]
    if not keys:
        return []
    return sorted(_found(connection.uid("SEARCH", "OR " * (len(keys) - 1) + " ".join(keys))))


@dataclass(frozen=True, slots=True)
class Likeness:
    """What makes two messages on one server the same: their header, found again by Message-ID or size."""

    header: bytes
    size: int

    @classmethod
    def of(cls, connection: Connection, uid: int) -> Likeness:
        """Return that of a message in the open folder; raises Gone."""
        items = connection.fetch([uid], f"(UID RFC822.SIZE {_HEADER})").items.get(uid, {})
        header = items.get("BODY[HEADER]")
        if not isinstance(header, bytes):
            raise Gone(_("The message is no longer in its folder."))
        return cls(header, number(items.get("RFC822.SIZE")))

    def stands_in_open_folder(self, connection: Connection) -> bool:
        """Say whether the open folder holds such a message."""
        for portion in speech.portions(self._candidates(connection)):
            answers = connection.fetch(portion, f"(UID {_HEADER})")
            if any(items.get("BODY[HEADER]") == self.header for items in answers.items.values()):
                return True
        return False

    def _candidates(self, connection: Connection) -> Sequence[int]:
        for message_id in message_ids(self.header):
            if message_id.isascii() and message_id.isprintable():
                return with_message_id(connection, message_id)
        return _found(connection.uid("SEARCH", f"LARGER {max(self.size - 1, 0)} SMALLER {self.size + 1}"))


def _holding_message_id(connection: Connection, text: str) -> list[int]:
    if text.isascii():  # imapclient would send `<x{5}` bare, and the server would wait for five octets
        return _found(connection.uid("SEARCH", "HEADER Message-ID", speech.quoted(text, _("Message-ID"))))
    with connection.talk() as client:
        return list(client.search(["HEADER", "Message-ID", text], "UTF-8"))  # sent as a literal


def _found(lines: Sequence[object]) -> list[int]:
    """Return the numbers of SEARCH responses; there may be none, or more than one."""
    found = (number(word) for line in lines if isinstance(line, bytes) for word in line.split())
    return [uid for uid in found if uid]


def _windows(state: FolderState, after: int) -> Iterator[tuple[str, ...]]:
    """Yield sequence ranges that together cover the folder; none needed when the answer is short anyway.

    From the top down: a message expunged meanwhile moves those above it down, into a range that is still to come.
    """
    expected = state.exists if state.uidnext is None else min(state.exists, max(state.uidnext - 1 - after, 0))
    if expected <= _WINDOW:
        yield ()
        return
    for last in range(state.exists, 0, -_WINDOW):
        yield (f"{max(last - _WINDOW, 0) + 1}:{last}",)


def _day_before(since: dt.datetime) -> str:
    day = since.astimezone(dt.UTC).date()
    day = day - dt.timedelta(days=1) if day > dt.date.min else day
    return str(format_criteria_date(day), "ascii")  # English month names whatever the locale
