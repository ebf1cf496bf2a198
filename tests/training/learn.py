"""Learn weights from labelled texts: linear support vectors over the very rows that the reader looks at, and a small net.

Beside each window stands what its whole message is about. Every window of a text is innocent of what the text does not
ask, or where its author marked other sentences; of the rest, the window that speaks loudest is taken for the guilty one, and
learned anew (multiple instances).
Of the innocent windows only those near the border teach anything; the others are left out, which saves memory and time.
Rows that few windows have are not looked at. All numbers come from whole numbers, logarithms, square roots and liblinear's fixed order, so
that a repeat gives the same bytes; the net has a module of its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from operator import and_

import numpy as np
from scipy import sparse
from sklearn.svm import LinearSVC
from tests.training import net
from tests.training.corpus import CATEGORIES, Known, Text

from banken.judge.combine import JAPANESE
from banken.judge.reader.features import ROWS, TABLE, Vocabulary, both, read, rows
from banken.judge.reader.weights import IN_A_BYTE, MOST, Line, NetWeights, Vectors, Weights, matrices

LOOKED_AT = 82_000
"""So many rows of windows are looked at, the commonest: with them the file is a little below 2 MB. With half of them F1 of writers that
nothing was learned from is .1 points lower in English, .3 in Japanese: less than chance gives and takes (.6)."""
LATIN_COUNTS = 5
"""A window without a Japanese letter counts so often when the commonest rows are chosen: English is rarer. Rows chosen by how many
authors use them were better for Japanese and worse for English, and with room for 82,000 the same."""
PENALTY = 5.0
ROUNDS = 2
"""How often the guilty window of a message, and the innocent windows near the border, are looked for anew."""
FIRST = 3
"""Of so many innocent windows one is learned from at first."""
NEAR = -1.3
"""From this value on an innocent window is near the border; those below -1 do not move it."""
WORD_SHARE = 0.5
"""Weight of words and pairs of words beside that of runs of characters."""
MESSAGE_SHARE = 0.6
"""Weight of what the message is about beside that of the window; 1.0 lost 1 point of F1, 0.4 gained none."""
BORDER = -0.41
"""Where the reader holds a thing to be asked: a little below the learned border. P/R of the watched authors are at -.27 .989/.965, at
-.34 .986/.966, at -.41 .984/.967, at -.48 .983/.971; everyday sentences that warn 3 each time."""
SLOPE = 2.5
"""How quickly a score rises around the border."""
SQUARE = 2.0
"""Grain of the squared weights of rows, which are kept in one byte."""
SHARES = [share / 20 for share in range(8, 21)]
"""Which shares of the greatest number of a row are tried as its last step."""


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
    only: np.ndarray
    """Whether a window is the only one of its text."""
    single: np.ndarray
    """Whether a window is one sentence."""
    latin: np.ndarray
    """Whether it has no Japanese letter."""


@dataclass(frozen=True)
class Model:
    """What was learned, before it is rounded to bytes."""

    squares: np.ndarray
    weights: np.ndarray
    biases: np.ndarray
    net: net.Params

    @property
    def known(self) -> np.ndarray:
        """The rows of windows that are looked at."""
        return known_rows(self.squares)

    def values(self, data: Data) -> np.ndarray:
        """Return the value of each window by its weights, for each category; the net's say is not in it."""
        return _Sight.of(data, self.squares).values(self.weights, self.biases)

    def said(self, data: Data) -> list[np.ndarray]:
        """Return what the net says of each sentence of each text."""
        return list(net.read(self.net, _messages(data, self.squares), np.arange(len(data.texts))))


def known_rows(squares: np.ndarray) -> np.ndarray:
    """Return the rows of windows that have a square."""
    return np.flatnonzero(squares[: 2 * ROWS])


class _Matrix:
    """A matrix of counts, made row by row: frozen sets of all windows would take gigabytes."""

    def __init__(self) -> None:
        self._columns, self._counts, self._ends = array("i"), array("b"), array("q", [0])

    def add(self, once: frozenset[int], again: frozenset[int] = frozenset()) -> None:
        """Add a row."""
        columns = sorted(once)
        self._columns.extend(columns)
        self._counts.extend([2 if column in again else 1 for column in columns])
        self._ends.append(len(self._columns))

    def made(self) -> sparse.csr_matrix:
        """Return what was added."""
        counts, columns = np.array(self._counts, np.float64), np.array(self._columns, np.int32)
        return sparse.csr_matrix((counts, columns, np.array(self._ends)), shape=(len(self._ends) - 1, TABLE))


