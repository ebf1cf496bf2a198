"""Fetch messages in windows that fit into memory and time, without letting one bad message spoil the others.

Sizes first; then whole messages, at most 200 or 8 MB at a time; of a big one only header and texts. A window that the
server refuses, or that cannot be read, is halved until the bad message stands alone: that one is handed on as broken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from imapclient.datetime_util import parse_to_datetime

from banken.i18n import _
from banken.mailbox import speech
from banken.mailbox.connection import Connection
from banken.mailbox.errors import Refused
from banken.mailbox.header import arrival
from banken.mailbox.model import Place, RawMessage
from banken.mailbox.parts import OMITTED, TEXT_LIMIT, assemble, disowned, end_header, sections
from banken.mailbox.reader import Nonsense, Value, number, words
from banken.mailbox.structure import structure

SMALL = 512 * 1024
"""A message of so many octets is fetched whole."""
WINDOW_MESSAGES = 200
WINDOW_OCTETS = 8 * 1024 * 1024
_HEADER_LIMIT = 256 * 1024
_PIECE = 4 * 1024 * 1024
_SECTIONS_A_LINE = 50
_AHEAD = dt.timedelta(days=1)
"""How far a server's clock (or its zone) may be ahead of ours."""
_THREAD = "X-GM-THRID"
_FACTS = "UID FLAGS RFC822.SIZE INTERNALDATE"

Items = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class _Fact:
    """What is known of a message before its octets are there; `why` when even that could not be learned."""

    uid: int
    size: int = 0
    flags: frozenset[str] = frozenset()
    arrived: dt.datetime | None = None
    why: str = ""
    thread: str = ""


class Fetcher:
    """Fetches from the folder that is open on `connection`; `folder` and `uidvalidity` name it in the results.

    `gmail`: the server knows which conversation a message belongs to (Gmail's IMAP extensions, X-GM-EXT-1).
    """

    def __init__(self, connection: Connection, folder: str, uidvalidity: int, *, gmail: bool = False) -> None:
        self._connection = connection
        self._folder = folder
        self._uidvalidity = uidvalidity
        self._facts = f"{_FACTS} {_THREAD}" if gmail else _FACTS

    def headers(self, uids: Iterable[int]) -> Iterator[RawMessage]:
        """Yield messages with their header only (its first 256 KB), in UID order."""
        items = f"({self._facts} BODY.PEEK[HEADER]<0.{_HEADER_LIMIT}>)"
        for window in speech.portions(uids, WINDOW_MESSAGES):
            found = self._collect(window, items, "BODY[HEADER]")
            for uid in sorted(found):
                answer = found[uid]
                yield self._message(_fact(uid, answer), answer if isinstance(answer, str) else _header(answer), False)

    def fetch(self, uids: Iterable[int]) -> Iterator[RawMessage]:
        """Yield messages with header and texts, in UID order."""
        for portion in speech.portions(uids):
            facts = self._collect(portion, f"({self._facts})", "RFC822.SIZE")
            for window in _windows([_fact(uid, facts[uid]) for uid in sorted(facts)]):
                yield from self._window(window)

    def original(self, uid: int, limit: int) -> bytes | None:
        """Return the whole message, asked for in pieces; None when it is gone or longer than `limit` octets."""
        facts = self._collect([uid], "(UID RFC822.SIZE)", "RFC822.SIZE")
        answer = facts.get(uid)
        if answer is None or isinstance(answer, str) or number(answer["RFC822.SIZE"]) > limit:
            return None
        whole = bytearray()
        while len(whole) <= limit:
            items = f"(UID BODY.PEEK[]<{len(whole)}.{_PIECE}>)"
            piece = self._collect([uid], items, "BODY[]").get(uid)
            if piece is None or isinstance(piece, str):
                return None
            octets = _octets(piece, "BODY[]")
            whole += octets
            if len(octets) < _PIECE:
                return bytes(whole) if len(whole) <= limit else None
        return None

    def _window(self, facts: Sequence[_Fact]) -> Iterator[RawMessage]:
        if len(facts) == 1 and (facts[0].why or facts[0].size > SMALL):
            fact = facts[0]
            yield self._message(fact, fact.why) if fact.why else self._big(fact)
            return
        found = self._collect([fact.uid for fact in facts], "(UID BODY.PEEK[])", "BODY[]")
        for fact in facts:
            answer = found.get(fact.uid)
            if answer is not None:
                yield self._message(fact, answer if isinstance(answer, str) else _octets(answer, "BODY[]"))

    def _big(self, fact: _Fact) -> RawMessage:
        try:
            raw, complete = self._texts(fact.uid)
        except (Nonsense, Refused):  # no usable structure: the beginning of the message is better than nothing
            return self._beginning(fact)
        return self._message(fact, raw, complete)

    def _texts(self, uid: int) -> tuple[bytes, bool]:
        """Return a message without its attachments; raises Nonsense or Refused when the server cannot tell them."""
        items = f"(UID BODYSTRUCTURE BODY.PEEK[HEADER]<0.{_HEADER_LIMIT}>)"
        outline = self._sections(uid, items)
        root = structure(outline.get("BODYSTRUCTURE"))
        fetched: dict[str, bytes] = {}
        wanted = sections(root)
        for start in range(0, len(wanted), _SECTIONS_A_LINE):
            line = " ".join(_peek(section) for section in wanted[start : start + _SECTIONS_A_LINE])
            answer = self._sections(uid, f"(UID {line})")
            fetched |= {name[5:-1]: value for name, value in answer.items() if isinstance(value, bytes)}
        return assemble(root, _header(outline), fetched)

    def _sections(self, uid: int, items: str) -> Items:
        answers = self._connection.fetch([uid], items)
        if uid not in answers.items:
            raise Nonsense(answers.garbled or "no answer")
        return answers.items[uid]

    def _beginning(self, fact: _Fact) -> RawMessage:
        answer = self._collect([fact.uid], f"(UID BODY.PEEK[]<0.{SMALL}>)", "BODY[]").get(fact.uid)
        if answer is None or isinstance(answer, str):
            return self._message(fact, answer or _("the server does not give its text"))
        head, _blank, body = disowned(_octets(answer, "BODY[]")).partition(b"\r\n\r\n")
        missing = OMITTED % max(fact.size - SMALL, 0)
        return self._message(fact, head + b"\r\n" + missing + b"\r\n" + body, False)

    def _message(self, fact: _Fact, content: bytes | str, complete: bool = True) -> RawMessage:
        """Return the message; a `content` that is text says why there is none."""
        place = Place(self._folder, self._uidvalidity, fact.uid)
        raw, broken = (b"", content) if isinstance(content, str) else (content, "")
        arrived = _arrived(fact.arrived, raw)
        complete = complete and not broken
        return RawMessage(place, arrived, raw, fact.size, fact.flags, complete, broken, fact.thread)

    def _collect(self, uids: Sequence[int], items: str, needed: str) -> dict[int, Items | str]:
        """Return the answers that have `needed`, by UID; a text says why a message has none; vanished ones lack."""
        try:
            found, garbled = self._ask(uids, items, needed)
        except Refused as error:
            if len(uids) == 1:
                return {uids[0]: str(error)}
            half = len(uids) // 2
            return self._collect(uids[:half], items, needed) | self._collect(uids[half:], items, needed)
        missing = [uid for uid in uids if uid not in found]
        if not missing:
            return found
        if not garbled:  # gone, most likely; some busy servers leave out messages that they still have
            return found | self._ask(missing, items, needed)[0]
        if len(uids) == 1:
            return {uids[0]: garbled}
        for uid in missing:
            found |= self._collect([uid], items, needed)
        return found

    def _ask(self, uids: Sequence[int], items: str, needed: str) -> tuple[dict[int, Items | str], str]:
        answers = self._connection.fetch(uids, items)
        asked = set(uids)
        found: dict[int, Items | str] = {}
        for uid, answer in answers.items.items():
            if uid in asked and needed in answer:
                nil = answer[needed] is None
                found[uid] = _("the server has no text for it (NIL)") if nil else answer
        return found, answers.garbled


