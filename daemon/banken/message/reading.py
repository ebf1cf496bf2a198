"""One mail, read: octets in, `Message` out, whatever the octets are."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from banken.message import addresses, compose, headers, mime
from banken.message.fingerprint import fingerprint
from banken.message.headers import Fields
from banken.message.limits import DEFAULT, Budget, Limits
from banken.message.model import Address, Message
from banken.message.notes import Note

OWN = "x-banken"
"""Header field that every mail of ours carries."""

_ID = re.compile(r"<[^<>\s]{1,998}>")
_MOST_IDS = 200
_ONCE = ("from", "subject", "date", "reply-to", "sender", "message-id", "content-type")
_BULK = frozenset({"bulk", "list", "junk"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = Address("", "")


def read(raw: bytes, *, arrived: datetime | None = None, limits: Limits = DEFAULT) -> Message:
    """Return the mail `raw` as text, with what was doubtful named in its notes; never raises.

    `arrived` is the server's time of arrival (INTERNALDATE), the Date field where it is not known. A mail over a limit is
    read as far as possible. A fault of our own ends in a message without text and the note `unreadable`: one mail must
    not stop the watch.
    """
    budget = Budget(limits)
    try:
        return _read(raw, arrived, budget)
    except (ValueError, LookupError, ArithmeticError, TypeError, AttributeError, RecursionError, MemoryError):
        budget.note(Note.UNREADABLE)
        return Message("", arrived or _EPOCH, "", _NOBODY, notes=tuple(budget.notes), raw=raw)


def read_header(raw: bytes, *, arrived: datetime | None = None, limits: Limits = DEFAULT) -> Message:
    """Return what the header alone says (a first look); `text` and `fingerprint` are empty. Never raises."""
    budget = Budget(limits)
    try:
        fields, _ = headers.parse(mime.lines(raw[: budget.limits.message]), 0, budget, top=True)
        return _message(fields, raw, arrived, budget)
    except (ValueError, LookupError, ArithmeticError, TypeError, AttributeError, RecursionError, MemoryError):
        budget.note(Note.UNREADABLE)
        return Message("", arrived or _EPOCH, "", _NOBODY, notes=tuple(budget.notes), raw=raw)


def _read(raw: bytes, arrived: datetime | None, budget: Budget) -> Message:
    if len(raw) > budget.limits.message:
        budget.note(Note.CUT_MESSAGE)
        raw = raw[: budget.limits.message]
    parts = mime.parse(mime.lines(raw), budget)
    fields = parts[0].fields
    subject = fields.text("subject", budget)
    made = compose.compose(parts, subject, budget)
    message_id = _ids(fields, "message-id")
    main = (fields.raw(name) for name in ("from", "date", "subject"))
    return _message(
        fields,
        raw,
        arrived,
        budget,
        made,
        fingerprint(message_id[0] if message_id else "", main, made.sources),
    )


def _message(
    fields: Fields,
    raw: bytes,
    arrived: datetime | None,
    budget: Budget,
    made: compose.Composition | None = None,
    print_: str = "",
) -> Message:
    made = made or compose.Composition()
    if any(len(fields.all(name)) > 1 for name in _ONCE):
        budget.note(Note.HEADER_REPEATED)
    senders = addresses.parse(fields.all("from")[:1], budget) or addresses.parse(fields.all("sender")[:1], budget)
    date = arrived or _date(fields, budget)
    message_ids = _ids(fields, "message-id")
    automatic = fields.text("auto-submitted").partition(";")[0].strip().lower()
    message = Message(
        message_id=message_ids[0] if message_ids else "",
        date=date,
        subject=fields.text("subject", budget),
        sender=senders[0] if senders else _NOBODY,
        reply_to=addresses.parse(fields.all("reply-to"), budget),
        recipients=addresses.parse(fields.all("to") + fields.all("cc"), budget),
        in_reply_to=_ids(fields, "in-reply-to"),
        references=_ids(fields, "references"),
        bulk=_is_bulk(fields),
        auto_submitted="" if automatic == "no" else automatic,
        own=bool(fields.all(OWN)),
        text=made.text,
        segments=tuple(made.segments),
        links=tuple(made.links),
        attachments=tuple(made.attachments),
        notes=tuple(budget.notes),
        fingerprint=print_,
        raw=raw,
    )
    return message


def _ids(fields: Fields, name: str) -> tuple[str, ...]:
    """Return the message identifiers of a field, angle brackets and all; a bare one gets its brackets."""
    text = fields.text(name)
    found = _ID.findall(text)[:_MOST_IDS]
    if not found and name == "message-id" and text and not text.isspace():
        bare = text.split()[0].strip("<>")[:998]
        return (f"<{bare}>",) if bare else ()
    return tuple(found)


def _is_bulk(fields: Fields) -> bool:
    return (
        bool(fields.all("list-id") or fields.all("list-unsubscribe"))
        or fields.text("precedence").strip().lower() in _BULK
    )


def _date(fields: Fields, budget: Budget) -> datetime:
    """Return the Date field's time, else the topmost Received field's; the epoch when there is none."""
    stamps = [
        fields.text("date"),
        *(received.rpartition(";")[2] for received in map(_plain, fields.all("received")[:5])),
    ]
    for stamp in filter(None, stamps):
        try:
            date = parsedate_to_datetime(stamp[:200])
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        if datetime(1971, 1, 1, tzinfo=UTC) < date:
            return date
    budget.note(Note.DATE_MISSING)
    return _EPOCH


def _plain(raw: bytes) -> str:
    return headers.one_line(headers.unfold(raw))
