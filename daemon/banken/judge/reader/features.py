"""What the reader looks at in a sentence, as numbers of table rows.

Rows `0 … ROWS-1` stand for runs of one to three characters, rows `ROWS … 2*ROWS-1` for words (kanji, Latin words and
the little words of grammar) and ordered pairs of words not far apart. Names of one kind (chat
tools, ways to pay, …) and figures (times, sums, links, …) are first replaced by one sign each, so that what was learned
of one tool holds for the next. The rows behind them stand for what the whole message is about: its words and runs of
three characters, wherever they occur. Training and scoring share this module: what is learned is what is read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

import ahocorasick_rs

from banken.judge.links import Hosts

ROWS = 1_048_573
"""Rows for runs of characters, and again for words: a prime, so that the multipliers below spread well, and so many that few
of those never met fall together with one that means something."""
MESSAGE_ROWS = 19_001
"""Rows for what a message is about; seven times as many gained 0.1 points of F1."""
TABLE = 2 * ROWS + MESSAGE_ROWS
LONGEST = 400
"""A sentence is read up to here (code points); time stays linear whatever comes."""

_SIGNS = 0xE000
"""First of the private-use signs that stand for a kind of name or figure."""
_RUN = (31_957, 87_719, 61_333, 45_259)
_WORD = (70_249, 99_371, 24_083)
_APART = 8
"""How many words apart the two of a pair may stand."""
_WORDS = r"[一-龥々]|[a-z]+|[\ue000-\ue0ff]|[「」?!]"
_FIGURES = re.compile(
    r"(?P<link>https?://[^\s、。」)]{1,300}|(?<![a-z0-9@.-])[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){0,4}"
    r"\.(?:jp|com|net|org|me|gg|us|io|co|example)(?![a-z0-9.])(?:[/?#][^\s、。」)]{0,300})?)"
    r"|(?P<mail>[a-z0-9._+-]{1,60} ?(?:@|\(at\)|あっと|★) ?[a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,40}){0,4})"
    r"|(?P<phone>0\d{1,4}[-( )]{1,2}[\dx〇]{1,4}[-) ]{1,2}[\dx〇]{3,4}|0[5789]0\d{8})"
    r"|(?P<date>\d{1,2}/\d{1,2}|\d{1,2}月\d{1,2}日)"
    r"|(?P<time>\d{1,2}:\d{2}|\d{1,2}時(?:半|\d{1,2}分)?)"
    r"|(?P<sum>[\d,.]{1,15} ?(?:万円|千円|円|万|どる|usd|yen)|[¥$] ?[\d,.]{1,15})"
    r"|(?P<number>\d[\d,.]{0,15})"
)
_FIGURE_SIGNS = {name: chr(_SIGNS + at) for name, at in _FIGURES.groupindex.items()}
_FIRST_NAME_SIGN = _SIGNS + 0x20
_FIRST_LINK_SIGN = _SIGNS + 0x60
LINKS = "links to "
"""Prefix of the kinds whose names are hosts (or hosts with the beginning of a path)."""


class Reading(NamedTuple):
    """A sentence as the reader sees it: the text with signs, and where each of its characters came from."""

    text: str
    places: list[tuple[int, int]]


class Rows(NamedTuple):
    """The rows of a sentence or window: all of them once, again those that occur more than once, and the topic's."""

    once: frozenset[int]
    again: frozenset[int]
    topic: frozenset[int]
    """What it adds to the rows of its message."""


