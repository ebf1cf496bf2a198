"""The table that counts: authors left out. Printed, and held against the last one."""

import json

import pytest
from tests.training import measure, train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def prepared():
    return measure.prepared()


def test_left_out_authors_are_read_as_well_as_before(prepared, capsys):
    table = {}
    for author, row in measure.measure(*prepared, [measure.WATCHED]):
        with capsys.disabled():
            print("", *measure.lines_of(author, row), sep="\n")
        table[author] = {who: counts["warn"].f1 for who, counts in row.items()}
    assert set(table) == set(measure.WATCHED)
    assert not measure.fell(table, json.loads(measure.BASELINE.read_text(encoding="utf-8")))


def test_everyday_talk_is_no_ask(prepared):
    assert len(measure.ordinary_alarms(*prepared)) <= 24  # the aim is 3


def test_the_weights_are_what_the_corpus_teaches(prepared):
    assert train.WEIGHTS.read_bytes() == train.weights(*prepared), "run `make train`"


def test_a_fall_is_noticed():
    assert measure.fell({"B": {"reader": 0.90}}, {"B": {"reader": 0.93}}) == ["author B, reader: F1 0.900, was 0.930"]
    assert not measure.fell({"B": {"reader": 0.92}}, {"B": {"reader": 0.93}})
