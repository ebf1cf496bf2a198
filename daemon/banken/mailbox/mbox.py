"""The messages of an mbox file (RFC 4155), found in one pass and read one at a time.

Thunderbird, Dovecot and Google Takeout write such files, some larger than the memory: only the places of the messages
are kept.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from pathlib import Path
from typing import BinaryIO

from banken.mailbox.header import header_fields

_LINE_LIMIT = 1024 * 1024
_SEPARATOR_LIMIT = 200
# Unescaped lines in a text begin with "From " too; a separator has a weekday and a time in asctime's English.
_SEPARATOR = re.compile(rb"From \S[^\r\n]*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b[^\r\n]*\b\d{1,2}:\d{2}")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


class Mbox:
    """An mbox file; `count` messages, numbered from 0."""

    def __init__(self, path: Path) -> None:
        """Find the messages; raises OSError."""
        self._path = path
        self._starts, self._ends = _places(path)

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self._starts)

    def size(self, number: int) -> int:
        """Return the octets of a message as they lie there, with their escapes."""
        return self._ends[number] - self._starts[number]

    def read(self, number: int, limit: int) -> bytes:
        """Return the first `limit` octets of a message, `>From ` undone; raises OSError."""
        with self._path.open("rb") as file:
            file.seek(self._starts[number])
            raw = file.read(min(limit, self.size(number)))
        return _ESCAPED.sub(rb"\1", raw)


def gmail_labels(header: bytes) -> frozenset[str]:
    """Return the labels in the X-Gmail-Labels field that Google Takeout writes."""
    value = header_fields(header).get("X-Gmail-Labels")
    if value is None:
        return frozenset()
    try:
        text = str(make_header(decode_header(value)))
    except (MessageError, ValueError, LookupError):
        text = str(value)
    return frozenset(filter(None, (label.strip().strip('"') for label in text.split(","))))


def looks_like_mbox(path: Path) -> bool:
    """Say whether a file begins as an mbox does; raises OSError."""
    with path.open("rb") as file:
        return file.read(5) == b"From "


def _places(path: Path) -> tuple[array[int], array[int]]:
    """Return where each message begins and ends: behind its separator, and before the next one's empty line."""
    starts, ends = array("Q"), array("Q")
    blank: int | None = None
    with path.open("rb") as file:
        for at, line in _lines(file):
            if (at == 0 and line.startswith(b"From ")) or (
                blank is not None and _SEPARATOR.match(line[:_SEPARATOR_LIMIT])
            ):
                if blank is not None:
                    ends.append(blank)
                starts.append(at + len(line))
                blank = None
            else:
                blank = at if line in (b"\n", b"\r\n") else None
        if starts:
            ends.append(file.tell() if blank is None else blank)
    return starts, ends


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the place and the (at most first megabyte of the) octets of each line."""
    at, is_start = 0, True
    while line := file.readline(_LINE_LIMIT):
        if is_start:
            yield at, line
        at += len(line)
        is_start = line.endswith(b"\n")