class Vocabulary:
    """The names that are treated alike, by kind, and the little words of grammar; all in the fold view.

    A name of kind "" only keeps others from matching; of a kind that begins with LINKS it is the host of a link.
    """

    def __init__(self, kinds: Mapping[str, Sequence[str]], grammar: Sequence[str]) -> None:
        little = "".join(f"{re.escape(word)}|" for word in sorted(grammar, key=lambda word: (-len(word), word)))
        self._words_pattern = re.compile(little + _WORDS)
        links = sorted(kind for kind in kinds if kind.startswith(LINKS))
        self._hosts = Hosts({chr(_FIRST_LINK_SIGN + at): kinds[kind] for at, kind in enumerate(links)})
        named = sorted(set(kinds) - set(links))
        signs = {kind: chr(_FIRST_NAME_SIGN + at) for at, kind in enumerate(kind for kind in named if kind)}
        spellings = {spelling: signs.get(kind, "") for kind in named for spelling in kinds[kind]}
        self._words = sorted(spellings)
        self._signs = [spellings[word] for word in self._words]

    @cached_property
    def _automaton(self) -> ahocorasick_rs.AhoCorasick:
        return ahocorasick_rs.AhoCorasick(self._words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def find(self, text: str) -> Iterable[tuple[int, int, str]]:
        """Yield the names in `text` with the sign of their kind; a Latin name must be a word of its own."""
        for word, start, end in self._automaton.find_matches_as_indexes(text):
            if self._signs[word] and not (_joined(text, start) or _joined(text, end)):
                yield start, end, self._signs[word]

    def link_sign(self, link: str) -> str:
        """Return the sign of a link by where it leads."""
        return next(self._hosts.concepts(link if "://" in link else f"//{link}"), _FIGURE_SIGNS["link"])

    def words(self, text: str) -> list[tuple[int, int, int]]:
        """Return the words of `text` (with signs): start, end and number."""
        return [(*match.span(), crc32(match[0].encode())) for match in self._words_pattern.finditer(text)]


def _joined(text: str, at: int) -> bool:
    """Return whether a Latin word goes on over the place `at`."""
    return 0 < at < len(text) and all(char.isascii() and char.isalnum() for char in text[at - 1 : at + 1])


def read(text: str, vocabulary: Vocabulary) -> Reading:
    """Return `text` (fold view) with signs for names and figures, at most LONGEST characters of it."""
    text = text[:LONGEST]
    found = [(*match.span(), _figure_sign(match, vocabulary)) for match in _FIGURES.finditer(text)]
    found += vocabulary.find(text)
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for start, end, sign in sorted(found, key=lambda one: (one[0], -one[1])):  # line.me/… is a link, and no name
        if start >= at:
            parts += (text[at:start], sign)
            places += ((here, here + 1) for here in range(at, start))
            places.append((start, end))
            at = end
    parts.append(text[at:])
    places += ((here, here + 1) for here in range(at, len(text)))
    return Reading("".join(parts), places)


def _figure_sign(match: re.Match[str], vocabulary: Vocabulary) -> str:
    kind = match.lastgroup or ""
    return vocabulary.link_sign(match[0]) if kind == "link" else _FIGURE_SIGNS[kind]


def run_rows(text: str) -> list[list[int]]:
    """Return the rows of the runs of one, two and three characters of `text`, each list in order of place."""
    codes = [ord(char) for char in text]
    a, b, c, d = _RUN
    pairs, triples = pairwise(codes), zip(codes, codes[1:], codes[2:], strict=False)
    return [
        [one * a % ROWS for one in codes],
        [(one * b + two * c + 7) % ROWS for one, two in pairs],
        [(one * c + two * d + three * a + 77) % ROWS for one, two, three in triples],
    ]


def word_rows(numbers: Sequence[int]) -> list[list[int]]:
    """Return the rows of words and of ordered pairs of words: list `n` has those of words `n` apart, in order of place."""
    a, b, c = _WORD
    before, behind = [one % ROWS * b for one in numbers], [one * c for one in numbers]
    pairs = (zip(before, behind[apart:], strict=False) for apart in range(1, _APART + 1))
    return [
        [ROWS + one * a % ROWS for one in numbers],
        *([ROWS + (one + two) % ROWS for one, two in some] for some in pairs),
    ]


def rows(reading: Reading, vocabulary: Vocabulary) -> Rows:
    """Return the rows of one sentence."""
    runs = run_rows(f"\n{reading.text}\n")
    listed = [row for run in runs for row in run]
    once = frozenset(listed)
    words = word_rows([number for _start, _end, number in vocabulary.words(reading.text)])
    return Rows(
        once.union(*words),
        frozenset() if len(once) == len(listed) else _repeated(listed),
        frozenset([2 * ROWS + row % MESSAGE_ROWS for some in (runs[-1], words[0]) for row in some]),
    )


def _repeated(listed: Sequence[int]) -> frozenset[int]:
    return frozenset(row for row, times in Counter(listed).items() if times > 1)


def both(one: Rows, two: Rows) -> Rows:
    """Return the rows of a window of two sentences."""
    return Rows(one.once | two.once, one.again | two.again | (one.once & two.once), one.topic | two.topic)
