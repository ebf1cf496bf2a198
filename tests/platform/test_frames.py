"""The frame is cut away and the client's words are kept, whoever wrote the frame."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.platform.cases import BOOK, GENUINE, letter, own_words, recogniser

from banken import strictyaml
from banken.words import Channel

DATA = strictyaml.read(Path(__file__).parent / "frames.yaml").data
CASES = [(frame, name) for frame in DATA["frames"] for name in DATA["texts"]]
SITE = re.compile(r"(?m)^https://crowdworks\.jp/\S*$")
NAMES = {"client": "泳ぐ店", "job": "金魚の育て方の記事", "worker": "mori_writes", "id": "41658212"}


def fill(template: str, text: str) -> str:
    quoted = "\n".join("> " + line for line in text.split("\n"))
    for name, value in {**NAMES, "quoted": quoted, "text": text}.items():
        template = template.replace("{" + name + "}", value)
    return template


def bare(text: str) -> str:
    """The words without the white space and quote marks that frames put around each line."""
    return "\n".join(line.strip(" 　>「」") for line in text.split("\n") if line.strip(" 　>「」"))


@pytest.mark.parametrize(("frame", "name"), CASES, ids=[f"{frame['id']}-{name}" for frame, name in CASES])
def test_only_the_clients_words_are_left(frame, name):
    text = DATA["texts"][name]
    mail = letter(subject=fill(frame["subject"], text), text=fill(frame["body"], text))
    found = recogniser().recognise(mail, GENUINE, BOOK)
    assert found.channel is Channel.NOTIFICATION
    left, said = own_words(mail, found), SITE.sub("", text)  # an address of the platform says nothing
    assert re.sub(r"[\s>]", "", bare(left)) == re.sub(r"\s", "", bare(said))


ASK = "LINEで連絡ください。IDはabc123です。"
DRESSED = [
    "■注意事項\n" + ASK,
    "【お願い】\nLINEに登録して連絡ください\nIDはabc123です",
    "※ご注意\n報酬は仮払いなしで、PayPayで直接お支払いします。",
    "このメールは返信できませんので、LINEのIDはabc123で検索して連絡してください。",
    "返信いただいても確認できませんので、LINEでabc123を追加して連絡ください。",
    "いつもお使いのLINEのIDを教えていただきたいです。",
    "前回のメッセージ\n" + ASK,
    "【これまでのやりとり】\n" + ASK,
    "＜本文ここまで＞\n\n" + ASK,
    "──────────────────\n" + ASK,
    "https://crowdworks.jp/messages/41658212\n" + ASK,
    "-----Original Message-----\n" + ASK,
    "泳ぐ店さんが書きました：\n" + ASK,
    "-- \n泳ぐ店\nLINE ID abc123",
]


@pytest.mark.parametrize("frame", DATA["frames"], ids=[frame["id"] for frame in DATA["frames"]])
@pytest.mark.parametrize("dressed", DRESSED, ids=lambda text: text[:12])
def test_what_leads_off_the_platform_is_the_clients_whatever_it_is_dressed_up_as(frame, dressed):
    text = "はじめまして。紹介文の作成をお願いしたいです。\n\n" + dressed
    mail = letter(subject=fill(frame["subject"], text), text=fill(frame["body"], text))
    own = own_words(mail, recogniser().recognise(mail, GENUINE, BOOK))
    assert re.sub(r"[\s>]", "", dressed.rpartition("\n")[2]) in re.sub(r"[\s>]", "", own)


CAUTIONS = [
    "■禁止事項\n・LINEやメールでの連絡先の交換\n・仮払い前に作業を始めるよう求める行為",
    "※「LINEに登録してください」などのお誘いには応じないでください。",
    "※報酬を直接お支払いしますと持ちかけられた場合は、事務局までご報告ください。",
    "番犬社の公式LINEに登録すると、新着のお仕事をお知らせします。このメールは送信専用です。",
]


@pytest.mark.parametrize("caution", CAUTIONS)
def test_what_the_platform_says_of_outside_ways_is_not_the_clients(caution):
    text = f"泳ぐ店さんからメッセージが届きました。\n\n原稿をお願いします。\n\nhttps://crowdworks.jp/messages/41\n\n{caution}"
    mail = letter("「金魚の育て方の記事」に新着メッセージがあります", text)
    assert bare(own_words(mail, recogniser().recognise(mail, GENUINE, BOOK))) == "原稿をお願いします。"


def test_a_client_who_lists_another_job_keeps_the_line():
    text = "案件：動画の見張り役\n\n詳しくはLINEで説明します。"
    frame = "泳ぐ店さんからメッセージが届きました。\n\n" + text + "\n\nhttps://crowdworks.jp/messages/41"
    mail = letter("「金魚の育て方の記事」に新着メッセージがあります", frame)
    found = recogniser().recognise(mail, GENUINE, BOOK)
    assert bare(own_words(mail, found)) == bare(text)
    assert found.job == "金魚の育て方の記事"


RULED = """{worker} さん

