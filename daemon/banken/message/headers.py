"""Header blocks and the text in them: fields, raw 8-bit values, encoded words.

RFC 5322 section 2.2 says how fields look, RFC 2047 how words are encoded; what follows is what senders make of both.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from banken.message import charset, transfer
from banken.message.limits import Budget
from banken.message.notes import Note

# Possessive quantifiers: no way back is kept, so that memory does not grow with the number of folds.
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]++)*+)\n?+")
_KNOWN = re.compile(
    rb"^(?:from|to|cc|date|subject|sender|reply-to|message-id|mime-version|received|return-path|content-[a-z-]+"
    rb"|x-[a-z-]+|list-[a-z]+|in-reply-to|references|authentication-results|dkim-signature)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_STRAY_LINES = 20
"""How many lines that are no fields may stand within a header before it counts as ended."""


@dataclass(slots=True)
class Fields:
    """The fields of one header block, each name lower-cased with its raw values (folds kept) in order of appearance."""

    values: dict[str, list[bytes]] = field(default_factory=dict)

    def raw(self, name: str) -> bytes:
        """Return the first raw value of the field `name`, b"" when it is absent."""
        found = self.values.get(name)
        return found[0] if found else b""

    def all(self, name: str) -> list[bytes]:
        """Return every raw value of the field `name`, topmost first."""
        return self.values.get(name, [])

    def text(self, name: str, budget: Budget | None = None) -> str:
        """Return the decoded first value of the field `name` as one line."""
        raw = self.raw(name)
        return one_line(words(unfold(raw, budget))) if raw else ""


def parse(data: bytes, start: int, budget: Budget, *, top: bool = False) -> tuple[Fields, int]:
    """Return the fields that stand in `data` from `start` on, and where the body begins.

    A line that is no field ends the header, as RFC 5322 has no other end than the empty line; at the `top` of a mail
    stray lines are stepped over as long as known fields follow. `data` has LF line ends.
    """
    if data.startswith((b"From ", b">From "), start):  # the separator of mbox files
        start = data.find(b"\n", start) + 1 or len(data)
    fields = Fields()
    end = _take(fields, data, start, budget)
    for _ in range(_STRAY_LINES if top else 0):
        if not _more(data, end):
            break
        budget.note(Note.HEADER_BROKEN)
        end = _take(fields, data, data.find(b"\n", end) + 1, budget)
    if data.startswith(b"\n", end):
        return fields, end + 1
    if end < len(data) and end > start:
        budget.note(Note.HEADER_BROKEN)
    return fields, end


def _take(fields: Fields, data: bytes, place: int, budget: Budget) -> int:
    """Add the fields that stand in `data` from `place` on without a gap; return where they end."""
    limit, values = budget.limits.header, fields.values
    while match := _FIELD.match(data, place):
        name, value = match.groups()
        if len(value) > limit:
            budget.note(Note.CUT_HEADER)
            value = value[:limit]
        values.setdefault(name.decode("ascii").lower(), []).append(value)
        place = match.end()
    return place


def _more(data: bytes, place: int) -> bool:
    """Return whether known fields follow the stray line at `place` before the next empty line."""
    line_end = data.find(b"\n", place)
    if line_end <= place:
        return False
    blank = data.find(b"\n\n", line_end, line_end + 100_000)
    return blank >= 0 and _KNOWN.search(data, line_end + 1, blank) is not None


def unfold(raw: bytes, budget: Budget | None = None) -> str:
    """Return a raw field value as one line of text; octets that should not be there are read like a body's.

    Encoded words stay as they are: whoever splits the value at commas or angle brackets must do so first.
    """
    raw = raw.strip(b" \t\n")
    if raw.isascii() and b"\x1b" not in raw:
        return raw.replace(b"\n", b"").decode("ascii")
    text, notes = charset.decode(raw, folded=True)
    if budget:
        budget.note(*notes)
    return text.replace("\n", "")


# A word's text may hold a stray "?" (up to four times, so that the search stays linear) and white space.
_WORD = re.compile(r"=\?\s*([^?*\s]{1,64})(?:\*[^?\s]*)?\s*\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,4})\?=")
_CUT = re.compile(r"(?<![^\s\"])=\?[\w.:-]{1,64}\?(?:[bB]\?[A-Za-z0-9+/]+=*|[qQ]\?[!->@-~]+)\??\Z")
"""A word whose end is missing, at the end of a field: something on the way counted octets."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def words(text: str) -> str:
    """Return `text` with its encoded words decoded (RFC 2047).

    Neighbours in one charset are joined before they are decoded, for senders cut characters and escape sequences in two;
    white space between encoded words goes, other white space stays.
    """
    if "=?" not in text:
        return text
    if cut := _CUT.search(text, max(text.rfind("=?") - 1, 0)):
        text = text[: cut.end()].removesuffix("?") + "?="
    out: list[str] = []
    run = _Run()
    place = 0
    for match in _WORD.finditer(text):
        between = text[place : match.start()]
        if between and not (run.label and between.isspace()):
            out += (run.close(), between)
        elif run.label and not run.takes(match[1]):
            out.append(run.close())
        run.add(match[1], match[2] in "bB", match[3])
        place = match.end()
    out += (run.close(), text[place:])
    return "".join(out)


class _Run:
    """Encoded words of one charset, one behind the other."""

    def __init__(self) -> None:
        self.label = ""
        self._octets: list[bytes] = []
        self._base64 = ""

    def takes(self, label: str) -> bool:
        return charset.codec(label) == charset.codec(self.label) and bool(charset.codec(label) or label == self.label)

    def add(self, label: str, base64: bool, payload: str) -> None:
        self.label = label
        if not base64:
            self._settle()
            self._octets.append(_q(payload))
            return
        self._base64 += "".join(payload.split())
        if len(self._base64) % 4 == 0 or self._base64.endswith("="):
            self._settle()

    def close(self) -> str:
        if not self.label:
            return ""
        self._settle()
        text, _ = charset.decode(b"".join(self._octets), self.label)
        self.label, self._octets = "", []
        return text

    def _settle(self) -> None:
        if self._base64:
            self._octets.append(transfer.base64(self._base64.encode("ascii", "ignore")))
            self._base64 = ""


def _q(payload: str) -> bytes:
    return binascii.a2b_qp(payload.encode("utf-8", "replace"), header=True)


def one_line(text: str) -> str:
    """Return `text` without control characters and line ends, so that nothing of a header can break out of its line."""
    return text.strip() if text.isprintable() else _CONTROL.sub(" ", text).strip()
