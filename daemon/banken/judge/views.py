"""Views of a text: the same words in one spelling, and the way back to the original characters.

`fold` undoes what changes nothing for a reader: width, case, kana, compatibility letters, invisible characters. The
skeleton beside it also undoes look-alike letters and mask signs; it has one character for each of `fold`'s, so that
both share the map to the original. Nearly all text is stable under folding, so only the runs that are not are looked
at, each once: the memo makes a view of an ordinary mail in a few microseconds a line.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from banken.judge.confusables import LOOKALIKE

Span = tuple[int, int]
"""A stretch `[start, end)` of code points."""

MASK = "○"
"""What every mask sign (伏字) becomes in the skeleton."""

# Kanji but 一 丨 几 力 卜 夕 工, which pass for kana or Latin letters
_KANJI = "\u4e01-\u4e27\u4e29-\u51df\u51e1-\u529a\u529c-\u535b\u535d-\u5914\u5916-\u5de4\u5de6-\u9fff"
_STABLE = rf"\n -@\[-~ぁ-ゖー、。「」・々{_KANJI}"
_RUNS = re.compile(f"([^{_STABLE}]+)")
_COMPOSING = "\u3099\u309a\u309b\u309cﾞﾟ"
_RUNS_COMPOSING = re.compile(f"([う-ほ][{_COMPOSING}]+|[^{_STABLE}]+)")
_MEMO_RUN, _MEMO_SIZE = 24, 50_000
_TURN = "\u202e"
_LETTER = r"[ぁ-ゖァ-ヺー々\u4e00-\u9fff]"
_SPACED = re.compile(rf"[ \u3000](?<={_LETTER}.)(?:{_LETTER}[ \u3000]){{6,}}(?={_LETTER})")
_TURNED = re.compile("\u202e([^\u202c\u202e\n]*)")
SEPARATORS = " \n.,_-・/\\'`^:;+=→()[]{}<>ー~"
"""Signs that people put between the letters of a word to hide it."""
_SEPARATED = re.compile(f"[{re.escape(SEPARATORS)}]+")


class _Run(NamedTuple):
    """A folded run: its two spellings and, when their length differs from the original's, where each character was."""

    fold: str
    skeleton: str
    places: tuple[Span, ...] | None


Pieces = list[tuple[int, tuple[Span, ...] | None]]


@dataclass(frozen=True)
class View:
    """A folded text and its skeleton, character for character, with the map to the original."""

    text: str
    _runs: list[str]
    """The original in runs, of which every second changes in folding."""
    _folded: list[_Run]
    """These, folded."""
    _order: tuple[int, ...] | None = None
    """Where each visible character stands in a text that turns its direction around or spaces its letters."""

    def span(self, start: int, end: int) -> Span:
        """Return the stretch of the original that `text[start:end]` was made of (code points, not empty)."""
        first, last = self._place(start)[0], self._place(max(start, end - 1))[1]
        if self._order is None:
            return first, last
        places = self._order[first:last]
        return min(places), max(places) + 1

    def spread(self, start: int, end: int) -> bool:
        """Return whether the letters of `text[start:end]` stood apart in the original."""
        if self._order is None:
            return False
        first, last = self.span(start, end)
        return last - first > 2 * (end - start) - 2 > 0

    @cached_property
    def skeleton(self) -> str:
        """The text without look-alikes and mask signs."""
        runs = self._runs.copy()
        runs[1::2] = [run.skeleton for run in self._folded]
        return _letters("".join(runs))

    @cached_property
    def _map(self) -> tuple[list[int], Pieces]:
        """Where in `text` pieces begin, and how each maps: evenly, or by its own places."""
        return _map(self._runs, self._folded)

    def _place(self, at: int) -> Span:
        starts, pieces = self._map
        piece = bisect_right(starts, at) - 1
        origin, places = pieces[piece]
        offset = at - starts[piece]
        if places is None:
            return origin + offset, origin + offset + 1
        first, last = places[offset]
        return origin + first, origin + last

    @cached_property
    def squeezed(self) -> Squeezed:
        """The skeleton without the signs that people put between letters."""
        return Squeezed(self.skeleton)


class Squeezed:
    """A skeleton without separators; `at(i)` is where its i-th character stands in the skeleton."""

    def __init__(self, skeleton: str) -> None:
        self._skeleton = skeleton
        text = skeleton
        for sign in SEPARATORS:
            text = text.replace(sign, "")
        self.text = text

    def at(self, position: int) -> int:
        """Return where the character at `position` stands in the skeleton (and in `View.text`)."""
        starts, origins = self._map
        piece = bisect_right(starts, position) - 1
        return origins[piece] + position - starts[piece]

    @cached_property
    def _map(self) -> tuple[list[int], list[int]]:
        starts, origins, length, origin = [], [], 0, 0
        for found in _SEPARATED.finditer(self._skeleton):
            starts.append(length)
            origins.append(origin)
            length += found.start() - origin
            origin = found.end()
        return [*starts, length], [*origins, origin]


def fold(text: str) -> View:
    """Return the view of `text`; linear in its length."""
    order = None
    if _TURN in text:
        text, order = _as_seen(text)
    elif text.count(" ") + text.count("\u3000") > 5 and _SPACED.search(text):
        text, order = _closed_up(text)
    pattern = _RUNS_COMPOSING if any(mark in text for mark in _COMPOSING) else _RUNS
    runs = pattern.split(text)
    found = [_MEMO.get(run) or _look_up(run) for run in runs[1::2]]
    folded = runs.copy()
    folded[1::2] = [run.fold for run in found]
    return View("".join(folded), runs, found, order)


