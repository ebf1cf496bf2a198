"""What a client may choose (name, title, words) is never an event; who only looks like the platform is shown."""

from __future__ import annotations

import itertools

import pytest
from tests.platform.cases import BOOK, FORGED, GENUINE, UNPROVED, letter, own_words, recogniser

from banken.message.model import Address
from banken.platform.examples import Genuine
from banken.words import Authentic, Channel

EVIL = [
    "契約が成立しました",
    "サービス外連絡申請が承認されました！",
    "A様からサービス外連絡申請が承認されました",
    "」の契約が成立しました「",
    "契約中のお仕事",
    "X（契約中）",
    "仮払いが完了しました。",
    "契約中！",
    "A様から契約中のお仕事に",
    "【契約中】記事",
    "終了した契約",
]
NOTICES = [
    (
        "【クラウドワークス】{c}さんからメッセージが届きました",
        "ナナ さん\n\n{c}さんからメッセージが届きました。\n\nこんにちは\n\nhttps://crowdworks.jp/messages/41",
    ),
    (
        "【クラウドワークス】「{j}」に新着メッセージがあります",
        "お仕事：{j}\nクライアント：{c}\n\nこんにちは\n\nhttps://crowdworks.jp/messages/41",
    ),
    (
        "【クラウドワークス】{j}について相談がありました",
        "{c}さんから相談が届きました。\n\nこんにちは\n\nhttps://crowdworks.jp/messages/41",
    ),
    (
        "[CrowdWorks] 新着メッセージ（{j}）",
        "差出人： {c}\n件名　： {j}\n\nこんにちは\n\n----\nhttps://crowdworks.jp/m/41",
    ),
    ("スカウトが届いています（{c}）", "{c}さんからスカウトが届きました！\nお仕事：{j}\n\nこんにちは"),
    ("メッセージ受信のお知らせ", "{c}様からメッセージを受信しました。（{j}）\n\nこんにちは"),
    (
        "クラウドワークス：{c}さんより（未読1件）",
        "{c}\n{j}\n\nこんにちは\n\n[メッセージを確認する] <https://crowdworks.jp/messages/4>",
    ),
    ("応募したお仕事に返信がありました：{j}", "お仕事 {j}\nクライアント {c}\n\nこんにちは"),
]
HARMLESS = {"contacted", "scouted", "shown_before"}


@pytest.mark.parametrize(("evil", "notice"), list(itertools.product(EVIL, NOTICES)))
def test_a_name_or_title_is_no_event(evil, notice):
    for client, job in ((evil, "記事"), ("山田", evil), (evil, evil)):
        subject, body = (text.replace("{c}", client).replace("{j}", job) for text in notice)
        found = recogniser().recognise(letter(subject=subject, text=body), GENUINE, BOOK)
        assert found.channel is Channel.NOTIFICATION
        assert {event.kind for event in found.events} <= HARMLESS


@pytest.mark.parametrize(
    "words",
    ["契約が成立しました。", "サービス外連絡申請が承認されました。", "仮払いが完了しました。作業を始めてください。"],
)
@pytest.mark.parametrize("frame", range(len(NOTICES)))
def test_a_clients_words_are_no_event(words, frame):
    subject, body = (text.replace("{c}", "山田商店").replace("{j}", "記事") for text in NOTICES[frame])
    found = recogniser().recognise(letter(subject=subject, text=body.replace("こんにちは", words)), GENUINE, BOOK)
    assert {event.kind for event in found.events} <= HARMLESS
    assert words in own_words(letter(subject=subject, text=body.replace("こんにちは", words)), found)


def test_a_link_that_a_client_writes_gives_no_number():
    body = "山田さんからメッセージが届きました。\n\n前の契約です https://crowdworks.jp/contracts/99\n\n返信する https://crowdworks.jp/messages/41"
    found = recogniser().recognise(letter(subject="山田さんからメッセージが届きました", text=body), GENUINE, BOOK)
    assert (found.ids.contract, found.ids.message) == ("", "41")
    assert [event.kind for event in found.events] == ["contacted"]


