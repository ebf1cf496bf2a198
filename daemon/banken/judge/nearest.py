"""Which rule came nearest to finding something in a mail, at which sentence, and what stopped it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from banken.i18n import _
from banken.judge.judge import Judge
from banken.judge.model import Case
from banken.judge.passage import Passage
from banken.judge.plain import headed, spoken
from banken.judge.predicates import Finder, hits_of
from banken.judge.reading import Reading, read
from banken.judge.schema import Rule
from banken.judge.views import Span
from banken.words import Category, Evidence, Excused

_RUN = re.compile(r"[一-龥々]{2,}|[ァ-ヺー]{2,}|[A-Za-z][A-Za-z0-9]+")
_MOST = 200
"""Sentences of a mail that are looked at."""
_AS_A_WORD = 0.5
"""What a term counts whose word is there, but not as a means."""


@dataclass(frozen=True, slots=True)
class Near:
    """A rule that nearly found something in one sentence of the message, as it stands there."""

    rule: Rule
    sentence: Evidence
    share: float
    """Which part of what the rule needs stands in the sentence; more than 1 when it found all, and was let go."""
    why: str
    """What stopped it, for people."""
    missing: tuple[str, ...] = ()
    """The concepts of which a word would have been needed."""


def nearest(judge: Judge, case: Case, category: Category | None = None, *, most: int = 3) -> list[Near]:
    """Return the rules (of `category`, if given) that came nearest, the best first, each once."""
    reading = read(case, judge.book)
    excused = judge.judge(case).excused
    heard = _heard(judge, reading)
    rules = [rule for rule in judge.book.rules if category in (None, rule.category)]
    found = [near for rule in rules for near in _of_rule(judge, rule, reading, excused)]
    best: dict[str, Near] = {}
    for near in sorted(
        found, key=lambda one: (-one.share - heard.get((one.rule.category, one.sentence), 0.0), -len(one.missing))
    ):
        best.setdefault(near.rule.id, near)
    return list(best.values())[:most]


def new_words(judge: Judge, text: str) -> list[str]:
    """Return the words of `text` that neither concepts nor grammar know, in order of place."""
    reading = read(Case.of(text), judge.book)
    return list(dict.fromkeys(word for passage in reading.passages for word in _unknown(judge, passage)))


def _unknown(judge: Judge, passage: Passage) -> Iterator[str]:
    known: list[Span] = [span for concept in passage.scan.hints for span in passage.scan.spans(concept)]
    for index, (start, _end) in enumerate(passage.sentences):
        scan = passage.grammar(judge.book.grammar.lexicon, index)
        known += [(start + low, start + high) for concept in scan.hints for low, high in scan.spans(concept)]
    seen = [passage.view.span(*span) for span in known]
    for run in _RUN.finditer(passage.source):
        if not any(start < run.end() and run.start() < end for start, end in seen):
            yield run.group()


def _heard(judge: Judge, reading: Reading) -> dict[tuple[Category, Evidence], float]:
    """Return how loud the reader hears each category in each sentence."""
    heard: dict[tuple[Category, Evidence], float] = {}
    for sentences in (*headed(reading.passages), spoken(reading.passages)):
        for window in judge.reader.read([one.text for one in sentences]) if judge.reader and sentences else ():
            for one in sentences[window.first : window.last + 1]:
                key = window.category, _sentence(one.passage, one.passage.sentence_at(one.span(0, 1)[0]))
                heard[key] = max(window.score, heard.get(key, 0.0))
    return heard


def _of_rule(judge: Judge, rule: Rule, reading: Reading, excused: Sequence[Excused]) -> Iterator[Near]:
    for fate in judge.fates(rule, reading):
        evidence = fate.place.passage.evidence(fate.place.start, fate.place.end).text
        reasons = [one.excuse for one in excused if one.rule == rule.id and one.text == evidence]
        names = [(name, word) for name, word in fate.excuses] or [(name, "") for name in reasons]
        why = ", ".join(f"{name} ({word})" if word else name for name, word in names)
        yield Near(
            rule,
            _sentence(fate.place.passage, fate.place.sentences[0]),
            share=1.5,
            why=_("all its words are there; let go: {why}").format(why=why or _("the policy")),
        )
    for other, finder in judge.book.finders:
        if other is rule and finder.terms:
            yield from _partly(judge, rule, finder, reading)


def _partly(judge: Judge, rule: Rule, finder: Finder, reading: Reading) -> Iterator[Near]:
    """Yield for each sentence how much of what `finder` needs stands there, where some does and some does not."""
    for passage in reading.passages:
        counts: dict[int, list[float]] = {}
        for at, term in enumerate(finder.terms):
            strict = hits_of(term, passage, judge.book.grammar)
            loose = [span for name, _means in term.concepts for span in passage.scan.spans(name)]
            for start, worth in (*((hit.start, 1.0) for hit in strict), *((span[0], _AS_A_WORD) for span in loose)):
                row = counts.setdefault(passage.sentence_at(start), [0.0] * len(finder.terms))
                row[at] = max(row[at], worth)
        for sentence, row in sorted(counts.items())[:_MOST]:
            yield _near(rule, finder, passage, sentence, row)


def _near(rule: Rule, finder: Finder, passage: Passage, sentence: int, row: Sequence[float]) -> Near:
    lacking = [term for term, worth in zip(finder.terms, row, strict=True) if not worth]
    missing = tuple(name for term in lacking[:1] for name, _means in term.concepts)
    if missing:
        why = _("no word of {concepts}").format(concepts=_(" or ").join(sorted(missing)))
    else:
        why = _("the words are there, but do not stand as they must")
    return Near(rule, _sentence(passage, sentence), share=sum(row) / len(row), why=why, missing=missing)


def _sentence(passage: Passage, sentence: int) -> Evidence:
    return passage.evidence(*passage.sentences[sentence])
