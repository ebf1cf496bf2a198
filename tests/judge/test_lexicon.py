import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.judge.lexicon import Hit, Lexicon, Words
from banken.judge.views import fold


def found(lexicon, concept, text, **more):
    text = fold(text).text
    return sorted(text[start:end] for start, end in lexicon.scan(text, **more).spans(concept))


LEXICON = Lexicon(
    {
        "mail": Words(("メール", "e-mail", "pay*"), not_inside=("メールマガジン",)),
        "chat": Words(("チャット",), use=("mail",), not_inside=("メールの(記事|本)",)),
        "talk": Words((), use=("chat",)),
        "days": Words(("週#日", "月…金", "週に#日…出社")),
    }
)


def test_words_and_exceptions():
    assert found(LEXICON, "mail", "メールとメールマガジンとｅ－ｍａｉｌ") == ["e-mail", "めーる"]


def test_latin_edges():
    assert found(LEXICON, "mail", "paying, repay, e-mails, (e-mail)") == ["e-mail", "pay"]


def test_a_concept_takes_over_another_s_hits_but_keeps_its_own_exceptions():
    text = "メールの記事、メール、チャット、メールマガジン"
    assert found(LEXICON, "mail", text) == ["めーる", "めーる"]
    assert found(LEXICON, "chat", text) == ["ちゃっと", "めーる"]
    assert found(LEXICON, "talk", text) == ["ちゃっと", "めーる"]


def test_numbers_and_gaps():
    assert found(LEXICON, "days", "週3日と週五日と週末日") == ["週3日", "週五日"]
    assert found(LEXICON, "days", "月から金まで。月曜。金曜") == ["月から金"]
    assert found(LEXICON, "days", "週に2日ほど出社") == ["週に2日ほど出社"]


def test_what_was_found_otherwise_counts_too():
    assert found(LEXICON, "talk", "abc", extra=[Hit(0, 2, "mail", "atom")]) == ["ab"]


def test_words_cut_by_a_wrapped_line_are_found_with_their_break():
    line = "このたびはご応募いただきまして誠にありがとうございますメー"
    assert found(LEXICON, "mail", f"{line}\nルで") == ["めー\nる"]
    assert found(LEXICON, "mail", "短いメー\nルで") == []


@given(st.text(st.sampled_from("メールチャットe-mail週3日月金マガジンの記事 "), max_size=60))
def test_hints_hold_all_that_stands(text):
    scan = LEXICON.scan(fold(text).text)
    assert {name for name in LEXICON.uses if scan.spans(name)} <= scan.hints


WRITTEN = {
    "#字": "[0-9]{1,10}字",
    "字#": "字[0-9]{1,10}",
    "先…送": "先[^。!?\\n]{0,12}?送",
    "まず…ください": "まず[^。!?\\n]{0,12}?ください",
    "#:#から": "[0-9]{1,10}:[0-9]{1,10}から",
    "#…字": "[0-9]{1,10}[^。!?\\n]{0,12}?字",
}


@pytest.mark.parametrize("word", WRITTEN)
@given(text=st.text(st.sampled_from("字3:先送。まずくださいから "), max_size=40))
def test_longer_words_stand_where_their_pattern_does(word, text):
    lexicon = Lexicon({"word": Words((word,))})
    spans = lexicon.scan(text).spans("word")
    assert bool(spans) == bool(re.search(WRITTEN[word], text))
    assert all(re.fullmatch(WRITTEN[word], text[start:end]) for start, end in spans)


def test_words_that_do_not_stand_hide_no_others_of_their_concept():
    text = fold("e-mailx " * 2001 + "payで").text
    assert found(LEXICON, "mail", text) == ["pay"]


def test_of_words_that_share_a_part_each_is_found():
    lexicon = Lexicon({"ask": Words(("まず…送", "まず…ください")), "where": Words(("写真に…宛先", "写真に…番号"))})
    assert found(lexicon, "ask", "まず送ってください") == ["まず送", "まず送ってください"]
    assert found(lexicon, "where", "写真に宛先を。写真には番号を。") == ["写真には番号", "写真に宛先"]
