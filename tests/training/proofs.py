"""What was learned is what the corpus teaches, and what is read: run by tests/reader/test_reader_measure.py, since it loads JAX."""

import json
from math import exp

import jax.numpy as jnp
import numpy as np
import pytest
from tests.training import learn, measure, net, train
from tests.training.corpus import CATEGORIES, Text, known, texts

from banken.judge.reader import Reader
from banken.judge.reader.features import ROWS, TABLE, Vocabulary
from banken.judge.reader.reader import NET_SHARE
from banken.judge.reader.weights import MOST, WIDTH, dump


@pytest.mark.parametrize(("path", "without"), [(train.WEIGHTS, ()), (measure.WATCHED_OUT, measure.WATCHED)])
def test_the_weights_were_taught_by_this_corpus(path, without):
    """To the byte: `python -m tests.training.train --check` (a quarter of an hour)."""
    expected = json.loads(json.dumps(train.facts(without)))
    assert Reader.load(path).facts == expected, "run `make train`"
    assert not set(without) & set(expected["files"])


def test_who_is_left_out_is_not_listened_to(monkeypatch):
    data, parts = learn.prepare(texts(["extra-R", "extra-U"]), Vocabulary(*known())), []
    monkeypatch.setattr(train, "train", lambda _data, part: parts.append(part))
    for name in ("to_weights", "facts", "dump"):
        monkeypatch.setattr(train, name, lambda *_given: b"")
    train.weights(data, known(), ["extra-R"])
    assert parts[0].tolist() == [data.texts[at].file == "extra-U" for at in data.owner]


def test_the_same_texts_teach_the_same_bytes(monkeypatch):
    monkeypatch.setattr(net, "EPOCHS", 1)
    monkeypatch.setattr(learn, "LOOKED_AT", 900)
    data = learn.prepare(texts(["extra-GN", "extra-DQ", "extra-EN"])[::3], Vocabulary(*known()))
    one, other = (dump(learn.to_weights(learn.train(data, data.owner >= 0), known(), {})) for _time in range(2))
    assert one == other


def test_an_ask_heard_in_another_place_costs(monkeypatch):
    first, second, both, neither = ((6.0, -6.0), (-6.0, 6.0), (6.0, 4.0), (-6.0, -6.0))

    def cost(heard, clear):
        """Return the loss when one of two categories is asked and heard so in two sentences, some of them `clear`."""
        batch = net.Batch(
            *(np.zeros(1) for _field in net.Batch._fields[:-2]), np.array([clear]), np.array([[1.0, 0.0]])
        )
        monkeypatch.setattr(net, "values", lambda *_given: jnp.array([[[one, -6.0] for one in heard]]))
        return float(net._loss({}, batch, None))

    assert cost(first, (0, 0)) == cost(second, (0, 0)) < cost(both, (0, 0)) < cost(neither, (0, 0))
    assert cost(first, (0, 1)) < cost(both, (0, 1)) < cost(neither, (0, 1)) < cost(second, (0, 1))
    # What is heard beside the ask does not answer for the message.
    assert cost((0.0, 6.0), (0, 1)) > cost((6.0, 6.0), (0, 1)) + 0.2


def test_windows_of_other_sentences_than_the_marked_ones_are_innocent():
    said = ("契約前ですが、お電話ください。", "納期は来週です。", "原稿を送ります。")
    contact = frozenset([CATEGORIES[0]])
    some = [
        Text("1", "f", "a", True, said, contact, contact, frozenset(), None, (), marks)
        for marks in (None, (True, False, False), (False, True, False))
    ]
    data = learn.prepare(some, Vocabulary(*known()))
    asked = [data.asked[data.owner == at, 0].tolist() for at in range(3)]
    assert asked == [[True] * 5, [True, False, False, True, False], [False, True, False, True, True]]
    clear = learn._messages(data, np.ones(TABLE, np.uint8)).clear
    assert clear.tolist() == [False] * 3 + [False, True, True] + [True, False, True]


