"""One stretch of the client's words, read: its view, its sentences, and which concepts stand where."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from banken.judge.lexicon import Hit, Lexicon, Scan
from banken.judge.sentences import Splitter
from banken.judge.views import Span, View, fold
from banken.words import SUBJECT, Evidence, SegmentKind

_PARAGRAPH_END = re.compile(r"\n[ ]*\n")
_QUOTES = re.compile(r"[「」『』“”\"]")
_OPENING = {"「": "」", "『": "』", "“": "”"}
_QUOTE_LIMIT = 300
_KATAKANA = re.compile(r"[ァ-ヺｦ-ﾟ]")
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_SHORT = 4
_BEFORE_A_NAME = "はがをにもでのとばや、。"
_BEHIND_A_NAME = "でにのをはがもとかへやま"


@dataclass
class Passage:
    """A judged segment, or the subject; all positions are in the folded text, `evidence` gives the original back."""

    kind: SegmentKind
    base: int
    source: str
    splitter: Splitter
    lexicon: Lexicon
    is_heading: bool = False
    """Whether it is the mail's subject, and no stretch of its text."""
    view: View = field(init=False)
    extra: list[Hit] = field(init=False, default_factory=list)
    """What was found otherwise than as a plain word: disguises, atoms, links."""
    disguised: dict[Hit, str] = field(init=False, default_factory=dict)
    """Brands in disguise, and their plain spelling."""
    leads: dict[Span, str] = field(init=False, default_factory=dict)
    """Words that hide a link of a concept's, and the words with what they lead to."""
    terms: dict[object, list[Hit]] = field(init=False, default_factory=dict)
    """The hits of each term of the rules, as far as they were asked for."""
    as_means: dict[Hit, bool] = field(init=False, default_factory=dict)
    excused: dict[object, str | None] = field(init=False, default_factory=dict)
    """The word that makes an excuse hold for a stretch, as far as it was asked for."""
    heads: dict[int, Span | None] = field(init=False, default_factory=dict)
    """The line above the list that a line stands in, by where the line begins, as far as it was asked for."""

    _grammar: dict[int, Scan] = field(init=False, default_factory=dict)
    _words: dict[tuple[tuple[str, ...], int], list[Span]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.view = fold(self.source)

    @cached_property
    def text(self) -> str:
        """The folded text."""
        return self.view.text

    @cached_property
    def how(self) -> dict[Span, str]:
        """How hits were found that are no plain words."""
        return {(hit.start, hit.end): hit.how for hit in self.extra}

    def evidence(self, start: int, end: int, how: str = "plain") -> Evidence:
        """Return the original words behind the folded `[start, end)`, placed in the whole message (or in its subject)."""
        first, last = self.view.span(start, end)
        if self.is_heading:
            how = SUBJECT
        elif self.kind is SegmentKind.HIDDEN:
            how = "hidden"
        return Evidence(self.source[first:last], self.base + first, self.base + last, how)

    def folded(self, start: int, end: int) -> Span:
        """Return the folded stretch that holds the message's `[start, end)` (the way back of `evidence`)."""
        every = range(len(self.text))
        first = bisect_left(every, start - self.base + 1, key=lambda at: self.view.span(at, at + 1)[1])
        last = bisect_left(every, end - self.base, key=lambda at: self.view.span(at, at + 1)[0])
        return first, max(first, last)

    @cached_property
    def sentences(self) -> list[Span]:
        """The sentences, in order."""
        return self.splitter.sentences(self.text) or [(0, len(self.text))]

    def sentence_at(self, position: int) -> int:
        """Return which sentence `position` stands in."""
        return bisect_right(self._sentence_starts, position, 1) - 1

    def clause_at(self, position: int) -> Span:
        """Return the clause that `position` stands in."""
        index = self.sentence_at(position)
        clauses = self._clauses.get(index)
        if clauses is None:
            clauses = self._clauses[index] = self.splitter.clauses_of(self.text, *self.sentences[index])
        for clause in clauses:
            if position < clause[1]:
                return clause
        return self.sentences[index]

    def paragraph_at(self, position: int) -> Span:
        """Return the paragraph (between blank lines) that `position` stands in."""
        at = bisect_right(self._paragraphs, position) - 1
        end = self._paragraphs[at + 1] if at + 1 < len(self._paragraphs) else len(self.text)
        return self._paragraphs[at], end

    def quotation_at(self, start: int, end: int) -> Span | None:
        """Return what stands between the innermost quotation marks around `[start, end)`, if any."""
        spans, starts = self._quotations
        last = bisect_right(starts, start)
        for low, high in reversed(spans[bisect_left(starts, start - _QUOTE_LIMIT) : last]):
            if end <= high:
                return low, high
        return None

    @cached_property
    def scan(self) -> Scan:
        """Where the words of all searched concepts stand."""
        return self.lexicon.scan(self.text, self, self.extra)

    def words(self, lexicon: Lexicon, lists: tuple[str, ...], start: int, end: int) -> list[Span]:
        """Return the grammar's words of `lists` inside `[start, end)`, in order of place."""
        found: list[Span] = []
        if start >= end:
            return found
        mask = lexicon.mask_of_lists(lists)
        starts = self._sentence_starts
        for index in range(bisect_right(starts, start, 1) - 1, bisect_right(starts, end - 1, 1)):
            if (self._grammar.get(index) or self.grammar(lexicon, index)).mask & mask:
                found += self._words_in(lexicon, lists, index)
        return [span for span in found if start <= span[0] and span[1] <= end]

    def _words_in(self, lexicon: Lexicon, lists: tuple[str, ...], sentence: int) -> list[Span]:
        key = (lists, sentence)
        found = self._words.get(key)
        if found is None:
            offset = self.sentences[sentence][0]
            scan = self.grammar(lexicon, sentence)
            spans = {span for name in lists for span in scan.spans(name)}
            found = self._words[key] = sorted((offset + start, offset + stop) for start, stop in spans)
        return found

    def grammar(self, lexicon: Lexicon, sentence: int) -> Scan:
        """Return what the grammar's words are in a sentence (places count from its beginning)."""
        scan = self._grammar.get(sentence)
        if scan is None:
            start, end = self.sentences[sentence]
            scan = self._grammar[sentence] = lexicon.scan(self.text[start:end])
        return scan

    def stands_alone(self, start: int, end: int) -> bool:
        """Return whether a brand at the folded `[start, end)` is a word of its own in the original.

        Latin next to Latin and katakana next to katakana are one word (オンライン). Hiragana has no such edges, so a
        short name in hiragana must stand between particles (つらいんです is no ライン).
        """
        first, last = self.view.span(start, end)
        before, behind = self.source[first - 1 : first] if first else "", self.source[last : last + 1]
        shown = self.source[first:last]
        return _edge(shown[0], before) and _edge(shown[-1], behind) and _between_particles(shown, before, behind)

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _end in self.sentences]

    @cached_property
    def _clauses(self) -> dict[int, list[Span]]:
        return {}

    @cached_property
    def _paragraphs(self) -> list[int]:
        return [0, *(found.end() for found in _PARAGRAPH_END.finditer(self.text))]

    @cached_property
    def _quotations(self) -> tuple[list[Span], list[int]]:
        spans = sorted(_quotations(self.text))
        return spans, [start for start, _end in spans]


