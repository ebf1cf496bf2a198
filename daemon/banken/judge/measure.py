"""How good the judge is on labelled messages: precision and recall, with every miss.

*warn* counts a message as found when any finding is a warning or louder; a category counts when a finding of it is.
Intervals are Wilson's (95 %), since the counts are small.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from banken.words import Category, Level, Verdict

LOUD = (Level.WARNING, Level.DANGER)
_Z = 1.96
"""Standard deviations that hold 95 %."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled message and the verdict on it; `facets` are what the report is broken down by."""

    id: str
    expected: frozenset[str]
    verdict: Verdict
    facets: tuple[tuple[str, str], ...] = ()

    @property
    def found(self) -> frozenset[str]:
        """The categories that were warned of."""
        return frozenset(finding.category.value for finding in self.verdict.findings if finding.level in LOUD)


@dataclass(slots=True)
class Tally:
    """True and false, positive and negative."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    def count(self, *, expected: bool, found: bool) -> None:
        """Count one answer."""
        name = ("t" if expected == found else "f") + ("p" if found else "n")
        setattr(self, name, getattr(self, name) + 1)

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 1 when nothing was found."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 1.0

    @property
    def recall(self) -> float:
        """The share of what is there that was found; 1 when nothing is there."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0

    def __str__(self) -> str:
        low_p, high_p = wilson(self.tp, self.tp + self.fp)
        low_r, high_r = wilson(self.tp, self.tp + self.fn)
        return (
            f"P {self.precision:.3f} [{low_p:.2f}–{high_p:.2f}]  R {self.recall:.3f} [{low_r:.2f}–{high_r:.2f}]  "
            f"F1 {self.f1:.3f}  tp {self.tp} fp {self.fp} fn {self.fn} tn {self.tn}"
        )


@dataclass(slots=True)
class Report:
    """What was measured."""

    messages: int = 0
    warn: Tally = field(default_factory=Tally)
    categories: dict[str, Tally] = field(default_factory=dict)
    facets: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    by: Counter[str] = field(default_factory=Counter)
    misses: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `rules measure --json` prints (design.md 6)."""
        return {
            "messages": self.messages,
            "warn": {**_counts(self.warn), "tn": self.warn.tn, **_rates(self.warn), "f1": round(self.warn.f1, 4)},
            "categories": {name: {**_counts(tally), **_rates(tally)} for name, tally in self.categories.items()},
            "misses": self.misses,
        }

    def lines(self) -> Iterator[str]:
        """Yield the report for people."""
        yield f"{'warn':<22} {self.warn}"
        for name, tally in self.categories.items():
            yield f"{name:<22} {tally}"
        for (facet, value), tally in sorted(self.facets.items()):
            yield f"{f'{facet} {value}':<30} {tally}"
        yield "findings by " + ", ".join(f"{name}: {count}" for name, count in sorted(self.by.items()))
        for miss in self.misses:
            yield f"  {miss['id']}: expected {', '.join(miss['expected']) or '—'}, found {', '.join(miss['found']) or '—'}"


def measure(samples: Iterable[Sample]) -> Report:
    """Return the report on `samples`."""
    report = Report(
        categories={category.value: Tally() for category in Category if category is not Category.IMPERSONATION}
    )
    for sample in samples:
        report.messages += 1
        expected, found = bool(sample.expected), bool(sample.found)
        report.warn.count(expected=expected, found=found)
        for facet in sample.facets:
            report.facets[facet].count(expected=expected, found=found)
        for name, tally in report.categories.items():
            tally.count(expected=name in sample.expected, found=name in sample.found)
        report.by.update(finding.by for finding in sample.verdict.findings if finding.level in LOUD)
        if sample.expected != sample.found:
            report.misses.append({"id": sample.id, "expected": sorted(sample.expected), "found": sorted(sample.found)})
    return report


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927); (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, _Z * _Z / of
    middle = share + spread / 2
    width = _Z * sqrt(share * (1 - share) / of + spread / (4 * of))
    return (middle - width) / (1 + spread), (middle + width) / (1 + spread)


def _counts(tally: Tally) -> dict[str, int]:
    return {"tp": tally.tp, "fp": tally.fp, "fn": tally.fn}


def _rates(tally: Tally) -> dict[str, float]:
    return {"precision": round(tally.precision, 4), "recall": round(tally.recall, 4)}
