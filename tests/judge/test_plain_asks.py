"""The plainest words there are: what a careless company writes must never be missed, whatever the reader learned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from banken.judge import Case, load
from banken.message.model import Link
from banken.places import rules_root
from banken.words import Level, Stage

PLAIN = Path(__file__).parents[1] / "corpus" / "extra-plain.jsonl"
ROWS = [json.loads(line) for line in PLAIN.read_text(encoding="utf-8").splitlines()]
EARLY = [row for row in ROWS if row["stage"] in ("before_contract", "unknown")]


@pytest.fixture(scope="module")
def judge():
    return load(rules_root())


def test_every_plain_ask_is_warned_about_and_nothing_else(judge):
    wrong = []
    for row in EARLY:
        verdict = judge.judge(Case.of(row["text"], stage=Stage.BEFORE))
        loud = any(one.level in (Level.WARNING, Level.DANGER) for one in verdict.findings)
        wrong += [row["text"]] if loud != (row["label"] == "ask") else []
    assert wrong == []
    assert len(EARLY) > 200


def test_a_mail_that_came_straight_is_told_only_where_its_words_are_not(judge):
    quiet = Case.of("資料をお送りします。", stage=Stage.BEFORE, reached=True)
    assert [one.rule for one in judge.judge(quiet).findings] == ["contact.reached"]
    loud = Case.of("LINEのIDを教えてください。", stage=Stage.BEFORE, reached=True)
    assert "contact.reached" not in {one.rule for one in judge.judge(loud).findings}
    assert judge.judge(loud).findings


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ペイペイ💰でお支払いします。", "payment.app"),
        ("アマギフ🎁でお支払いします。", "payment.gift"),
        ("ビットコイン💰お支払いします。", "payment.app"),
        ("このサイト🌐を通さずに契約したいです。", "contract.bypass"),
        ("クラウドワークス🌐を通さずにお願いします。", "contract.bypass"),
        ("仮払いは♪なしで、すぐに😊始めてください。", "escrow.before"),
        ("スカイプ📞でお話ししたいです。", "interview.video"),
    ],
)
def test_little_pictures_amid_a_sentence_do_not_break_it(text, rule):
    rules = load(rules_root(), reader=False)
    verdict = rules.judge(Case.of(f"はじめまして、山田です😊 記事は月に4本です(笑) {text}", stage=Stage.BEFORE))
    assert rule in {one.rule for one in verdict.findings}


@pytest.mark.parametrize(
    ("href", "rule"),
    [
        ("https://line.me/ti/p/~aozora", "contact.line"),
        ("https://lin.ee/aozora", "contact.line"),
        ("https://t.me/aozora", "contact.chat"),
        ("https://www.chatwork.com/aozora", "contact.chatwork"),
        ("https://zoom.us/j/0000", "interview.video"),
    ],
)
def test_a_link_behind_words_is_heard_as_if_it_stood_there(judge, href, rule):
    said, here = "お世話になっております。今後のやり取りは", "こちら"
    text = f"{said}{here}でお願いいたします。"
    links = [Link(href, here, len(said), len(said) + len(here))]
    verdict = judge.judge(Case.of(text, stage=Stage.BEFORE, links=links))
    assert rule in {one.rule for one in verdict.findings}
    assert {one.text for finding in verdict.findings for one in finding.evidence} <= {here, text[11:]}
    lawful = [links[0]._replace(href="https://crowdworks.jp/messages/1")]
    assert judge.judge(Case.of(text, stage=Stage.BEFORE, links=lawful)).findings == ()


LONG = (
    "はじめまして、山田です。ご応募ありがとうございます。記事は月に4本、1本3,000円でお願いしています。{}\n"
    "納期は毎週金曜です。どうぞよろしくお願いいたします。"
)


@pytest.mark.parametrize(
    "link",
    [
        "https://line.me/ti/p/abCD12",
        "https://lin.ee/abCD12",
        "https://discord.gg/abCD12",
        "https://chat.whatsapp.com/AbC123",
        "https://t.me/yamada_x",
        "https://join.slack.com/t/yamada/shared_invite/abc",
        "https://us02web.zoom.us/j/81234567890",
        "https://meet.google.com/abc-defg-hij",
        "https://calendly.com/yamada/30min",
    ],
)
def test_a_bare_link_to_a_chat_or_a_meeting_is_heard_in_a_long_mail(judge, link):
    verdict = judge.judge(Case.of(LONG.format(f"\n{link}"), stage=Stage.BEFORE))
    assert any(one.text in link or link in one.text for finding in verdict.findings for one in finding.evidence)
    assert verdict.level is Level.WARNING


@pytest.mark.parametrize(
    "words",
    [
        "文字起こしの音源はこちらです。\nhttps://zoom.us/rec/share/abcd1234",
        "スタンプの販売ページです。\nhttps://store.line.me/stickershop/product/1234",
        "設定の手順はこのページのとおりです。\nhttps://help.chatwork.com/hc/ja/articles/1234",
        "参考にしたい動画です。\nhttps://www.youtube.com/watch?v=abcd1234",
        "うちのお店のページです。\nhttps://yamada-cafe.example/menu",
    ],
)
def test_a_link_to_what_the_job_needs_is_none(judge, words):
    assert judge.judge(Case.of(LONG.format(words), stage=Stage.BEFORE)).findings == ()


@pytest.mark.parametrize(
    "ask",
    [
        "Add me on WhatsApp, as I may not see your messages here.",
        "Ping me on Telegram, @hiro_77, so that neither of us gets banned for swapping details here.",
        "I know it's against the rules here, but text me on WhatsApp, it is easier.",
        "Shall we do a video call before the contract to see the brochure?",
        "Let's have a quick Zoom call about the mock-up.",
        "We don't do escrow, I pay cash in hand.",
        "We'll pass on the escrow, start right away.",
        "Give me your UPI and I will send the money tonight.",
        "Never pay me through the site, use PayPal.",
        "Do you need escrow? No. 300 USD by PayPal today.",
        "Do not send anything by fax. 300 USD by PayPal today.",
        "do not reply here after 5 p.m. use my whatsapp",
        "Never message me here, I'm on Telegram.",
    ],
)
def test_what_lures_in_english_is_not_excused_by_the_words_around_it(judge, ask):
    assert judge.judge(Case.of(ask, stage=Stage.BEFORE)).level in (Level.WARNING, Level.DANGER)


@pytest.mark.parametrize(
    "talk",
    [
        "I need an intro video and a short video by Friday.",
        "Leave out the website header.",
        "Let me know when the PayPal plugin works.",
        "Sort it into your account folder.",
        "Put it into your account folder.",
        "Please set up the business card with this data: tel. 03-0000-0000.",
        "Never give me your bank details.",
        "Do not send me your bank details.",
        "Lunch is from 12 to 1.",
        "Never give a client your bank details.",
    ],
)
def test_ordinary_talk_of_work_in_english_is_quiet(judge, talk):
    assert judge.judge(Case.of(talk, stage=Stage.BEFORE)).level is None


def test_people_wanted_on_site_are_told_of_whatever_the_reader_hears(judge):
    ask = "半常駐のエンジニアを募集しております。スキルシートをお送りください。"
    assert "resident.wanted" in {one.rule for one in judge.judge(Case.of(ask, stage=Stage.BEFORE)).findings}