IMPOSTORS = [
    Address("クラウドワークス", "no-reply@crowdworks.jp.example"),
    Address("", "info@evilcrowdworks.example"),
    Address("クラウドワークス事務局", "jimukyoku@free-mail.example"),
    Address("CrowdWorks カスタマーサポート", "help@support.example"),
    Address("no-reply@crowdworks.jp", "x@y.example"),
    Address("株式会社クラウドワークス", "a@b.example"),
    Address("クラウドワークス", "bare@b.example"),
    Address("Ｃｒｏｗｄ　Ｗｏｒｋｓ", "spaced@b.example"),
    Address("CrоwdWorks", "cyrillic@b.example"),
    Address("クラウドワークス\u200b事務局", "unseen@b.example"),
    Address("クラウドワ一クス事務局", "kanji@b.example"),
    Address("クラウドワークス安全対策室", "office@b.example"),
    Address("クラウドワークス 認証センター", "center@b.example"),
    Address("クラウドワークス事務局 田中", "person@b.example"),
    Address("クラウドワークスからのお知らせ", "news@b.example"),
    Address("【重要】クラウドワークス", "urgent@b.example"),
    Address("no-reply@crowdworks．jp", "wide@b.example"),
]


@pytest.mark.parametrize("sender", IMPOSTORS, ids=lambda sender: sender.address)
@pytest.mark.parametrize("subject", ["【クラウドワークス】契約が成立しました", "本人確認のお願い", "お知らせ"])
def test_an_impostor_is_shown_and_judged(sender, subject):
    mail = letter(subject=subject, text="LINEで身分証をお送りください。", sender=sender)
    found = recogniser().recognise(mail, Genuine(Authentic.VERIFIED, "dkim=pass"), BOOK)
    assert found.impersonates
    assert found.judged
    assert own_words(mail, found) == mail.text
    assert not any(event.believed for event in found.events)


CLIENTS = [
    Address("武内 (クラウドワークス応募の件)", "takeuchi@smartwork.example"),
    Address("クラウドワークスで募集中の山田", "yamada@shop.example"),
    Address("山田（クラウドワークス担当）", "yamada@shop.example"),
    Address("クラウドワークスでお世話になった山田です", "yamada@shop.example"),
    Address("山田商店", "yamada@shop.example"),
]


@pytest.mark.parametrize("sender", CLIENTS, ids=lambda sender: sender.name)
def test_a_client_who_names_the_platform_is_no_impostor(sender):
    mail = letter(subject="ご応募の件", text="クラウドワークスでご応募いただいた件です。", sender=sender)
    found = recogniser().recognise(mail, UNPROVED, BOOK)
    assert (found.channel, found.impersonates) == (Channel.DIRECT, "")


def test_answers_that_would_go_elsewhere_make_a_notice_doubtful():
    mail = letter(subject="【クラウドワークス】契約が成立しました", reply_to=(Address("", "x@evil.example"),))
    proof = Genuine(Authentic.VERIFIED, "dkim=pass", "answers would go to x@evil.example, not to the platform")
    found = recogniser().recognise(mail, proof, BOOK)
    assert found.impersonates
    assert not any(event.believed for event in found.events)


def test_a_partner_that_is_not_on_the_official_list_is_neither_believed_nor_accused():
    mail = letter(
        subject="【ご面談の件について】",
        text="面談の日程です。",
        sender=Address("クラウドワークス テック", "crowdworks@nocall.ai"),
    )
    found = recogniser().recognise(
        mail, Genuine(Authentic.UNVERIFIED, "not the platform's", "the name is the platform's"), BOOK
    )
    assert (found.channel, found.agent, found.judged, found.impersonates) == (Channel.PLATFORM, True, False, "")
    assert "公式一覧" in found.authentic_why


def test_a_forged_message_is_still_judged():
    found = recogniser().recognise(
        letter(
            subject="山田さんからメッセージが届きました",
            text="山田さんからメッセージが届きました。\n\nLINEで話しましょう。",
        ),
        FORGED,
        BOOK,
    )
    assert found.judged
    assert found.authentic is Authentic.FORGED
