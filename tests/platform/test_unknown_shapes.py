"""Notices in frames that nobody described: a person's words in them are judged, the platform's own are not."""

from __future__ import annotations

import pytest
from tests.platform.cases import BOOK, GENUINE, UNPROVED, letter, own_words, recogniser

from banken.message.model import Address
from banken.words import Channel

SAYS = "絵はとても気に入りました。\n支払いはうちの店でお渡しします。\nよろしくお願いします。"


def read(subject, text, **more):
    mail = letter(subject, text, **more)
    return mail, recogniser().recognise(mail, GENUINE, BOOK)


def test_a_text_in_an_unknown_frame_without_any_link_is_looked_at():
    mail, found = read("おたより：水車小屋の番人", f"水車小屋の番人のおたより\n\n{SAYS}")
    assert (found.channel, found.judged) == (Channel.NOTIFICATION, True)
    assert "うちの店でお渡し" in own_words(mail, found)


@pytest.mark.parametrize(
    "subject", ["ご利用ルールクイズに挑戦", "オンライン交流会のお知らせ", "通知の設定が変わりました"]
)
def test_what_is_about_a_thing_of_the_platforms_is_not(subject):
    _mail, found = read(
        subject, "正しいのはどれでしょう。\n答えはガイドラインのページにあります。\n全問正解で記念品をお送りします。"
    )
    assert (found.channel, found.judged) == (Channel.PLATFORM, False)


def test_one_line_is_no_text_worth_a_look():
    assert not read("おたより：水車小屋の番人", "水車小屋の番人のおたより")[1].judged


def test_a_person_who_speaks_in_a_notice_of_something_that_happened_is_judged():
    subject = "「水車の絵」にご応募いただきありがとうございます"
    _mail, found = read(subject, f"水車小屋の番人です。\n{SAYS}")
    assert (found.channel, found.judged) == (Channel.NOTIFICATION, True)
    _mail, own = read(
        subject,
        "応募を受け付けました。\nクライアントからの返信をお待ちください。\n応募の内容はマイページで確かめられます。",
    )
    assert (own.channel, own.judged) == (Channel.PLATFORM, False)


def test_only_a_mail_to_one_worker_is_an_offer():
    sender = Address("ビズマッチ事務局", "bizmatch@crowdworks.co.jp")
    assert read("ご紹介したい案件がございます", "ご面談の日程をご調整ください。", sender=sender)[1].offer
    assert not read("ご紹介したい案件がございます", "今月の案件一覧です。", sender=sender, bulk=True)[1].offer


def test_what_a_friend_quotes_makes_no_client_of_her():
    quoted = (
        "ありがとう、わかった。\n> 契約の前なら、サービス外連絡申請がいるよ。\n> クラウドワークスの契約画面から出せる。"
    )
    mail = letter("Re: 質問", quoted, sender=Address("沙織", "saori@friend.example"))
    assert recogniser().recognise(mail, UNPROVED, BOOK).channel is Channel.UNRELATED
    said = letter("質問", quoted.replace("> ", ""), sender=Address("沙織", "saori@friend.example"))
    assert recogniser().recognise(said, UNPROVED, BOOK).channel is Channel.DIRECT
