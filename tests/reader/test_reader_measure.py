"""The table that counts: authors left out. Printed, and held against the last one."""

import json
from math import exp

import numpy as np
import pytest
from tests.training import learn, measure, net, train
from tests.training.corpus import CATEGORIES, Text, files_of, known, texts

from banken.judge.reader import Reader
from banken.judge.reader.features import ROWS, TABLE, Vocabulary
from banken.judge.reader.reader import NET_SHARE
from banken.judge.reader.weights import dump

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def watched():
    """The texts of authors that the reader never heard of, and that reader."""
    return texts(files_of(measure.WATCHED)), Reader.load(measure.WATCHED_OUT)


def test_left_out_authors_are_read_as_well_as_before(watched, capsys):
    table = {}
    for author, row in measure.measure(*watched, measure.WATCHED):
        with capsys.disabled():
            print("", *measure.lines_of(author, row), sep="\n")
        table[author] = {who: counts["warn"].f1 for who, counts in row.items()}
    assert set(table) == set(measure.WATCHED) - {measure.EVERYDAY}
    assert not measure.fell(table, json.loads(measure.BASELINE.read_text(encoding="utf-8")))


def test_everyday_talk_is_no_ask(watched):
    assert len(measure.everyday_alarms(*watched)) <= 3


@pytest.mark.parametrize(("path", "without"), [(train.WEIGHTS, ()), (measure.WATCHED_OUT, measure.WATCHED)])
def test_the_weights_were_taught_by_this_corpus(path, without):
    """To the byte: `python -m tests.training.train --check` (a quarter of an hour)."""
    expected = json.loads(json.dumps(train.facts(without)))
    assert Reader.load(path).facts == expected, "run `make train`"
    assert not set(without) & set(expected["files"])


def test_the_same_texts_teach_the_same_bytes(monkeypatch):
    monkeypatch.setattr(net, "EPOCHS", 1)
    monkeypatch.setattr(learn, "LOOKED_AT", 900)
    monkeypatch.setattr(learn, "KNOWN_TO_NET", 300)
    data = learn.prepare(texts(["extra-ES", "extra-DQ", "extra-EN"])[::3], Vocabulary(*known()))
    one, other = (dump(learn.to_weights(learn.train(data, data.owner >= 0), known(), {})) for _time in range(2))
    assert one == other


def test_what_is_learned_is_what_is_read():
    """The learner and the product come to the same score for every window, each by arithmetic of its own."""
    sentences = ("lineで話しましょう。", "納期は来週です、来週です。", "面談は不要です。", "原稿を送ります。")
    some = [Text(str(n), "f", "a", True, sentences[:n], frozenset(), frozenset(), frozenset()) for n in (1, 2, 4)]
    data = learn.prepare(some, Vocabulary(*known()))
    chance = np.random.default_rng(5)
    squares = chance.integers(1, 255, TABLE, dtype=np.uint8)
    shares = np.sqrt(squares.astype(float)) * np.where(np.arange(TABLE) < 2 * ROWS, 1, learn.MESSAGE_SHARE)
    grains = chance.integers(-127, 128, (len(CATEGORIES), TABLE))
    known_to_net = np.arange(0, 2 * ROWS, 3)
    params = {name: 3 * np.asarray(one) for name, one in net.fresh(len(known_to_net), len(CATEGORIES), chance).items()}
    model = learn.Model(squares, grains / shares * 0.004, np.full(len(CATEGORIES), 0.1), known_to_net, params)
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


def test_a_fall_is_noticed():
    assert measure.fell({"B": {"reader": 0.90}}, {"B": {"reader": 0.93}}) == ["author B, reader: F1 0.900, was 0.930"]
    assert not measure.fell({"B": {"reader": 0.92}}, {"B": {"reader": 0.93}})
