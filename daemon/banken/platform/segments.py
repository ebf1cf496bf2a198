"""Lay the cut of the frame over the segments of a mail."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from banken.message.model import Message
from banken.message.segments import split
from banken.platform.frame import Cut, Span
from banken.platform.lines import is_said
from banken.words import Segment, SegmentKind

_KEPT = (SegmentKind.HIDDEN, SegmentKind.FORWARD, SegmentKind.QUOTE)
"""Kinds that were seen in the markup; what lines mean is seen again without the frame around them."""

_DRESSED = (SegmentKind.FORWARD, SegmentKind.HISTORY)
"""Kinds that a client can give to his own words by a line above them."""


def refine(message: Message, cut: Cut) -> tuple[Segment, ...]:
    """Return the segments of `message` with the platform's frame cut away; BODY is the client's own new words.

    Frames draw rules that look like the beginning of a signature or of an older mail, so the client's words are split
    again by themselves. A quote, too, is the client's words when the frame quotes all of them. What leads off the platform
    is theirs under any head that they may have written; only behind ">" clients do quote what the worker asked. A card
    at the end is theirs too: no mail program put it there.
    """
    inside = sorted([*_within(message, cut), *_history(cut)], key=lambda one: one.start)
    inside = [_invited(one, cut.inviting) for one in inside]
    body = "".join(message.text[one.start : one.end] for one in inside if one.kind is SegmentKind.BODY)
    if not body.strip() or (cut.commented and not is_said(body)):
        inside = [_as_body(one) for one in inside]
    return tuple(_merged(_with_frame(message, inside)))


def _within(message: Message, cut: Cut) -> Iterator[Segment]:
    for start, end in cut.body:
        for piece in split(message.text[start:end]):
            kind = SegmentKind.BODY if piece.kind is SegmentKind.SIGNATURE else piece.kind
            yield from _under(message, Segment(kind, piece.start + start, piece.end + start))


def _history(cut: Cut) -> Iterator[Segment]:
    return (Segment(SegmentKind.HISTORY, start, end) for start, end in cut.history)


def _under(message: Message, piece: Segment) -> Iterator[Segment]:
    """Yield `piece`, broken where the mail's own segments know better."""
    place = piece.start
    first = bisect_right(message.segments, piece.start, key=lambda one: one.start) - 1
    for at in range(max(0, first), len(message.segments)):
        known = message.segments[at]
        if known.start >= piece.end:
            break
        start, end = max(known.start, piece.start), min(known.end, piece.end)
        if known.kind in _KEPT and start < end:
            if place < start:
                yield Segment(piece.kind, place, start)
            yield Segment(known.kind, start, end)
            place = end
    if place < piece.end:
        yield Segment(piece.kind, place, piece.end)


def _with_frame(message: Message, inside: list[Segment]) -> Iterator[Segment]:
    place = 0
    for segment in [*inside, Segment(SegmentKind.FRAME, len(message.text), len(message.text))]:
        if place < segment.start:
            yield from _under_frame(message, place, segment.start)
        if segment.start < segment.end:
            yield segment
        place = segment.end


def _under_frame(message: Message, start: int, end: int) -> Iterator[Segment]:
    for piece in _under(message, Segment(SegmentKind.FRAME, start, end)):
        yield piece if piece.kind is SegmentKind.HIDDEN else Segment(SegmentKind.FRAME, piece.start, piece.end)


def _merged(pieces: Iterator[Segment]) -> list[Segment]:
    merged: list[Segment] = []
    for piece in pieces:
        if merged and merged[-1].kind is piece.kind and merged[-1].end == piece.start:
            merged[-1] = Segment(piece.kind, merged[-1].start, piece.end)
        else:
            merged.append(piece)
    return merged


def _invited(segment: Segment, inviting: Sequence[Span]) -> Segment:
    """Return a segment as the client's words when one of the `inviting` lines (in order) stands in it."""
    first = bisect_right(inviting, segment.start, key=lambda span: span[1])
    if segment.kind in _DRESSED and first < len(inviting) and inviting[first][0] < segment.end:
        return Segment(SegmentKind.BODY, segment.start, segment.end)
    return segment


def _as_body(segment: Segment) -> Segment:
    if segment.kind is SegmentKind.QUOTE:
        return Segment(SegmentKind.BODY, segment.start, segment.end)
    return segment
