"""How well the reader reads authors it was not trained on: `python -m tests.training.measure`.

Each author of whole mails is left out in turn. The thresholds are chosen without that author too: from what models
that left out one more author each say of that author's mails.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from tests.training.corpus import CATEGORIES, Text
from tests.training.learn import Data, train


@dataclass(frozen=True)
class Judged:
    """Texts and the highest value of any of their windows, by category."""

    texts: Sequence[Text]
    values: np.ndarray


def judged(data: Data, values: np.ndarray, chosen: Sequence[int]) -> Judged:
    """Return the texts numbered `chosen` with their highest values; a text without windows has minus infinity."""
    highest = np.full((len(data.texts), len(CATEGORIES)), -np.inf)
    np.maximum.at(highest, data.owner, values)
    return Judged([data.texts[at] for at in chosen], highest[list(chosen)])


def whole_authors(data: Data) -> list[str]:
    """Return the authors of whole mails."""
    return sorted({text.author for text in data.texts if text.whole})


def mails_of(data: Data, author: str) -> list[int]:
    """Return the numbers of an author's whole mails."""
    return [at for at, text in enumerate(data.texts) if text.whole and text.author == author]


def choose_thresholds(data: Data, part: np.ndarray) -> list[float]:
    """Return the best thresholds by the training part alone: each author of mails in it is left out once."""
    parts = []
    for author in whole_authors(data):
        if (part & (data.author == author)).any():
            values = train(data, part & (data.author != author)).values(data)
            parts.append(judged(data, values, mails_of(data, author)))
    return [_best_threshold(parts, at) for at in range(len(CATEGORIES))]


def _best_threshold(parts: Sequence[Judged], at: int) -> float:
    """Return the threshold with the best F1 for a category, in the middle of the gap where it lies."""
    pairs = sorted(
        (
            (float(values[at]), CATEGORIES[at] in text.asked)
            for part in parts
            for text, values in zip(part.texts, part.values, strict=True)
            if np.isfinite(values[at])
        ),
        reverse=True,
    )
    total = sum(asked for _value, asked in pairs)
    best, threshold, found = 0.0, 0.0, 0
    for place, (value, asked) in enumerate(pairs, 1):
        found += asked
        if 2 * found / (place + total) > best:
            best = 2 * found / (place + total)
            threshold = (value + pairs[min(place, len(pairs) - 1)][0]) / 2
    return round(threshold, 6)


@dataclass
class Count:
    """Right, false and missed."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def add(self, *, found: bool, wanted: bool) -> None:
        """Count one text."""
        self.right += found and wanted
        self.false += found and not wanted
        self.missed += wanted and not found

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.false)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.false + self.missed)


def count(part: Judged, thresholds: Sequence[float]) -> dict[str, Count]:
    """Return the counts of a part: `warn` and each category."""
    counts = {name: Count() for name in ("warn", *CATEGORIES)}
    for text, values in zip(part.texts, part.values, strict=True):
        found = {
            category
            for category, value, threshold in zip(CATEGORIES, values, thresholds, strict=True)
            if value >= threshold and category not in text.gated
        }
        counts["warn"].add(found=bool(found), wanted=bool(text.expect))
        for category in CATEGORIES:
            counts[category].add(found=category in found, wanted=category in text.expect)
    return counts


def left_out(data: Data) -> Iterator[tuple[str, dict[str, Count]]]:
    """Yield each author of mails, and how well the rest taught the reader to read those mails."""
    for author in whole_authors(data):
        part = data.author != author
        thresholds = choose_thresholds(data, part)
        values = train(data, part).values(data)
        yield author, count(judged(data, values, mails_of(data, author)), thresholds)
