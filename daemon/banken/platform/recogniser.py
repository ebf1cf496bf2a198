"""Recognise a mail: whose it is, of which kind, about which job, what happened, and which words are a client's."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Protocol

from banken.i18n import _
from banken.message.model import Message
from banken.platform.cutting import MOST_LINES
from banken.platform.cutting import cut as cut_frame
from banken.platform.direct import AddressBook
from banken.platform.foot import THREADS
from banken.platform.frame import Cut, trimmed
from banken.platform.kinds import Subject, masked
from banken.platform.knowledge import Knowledge
from banken.platform.lines import Line
from banken.platform.links import Place, ids
from banken.platform.model import Correspondence, Ids
from banken.platform.pattern import MASK, fold
from banken.platform.schema import Kind
from banken.platform.segments import refine
from banken.platform.senders import Claim
from banken.platform.voice import PERSON, PLATFORM
from banken.words import Authentic, Channel, Event, Segment, SegmentKind

UNKNOWN = "unknown"
"""Kind of a genuine sender's mail that no kind fits."""

DIRECT = "direct"

_WORDS = 2
"""Lines of no known shape that make a notice of no known kind worth looking at."""

_VOICES = 2
"""Lines in a person's voice that make a client's words of a notice of something that happened."""

_OWN_LINES = 12
"""Lines of a mail without a client's words in which the platform's sentence is looked for."""


class Proof(Protocol):
    """Whether a mail is really from the sender it names, and why (what `message.authenticity` says)."""

    @property
    def result(self) -> Authentic:
        """The result."""

    @property
    def why(self) -> str:
        """The reason, in words."""

    @property
    def impersonates(self) -> str:
        """Why the sender looks like somebody passing as the platform, "" if not."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One notice being read."""

    message: Message
    claim: Claim
    subject: Subject
    cut: Cut
    lines: tuple[str, ...]
    """The platform's own lines, folded and masked."""
    kind: Kind | None
    how: str
    about: bool = False
    """The subject is about a thing of the platform's, not news of it."""
    voice: float | None = None
    """How surely a person speaks in the mail (`voice.Voice.value`); None where nobody listened."""


class Recogniser:
    """Recognises mail with the knowledge of all platforms in use."""

    def __init__(self, packs: Iterable[Knowledge]) -> None:
        self._packs = tuple(packs)

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains whose mail can be a platform's (with their subdomains)."""
        return tuple(domain for pack in self._packs for domain in pack.domains)

    def needs_body(self, header: Message) -> bool:
        """Whether more than the header of a mail must be fetched: not for mailings that have no tie to a platform."""
        if header.own:
            return False
        claims = [pack.senders.claim(header) for pack in self._packs]
        if any(claim.role or claim.false for claim in claims):
            return True
        named = f"{header.sender.name} {header.subject}"
        if any(pack.direct.names_platform(named) for pack in self._packs):
            return True
        return not header.bulk and not header.auto_submitted.strip("no")  # shops and newsrooms are clients, too

    def is_machine(self, header: Message) -> bool:
        """Whether the header alone shows that no person wrote a mail to the worker."""
        return any(pack.direct.is_machine(header) for pack in self._packs)

    def recognise(self, message: Message, authenticity: Proof, book: AddressBook) -> Correspondence:
        """Return what `message` is. `authenticity` decides whether its events are believed, `book` who is known."""
        for pack in self._packs:
            claim = pack.senders.claim(message)
            if claim.role or claim.false or authenticity.impersonates:
                return self._from_platform(pack, message, authenticity, claim)
        for pack in self._packs:
            why = pack.direct.why(message, book) if message.sender.address not in book.own else ""
            if why:
                return self._direct(pack, message, authenticity, why)
        return Correspondence(
            channel=Channel.UNRELATED,
            authentic=authenticity.result,
            authentic_why=authenticity.why,
            segments=message.segments,
            why=_("no tie to a client or a platform"),
        )

    # Mail of the platform

    def _from_platform(self, pack: Knowledge, message: Message, proof: Proof, claim: Claim) -> Correspondence:
        reading = _read(pack, message, claim)
        false = _false(pack, message, proof, claim)
        channel = _channel(reading)
        told = channel is Channel.NOTIFICATION
        forged = bool(claim.role) and proof.result is Authentic.FORGED and not told
        moves = told or (reading.kind is not None and bool(reading.kind.event))
        numbers = _numbers(pack, reading) if moves else _only_numbers(pack, reading)
        return Correspondence(
            # Nobody vouches for what a forged notice says: all of it is read as what somebody wants of the worker.
            channel=Channel.NOTIFICATION if forged else channel,
            platform=pack.id,
            kind=_kind_id(reading),
            authentic=Authentic.FORGED if claim.false else proof.result,
            authentic_why=claim.false or claim.note or proof.why,
            client=reading.cut.client,
            job=reading.cut.job,
            ids=numbers,
            segments=_segments(reading, told=told, false=bool(false) or forged),
            events=_events(pack, reading, proof, false, numbers),
            judged=told or bool(false) or forged,
            agent=claim.agent and not told and not forged,
            offer=claim.offer and not told and not false and proof.result is Authentic.VERIFIED,
            impersonates=false,
            due=reading.cut.due,
            talk=_talk(pack, message, reading.cut) if told else (),
            why=_why(reading),
        )

    # Mail of clients

    def _direct(self, pack: Knowledge, message: Message, proof: Proof, why: str) -> Correspondence:
        places = pack.pages.places(message.text, message.links)
        segments = pack.direct.segments(message)
        own = [(one.start, one.end) for one in segments if one.kind is SegmentKind.BODY]
        return Correspondence(
            channel=Channel.DIRECT,
            platform=pack.id,
            kind=DIRECT,
            authentic=proof.result,
            authentic_why=proof.why,
            client=message.sender.name,
            client_address=message.sender.address,
            ids=ids(places),
            segments=segments,
            judged=True,
            talk=_talk(pack, message, Cut(body=own)),
            why=why,
        )


