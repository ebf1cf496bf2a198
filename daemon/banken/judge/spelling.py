"""The small notation for words in the rules: `打(ち|)合(わ|)せ`, `手数料…もったいな`, `週#日`, `interview*`.

`(a|b)` are alternatives and may be nested, `…` is a gap of up to GAP characters within a clause, `#` a number, and `*`
at the end leaves a Latin word open there. Everything else stands for itself and is folded like the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from math import prod
from typing import NamedTuple

from banken.i18n import _
from banken.judge.views import fold
from banken.strictyaml import Mistake

GAP = 12
"""How many characters `…` may stand for."""
LIMIT = 2000
"""How many spellings one word may stand for."""
_NUMBER = "[0-9〇一二三四五六七八九十百千万,.]{1,10}"
_GAP = rf"[^。!?\n]{{0,{GAP}}}?"
_SPECIAL = re.compile("([…#])")
_NOT_PLAIN = re.compile("[…#*]")
_PIECES = re.compile(r"[()|…#]|[^()|…#]+")
_OPEN, _CLOSE, _BAR = "\0(", "\0)", "\0|"  # unlike a bracket that folding brings forth
_STRUCTURE = {"(": _OPEN, ")": _CLOSE, "|": _BAR, "…": "…", "#": "#"}


class Spelling(NamedTuple):
    """One spelling of a word, folded: a literal to look for, and the whole word around it."""

    literal: str
    """The rarest part of the word without gaps and numbers; all of it for a plain word."""
    whole: str
    open_end: bool = False

    @property
    def plain(self) -> bool:
        """Whether the literal is all there is to the word."""
        return self.literal == self.whole

    @property
    def latin(self) -> tuple[bool, bool]:
        """Whether the word's left and right edge must be the edge of a Latin word."""
        whole = self.whole
        return "a" <= whole[0] <= "z", "a" <= whole[-1] <= "z" and not self.open_end

    @property
    def regex(self) -> str:
        """The whole word as a part of a pattern, with its Latin edges."""
        written = {"…": _GAP, "#": _NUMBER}
        inner = "".join(written.get(part) or re.escape(part) for part in _SPECIAL.split(self.whole))
        left, right = self.latin
        return f"{'(?<![a-z])' if left else ''}{inner}{'(?![a-z])' if right else ''}"

    @property
    def reach(self) -> int:
        """How far from the literal the rest of the word may stand."""
        return len(self.whole) + (GAP + 1) * (self.whole.count("…") + self.whole.count("#"))


def expand(source: str) -> tuple[str, ...]:
    """Return every spelling that `source` stands for, as written; raises Mistake for a malformed one."""
    return _expand([_STRUCTURE.get(piece, piece) for piece in _PIECES.findall(source)], source)


@cache
def spellings(source: str) -> tuple[Spelling, ...]:
    """Return every spelling that `source` stands for, as it is searched; raises Mistake for a malformed one."""
    pieces = _PIECES.findall(" ".join(source.splitlines()))
    folded = fold("\n".join([piece for piece in pieces if piece not in _STRUCTURE])).text
    if len(pieces) == 1 and folded.strip():
        return (_spelling(folded, source),)
    words = iter(folded.split("\n"))
    expanded = _expand([_STRUCTURE[piece] if piece in _STRUCTURE else next(words) for piece in pieces], source)
    if _NOT_PLAIN.search(source) or _NOT_PLAIN.search(folded):
        return tuple([_spelling(word, source) for word in expanded])
    return tuple(map(Spelling, expanded, expanded))  # most are; it takes a third of the time


def _expand(pieces: list[str], source: str) -> tuple[str, ...]:
    words, rest = _alternatives(pieces, 0, source)
    if rest < len(pieces):
        raise Mistake(_("“)” without “(” in “{word}”").format(word=source), _("write “（” for a real bracket"))
    if not all(word.strip() for word in words):
        raise Mistake(_("“{word}” can stand for nothing at all").format(word=source), _("leave one part fixed"))
    return tuple(dict.fromkeys(words))


def _spelling(word: str, source: str) -> Spelling:
    open_end = word.endswith("*") and len(word) > 1
    word = word[:-1] if open_end else word
    if "…" not in word and "#" not in word:
        return Spelling(word, word, open_end)
    literal = min(filter(None, _SPECIAL.split(word)[::2]), key=_likelihood, default="")
    if not literal:
        raise Mistake(_("“{word}” has no letters to look for").format(word=source))
    return Spelling(literal, word, open_end)


def _alternatives(pieces: list[str], at: int, source: str) -> tuple[list[str], int]:
    """Return the spellings of `pieces` from `at` to the closing bracket or the end, and where that is."""
    branches: list[list[list[str]]] = [[]]
    while at < len(pieces) and pieces[at] != _CLOSE:
        piece = pieces[at]
        at += 1
        if piece == _BAR:
            branches.append([])
        elif piece == _OPEN:
            inner, at = _alternatives(pieces, at, source)
            if at >= len(pieces):
                raise Mistake(_("“(” without “)” in “{word}”").format(word=source), _("write “）” for a real bracket"))
            at += 1
            branches[-1].append(inner)
        else:
            branches[-1].append([piece])
    if sum(prod(map(len, branch)) for branch in branches) > LIMIT:
        what = _("“{word}” stands for more than {limit} spellings").format(word=source, limit=LIMIT)
        raise Mistake(what, _("split it into several words"))
    return ["".join(parts) for branch in branches for parts in product(*branch)], at


def is_latin(char: str) -> bool:
    """Return whether a folded character is a Latin letter, so that a word must end beside it."""
    return "a" <= char <= "z"


@cache
def commonness(source: str) -> float:
    """Return how often a word may be expected in Japanese mail: a rough sum over its spellings, for comparing only."""
    return _commonness(iter(_PIECES.findall(source)))


def _commonness(pieces: Iterator[str]) -> float:
    total, product = 0.0, 1.0
    for piece in pieces:
        if piece == ")":
            break
        if piece == "|":
            total, product = total + product, 1.0
        else:
            product *= _commonness(pieces) if piece == "(" else _likelihood(piece)
    return total + product


@cache
def _likelihood(text: str) -> float:
    return prod(map(_share, text))


def _share(char: str) -> float:
    """Return about how likely such a character is, given the one before."""
    if "ぁ" <= char <= "ん":
        return 0.15
    return 0.01 if char >= "一" else 0.03
