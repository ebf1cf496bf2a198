"""Lines of a frame that name a value: 「■お仕事：…」 「[契約ID] …」 「▽ 本文 ▽」."""

from __future__ import annotations

from dataclasses import dataclass

import re2

from banken.platform.lines import Line
from banken.platform.pattern import fold
from banken.platform.schema import Labels

_OPENING = r"^[\s■□◆◇●○◎▼▽▲△★☆*・>＞※#\-—–―─━┃│=＝~〜【\[<「『(（|｜〔《✉📩]*"
_CLOSING = r"[\s◇◆■□●○◎★☆*】\]>＞」』)）〕》▽▼△▲\-—–―─━┃│=＝~〜]*"

_SAID = re2.compile(r"\p{Hiragana}|\p{Katakana}{2}|\p{Latin}{2}")


@dataclass(frozen=True, slots=True)
class Field:
    """A label's kind (the keys of `labels:`), its value, and where that begins."""

    kind: str
    value: str
    at: int
    quoted: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the value is a number, a day, a sum: nothing that anybody could have said."""
        return _SAID.search(self.value) is None

    @property
    def is_text(self) -> bool:
        """Whether the client's words follow."""
        return self.kind in ("text", "weak_text")


class Labelled:
    """Knows the labels of one platform."""

    def __init__(self, labels: Labels) -> None:
        self._kinds = {fold(word).replace(" ", ""): kind for kind, words in labels for word in words}
        longest_first = sorted(self._kinds, key=len, reverse=True)
        words = "|".join(_spread(word) for word in longest_first)
        self._expression = re2.compile(
            rf"{_OPENING}(?P<label>{words})(?P<close>{_CLOSING})(?P<colon>[:：]?)\s*(?P<value>.*)$"
        )
        self._label, self._close, self._colon, self._value = (
            self._expression.groupindex[name] for name in ("label", "close", "colon", "value")
        )

    def read(self, line: Line) -> Field | None:
        """Return the field that a line is; None when its first words are no label, or belong to a sentence."""
        match = self._expression.search(line.folded)
        if match is None:
            return None
        kind = self._kinds["".join(match.group(self._label).split())]
        at = match.span(self._value)[0]
        value = line.text[at:].strip()
        close, colon = match.group(self._close), match.group(self._colon)
        if not value:
            return Field(kind, "", len(line.text))
        if kind in ("text", "weak_text", "text_ends", "history"):
            return Field(kind, value, at) if colon and kind != "history" else None
        # "To activate …" is a sentence; 「お仕事　翻訳」 is a label and its value.
        spaced = close and not match.group(self._label).isascii()
        bare = _unquoted(value)
        return Field(kind, bare, at, quoted=bare != value) if colon or spaced or bare != value else None


def _spread(word: str) -> str:
    """Return the expression of a label; one of two characters may be spread to the width of others (「件　名」)."""
    return (r"\s*" if len(word) == 2 else "").join(map(re2.escape, word))


def _unquoted(value: str) -> str:
    for opening, closing in (("「", "」"), ("『", "』")):
        if value.startswith(opening) and value.endswith(closing):
            return value[1:-1].strip()
    return value
