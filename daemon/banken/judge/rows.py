"""Words of the rules whose letters stand apart, all in the same way: 「仮 払 い」「直.接.契.約」「【L】【I】【N】【E】」.

Brands have their own search (disguise.py), which also knows masks and look-alikes. Here any word counts, so the rows
must be plain to see: three letters or more, or two kanji that stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from banken.judge.lexicon import Hit
from banken.judge.passage import Passage

_DAYS = "月火水木金土日祝"
"""Days are put in rows by everybody: 月/水/金."""
_KANJI = rf"(?:(?![{_DAYS}])[一-龥々])"
_LETTER = rf"(?:(?![{_DAYS}])[一-龥々ぁ-ゖーa-z])"
_ROW = re.compile(  # opens on a set of characters, which `re` skips to quickly
    rf"[ ./|_*・→](?:(?<={_LETTER}(.)){_LETTER}(?:\1{_LETTER}){{1,40}}"
    rf"|(?<={_KANJI}[^・→])(?<![一-龥々][一-龥々].){_KANJI}(?![一-龥々]))"
)
_BRACKETED = re.compile(rf"[「『【\[(](?:{_LETTER}[」』】\])][「『【\[(]){{2,40}}{_LETTER}(?=[」』】\])])")
_MOST = 100
"""Rows looked at in one stretch: more are an attack on our time."""


def spelled_out(passage: Passage) -> Iterator[tuple[Hit, str]]:
    """Yield the words of the passage's lexicon in its rows of letters, each with its plain spelling."""
    for start, step, letters in islice(_rows(passage.text), _MOST):
        source = "".join(passage.evidence(at, at + 1).text for at in range(start, start + step * len(letters), step))
        row = Passage(passage.kind, 0, source, passage.splitter, passage.lexicon)
        if row.text != letters:
            continue  # a letter that folds into several
        for concept in sorted(row.scan.hints):
            for first, last in row.scan.spans(concept):
                if last - first > 1:
                    hit = Hit(start + step * first, start + step * (last - 1) + 1, concept, "disguised")
                    yield hit, letters[first:last]


def _rows(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each row begins, how far its letters stand apart, and the letters."""
    for found in _ROW.finditer(text):
        yield found.start() - 1, 2, text[found.start() - 1 : found.end() : 2]
    for found in _BRACKETED.finditer(text):
        yield found.start() + 1, 3, text[found.start() + 1 : found.end() : 3]
