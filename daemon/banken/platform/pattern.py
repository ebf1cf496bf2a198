r"""The small pattern language of platform.yaml, matched by RE2 only (linear time, whatever a stranger writes).

A pattern is plain words, found anywhere in one line. Beyond plain words it knows:

- ``*`` a few characters (60 at most, not over the end of a sentence), a space: white space or none
- ``{client}``, ``{job}``, ``{worker}``, ``{due}``: a name or title, and remember it
- ``{platform}`` any of the platform's names, ``#`` a number
- ``{this|that}`` one of these (``{this|}``: this or nothing)
- ``^`` first and ``$`` last: the line begins, ends here
- ``re:`` first: the rest is a regular expression of RE2 (https://github.com/google/re2/wiki/Syntax)

Width and case do not matter: both sides are folded, character by character, so that places stay the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import re2

from banken.i18n import _

LENGTHS = {"client": 60, "job": 300, "worker": 40, "due": 24}
"""What a pattern can remember, and how long it may be at most."""

_GAP = "([^。\\n]*?)"
_LONGEST_GAP = 60
_NOT_IN = {"client": "「」。、!", "job": "", "worker": "「」。、!", "due": "。"}
"""Characters that never stand inside what is remembered."""

_SPACES = r"\s*"
_SIGNS = {"*": _GAP, " ": _SPACES, "#": "[0-9]+"}

MASK = "〓"
"""Stands where a name or title was taken out of a line (the printer's mark for a missing type)."""

PLATFORM = "platform"
LONGEST = 2000
"""Code points of a line that are looked at; no notice has a longer one that matters."""


class PatternError(ValueError):
    """A pattern that cannot be read; the text says why."""


def fold(text: str) -> str:
    """Return `text` with width and case undone, each character on its own place (NFKC where it keeps one)."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_character, text))


@cache
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).casefold()
    return folded if len(folded) == 1 else character


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a pattern was found in a line, and what it remembered (name → place)."""

    start: int
    end: int
    spans: Mapping[str, tuple[int, int]]


class Pattern:
    """One pattern, checked; compiled for as long as it is in use (`forget`)."""

    def __init__(self, source: str, names: Sequence[str] = (PLATFORM,)) -> None:
        self.source = source
        self.expression = _expression(source, names)
        compiled = _compile(self.expression, source)
        self._groups = {name: number for name, number in compiled.groupindex.items() if name in LENGTHS}
        # RE2 would unroll a counted repeat into thousands of states; the lengths are looked at afterwards instead.
        by_number = {number: name for name, number in self._groups.items()}
        groups = range(1, compiled.groups + 1)
        own = source.startswith("re:")
        gap = LONGEST if own else _LONGEST_GAP
        self._limits = [LONGEST, *(LENGTHS[by_number[number]] if number in by_number else gap for number in groups)]

    @property
    def remembers(self) -> frozenset[str]:
        """What it remembers of a line (see LENGTHS)."""
        return frozenset(self._groups)

    def find(self, folded: str) -> Hit | None:
        """Return the first place in a folded line, or None."""
        match = _in_use(self).search(folded[:LONGEST])
        if match is None:
            return None
        places = [match.span(number) for number in range(len(self._limits))]
        if any(end - start > limit for (start, end), limit in zip(places, self._limits, strict=True)):
            return None
        spans = {name: places[number] for name, number in self._groups.items() if places[number][1] > 0}
        return Hit(places[0][0], places[0][1], spans)


class Patterns:
    """Several patterns, any of which will do; asked as one expression first, since most lines match none."""

    def __init__(self, sources: Iterable[str], names: Sequence[str] = (PLATFORM,)) -> None:
        self.patterns = tuple(Pattern(source, names) for source in sources)

    @property
    def expression(self) -> str:
        """The expression that is found wherever any of them is."""
        return "|".join(f"(?:{_nameless(one.expression)})" for one in self.patterns)

    def matches(self, folded: str) -> bool:
        """Whether any pattern is found in a folded line."""
        return self.find(folded) is not None

    def find(self, folded: str) -> Hit | None:
        """Return the hit of the first pattern (in the order of the file) that is found, or None."""
        return next(self.hits(folded), None)

    def hits(self, folded: str) -> Iterator[Hit]:
        """Yield the first hit of every pattern that is found, in the order of the file."""
        if not self.patterns or _in_use(self).search(folded[:LONGEST]) is None:
            return
        for pattern in self.patterns:
            hit = pattern.find(folded)
            if hit is not None:
                yield hit


@cache
def _in_use(pattern: Pattern | Patterns) -> re2._Regexp:
    return _compile(pattern.expression, "")


def forget() -> None:
    """Give back the memory of all that was compiled; what is asked for again is compiled again.

    RE2 remembers of each expression, up to 8 MB, how the texts it met go on: over the years that of hundreds adds up.
    """
    _in_use.cache_clear()
    re2.purge()


def _compile(expression: str, source: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise PatternError(_("“{pattern}” is no pattern: {why}").format(pattern=source, why=why)) from None


def _expression(source: str, names: Sequence[str]) -> str:
    if source.startswith("re:"):
        return source.removeprefix("re:").strip()
    text = fold(source)
    head, tail = text.startswith("^"), text.endswith("$")
    reader = _Reader(source, text[int(head) : len(text) - int(tail)], names)
    return ("^" + _SPACES if head else "") + reader.read() + (_SPACES + "$" if tail else "")


class _Reader:
    """Turns one pattern into an expression of RE2."""

    def __init__(self, source: str, text: str, names: Sequence[str]) -> None:
        self._source = source
        self._text = text
        self._names = names
        self._place = 0

    def read(self) -> str:
        parts = list(self._parts(""))
        if self._place < len(self._text):
            raise PatternError(_("“{pattern}” closes a }} that was never opened").format(pattern=self._source))
        return "".join(parts)

    def _parts(self, stops: str) -> Iterator[str]:
        while self._place < len(self._text) and self._text[self._place] not in (stops or "}"):
            character = self._text[self._place]
            self._place += 1
            yield self._braces() if character == "{" else _SIGNS.get(character) or re2.escape(character)

    def _braces(self) -> str:
        inner = self._text[self._place : max(self._text.find("}", self._place), self._place)]
        if inner in (*LENGTHS, PLATFORM):
            self._place += len(inner) + 1
            return self._named(inner)
        choices = ["".join(self._parts("|}"))]
        while self._place < len(self._text) and self._text[self._place] == "|":
            self._place += 1
            choices.append("".join(self._parts("|}")))
        if self._place == len(self._text):
            raise PatternError(_("“{pattern}” opens a {{ and never closes it").format(pattern=self._source))
        self._place += 1
        if len(choices) == 1:
            what = _("“{pattern}”: there is no {{{name}}} (known: {known})")
            known = ", ".join((*LENGTHS, PLATFORM))
            raise PatternError(what.format(pattern=self._source, name=inner, known=known))
        return "(?:" + "|".join(self._named(one) if one == PLATFORM else one for one in choices) + ")"

    def _named(self, name: str) -> str:
        if name == PLATFORM:
            names = "|".join(re2.escape(fold(one)).replace("\\ ", _SPACES) for one in self._names)
            return f"{_SPACES}(?:{names}){_SPACES}"
        outside = _NOT_IN[name] + MASK
        return f"{_SPACES}(?P<{name}>[^\\s{outside}][^{outside}\\n]*?){_SPACES}"


def _nameless(expression: str) -> str:
    for name in LENGTHS:
        expression = expression.replace(f"(?P<{name}>", "(?:")
    return expression.replace(_GAP, _GAP.replace("(", "(?:"))
