"""Why a rule did not find something: the first step at which each of its ways to find fails."""

from __future__ import annotations

from collections.abc import Iterator

from banken.i18n import _
from banken.judge.judge import Judge
from banken.judge.model import Case
from banken.judge.predicates import Finder
from banken.judge.reading import JUDGED_CHANNELS, Reading, read
from banken.judge.schema import Rule


def why_not(judge: Judge, rule_id: str, case: Case) -> Iterator[str]:
    """Yield line by line what the rule makes of `case`; raises KeyError for a rule that does not exist."""
    rule = next((rule for rule in judge.book.rules if rule.id == rule_id), None)
    if rule is None:
        raise KeyError(rule_id)
    reading = read(case, judge.book)
    if not reading.passages:
        spoken = case.channel in JUDGED_CHANNELS
        yield _("this mail holds no words of the client") if spoken else _("not a client's words")
        return
    for number, (other, finder) in enumerate(judge.book.finders):
        if other is rule:
            yield f"{_written(finder)}: {_step(judge, rule, number, finder, reading)}"


def _step(judge: Judge, rule: Rule, number: int, finder: Finder, reading: Reading) -> str:
    missing = [need for need in finder.needs if not any(_stands(name, reading) for name in need)]
    if missing:
        return _("no word of {concepts}").format(concepts=_(" or ").join(sorted(missing[0])))
    fates = [fate for fate in judge.fates(rule, reading) if fate.finder is judge.book.finders[number][1]]
    if not fates:
        return _("the words are there, but do not stand as they must")
    lines = []
    for fate in fates:
        text = fate.place.passage.evidence(fate.place.start, fate.place.end).text
        excuses = ", ".join(f"{name} ({word})" for name, word in fate.excuses)
        fared = fate.level.value if fate.level else _("let go")
        lines.append(f"“{text}” → {fared} {excuses}".rstrip())
    return "; ".join(lines)


def _stands(name: str, reading: Reading) -> bool:
    return any(passage.scan.spans(name) for passage in reading.passages)


def _written(finder: Finder) -> str:
    value = getattr(finder.find, finder.predicate)
    return f"{finder.predicate}: {', '.join(value) if isinstance(value, tuple) and not finder.parts else value}"