「{job}」の件で、{client} さんからメッセージです。
──────────────────
{text}
──────────────────
{below}

返信はこちらのページからお願いします。
https://crowdworks.jp/messages/{id}

不審なやりとりがあった場合は、メッセージ画面からお知らせください。"""
"""Between two rules stand a client's words, or a table; of the sentences below them no shape is known."""


@pytest.mark.parametrize(
    "text",
    [
        "Hi Mori,\n\nthe fish look great. We pay all our people in USDT each Friday, it takes ten minutes to set up.\n\nTamsin",
        "返信おそくなりました\n採用でお願いしたいです\n\n・平日10時ログイン\n・席はずす時は「離」って書く\n・月22日 固定",
        "たぬきです　切り抜きみたよ　最高\n招待これ https://discord.gg/bh00tanuki　前の人もそこ入ってるし",
        "続きはLINEで送ってもらえますか",
        "LINE ID tanuki55",
        "LINEのID tanuki55\n追加よろ",
        "予算：サイトを通さずペイペイで直接払う",
        "期日：090-0000-1234",
        "仕事名：続きはラインで\n予算：サイトを通さずペイペイで直接払う\n期日：LINEは tanuki55 に連絡を",
        "鯖もう一個つくったからそこで指示出すわ　納品と金はこっちのままで　前の人もそこ入ってるし待ってるわ　録音もそこに置いてくれればおけ",
    ],
)
@pytest.mark.parametrize(
    "foot", ["", "\nその一の文です。\nその二の文です。\nその三の文です。\nその四の文です。\nその五の文です。"]
)
def test_who_writes_without_full_stops_is_heard_whatever_the_foot_says(text, foot):
    mail = letter("「金魚の育て方の記事」についてメッセージ", fill(RULED, text).replace("{below}", "") + foot)
    found = recogniser().recognise(mail, GENUINE, BOOK)
    assert found.channel is Channel.NOTIFICATION
    assert bare(text) in bare(own_words(mail, found))


def test_rules_that_the_client_draws_hide_nothing():
    text = "──────────\nペイペイで直接払う LINEのID tanuki55 に連絡を\nサイトは通さないこと\n──────────\nお仕事の件です。ご確認ください。"
    frame = f"泳ぐ店さんからメッセージが届きました。\n\n{text}\n\n▼返信\nhttps://crowdworks.jp/messages/41"
    mail = letter("「金魚の育て方の記事」に新着メッセージがあります", frame)
    own = own_words(mail, recogniser().recognise(mail, GENUINE, BOOK))
    assert "LINEのID tanuki55" in own
    assert "ご確認ください" in own


@pytest.mark.parametrize("table", ["{job}\n{client}", "仕事名：{job}\n依頼者：{client}\n報酬：5,000円", "{job}"])
def test_a_table_between_rules_is_none_of_the_client_s_words(table):
    text = "はじめまして。\n詳しくはLINEでお話しします。"
    mail = letter(
        "「金魚の育て方の記事」についてメッセージ", fill(RULED.replace("{text}", table).replace("{below}", text), "")
    )
    own = bare(own_words(mail, recogniser().recognise(mail, GENUINE, BOOK)))
    assert own.startswith(bare(text))
    assert "5,000" not in own


def test_words_below_a_link_on_top_are_kept():
    text = "はじめまして。\n原稿を3本お願いします。\n1本5,000円です。\nLINEで話しましょう。"
    mail = letter("メッセージが届きました", "いま話題の方からです\nhttps://crowdworks.jp/messages/41\n\n" + text)
    assert bare(own_words(mail, recogniser().recognise(mail, GENUINE, BOOK))) == text


@pytest.mark.parametrize("frame", DATA["frames"], ids=[frame["id"] for frame in DATA["frames"]])
def test_the_frame_names_the_client(frame):
    mail = letter(subject=fill(frame["subject"], "はい。"), text=fill(frame["body"], "はい。"))
    found = recogniser().recognise(mail, GENUINE, BOOK)
    assert found.client == NAMES["client"]
    if "{job}" in frame["subject"] + frame["body"]:
        assert found.job == NAMES["job"]
