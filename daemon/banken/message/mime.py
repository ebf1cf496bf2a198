"""The parts of a mail (RFC 2046), found in one pass over its lines and without recursion.

One scan meets every line that begins with "--" once, whatever the nesting, so that a mail made to be slow is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from banken.message import headers, parameters, transfer
from banken.message.headers import Fields
from banken.message.limits import Budget
from banken.message.notes import Note

OMITTED = "x-banken-omitted"
"""Header field of a part that was left on the server, whole or in part; its value is the number of octets left there.

In a mail that is complete it means nothing: a sender can write it too.
"""


@dataclass(slots=True)
class Part:
    """One part: its fields, its body `[start, end)` in the mail's octets, and the part it stands in."""

    fields: Fields
    data: bytes = field(repr=False)
    start: int
    end: int
    parent: Part | None = None
    depth: int = 0
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    filename: str = ""
    alternative: Part | None = None
    """The multipart/alternative that it is one form of, or stands in one form of."""
    attached: bool = False
    """It stands in an attached mail."""
    header: Fields | None = None
    """Of an attached mail: the header inside."""
    omitted: int | None = None
    """Octets of the body that were left on the server, None when all of it is here."""

    @property
    def raw(self) -> bytes:
        """The body as it was sent."""
        return self.data[self.start : self.end]

    def octets(self, budget: Budget) -> bytes:
        """Return the body with its transfer encoding undone."""
        encoding = self.fields.raw("content-transfer-encoding").decode("ascii", "replace")
        raw = self.raw
        if (not encoding or "bit" in encoding) and self.content_type.startswith("text/"):
            decoded = transfer.unsaid(raw)
            if decoded != raw:
                budget.note(Note.TRANSFER_BROKEN)
            return decoded
        decoded, notes = transfer.decode(raw, encoding)
        budget.note(*notes)
        return decoded


def parse(data: bytes, budget: Budget) -> list[Part]:
    """Return the parts of the mail `data` (with LF line ends), containers before what they hold, in order.

    An attached mail is a part that holds the parts of that mail. The first part is the mail itself.
    """
    return _parse(data, budget, None, _CODED_MAILS)


def _parse(data: bytes, budget: Budget, parent: Part | None, levels: int) -> list[Part]:
    found: list[Part] = []
    for part in _Walk(data, budget, parent).run():
        found.append(part)
        if levels and part.omitted is None and _holds_coded_mail(part) and not budget.spent():
            part.content_type = "message/rfc822"
            found += _parse(lines(part.octets(budget)), budget, part, levels - 1)
    return found


def lines(data: bytes) -> bytes:
    """Return `data` with every line end as LF.

    A lone CR is a line end too, as some senders write nothing else; CR CR LF is one, made by programs that convert twice.
    """
    if b"\r" not in data:
        return data
    made = data.translate(None, b"\r")
    if len(data) - len(made) == data.count(b"\r\n"):  # in most mails every CR stands in a CR LF
        return made
    if b"\r\r\n" in data:
        data = data.replace(b"\r\r\n", b"\n")
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_LINE = re.compile(rb"[^\n]*")
_GUESS = re.compile(rb"^--([^\s-][^\n]{0,200}|-+[^\s-][^\n]{0,200})\n(?=content-)", re.IGNORECASE | re.MULTILINE)
_ENCAPSULATED = frozenset({"message/rfc822", "message/global", "message/news"})
_CODED_MAILS = 8
"""How many mails attached in base64 may lie in one another."""
_STRAY_DELIMITERS = 200_000
_WINDOW = 65_536
"""How far behind its header a multipart's first delimiter is looked for before another one is guessed."""


def _holds_coded_mail(part: Part) -> bool:
    return (part.content_type in _ENCAPSULATED and _is_coded(part)) or (
        part.content_type == "application/octet-stream" and part.filename.lower().endswith(".eml")
    )


def _is_coded(part: Part) -> bool:
    return part.fields.text("content-transfer-encoding").lower()[:4] in ("base", "quot")


