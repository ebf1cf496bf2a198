"""The lines of `explain`: what was read, what was found, and why it was or was not told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from banken.i18n import _
from banken.judge.book import Rulebook
from banken.judge.combine import Candidate
from banken.judge.passage import Passage
from banken.judge.reading import Reading
from banken.judge.views import Span
from banken.words import SUBJECT, Finding

_SHOWN = 60


def reading(read: Reading) -> Iterator[str]:
    """Yield the stage used, the segments and, for each judged one, its sentences and what was found in them."""
    case = read.case
    yield _("stage {stage}, permission {permission}, channel {channel}").format(
        stage=case.stage.value, permission=case.permission.value, channel=case.channel.value
    )
    for segment in case.segments:
        yield f"{segment.kind.value} [{segment.start}, {segment.end}) {_short(case.text[segment.start : segment.end])}"
    for passage in read.passages:
        if passage.is_heading:
            yield f"{SUBJECT} [0, {len(passage.source)}) {_short(passage.source)}"
        for start, end in passage.sentences:
            yield _("sentence: {text}").format(text=_short(passage.evidence(start, end).text))
        for span, names in _by_place(passage):
            evidence = passage.evidence(*span, passage.how.get(span, "plain"))
            yield f"  “{evidence.text}” [{evidence.start}, {evidence.end}) {evidence.how}: {', '.join(names)}"


def let_go(rule: str, text: str, excuse: str, word: str) -> str:
    """Return the line of a find that an excuse let go."""
    return _("let go {rule}: “{text}” — {excuse} ({word})").format(
        rule=rule, text=_short(text), excuse=excuse, word=word
    )


def heard(one: Candidate, telling: Iterable[str]) -> str:
    """Return the line of what the reader heard, with the words that tell most."""
    text = _short(one.place.passage.evidence(one.place.start, one.place.end).text)
    return _("heard {rule} {score:.2f}: “{text}” — {words} tell most").format(
        rule=one.rule,
        score=one.score or 0.0,
        text=text,
        words=", ".join(f"“{_short(word)}”" for word in telling) or "–",
    )


def passed_over(one: Candidate, reason: str) -> str:
    """Return the line of a find that the policy did not take up."""
    text = _short(one.place.passage.evidence(one.place.start, one.place.end).text)
    score = "" if one.score is None else f" {one.score:.2f}"
    known = {
        "unsure": _("not sure enough to stand alone"),
        "said by a rule": _("a rule says it already"),
        "said elsewhere": _("it is said already by other words that show it better"),
    }
    return _("passed over {rule}{score}: “{text}” — {reason}").format(
        rule=one.rule, score=score, text=text, reason=known.get(reason, reason)
    )


def outcome(findings: Iterable[Finding], book: Rulebook) -> Iterator[str]:
    """Yield a line for each finding."""
    for finding in findings:
        words = ", ".join(f"“{_short(one.text)}” [{one.start}, {one.end}) {one.how}" for one in finding.evidence)
        where = book.places.get(finding.rule, "")
        yield f"{finding.level.value} {finding.category.value} {finding.rule} {where}: {words}"


def _by_place(passage: Passage) -> list[tuple[Span, list[str]]]:
    names: dict[Span, list[str]] = {}
    for concept in sorted(passage.scan.hints):
        for span in passage.scan.spans(concept):
            names.setdefault(span, []).append(concept)
    return sorted(names.items())


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else f"{flat[: _SHOWN - 1]}…"
