"""The text of one part, with what points into it."""

from __future__ import annotations

from dataclasses import dataclass, field

from banken.message.model import Link
from banken.message.segments import split
from banken.words import Segment, SegmentKind


@dataclass(slots=True)
class Piece:
    """A text, its segments (they tile it), its links; what of it is quoted, stands in pictures only, or is hidden."""

    text: str
    segments: list[Segment] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    quotes: list[tuple[int, int]] = field(default_factory=list)
    pictures: list[tuple[int, int]] = field(default_factory=list)
    hidden: str = ""
    """Text that nobody sees, not part of `text` until `split`."""

    def split(self, *, forwarded: bool) -> Piece:
        """Find the segments; hidden text comes below the rest, as a segment of its own."""
        self.segments = split(self.text, forwarded=forwarded, quotes=self.quotes)
        if self.hidden:
            start = len(self.text)
            self.text += ("\n" if self.text else "") + self.hidden
            self.segments.append(Segment(SegmentKind.HIDDEN, start, len(self.text)))
        return self

    def is_picture(self, start: int, end: int) -> bool:
        """Return whether nothing but pictures' texts stands in `[start, end)`."""
        if not self.pictures:
            return False
        rest = end - start - sum(max(0, min(end, stop) - max(start, begin)) for begin, stop in self.pictures)
        return rest <= len(self.text[start:end]) - len(self.text[start:end].rstrip())

    def moved(self, offset: int) -> Piece:
        """Return the piece as it stands `offset` characters further on."""
        segments = [Segment(segment.kind, segment.start + offset, segment.end + offset) for segment in self.segments]
        links = [
            Link(link.href, link.text, link.start + offset, link.end + offset) if link.end else link
            for link in self.links
        ]
        return Piece(self.text, segments, links)

    def only(self, spans: list[tuple[int, int]]) -> Piece:
        """Return the piece cut down to `spans` (in order); links whose words are cut away lose their place."""
        spans = _joined(spans)
        texts: list[str] = []
        segments: list[Segment] = []
        shifts: list[tuple[int, int, int]] = []
        length = at = 0
        for start, end in spans:
            texts.append(self.text[start:end])
            shifts.append((start, end, length - start))
            while at < len(self.segments) and self.segments[at].end <= start:
                at += 1
            for segment in self.segments[at:]:
                if segment.start >= end:
                    break
                low, high = max(segment.start, start), min(segment.end, end)
                segments.append(Segment(segment.kind, low + length - start, high + length - start))
            length += end - start
        return Piece("".join(texts), _merged(segments), _shifted(self.links, shifts))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return `spans` with those that touch each other made one: most often a run of lines is kept, not each alone."""
    joined: list[tuple[int, int]] = []
    begin = last = -1
    for start, end in spans:
        if start != last:
            if begin >= 0:
                joined.append((begin, last))
            begin = start
        last = end
    if begin >= 0:
        joined.append((begin, last))
    return joined


def _shifted(links: list[Link], shifts: list[tuple[int, int, int]]) -> list[Link]:
    kept: list[Link] = []
    at = 0
    for link in sorted(links, key=lambda link: link.start):
        while at < len(shifts) and shifts[at][1] <= link.start:
            at += 1
        if link.end and at < len(shifts) and shifts[at][0] <= link.start and link.end <= shifts[at][1]:
            kept.append(Link(link.href, link.text, link.start + shifts[at][2], link.end + shifts[at][2]))
        else:
            kept.append(Link(link.href, link.text, 0, 0))
    return kept


def _merged(segments: list[Segment]) -> list[Segment]:
    merged: list[Segment] = []
    for segment in segments:
        if merged and merged[-1].kind == segment.kind and merged[-1].end == segment.start:
            merged[-1] = Segment(segment.kind, merged[-1].start, segment.end)
        else:
            merged.append(segment)
    return merged
