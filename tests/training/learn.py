"""Learn weights from labelled texts: linear support vectors over the very rows that the reader looks at.

A phrase is one window with its label. Of a whole message every window is innocent of what the message does not ask;
of what it asks, the window that speaks loudest is taken for the guilty one, and learned anew (multiple instances).
All numbers come from whole numbers, square roots and liblinear's fixed order, so that a repeat gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from scipy import sparse
from sklearn.svm import LinearSVC
from tests.training.corpus import CATEGORIES, Text

from banken.judge.reader.features import ROWS, Rows, Vocabulary, both, read, rows
from banken.judge.reader.weights import NOUGHT, TABLE, Line

PENALTY = 15.0
ROUNDS = 1
"""How often the guilty window of a message is looked for anew."""
WORD_SHARE = 0.5
"""Weight of words and pairs of words beside that of runs of characters."""
SLOPE = 4.0
"""How quickly a score rises around the learned border: 0.2 lies about a third of a margin below it."""
SQUARE = 2.0
"""Grain of the squared weights of rows, which are kept in one byte."""


@dataclass(frozen=True)
class Data:
    """All windows of some texts."""

    texts: Sequence[Text]
    owner: np.ndarray
    """Which text a window is of."""
    counts: sparse.csr_matrix
    """1 for a row that a window has, 2 for one it has again."""
    asked: np.ndarray
    whole: np.ndarray
    author: np.ndarray


@dataclass(frozen=True)
class Model:
    """What was learned, before it is rounded to bytes."""

    squares: np.ndarray
    weights: np.ndarray
    biases: np.ndarray

    def values(self, data: Data) -> np.ndarray:
        """Return the value of each window for each category."""
        return np.asarray(_weighed(data.counts, self.squares) @ self.weights.T + self.biases)


def prepare(texts: Sequence[Text], vocabulary: Vocabulary) -> Data:
    """Return the windows of `texts`."""
    owner: list[int] = []
    windows: list[Rows] = []
    for at, text in enumerate(texts):
        here = _windows([rows(read(one, vocabulary), vocabulary) for one in text.sentences], whole=text.whole)
        windows += here
        owner += [at] * len(here)
    asked = [[category in texts[at].asked for category in CATEGORIES] for at in owner]
    return Data(
        texts,
        np.array(owner),
        _matrix(windows),
        np.array(asked),
        np.array([texts[at].whole for at in owner]),
        np.array([texts[at].author for at in owner]),
    )


def _windows(single: Sequence[Rows], *, whole: bool) -> list[Rows]:
    if whole or not single:
        return [*single, *map(both, single, single[1:])]
    one = single[0]
    for other in single[1:]:
        one = both(one, other)
    return [one]


def _matrix(windows: Sequence[Rows]) -> sparse.csr_matrix:
    columns = [sorted(window.once) for window in windows]
    counts = [
        2.0 if row in window.again else 1.0 for window, here in zip(windows, columns, strict=True) for row in here
    ]
    ends = np.cumsum([0, *map(len, columns)])
    return sparse.csr_matrix((counts, np.concatenate(columns).astype(np.int32), ends), shape=(len(windows), TABLE))


def train(data: Data, part: np.ndarray) -> Model:
    """Return what the windows in `part` (a mask) teach."""
    squares = _squares(data.counts[np.flatnonzero(part)])
    weighed = _weighed(data.counts, squares)
    fits = [_fit_category(data, part, weighed, at) for at in range(len(CATEGORIES))]
    return Model(squares, np.array([fit.coef_[0] for fit in fits]), np.array([fit.intercept_[0] for fit in fits]))


def _squares(counts: sparse.csr_matrix) -> np.ndarray:
    """Return the squared weight of each row, by its rarity, in whole grains."""
    occurs = np.bincount(counts.indices, minlength=TABLE)
    total = counts.shape[0]
    rarity = {times: log((1 + total) / (1 + times)) + 1 for times in set(occurs.tolist())}
    weights = np.array([rarity[times] for times in occurs.tolist()])
    weights[ROWS:] *= WORD_SHARE
    return np.clip(np.rint(weights**2 * SQUARE), 1, 255).astype(np.uint8)


def _weighed(counts: sparse.csr_matrix, squares: np.ndarray) -> sparse.csr_matrix:
    whole = squares.astype(np.int64)
    weighed = counts @ sparse.diags(np.sqrt(whole))
    lengths = np.sqrt(np.maximum(1, (counts.multiply(counts) @ whole)))
    return sparse.csr_matrix(sparse.diags(1 / lengths) @ weighed)


def _fit_category(data: Data, part: np.ndarray, weighed: sparse.csr_matrix, at: int) -> LinearSVC:
    asked = data.asked[:, at]
    sure = np.flatnonzero(part & ~(data.whole & asked))
    open_ = np.flatnonzero(part & data.whole & asked)
    fit = _fit(weighed, asked, sure)
    for _round in range(ROUNDS):
        guilty = loudest(data.owner[open_], fit.decision_function(weighed[open_])) if len(open_) else []
        fit = _fit(weighed, asked, np.concatenate([sure, open_[guilty]]))
    return fit


def _fit(weighed: sparse.csr_matrix, asked: np.ndarray, chosen: np.ndarray) -> LinearSVC:
    return LinearSVC(C=PENALTY, tol=1e-3, random_state=0).fit(weighed[chosen], asked[chosen])


def loudest(owner: np.ndarray, values: np.ndarray) -> list[int]:
    """Return for each owner the place of its highest value (the first of equals)."""
    best: dict[int, int] = {}
    for place, (one, value) in enumerate(zip(owner.tolist(), values.tolist(), strict=True)):
        if one not in best or value > values[best[one]]:
            best[one] = place
    return list(best.values())


def to_lines(model: Model) -> tuple[bytes, tuple[Line, ...]]:
    """Return the table of squares and the lines of the weights file."""
    lines = []
    for category, weights, bias in zip(CATEGORIES, model.weights, model.biases, strict=True):
        folded = weights * np.sqrt(model.squares.astype(np.int64))
        scale = float(np.abs(folded).max() / (NOUGHT - 1))
        table = (np.clip(np.rint(folded / scale), 1 - NOUGHT, NOUGHT - 1) + NOUGHT).astype(np.uint8)
        lines.append(Line(category, table.tobytes(), scale, float(bias), threshold=0.0, slope=SLOPE))
    return model.squares.tobytes(), tuple(lines)