def test_what_is_learned_is_what_is_read():
    """The learner and the product come to the same score for every window, each by arithmetic of its own."""
    sentences = ("lineで話しましょう。", "納期は来週です、来週です。", "面談は不要です。", "原稿を送ります。")
    some = [Text(str(n), "f", "a", True, sentences[:n], frozenset(), frozenset(), frozenset()) for n in (1, 2, 4)]
    data = learn.prepare(some, Vocabulary(*known()))
    chance = np.random.default_rng(5)
    looked = np.unique(np.concatenate([data.counts.indices, data.topics.indices]))[::2]  # every other one
    squares = np.zeros(TABLE, np.uint8)
    squares[looked] = chance.integers(1, 255, len(looked))
    roots = np.maximum(1, np.sqrt(squares.astype(float)))
    grains = np.zeros((len(CATEGORIES), TABLE))
    grains[:, looked] = whole_steps((len(CATEGORIES), len(looked)), chance)
    own = looked[looked < 2 * ROWS]
    params = {name: 3 * np.asarray(one) for name, one in net.fresh(len(own), len(CATEGORIES), chance).items()}
    params["words"] = 9.0 * whole_steps(params["words"].shape, chance) / roots[own][:, None]
    shares = roots * np.where(np.arange(TABLE) < 2 * ROWS, 1, learn.MESSAGE_SHARE)
    model = learn.Model(squares, grains / shares * 0.2, np.full(len(CATEGORIES), 0.1), params)
    reader = Reader(learn.to_weights(model, known(), {}))
    values, said, seen = model.values(data), model.said(data), 0
    for at, text in enumerate(some):
        here = values[data.owner == at]
        for window in reader.read(text.sentences):
            place = window.first + (window.last > window.first) * len(text.sentences)
            category = CATEGORIES.index(window.category)
            more = NET_SHARE * said[at][window.first : window.last + 1, category].max()
            value = here[place, category] + more - learn.BORDER
            assert window.score == pytest.approx(1 / (1 + exp(-learn.SLOPE * value)), abs=0.01)
            seen += 1
    assert seen > 10
    assert np.ptp(np.concatenate(said)) > 2


def test_rows_of_english_are_known_though_it_is_rarer(monkeypatch):
    japanese, english = ("納期は来週です。",), ("the draft is due on friday.",)
    mixed = Text("1", "f", "a", True, (*japanese, *english, *english), frozenset(), frozenset(), frozenset())
    assert learn.prepare([mixed], Vocabulary(*known())).latin.tolist() == [False, True, True, False, True]
    said = [japanese] * 3 + [english]
    none: frozenset = frozenset()
    some = [Text(str(n), "f", "a", True, one, none, none, none) for n, one in enumerate(said)]
    data = learn.prepare(some, Vocabulary(*known()))
    assert data.latin.tolist() == [False] * 3 + [True]
    part = data.owner >= 0
    occurs = learn._occurs(data.counts, part)
    for counts, first in ((1, 0), (5, 3)):
        monkeypatch.setattr(learn, "LATIN_COUNTS", counts)
        commonest = learn._commonest(data, part, occurs)
        own = set(data.counts[first].indices.tolist()) - set(data.counts[3 - first].indices.tolist())
        assert set(commonest[: len(own) // 2].tolist()) <= set(data.counts[first].indices.tolist())


def whole_steps(shape, chance):
    """Return numbers that no byte rounds: some go to the last step in every row and in every column."""
    numbers = chance.integers(-MOST, MOST + 1, shape)
    numbers[0], numbers[:, 0] = MOST, -MOST
    return numbers


def test_a_rows_numbers_are_kept_in_the_step_that_is_least_far_off():
    vectors = np.random.default_rng(3).normal(0, 1, (40, WIDTH)) * np.geomspace(0.05, 9, 40)[:, None]
    made = learn.in_steps(vectors)
    told = np.array([made.of(at) for at in range(40)]) * made.grain
    for share in learn.SHARES:
        step = np.rint(np.abs(vectors).max(1) * share / MOST / made.grain)[:, None] * made.grain
        other = np.clip(np.rint(vectors / step), -MOST, MOST) * step
        assert np.all(np.square(told - vectors).sum(1) <= np.square(other - vectors).sum(1) + 1e-9)
    assert np.square(told - vectors).sum() < 0.07 * np.square(vectors).sum()
