"""Learn weights from labelled texts: linear support vectors over the very rows that the reader looks at.

A phrase is one window with its label. Beside each window stands what its whole message is about. Of a whole message every window is innocent of what the message does not ask;
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

from banken.judge.reader.features import ROWS, TABLE, Rows, Vocabulary, both, read, rows
from banken.judge.reader.weights import NOUGHT, Line

PENALTY = 5.0
ROUNDS = 1
"""How often the guilty window of a message is looked for anew."""
WORD_SHARE = 0.5
"""Weight of words and pairs of words beside that of runs of characters."""
MESSAGE_SHARE = 0.6
"""Weight of what the message is about beside that of the window; 1.0 lost 1 point of F1, 0.4 gained none."""
BORDER = -0.2
"""Where the reader holds a thing to be asked: a little below the learned border, where precision and recall meet."""
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
    topics: sparse.csr_matrix
    """1 for a row that a text has, by text."""
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
        """Return how far each window lies beyond the border, for each category."""
        return np.asarray(_rows(data, self.squares) @ self.weights.T + self.biases) - BORDER


def prepare(texts: Sequence[Text], vocabulary: Vocabulary) -> Data:
    """Return the windows of `texts`."""
    owner: list[int] = []
    windows: list[Rows] = []
    topics: list[frozenset[int]] = []
    for at, text in enumerate(texts):
        single = [rows(read(one, vocabulary), vocabulary) for one in text.sentences]
        here = _windows(single, whole=text.whole)
        windows += here
        owner += [at] * len(here)
        topics.append(frozenset().union(*(one.topic for one in single)))
    asked = [[category in texts[at].asked for category in CATEGORIES] for at in owner]
    return Data(
        texts,
        np.array(owner),
        _matrix([window.once for window in windows], [window.again for window in windows]),
        _matrix(topics, [frozenset()] * len(topics)),
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


def _matrix(once: Sequence[frozenset[int]], again: Sequence[frozenset[int]]) -> sparse.csr_matrix:
    columns = [sorted(one) for one in once]
    counts = [2.0 if row in twice else 1.0 for here, twice in zip(columns, again, strict=True) for row in here]
    ends = np.cumsum([0, *map(len, columns)])
    return sparse.csr_matrix((counts, np.concatenate(columns).astype(np.int32), ends), shape=(len(columns), TABLE))


def train(data: Data, part: np.ndarray) -> Model:
    """Return what the windows in `part` (a mask) teach."""
    squares = _squares(data, part)
    looked_at = _rows(data, squares)
    fits = [_fit_category(data, part, looked_at, at) for at in range(len(CATEGORIES))]
    return Model(squares, np.array([fit.coef_[0] for fit in fits]), np.array([fit.intercept_[0] for fit in fits]))


def _squares(data: Data, part: np.ndarray) -> np.ndarray:
    """Return the squared weight of each row, by its rarity, in whole grains."""
    weights = _rarity(data.counts[np.flatnonzero(part)])
    weights[ROWS : 2 * ROWS] *= WORD_SHARE
    weights[2 * ROWS :] = _rarity(data.topics[np.unique(data.owner[part])])[2 * ROWS :]
    return np.clip(np.rint(weights**2 * SQUARE), 1, 255).astype(np.uint8)


def _rarity(counts: sparse.csr_matrix) -> np.ndarray:
    occurs = np.bincount(counts.indices, minlength=TABLE).tolist()
    total = counts.shape[0]
    by_times = {times: log((1 + total) / (1 + times)) + 1 for times in set(occurs)}
    return np.array([by_times[times] for times in occurs])


def _rows(data: Data, squares: np.ndarray) -> sparse.csr_matrix:
    """Return what is looked at for each window: its own rows, and beside them those of its message."""
    beside = _weighed(data.topics, squares) * MESSAGE_SHARE
    return sparse.csr_matrix(_weighed(data.counts, squares) + beside[data.owner])


def _weighed(counts: sparse.csr_matrix, squares: np.ndarray) -> sparse.csr_matrix:
    whole = squares.astype(np.int64)
    weighed = counts @ sparse.diags(np.sqrt(whole))
    lengths = np.sqrt(np.maximum(1, (counts.multiply(counts) @ whole)))
    return sparse.csr_matrix(sparse.diags(1 / lengths) @ weighed)


def _fit_category(data: Data, part: np.ndarray, looked_at: sparse.csr_matrix, at: int) -> LinearSVC:
    asked = data.asked[:, at]
    sure = np.flatnonzero(part & ~(data.whole & asked))
    open_ = np.flatnonzero(part & data.whole & asked)
    fit = _fit(looked_at, asked, sure)
    for _round in range(ROUNDS):
        guilty = loudest(data.owner[open_], fit.decision_function(looked_at[open_])) if len(open_) else []
        fit = _fit(looked_at, asked, np.concatenate([sure, open_[guilty]]))
    return fit


def _fit(looked_at: sparse.csr_matrix, asked: np.ndarray, chosen: np.ndarray) -> LinearSVC:
    return LinearSVC(C=PENALTY, tol=1e-3, random_state=0).fit(looked_at[chosen], asked[chosen])


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
    shares = np.sqrt(model.squares.astype(np.int64))
    shares[2 * ROWS :] *= MESSAGE_SHARE
    for category, weights, bias in zip(CATEGORIES, model.weights, model.biases, strict=True):
        folded = weights * shares
        scale = float(np.abs(folded).max() / (NOUGHT - 1))
        table = (np.clip(np.rint(folded / scale), 1 - NOUGHT, NOUGHT - 1) + NOUGHT).astype(np.uint8)
        lines.append(Line(category, table.tobytes(), scale, float(bias), BORDER, SLOPE))
    return model.squares.tobytes(), tuple(lines)
