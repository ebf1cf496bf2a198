"""The parts of a mail put together to one text, with the segments and links that point into it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from banken.message import calendar, charset, html, links, segments
from banken.message.alternative import SAYS_SOMETHING, Form
from banken.message.attachments import describe
from banken.message.limits import Budget
from banken.message.mime import Part
from banken.message.model import Attachment, Link
from banken.message.notes import Note
from banken.message.piece import Piece
from banken.words import Segment, SegmentKind

_PLAIN = frozenset({"text/plain", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"})
_HTML = frozenset({"text/html", "text/x-amp-html", "application/xhtml+xml"})
_LOOKS_HTML = re.compile(rb"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_META = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding=["']([\w.:-]+)""", re.IGNORECASE
)
_COMMAND = re.compile(r"<[^<>\n]{0,100}>")
_MOSTLY = 0.7
"""From this share of missing words on, a further form is a text of its own and stands there whole."""
_BETWEEN = "\n\n"
_OCTETS_A_CHARACTER = 6
"""The most octets that a character takes in transfer (three in UTF-8, in base64 or quoted-printable up to nine)."""
_DISPLAYED = ("from", "to", "cc", "date", "subject")


@dataclass(slots=True)
class Composition:
    """What the parts came to; `read` is False when they were not looked at."""

    read: bool = False
    subject: str = ""
    text: str = ""
    segments: list[Segment] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    sources: list[bytes] = field(default_factory=list)
    """The text parts as they were sent."""


def compose(parts: list[Part], subject: str, budget: Budget) -> Composition:
    """Return the text of `parts` in order: every text part, attached mails with their visible header fields."""
    composer = _Composer(budget, segments.is_forward(subject))
    for part in parts:
        if budget.spent():
            break
        composer.take(part)
    composer.made.subject = subject
    return composer.finish()