def _quotations(text: str) -> Iterable[Span]:
    """Yield the stretches between paired quotation marks that are short enough to be a quotation."""
    open_: list[tuple[str, int]] = []
    for found in _QUOTES.finditer(text):
        sign, at = found[0], found.start()
        if sign in _OPENING:
            open_.append((_OPENING[sign], found.end()))
        elif open_ and open_[-1][0] == sign:
            start = open_.pop()[1]
            if at - start <= _QUOTE_LIMIT:
                yield start, at
        elif sign == '"':
            open_.append(('"', found.end()))


def _edge(letter: str, neighbour: str) -> bool:
    if not neighbour:
        return True
    if _KATAKANA.match(letter):
        return not _KATAKANA.match(neighbour)
    return not (_looks_latin(letter) and _looks_latin(neighbour) and not neighbour.isdigit() and neighbour not in "!|*")


@lru_cache(maxsize=5000)
def _looks_latin(char: str) -> bool:
    looks = fold(char).skeleton
    return looks.isascii() and looks.isalpha()


def _between_particles(shown: str, before: str, behind: str) -> bool:
    if len(shown) >= _SHORT or not _HIRAGANA.search(shown):
        return True
    left = not _HIRAGANA.match(shown[0]) or not _HIRAGANA.match(before) or before in _BEFORE_A_NAME
    right = not _HIRAGANA.match(shown[-1]) or not _HIRAGANA.match(behind) or behind in _BEHIND_A_NAME
    return left and right
