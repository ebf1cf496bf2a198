"""Who may raise what: the policy that joins the rules and the reader.

Rules give precision, evidence and excuses; the reader gives breadth. A candidate of either has already passed the
excuses and the gate of stage and permission when it comes here.

1. A rule's find counts if the reader hears its category in the same words (SUPPORT or more), or if it needs no hearing:
   its words were disguised (nobody does that by accident), or the rule is certain of it (`confidence: certain`: asks that only
   the stage makes asks, which the reader cannot learn). A link says little itself: of it the message may speak anywhere. Else a
   find is let go as `unheard`.
2. Where no reader is asked, or a message goes on beyond what it reads of one, every sure find counts; an unsure one
   (`confidence: low`) counts where a sure one of its category stands in the same message, and else is let go as `unsure`.
   Where the reader hears an unsure find better in other words, which no rule has found, it is the reader that tells.
3. The reader's own find counts from ALONE on, unless a rule quotes its words already, or as loud a find of its category is
   told: a rule knows better which words show it, and of its own finds only the loudest counts. Around an ask the reader hears
   an echo, and half of what it would quote besides is that.
   A message of FEW sentences or less gives the reader little to go by, and most are everyday talk: there its own finds count
   from ALONE_IN_FEW on (of English from ALONE_IN_FEW_LATIN), and a rule's from SUPPORT_IN_FEW on in the same words, or from
   ALONE on anywhere in the message; a link needs no hearing there.
4. Excuses look at the reader's finds, too; where it is SURE, only those that the category says (`reader: heeds:`). It has
   read the denial that an excuse would point at; below, an excuse is right four times in five.
5. The subject of a client's own mail is heard apart from the text. Nothing is told of it but what a rule finds there, and that
   only if the reader hears it there (IN_SUBJECT) or its category in the text (SUPPORT): a few words name a matter and often
   ask nothing. Above a text of FEW sentences both are one short message (3.). What is told of the text, the subject leaves
   as it is.

Chosen by measurement (2026-11-29; P/R of warnings, the watched authors left out): .984/.967; earlier weights .980/.966, with
ALONE_IN_FEW .7 or .85 .979/.967. Of 600 everyday sentences 3 warn. Of 1,200 short messages in Japanese that nothing was learned
from, a third of them asks beside innocent twins, P/R are .917/.960 with .85, .923/.958 with .9, .926/.957 with .93; of 1,200 in
English .973/.939 with .7, .976/.916 with .82: hence two borders. Where it was SURE, heeding job topics and third parties let go
21 asks for interviews and 3 for contact in 11,400 texts, and no innocent one.
That a window names a tool or a way to pay tells nothing more about it. On mails of nine authors who came later, SUPPORT
.4 or .5 for all changed F1 by less than .005 either way. With SURE .5 or .8, ALONE .45 or .6, F1 is at best the same.
That links need hearing took away 5 of 41 false warnings of 445 innocent texts full of links, and lost none of 165 asks.
Where sure finds were outdone, too, what is quoted lay no better in the ask: 4 of 366 quotations of the watched and 18 of
365 of later authors beside it, instead of 3 of 373 and 21 of 369. In 3,675 new subjects the reader's own finds would be
right twice and false 7 times. With SUPPORT_IN_FEW for IN_SUBJECT 4 of 1,687 innocent mails more warn because of their
subject, as it is none; of 758 short asks as a subject above a harmless text 483 are found, instead of 489.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from banken.judge.predicates import Place
from banken.words import LEVELS, Category, Level

ALONE = 0.5
"""From this score on the reader raises a finding by itself."""
ALONE_IN_FEW = 0.9
"""The same in a message of few sentences."""
ALONE_IN_FEW_LATIN = 0.7
"""The same in one without a Japanese letter: of English the reader has read half as much, and is less sure of every ask."""
FEW = 2
"""So many sentences are few."""
SUPPORT = 0.3
"""From this score on the reader bears out a rule's find."""
SUPPORT_IN_FEW = 0.2
"""The same in a message of few sentences; the reader tells of nothing that it hears less (reader.FLOOR)."""
IN_SUBJECT = 0.7
"""From this score on the reader bears out a rule's find in the subject above a text of more sentences."""
SURE = 0.6
"""From this score on the reader is past most excuses."""
JAPANESE = re.compile("[ぁ-ヺ\u4e00-\u9fff]")
PLAINLY_MEANT = frozenset({"disguised", "masked"})
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
    yields: Category | None = None
    """The category that tells of it, too (schema.Rule)."""
    unread: bool = False
    """Whether it stands where the reader did not read any more."""


def border(sentences: Sequence[str]) -> float:
    """Return from which score on the reader raises a finding by itself in a message of these sentences."""
    if len(sentences) > FEW:
        return ALONE
    return ALONE_IN_FEW if any(map(JAPANESE.search, sentences)) else ALONE_IN_FEW_LATIN


