"""When a channel is *used as a means* (「LINE で」「Slack の ID」「by e-mail」) and not merely named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from banken.judge.lexicon import Hit, Lexicon
from banken.judge.passage import Passage
from banken.judge.schema import Concept, Means
from banken.judge.spelling import Spelling, spellings

_SKIP = r"[\s「」『』“”\"'()\[\]<>【】]"
_LEFT_REACH = 24


@dataclass(frozen=True)
class Beside:
    """Words that stand right beside a place, behind fillers; a word of `not_inside` there spoils it."""

    right: re.Pattern[str] | None
    left: re.Pattern[str] | None

    @classmethod
    def of(cls, concepts: Mapping[str, Concept], lists: Iterable[str], fillers: Iterable[str]) -> Beside:
        """Compile `lists` of words, with `fillers` that may stand between."""
        good = _written(word for name in lists for word in words_of(concepts, name))
        bad = _written(word for name in lists for word in not_inside_of(concepts, name))
        if not good:
            return cls(None, None)
        skip = "|".join([_SKIP, *_written(word for name in fillers for word in words_of(concepts, name))])
        # the longest first; the group `bad` says that what stands here only begins like one of the words
        words = sorted(
            [(word, "bad") for word in bad] + [(word, "good") for word in good], key=lambda one: -len(one[0])
        )
        either = "|".join(f"(?P<bad{at}>{word})" if kind == "bad" else word for at, (word, kind) in enumerate(words))
        return cls(re.compile(f"(?:{skip}){{0,4}}(?:{either})"), re.compile(f"(?:{either})(?:{skip}){{0,2}}$"))

    def behind(self, text: str, at: int) -> bool:
        """Return whether one of the words stands right behind `at`."""
        found = self.right.match(text, at) if self.right else None
        return found is not None and found.lastgroup is None

    def before(self, text: str, at: int) -> bool:
        """Return whether one of the words stands right before `at`."""
        found = self.left.search(text[max(0, at - _LEFT_REACH) : at]) if self.left else None
        return found is not None and found.lastgroup is None


class UsedAsMeans:
    """The grammar's `means:`, compiled."""

    def __init__(self, ways: Sequence[Means], concepts: Mapping[str, Concept], fillers: Sequence[str]) -> None:
        self._right = Beside.of(concepts, [name for way in ways for name in way.right], fillers)
        self._left = Beside.of(concepts, [name for way in ways for name in way.left], fillers)
        self._apart = [way for way in ways if way.before or way.after]

    def holds(self, passage: Passage, hit: Hit, lexicon: Lexicon) -> bool:
        """Return whether the channel at `hit` is used as a means."""
        if hit not in passage.as_means:
            passage.as_means[hit] = (
                self._right.behind(passage.text, hit.end)
                or self._left.before(passage.text, hit.start)
                or any(_apart(way, passage, hit, lexicon) for way in self._apart)
            )
        return passage.as_means[hit]


def _apart(way: Means, passage: Passage, hit: Hit, lexicon: Lexicon) -> bool:
    start, end = passage.clause_at(hit.start)
    within = way.within if way.within is not None else end - start
    before = passage.words(lexicon, way.before, max(start, hit.start - within), hit.start) if way.before else []
    return bool(before) or bool(way.after and passage.words(lexicon, way.after, hit.end, min(end, hit.end + within)))


def words_of(concepts: Mapping[str, Concept], name: str) -> list[Spelling]:
    """Return all spellings of a concept, those it uses included."""
    concept = concepts[name]
    own = [spelling for source in (*concept.words, *concept.brand) for spelling in spellings(source)]
    return own + [spelling for used in concept.use for spelling in words_of(concepts, used)]


def not_inside_of(concepts: Mapping[str, Concept], name: str) -> list[Spelling]:
    """Return what a concept's words must not stand inside of, those it uses included."""
    concept = concepts[name]
    own = [spelling for source in concept.not_inside for spelling in spellings(source)]
    return own + [spelling for used in concept.use for spelling in not_inside_of(concepts, used)]


def _written(spellings: Iterable[Spelling]) -> list[str]:
    patterns = dict.fromkeys(spelling.regex for spelling in spellings)
    return sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
