"""The replies to copy: to whom, in which language, about what, and what they decline."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.respond.scene import (
    STANDING,
    Spoken,
    finding,
    message,
    verdict,
)
from tests.respond.written import facts, html, parsed, plain, written

from banken.i18n import set_language
from banken.message.model import Address
from banken.words import Category, Channel, Level, Permission


def test_an_english_worker_gets_replies_in_the_clients_language(advice):
    raw = written(advice)
    assert "山田商店様" in plain(raw)
    assert "send only the text above; it means:" in plain(raw)
    latin = facts(verdict(finding("my LINE id", text="my LINE id")), mail=message(text="my LINE id"))
    assert "Hello 山田商店," in plain(written(advice, latin))
    assert "send only the text above; it means:" not in plain(written(advice, latin))
    set_language("ja")
    assert "Hello" not in plain(written(advice))


def test_a_reply_speaks_of_the_other_findings_too(advice):
    set_language("ja")
    one = facts(verdict(finding(category=Category.OFF_PLATFORM_PAYMENT, level=Level.DANGER, key="payment.outside")))
    both = facts(
        verdict(
            finding("はじめまして", Category.OFF_PLATFORM_PAYMENT, Level.DANGER, key="payment.outside"),
            finding(),
        )
    )
    also = "なお、LINEなど、サービスの外でのやりとりは"
    assert also not in plain(written(advice, one))
    ask, decline, propose = re.split(r"^── .* ──$", plain(written(advice, both)), flags=re.MULTILINE)[1:]
    assert ask.count(also) == decline.count(also) == 1  # who declines declines all of it
    assert also not in propose
    assert ask.strip().endswith("どうぞよろしくお願いいたします。")
    assert decline.strip().endswith("ご理解いただけますと幸いです。")


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ([finding(level=Level.DANGER)], "── LINEを断る ──"),
        ([finding("はじめまして", level=Level.DANGER)], "── 外部のチャットを断る ──"),
        ([finding(level=Level.DANGER), finding("よろしく", Category.INTERVIEW)], "── LINEなどを断る ──"),
    ],
)
def test_who_declines_is_told_what_is_declined(advice, found, name):
    set_language("ja")
    assert name in plain(written(advice, facts(verdict(*found))))


def test_a_reply_to_a_direct_mail_names_that_mail_and_the_person(advice):
    set_language("ja")
    judged = verdict(finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"))
    for channel, job, about in (
        (Channel.DIRECT, "", "メールでいただいた「ご相談」について"),
        (Channel.DIRECT, "バナー制作", "「バナー制作」について"),
        (Channel.NOTIFICATION, "", "ご相談の件について"),
    ):
        letter = plain(written(advice, facts(judged, spoken=Spoken(channel=channel, client="葉山（編集部）", job=job))))
        assert f"葉山様\n\n{about}" in letter
    assert "葉山さん" in letter
    alone = facts(judged, spoken=Spoken(client="（編集部）"))
    assert "（編集部）様" in plain(written(advice, alone))


def test_a_reply_says_of_one_tool_only_once_that_it_needs_approval(advice):
    set_language("ja")
    text = "まずはZoomで面談をお願いします。\nZoomのIDをお送りください。\n"
    told = facts(
        verdict(
            finding("Zoomで面談", Category.INTERVIEW, key="interview.online", text=text),
            finding("ZoomのID", text=text),
        ),
        mail=message(text=text),
    )
    letter = plain(written(advice, told))
    assert "> 【ZoomのID】をお送りください。" in letter
    assert "なお、" not in letter
    assert letter.count("承認される前に") == 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("client@client.example", "ja"),
        ("t.me/some_client", "ja"),
        ("my id on telegram", "en"),
        ("LINE ID", "ja"),
        ("LINE 交換", "ja"),
    ],
)
def test_replies_are_in_the_language_of_the_words_not_of_an_address(advice, text, language):
    set_language("ja")
    told = plain(written(advice, facts(verdict(finding(text, text=text)), mail=message(text=text))))
    assert ("Hello 山田商店," in told) is (language == "en")


@pytest.mark.parametrize(
    ("said", "replies"), [(Permission.DENIED, 2), (Permission.APPLIED, 3), (Permission.APPROVED, 0)]
)
def test_an_application_that_was_made_is_not_advised_again(advice, said, replies):
    set_language("ja")
    told = facts(verdict(finding(level=Level.DANGER)), standing=replace(STANDING, permission=said))
    text = plain(written(advice, told))
    assert len(re.findall("^── ", text, re.MULTILINE)) == replies
    assert "申請を出します" not in text
    assert "こちらから申請いたします" not in text
    assert ("結果を待っております" in text) is (said is Permission.APPLIED)


def test_an_approval_is_not_asked_for_beside_something_worse(advice):
    set_language("ja")
    worse = finding("はじめまして", Category.OFF_PLATFORM_PAYMENT, Level.DANGER, key="payment.outside")
    approved = replace(STANDING, permission=Permission.APPROVED)
    assert "なお、LINE" in plain(written(advice, facts(verdict(worse, finding()))))
    assert "なお、LINE" not in plain(written(advice, facts(verdict(worse, finding()), standing=approved)))


@pytest.mark.parametrize(
    ("language", "subject", "heading", "reply"),
    [
        (
            "ja",
            "【番犬：注意】外部連絡（お仕事：バナー制作）",
            "クライアントからのメッセージに、気をつけたい言葉がありました。",
            "ご担当者様",
        ),
        ("en", "[Banken: warning] contact outside (job: バナー制作)", "A message from a client contains", "ご担当者様"),
    ],
)
def test_a_client_without_a_name_is_not_called_by_the_platforms(advice, language, subject, heading, reply):
    set_language(language)
    mail = message(sender=Address("クラウドワークス", "no-reply@crowdworks.jp"))
    raw = written(advice, facts(mail=mail, spoken=Spoken(client="")))
    assert parsed(raw)["Subject"] == subject
    assert plain(raw).startswith(heading)
    assert f"\n{reply}\n" in plain(raw)
    assert "クラウドワークスさん" not in plain(raw)
    assert "クラウドワークス様" not in plain(raw)
    bare = plain(written(advice, facts(spoken=Spoken(client="", job=""))))
    assert not re.search("^(相手：|Client:)", bare, re.MULTILINE)


def test_a_client_is_addressed_as_one_would(advice):
    set_language("ja")
    for name, heading, reply in (
        ("りこさん", "りこさんからのメッセージに", "りこ様"),
        ("岡様", "岡さんからのメッセージに", "岡様"),
        ("oka@gmail.example", "クライアントからのメッセージに", "ご担当者様"),
    ):
        text = plain(written(advice, facts(spoken=Spoken(client=name))))
        assert text.startswith(heading)
        assert f"\n{reply}\n" in text


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ("Re: Re: 【至急】 ご相談です！", "メールでいただいた「ご相談です！」について"),
        ("", "ご相談の件について"),
        ("長" * 40, "ご相談の件について"),
    ],
)
def test_a_reply_names_a_subject_as_one_would(advice, subject, about):
    set_language("ja")
    judged = verdict(finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"))
    told = facts(judged, mail=message(subject=subject), spoken=Spoken(channel=Channel.DIRECT, job=""))
    text = plain(written(advice, told))
    assert about in text
    assert ("\n「（件名なし）」" in text) is (not subject)


@pytest.mark.parametrize(
    ("job", "about"),
    [("【急募】SNS「映え」の投稿", "「SNS『映え』の投稿」について"), ("長" * 40, "ご相談の件について")],
)
def test_a_reply_names_a_job_as_one_would(advice, job, about):
    set_language("ja")
    judged = verdict(finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"))
    assert f"\n{about}、" in plain(written(advice, facts(judged, spoken=Spoken(job=job))))


def test_a_reply_keeps_its_lines_where_styles_are_dropped(advice):
    set_language("ja")
    ask = re.split(r"^── .* ──$", plain(written(advice)), flags=re.MULTILINE)[1].strip()
    shown = re.findall(r'<div class="reply"[^>]*>(.*?)</div>', html(written(advice)), re.DOTALL)[0]
    assert shown.replace("\r", "").replace("\n", "").split("<br>") == ask.split("\n")
    assert 'style="padding' in html(written(advice)).partition('class="reply"')[2][:40]
