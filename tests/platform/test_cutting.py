"""Small things of the cut that no frame of the collection shows."""

from datetime import UTC, datetime
from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from tests.platform.test_hostile import Genuine, notice
from tests.training.corpus import RULES

from banken import message as mail
from banken import platform
from banken.platform.segments import _under
from banken.words import Segment, SegmentKind

BODY, HIDDEN, QUOTE = SegmentKind.BODY, SegmentKind.HIDDEN, SegmentKind.QUOTE


@pytest.fixture(scope="module")
def recogniser():
    return platform.Recogniser([platform.load(RULES / "crowdworks")])


def body(found, message):
    return "".join(message.text[one.start : one.end] for one in found.segments if one.kind is BODY)


@pytest.mark.parametrize(
    "link", ["https://crowdworks.jp/contracts/9", "https://crowdworks.jp/contracts/9 を見てください。"]
)
def test_a_link_that_opens_the_clients_words_proves_nothing(recogniser, link):
    found = recogniser.recognise(notice(f"{link}\nよろしくお願いします。"), Genuine(), platform.AddressBook())
    assert found.ids.contract == ""
    assert found.ids.message == "1"


def test_a_second_client_in_a_block_of_fields_is_no_field_of_the_frame(recogniser):
    message = notice("お願いします。", "クライアント：あ\nクライアント：い\n仕事名：う\n", subject="お知らせ")
    found = recogniser.recognise(message, Genuine(), platform.AddressBook())
    assert "クライアント：い" in body(found, message)
    assert "クライアント：あ" not in body(found, message)


def test_what_began_before_a_piece_and_ends_behind_it_keeps_its_kind_within():
    known = (Segment(BODY, 0, 5), Segment(HIDDEN, 5, 15), Segment(BODY, 15, 17), Segment(QUOTE, 17, 30))
    found = list(_under(SimpleNamespace(segments=known), Segment(BODY, 10, 20)))
    assert found == [Segment(HIDDEN, 10, 15), Segment(BODY, 15, 17), Segment(QUOTE, 17, 20)]


def written(text):
    made = EmailMessage()
    made["From"] = "CrowdWorks <no-reply@crowdworks.jp>"
    made["Subject"] = "a さんからメッセージが届きました"
    made.set_content(text, cte="base64")
    return mail.read(made.as_bytes(), arrived=datetime(2026, 11, 1, tzinfo=UTC))


def test_a_button_through_a_counters_host_is_the_frames(recogniser):
    made = EmailMessage()
    made["From"] = "CrowdWorks <no-reply@crowdworks.jp>"
    made["Subject"] = "a さんからメッセージが届きました"
    words = ("aさんからメッセージ", "お願いします。", '<a href="https://count.example/1">メッセージを確認する</a>')
    made.set_content("".join(f"<p>{line}</p>" for line in words), subtype="html")
    message = mail.read(made.as_bytes(), arrived=datetime(2026, 11, 1, tzinfo=UTC))
    found = recogniser.recognise(message, Genuine(), platform.AddressBook())
    assert "お願いします。" in body(found, message)
    assert "確認する" not in body(found, message)


def test_a_list_of_cautions_of_unknown_words_is_the_frames(recogniser):
    cautions = "【ご注意】\n桃の実は日かげで冷やしてください。\n種は土にかえります。"
    link = "▼返信する\nhttps://crowdworks.jp/messages/410000101"
    message = written(f"aさんからメッセージ\n\nお願いします。\n\n{link}\n\n{cautions}\n")
    found = recogniser.recognise(message, Genuine(), platform.AddressBook())
    assert "お願いします。" in body(found, message)
    assert "桃の実" not in body(found, message)


@pytest.mark.parametrize(
    "title", ["【注意事項】", "【お願い】", "■注意事項", "【重要】", "【ご確認ください】", "※ご注意", "【禁止事項】"]
)
@pytest.mark.parametrize("link", ["", "▼返信する\nhttps://crowdworks.jp/messages/410000101"])
def test_terms_that_a_client_heads_like_cautions_are_the_clients(recogniser, title, link):
    terms = f"{title}\n・お支払いは銀行振込です\n・初回は無報酬で1本書いていただきます"
    message = written(f"aさんからメッセージが届きました。\n\nお願いします。\n\n{terms}\n\n{link}\n")
    assert terms in body(recogniser.recognise(message, Genuine(), platform.AddressBook()), message)


@pytest.mark.parametrize(
    "line",
    [
        "・契約はクラウドワークスを通さず直接でお願いします",
        "※やりとりはクラウドワークスではなくメールでお願いします",
        "・連絡はサービスを使わず、お電話でお願いします",
        "・面談はサービス外で行います。サービス外連絡申請は不要です",
        "▶ 弊社サイトのフォームからご返信をお願いします",
        "--------\n・契約はクラウドワークスを通さず直接でお願いします",
    ],
)
def test_a_marked_line_above_the_link_to_the_thread_is_the_clients(recogniser, line):
    link = "▼返信する\nhttps://crowdworks.jp/messages/410000101"
    message = written(f"aさんからメッセージが届きました。\n\nお願いします。\n\n{line}\n\n{link}\n")
    assert line.splitlines()[-1] in body(recogniser.recognise(message, Genuine(), platform.AddressBook()), message)


@pytest.mark.parametrize(
    "words",
    [
        "--\nみどり堂 葉山\nTEL 03-1234-5678",
        "━━━━━━\nみどり堂 葉山\nhayama@client.example\n━━━━━━",
    ],
)
def test_a_card_in_a_notice_is_what_the_client_typed(recogniser, words):
    link = "▼返信する\nhttps://crowdworks.jp/messages/410000101"
    message = written(f"aさんからメッセージが届きました。\n\nお願いします。\n\n{words}\n\n{link}\n")
    line = words.splitlines()[1]
    assert line in body(recogniser.recognise(message, Genuine(), platform.AddressBook()), message)
