"""Whose words: new ones, quotations, earlier mails, forwards, signatures."""

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.message.replies import measure, ours, replies

from banken.message import segments
from banken.message.segments import split, unflow
from banken.words import SegmentKind

NEW = "了解しました。\n来週からお願いします。"
OLD = "前回のメールの本文です。\nよろしくお願いします。"
MARKED = "> 前回のメールの本文です。\n> よろしくお願いします。"
WHO, ADDRESS = "山田太郎", "taro@client.example"


def _kinds(text, kind=SegmentKind.BODY, **options):
    return "".join(text[each.start : each.end] for each in split(text, **options) if each.kind == kind).strip()


HEADS = [
    f"2024年6月3日(月) 10:12 {WHO} <{ADDRESS}>： ",
    f"2024年6月3日月曜日 10:12 {WHO} <{ADDRESS}>:",
    f"2024年6月3日(月) 午前10:12 <{ADDRESS}>:",
    f"2024年6月3日(月) 10:12 {ADDRESS} <{ADDRESS}>:",
    f"2024年6月3日 10:12 +0900、{WHO} <{ADDRESS}> のメール:",
    f"2024年6月3日月曜日 10:12:00 JST, {WHO} <{ADDRESS}> のメッセージ: ",
    f"On Mon, Jun 3, 2024 at 10:12 AM {WHO} via X <{ADDRESS}> wrote:",
    f"On Monday, June 3, 2024, 10:12 AM, {WHO}\n<{ADDRESS}> wrote:",
    f"On 2024/06/03 (月) 10:12, {WHO} <{ADDRESS}> wrote:",
    f"On 2024-06-03 10:12, {WHO} wrote:",
    f"At Mon, 03 Jun 2024 10:12:00 +0900,\n{WHO} wrote:",
    f"------- Original Message -------\nOn Monday, June 3rd, 2024 at 10:12 AM, {WHO} <{ADDRESS}> wrote:\n",
    f"---- On Mon, 03 Jun 2024 10:12:00 +0900 {WHO} <{ADDRESS}> wrote ----\n",
    f"2024-06-03 10:12 に {WHO} さんは書きました:",
    f"{WHO} <{ADDRESS}> さんのメッセージ:",
    f"-------- 元のメッセージ --------\n差出人: {WHO} <{ADDRESS}> \n日付: 2024/06/03 10:12 (GMT+09:00) \n宛先: w@example.jp \n件名: x \n",
    f"---------- 元のメール ----------\n送信日時：2024/06/03 10:12\n送信者：{WHO} <{ADDRESS}>\n件名：x\n",
    f"From: {WHO} <{ADDRESS}>\nSent: Monday, June 3, 2024 10:12 AM\nTo: w@example.jp\nCc: x@example.jp\nSubject: RE: x\n",
    f"差出人: {WHO}\n送信日時: 2024年6月3日 10:12\n宛先: ワーカー\n件名: x\n",
    f"送信元: {WHO} <{ADDRESS}>\n送信日時: 2024 年 6 月 3 日 月曜日 10:12\n宛先: w@example.jp\n件名: x\n",
]


@pytest.mark.parametrize("head", HEADS)
def test_an_earlier_mail_below_is_not_new(head):
    assert _kinds(f"{NEW}\n\n{head}\n{OLD}") == NEW
    assert _kinds(f"{NEW}\n\n{head}\n{OLD}", SegmentKind.HISTORY).endswith(OLD)
    assert _kinds(f"{NEW}\n\n{head}\n{MARKED}") == NEW


@pytest.mark.parametrize("head", HEADS)
def test_new_words_below_a_quotation_are_new(head):
    assert _kinds(f"{head}\n{MARKED}\n\n{NEW}") == NEW


@pytest.mark.parametrize(
    "between",
    [
        f"---------- Forwarded message ----------\nFrom: **{WHO}** <{ADDRESS}>\n",
        f"-----転送-----\nFrom: {ADDRESS}",
        "----- 転送メッセージ ここから -----",
        f"----- Forwarded by X on 2024/06/03 -----\nFrom: {ADDRESS}",
        "===== 転送メール =====",
        f"Begin forwarded message:\n\n> From: {WHO} <{ADDRESS}>\n> Subject: x\n>",
        f"転送されたメッセージ:\n\n差出人: {WHO}\n件名: x",
    ],
)
def test_what_is_handed_on_is_marked_so(between):
    text = f"ご確認ください。\n\n{between}\n{OLD}"
    assert _kinds(text) == "ご確認ください。"
    assert _kinds(text, SegmentKind.FORWARD).endswith(OLD)


def test_a_subject_that_says_forward_turns_history_into_a_forward():
    text = f"ご確認ください。\n\n-----Original Message-----\nFrom: {ADDRESS}\nSubject: x\n\n{OLD}"
    assert _kinds(text, SegmentKind.HISTORY).endswith(OLD)
    for subject in ("Fw: x", "FWD: x", "Re: Fw: x", "転送：x"):
        assert _kinds(text, SegmentKind.FORWARD, forwarded=segments.is_forward(subject)).endswith(OLD)
    assert not segments.is_forward("Forward planning")


def test_replies_of_every_program_are_taken_apart():
    counts = measure(ours, list(replies(seed=7, each=6)))
    kept, new, gone, old, texts, right = counts["all"]
    assert kept / new > 0.99
    assert gone / old > 0.99
    assert right / texts > 0.97


