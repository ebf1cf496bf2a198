"""What the judge reads of a message before it asks any rule: whose words count, and what stands in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import attrgetter, or_
from typing import TYPE_CHECKING

from banken.judge.atoms import ATOMS, hidden
from banken.judge.book import Rulebook
from banken.judge.lexicon import ALWAYS, ATOM, LINK, Hit
from banken.judge.model import Case
from banken.judge.passage import Passage
from banken.judge.rows import spelled_out
from banken.judge.views import Span, fold
from banken.words import Channel, Segment, SegmentKind

if TYPE_CHECKING:  # the judge needs no mail reader to run
    from banken.message.model import Link

_start = attrgetter("start")
_SHOWN = 100
"""So much of an address behind words is shown to the reader (code points)."""
MOST_HEADING = 1_000
"""So much of a subject is judged (code points): nobody shows more, and it may be any length."""
JUDGED_CHANNELS = (Channel.DIRECT, Channel.NOTIFICATION)
"""On the other channels nobody asks the worker for anything: they carry no client's words."""


@dataclass(frozen=True)
class Reading:
    """A case, read: its judged stretches, and the rules it is read by."""

    case: Case
    passages: Sequence[Passage]
    book: Rulebook

    @cached_property
    def found(self) -> int:
        """All concepts that may stand in the client's words, a bit each (`Lexicon.mask`), and ALWAYS."""
        return reduce(or_, (passage.scan.mask for passage in self.passages), ALWAYS)

    @cached_property
    def subject(self) -> frozenset[str]:
        """The concepts that the subject or job title names."""
        if not self.case.subject:
            return frozenset()
        passage = Passage(SegmentKind.BODY, 0, self.case.subject, self.book.splitter, self.book.lexicon)
        return frozenset(name for name in passage.scan.hints if passage.scan.spans(name))


def read(case: Case, book: Rulebook) -> Reading:
    """Return `case` with its judged stretches, the subject first; none on a channel that carries no client's words."""
    if case.channel not in JUDGED_CHANNELS:
        return Reading(case, (), book)
    links = sorted(case.links, key=_start)
    return Reading(case, [*_heading(case, book), *(_passage(case, one, links, book) for one in judged(case))], book)


def judged(case: Case) -> list[Segment]:
    """Return the segments that hold the client's new words; a mail handed on counts only when it is all there is."""
    own = [segment for segment in case.segments if segment.kind in (SegmentKind.BODY, SegmentKind.HIDDEN)]
    if not any(one.kind is SegmentKind.BODY and not case.text[one.start : one.end].isspace() for one in own):
        own += [segment for segment in case.segments if segment.kind is SegmentKind.FORWARD]
    return [segment for segment in own if segment.start < segment.end]


def _heading(case: Case, book: Rulebook) -> Iterator[Passage]:
    """Yield the subject as a passage of its own, so that no sentence of the text goes on in it; no link stands in it."""
    heading = case.heading[:MOST_HEADING]
    if heading.strip():
        yield _read(Passage(SegmentKind.BODY, 0, heading, book.splitter, book.lexicon, is_heading=True), (), book)


def _passage(case: Case, segment: Segment, links: Sequence[Link], book: Rulebook) -> Passage:
    """Return a judged segment, read; `links` are those of the message, in order."""
    text = case.text[segment.start : segment.end]
    return _read(Passage(segment.kind, segment.start, text, book.splitter, book.lexicon), links, book)


def _read(passage: Passage, links: Sequence[Link], book: Rulebook) -> Passage:
    """Return `passage` with all that is found in it otherwise than as a plain word."""
    passage.disguised = book.disguises.scan(passage.view, passage) | dict(spelled_out(passage))
    leading = list(_links(links, passage, book))
    passage.leads = dict(_hidden(leading, passage))
    passage.extra = [*passage.disguised, *_atoms(passage, book), *(hit for hit, _href in leading)]
    return passage


def _atoms(passage: Passage, book: Rulebook) -> Iterator[Hit]:
    for kind, concepts in book.atoms.items():
        for start, end in ATOMS[kind](passage.text):
            how = "disguised" if hidden(kind, passage.text[start:end], passage.evidence(start, end).text) else "atom"
            for name in (ATOM + kind, *concepts):
                yield Hit(start, end, name, how)


def _links(links: Sequence[Link], passage: Passage, book: Rulebook) -> Iterator[tuple[Hit, str]]:
    """Yield where a link of a concept's stands, and where it leads."""
    end_of_all = passage.base + len(passage.source)
    inside = slice(bisect_left(links, passage.base, key=_start), bisect_right(links, end_of_all, key=_start))
    for link in links[inside]:
        if link.end <= end_of_all:
            start, end = passage.folded(link.start, link.end)
            for concept in book.hosts.concepts(link.href):
                yield Hit(start, end, LINK + concept, "link"), link.href


def _hidden(leading: Sequence[tuple[Hit, str]], passage: Passage) -> Iterator[tuple[Span, str]]:
    """Yield the words that show nothing of the link behind them, and what the reader is to see there."""
    for hit, href in leading:
        shown = passage.text[hit.start : hit.end]
        if shown.strip() and "://" not in shown:
            yield (hit.start, hit.end), f"{shown} {fold(href[:_SHOWN]).text} "
