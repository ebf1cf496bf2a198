"""The table that counts: authors left out. Printed, and held against the last one."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from tests.training import corpus, measure
from tests.training.corpus import ROOT, files_of, texts

from banken.judge import combine
from banken.judge.reader import Reader

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
        table[author] = measure.f1_of(row)
    assert set(table) == set(measure.WATCHED) - {measure.EVERYDAY}
    assert not measure.fell(table, json.loads(measure.BASELINE.read_text(encoding="utf-8")))


def test_strangers_are_read_as_well_as_before(capsys):
    """The product as it is, on texts that neither the net nor a writer of rules has learned from."""
    table = {}
    for name, row, shown in measure.measure_unseen(measure.SAMPLE):
        with capsys.disabled():
            print("", *measure.lines_of(name, row), f"words shown: {shown}", sep="\n")
        table[name] = measure.f1_of(row)
    before = json.loads(measure.BASELINE.read_text(encoding="utf-8"))
    assert set(table) == {name for name in before if name.startswith(corpus.UNSEEN)}
    assert not measure.fell(table, before)


def test_nothing_is_learned_from_strangers():
    names = {text.file for language in corpus.LANGUAGES for text in corpus.unseen(language, 9)}
    assert len(names) > 20
    assert not {name.rpartition("/")[2] for name in names} & set(corpus.all_files())
    assert not names & set(corpus.all_files())


def test_what_is_shown_of_a_mail_is_the_ask_and_nothing_beside_it(watched):
    some, reader = watched
    marked = measure.marks(some)
    whole, clauses = (measure.quotes(marked[kind], reader) for kind in ("sentence", "clause"))
    assert whole.told > 250
    assert whole.inside / whole.told >= 0.965
    assert whole.touching / whole.told >= 0.98
    assert clauses.touching / clauses.told >= 0.9


def test_words_beside_the_ask_would_be_noticed(watched):
    some, reader = watched
    moved = [replace(text, guilty=((0, 1),)) for text in measure.marks(some)["sentence"]]
    assert measure.quotes(moved, reader).inside == 0


ASKS = "LINEで話しましょう。"


def phrase(said, *guilty):
    row = {"id": "1", "text": said, "category": "direct_contact", "label": "ask", "guilty": guilty}
    return corpus._phrase(row, "f", "a")


@pytest.mark.parametrize(
    ("said", "guilty", "marked"),
    [
        (f"ご応募に感謝します。{ASKS}納期は来週です。", [ASKS], [ASKS]),
        (f"2. 連絡方法 {ASKS}納期は来週です。", [ASKS], [f"2. 連絡方法 {ASKS}"]),
        (f"ご応募、{ASKS}", [ASKS], [f"ご応募、{ASKS}"]),
        (f"ご応募。{ASKS}", [ASKS], [ASKS]),
        (f"たいへん多くのご応募から、{ASKS}", [ASKS], [ASKS]),
        (f"{ASKS}\nhttps://lin.ee/x\n以上", [ASKS, "https://lin.ee/x"], [f"{ASKS}\nhttps://lin.ee/x"]),
        (f"{ASKS}納期は来週です。急ぎです。", [ASKS, "急ぎです。"], [ASKS, "急ぎです。"]),
    ],
)
def test_a_mark_is_a_stretch_with_its_label(said, guilty, marked):
    assert [said[start:end] for start, end in phrase(said, *guilty).guilty] == marked


def test_each_sentence_is_marked_or_clear():
    text = phrase(f"ご応募に感謝します。{ASKS}納期は来週です。", ASKS)
    assert text.marks == (False, True, False)
    assert text.clear == (True, False, True)
    unmarked = phrase(f"ご応募に感謝します。{ASKS}")
    assert unmarked.marks is None
    assert unmarked.clear == (False, False)


def test_everyday_talk_is_no_ask(watched):
    assert len(measure.everyday_alarms(*watched)) <= 3


def test_a_judge_that_cries_wolf_would_be_noticed(watched, monkeypatch):
    monkeypatch.setattr(combine, "ALONE_IN_FEW", 0.25)
    assert len(measure.everyday_alarms(*watched)) > 10


def test_the_weights_are_what_was_learned_and_learning_is_what_is_read():
    """In a process of its own: JAX keeps threads, and other tests fork."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/training/proofs.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 passed" in done.stdout


def test_a_fall_is_noticed():
    assert measure.fell({"B": {"reader": 0.90}}, {"B": {"reader": 0.93}}) == ["author B, reader: F1 0.900, was 0.930"]
    assert not measure.fell({"B": {"reader": 0.92}}, {"B": {"reader": 0.93}})
