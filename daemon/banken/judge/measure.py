"""How good the judge is on labelled mail: precision and recall, with every miss (design.md 6, `rules measure`)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from banken.judge.judge import Judge
from banken.judge.model import Case
from banken.words import Category, Level, Verdict

Row = Mapping[str, Any]
"""One labelled message: `{id, channel, stage, from_name, from_addr, subject, body, expect, notice}` (and more)."""
LOUD = (Level.WARNING, Level.DANGER)
BREAKDOWNS = ("stage", "channel", "style")
"""Keys of a row by which the warnings are also counted apart."""
Z = 1.96  # 95 %


@dataclass
class Score:
    """Counts of right and wrong answers; rates of nothing are 0."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    def count(self, *, found: bool, expected: bool) -> None:
        """Count one answer."""
        name = {(True, True): "tp", (True, False): "fp", (False, True): "fn", (False, False): "tn"}[found, expected]
        setattr(self, name, getattr(self, name) + 1)

    @property
    def precision(self) -> float:
        """Which part of what was found is right."""
        return self.tp / (self.tp + self.fp) if self.tp else 0.0

    @property
    def recall(self) -> float:
        """Which part of what is there was found."""
        return self.tp / (self.tp + self.fn) if self.tp else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the counts and rates, with the 95 % intervals of the rates."""
        return {
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
            "tn": self.tn,
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "precision_interval": wilson(self.tp, self.tp + self.fp),
            "recall_interval": wilson(self.tp, self.tp + self.fn),
        }


@dataclass
class Report:
    """What `measure` found; `as_json` is what `rules measure --json` prints."""

    messages: int = 0
    warn: Score = field(default_factory=Score)
    categories: dict[str, Score] = field(default_factory=dict)
    apart: dict[str, dict[str, Score]] = field(default_factory=dict)
    by: dict[str, Score] = field(default_factory=dict)
    """Who warned: `rule`, `reader`, or `both`, each with its right and wrong warnings."""
    notices: Score = field(default_factory=Score)
    """Categories that deserve a reminder (`notice` of a row): found at any level or not."""
    misses: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "messages": self.messages,
            "warn": self.warn.as_json(),
            "categories": {
                name: score.as_json() for name, score in self.categories.items() if score.tp or score.fp or score.fn
            },
            "apart": {
                key: {name: groups[name].as_json() for name in sorted(groups)} for key, groups in self.apart.items()
            },
            "by": {name: _share_right(score) for name, score in sorted(self.by.items())},
            "notices": {"expected": self.notices.tp + self.notices.fn, "found": self.notices.tp},
            "misses": self.misses,
        }


def measure(rows: Iterable[Row], judge: Judge, recognise: Callable[[Row], Case]) -> Report:
    """Judge every row and compare with its labels; `recognise` makes a case of a row (whose words, which channel)."""
    report = Report()
    for row in rows:
        _count(report, row, judge.judge(recognise(row)))
    return report


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a rate; (0, 1) when nothing was counted."""
    if not total:
        return 0.0, 1.0
    rate, square = hits / total, Z * Z / total
    middle = rate + square / 2
    spread = Z * math.sqrt(rate * (1 - rate) / total + square / total / 4)
    return round((middle - spread) / (1 + square), 4), round((middle + spread) / (1 + square), 4)


def _share_right(score: Score) -> dict[str, Any]:
    """Return how many warnings were right: who warns cannot be asked what it missed."""
    interval = wilson(score.tp, score.tp + score.fp)
    return {"tp": score.tp, "fp": score.fp, "precision": round(score.precision, 4), "precision_interval": interval}


def _count(report: Report, row: Row, verdict: Verdict) -> None:
    loud = [finding for finding in verdict.findings if finding.level in LOUD]
    found, expected = {finding.category.value for finding in loud}, set(row.get("expect", ()))
    report.messages += 1
    report.warn.count(found=bool(found), expected=bool(expected))
    for category in Category:
        name = category.value
        report.categories.setdefault(name, Score()).count(found=name in found, expected=name in expected)
    for key, group in _groups(row):
        score = report.apart.setdefault(key, {}).setdefault(group, Score())
        score.count(found=bool(found), expected=bool(expected))
    if found:
        voices = {finding.by for finding in loud}
        voice = "both" if len(voices) > 1 else voices.pop()
        report.by.setdefault(voice, Score()).count(found=True, expected=bool(expected))
    told = {finding.category.value for finding in verdict.findings}
    for name in row.get("notice", ()):
        report.notices.count(found=name in told, expected=True)
    if found != expected:
        report.misses.append(_miss(row, verdict, expected, found))


def _groups(row: Row) -> Iterator[tuple[str, str]]:
    return ((key, str(row[key])) for key in BREAKDOWNS if row.get(key))


def _miss(row: Row, verdict: Verdict, expected: set[str], found: set[str]) -> dict[str, Any]:
    """Return a row that was judged otherwise than labelled, with what speaks for and against."""
    rules = Counter(finding.rule for finding in verdict.findings if finding.level in LOUD)
    excuses = Counter(f"{excused.rule}: {excused.excuse}" for excused in verdict.excused)
    return {
        "id": row.get("id", ""),
        "expected": sorted(expected),
        "found": sorted(found),
        "rules": sorted(rules),
        "excused": sorted(excuses),
    }
