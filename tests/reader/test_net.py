"""The net: vectors in long integers, and what a sentence means among others."""

import pickle
from array import array
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.judge.reader.features import TABLE
from banken.judge.reader.lanes import packed, unpacked
from banken.judge.reader.net import LOUDEST, TOGETHER, Net
from banken.judge.reader.weights import HIDDEN, NOUGHT, WIDTH, Line, NetWeights, Weights, dump, load, matrices
from banken.words import Category

NUMBERS = st.lists(st.integers(-(1 << 20), 1 << 20), min_size=1, max_size=70)
ROWS = tuple(range(10, 60))


def random_net(seed: int = 3, categories: int = 2) -> NetWeights:
    chance = Random(seed)
    words = bytes(chance.randrange(256) for _ in range(len(ROWS) * WIDTH // 2))
    steps = bytes(chance.randrange(1, 30) for _ in ROWS)
    made = {
        name: array("h", [chance.randrange(-9000, 9000) for _ in range(size)])
        for name, size in matrices(categories).items()
    }
    return NetWeights(ROWS, steps, words, made, dict.fromkeys(["words", *made], 1 / 20_000) | {"words": 1 / 90})


@pytest.fixture
def net():
    return Net(random_net(), bytes([1]) * TABLE)


@given(NUMBERS)
def test_a_vector_comes_back_from_its_integer(numbers):
    assert unpacked(packed(numbers), len(numbers)) == tuple(numbers)


@given(NUMBERS, st.integers(-127, 127), st.integers(-127, 127))
def test_integers_add_and_multiply_as_vectors_do(numbers, one, two):
    total = packed(numbers) * one + packed(numbers[::-1]) * two
    expected = [a * one + b * two for a, b in zip(numbers, numbers[::-1], strict=True)]
    assert unpacked(total, len(numbers)) == tuple(expected)


def test_a_sentence_is_heard_with_what_stands_around_it(net):
    alone, before, after = net.read([{11, 12}]), net.read([{20, 33}, {11, 12}]), net.read([{11, 12}, {20, 33}])
    assert len({str(alone[0]), str(before[1]), str(after[0])}) == 3


def test_unknown_rows_are_nothing(net):
    assert net.read([{12, 11, 40}]) == net.read([frozenset((40, 12, 11, 5, 70_000))])


def test_nothing_is_louder_than_the_loudest():
    loud = random_net()
    loud.matrices["say"][:] = array("h", [32_767, -32_768] * HIDDEN)
    loud.matrices["think"][:] = array("h", [32_767] * len(loud.matrices["think"]))
    loud.scales.update(say=9.0, think=9.0)
    assert [LOUDEST, -LOUDEST] in [net_of(loud).read([{row}])[0] for row in ROWS]


def net_of(weights: NetWeights) -> Net:
    return Net(weights, bytes([1]) * TABLE)


def test_no_sentence_and_a_sentence_without_rows_are_read(net):
    assert net.read([]) == []
    assert len(net.read([set(), {11}])) == 2


def test_a_very_long_message_is_read_in_parts(net):
    part = [{11 + at % 40} for at in range(TOGETHER)]
    assert net.read([*part, {12}, {13}]) == net.read(part) + net.read([{12}, {13}])


def test_rare_words_weigh_more_by_their_squares():
    squares = bytearray([1]) * TABLE
    squares[12] = 200
    assert Net(random_net(), bytes(squares)).read([{11, 12}]) != net_of(random_net()).read([{11, 12}])


def test_the_net_comes_back_from_its_file(tmp_path):
    squares = bytes([3, 0]) * (TABLE // 2) + bytes(TABLE % 2)
    tables = [bytes([NOUGHT + at, NOUGHT]) * (TABLE // 2) + bytes([NOUGHT]) * (TABLE % 2) for at in (7, -9)]
    both = zip((Category.INTERVIEW, Category.RESIDENT_WORK), tables, strict=True)
    lines = tuple(Line(category, table, 0.5, -0.25, 0.125, 2.0) for category, table in both)
    made = Weights(squares, lines, {}, [], {}, random_net())
    path = tmp_path / "weights.bin"
    path.write_bytes(dump(made))
    assert load(path) == made
    assert load(path) != replace(made, net=random_net(seed=4))


def test_it_can_be_sent_to_another_process(net):
    assert net.read([{11, 12}, {20}]) == pickle.loads(pickle.dumps(net)).read([{11, 12}, {20}])
    assert net.read([{31}]) == pickle.loads(pickle.dumps(net)).read([{31}])
