"""Brands in disguise: letters spaced out or one a line, masked (伏字), or replaced by look-alikes.

Searched in the squeezed skeleton (views.py) and then checked letter by letter: either the letters stand together, or
every letter is apart, or there is one gap; anything else is chance. What is already plain in the folded text is left
to the lexicon.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from banken.judge.lexicon import MANY, Hit, Literals, Original
from banken.judge.spelling import expand
from banken.judge.views import MASK, SEPARATORS, View, fold

_LONG_SIGNS = "ー-~"
_GAP_LIMIT = 3
_KANA_AROUND = re.compile(r"[ぁ-ゖ一-龥]{2}")
_REAL = re.compile(r"[^\W\d_]")


_NO_SIGNS: frozenset[int] = frozenset()


class _Brand(NamedTuple):
    """One way a brand may look: its letters as squeezed, where a long-vowel sign belongs, whether it is masked."""

    concept: str
    plain: str
    letters: str
    long_after: frozenset[int]
    masked: bool


class Disguises:
    """All disguises of the brands of some concepts, compiled."""

    def __init__(self, brands: Mapping[str, Iterable[str]]) -> None:
        looks: dict[str, list[_Brand]] = defaultdict(list)
        for concept, words in brands.items():
            for word in {word for source in words for word in expand(source)}:
                for brand in _looks(concept, word):
                    looks[brand.letters].append(brand)
        self._brands = list(looks.values())
        self._literals = Literals(looks)

    def compile(self) -> None:
        """Make now what the first `scan` would wait for."""
        self._literals.compile()

    def scan(self, view: View, original: Original) -> dict[Hit, str]:
        """Return the disguised brands in `view`, each with its plain spelling."""
        found: dict[Hit, str] = {}
        for index, first, last in self._literals.find(view.squeezed.text)[:MANY]:
            for brand in self._brands[index]:
                hit = _unmask(view, original, brand, first, last)
                if hit is not None:
                    found[hit] = brand.plain
        return found


def _looks(concept: str, word: str) -> Iterable[_Brand]:
    """Yield the looks of a brand: in full, and with up to half of its letters masked."""
    plain = fold(word)
    letters, long_after = "", set()
    for char in plain.skeleton:
        if char in _LONG_SIGNS and letters:
            long_after.add(len(letters) - 1)
        elif char not in SEPARATORS:
            letters += char
    if len(letters) < 2:
        return
    signs = frozenset(long_after)
    yield _Brand(concept, plain.text, letters, signs, masked=False)
    if len(letters) == 2:
        return
    for positions in _masks(len(letters)):
        masked = "".join(MASK if at in positions else char for at, char in enumerate(letters))
        yield _Brand(concept, plain.text, masked, signs, masked=True)
    yield _Brand(concept, plain.text, MASK.join(letters), _NO_SIGNS, masked=True)


def _masks(length: int) -> Iterable[tuple[int, ...]]:
    """Yield which letters may be hidden: never half of them or more in a short name, never the first of three."""
    most = 1 if length == 3 else 2
    for count in range(1, most + 1):
        for positions in combinations(range(length), count):
            if length > 3 or positions[0] > 0:
                yield positions


def _unmask(view: View, original: Original, brand: _Brand, first: int, last: int) -> Hit | None:
    """Return the hit at the squeezed `[first, last)`, or None when it is chance or plain."""
    places = [view.squeezed.at(at) for at in range(first, last)]
    start, end = places[0], places[-1] + 1
    if len(places) - 1 in brand.long_after:
        if view.skeleton[end : end + 1] not in _LONG_SIGNS:
            return None
        end += 1
    shown = view.text[start:end]
    if shown == brand.plain or not original.stands_alone(start, end):
        return None
    gaps = _gaps(view.skeleton, places, brand.long_after)
    among_kana = bool(_KANA_AROUND.match(view.text[start - 1 : start] + view.text[end : end + 1]))
    if gaps is None or not _plausible(gaps, brand.letters, shown, among_kana=among_kana):
        return None
    if _longer_row(view.skeleton, start, end, gaps):
        return None
    return Hit(start, end, brand.concept, "masked" if brand.masked else "disguised")


def _gaps(skeleton: str, places: list[int], long_after: frozenset[int]) -> dict[int, str] | None:
    """Return what stands after which letter, without the long-vowel signs that belong there; None if one is lacking."""
    gaps = {}
    for at in range(len(places) - 1):
        between = skeleton[places[at] + 1 : places[at + 1]]
        if at in long_after:
            rest = between.translate(_NO_LONG)
            if rest == between:
                return None
            between = rest
        if between:
            gaps[at] = between
    return gaps


def _plausible(gaps: Mapping[int, str], letters: str, shown: str, *, among_kana: bool) -> bool:
    """Return whether somebody wrote the letters so on purpose; a Latin name `among_kana` was broken by no wrapping."""
    if any(len(gap) > _GAP_LIMIT for gap in gaps.values()):
        return False
    if len(gaps) == 1 and not _purposeful(*next(iter(gaps.items())), letters, among_kana=among_kana):
        return False
    if 1 < len(gaps) < len(letters) - 1:
        return False
    signs = sum(not char.isspace() and not _REAL.match(char) for char in shown if char not in SEPARATORS)
    return 2 * signs <= len(letters)


def _purposeful(after: int, gap: str, letters: str, *, among_kana: bool) -> bool:
    """Return whether a single gap parts a name, and not two words that make it by chance (the team's, me et)."""
    if len(letters) == 2:
        return "\n" not in gap
    if not letters.isascii():
        return True
    return among_kana or min(after + 1, len(letters) - after - 1) > 1 or gap in ("-", ".", "/", "_", "・")


def _longer_row(skeleton: str, start: int, end: int, gaps: Mapping[int, str]) -> bool:
    """Return whether spaced letters go on before or behind (o n l i n e)."""
    if len(gaps) < 2:
        return False
    before, after = skeleton[max(0, start - 3) : start], skeleton[end : end + 3]
    return bool(_LETTER_BEFORE.search(before) or _LETTER_BEHIND.match(after))


_LETTER_BEFORE = re.compile(r"(?:^|[^a-z])[a-z][ .,_\-・/]$")
_LETTER_BEHIND = re.compile(r"[ .,_\-・/][a-z](?:$|[^a-z])")
_NO_LONG = dict.fromkeys(map(ord, _LONG_SIGNS))
