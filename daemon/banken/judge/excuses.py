"""Why a candidate is let go: each excuse of the rules, looked for where its grammar says.

All words are data (rules/grammar, rules/<platform>); here is only what it means for a word to stand after, before,
around, in quotation marks, above a list, or anywhere in the client's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from banken.judge.lexicon import Lexicon
from banken.judge.means import Beside
from banken.judge.model import Case
from banken.judge.passage import Passage
from banken.judge.predicates import Place
from banken.judge.schema import Concept, Condition, Excuse
from banken.judge.views import Span

_LIST_LINE = re.compile(  # not the signs that stand before headings as well (▽ #)
    r"\s*(?:[・●○■□◆◇▼☆★※◎→✕×✖⇒✔✓>*•-]|q?[0-9]{1,2}\s?[.)、:]|[a-z]\s?[.):]|\([0-9a-z]{1,2}\)|[①-⑳])"
)
_HEAD_LINE = re.compile(r"[:↓▼]\s*$")
_RULED_LINE = re.compile(r"[\W_]*$")
_BETWEEN_QUOTATIONS = re.compile(r"[\s、,・/／やと]{0,3}[「『“]")
_LINES_UP = 15


class Reading(Protocol):
    """What an excuse may look at beyond the place itself (reading.py)."""

    @property
    def case(self) -> Case: ...  # noqa: D102
    @property
    def passages(self) -> Sequence[Passage]: ...  # noqa: D102
    @property
    def subject(self) -> frozenset[str]: ...  # noqa: D102


_Look = Callable[[Condition, Place, Reading], str | None]


class _Check(NamedTuple):
    """One condition of an excuse, and how it is looked into."""

    look: _Look
    condition: Condition
    triggers: int | None
    """The lists that it cannot hold without (bits of the grammar's lexicon); None: unknown."""


class _Compiled(NamedTuple):
    """An excuse: its conditions, and the lists that all of them together cannot hold without."""

    checks: tuple[_Check, ...]
    triggers: int
    """The triggers in the sentences of the place itself."""
    beside: int
    """The triggers in those and the sentences beside them."""
    always: bool
    """Whether a condition has no trigger."""
    particular: bool
    """Whether it depends on which words were hit, not only on the stretch."""


def _triggers(condition: Condition, lexicon: Lexicon) -> int | None:
    lists = condition.after or condition.before or condition.around
    return lexicon.mask(lists) if lists and condition.scope != "paragraph" else None


class Excuses:
    """All excuses, compiled; `letting_go` is asked once for each candidate."""

    def __init__(
        self,
        excuses: Mapping[str, Excuse],
        concepts: Mapping[str, Concept],
        fillers: Sequence[str],
        lexicon: Lexicon,
    ) -> None:
        self._excuses = excuses
        self._lexicon = lexicon
        looks: dict[str, _Look] = {
            "after": self._after,
            "before": self._before,
            "around": self._around,
            "quoted": self._quoted,
            "message": self._message,
            "in_paragraph_head": self._list_head,
            "subject": _subject,
            "case": _case,
        }
        self._compiled = {
            name: _compiled(
                _Check(looks[condition.place], condition, _triggers(condition, lexicon)) for condition in excuse.any
            )
            for name, excuse in excuses.items()
        }
        self._quoting = {
            condition.quoted: Beside.of(concepts, condition.quoted, fillers)
            for excuse in excuses.values()
            for condition in excuse.any
            if condition.quoted is not None
        }

    def letting_go(self, place: Place, names: Iterable[str], reading: Reading) -> Iterator[tuple[str, str]]:
        """Yield the excuses among `names` that hold for `place`, in their order, each with the word that makes it."""
        near = place.grammar(self._lexicon)
        for name in names:
            excuse = self._compiled[name]
            if excuse.always or excuse.triggers & near or (excuse.beside and excuse.beside & self._beside_of(place)):
                word = self._word_for(name, excuse, place, reading)
                if word is not None:
                    yield name, word

    def _beside_of(self, place: Place) -> int:
        return place.grammar(self._lexicon, margin=1)

    def effect(self, name: str) -> str:
        """Return what an excuse does: `clear` or `notice`."""
        return self._excuses[name].effect

    def _word_for(self, name: str, excuse: _Compiled, place: Place, reading: Reading) -> str | None:
        known = place.passage.excused
        key = (name, place.start, place.end, place.hits if excuse.particular else None)
        if key not in known:
            known[key] = None
            for check in excuse.checks:
                if check.triggers is None or check.triggers & place.grammar(self._lexicon, _margin(check.condition)):
                    word = check.look(check.condition, place, reading)
                    if word is not None:
                        known[key] = word
                        break
        return known[key]

    def _after(self, condition: Condition, place: Place, _reading: Reading) -> str | None:
        return self._behind(condition, condition.after or (), place)

    def _before(self, condition: Condition, place: Place, _reading: Reading) -> str | None:
        return self._in_front(condition, condition.before or (), place)

    def _around(self, condition: Condition, place: Place, _reading: Reading) -> str | None:
        lists = condition.around or ()
        return (
            self._in_front(condition, lists, place) or self._amid(lists, place) or self._behind(condition, lists, place)
        )

    def _amid(self, lists: tuple[str, ...], place: Place) -> str | None:
        """Return a word of `lists` between the words of a find (not one of them)."""
        if len(place.hits) < 2:
            return None
        passage = place.passage
        for start, end in passage.words(self._lexicon, lists, place.start, place.end):
            if all(end <= hit.start or hit.end <= start for hit in place.hits):
                return passage.text[start:end]
        return None

    def _behind(self, condition: Condition, lists: tuple[str, ...], place: Place) -> str | None:
        passage, (_low, high) = place.passage, place.scope(condition.scope)
        reach = high if condition.within is None else min(high, place.end + condition.within)
        for word in passage.words(self._lexicon, lists, place.end, reach):
            if condition.unless and passage.words(self._lexicon, condition.unless, word[1], high):
                continue
            between = condition.unless_between
            if between and passage.words(self._lexicon, between, place.end, word[0]):
                continue
            return passage.text[slice(*word)]
        return None

    def _in_front(self, condition: Condition, lists: tuple[str, ...], place: Place) -> str | None:
        passage, (low, high) = place.passage, place.scope(condition.scope)
        reach = low if condition.within is None else max(low, place.start - condition.within)
        words = passage.words(self._lexicon, lists, reach, place.start)
        if not words or (condition.unless and passage.words(self._lexicon, condition.unless, place.end, high)):
            return None
        if condition.unless_between:
            words = [word for word in words if not self._between(condition, word, place)]
        return passage.text[slice(*words[-1])] if words else None

    def _between(self, condition: Condition, word: Span, place: Place) -> bool:
        return bool(place.passage.words(self._lexicon, condition.unless_between, word[1], place.start))

    def _quoted(self, condition: Condition, place: Place, _reading: Reading) -> str | None:
        passage = place.passage
        quotation = passage.quotation_at(place.start, place.end)
        if quotation is None:
            return None
        start, end = quotation
        if condition.unless and self._beside(condition, place, start, end):
            return None
        quoted = passage.text[start - 1 : end + 1]
        if condition.quoted:
            beside = self._quoting[condition.quoted]
            return quoted if beside.behind(passage.text, _last_quotation(passage, end) + 1) else None
        return quoted if len(passage.text[start:end].strip()) > place.end - place.start else None

    def _beside(self, condition: Condition, place: Place, start: int, end: int) -> bool:
        """Return whether a word of `unless` stands in the sentence outside the quotation."""
        low, high = place.scope("sentence")
        words = place.passage.words(self._lexicon, condition.unless, low, max(high, end))
        return any(word[1] <= start or end <= word[0] for word in words)

    def _message(self, condition: Condition, _place: Place, reading: Reading) -> str | None:
        for passage in reading.passages:
            for concept in condition.message or ():
                for span in passage.scan.spans(concept):
                    return passage.text[slice(*span)]
        return None

    def _list_head(self, condition: Condition, place: Place, _reading: Reading) -> str | None:
        passage = place.passage
        line = passage.text.rfind("\n", 0, place.start) + 1
        if line not in passage.heads:
            passage.heads[line] = _head_of_list(passage.text, line)
        head = passage.heads[line]
        if head is None:
            return None
        words = passage.words(self._lexicon, condition.in_paragraph_head or (), *head)
        return passage.text[slice(*words[0])] if words else None


def _compiled(checks: Iterable[_Check]) -> _Compiled:
    checks = tuple(checks)
    triggers = [0, 0]
    for check in checks:
        triggers[_margin(check.condition)] |= check.triggers or 0
    return _Compiled(
        checks,
        triggers[0],
        triggers[1],
        always=any(check.triggers is None for check in checks),
        particular=any(check.condition.subject or check.condition.around for check in checks),
    )


def _margin(condition: Condition) -> int:
    """Return how many sentences before and behind its own a condition looks at, at most."""
    return 1 if condition.scope == "next" else 0


def _subject(_condition: Condition, place: Place, reading: Reading) -> str | None:
    if place.passage.is_heading and reading.case.subject in reading.case.heading:
        return None  # the subject does not excuse its own words; a title known from elsewhere may
    return next((hit.concept for hit in place.hits if hit.concept in reading.subject), None)


def _case(condition: Condition, _place: Place, reading: Reading) -> str | None:
    return condition.case if condition.case and getattr(reading.case, condition.case) else None


def _last_quotation(passage: Passage, end: int) -> int:
    """Return the closing mark of the last of the quotations that follow the one closing at `end` in a row."""
    for _quotation in range(_LINES_UP):
        following = _BETWEEN_QUOTATIONS.match(passage.text, end + 1)
        inside = passage.quotation_at(following.end(), following.end()) if following else None
        if following is None or inside is None or inside[0] != following.end():
            break
        end = inside[1]
    return end


def _head_of_list(text: str, start: int) -> Span | None:
    """Return the line above the list that the line at `start` stands in; None when it stands in no list.

    A list is made of lines with bullets, or of the lines that follow one with a colon or an arrow at its end.
    """
    bulleted = _LIST_LINE.match(text, start) is not None
    for _line in range(_LINES_UP):
        if start == 0:
            return None
        end = start - 1
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end]
        if _RULED_LINE.match(line):
            if not bulleted and not line.strip():
                return None
        elif _HEAD_LINE.search(line) or (bulleted and not _LIST_LINE.match(line)):
            return start, end
    return None
