"""The guilty words: quoted once, marked where they begin, told by whom and how they were found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.respond.scene import (
    TEXT,
    finding,
    message,
    verdict,
)
from tests.respond.written import Page, facts, html, parsed, plain, written

from banken.i18n import set_language
from banken.words import Category, Evidence


def evidence_of(words, text) -> Evidence:
    start = text.index(words)
    return Evidence(words, start, start + len(words), "reader")


def test_the_guilty_words_are_marked_and_their_place_is_told(advice):
    raw = written(advice)
    assert Page(html(raw)).marked == "LINEでご説明します"
    assert "In “ご相談”, received 2026-11-24 11:00" in plain(raw)
    assert "> 詳しくは【LINEでご説明します】。 (line 2)" in plain(raw)
    assert parsed(raw)["X-Banken-Rules"] == "chat-1"


@pytest.mark.parametrize(
    ("by", "words"), [("rule", "this wording is common in such requests"), ("reader", "It may be wrong")]
)
def test_how_sure_it_is_depends_on_who_found_it(advice, by, words):
    raw = written(advice, facts(verdict(finding(by=by))))
    assert words in plain(raw)
    assert words in html(raw)
    assert parsed(raw)["X-Banken-Rules"] == ("chat-1" if by == "rule" else None)


def test_words_that_only_sound_like_it_are_no_reason_for_what_a_rule_has_found(advice):
    text = "まずはZoomで面談をお願いします。\n明後日の14時はいかがでしょうか。\n"
    told = facts(
        verdict(
            finding("Zoomで面談", Category.INTERVIEW, key="interview.online", text=text),
            finding("Zoomで", text=text),
            replace(finding("明後日の14時", text=text, by="reader"), evidence=(evidence_of("明後日の14時", text),)),
        ),
        mail=message(text=text),
    )
    letter = plain(written(advice, told))
    assert "明後日" not in letter
    assert "The words above are this as well." in letter


@pytest.mark.parametrize(
    ("words", "text", "quote"),
    [
        ("支払いは月末", "お支払いは月末です。", "> 【お支払いは月末】です。"),
        ("契約は直接", "次のご契約は直接です。", "> 次の【ご契約は直接】です。"),
        ("LINE", "おLINEです。", "> お【LINE】です。"),
        ("支払い", "支払いです。", "> 【支払い】です。"),
    ],
)
def test_a_mark_begins_where_the_word_does(advice, words, text, quote):
    told = facts(verdict(finding(words, text=text)), mail=message(text=text))
    assert quote in plain(written(advice, told))


def test_the_tool_is_named_above_its_words(advice):
    assert "An invitation to a chat outside: LINE (warning)" in plain(written(advice))
    phone = "お電話をください。"
    told = facts(verdict(finding("電話", key="contact.phone", text=phone)), mail=message(text=phone))
    assert "An invitation to talk on the phone (warning)" in plain(written(advice, told))


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "上の言葉は、これにもあたります。"), ("en", "The words above are this as well.")]
)
def test_words_are_quoted_once_and_a_page_is_named_once(advice, language, words):
    set_language(language)
    raw = written(advice, facts(verdict(finding(category=Category.INTERVIEW, key="interview"), finding())))
    assert words in plain(raw)
    assert words in html(raw)
    assert plain(raw).count("詳しくは") == 1
    assert plain(raw).count(advice.common.pages["application"].url) == 1


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("plain", "common in such requests.\n"),
        ("masked", "A letter of it is replaced by a sign"),
        ("disguised", "Its letters are wide, spaced"),
        ("hidden", "so that the eye does not see it"),
    ],
)
def test_words_that_were_hidden_are_told_as_such(advice, how, words):
    found = finding()
    judged = verdict(replace(found, evidence=(replace(found.evidence[0], how=how),)))
    assert words in plain(written(advice, facts(judged)))


def test_our_own_marks_are_explained_where_they_are_used(advice):
    told = "In the quotes, 【 】 are Banken's marks."
    assert plain(written(advice)).count(told) == 1
    assert told not in html(written(advice))
    none = facts()
    assert told not in plain(written(advice, replace(none, points=(replace(none.points[0], quotes=()),))))


def test_evidence_beyond_the_text_is_quoted_alone(advice):
    judged = verdict(replace(finding(), evidence=(Evidence("gone", 9000, 9004),)))
    assert "> 【gone】" in plain(written(advice, facts(judged)))
    assert TEXT not in plain(written(advice, facts(judged)))


def test_words_of_one_sentence_are_marked_in_one_quote(advice):
    raw = written(advice, facts(verdict(finding("LINE"), finding("ご説明"))))
    assert Page(html(raw)).marked == "LINEでご説明"
    assert plain(raw).count("詳しくは") == 1


def test_a_clients_own_brackets_are_not_taken_for_our_marks(advice):
    text = "【事務局で確認済み】LINEを追加してください。"
    told = facts(verdict(finding("LINEを追加", text=text)), mail=message(text=text))
    assert "> ［事務局で確認済み］【LINEを追加】してください。" in plain(written(advice, told))


def test_words_of_two_kinds_in_a_long_sentence_are_quoted_once(advice):
    text = "あ" * 80 + "LINEでZoom" + "い" * 90 + "。"
    told = facts(
        verdict(finding("Zoom", Category.INTERVIEW, key="interview.online", text=text), finding("LINE", text=text)),
        mail=message(text=text),
    )
    letter = plain(written(advice, told))
    assert letter.count("\n> ") == 1
    assert "The words above are this as well." in letter