def _false(pack: Knowledge, message: Message, proof: Proof, claim: Claim) -> str:
    """Return why the sender is not the platform though it says so, "" when nothing speaks against it."""
    if claim.role and all(map(pack.senders.is_ours, (message.sender, *message.reply_to))):
        return ""  # its partners are no impostors
    return claim.false or proof.impersonates


def _read(pack: Knowledge, message: Message, claim: Claim) -> _Reading:
    subject = pack.subjects.read(message.subject)
    cut = cut_frame(pack.frame, pack.pages, message, subject.client, subject.job)
    own = [line.folded for line in cut.frame if not line.blank]
    if not cut.announced:
        own += [fold(line) for line in _own_lines(message, cut)]
    lines = tuple(masked(line, (cut.client, cut.job)) for line in own)
    if claim.agent:
        return _Reading(message, claim, subject, cut, lines, None, "agent")
    threads = any(page.shape in THREADS for line in cut.frame for page in line.pages)
    cut.linked = threads and claim.role == "service"
    voice = pack.voice.value(message.subject, message.text) if pack.voice and claim.role == "service" else None
    found = pack.kinds.recognise(subject.rest, lines, claim.role, spoken=threads or _speaks(cut))
    if found is not None and found[1] == "text" and found[0].channel != "notification" and _is_person(voice, cut):
        found = None  # what a client says of a contract or an approval is no news of the platform's
    kind, how = found or (None, "announcement" if _speaks(cut) else "voice" if _is_person(voice, cut) else "")
    if kind is not None and kind.event and kind.channel != "notification":
        _read_names(pack, cut, message)
        if cut.comment:
            cut.take_comment()
    return _Reading(message, claim, subject, cut, lines, kind, how, pack.kinds.is_about(subject.rest), voice)


def _own_lines(message: Message, cut: Cut) -> Iterator[str]:
    """Yield the first lines of a mail that is not announced as somebody's words, without what may be a client's."""
    for start, end in cut.body:
        at = start
        for line in message.text[start:end].split("\n")[:_OWN_LINES]:
            if not any(low <= at + len(line) and at < high for low, high in cut.comment):
                yield line
            at += len(line) + 1


def _read_names(pack: Knowledge, cut: Cut, message: Message) -> None:
    """Let the first lines of an event's mail name its job and client, where subject and frame did not."""
    ends = min((start for start, _end in cut.comment), default=len(message.text))
    for line in message.text[:ends].split("\n")[:_OWN_LINES]:
        label = pack.frame.field(Line.of(line))
        if label is not None:
            cut.note(label.kind, label.value)
            continue
        folded = fold(line)
        for pattern in pack.names.patterns:
            hit = pattern.find(folded)
            for name, (start, end) in hit.spans.items() if hit is not None else ():
                if trimmed(line[start:end]) != cut.worker:
                    cut.note(name, trimmed(line[start:end]) if name == "client" else line[start:end])
                folded = folded[:start] + MASK * (end - start) + folded[end:]


def _channel(reading: _Reading) -> Channel:
    kind = reading.kind
    if reading.claim.agent:
        return Channel.PLATFORM
    if _is_person(reading.voice, reading.cut):
        return Channel.NOTIFICATION
    if kind is None:
        return Channel.NOTIFICATION if _speaks(reading.cut) or _may_speak(reading) else Channel.PLATFORM
    if kind.event and kind.channel != "notification" and reading.cut.voiced >= _VOICES:
        return Channel.NOTIFICATION
    if kind.channel == "auto":
        return Channel.NOTIFICATION if reading.cut.marked or reading.cut.commented else Channel.PLATFORM
    return Channel(kind.channel)


def _is_person(voice: float | None, cut: Cut) -> bool:
    """Whether a notice, whatever it looks like, is worded as people word what they write to each other."""
    return voice is not None and voice >= PERSON and bool(cut.body)


