"""Who may raise what: the policy that joins the rules and the reader.

Rules give precision, evidence and excuses; the reader gives breadth. A candidate of either has already passed the
excuses and the gate of stage and permission when it comes here.

1. A rule's sure find counts.
2. A rule's unsure find (`confidence: low`) counts if the reader sees the same category there too (SUPPORT or more), or
   a sure find of the category stands in the same message; else it is let go as `unsure`.
3. The reader's own find counts from its threshold on, unless a rule of the same category already quotes the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from banken.judge.predicates import Place
from banken.words import Category, Level

ALONE = 0.5
"""From this score on the reader raises a finding by itself (its threshold, see judge/reader)."""
SUPPORT = 0.2
"""From this score on the reader bears out an unsure find of a rule."""


@dataclass(frozen=True)
class Candidate:
    """Something found that no excuse let go: by which rule (or the reader), where, and how loud it would be."""

    category: Category
    rule: str
    place: Place
    level: Level
    sure: bool = True
    score: float | None = None
    """The reader's score; None for a rule's find."""


def settle(candidates: Iterable[Candidate], scores: Iterable[Candidate]) -> Iterator[tuple[Candidate, str]]:
    """Yield every candidate with "" when it becomes a finding, else the reason why it does not.

    `candidates` are the rules' finds and the reader's; `scores` are all the reader's windows, weak ones included.
    """
    candidates, scores = list(candidates), list(scores)
    sure = {one.category for one in candidates if one.sure and one.score is None}
    quoted = [one for one in candidates if one.score is None]
    for one in candidates:
        if one.score is not None:
            covered = any(other.category is one.category and _same_words(one, other) for other in quoted)
            yield one, "said by a rule" if covered else ("" if one.score >= ALONE else "unsure")
        elif one.sure or one.category in sure or any(_borne_out(one, window) for window in scores):
            yield one, ""
        else:
            yield one, "unsure"


def _borne_out(one: Candidate, window: Candidate) -> bool:
    return window.category is one.category and (window.score or 0.0) >= SUPPORT and _same_words(one, window)


def _same_words(one: Candidate, other: Candidate) -> bool:
    if one.place.passage is not other.place.passage:
        return False
    return one.place.start < other.place.end and other.place.start < one.place.end