def settle(
    candidates: Iterable[Candidate],
    scores: Iterable[Candidate],
    *,
    heard: bool = True,
    few: bool = False,
    alone: float = ALONE,
) -> Iterator[tuple[Candidate, str]]:
    """Yield every candidate with "" when it becomes a finding, else the reason why it does not.

    `candidates` are the rules' finds and the reader's; `scores` are all the reader's windows, weak ones included;
    `heard` is whether a reader was asked at all, `few` whether the message has no more than FEW sentences, `alone` from
    which score on the reader raises a finding by itself (`border`).
    """
    candidates, scores = list(candidates), list(scores)
    finds = [one for one in candidates if one.score is None]
    sure = {one.category for one in finds if one.sure}
    windows = sorted((one for one in candidates if one.score is not None), key=_loudness, reverse=True)
    loud = [one for one in windows if (one.score or 0.0) >= alone]
    said = {id(one) for one in loud if any(_same_matter(one, find) for find in finds)}
    its_own = [one for one in loud if id(one) not in said]
    reasons = []
    for one in finds:
        listened = heard and not one.unread
        reason = _unsaid(one, scores, few=few) if listened else ("" if one.category in sure else "unsure")
        if not (reason or one.sure or _plainly_meant(one)) and _is_outdone(one, its_own, scores):
            reason = "said elsewhere"
        reasons.append(reason)
    told = [one for one, reason in zip(finds, reasons, strict=True) if not reason]
    for one, reason in zip(finds, reasons, strict=True):
        yield one, reason or _yielded(one, told)
    told = [one for one in told if not one.place.passage.is_heading]
    for one in windows:
        if (one.score or 0.0) < alone:
            reason = "unsure"
        elif id(one) in said:
            reason = "said by a rule"
        else:
            reason = _said_elsewhere(one, told)
        told += [one] if not reason else []
        yield one, reason


def _unsaid(one: Candidate, scores: Iterable[Candidate], *, few: bool) -> str:
    """Return why a rule's find does not count, "" when it does."""
    needs_no_hearing = _plainly_meant(one) or (few and _is_link(one))
    return "" if needs_no_hearing or any(_borne_out(one, window, few=few) for window in scores) else "unheard"


def _is_outdone(one: Candidate, its_own: Iterable[Candidate], scores: Iterable[Candidate]) -> bool:
    """Return whether the reader hears an unsure find better in words that no rule has found, and will tell these."""
    here = max((window.score or 0.0 for window in scores if _same_matter(one, window)), default=0.0)
    return any(
        other.category is one.category and (other.score or 0.0) > here and _is_as_loud(other, one) for other in its_own
    )


def _said_elsewhere(one: Candidate, told: Iterable[Candidate]) -> str:
    return "said elsewhere" if any(other.category is one.category and _is_as_loud(other, one) for other in told) else ""


def _yielded(one: Candidate, told: Sequence[Candidate]) -> str:
    """Return why a find yields: another category tells of the same words, and its own has other words to tell of."""
    others = [other for other in told if other.category is one.yields and _same_words(one, other)]
    own = (other for other in told if other.category is one.category and other.yields is None)
    return "said elsewhere" if others and any(_is_as_loud(other, one) for other in own) else ""


def _is_as_loud(other: Candidate, one: Candidate) -> bool:
    return LEVELS.index(other.level) >= LEVELS.index(one.level)


def _loudness(one: Candidate) -> tuple[int, float]:
    return LEVELS.index(one.level), one.score or 0.0


def _plainly_meant(one: Candidate) -> bool:
    """Whether a find is beyond the reader's say: certain, written so on purpose, or no words at all (a forged sender)."""
    return (
        one.certain or one.category is Category.IMPERSONATION or any(hit.how in PLAINLY_MEANT for hit in one.place.hits)
    )


def _borne_out(one: Candidate, window: Candidate, *, few: bool) -> bool:
    score = window.score or 0.0
    if one.place.passage.is_heading and not few:
        needed = IN_SUBJECT if window.place.passage.is_heading else SUPPORT
        return window.category is one.category and score >= needed
    here = score >= (SUPPORT_IN_FEW if few else SUPPORT) and (_is_link(one) or _same_words(one, window))
    return window.category is one.category and (here or (few and score >= ALONE))


def _is_link(one: Candidate) -> bool:
    return any(hit.how == "link" for hit in one.place.hits)


def _same_matter(one: Candidate, other: Candidate) -> bool:
    return one.category is other.category and _same_words(one, other)


def _same_words(one: Candidate, other: Candidate) -> bool:
    if one.place.passage is not other.place.passage:
        return False
    return one.place.start < other.place.end and other.place.start < one.place.end
