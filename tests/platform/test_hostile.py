"""Whatever a notice is made of, cutting its frame takes time in step with its length, and no line of it goes unread."""

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from tests.training.corpus import RULES

from banken import message as mail
from banken import platform
from banken.platform.cutting import MOST_LINES
from banken.words import Authentic, SegmentKind

pytestmark = pytest.mark.slow  # how time grows is a matter of the algorithm, not of the Python that runs it

TIMES = 8
LINEAR = 20
"""How much longer `TIMES` the text may take: a curve would take 64 times as long."""
SHORTEST = 0.002
"""Seconds below which a clock tells nothing."""
LINES = [
    "", "\n ", "─", "──────────", "a", "・LINE", "> a", "a: b", "さん", "「", "「a」", "-- ", "■本文", "コメント：",
    "名前: あ\n", "ステータス：業務中", "クライアント：あ", "仕事名：い", "https://crowdworks.jp/messages/1",
    "https://crowdworks.jp/messages/1\nあ", "https://crowdworks.jp/messages/1\n> a", "> あ\nい\n",
    "⚠ 外部サービスへの誘導にご注意ください\n──────────", "外部での連絡は規約違反です\n──────────",
]  # fmt: skip


class Genuine:
    result, why = Authentic.VERIFIED, ""
    impersonates = ""


@pytest.fixture(scope="module")
def recogniser():
    return platform.Recogniser([platform.load(RULES / "crowdworks")])


def notice(words, head="aさんからメッセージ\n", foot="", subject="a さんからメッセージが届きました"):
    made = EmailMessage()
    made["From"] = "CrowdWorks <no-reply@crowdworks.jp>"
    made["Subject"] = subject
    rule = "─" * 12
    made.set_content(f"{head}{rule}\n{words}\n{rule}\nhttps://crowdworks.jp/messages/1\n{foot}", cte="base64")
    return mail.read(made.as_bytes(), arrived=datetime(2026, 11, 1, tzinfo=UTC))


def seconds(recogniser, words, *head):
    message = notice(words, *head)
    begin = time.process_time()
    recogniser.recognise(message, Genuine(), platform.AddressBook())
    return time.process_time() - begin


@pytest.mark.parametrize("line", LINES)
def test_time_grows_with_the_length(recogniser, line):
    few, many = (f"{line}\n" * ((MOST_LINES - 20) // times // (line.count("\n") + 1)) for times in (TIMES, 1))
    assert min(seconds(recogniser, many) / max(seconds(recogniser, few), SHORTEST) for _ in range(2)) <= LINEAR


@pytest.mark.parametrize(
    "line", ["前回のメッセージ\nあ", "-- \nLINE ID abc123", "-----Original Message-----\nLINEで連絡ください"]
)
def test_heads_of_older_words_are_looked_below_once(recogniser, line):
    frame = "aさんからメッセージが届きました。\n\n{}\nhttps://crowdworks.jp/messages/41\n"
    few, many = (frame.format(f"{line}\n" * (MOST_LINES // 3 // times)) for times in (TIMES, 1))
    took = (seconds(recogniser, "あ", many) / max(seconds(recogniser, "あ", few), SHORTEST) for _ in range(2))
    assert min(took) <= LINEAR


@pytest.mark.parametrize("field", ["ステータス：業務中", "予算：3,000円", "期限：2026年11月30日"])
def test_a_long_list_of_fields_is_looked_at_once(recogniser, field):
    few, many = ("クライアント：a\n" + f"{field}\n" * (MOST_LINES // 4 // times) for times in (TIMES, 1))
    took = (seconds(recogniser, "あ", many) / max(seconds(recogniser, "あ", few), SHORTEST) for _ in range(2))
    assert min(took) <= LINEAR


def test_an_announcement_that_does_not_end(recogniser):
    few, many = ("aさんからメッセージが届きました。" + "──。" * (240_000 // times) for times in (TIMES, 1))
    took = (seconds(recogniser, "あ", f"{many}\n") / max(seconds(recogniser, "あ", f"{few}\n"), SHORTEST) for _ in "ab")
    assert min(took) <= 1.5 * TIMES


def test_of_a_mail_without_end_each_line_is_no_burden(recogniser):
    assert seconds(recogniser, "\n" * 900_000) <= LINEAR * max(seconds(recogniser, "\n" * (MOST_LINES - 20)), SHORTEST)


@pytest.mark.parametrize("filler", ["", "あ", "はい。"])
@pytest.mark.parametrize("said", ["", "配信専用です\n", "規約違反です\n", "コメント：\n"])
@pytest.mark.parametrize("foot", ["", "※このメールは送信専用アドレスから配信しています\n株式会社クラウドワークス\n"])
def test_words_behind_thousands_of_lines_are_the_clients_too(recogniser, filler, said, foot):
    ask = "LINEで連絡ください。IDはabc123です。"
    message = notice(f"{filler}\n" * (MOST_LINES + 100) + f"{said}・{ask}\n{said}{ask}", foot=foot)
    found = recogniser.recognise(message, Genuine(), platform.AddressBook())
    own = [message.text[one.start : one.end] for one in found.segments if one.kind is SegmentKind.BODY]
    assert "".join(own).count(ask) == 2
    assert found.judged


def test_no_subject_keeps_a_mail_without_end_from_being_read(recogniser):
    message = notice("\n" * MOST_LINES + "LINEで連絡ください。", subject="【クラウドワークス】仮払いが完了しました")
    found = recogniser.recognise(message, Genuine(), platform.AddressBook())
    assert found.judged