class _Composer:
    def __init__(self, budget: Budget, forwarded: bool) -> None:
        self.budget = budget
        self.forwarded = forwarded
        self.made = Composition(read=True)
        self.pieces: list[str] = []
        self.length = 0
        self.said: dict[int, list[str]] = {}
        """What the earlier forms of each multipart/alternative said."""

    def take(self, part: Part) -> None:
        """Add one part's text, or name it as an attachment."""
        if part.content_type.startswith("multipart/"):
            if part.omitted is not None:
                self.budget.note(Note.CUT_MESSAGE)
            return
        if part.content_type == "message/rfc822" and part.omitted is None:
            self.add(_header_piece(part, self.budget))
            return
        kind = _kind(part)
        if kind != _PLAIN_KIND or part.omitted is not None:
            self.attach(part)
        if kind and part.omitted is not None:
            self.budget.note(Note.CUT_TEXT)
        if kind and (part.omitted is None or part.raw) and self.room() > 0:
            self.add_text(part, kind)

    def room(self) -> int:
        return self.budget.limits.text - self.length

    def attach(self, part: Part) -> None:
        if part.content_type in _HTML and not part.filename and part.omitted is None:
            return
        size = part.end - part.start if part.omitted is None else part.omitted
        note = describe(part)
        if part.omitted is not None:
            self.budget.note(Note.OMITTED)
        if note in ("smime-sealed", "pgp-sealed"):
            self.budget.note(Note.ENCRYPTED)
        self.made.attachments.append(Attachment(part.filename, part.content_type, size, note))

    def add_text(self, part: Part, kind: str) -> None:
        limit = self.room() * _OCTETS_A_CHARACTER
        if part.end - part.start > limit:
            self.budget.note(Note.CUT_TEXT)
            part.end = part.start + limit
        self.made.sources.append(part.raw)
        piece = self.piece(part, kind)
        if part.alternative is None:
            piece.split(forwarded=self.forwarded)
        else:
            piece = self.compare(piece, self.said.setdefault(id(part.alternative), []))
        if part.attached or _is_file(part, kind):
            piece.segments = segments.as_forward(piece.segments)
        self.add(piece)

    def piece(self, part: Part, kind: str) -> Piece:
        octets = part.octets(self.budget)
        if kind == _HTML_KIND or (not part.fields.raw("content-type") and _LOOKS_HTML.match(octets)):
            return self.page(_decoded(octets, part, self.budget, page=True))
        text = _decoded(octets, part, self.budget).strip("\n").rstrip()
        if kind == _CALENDAR_KIND:
            text = calendar.text(text)
        elif kind == _CARD_KIND:
            text = calendar.card(text)
        elif part.content_type in ("text/enriched", "text/richtext"):
            text = _COMMAND.sub("", text)
        elif part.parameters.get("format", "").lower() == "flowed":
            text = segments.unflow(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
        if "-----BEGIN PGP MESSAGE-----" in text:
            self.budget.note(Note.ENCRYPTED)
        return Piece(text, links=links.in_text(text))

    def page(self, source: str) -> Piece:
        page = html.render(source)
        self.budget.note(*page.notes)
        found = links.of_page(page)
        if any(links.differs(link) for link in found):
            self.budget.note(Note.LINK_DIFFERS)
        return Piece(page.text, [], found, page.quotes, page.pictures, page.hidden)

    def compare(self, piece: Piece, said: list[str]) -> Piece:
        """Return of a further form of the same text only what the earlier forms do not say."""
        if not said:
            said.append(piece.text)
            return piece.split(forwarded=self.forwarded)
        before, now = Form("\n".join(said)), Form(piece.text)
        said.append(piece.text)
        missing = list(now.missing_in(before))
        news = sum(count for start, end, count in missing if not piece.is_picture(start, end))
        if news >= SAYS_SOMETHING or sum(count for _, _, count in before.missing_in(now)) >= SAYS_SOMETHING:
            self.budget.note(Note.ALTERNATIVE_DIFFERS)
        spans = [(start, end) for start, end, _ in missing]
        whole = bool(missing) and sum(count for _, _, count in missing) > _MOSTLY * len(now.letters)
        if spans or piece.hidden:
            visible = len(piece.text)
            piece.split(forwarded=self.forwarded)
            spans += [(visible, len(piece.text))] if piece.hidden else []
        return piece if whole else piece.only(spans)

    def add(self, piece: Piece) -> None:
        """Put `piece` behind what is there; the gap before it belongs to the segment above."""
        if piece.text and self.made.segments:
            self.pieces.append(_BETWEEN)
            self.length += len(_BETWEEN)
            last = self.made.segments[-1]
            self.made.segments[-1] = Segment(last.kind, last.start, self.length)
        if len(piece.text) > self.room():
            self.budget.note(Note.CUT_TEXT)
            piece = piece.only([(0, max(self.room(), 0))])
        moved = piece.moved(self.length) if self.length else piece
        self.pieces.append(piece.text)
        self.length += len(piece.text)
        self.made.segments += moved.segments
        self.made.links += moved.links

    def finish(self) -> Composition:
        """Return the composition; links whose words stand in another form of the text are looked up there."""
        self.made.text = "".join(self.pieces)
        self.made.links = links.placed(self.made.links, self.made.text)
        return self.made


def _kind(part: Part) -> str:
    """Return how a part is read as text; "" for one that is not."""
    if part.content_type in _PLAIN:
        return _PLAIN_KIND
    if part.content_type in _HTML:
        return _HTML_KIND
    ending = part.filename.lower().rpartition(".")[2] if part.content_type == "application/octet-stream" else ""
    if part.content_type in _CALENDARS or ending == "ics":
        return _CALENDAR_KIND
    if part.content_type in _CARDS or ending == "vcf":
        return _CARD_KIND
    if ending == "txt" and part.disposition == "inline":
        return _PLAIN_KIND
    named = bool(part.filename) or part.disposition == "attachment"
    return _PLAIN_KIND if part.content_type.startswith("text/") and part.content_type not in _DATA and not named else ""


_PLAIN_KIND, _HTML_KIND, _CALENDAR_KIND, _CARD_KIND = "plain", "html", "calendar", "card"
_CALENDARS = frozenset({"text/calendar", "application/ics"})
_CARDS = frozenset({"text/vcard", "text/x-vcard"})
_DATA = frozenset({"text/csv", "text/css", "text/javascript", "text/xml", "text/rfc822-headers"})


def _is_file(part: Part, kind: str) -> bool:
    """Return whether a text is a file sent along: material that the mail hands on, not what it says."""
    return part.disposition == "attachment" and bool(part.filename) and kind in (_PLAIN_KIND, _HTML_KIND)


def _decoded(octets: bytes, part: Part, budget: Budget, *, page: bool = False) -> str:
    hint = None
    if page and (match := _META.search(octets[:2_048])):
        hint = (match[1] or match[2]).decode("ascii", "replace")
    text, notes = charset.decode(octets, part.parameters.get("charset"), hint=hint)
    budget.note(*notes)
    return text


def _header_piece(part: Part, budget: Budget) -> Piece:
    """Return what mail programs show above an attached mail."""
    inner = part.header
    shown = [(name, inner.text(name, budget)) for name in _DISPLAYED] if inner else []
    text = "\n".join(f"{name.capitalize()}: {value[:_SHOWN]}" for name, value in shown if value)
    return Piece(text, [Segment(SegmentKind.FORWARD, 0, len(text))] if text else [])


_SHOWN = 2_000