class _Walk:
    """The scan over one mail: the parts found so far, and the multiparts that are open."""

    def __init__(self, data: bytes, budget: Budget, parent: Part | None) -> None:
        self.data = data
        self.budget = budget
        self.parts: list[Part] = []
        self.leaf: Part | None = None
        self.open: list[tuple[bytes, Part, int | None]] = []
        """Boundary, multipart, and the depth of an outer multipart that has the same boundary."""
        self.depths: dict[bytes, int] = {}
        self._begin(0, parent, top=True)

    def run(self) -> list[Part]:
        place = self.parts[-1].start
        for _ in range(_STRAY_DELIMITERS):
            if not self.open or (place := self._next(place)) < 0 or self.budget.spent():
                break
            line = _LINE.match(self.data, place)
            place = self._delimiter(place, line[0] if line else b"")
        self._close_to(0, len(self.data))
        self._keep_childless()
        return self.parts

    def _next(self, place: int) -> int:
        """Return where the next line that begins with "--" starts, -1 for none."""
        if self.data.startswith(b"--", place) and (place == 0 or self.data[place - 1] == 0x0A):
            return place
        found = self.data.find(b"\n--", place)
        return found + 1 if found >= 0 else -1

    def _delimiter(self, place: int, line: bytes) -> int:
        """Take the line at `place`, which may be a delimiter of an open multipart; return where to go on."""
        after = place + len(line) + 1
        name, closing = line[2:].rstrip(), False
        depth = self.depths.get(name)
        if depth is None and name.endswith(b"--"):
            depth, closing = self.depths.get(name[:-2].rstrip()), True
        if depth is None:
            return after
        self._close_to(depth if closing else depth + 1, max(place - 1, 0))
        if closing:
            return after
        if len(self.parts) >= self.budget.limits.parts:
            self.budget.note(Note.CUT_PARTS)
            self._close_to(0, place)
            return after
        self._begin(min(after, len(self.data)), self.open[depth][1])
        return max(after, self.parts[-1].start)

    def _close_to(self, depth: int, end: int) -> None:
        """End the leaf and every multipart deeper than `depth`."""
        if self.leaf:
            self.leaf.end = max(self.leaf.start, end)
            self.leaf = None
        while len(self.open) > depth:
            boundary, part, outer = self.open.pop()
            part.end = max(part.start, end)
            if outer is None:
                del self.depths[boundary]
            else:
                self.depths[boundary] = outer

    def _begin(self, place: int, parent: Part | None, *, top: bool = False) -> None:
        """Read the header at `place`, and those of the mails that begin right inside it."""
        while True:
            fields, start = headers.parse(self.data, place, self.budget, top=top)
            part = _part(fields, self.data, start, parent)
            part.omitted = None if self.budget.complete else _omitted(fields)
            self.parts.append(part)
            self.leaf = part
            if part.depth >= self.budget.limits.depth:
                self.budget.note(Note.CUT_DEPTH)
                return
            if part.content_type.startswith("multipart/"):
                self._open(part)
                return
            if part.content_type not in _ENCAPSULATED or part.omitted is not None or _is_coded(part):
                return
            if len(self.parts) >= self.budget.limits.parts:
                self.budget.note(Note.CUT_PARTS)
                return
            place, parent, top = start + self.data.startswith(b"\n", start), part, True

    def _open(self, part: Part) -> None:
        boundary = part.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
        if not boundary or self.data.find(b"--" + boundary, part.start, part.start + _WINDOW) < 0:
            guess = _GUESS.search(self.data, part.start, part.start + _WINDOW)
            boundary = guess[1].rstrip() if guess else boundary
            self.budget.note(Note.STRUCTURE_BROKEN)
        if boundary:
            self.open.append((boundary, part, self.depths.get(boundary)))
            self.depths[boundary] = len(self.open) - 1

    def _keep_childless(self) -> None:
        """Make text of a multipart whose delimiter never came, so that what it says is not lost."""
        parents = {id(part.parent) for part in self.parts}
        for part in self.parts:
            if part.content_type.startswith("multipart/") and id(part) not in parents:
                self.budget.note(Note.STRUCTURE_BROKEN)
                part.content_type = "text/plain"
                part.end = part.end or len(self.data)


def _part(fields: Fields, data: bytes, start: int, parent: Part | None) -> Part:
    part = Part(fields, data, start, len(data), parent)
    if parent:
        _inherit(part, parent)
    raw = fields.raw("content-type")
    value, part.parameters = parameters.parse(raw) if raw else ("", {})
    disposition, other = "", dict[str, str]()
    if fields.values.get("content-disposition"):
        disposition, other = parameters.parse(fields.raw("content-disposition"))
    part.disposition = disposition
    part.filename = parameters.filename(other, part.parameters) if other or "name" in part.parameters else ""
    part.content_type = value if _TYPE.fullmatch(value) else _repaired(value, part, parent)
    if part.content_type in _ENCAPSULATED:
        part.content_type = "message/rfc822"
    return part


def _omitted(fields: Fields) -> int | None:
    value = fields.text(OMITTED)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def _inherit(part: Part, parent: Part) -> None:
    part.depth = parent.depth + 1
    part.attached = parent.attached
    part.alternative = parent if parent.content_type == "multipart/alternative" else parent.alternative
    if parent.content_type in _ENCAPSULATED:
        part.attached, part.alternative = True, None
        parent.header = part.fields


def _repaired(value: str, part: Part, parent: Part | None) -> str:
    """Return the type meant by a missing or malformed Content-Type (RFC 2045 section 5.2)."""
    if not value and parent and parent.content_type == "multipart/digest":
        return "message/rfc822"
    for known in ("multipart", "text/html", "html", "message/rfc822"):
        if value.startswith(known):
            return {"multipart": "multipart/mixed", "html": "text/html"}.get(known, known)
    return "application/octet-stream" if part.disposition == "attachment" else "text/plain"
