"""The small pattern language: plain words for people, linear time for strangers' mail."""

from __future__ import annotations

import pickle
import time

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from banken.platform import pattern as language
from banken.platform.pattern import Pattern, PatternError, Patterns, fold


def found(pattern: str, text: str, names=("クラウドワークス",)):
    hit = Pattern(pattern, names).find(fold(text))
    return None if hit is None else {name: text[start:end] for name, (start, end) in hit.spans.items()}


@pytest.mark.parametrize(
    ("pattern", "text", "wanted"),
    [
        ("契約*成立", "【通知】契約が成立しました", {}),
        ("契約*成立", "契約です。成立", None),
        ("契約*成立", "契約" + "あ" * 61 + "成立", None),
        ("{届|受信}", "メッセージを受信", {}),
        ("{届|受信}", "メッセージ", None),
        ("{client} さんから", "山田商店 さんから", {"client": "山田商店"}),
        ("「{job}」について", "「図鑑「海」の校正」について", {"job": "図鑑「海」の校正"}),
        ("^メッセージ$", " メッセージ ", {}),
        ("^メッセージ$", "新着メッセージ", None),
        ("未読#件", "未読12件", {}),
        ("LINE", "ＬＩＮＥ", {}),
        ("{platform}から", "クラウド ワークス から", None),
        ("{platform}から", "クラウドワークス から", {}),
        ("a{b{c|d}|e}", "abd", {}),
        ("re:^x+(?P<job>y)", "xxxy", {"job": "y"}),
        ("(値)", "（値）", {}),
    ],
)
def test_what_a_pattern_finds(pattern, text, wanted):
    assert found(pattern, text) == wanted


@pytest.mark.parametrize("pattern", ["{client", "{nobody}", "a}", "re:(", "re:(?=x)", "{a|b"])
def test_a_bad_pattern_says_so(pattern):
    with pytest.raises(PatternError, match=r"「|“"):
        Pattern(pattern)


def test_the_first_pattern_of_the_file_wins():
    patterns = Patterns(["「{client}」さん", "「{job}」"])
    assert list(patterns.find("「甲」さん").spans) == ["client"]
    assert list(patterns.find("「甲」の件").spans) == ["job"]
    assert Patterns([]).find("甲") is None


@given(st.text())
def test_folding_keeps_every_place(text):
    assert len(fold(text)) == len(text)


def test_a_strangers_line_costs_no_time():
    patterns = Patterns(["{client}さん*から*{job}*の*メッセージ", "re:(a*)*b"])
    started = time.perf_counter()
    for line in ("さん" * 200_000, "a" * 400_000, "から" * 100_000):
        patterns.find(fold(line))
    assert time.perf_counter() - started < 2


def test_what_was_compiled_can_be_given_back_and_is_made_anew():
    patterns = Patterns(["「{client}」さん", "「{job}」"])
    language.forget()
    assert patterns.find("「甲」さん").spans["client"] == (1, 2)
    held = (language._in_use, re2._Regexp._make)  # RE2's wrapper remembers the last 128 as well
    assert [one.cache_info().currsize > 0 for one in held] == [True, True]
    language.forget()
    assert [one.cache_info().currsize for one in held] == [0, 0]
    assert patterns.find("「甲」さん").spans["client"] == (1, 2)


def test_a_pattern_is_handed_to_another_process_as_words_alone():
    there = pickle.loads(pickle.dumps(Patterns(["「{client}」さん"])))
    assert there.find("「甲」さん").spans["client"] == (1, 2)
