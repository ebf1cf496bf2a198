"""Tell a client's own mail from the rest of the inbox, without drowning the worker."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from banken.i18n import _
from banken.message import attribution
from banken.message.model import Message
from banken.platform.pattern import LONGEST, Patterns, fold
from banken.platform.schema import Direct, Unrelated
from banken.words import Segment, SegmentKind

_LOOKED_AT = 200
"""Lines of a mail that are looked at for hints."""

_EDGE = 6
"""Lines at the beginning and at the end where people say who they are."""

_COVER = 600
"""Characters of a writer's own words that are only a cover: what it points at is what he has to say."""

_POINTER = 200
"""Characters of a sentence that points; what runs on without a full stop is no such sentence."""

_HEAD = 20
"""Lines that are looked at for the head of an older mail."""

_TELLING = 3
"""Characters of a name that make it telling when it stands in a text."""


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Whom the worker knows: clients by address and by name (with the deal, "" for none), and the worker.

    `threads` are Message-IDs of mail between the worker and a client, with the deal.
    """

    clients: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    threads: Mapping[str, str] = field(default_factory=dict)


class DirectMail:
    """Knows how clients of one platform write by mail."""

    def __init__(self, direct: Direct, unrelated: Unrelated, names: Sequence[str], company: Sequence[str] = ()) -> None:
        self._company = sorted(map(fold, company), key=len, reverse=True)
        self._names = [fold(name) for name in direct.names]
        self._ties, self._alone, self._applied, self._work, self._not_ours, self._hearsay = (
            Patterns(one, names)
            for one in (direct.ties, direct.alone, direct.applied, direct.work, direct.not_ours, direct.hearsay)
        )
        self._hands_on, self._hands_on_unless, self._answers_within = (
            Patterns(one, names) for one in (direct.hands_on, direct.hands_on_unless, direct.answers_within)
        )
        self._enough = direct.enough_work
        self._locals = frozenset(unrelated.locals)
        self._subjects, self._bodies = (Patterns(one, names) for one in (unrelated.subjects, unrelated.bodies))

    def names_platform(self, text: str) -> bool:
        """Whether the platform's name stands in `text`."""
        folded = fold(text)
        return any(name in folded for name in self._names)

    def is_machine(self, message: Message) -> bool:
        """Whether the header alone shows a mailing or a service: nobody there speaks to the worker."""
        local = message.sender.address.partition("@")[0]
        return message.bulk or bool(message.auto_submitted.strip("no")) or local in self._locals

    def segments(self, message: Message) -> tuple[Segment, ...]:
        """Return the segments of `message`; what its writer's own words point at as theirs too is BODY as they are.

        That is a mail which a short cover hands on to be read, and an older mail into which answers were written.
        """
        said = "\n".join(message.text[one.start : one.end] for one in message.segments if one.kind is SegmentKind.BODY)
        lines = [fold(line[:LONGEST]) for line in said.split("\n", _LOOKED_AT)[:_LOOKED_AT]]
        meant: set[SegmentKind] = set()
        if len(said) <= _COVER and any(map(self._points, _sentences(lines))):
            meant.add(SegmentKind.FORWARD)
        if any(map(self._answers_within.matches, lines)):
            meant |= {SegmentKind.HISTORY, SegmentKind.QUOTE}
        return tuple(itertools.chain.from_iterable(_meant(message.text, one, meant) for one in message.segments))

    def _points(self, sentence: str) -> bool:
        return self._hands_on.matches(sentence) and not self._hands_on_unless.matches(sentence)

    def why(self, message: Message, book: AddressBook) -> str:
        """Return why `message` is a client's, "" when it is not."""
        known = self._known(message, book)
        if known and not message.bulk:
            return known
        own = _own_words(message)
        lines = [fold(line) for line in (message.subject, *own.split("\n", _LOOKED_AT)[:_LOOKED_AT])]
        if message.bulk:  # a mailing of a client's shop is no word to the worker; one that speaks of the work is
            return known and self._talk(message, lines)
        if self._is_for_many(message, lines):
            return self._applied_there(message, lines)
        named = self._named(message, lines, book)
        if named:
            return _("names your client {name}").format(name=named)
        return "" if any(self._hearsay.matches(line) for line in lines) else self._talk(message, lines)

    @staticmethod
    def _known(message: Message, book: AddressBook) -> str:
        addresses = {message.sender.address, *(one.address for one in message.reply_to)}
        if addresses & book.clients.keys():
            return _("comes from an address of a known client")
        if any(one in book.threads for one in (*message.in_reply_to, *message.references)):
            return _("answers a mail between you and a client")
        return ""

    def _is_for_many(self, message: Message, lines: Sequence[str]) -> bool:
        return (
            self.is_machine(message)
            or self._subjects.matches(lines[0])
            or any(self._bodies.matches(line) for line in lines[1:])
        )

    def _applied_there(self, message: Message, lines: Sequence[str]) -> str:
        """Return why a mail that looks like one to many speaks to the worker: of an application on the platform, by name."""
        if message.auto_submitted.strip("no"):
            return ""
        said = [one + other for one, other in itertools.pairwise((*lines, ""))]
        spoken = any(self._applied.matches(one) and self._ties.matches(one) for one in said)
        return _("speaks of work on the platform") if spoken else ""

    def _named(self, message: Message, lines: Sequence[str], book: AddressBook) -> str:
        """Return the client whose name is the sender's, or stands in the first or last lines; "" for none."""
        sender = self._bare(message.sender.name)
        filled = [line for line in lines if line.strip()]
        edges = [_quiet(line[:LONGEST]) for line in (*filled[:_EDGE], *filled[-_EDGE:])]
        for name in book.names:
            bare = self._bare(name)
            if bare == sender != "" or (len(bare) >= _TELLING and any(bare in text for text in (sender, *edges))):
                return name
        return ""

    def _bare(self, name: str) -> str:
        """Return a name without the words that do not tell one from another."""
        folded = fold(name)
        for word in self._company:
            folded = folded.replace(word, "")
        return _quiet(folded)

    def _talk(self, message: Message, lines: Sequence[str]) -> str:
        lines = (fold(message.sender.name), *lines)
        # A sentence may run on into the next line.
        pairs = (one + other for one, other in itertools.pairwise((*lines, "")))
        if any(self._ties.matches(pair) for pair in pairs):
            return _("speaks of work on the platform")
        if any(self._alone.matches(line) for line in lines):
            return _("uses words that only work on the platform has")
        if self._work_words(lines) < self._enough or any(self._not_ours.matches(line) for line in lines):
            return ""
        if any(one in line for one in self._names for line in lines):
            return _("names the platform and speaks of work")
        if any(self._applied.matches(line) for line in lines):
            return _("speaks of an application as a client would")
        return ""

    def _work_words(self, lines: Sequence[str]) -> int:
        return sum(any(pattern.find(line) is not None for line in lines) for pattern in self._work.patterns)