def prepare(texts: Sequence[Text], vocabulary: Vocabulary) -> Data:
    """Return the windows of `texts`."""
    owner: list[int] = []
    alone: list[bool] = []
    latin: list[bool] = []
    windows, topics = _Matrix(), _Matrix()
    for at, text in enumerate(texts):
        single = [rows(read(one, vocabulary), vocabulary) for one in text.sentences]
        here = [*single, *map(both, single, single[1:])]
        for window in here:
            windows.add(window.once, window.again)
        owner += [at] * len(here)
        alone += [number < len(single) for number in range(len(here))]
        foreign = [not JAPANESE.search(one) for one in text.sentences]
        latin += [*foreign, *map(and_, foreign, foreign[1:])]
        topics.add(frozenset().union(*(one.topic for one in single)))
    clear = [one for text in texts for one in (*text.clear, *(map(and_, text.clear, text.clear[1:])))]
    asked = [
        [category in texts[at].asked and not innocent for category in CATEGORIES]
        for at, innocent in zip(owner, clear, strict=True)
    ]
    return Data(
        texts,
        np.array(owner),
        windows.made(),
        topics.made(),
        np.array(asked),
        np.array([len(texts[at].sentences) == 1 for at in owner]),
        np.array(alone),
        np.array(latin),
    )


def train(data: Data, part: np.ndarray) -> Model:
    """Return what the windows in `part` (a mask) teach."""
    occurs, texts = _occurs(data.counts, part), np.isin(np.arange(len(data.texts)), data.owner[part])
    commonest = _commonest(data, part, occurs)
    squares = _squares(occurs, _occurs(data.topics, texts), part.sum(), texts.sum())
    squares[commonest[LOOKED_AT:]] = 0
    sight = _Sight.of(data, squares)
    fits = [_fit_category(data, part, sight, at) for at in range(len(CATEGORIES))]
    weights, biases = np.array([fit.coef_[0] for fit in fits]), np.array([fit.intercept_[0] for fit in fits])
    return Model(squares, weights, biases, net.learn(_messages(data, squares), np.flatnonzero(texts)))


def _commonest(data: Data, part: np.ndarray, occurs: np.ndarray) -> np.ndarray:
    """Return the rows of windows, the commonest first."""
    counted = occurs + (LATIN_COUNTS - 1) * _occurs(data.counts, part & data.latin)
    return np.argsort(-counted[: 2 * ROWS], kind="stable")


def _messages(data: Data, squares: np.ndarray) -> net.Messages:
    """Return the sentences of all texts as the net sees them."""
    known = known_rows(squares)
    once = data.counts[data.single][:, known]
    once.data[:] = 1
    whole = squares[known].astype(np.int64)
    weighed = once @ sparse.diags(np.sqrt(whole))
    sentences = sparse.csr_matrix(sparse.diags(1 / np.sqrt(np.maximum(1, once @ whole))) @ weighed)
    sizes = np.bincount(data.owner[data.single], minlength=len(data.texts))
    asked = np.array([[category in text.asked for category in CATEGORIES] for text in data.texts], np.float32)
    clear = np.array([clear for text in data.texts for clear in text.clear], bool)
    return net.Messages(sentences, np.concatenate([[0], np.cumsum(sizes)]), clear, asked)


def _squares(windows: np.ndarray, texts: np.ndarray, all_windows: int, all_texts: int) -> np.ndarray:
    """Return the squared weight of each row, by its rarity, in whole grains."""
    weights = _rarity(windows, all_windows)
    weights[ROWS : 2 * ROWS] *= WORD_SHARE
    weights[2 * ROWS :] = _rarity(texts, all_texts)[2 * ROWS :]
    return np.clip(np.rint(weights**2 * SQUARE), 1, 255).astype(np.uint8)


def _occurs(counts: sparse.csr_matrix, part: np.ndarray) -> np.ndarray:
    return np.bincount(counts.indices[np.repeat(part, np.diff(counts.indptr))], minlength=TABLE)


def _rarity(occurs: np.ndarray, total: int) -> np.ndarray:
    by_times = {times: log((1 + total) / (1 + times)) + 1 for times in set(occurs.tolist())}
    return np.array([by_times[times] for times in occurs.tolist()])


