"""A client's own mail is found, and the rest of the inbox is left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.platform.cases import BOOK, UNPROVED, letter, recogniser

from banken import strictyaml
from banken.message.model import Address
from banken.message.segments import is_forward, split
from banken.platform import AddressBook
from banken.words import Channel, SegmentKind

DATA = strictyaml.read(Path(__file__).parent / "inbox.yaml").data
CASES = [(channel, one) for channel, mails in DATA.items() for one in mails]


def mail(one: dict[str, object]):
    sender = Address(one["name"], one["from"])
    return letter(subject=one["subject"], text=one["body"], sender=sender, bulk=one.get("bulk", False))


@pytest.mark.parametrize(("channel", "one"), CASES, ids=[one["from"] for _, one in CASES])
def test_strangers_are_told_apart(channel, one):
    found = recogniser().recognise(mail(one), UNPROVED, BOOK)
    assert found.channel == Channel(channel), found.why
    assert found.judged is (found.channel is Channel.DIRECT)


PLAIN = letter(subject="色見本", text="色見本をお送りします。", sender=Address("鈴", "suzu@tsubame.example"))


@pytest.mark.parametrize(
    "book",
    [
        AddressBook(clients={"suzu@tsubame.example": "d1"}),
        AddressBook(names={"鈴": "d1"}),
        AddressBook(names={"株式会社色見本": "d1"}),
        AddressBook(threads={"<earlier@example.jp>": "d1"}),
    ],
)
def test_who_is_known_is_a_client(book):
    message = replace(
        PLAIN, in_reply_to=("<earlier@example.jp>",), text="色見本をお送りします。\n\n-- \n株式会社 色見本"
    )
    found = recogniser().recognise(message, UNPROVED, book)
    assert (found.channel, found.kind, found.client_address) == (Channel.DIRECT, "direct", "suzu@tsubame.example")
    assert found.why
    assert recogniser().recognise(PLAIN, UNPROVED, BOOK).channel is Channel.UNRELATED


@pytest.mark.parametrize("name", ["鈴木", "ABC", "色見本工房"])
def test_a_name_must_be_the_whole_name(name):
    found = recogniser().recognise(PLAIN, UNPROVED, AddressBook(names={name: "d1"}))
    assert found.channel is Channel.UNRELATED


def test_a_header_of_mailings_hides_no_word_of_a_known_client_about_the_work():
    book = AddressBook(clients={"yamada@shop.example": "d1"})
    text = "クラウドワークスでご応募いただいた件です。続きはLINEでお願いします。"
    mail = letter("ご応募の件", text, Address("山田商店", "yamada@shop.example"), bulk=True)
    assert recogniser().recognise(mail, UNPROVED, book).channel is Channel.DIRECT
    assert recogniser().recognise(mail, UNPROVED, BOOK).channel is Channel.UNRELATED


@pytest.mark.parametrize("address", ["shop@client.example", "news@client.example", "order@client.example"])
@pytest.mark.parametrize("subject", ["メルマガ原稿執筆のご依頼", "【求人】ライター募集の件", "クーポン還元記事の件"])
def test_a_client_whose_trade_is_mailings_and_shops_is_heard(subject, address):
    text = "クラウドワークスでご応募いただいた山田です。\n会員の皆様にお配りする記事をお願いします。"
    mail = letter(subject, text, Address("山田商店", address))
    assert recogniser().recognise(mail, UNPROVED, BOOK).channel is Channel.DIRECT
    machine = replace(mail, auto_submitted="auto-generated")
    assert recogniser().recognise(machine, UNPROVED, BOOK).channel is Channel.UNRELATED


def test_a_mailing_of_a_known_client_is_no_word_to_the_worker():
    book = AddressBook(clients={"suzu@tsubame.example": "d1"})
    assert recogniser().recognise(replace(PLAIN, bulk=True), UNPROVED, book).channel is Channel.UNRELATED


def test_the_workers_own_mail_is_nobody_elses():
    book = AddressBook(own=frozenset({"suzu@tsubame.example"}), names={"鈴": "d1"})
    assert recogniser().recognise(PLAIN, UNPROVED, book).channel is Channel.UNRELATED


HEADERS = [
    (Address("店", "news@shop.example"), "秋のセール", True, False),
    (Address("店", "shop@shop.example"), "ご注文の発送", False, True),  # a client may have a shop
    (Address("店", "hello@shop.example"), "秋の新作", True, False),
    (Address("山田", "yamada@shop.example"), "ご相談", False, True),
    (Address("起業ニュース", "news@kigyou.example"), "クラウドワークス特集", True, True),
    (Address("クラウドワークス", "x@y.example"), "お知らせ", True, True),
    (Address("", "no-reply@crowdworks.jp"), "お知らせ", True, True),
    (Address("", "info@crowdworks.jp.example"), "お知らせ", True, True),
    (Address("", "a@magazine.crowdworks.jp"), "お知らせ", True, True),
]


@pytest.mark.parametrize(("sender", "subject", "bulk", "needed"), HEADERS)
def test_the_header_says_whether_the_body_is_needed(sender, subject, bulk, needed):
    header = letter(subject=subject, sender=sender, bulk=bulk)
    assert recogniser().needs_body(header) is needed


def test_own_mail_needs_no_body():
    assert not recogniser().needs_body(letter(subject="番犬", own=True))


@pytest.mark.parametrize("one", [one for channel, one in CASES if channel == "direct"], ids=lambda one: one["from"])
def test_no_direct_mail_is_lost_by_its_header(one):
    assert recogniser().needs_body(replace(mail(one), text="", segments=()))


HEAD = (
    "From: 社長 <boss@client.example>\nDate: 2026年10月29日(木) 10:00\nTo: 鈴 <suzu@tsubame.example>\nSubject: 色見本\n"
)
ASK = "続きは弊社と直接の契約でお願いします。"


def read(text, subject="色見本"):
    segments = tuple(split(text, forwarded=is_forward(subject)))
    message = replace(letter(subject, text, Address("鈴", "suzu@tsubame.example")), segments=segments)
    found = recogniser().recognise(message, UNPROVED, AddressBook(clients={"suzu@tsubame.example": "d1"}))
    assert "".join(text[one.start : one.end] for one in found.segments) == text
    return "".join(text[one.start : one.end] for one in found.segments if one.kind is SegmentKind.BODY)


@pytest.mark.parametrize(
    "cover",
    [
        "社長からの連絡を転送しますのでご確認ください。",
        "色見本の件、転送いたします。",
        "下記をご覧ください。",
        "詳細は添付をご確認ください。",
        "添付ファイルをご確認ください。",
        "添付をお読みください。",
        "原稿料のお支払いは添付をご確認ください。",
        "添付のご案内をご一読いただけますと幸いです。",
        "お返事は添付ファイルの通りで。",
        "今後の進め方を書きました。添付の\nファイルをご覧ください。",
        "朱と藍です。" * 60 + "今後の進め方は添付のファイルにまとめましたので、ご確認ください。",
        "Please see the mail below.",
    ],
)
def test_what_a_short_cover_hands_on_to_be_read_is_read(cover):
    body = read(f"{cover}\n\n---------- Forwarded message ---------\n{HEAD}\n{ASK}")
    assert ASK in body
    assert "boss@client.example" not in body


@pytest.mark.parametrize(
    "cover",
    [
        "案内を参考に転送します。",
        "原稿を添付します。ご確認ください。",
        "色見本をお送りします。",
        "下記をご覧ください。" + "朱と藍です。" * 100,
        "下記をご覧ください、" + "朱と藍です、" * 40,
        "原稿を添付しますのでご確認ください。",
        "原稿を添付します。校正をお願いします。",
        "添付の原稿をご確認ください。",
        "添付の記事をお読みになって、感想をお書きください。",
        "原稿は添付ファイルをご覧ください。",
        "添付ファイルをご確認のうえ、校正をお願いします。",
    ],
)
def test_what_is_handed_on_beside_other_words_stays_another_mail(cover):
    assert ASK not in read(f"{cover}\n\n---------- Forwarded message ---------\n{HEAD}\n{ASK}")


@pytest.mark.parametrize(
    "said",
    [
        "赤字で回答しました。",
        "赤でお返事いたします。",
        "下に書き込みました。",
        "以下に記入いたしましたので、ご確認ください。",
        "いただいたメールに書き込んでおきました。",
        "My answers are inline, in red.",
    ],
)
@pytest.mark.parametrize("older", ["-----Original Message-----\n" + HEAD + "\n", "> 色はどうしますか。\n> "])
def test_an_older_mail_into_which_answers_were_written_is_read(said, older):
    body = read(f"お世話になっております。{said}\n\n{older}{ASK}")
    assert ASK in body
    assert "boss@client.example" not in body
    assert ASK not in read(f"お世話になっております。直しは赤で入れました。\n\n{older}{ASK}")


@pytest.mark.parametrize(
    "said",
    [
        "以下にご希望の納期をご記入ください。",
        "下にお名前を記入してお送りください。",
        "赤字で回答してください。",
        "下に記入いただきますようお願いします。",
    ],
)
def test_who_asks_for_an_answer_has_written_none(said):
    assert ASK not in read(f"お世話になっております。{said}\n\n> 色はどうしますか。\n> {ASK}")