def _as_seen(text: str) -> tuple[str, tuple[int, ...]]:
    """Turn around what stands under a right-to-left override, as a mail program shows it (Unicode UAX #9)."""
    order: list[int] = []
    done = 0
    for turned in _TURNED.finditer(text):
        start, end = turned.span(1)
        order += range(done, start)
        order += range(end - 1, start - 1, -1)
        done = end
    order += range(done, len(text))
    return "".join(map(text.__getitem__, order)), tuple(order)


def _closed_up(text: str) -> tuple[str, tuple[int, ...]]:
    """Take out the spaces between the letters of words that are spaced out throughout."""
    gaps = {at for row in _SPACED.finditer(text) for at in range(row.start(), row.end(), 2)}
    order = tuple(at for at in range(len(text)) if at not in gaps)
    return "".join(map(text.__getitem__, order)), order


def _map(runs: list[str], found: list[_Run]) -> tuple[list[int], Pieces]:
    """Return where pieces begin and how each maps; only an uneven run begins a piece, and what follows it."""
    starts, at, origin = [0], 0, 0
    pieces: Pieces = []
    evenly: tuple[int, tuple[Span, ...] | None] = (0, None)
    for index, run in enumerate(found):
        kept, changed = len(runs[2 * index]), len(runs[2 * index + 1])
        at, origin = at + kept, origin + kept
        if run.places is not None:
            starts += [at, at + len(run.fold)]
            pieces += [evenly, (origin, run.places)]
            evenly = (origin + changed, None)
        at, origin = at + len(run.fold), origin + changed
    return starts, [*pieces, evenly]


_MEMO: dict[str, _Run] = {}


def _look_up(run: str) -> _Run:
    folded = _fold_run(run)
    if len(run) <= _MEMO_RUN:
        if len(_MEMO) >= _MEMO_SIZE:
            _MEMO.clear()
        _MEMO[run] = folded
    return folded


def _fold_run(run: str) -> _Run:
    fold_parts, skeleton_parts, places = [], [], []
    for start, end in _clusters(run):
        plain, looks = _spellings(run[start:end])
        fold_parts.append(plain)
        skeleton_parts.append(looks)
        places += [(start, end)] * len(plain)
    even = len(places) == len(run) and all(start == at for at, (start, _end) in enumerate(places))
    return _Run("".join(fold_parts), "".join(skeleton_parts), None if even else tuple(places))


def _clusters(run: str) -> Iterator[Span]:
    """Yield a kana with the (han)dakuten that follows it as one, every other character alone."""
    at = 0
    while at < len(run):
        end = at + 1
        if end < len(run) and run[end] in _COMPOSING:
            end += 1
        yield at, end
        at = end


@lru_cache(maxsize=20_000)
def _spellings(cluster: str) -> tuple[str, str]:
    plain = _fold_cluster(cluster)
    return plain, _skeleton_of(cluster, plain)


def _fold_cluster(cluster: str) -> str:
    if cluster[0] in _ODD_LETTERS:
        return _ODD_LETTERS[cluster[0]]
    if len(cluster) == 2:
        cluster = unicodedata.normalize("NFKC", cluster[0]) + _COMBINING[cluster[1]]
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    return "".join(map(_plain, text))


def _plain(char: str) -> str:
    """Return one NFKC character without accents, in hiragana, or nothing for an invisible one."""
    if "ァ" <= char <= "ヶ":
        return chr(ord(char) - 0x60)
    kind = unicodedata.category(char)
    if kind in ("Cf", "Mn", "Me", "Cn", "Co", "Cs") or char in _BLANK_LETTERS:
        return ""
    if kind == "Pd" or char == "−":
        return "-"
    if kind in ("Zs", "Cc"):
        return " "
    if kind in ("Zl", "Zp"):
        return "\n"
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() else char


def _skeleton_of(original: str, plain: str) -> str:
    """Return what `plain` looks like, as long as it is."""
    if len(plain) != 1:
        return plain
    return LOOKALIKE.get(original[0]) or LOOKALIKE.get(plain) or plain


_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that show nothing: fillers of the Korean script, the empty braille cell."""
_COMBINING = {
    "\u3099": "\u3099", "\u309b": "\u3099", "ﾞ": "\u3099",
    "\u309a": "\u309a", "\u309c": "\u309a", "ﾟ": "\u309a",
}  # fmt: skip
_ODD_LETTERS = {
    chr(first + letter): chr(ord("a") + letter)
    for first in (0x1F150, 0x1F170, 0x1F1E6)  # negative circled, negative squared, regional indicator
    for letter in range(26)
} | {char: char for char in "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"}  # marks of a list, no numbers

_LOOKS = tuple(zip("01!|3i4@5$*ぁぃぅぇぉゃゅょっ", f"olllelaass{MASK}あいうえおやゆよつ", strict=True))
_BAR = re.compile(rf"(?<={_LETTER})\|(?={_LETTER})")


def _letters(skeleton: str) -> str:
    """Return `skeleton` with leet digits as letters, small kana as large ones; i, l, 1, | and ! are one."""
    if "|" in skeleton:
        skeleton = _BAR.sub("/", skeleton)  # between kanji or kana it parts them, and is no letter
    for sign, letter in _LOOKS:
        skeleton = skeleton.replace(sign, letter)
    return skeleton
