"""Cut a notice: the platform's frame from the outside in, and what is left is the client's.

Nothing is ever cut from within: a line that looks like a frame but stands amid the client's words stays theirs.
"""

from __future__ import annotations

from banken.message.model import Message
from banken.platform.foot import Foot
from banken.platform.frame import Cut, FrameReader, Span
from banken.platform.head import Head
from banken.platform.lines import Line, split
from banken.platform.links import Pages


def cut(reader: FrameReader, pages: Pages, message: Message, client: str = "", job: str = "") -> Cut:
    """Cut `message`; `client` and `job` are what the subject said, since frames repeat them as bare lines."""
    lines = split(message, pages.places(message.text, message.links), pages.domains)
    found = Cut(client=client, job=job)
    head, foot = Head(reader, lines, found), Foot(reader, lines, found)
    head.read(0, len(lines))
    closers = foot.closers(head.low)
    if closers:
        foot.high = closers[-1]
        found.enclosed = True
    else:
        _at_link(head, foot)
    sure = foot.high
    if len(closers) != 1:  # a rule that stands again and again may be the foot's own
        foot.read(head.low)
    if any(line.pages for line in lines[sure:]):
        found.doubtful = [(line.start, line.end) for line in (*lines[: head.low], *lines[foot.high : sure])]
    _collect(reader, lines, found, head, foot.high)
    return found


def _at_link(head: Head, foot: Foot) -> None:
    """Let the foot begin at the last link to the thread, unless the words stand below the link."""
    link = foot.thread_link(head.low)
    if link is None:
        return
    above, below = foot.words(head.low, link), foot.words(link + 1, foot.high)
    if below > 2 and below > 2 * above:
        head.read(link + 1, foot.high)
    else:
        foot.high = link


def _collect(reader: FrameReader, lines: list[Line], found: Cut, head: Head, high: int) -> None:
    into = found.body
    for position, line in enumerate(lines):
        label = reader.field(line)
        if not head.low <= position < high:
            found.frame.append(line)
            if label is not None:
                found.note(label.kind, label.value)
            continue
        if label is not None and label.kind == "history" and not label.value:
            into = found.history
        start = head.start if position == head.low and head.start is not None else line.start
        _append(into, (start, line.end))


def _append(spans: list[Span], span: Span) -> None:
    if spans and span[0] <= spans[-1][1] + 2:
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)