SIGNATURES = [
    "--\n山田商店 山田太郎\nTEL 03-0000-1234",
    "-- \n山田太郎\ntaro@client.example",
    "━━━━━━━━━━\n山田商店　山田太郎\n〒150-0000 東京都渋谷区〇〇\nTEL: 03-0000-1234\n━━━━━━━━━━",
    "****************\n山田太郎\nMail: taro@client.example\n****************",
    "山田商店 山田\n03-0000-1234",
    "株式会社サンプル 広報部\n山田太郎（やまだ たろう）\n東京都渋谷区〇〇1-2-3\nTel 03-0000-1234 / Fax 03-0000-1235\nhttps://www.client.example/",
    "Taro Yamada\nSample Inc.\ntaro@client.example",
    "iPhoneから送信",
    "Sent from my iPhone",
    "Yahoo!メールアプリから送信",
    "iOS 版 Outlook を入手",
]


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("below", ["", f"\n\n2024年6月3日(月) 10:12 {WHO} <{ADDRESS}>:\n{MARKED}"])
def test_signatures_are_no_words(signature, below):
    text = f"{NEW}\n\n{signature}{below}"
    assert _kinds(text) == NEW
    assert _kinds(text, SegmentKind.SIGNATURE).endswith(signature.strip().split("\n")[-1])


WORDS = [
    "連絡先はこちらです\n090-0000-1234",
    "お電話ください\n03-0000-1234",
    "--\n下記まで直接ご連絡ください。",
    "━━━━━━━━\nLINEを追加してください\n03-0000-1234",
    "返信は taro@client.example まで",
    "taro@client.example に送って",
    "電話番号は 090-0000-1234 です。",
    "・報酬 10,000円\n・納期 月末",
    "LINE ID: sample_taro",
    "2024年6月10日(月) 14:00 オンライン面談：\nhttps://meet.example/abc",
    "日時：6月10日\n場所：東京\n件名：面談",
    "差出人： 和泉翻訳事務所\n件名　： 契約書和訳レビュー\n\n和泉です。",
    "From: 10時\nTo: 11時\nで空けてください",
    "2024年7月1日のメール：\n「直接契約に切り替えること」とのことでした。",
    ">_< すみません",
    "| 項目 | 金額 |\n| 面談 | 0円 |",
    "On Monday we talk.",
    "Original Message という名前の曲です",
    "-----\n本文\n-----",
    "転送してください。",
]


@pytest.mark.parametrize("words", WORDS)
def test_words_stay_words(words):
    text = f"{NEW}\n\n{words}"
    last = words.split("\n")[-1] if not words.startswith("--\n") else words.split("\n")[1]
    assert last.strip("- ") in _kinds(text), split(text)
    assert _kinds(text).startswith(NEW)


def test_a_mail_of_quotation_marks_alone_is_the_writers_own():
    assert _kinds("> 直接契約しませんか\n> 手数料が浮きます") == "> 直接契約しませんか\n> 手数料が浮きます"
    assert _kinds(f"{WHO} <{ADDRESS}> wrote:\n> 直接契約しませんか") == ""


def test_inline_answers_are_new():
    text = "> 電話は必要ですか\n不要です。\n> 打ち合わせは\n山田様より伺っています。\n> 以上です\n"
    assert _kinds(text) == "不要です。\n山田様より伺っています。"


def test_marked_up_quotations_are_quoted():
    text = "了解です。\n引用された文\n続き"
    start = text.index("引用")
    assert _kinds(text, SegmentKind.QUOTE, quotes=[(start, start + 6)]) == "引用された文"


@pytest.mark.parametrize(
    ("flowed", "delsp", "text"),
    [
        ("LI \nNEで", True, "LINEで"),
        ("see \nyou", False, "see you"),
        ("> a \n> b\nc", False, "> a b\nc"),
        ("a \n> b", False, "a \n> b"),
        ("a\n-- \nb", False, "a\n-- \nb"),
        (" > no quote", False, "> no quote"),
        ("", True, ""),
    ],
)
def test_format_flowed(flowed, delsp, text):
    assert unflow(flowed, delsp=delsp) == text


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                "了解です。",
                "",
                " ",
                "> 引用",
                ">",
                "--",
                "-- ",
                "━━━━━━",
                "TEL 03-0000-1234",
                "山田",
                "-----Original Message-----",
                "差出人: a@b.example",
                "件名: x",
                "送信日時: 2024年6月3日 10:12",
                "宛先: w",
                "On Mon, 3 Jun 2024 a wrote:",
                "2024/06/03 10:12、X <a@b.example>のメール:",
                "iPhoneから送信",
                "____________",
                "|x",
                "＞y",
            ]
        ),
        max_size=30,
    ),
    st.booleans(),
)
def test_segments_tile_any_text(lines, forwarded):
    text = "\n".join(lines)
    found = split(text, forwarded=forwarded)
    assert "".join(text[each.start : each.end] for each in found) == text
    assert all(each.start < each.end for each in found)
    assert all(one.kind != other.kind for one, other in itertools.pairwise(found))


HOSTILE = {
    "attributions": "On 3 Jun 2024 x, y <a@b.example> wrot:\n" * 25_000,
    "dates": ("2024年6月3日 " * 20 + ":\n") * 4_000,
    "addresses": ("a@b.example " * 24 + "wrote\n") * 3_400,
    "headers": "差出人: x\n送信日時: y\n" * 50_000,
    "blank": NEW + "\n" * 900_000,
    "rules": "-" * 900_000,
    "rule lines": "━━━━━ ━\n" * 120_000,
    "quotes": ">" * 900_000,
    "one line": "あ" * 900_000,
    "signs": "--\n" * 300_000,
    "sama": ("様より" * 30 + "\n> x\n") * 9_000,
    "from": "From:" * 180_000,
    "spaces": " " * 900_000 + "x",
    "devices": ("sent from my " * 9 + "\n") * 8_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_cost_time_in_step_with_their_length(name):
    started = time.process_time()
    found = split(HOSTILE[name])
    assert time.process_time() - started < 2
    assert found[-1].end == len(HOSTILE[name])