def _may_speak(reading: _Reading) -> bool:
    """Whether a notice of unknown shape has a text: it is looked at, whosever it is, rather than passed over."""
    if reading.voice is not None and reading.voice < PLATFORM:
        return False
    return reading.claim.role == "service" and reading.cut.words >= _WORDS and not reading.about


def _kind_id(reading: _Reading) -> str:
    if reading.claim.agent:
        return "agent"
    if reading.kind is not None:
        return reading.kind.id
    return "message" if reading.how else UNKNOWN


def _speaks(cut: Cut) -> bool:
    """Whether a mail of no known kind brings a client's words.

    A notice of unknown shape that leads to a thread is taken for one that does: to look at the platform's own words in
    vain costs less than to pass over a client's.
    """
    return cut.announced or (cut.enclosed and bool(cut.client)) or (cut.linked and bool(cut.body))


def _numbers(pack: Knowledge, reading: _Reading) -> Ids:
    return ids(_places_outside(pack, reading))


def _only_numbers(pack: Knowledge, reading: _Reading) -> Ids:
    """Return the numbers in a notice of nothing that happened, when they can only mean one deal."""
    if reading.claim.role not in ("service", "staff"):
        return Ids()
    places = pack.pages.places(reading.message.text, reading.message.links)
    shapes = Counter(page.shape for page in {place.page for place in places} if page.shape)
    return ids(places) if shapes and max(shapes.values()) == 1 else Ids()


def _places_outside(pack: Knowledge, reading: _Reading) -> Sequence[Place]:
    """Return the platform's addresses in the frame: those that a client writes prove nothing."""
    message, cut = reading.message, reading.cut
    places = pack.pages.places(message.text, message.links)
    if _channel(reading) is not Channel.NOTIFICATION and not cut.commented:
        return places
    theirs = sorted([*cut.body, *cut.doubtful])
    reach = list(accumulate((end for _start, end in theirs), max, initial=0))
    return [place for place in places if place.start >= reach[bisect_right(theirs, (place.start, len(message.text)))]]


def _events(pack: Knowledge, reading: _Reading, proof: Proof, false: str, numbers: Ids) -> tuple[Event, ...]:
    kinds = [reading.kind.event] if reading.kind and reading.kind.event else []
    if reading.kind and (kinds or _channel(reading) is Channel.NOTIFICATION):
        kinds += [event for event in _hinted(pack, reading, numbers) if event not in kinds]
    believed = proof.result is Authentic.VERIFIED and not false and reading.claim.role != "unlisted"
    why = _("said by the platform") if believed else _("not believed: {why}").format(why=false or proof.why)
    return tuple(
        Event(kind, reading.message.date, believed, why, source=reading.message.fingerprint) for kind in kinds if kind
    )


def _hinted(pack: Knowledge, reading: _Reading, numbers: Ids) -> list[str]:
    told = _channel(reading) is Channel.NOTIFICATION
    cut = reading.cut
    claimed = {line.start for line in cut.claimed}
    lines = {line.folded: line for line in cut.frame if not line.blank and line.start not in claimed}
    frame = [masked(said, (cut.client, cut.job)) for said, line in lines.items() if not pack.frame.is_caution(line)]
    status = [fold(value) for value in dict.fromkeys(cut.status)]
    found = []
    for hint, subject, shapes in pack.hints:
        said = told and (subject.matches(reading.subject.said) or any(map(shapes.matches, (*frame, *status))))
        if said or any(getattr(numbers, shape) for shape in hint.urls):
            found.append(hint.event)
    spoken = [event for event in found if event.startswith("shown")]
    return spoken[:1] + [event for event in found if event not in spoken]


def _segments(reading: _Reading, *, told: bool, false: bool) -> tuple[Segment, ...]:
    message = reading.message
    if told:
        return refine(message, reading.cut)
    if false:
        return message.segments
    hidden = [one for one in message.segments if one.kind is SegmentKind.HIDDEN]
    return tuple(hidden) if hidden else (Segment(SegmentKind.FRAME, 0, len(message.text)),)


def _talk(pack: Knowledge, message: Message, cut: Cut) -> tuple[str, ...]:
    """Return what is talked of in the client's words, as far as their first MOST_LINES lines."""
    said = (line for start, end in cut.body for line in message.text[start:end].split("\n") if line.strip())
    lines = [fold(line) for line in islice(said, MOST_LINES)]
    return tuple(name for name, patterns in pack.talk.items() if any(map(patterns.matches, lines)))


def _why(reading: _Reading) -> str:
    return {
        "subject": _("known by its subject"),
        "text": _("known by its text"),
        "sender": _("known by its sender"),
        "agent": _("from the platform's agent arm"),
        "announcement": _("says that a client's message came in"),
        "voice": _("a person speaks in it"),
    }.get(reading.how, _("no kind in platform.yaml fits"))
