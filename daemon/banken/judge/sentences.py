"""Where sentences and clauses end in a folded text.

Punctuation is known here; the words at which a line goes on or a clause ends are grammar, and come from the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from banken.judge.shortened import Shortened
from banken.judge.views import Span, fold

_CLOSING = "」』】)\"'”’"
_MOODS = "♪♫♡♥\U0001f300-\U0001faff"
"""Notes, hearts and little pictures; behind the end of a sentence they stand for its full stop, like a mood in brackets (笑)."""
_ENDS = re.compile(  # opens on a set of characters, which `re` skips to quickly
    rf"[。!?\n.({_MOODS}](?:(?<=\n)|(?<=\.)(?=\s|$)|(?<=[。!?])[。!?]*[{_CLOSING}]*"
    rf"|(?:(?<=[{_MOODS}])|(?<=\()\w\))(?:[{_MOODS}。!?]|\(\w\))*[{_CLOSING}]*)"
)
_STOPS = re.compile(r"[。!?\n.]")
_LINE_END = re.compile(r"\n")
_DOUBTFUL = "\n" + _CLOSING
_BLANK = " \n"
_SIGNS = "[・●○■□◆◇▼▽★☆※◎→⇒✕×✖✔✓>#+*•-]|[①-⑳❶-❿]"
_NEXT_ITEM = re.compile(rf"[^\S\n]*(?:{_SIGNS}|(?:q?[0-9]{{1,2}}|[a-z])\s?[.)、:]|\([0-9a-z]{{1,2}}\)|\n|$)")
_ITEM = re.compile(
    rf"(?:(?:{_SIGNS})(?!\d)|[0-9]{{1,2}}[.)、](?![a-z0-9])|[a-z][)、]|\([0-9a-z]{{1,2}}\))[^\S\n]*(?=\S)"
)
_ADDRESS = re.compile(r"[/@][!-~]*\Z")
WRAPPED = 28
"""A line shorter than this (code points, twice as many of Latin letters) was ended by its writer."""
WIDEST = 45
"""One longer than this (likewise) too: mail programs break lines at 72 to 80 columns."""
LONGEST = 500
"""A "sentence" longer than this (code points) is cut: what is said of it is looked at again and again."""


@dataclass(frozen=True)
class Splitter:
    """Splits folded text into sentences and clauses.

    `continues` are line ends after which a sentence goes on, `halts` those that only look like one, `clauses` the ends of
    clauses, `joins` words that carry a sentence on behind a closing quotation mark or a mood, `closes` the last words of
    sentences, behind which a mood ends one; `shortened` tells full stops that end none.
    """

    continues: tuple[str, ...] = ()
    halts: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    shortened: Shortened = field(default_factory=Shortened)

    def sentences(self, text: str) -> list[Span]:
        """Return the sentences of a folded text in order, without blank ones; together they cover all its words."""
        spans: list[Span] = []
        start = 0
        for found in _ENDS.finditer(text):
            end = found.end()
            if end == start + 1 and text[start] == "\n":  # behind a sentence that ended with its line
                start = end
                continue
            if text[end - 1] in _DOUBTFUL and self._goes_on(text, found.start(), end):
                continue
            if text[end - 1] == "." and self.shortened.goes_on(text, end - 1):
                continue
            if not (_STOPS.search(found[0]) or self._ends_in_a_mood(text, found.start(), end)):
                continue
            if text[start] in _BLANK or end - start > LONGEST:
                spans += _cut(text, start, end)
            else:
                spans.append((start, end))
            start = end
        return spans + _cut(text, start, len(text))

    def clauses_of(self, text: str, start: int, end: int) -> list[Span]:
        """Return the clauses of the sentence `text[start:end]`."""
        if self._clause_end is None:
            return [(start, end)]
        ends = [found.end() for found in self._clause_end.finditer(text, start, end)]
        bounds = [start, *ends, end]
        return [(low, high) for low, high in pairwise(bounds) if low < high]

    def lines(self, text: str, start: int, end: int) -> list[Span]:
        """Return the lines of `text[start:end]` as their writer ended them: what a mail program broke is one."""
        breaks = [found.end() for found in _LINE_END.finditer(text, start, end)]
        ends = [at for at in breaks if not _wrapped(text, at - 1, at)]
        return [(low, high) for low, high in pairwise([start, *ends, end]) if text[low:high].strip()]

    def _goes_on(self, text: str, stop: int, end: int) -> bool:
        if text[stop] == "\n":
            if _NEXT_ITEM.match(text, end):
                return False
            return _wrapped(text, stop, end) or self._hangs(text, stop)
        return text[end - 1] in _CLOSING and bool(self._line_joins) and text.startswith(self._line_joins, end)

    def _hangs(self, text: str, stop: int) -> bool:
        """Return whether the line that ends at `stop` ends on a word behind which a sentence goes on."""
        words = max(0, stop - 12), stop
        return text.endswith(self._line_ends, *words) and not text.endswith(self._halts, *words)

    def _ends_in_a_mood(self, text: str, start: int, end: int) -> bool:
        return text.endswith(self._closers, max(0, start - 12), start) and not text.startswith(self._line_joins, end)

    @cached_property
    def _closers(self) -> tuple[str, ...]:
        return tuple(fold(word).text for word in self.closes)

    @cached_property
    def _line_ends(self) -> tuple[str, ...]:
        return tuple(fold(word).text for word in self.continues)

    @cached_property
    def _halts(self) -> tuple[str, ...]:
        return tuple(fold(word).text for word in self.halts)

    @cached_property
    def _line_joins(self) -> tuple[str, ...]:
        return tuple(fold(word).text for word in self.joins)

    @cached_property
    def _clause_end(self) -> re.Pattern[str] | None:
        return alternatives(fold(word).text for word in self.clauses)


def behind_mark(text: str, start: int) -> int:
    """Return where the words of an item of a list begin, behind its bullet or number; `start` where there is none."""
    item = _ITEM.match(text, start)
    return item.end() if item else start


def _wrapped(text: str, stop: int, end: int) -> bool:
    """Return whether a mail program broke the line that ends at `stop`: it is long, and a word may go on at `end`."""
    last, first = text[stop - 1 : stop], text[end : end + 1]
    if "一" <= last <= "龥":
        width = 1
        goes_on = "ぁ" <= first <= "ゖ" or "一" <= first <= "龥"
    else:
        width = 2
        goes_on = (
            f"{last}{first}".isascii()
            and last.isalnum()
            and first.isalnum()
            and not _ADDRESS.search(text, end - 80, stop)
        )
    begin = text.rfind("\n", max(0, stop - WIDEST * width - 1), stop) + 1
    return goes_on and WRAPPED * width <= stop - begin <= WIDEST * width


def _cut(text: str, start: int, end: int) -> list[Span]:
    """Return the stretch in pieces of bearable length, nothing if it is blank."""
    if text[start:end].isspace():
        return []
    return [(at, min(at + LONGEST, end)) for at in range(start, end, LONGEST)]


def alternatives(words: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern that matches any of `words`, the longest first; None for no words."""
    longest = sorted(set(words) - {""}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest))) if longest else None
