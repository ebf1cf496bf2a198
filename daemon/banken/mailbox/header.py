"""What the mailbox itself needs to know of a message's header: when it arrived, and its Message-ID."""

from __future__ import annotations

import datetime as dt
import re
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime

_ID_FIELD = re.compile(rb"^message-id:(.*)$", re.IGNORECASE | re.MULTILINE)
_DATE_LIMIT = 200
_PARSE_ERRORS = (ValueError, TypeError, IndexError, LookupError, OverflowError, AttributeError, RecursionError)


def header_fields(header: bytes) -> Message:
    """Return the fields of a header block; broken ones are read as far as they go."""
    return BytesHeaderParser().parsebytes(header)


def arrival(header: bytes) -> dt.datetime | None:
    """Return the time of the topmost Received field (RFC 5321 section 4.4), else of Date; None when neither has one.

    The topmost Received was written by the worker's own provider, the Date by the sender.
    """
    try:
        return received(header) or _moment(str(header_fields(header).get("Date", "")))
    except _PARSE_ERRORS:
        return None


def received(header: bytes) -> dt.datetime | None:
    """Return the time of the topmost Received field; None when there is none."""
    try:
        return _moment(str(header_fields(header).get("Received", "")).rpartition(";")[2])
    except _PARSE_ERRORS:
        return None


def message_ids(header: object) -> list[str]:
    """Return the values of the Message-ID fields of a header block, unfolded (RFC 5322 section 2.2.3)."""
    block = header if isinstance(header, bytes) else b""
    unfolded = re.sub(rb"\r?\n(?=[ \t])", b"", block).replace(b"\r\n", b"\n")
    return [value.decode("utf-8", "replace").strip() for value in _ID_FIELD.findall(unfolded) if value.strip()]


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(text.strip()[:_DATE_LIMIT])
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        aware.astimezone(dt.UTC)  # a year 1 in Tokyo is no time in UTC
    except _PARSE_ERRORS:
        return None
    return aware
