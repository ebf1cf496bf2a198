"""What the letter tells the worker: who it may be from, what is not proved, what to do and why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.respond.scene import (
    STANDING,
    Spoken,
    finding,
    verdict,
)
from tests.respond.written import Page, facts, html, parsed, plain, written

from banken.i18n import set_language
from banken.words import Authentic, Category, Channel, Level, Permission, Stage


def test_what_was_not_checked_is_said(advice):
    told = facts(
        spoken=Spoken(channel=Channel.DIRECT, authentic=Authentic.UNVERIFIED, authentic_why="no DKIM signature"),
        standing=replace(STANDING, permission=Permission.APPLIED),
    )
    text = plain(written(advice, told))
    assert "no DKIM signature" in text
    assert "direct mail from client[@]client[.]example" in text
    assert "applied for, no answer yet" in text
    assert "no DKIM" not in plain(written(advice))


def test_someone_who_passes_as_the_platform_is_not_called_by_its_name(advice):
    judged = verdict(finding(category=Category.IMPERSONATION, level=Level.DANGER, key="impersonation.sender"))
    told = facts(judged, spoken=Spoken(client="クラウドワークス", authentic=Authentic.FORGED))
    text = plain(written(advice, told))
    assert text.startswith("A mail has come that could not be confirmed to be genuine.")
    assert "direct mail from client[@]client[.]example" in text
    assert "Replies to copy" not in text
    assert (
        parsed(written(advice, told))["Subject"]
        == "[Banken: danger] possible impersonation (client[@]client[.]example)"
    )
    assert "banken/" not in text
    assert "notification from the platform" not in text
    assert "Client:" not in text
    assert "Named in the mail: クラウドワークス (it may not be from them at all)" in text


def test_several_findings_are_told_each_with_its_rule(advice):
    told = facts(
        verdict(
            finding(),
            finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"),
        )
    )
    raw = written(advice, told)
    assert parsed(raw)["Subject"] == "[Banken: danger] direct contract and more (山田商店)"
    assert Page(html(raw)).marked == "よろしくLINEでご説明します"
    assert advice.common.pages["terms"].url in plain(raw)
    assert advice.common.pages["application"].url in plain(raw)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_false_mail_is_never_trusted_for_a_notice_that_the_platform_shows_too(advice, language):
    set_language(language)
    judged = verdict(finding(category=Category.IMPERSONATION, level=Level.DANGER, key="impersonation.sender"))
    raw = written(advice, facts(judged, spoken=Spoken(authentic=Authentic.FORGED)))
    links = "リンクは使わず" if language == "ja" else "not use"
    assert plain(raw).count(links) == 2  # where one looks whether it is there, and where Banken may be wrong
    assert "番犬に教えること" not in plain(raw)
    assert "What to tell Banken" not in plain(raw)


def test_a_mail_straight_from_a_client_is_told_as_one(advice):
    set_language("ja")
    told = facts(verdict(finding("", key="contact.reached")), spoken=Spoken(channel=Channel.DIRECT, client="山田商店"))
    text = plain(written(advice, told))
    assert text.startswith("山田商店さんから、あなたに直接メールが届きました。")
    assert "> 【client[@]client[.]example】" in text
    assert "確かさ" not in text
    assert "山田商店様" in text


def test_the_second_finding_is_given_its_reason_in_a_sentence(advice):
    told = facts(
        verdict(
            finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"),
            finding("はじめまして", Category.OFF_PLATFORM_PAYMENT, Level.DANGER, key="payment.outside"),
            finding(),
        )
    )
    for language in ("ja", "en"):
        set_language(language)
        raw = written(advice, told)
        for category, key in (
            (Category.OFF_PLATFORM_PAYMENT, "payment.outside"),
            (Category.DIRECT_CONTACT, "contact.chat"),
        ):
            counsel = advice.counsel(key, category, Stage.BEFORE, language)
            assert counsel.brief in plain(raw)
            assert counsel.brief in Page(html(raw)).seen
            assert counsel.why not in plain(raw)


@pytest.mark.parametrize(
    ("channel", "permission", "key", "words", "told"),
    [
        (Channel.DIRECT, Permission.NONE, "contact.chat", "LINEでご説明します", True),
        (Channel.DIRECT, Permission.APPLIED, "contact.chat", "LINEでご説明します", True),
        (Channel.NOTIFICATION, Permission.NONE, "contact.chat", "LINEでご説明します", False),
        (Channel.DIRECT, Permission.APPROVED, "contact.chat", "LINEでご説明します", False),
        (Channel.DIRECT, Permission.NONE, "contact.reached", "", False),  # its own advice says so
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_direct_mail_is_said_not_to_be_answered_before_anything_is_quoted(
    advice, language, channel, permission, key, words, told
):
    set_language(language)
    judged = verdict(finding(words, level=Level.DANGER, key=key))
    raw = written(
        advice, facts(judged, spoken=Spoken(channel=channel), standing=replace(STANDING, permission=permission))
    )
    first = "そのメールには返信せず" if language == "ja" else "Do not answer that mail; open CrowdWorks"
    assert (first in plain(raw).partition("■")[0]) is told
    heading = plain(raw).partition("\n")[0]
    assert ("メール" in heading or "mail" in heading) is (channel is Channel.DIRECT)
    assert (first in Page(html(raw)).seen.partition("LINE")[0]) is told


@pytest.mark.parametrize(("language", "word"), [("ja", "仮払い"), ("en", "escrow")])
@pytest.mark.parametrize("category", list(Category))
def test_what_escrow_is_stands_where_it_is_named_first(advice, category, language, word):
    set_language(language)
    raw = written(advice, facts(verdict(finding(category=category, level=Level.DANGER, key=""))))
    means = "（報酬を先に預けてもらうこと）" if language == "ja" else " (仮払い: the client deposits the pay"
    heads = re.compile(r"^.*（危険）\r?$|^.* \(danger\)\r?$", re.MULTILINE)  # a heading only names it
    replies = "そのまま使える" if language == "ja" else "Replies to copy"
    for seen in (plain(raw), Page(html(raw)).seen.replace(parsed(raw)["Subject"], "")):
        text = heads.sub("", seen.partition(replies)[0])
        assert text.count(means) == (word in text)
        if means in text:
            assert re.fullmatch(rf"{word}[」』]?", text[text.index(word) : text.index(means)])


def test_what_the_client_answered_to_an_application_is_kept_where_one_can_apply(advice):
    status = "a screenshot of the application's status"
    for category in Category:
        text = plain(written(advice, facts(verdict(finding(category=category, level=Level.DANGER, key="")))))
        assert (status in text) is (category in (Category.DIRECT_CONTACT, Category.INTERVIEW))
    assert any(status in line for line in advice.keep("en"))


def test_an_approval_changes_what_is_told(advice):
    set_language("ja")
    told = facts(verdict(finding(level=Level.DANGER)), standing=replace(STANDING, permission=Permission.APPROVED))
    text = plain(written(advice, told))
    assert "承認が必要" not in text
    assert "そのまま使える返信例" not in text
    assert "いまも承認されているか" in text


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "承認済みとしては扱っていません"), ("en", "it changes nothing here")]
)
def test_a_clients_word_on_an_approval_is_told_for_what_it_is_worth(advice, language, words):
    set_language(language)
    assert words in plain(written(advice, replace(facts(), claimed=True)))
    assert words not in plain(written(advice, facts()))


def test_the_advice_is_that_of_the_weightiest_finding(advice):
    set_language("ja")
    pay = {"category": Category.OFF_PLATFORM_PAYMENT, "level": Level.DANGER}
    told = facts(verdict(finding(**pay, key="payment.outside"), finding("よろしく", **pay, key="payment.upfront")))
    text = plain(written(advice, told))
    assert "\nお金は払わないでください。" in text
    assert "── 費用の負担を断る ──" in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", "クラウドワークスから届いたメールかどうかは、確かめられていません。"),
        ("en", "could not be confirmed that CrowdWorks"),
    ],
)
def test_an_unproved_notice_is_said_to_be_one_before_anything_else(advice, language, words):
    set_language(language)
    for authentic in (Authentic.UNVERIFIED, Authentic.VERIFIED):
        raw = written(advice, facts(spoken=Spoken(authentic=authentic)))
        assert (words in plain(raw).partition("■")[0]) is (authentic is Authentic.UNVERIFIED)
        assert (words in Page(html(raw)).seen) is (authentic is Authentic.UNVERIFIED)
    assert words not in plain(written(advice, facts(spoken=Spoken(Channel.DIRECT, Authentic.UNVERIFIED))))


def test_a_claim_is_answered_at_the_top(advice):
    told = replace(facts(), claimed=True)
    assert "it changes nothing here" in plain(written(advice, told)).partition("■")[0]
    assert plain(written(advice, told)).count("it changes nothing here") == 1


def test_what_is_to_be_done_stands_above_where_it_is_written(advice):
    for text in (plain(written(advice)), Page(html(written(advice))).seen):
        assert (
            0 < text.index("What to do next") < text.index("Where to get help") < text.index("Source: CrowdWorks FAQ")
        )
