"""Whose words each line of a mail's text is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from banken.words import Segment, SegmentKind

_QUOTED = re.compile(r"[ \t]{0,3}[>＞]")


def split(text: str, *, forwarded: bool = False, quotes: Sequence[tuple[int, int]] = ()) -> list[Segment]:
    """Return segments that tile `text`, in order."""
    segments: list[Segment] = []
    place = 0
    for line in text.splitlines(keepends=True):
        kind = SegmentKind.QUOTE if _QUOTED.match(line) else SegmentKind.BODY
        end = place + len(line)
        if segments and segments[-1].kind == kind:
            segments[-1] = Segment(kind, segments[-1].start, end)
        else:
            segments.append(Segment(kind, place, end))
        place = end
    return segments


_FORWARD = re.compile(r"\s*(?:fwd?|転送)\s*[:：]", re.IGNORECASE)


def is_forward(subject: str) -> bool:
    """Return whether `subject` says that the mail hands another one on."""
    return _FORWARD.match(subject) is not None


def as_forward(segments: list[Segment]) -> list[Segment]:
    """Return `segments` of an attached mail: all of it is handed on, but what is hidden stays marked so."""
    return [
        segment if segment.kind == SegmentKind.HIDDEN else Segment(SegmentKind.FORWARD, segment.start, segment.end)
        for segment in segments
    ]


def unflow(text: str, *, delsp: bool) -> str:
    """Return `text` with the line ends that format=flowed put in taken out (RFC 3676); `delsp` takes the space too."""
    lines: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        if open_depth == depth and lines:
            lines[-1] += content
        else:
            lines.append("> " * 0 + ">" * depth + (" " if depth else "") + content)
        if soft and delsp:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if soft else -1
    return "\n".join(lines)
