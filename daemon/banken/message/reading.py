"""One mail, read: octets in, `Message` out, whatever the octets are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from banken.message import addresses, charset, compose, headers, mime
from banken.message.compose import Composition
from banken.message.fingerprint import fingerprint
from banken.message.headers import Fields
from banken.message.limits import DEFAULT, Budget, Limits
from banken.message.model import Address, Message
from banken.message.notes import Note
from banken.words import Segment, SegmentKind

OWN = "x-banken"
"""Header field that every mail of ours carries."""

_ID = re.compile(r"<[^<>\s]{1,998}>")
_MOST_IDS = 200
_ONCE = ("from", "subject", "date", "reply-to", "sender", "message-id", "content-type", "content-transfer-encoding")
_BULK = frozenset({"bulk", "list", "junk"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = Address("", "")


def read(raw: bytes, *, arrived: datetime | None = None, limits: Limits = DEFAULT, complete: bool = True) -> Message:
    """Return the mail `raw` as text, with what was doubtful named in its notes; never raises.

    `arrived` is the server's time of arrival (INTERNALDATE), the Date field where it is not known; `complete` is False when
    parts of it were left on the server. A mail over a limit is read as far as possible. Should a fault of our own come up,
    the octets are taken as UTF-8 and the note `unreadable` says so: one mail must not stop the watch.
    """
    budget = Budget(limits, complete)
    try:
        return _read(raw, arrived, budget)
    except Exception:  # noqa: BLE001 - see above; what is caught here is told by the note and found by the fuzz test
        return _as_text(raw, arrived, budget)


def read_header(raw: bytes, *, arrived: datetime | None = None, limits: Limits = DEFAULT) -> Message:
    """Return what the header alone says (a first look); `text` and `fingerprint` are empty. Never raises."""
    budget = Budget(limits)
    try:
        fields, _ = headers.parse(mime.lines(raw[: limits.message]), 0, budget, top=True)
        return _message(fields, raw, arrived, budget, Composition())
    except Exception:  # noqa: BLE001 - as in read()
        return _as_text(raw, arrived, budget)


def _read(raw: bytes, arrived: datetime | None, budget: Budget) -> Message:
    if len(raw) > budget.limits.message:
        budget.note(Note.CUT_MESSAGE)
        raw = raw[: budget.limits.message]
    parts = mime.parse(mime.lines(raw), budget)
    fields = parts[0].fields
    return _message(fields, raw, arrived, budget, compose.compose(parts, fields.text("subject", budget), budget))


def _message(fields: Fields, raw: bytes, arrived: datetime | None, budget: Budget, made: Composition) -> Message:
    if any(len(fields.all(name)) > 1 for name in _ONCE):
        budget.note(Note.HEADER_REPEATED)
    senders = addresses.parse(fields.all("from")[:1] or fields.all("sender")[:1], budget)
    message_id = next(iter(_ids(fields, "message-id")), "")
    automatic = fields.text("auto-submitted").partition(";")[0].strip().lower()
    date = arrived or _date(fields, budget)
    return Message(
        message_id=message_id,
        date=date,
        subject=made.subject or fields.text("subject", budget),
        sender=senders[0] if senders else _NOBODY,
        reply_to=addresses.parse(fields.all("reply-to"), budget),
        recipients=addresses.parse(fields.all("to") + fields.all("cc"), budget),
        in_reply_to=_ids(fields, "in-reply-to"),
        references=_ids(fields, "references"),
        bulk=_is_bulk(fields),
        auto_submitted="" if automatic == "no" else automatic,  # RFC 3834: "no" is what absence says
        own=bool(fields.all(OWN)),
        text=made.text,
        segments=tuple(made.segments),
        links=tuple(made.links),
        attachments=tuple(made.attachments),
        notes=tuple(budget.notes),
        fingerprint=_fingerprint(fields, message_id, made) if made.read else "",
        raw=raw,
    )


def _as_text(raw: bytes, arrived: datetime | None, budget: Budget) -> Message:
    budget.note(Note.UNREADABLE)
    text = charset.simply(raw[: budget.limits.text])
    segments = (Segment(SegmentKind.BODY, 0, len(text)),) if text else ()
    return Message(
        message_id="",
        date=arrived or _EPOCH,
        subject="",
        sender=_NOBODY,
        text=text,
        segments=segments,
        notes=tuple(budget.notes),
        fingerprint=fingerprint("", [], [raw]),  # each has a name of its own: what is owed for one is not owed for all
        raw=raw,
    )


def _fingerprint(fields: Fields, message_id: str, made: Composition) -> str:
    return fingerprint(message_id, [fields.raw(name) for name in ("from", "date", "subject")], made.sources)


def _ids(fields: Fields, name: str) -> tuple[str, ...]:
    """Return the message identifiers of a field, angle brackets and all; a bare Message-ID gets its brackets."""
    text = fields.text(name)
    if not text:
        return ()
    found = _ID.findall(text)[:_MOST_IDS]
    if not found and name == "message-id":
        bare = text.split()[0].strip("<>")[:998]
        return (f"<{bare}>",) if bare else ()
    return tuple(found)


def _is_bulk(fields: Fields) -> bool:
    listed = fields.all("list-id") or fields.all("list-unsubscribe")
    return bool(listed) or fields.text("precedence").lower() in _BULK


def _date(fields: Fields, budget: Budget) -> datetime:
    """Return the Date field's time, else the topmost usable Received field's; the epoch when there is none."""
    for stamp in _stamps(fields):
        try:
            date = parsedate_to_datetime(stamp[:200])
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        if date > _EPOCH:
            return date
    budget.note(Note.DATE_MISSING)
    return _EPOCH


def _stamps(fields: Fields) -> Iterator[str]:
    yield fields.text("date")
    for received in fields.all("received")[:5]:
        yield headers.unfold(received).rpartition(";")[2]
