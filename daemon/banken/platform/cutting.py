"""Cut a notice: the platform's frame from the outside in, and what is left is the client's.

Nothing is ever cut from within: a line that looks like a frame but stands amid the client's words stays theirs.
"""

from __future__ import annotations

from itertools import pairwise

from banken.message.model import Message
from banken.platform.foot import Foot
from banken.platform.frame import BRACKETS, Cut, FrameReader, Span, alike
from banken.platform.head import Head
from banken.platform.lines import Line, is_said, split
from banken.platform.links import Pages

MOST_LINES = 3000
"""Lines of a notice that are looked at one by one; a mail of more is no notice that the platform ever sent."""
_FEW = 12
"""Code points beside a link, or in quotes, that are still no words of a client's."""

_QUOTES = "「『“"
_FENCES = frozenset({">>>", "<<<", "＞＞＞", "＜＜＜"})


def cut(reader: FrameReader, pages: Pages, message: Message, client: str = "", job: str = "") -> Cut:
    """Cut `message`; `client` and `job` are what the subject said, since frames repeat them as bare lines."""
    if message.text.count("\n") >= MOST_LINES:
        return _whole(message, client, job)
    lines = split(message, pages.places(message.text, message.links), pages.domains)
    found = Cut(client=client, job=job)
    head, foot = Head(reader, lines, found), Foot(reader, lines, found)
    head.read(0, len(lines))
    closers, doubtful = foot.closers(head.low), False
    if closers and _goes_on(reader, lines, head.low, closers[-1]):
        doubtful = not _is_table(reader, lines[head.low : closers[-1]], found)
        if not doubtful:
            head.read(closers[-1] + 1, len(lines))
            closers = foot.closers(head.low)
    if doubtful:  # a table of a shape of its own, or somebody who writes without full stops: all of it is read
        closers = []
        _before_link(reader, lines, head, foot)
    elif closers:
        foot.high = closers[-1]
        found.enclosed = True
    else:
        _at_link(reader, lines, head, foot)
    sure = foot.high
    if len(closers) != 1:  # a rule that stands again and again may be the foot's own
        foot.read(head.low)
    # Below the announcement, and right above the foot's link, a client can write lines of the frame's shape.
    claimed = [*lines[head.announced : head.low], *lines[foot.high : sure]]
    found.claimed = claimed
    if any(line.pages for line in lines[sure:]):
        found.doubtful = [(line.start, line.end) for line in claimed]
    _collect(reader, lines, found, head, foot.high)
    found.comment = _comment(reader, lines[head.low :], foot.high - head.low) if not found.announced else []
    return found


def _whole(message: Message, client: str, job: str) -> Cut:
    """Return a cut that takes nothing away: all of the mail is read as a client's, whatever its subject says."""
    body = [(0, len(message.text))]
    found = Cut(body=body, client=client, job=job, words=MOST_LINES, voiced=MOST_LINES)
    found.announced = found.marked = found.enclosed = True
    return found


def _goes_on(reader: FrameReader, lines: list[Line], low: int, high: int) -> bool:
    """Whether nobody clearly says anything between two rules, but somebody does below them, or invites there."""
    if any(map(reader.invites, lines[high:])):
        return True
    below = any(is_said(line.text) and reader.is_word(line) for line in lines[high:])
    return below and not any(is_said(line.text) for line in lines[low:high])


def _is_table(reader: FrameReader, lines: list[Line], found: Cut) -> bool:
    """Whether nothing but the frame's stands in lines: fields that nobody could say anything in, known names and titles."""
    return not any(_is_told(reader, line, found) for line in lines if not line.blank)


def _is_told(reader: FrameReader, line: Line, found: Cut) -> bool:
    if line.foreign:
        return True
    label = reader.field(line)
    if label is None:
        return reader.rest_of_names(line, (found.job, found.client)) != ""
    if label.kind in ("client", "job"):
        return not alike(getattr(found, label.kind), label.value)
    return not label.is_plain


