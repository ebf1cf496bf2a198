import time

import pytest

from banken.message.subject import is_new


@pytest.mark.parametrize(
    "subject",
    [
        "Re: LINEを交換しませんか", "RE：ご相談", "ＲＥ：ご相談", "re :x", "Re:Re: x", "RE: Fw: x", "Fwd: x", "FW:x", "Ｆｗ：x",
        "転送: x", "返信：x", "ご返信：x", "【Re】x", "[Fwd: x]", "［返信］x", "(Re) x", "Re[2]: x", "Re^3: x", "Re(4): x", "Re2: x",
        "[list 12] Re: x", "【重要】 返信: x", "自動返信: x", "Automatic reply: x", "AW: x", "  Re: x", "", " \u3000",
    ],
)  # fmt: skip
def test_what_repeats_older_words_is_not_new(subject):
    assert not is_new(subject)


@pytest.mark.parametrize(
    "subject",
    [
        "LINEを交換しませんか", "Regarding LINE", "Report: LINE", "Recruiting: x", "返信不要：お知らせ", "返信ください", "転送サービスの件",
        "【重要】LINEの件", "ご相談（Re: は付けずに）", "Trial: x", "Treasure", "リーフレット: 見積もり", "x Re: y", "Fwdの件",
    ],
)  # fmt: skip
def test_the_sender_s_own_words_are_new(subject):
    assert is_new(subject)


@pytest.mark.parametrize("piece", ["[", "【a】", "[a] ", "(re", "Re ", "自動", " "])
def test_a_hostile_subject_takes_no_time(piece):
    start = time.perf_counter()
    is_new(piece * 100_000)
    assert time.perf_counter() - start < 0.5