def _sentences(lines: Sequence[str]) -> Iterator[str]:
    """Yield the sentences of lines, each of which may run on into the next line."""
    for one, other in itertools.pairwise((*lines, "")):
        yield from (sentence for sentence in (one + other).split("。") if len(sentence) <= _POINTER)


def _meant(text: str, segment: Segment, meant: set[SegmentKind]) -> Iterator[Segment]:
    """Yield `segment` as BODY when its kind is `meant`, but for the head of an older mail: names and addresses ask nothing."""
    words = segment.start if segment.kind in meant else segment.end
    if segment.kind in meant and segment.kind is not SegmentKind.QUOTE:
        words += _head(text[segment.start : segment.end])
    if segment.start < words:
        yield Segment(segment.kind, segment.start, words)
    if words < segment.end:
        yield Segment(SegmentKind.BODY, words, segment.end)


def _head(text: str) -> int:
    """Return how many characters the head of an older mail at the beginning of `text` has."""
    raw = text.split("\n", _HEAD)
    lines = [line.strip() for line in raw[:_HEAD]]
    is_rule = (attribution.is_history, attribution.is_forward, attribution.is_strong)
    rule = itertools.takewhile(lambda line: not line or any(says(line) for says in is_rule), lines)
    at = sum(1 for _line in rule)
    at += attribution.header_block(lines, at, separated=True)
    return min(sum(len(line) + 1 for line in raw[:at]), len(text))


def _own_words(message: Message) -> str:
    """Return what the sender wrote, without what is quoted or forwarded; all of the text where that is all there is."""
    quoted = (SegmentKind.QUOTE, SegmentKind.FORWARD)
    own = [message.text[one.start : one.end] for one in message.segments if one.kind not in quoted]
    return "\n".join(own) if "".join(own).strip() else message.text


def _quiet(folded: str) -> str:
    """Return folded text without spaces and marks, in which names are written in many ways."""
    return "".join(character for character in folded if character.isalnum())
