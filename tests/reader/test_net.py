"""The net: vectors in long integers, and what a sentence means among others."""

import pickle
from array import array
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.judge.reader.features import ROWS
from banken.judge.reader.lanes import packed, unpacked
from banken.judge.reader.net import LOUDEST, TOGETHER, Net
from banken.judge.reader.weights import (
    HIDDEN,
    MOST,
    WIDTH,
    Line,
    NetWeights,
    Vectors,
    Weights,
    dump,
    load,
    matrices,
    octets,
)
from banken.words import Category

NUMBERS = st.lists(st.integers(-(1 << 20), 1 << 20), min_size=1, max_size=70)
KNOWN = tuple(range(10, 60))
EVEN = bytes([1]) * len(KNOWN)
"""Squares of rows of which none is rarer than another."""


def random_vectors(chance: Random, rows: int, numbers: int, grain: float) -> Vectors:
    steps = bytes(chance.randrange(1, 200) for _ in range(rows))
    return Vectors(numbers, steps, bytes(chance.randrange(125) for _ in range(rows * octets(numbers))), grain)


def random_net(seed: int = 3, categories: int = 2) -> NetWeights:
    chance = Random(seed)
    words = random_vectors(chance, len(KNOWN), WIDTH, 1 / 90)
    made = {
        name: array("h", [chance.randrange(-9000, 9000) for _ in range(size)])
        for name, size in matrices(categories).items()
    }
    return NetWeights(words, made, dict.fromkeys(made, 1 / 20_000))


def net_of(weights: NetWeights, squares: bytes = EVEN) -> Net:
    return Net(weights, KNOWN, squares)


@pytest.fixture
def net():
    return net_of(random_net())


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


def test_a_row_that_was_not_taken_in_is_no_other(net):
    for row in (9, 60, 70_000):
        with pytest.raises(KeyError):
            net.read([{11, row}])


def test_nothing_is_louder_than_the_loudest():
    loud = random_net()
    loud.matrices["say"][:] = array("h", [32_767, -32_768] * HIDDEN)
    loud.matrices["think"][:] = array("h", [32_767] * len(loud.matrices["think"]))
    loud.scales.update(say=9.0, think=9.0)
    assert [LOUDEST, -LOUDEST] in [net_of(loud).read([{row}])[0] for row in KNOWN]


def test_no_sentence_and_a_sentence_without_rows_are_read(net):
    assert net.read([]) == []
    assert len(net.read([set(), {11}])) == 2


def test_a_very_long_message_is_read_in_parts(net):
    part = [{11 + at % 40} for at in range(TOGETHER)]
    assert net.read([*part, {12}, {13}]) == net.read(part) + net.read([{12}, {13}])


def test_a_row_has_the_numbers_that_its_bytes_say():
    made = Vectors(5, bytes([3, 10]), bytes([0 + 5 * 4 + 25 * 2, 124, 62, 1]), 0.5)
    assert made.of(0) == tuple(3 * number for number in (-2, 2, 0, 2, 2))
    assert made.of(1) == tuple(10 * number for number in (0, 0, 0, -1, -2))
    assert max(map(abs, made.of(0))) == MOST * 3


def test_rare_words_weigh_more_by_their_squares():
    rare = bytes(200 if row == 12 else 1 for row in KNOWN)
    assert net_of(random_net(), rare).read([{11, 12}]) != net_of(random_net()).read([{11, 12}])


def test_the_net_comes_back_from_its_file(tmp_path):
    windows = (0, 254, 255, 511, 767, 1022, 1276, ROWS, 2 * ROWS - 1)
    rows = (*range(5_000 - len(KNOWN) + len(windows), 5_000), *windows)
    rows = (*sorted(rows), 2 * ROWS, 2 * ROWS + 700)
    lines = tuple(Line(category, -0.25, 0.125, 2.0) for category in (Category.INTERVIEW, Category.RESIDENT_WORK))
    sums = random_vectors(Random(8), len(rows), len(lines), 0.5)
    made = Weights(rows, bytes(range(1, len(rows) + 1)), sums, lines, {}, [], {}, random_net())
    path = tmp_path / "weights.bin"
    path.write_bytes(dump(made))
    assert load(path) == made
    assert load(path) != replace(made, net=random_net(seed=4))


def test_it_can_be_sent_to_another_process(net):
    assert net.read([{11, 12}, {20}]) == pickle.loads(pickle.dumps(net)).read([{11, 12}, {20}])
    assert net.read([{31}]) == pickle.loads(pickle.dumps(net)).read([{31}])