def _comment(reader: FrameReader, lines: list[Line], high: int) -> list[Span]:
    """Return where a client's words stand in a notice of something that happened; the foot begins at line `high`.

    They stand behind 「コメント：」 (up to the last link to the site above the foot), between two rules, or as a paragraph
    in quotes.
    """
    ends = max((at for at, line in enumerate(lines[:high]) if line.pages and len(line.words) <= _FEW), default=high)
    for at, line in enumerate(lines[:high]):
        found = reader.field(line)
        if found is not None and found.is_text:
            first = [(line.start + found.at, line.end)] if found.value else []
            return [*first, *((one.start, one.end) for one in lines[at + 1 : max(ends, at + 1)])]
    return _between_rules(reader, lines) or _quoted(lines)


def _between_rules(reader: FrameReader, lines: list[Line]) -> list[Span]:
    rules = [at for at, line in enumerate(lines) if line.ruler or line.text.strip() in _FENCES]
    for start, end in pairwise(rules):
        words = [line for line in lines[start + 1 : end] if not line.blank]
        if words and not any(reader.is_foot(line) or reader.is_caution(line) for line in words):
            return [(line.start, line.end) for line in words]
    return []


def _quoted(lines: list[Line]) -> list[Span]:
    """Return the first paragraph that stands in quotes from its first to its last character, and says something."""
    paragraph: list[Line] = []
    for line in [*lines, None]:
        if line is not None and not line.blank and not line.pages:
            paragraph.append(line)
            continue
        whole = "".join(one.text for one in paragraph).strip()
        if len(whole) > _FEW and whole[0] in _QUOTES and whole.endswith(BRACKETS[whole[0]]):
            return [(one.start, one.end) for one in paragraph]
        paragraph = []
    return []


def _at_link(reader: FrameReader, lines: list[Line], head: Head, foot: Foot) -> None:
    """Let the foot begin at the last link to the thread, unless the words stand below the link."""
    link = foot.thread_link(head.low)
    if link is None:
        return
    above, below = foot.words(head.low, link), foot.words(link + 1, foot.high)
    if below > 2 and below > 2 * above:
        head.read(link + 1, foot.high)
    elif not any(map(reader.invites, lines[link + 1 :])):
        foot.high = link


def _before_link(reader: FrameReader, lines: list[Line], head: Head, foot: Foot) -> None:
    """Let the foot begin at the last link to the thread, unless a person speaks below it."""
    link = foot.thread_link(head.low)
    if link is not None and not any(reader.is_voice(line) or reader.invites(line) for line in lines[link + 1 :]):
        foot.high = link


def _collect(reader: FrameReader, lines: list[Line], found: Cut, head: Head, high: int) -> None:
    into, claimed = found.body, {line.start for line in found.claimed}
    inviting = [at for at in range(head.low, high) if reader.invites(lines[at])]
    found.inviting = [(lines[at].start, lines[at].end) for at in inviting]
    last = max(
        inviting, default=-1
    )  # no worker leads off the platform: what is headed as his words of before is not his
    for position, line in enumerate(lines):
        label = reader.field(line)
        if not head.low <= position < high:
            found.frame.append(line)
            if label is not None and not (label.kind == "status" and line.start in claimed):
                found.note(label.kind, label.value)
            continue
        if label is not None and label.kind == "history" and not label.value and position > last:
            into = found.history
        if line.pages and not line.words:  # a link to the platform says nothing, and proves nothing amid their words
            found.doubtful.append((line.start, line.end))
            continue
        word = reader.is_word(line)
        found.words += word
        found.voiced += word and reader.is_voice(line)
        start = head.start if position == head.low and head.start is not None else line.start
        _append(into, (start, line.end))


def _append(spans: list[Span], span: Span) -> None:
    if spans and span[0] <= spans[-1][1] + 2:
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)
