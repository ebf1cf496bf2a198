"""Who may raise what: the policy that joins the rules and the reader.

Rules give precision, evidence and excuses; the reader gives breadth. A candidate of either has already passed the
excuses and the gate of stage and permission when it comes here.

1. A rule's sure find counts if the reader hears anything of its category in the message (SUPPORT or more), or if its
   words were disguised or are a link: nobody does that by accident; or if the rule is certain of it (`confidence: certain`:
   asks that only the stage makes asks, which the reader cannot learn). Else it is let go as `unheard`. Where no reader
   is asked, every sure find counts.
2. A rule's unsure find (`confidence: low`) counts if the reader sees the same category there too (SUPPORT or more), or
   a sure find of the category stands in the same message; else it is let go as `unsure`.
3. The reader's own find counts from ALONE on, unless a rule of the same category already quotes the sentence.

4. Excuses look at the reader's finds, too; where it is SURE, only those that the category says (`reader: heeds:`). It has
   read the denial that an excuse would point at, and mostly the excuse errs (R .91 to .94 at the same P).

Chosen by measurement (2026-11-25, 21 authors of 4,221 mails, each left out of what the reader learned; warn, without and
with the four hard authors apart): .923/.916 and .913/.825 at ALONE .5 and SUPPORT .25; .920/.922 and .919/.832 at .45 and
.3; with the rules' say taken away altogether .919/.919 and .922/.833 at .4. A third fitted from every rule's and excuse's
own weight came to no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from banken.judge.predicates import Place
from banken.words import Category, Level

ALONE = 0.45
"""From this score on the reader raises a finding by itself: a little below its learned border."""
SUPPORT = 0.3
"""From this score on the reader bears out a rule's find."""
SURE = 0.6
"""From this score on the reader is past most excuses."""
PLAINLY_MEANT = frozenset({"disguised", "masked", "link"})
"""Ways of writing that are no accident."""


@dataclass(frozen=True)
class Candidate:
    """Something found that no excuse let go: by which rule (or the reader), where, and how loud it would be."""

    category: Category
    rule: str
    place: Place
    level: Level
    sure: bool = True
    certain: bool = False
    score: float | None = None
    """The reader's score; None for a rule's find."""


def settle(
    candidates: Iterable[Candidate], scores: Iterable[Candidate], *, heard: bool = True
) -> Iterator[tuple[Candidate, str]]:
    """Yield every candidate with "" when it becomes a finding, else the reason why it does not.

    `candidates` are the rules' finds and the reader's; `scores` are all the reader's windows, weak ones included;
    `heard` is whether a reader was asked at all.
    """
    candidates, scores = list(candidates), list(scores)
    audible = {one.category for one in scores if (one.score or 0.0) >= SUPPORT} if heard else set(Category)
    sure = {one.category for one in candidates if one.sure and one.score is None}
    quoted = [one for one in candidates if one.score is None]
    for one in candidates:
        if one.score is not None:
            covered = any(other.category is one.category and _same_words(one, other) for other in quoted)
            yield one, "said by a rule" if covered else ("" if one.score >= ALONE else "unsure")
        elif one.category not in audible and not _plainly_meant(one):
            yield one, "unheard"
        elif one.sure or one.category in sure or any(_borne_out(one, window) for window in scores):
            yield one, ""
        else:
            yield one, "unsure"


def _plainly_meant(one: Candidate) -> bool:
    """Whether a find is beyond the reader's say: certain, written so on purpose, or no words at all (a forged sender)."""
    return (
        one.certain or one.category is Category.IMPERSONATION or any(hit.how in PLAINLY_MEANT for hit in one.place.hits)
    )


def _borne_out(one: Candidate, window: Candidate) -> bool:
    return window.category is one.category and (window.score or 0.0) >= SUPPORT and _same_words(one, window)


def _same_words(one: Candidate, other: Candidate) -> bool:
    if one.place.passage is not other.place.passage:
        return False
    return one.place.start < other.place.end and other.place.start < one.place.end