def _windows(facts: Sequence[_Fact]) -> Iterator[list[_Fact]]:
    """Yield runs of small messages that fit a window; a big message, and one without facts, stands alone."""
    window: list[_Fact] = []
    octets = 0
    for fact in facts:
        alone = bool(fact.why) or fact.size > SMALL
        if window and (alone or len(window) == WINDOW_MESSAGES or octets + fact.size > WINDOW_OCTETS):
            yield window
            window, octets = [], 0
        if alone:
            yield [fact]
        else:
            window.append(fact)
            octets += fact.size
    if window:
        yield window


def _fact(uid: int, answer: Items | str) -> _Fact:
    if isinstance(answer, str):
        return _Fact(uid, why=answer)
    thread = number(answer.get(_THREAD)) if _THREAD in answer else 0
    return _Fact(
        uid,
        number(answer.get("RFC822.SIZE")),
        words(answer.get("FLAGS")),
        _internal_date(answer),
        thread=str(thread) if thread else "",
    )


def _internal_date(answer: Items) -> dt.datetime | None:
    value = answer.get("INTERNALDATE")
    if not isinstance(value, bytes):
        return None
    try:
        moment: dt.datetime = parse_to_datetime(value, normalise=False)
        return moment.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _arrived(told: dt.datetime | None, raw: bytes) -> dt.datetime:
    """Return when a message came: as the server tells, unless that is yet to come and the message's own way tells better."""
    latest = dt.datetime.now(dt.UTC) + _AHEAD
    if told is not None and told <= latest:
        return told
    shown = arrival(raw)
    return shown if shown is not None and shown <= latest else told or shown or latest - _AHEAD


def _header(answer: Items) -> bytes:
    return end_header(_octets(answer, "BODY[HEADER]"))


def _octets(answer: Items, name: str) -> bytes:
    value = answer.get(name)
    return value if isinstance(value, bytes) else b""


def _peek(section: str) -> str:
    is_text = section[-1].isdigit()
    return f"BODY.PEEK[{section}]<0.{TEXT_LIMIT if is_text else _HEADER_LIMIT}>"
