"""Hostile text takes linear time: eight times as much takes about eight times as long, whatever it is made of."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banken import message as mail
from banken.heap import growing
from banken.judge import Case, load
from banken.places import rules_root
from banken.words import Stage

pytestmark = pytest.mark.slow  # as in platform/test_hostile.py

TIMES = 8
LINEAR = 20
"""How much longer `TIMES` the text may take: a curve would take 64 times as long, a busy machine never 20."""
SHORTEST = 0.002
"""Seconds below which a clock tells nothing."""
UNITS = [
    "[", "([{", "L ", "「", "「a」", "\u202eENIL\u202c", "\u202e", "LINE ", "LINEで連絡ください。",
    "LINEは使いません。", "a", "あ", "○", "L○", "仮払い前に直接LINEで口座に振込してください、", "\n",
    "・LINE\n", "0", "090", "@", "a@b.", "\u200b", "か\u3099", "ラー", "a\u0301", "https://line.me/a ", "😀",
    "http://", "カ", "カタカナ", "直.接.", "【L】", "〇九〇", "at ", "( at )", "．", "hxxp://a[.]b/", "\u202eあ", "|", "4@5$",
    "手数料が", "週3日", "LINEが、", "「LINEで連絡」と言われました。", "ラ イ ン ",
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped():
    judge = load(rules_root(), reader=False)
    judge.judge(Case.of("LINEで連絡ください"))  # compile
    return judge


def seconds(judge, text):
    return seconds_of(judge, Case.of(text, stage=Stage.BEFORE))


def seconds_of(judge, case):
    with growing():  # what all the tests before left on the heap is not looked through at our expense
        begin = time.process_time()
        judge.judge(case)
        return time.process_time() - begin


def ratio(judge, unit, size):
    """Return how much longer `size` takes than an eighth: the least of a few tries, since others use the machine."""
    small, big = (unit * (length // len(unit) + 1) for length in (size // TIMES, size))
    tries = ((seconds(judge, small), seconds(judge, big)) for _ in range(5))
    least = float("inf")
    for one, two in tries:
        least = min(least, two / max(one, SHORTEST))
        if least <= LINEAR:
            break
    return least


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_the_length(shipped, unit):
    assert ratio(shipped, unit, 120_000) <= LINEAR


@pytest.mark.parametrize("unit", ["@", "0", "http://", "カ", "LINEで連絡ください。", "[", "「"])
def test_a_megabyte(shipped, unit):
    assert ratio(shipped, unit, 1_000_000) <= LINEAR


@given(st.lists(st.sampled_from(UNITS), min_size=1, max_size=4))
@settings(max_examples=25)
def test_mixtures_take_linear_time_too(shipped, units):
    assert ratio(shipped, "".join(units), 60_000) <= LINEAR


@pytest.mark.parametrize("blank", ["\n", "\n \n", "\n\n \n "])
def test_blank_lines_between_words(shipped, blank):
    few, many = ("LINEで" + blank * (length // len(blank)) + "連絡ください。" for length in (80_000 // TIMES, 80_000))
    assert min(seconds(shipped, many) / max(seconds(shipped, few), SHORTEST) for _ in range(3)) <= LINEAR


def times_as_long(judge, few, many):
    return min(seconds_of(judge, many) / max(seconds_of(judge, few), SHORTEST) for _ in range(5))


def test_links_and_quotes_in_turn(shipped):
    few, many = (mailed("https://b.example/\n> a\n" * (4000 // times)) for times in (TIMES, 1))
    assert times_as_long(shipped, few, many) <= LINEAR


def mailed(text):
    message = mail.read(b"Subject: a\nContent-Type: text/plain\n\n" + text.encode())
    assert message.links
    return Case(message.text, message.segments, stage=Stage.BEFORE, links=message.links)


def test_many_disguises_among_many_sentences():
    listening = load(rules_root(), reader=Deaf())
    few, many = (Case.of(("L I N E。" + "あ。" * 20) * (1900 // times)) for times in (TIMES, 1))
    assert times_as_long(listening, few, many) <= LINEAR


class Deaf:
    """A reader that hears nothing, so that only what is prepared for it takes time."""

    def read(self, sentences):
        assert "line" in sentences[0]
        return ()

    def reach(self, sentences):
        return len(sentences)

    def telling(self, sentence, category):
        return ()


def test_nested_quotations(shipped):
    nested = ["「" * n + "LINEで連絡" + "」" * n for n in (100_000 // TIMES, 100_000)]
    one, two = (min(seconds(shipped, text) for _ in range(2)) for text in nested)
    assert two <= LINEAR * max(one, SHORTEST)
