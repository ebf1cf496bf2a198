"""Hostile text takes linear time: eight times as much takes no more than some twenty times as long, noise included."""

import time

import pytest

from banken.judge import Case, load
from banken.places import rules_root
from banken.words import Stage

UNITS = [
    "[", "([{", "L ", "「", "「a」", "\u202eENIL\u202c", "\u202e", "LINE ", "LINEで連絡ください。",
    "LINEは使いません。", "a", "あ", "○", "L○", "仮払い前に直接LINEで口座に振込してください、", "\n",
    "・LINE\n", "0", "090", "@", "a@b.", "\u200b", "か\u3099", "ラー", "a\u0301", "https://line.me/a ", "😀",
    "手数料が", "週3日", "LINEが、", "「LINEで連絡」と言われました。", "ラ イ ン ",
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped():
    judge = load(rules_root(), reader=False)
    judge.judge(Case.of("LINEで連絡ください"))  # compile
    return judge


def seconds(judge, text):
    begin = time.process_time()
    judge.judge(Case.of(text, stage=Stage.BEFORE))
    return time.process_time() - begin


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_the_length(shipped, unit):
    small, big = (unit * (size // len(unit)) for size in (25_000, 200_000))
    short = min(seconds(shipped, small) for _ in range(2))
    assert seconds(shipped, big) < 0.4 + 20 * short


def test_a_megabyte_of_pleas(shipped):
    assert seconds(shipped, "LINEで連絡ください。" * 83_000) < 15