@dataclass(frozen=True)
class _Sight:
    """What is looked at for each window: its own rows, and beside them those of its message."""

    own: sparse.csr_matrix
    beside: sparse.csr_matrix
    owner: np.ndarray

    @classmethod
    def of(cls, data: Data, squares: np.ndarray) -> _Sight:
        return cls(_weighed(data.counts, squares), _weighed(data.topics, squares) * MESSAGE_SHARE, data.owner)

    def rows(self, chosen: np.ndarray) -> sparse.csr_matrix:
        return self.own[chosen] + self.beside[self.owner[chosen]]

    def values(self, weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
        """Return the value of every window, for each row of weights."""
        return np.asarray(self.own @ weights.T + (self.beside @ weights.T)[self.owner] + biases)


def _weighed(counts: sparse.csr_matrix, squares: np.ndarray) -> sparse.csr_matrix:
    whole = squares.astype(np.int64)
    weighed = counts @ sparse.diags(np.sqrt(whole))
    lengths = np.sqrt(np.maximum(1, (counts.multiply(counts) @ whole)))
    return sparse.csr_matrix(sparse.diags(1 / lengths) @ weighed)


def _fit_category(data: Data, part: np.ndarray, sight: _Sight, at: int) -> LinearSVC:
    asked = data.asked[:, at]
    innocent = np.flatnonzero(part & ~asked)
    sure, open_ = np.flatnonzero(part & asked & data.only), np.flatnonzero(part & asked & ~data.only)
    fit = _fit(sight, asked, np.concatenate([sure, innocent[::FIRST]]))
    for _round in range(ROUNDS):
        values = sight.values(fit.coef_, fit.intercept_)[:, 0]
        guilty = open_[loudest(data.owner[open_], values[open_])]
        fit = _fit(sight, asked, np.concatenate([sure, guilty, innocent[values[innocent] > NEAR]]))
    return fit


def _fit(sight: _Sight, asked: np.ndarray, chosen: np.ndarray) -> LinearSVC:
    return LinearSVC(C=PENALTY, tol=1e-3, random_state=0).fit(sight.rows(chosen), asked[chosen])


def loudest(owner: np.ndarray, values: np.ndarray) -> list[int]:
    """Return for each owner the place of its highest value (the first of equals)."""
    best: dict[int, int] = {}
    for place, (one, value) in enumerate(zip(owner.tolist(), values.tolist(), strict=True)):
        if one not in best or value > values[best[one]]:
            best[one] = place
    return list(best.values())


def to_lines(model: Model) -> tuple[Line, ...]:
    """Return the lines of the weights file."""
    biases = zip(CATEGORIES, model.biases, strict=True)
    return tuple(Line(category, float(bias), BORDER, SLOPE) for category, bias in biases)


def to_net(model: Model) -> NetWeights:
    """Return the net of the weights file: each array in whole numbers of one size, the vectors of rows in few steps."""
    made, scales = {}, {}
    for name in matrices(len(CATEGORIES)):
        numbers = np.asarray(model.net[name], np.float64)
        scales[name] = float(np.abs(numbers).max()) / 32_767
        made[name] = array("h", np.rint(numbers / scales[name]).astype(np.int16).tobytes())
    words = model.net["words"] * np.sqrt(model.squares[model.known].astype(np.int64))[:, None]
    return NetWeights(in_steps(words), made, scales)


def in_steps(vectors: np.ndarray) -> Vectors:
    """Return `vectors` in few steps; the step of each row is the one that is least far off."""
    most = np.abs(vectors).max(1)
    grain = float(most.max()) / MOST / 255
    steps, numbers, least = np.ones(len(most)), np.zeros(vectors.shape), np.full(len(most), np.inf)
    for share in SHARES:
        tried = np.clip(np.rint(most * share / MOST / grain), 1, 255)
        told = np.clip(np.rint(vectors / (tried * grain)[:, None]), -MOST, MOST)
        off = ((told * (tried * grain)[:, None] - vectors) ** 2).sum(1)
        better = off < least
        steps[better], numbers[better], least[better] = tried[better], told[better], off[better]
    filled = np.pad(numbers, ((0, 0), (0, -vectors.shape[1] % IN_A_BYTE))) + MOST
    parts = [filled[:, at::IN_A_BYTE] * (2 * MOST + 1) ** at for at in range(IN_A_BYTE)]
    return Vectors(vectors.shape[1], steps.astype(np.uint8).tobytes(), sum(parts).astype(np.uint8).tobytes(), grain)


def to_weights(model: Model, already: Known, facts: dict[str, object]) -> Weights:
    """Return all that the weights file holds."""
    looked = np.flatnonzero(model.squares)
    shares = np.sqrt(model.squares.astype(np.int64))
    shares[2 * ROWS :] *= MESSAGE_SHARE
    sums = in_steps((model.weights * shares)[:, looked].T)
    squares = model.squares[looked].tobytes()
    return Weights(tuple(looked.tolist()), squares, sums, to_lines(model), *already, facts, to_net(model))
