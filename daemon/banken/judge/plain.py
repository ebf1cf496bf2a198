"""Sentences as the reader sees them: folded, disguises undone, links shown, soft line breaks joined away; and the way back."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from banken.judge.passage import Passage
from banken.judge.views import Span
from banken.words import SegmentKind

_BREAK = re.compile(r"\s*\n\s*")
_MARKS = re.compile("[「」]")
_TAGS = re.compile(r"\s*(?:【[^】]*】\s*)+(?=\S)")


@dataclass(frozen=True)
class PlainSentence:
    """One sentence in the reader's view; `span` leads back to the passage's folded text."""

    passage: Passage
    text: str
    _starts: tuple[int, ...]
    _origins: tuple[Span, ...]

    def span(self, start: int, end: int) -> Span:
        """Return the stretch of the passage's folded text that `text[start:end]` was made of."""
        return self._place(start)[0], self._place(max(start, end - 1))[1]

    def _place(self, at: int) -> Span:
        piece = max(0, bisect_right(self._starts, at) - 1)
        start, end = self._origins[piece]
        width = (self._starts[piece + 1] if piece + 1 < len(self._starts) else len(self.text)) - self._starts[piece]
        if width == end - start:  # kept as it was
            return min(start + at - self._starts[piece], end - 1), min(start + at - self._starts[piece] + 1, end)
        return start, end


def spoken(passages: Iterable[Passage]) -> list[PlainSentence]:
    """Return all sentences of the text: those of the passages that the mail shows, without quotation marks around a whole one.

    Some frames set what the client wrote in such marks. The reader would hear less in it: mostly they stand around others' words.
    """
    shown = [(passage, _inside_marks(passage.text)) for passage in passages if _shown(passage)]
    return [sentence for passage, (first, last) in shown for sentence in plain_sentences(passage, first, last)]


def _shown(passage: Passage) -> bool:
    return passage.kind is not SegmentKind.HIDDEN and not passage.is_heading


def _inside_marks(text: str) -> Span:
    """Return where what `text` says begins and ends, without the one pair of 「」 around it, if there is one."""
    marks = [(found.start(), 1 if found[0] == "「" else -1) for found in _MARKS.finditer(text)]
    depths = list(accumulate(step for _at, step in marks))
    if not marks or depths[-1] != 0 or 0 in depths[:-1] or min(depths) < 0:
        return 0, len(text)
    first, last = marks[0][0], marks[-1][0]
    around = text[:first] + text[last + 1 :]
    return (first + 1, last) if not around.strip() else (0, len(text))


def headed(passages: Iterable[Passage]) -> Iterator[list[PlainSentence]]:
    """Yield the sentences of the subject, about which the reader is asked apart: they do not go on in the text.

    Where tags stand before it (【ご相談】), it is heard once more without them: few sentences of a text begin with one.
    """
    for passage in passages:
        if passage.is_heading:
            yield plain_sentences(passage)
            if tags := _TAGS.match(passage.text):
                yield plain_sentences(passage, tags.end())


def plain_sentences(passage: Passage, first: int = 0, last: int | None = None) -> list[PlainSentence]:
    """Return the sentences of `passage` as the reader sees them, of its folded text from `first` to `last`."""
    changed, stop = _changed(passage), len(passage.text) if last is None else last
    spans = ((max(first, start), min(stop, end)) for start, end in passage.sentences)
    return [_plain(passage, start, end, changed) for start, end in spans if start < end]


def plain_lines(passage: Passage, start: int, end: int) -> list[PlainSentence]:
    """Return the lines of a sentence (folded `[start, end)`) as its writer ended them, each as the reader sees it."""
    changed = _changed(passage)
    return [_plain(passage, *line, changed) for line in passage.splitter.lines(passage.text, start, end)]


def _changed(passage: Passage) -> list[tuple[int, int, str]]:
    """Return what the reader sees otherwise than it stands there, in order: disguises, words that hide a link."""
    disguised = ((hit.start, hit.end, word) for hit, word in passage.disguised.items())
    return sorted([*disguised, *((start, end, words) for (start, end), words in passage.leads.items())])


def _plain(passage: Passage, start: int, end: int, changed: Sequence[tuple[int, int, str]]) -> PlainSentence:
    """Return a sentence in the reader's view; `changed` is what it sees otherwise in the passage, in order."""
    said = passage.text[start:end]
    start, body_end = start + len(said) - len(said.lstrip()), start + len(said.rstrip())
    inside = changed[bisect_left(changed, (start,)) : bisect_left(changed, (end,))]
    changes = [((low, high), word) for low, high, word in inside]
    for found in _BREAK.finditer(passage.text, start, body_end):
        before, behind = passage.text[found.start() - 1 : found.start()], passage.text[found.end() : found.end() + 1]
        changes.append((found.span(), " " if before.isascii() and behind.isascii() else ""))
    parts, starts, origins, at, length = [], [], [], start, 0
    for (low, high), word in sorted(changes):
        if low < at:
            continue
        for part, span in ((passage.text[at:low], (at, low)), (word, (low, high))):
            if part:
                starts.append(length)
                origins.append(span)
                parts.append(part)
                length += len(part)
        at = high
    if at < body_end:
        starts.append(length)
        origins.append((at, body_end))
        parts.append(passage.text[at:body_end])
    return PlainSentence(passage, "".join(parts), tuple(starts) or (0,), tuple(origins) or ((start, end),))
