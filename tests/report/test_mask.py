"""What tells who someone is stands in no masked paper."""

from __future__ import annotations

import time

import pytest
from tests.report.scenes import find, mail, step, story

from banken.report.mask import HIDDEN, Mask, names_of
from banken.report.plain import plain

pytestmark = pytest.mark.usefixtures("english")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("山田商店です", "client 1です"),
        ("taro.y+cw@mail.client.example へ", f"{HIDDEN} へ"),
        ("taro＠client.example", HIDDEN),
        ("090-0000-0123 まで", f"{HIDDEN} まで"),
        ("０９０ー００００ー０１２３", HIDDEN),
        ("+81 90-0000-0123", f"+{HIDDEN}"),
        ("https://line.me/ti/p/abc?x=1 です", f"{HIDDEN} です"),
        ("IDは haru_2026 です", f"IDは {HIDDEN} です"),
        ("@haru.kaze へ", f"{HIDDEN} へ"),
        ("〇九〇の〇〇〇〇の一二三四へ", f"{HIDDEN}へ"),
        ("haru(あっと)client ドット example まで", f"{HIDDEN} まで"),
        ("LINEで30分、10,000円、2026年", "LINEで30分、10,000円、2026年"),
        ("Zoom and Chatwork", "Zoom and Chatwork"),
        ("ｎａｇｉｓａ★client．example です", f"{HIDDEN} です"),
        ("nagisa(at)client.exampleへ", f"{HIDDEN}へ"),
        ("nagisa あっと client ドット example", HIDDEN),
        ("〇九〇-〇〇〇〇-〇一二三 まで", f"{HIDDEN} まで"),
        ("t.me/harukaze から", f"{HIDDEN} から"),
        ("lin.ee/AbCdE", HIDDEN),
        ("弊社と高橋様で", f"弊社と{HIDDEN}様で"),
        ("佐々木 さん、こんにちは", f"{HIDDEN} さん、こんにちは"),
        ("お客様と皆さん、お疲れ様です、たくさん", "お客様と皆さん、お疲れ様です、たくさん"),
        ("Dear Takahashi,", f"Dear {HIDDEN},"),
        ("山 田 商 店です", "client 1です"),
    ],
)
def test_what_tells_who_is_replaced_and_nothing_else(text, hidden):
    assert Mask(names_of([story()])).text(text) == hidden


@pytest.mark.parametrize(
    ("client", "text", "hidden"),
    [
        ("葉山(みどり堂編集部)", "みどり堂編集部の葉山です", "client 1のclient 1です"),
        ("葉山(みどり堂編集部)", "みどり堂の者です", "client 1の者です"),
        ("株式会社アオバ", "アオバと申します", "client 1と申します"),
        ("Larkspur Studio", "ＬＡＲＫＳＰＵＲ studio", "client 1"),
        ("佐藤 なお", "なお、佐藤です", "なお、client 1です"),
    ],
)
def test_parts_of_a_name_are_hidden_too(client, text, hidden):
    names = names_of([story(client=client)], company=["株式会社", "編集部"])
    assert Mask(names).text(text) == hidden


def test_longer_names_go_first():
    mask = Mask([("山田", "A"), ("山田商店", "B")])
    assert mask.text("山田商店の山田") == "Bの A".replace(" ", "")


def test_a_masked_deal_names_nobody_and_keeps_what_happened():
    secret = mail(
        subject="山田商店 バナー制作",
        file="yamada.eml",
        account="nao@me.example",
        finds=[find("haru_kaze9", how="atom")],
    )
    told = Mask(names_of([story(mails=[secret])], ["nao@me.example"])).story(
        story(step(title="山田商店と契約"), mails=[secret])
    )
    whole = repr(told) + repr(plain(told.mails[0]))
    for name in ("山田", "バナー", "client@client.example", "nao@", "yamada", "haru_kaze9", "<1@"):
        assert name not in whole, name
    assert told.mails[0].level == secret.level
    assert told.mails[0].finds[0].before == "続きは"


@pytest.mark.parametrize("piece", ["a-", "1 ", "a.", "@a", "x:", "/a1", "ー１"])
def test_hostile_words_take_no_long_time(piece):
    mask = Mask([("山田", "A")])
    start = time.process_time()
    mask.text(piece * 50_000)
    assert time.process_time() - start < 2
