"""The tests that stand beside the rules: every `hit` must be found, every `miss` let go, for the reason given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from banken.i18n import _
from banken.judge.judge import Judge
from banken.judge.model import Case
from banken.judge.reading import read
from banken.judge.schema import Rule, Test
from banken.words import Evidence, Finding, Segment, SegmentKind

_QUOTED = re.compile(r"^[ \u3000]*[>＞|｜].*(?:\n|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one test of a rule went; `why` says in words what was otherwise than expected, "" when nothing was."""

    rule: str
    text: str
    where: str
    why: str = ""


def run(judge: Judge, only: Iterable[str] = ()) -> Iterator[Outcome]:
    """Yield the outcome of every test of the judge's rules, or of those named in `only`; the reader is not asked."""
    alone = Judge(judge.book)
    only = set(only)
    for rule in judge.book.rules:
        if only and rule.id not in only:
            continue
        for test in rule.tests:
            why = _failure(rule, test, alone)
            yield Outcome(rule.id, test.hit or test.miss, judge.book.places.get(rule.id, ""), why)


def case_of(test: Test) -> Case:
    """Return a test's text as a case: lines behind a quotation mark are quotes, all others the client's words."""
    text = test.hit or test.miss
    return Case(
        text,
        tuple(_segments(text)),
        channel=test.channel,
        stage=test.stage,
        permission=test.permission,
        agent=test.agent,
        known_client=test.known_client,
        subject=test.subject,
        impersonates=test.impersonates,
        unbelieved=test.unbelieved,
        forged=test.forged,
        reached=test.reached,
    )


def _segments(text: str) -> Iterator[Segment]:
    at = 0
    for quote in _QUOTED.finditer(text):
        if at < quote.start():
            yield Segment(SegmentKind.BODY, at, quote.start())
        yield Segment(SegmentKind.QUOTE, *quote.span())
        at = quote.end()
    if at < len(text):
        yield Segment(SegmentKind.BODY, at, len(text))


def _failure(rule: Rule, test: Test, judge: Judge) -> str:
    case = case_of(test)
    verdict = judge.judge(case)
    found = [finding for finding in verdict.findings if finding.rule == rule.id]
    let_go = [excused.excuse for excused in verdict.excused if excused.rule == rule.id]
    let_go += _also(rule, case, judge)
    if test.miss:
        return _miss_failure(test, found, let_go)
    if not found:
        if "unsure" in let_go:  # an unsure find counts with the reader only, which is not asked here
            return ""
        return _("not found; let go by: {excuses}").format(excuses=", ".join(dict.fromkeys(let_go)) or "—")
    return _hit_failure(test, found)


def _miss_failure(test: Test, found: list[Finding], let_go: list[str]) -> str:
    if found:
        return _("found: {words}").format(words=_quoted(found[0].evidence))
    if test.because and test.because not in let_go:
        return _("let go by {excuses}, not by {because}").format(
            excuses=", ".join(dict.fromkeys(let_go)) or "—", because=test.because
        )
    return ""


def _also(rule: Rule, case: Case, judge: Judge) -> list[str]:
    """Return every excuse that holds for a find of `rule`, not only the first."""
    reading = read(case, judge.book)
    names = judge.book.excuses_of(rule)
    places = (fate.place for fate in judge.fates(rule, reading) if fate.level is None)
    return [name for place in places for name, _word in judge.book.letting_go.letting_go(place, names, reading)]


def _hit_failure(test: Test, found: list[Finding]) -> str:
    if test.level and all(finding.level != test.level for finding in found):
        return _("found as {level}, not as {expected}").format(level=found[0].level.value, expected=test.level)
    evidence = [one for finding in found for one in finding.evidence]
    if test.evidence and not any(test.evidence in one.text for one in evidence):
        return _("evidence is {words}, not “{expected}”").format(words=_quoted(evidence), expected=test.evidence)
    return ""


def _quoted(evidence: Iterable[Evidence]) -> str:
    return " ".join(f"“{one.text}”" for one in evidence)
