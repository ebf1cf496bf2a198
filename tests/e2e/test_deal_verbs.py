"""What the worker says of deals, and what Banken says when something has not happened: on a real server."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy

import pytest
from tests.e2e.conftest import CW, NOW, notice

pytestmark = pytest.mark.server

JOB = "商品紹介文の作成"


def platform(subject, body, at, *, auth=CW, sender="no-reply@crowdworks.jp", name="クラウドワークス"):
    """Return a mail with the platform's own words, as it arrived at `at`."""
    head = (
        f"{auth}From: {name} <{sender}>\r\nTo: nao@example.jp\r\nMIME-Version: 1.0\r\nSubject: {subject}\r\n"
        f"Message-ID: <{abs(hash((subject, body, at)))}@crowdworks.jp>\r\nDate: {at:%a, %d %b %Y %H:%M:%S %z}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return (head + body.replace("\n", "\r\n")).encode()


def direct(words, at, sender="aozora@client.example", subject="ご連絡"):
    return platform(subject, words, at, auth="", sender=sender, name="青空工房")


def days_ago(number):
    return NOW - dt.timedelta(days=number)


def scan(desk):
    return desk.run("scan", "--since", "30d", "--apply", "--json").objects()


def shown(desk, words="青空工房"):
    (one,) = desk.run("deals", "show", words, "--json").objects()
    return one


def scouted(desk, number=20):
    body = f"青空工房 さんから「{JOB}」について相談が届きました。\n\nはじめまして。\n\nhttps://crowdworks.jp/messages/4500001\n"
    desk.deliver(
        platform(f"【クラウドワークス】{JOB}について相談がありました", body, days_ago(number)), when=days_ago(number)
    )


def contracted(desk, number):
    body = f"青空工房 さんとの「{JOB}」の契約が成立しました。\nhttps://crowdworks.jp/contracts/7001\n"
    subject = f"【クラウドワークス】「{JOB}」の契約が成立しました"
    desk.deliver(platform(subject, body, days_ago(number)), when=days_ago(number))


def test_an_approval_that_the_worker_tells_makes_the_warning_a_notice_and_can_be_taken_back(desk):
    scouted(desk)
    scan(desk)
    desk.run("deals", "approve", "青空工房", "--since", "10d")
    uid = desk.deliver(notice("進め方はLINEでお話ししましょう。"), when=NOW)
    found = {one["uid"]: one for one in scan(desk)}
    assert (found[uid]["permission"], found[uid]["level"]) == ("approved", "notice")
    number = next(line["number"] for line in shown(desk)["timeline"] if line["kind"] == "permission:approved")
    desk.run("deals", "undo", number)
    assert shown(desk)["permission"] == "none"


def test_an_address_is_tied_and_a_direct_mail_before_the_contract_is_itself_told(desk):
    scouted(desk)
    scan(desk)
    desk.run("deals", "tie", "青空工房", "info@aozora.example")
    words = "先日の件、資料をお送りします。ご確認ください。"
    uid = desk.deliver(direct(words, NOW, "info@aozora.example"), when=NOW)
    found = {one["uid"]: one for one in scan(desk)}
    assert (found[uid]["channel"], found[uid]["stage"]) == ("direct", "before_contract")
    assert [one["rule"] for one in found[uid]["findings"]] == ["contact.reached"]
    (warning,) = desk.sink.messages
    text = message_from_bytes(warning.raw, policy=policy.default).get_body(("plain",)).get_content()
    assert "info[@]aozora[.]example" in text
    assert "【】" not in text
    assert shown(desk)["findings"][0]["rule"] == "contact.reached"


def test_a_direct_mail_under_contract_is_no_matter_of_its_own(desk):
    scouted(desk)
    contracted(desk, 10)
    scan(desk)
    desk.run("deals", "tie", "青空工房", "info@aozora.example")
    uid = desk.deliver(direct("資料をお送りします。ご確認ください。", NOW, "info@aozora.example"), when=NOW)
    found = {one["uid"]: one for one in scan(desk)}
    assert (found[uid]["stage"], found[uid]["level"]) == ("under_contract", None)


def test_two_deals_are_merged_and_split_again(desk):
    scouted(desk)
    body = "青空工房 さんから「年賀状のデザイン」について相談が届きました。\n\nはじめまして。\n\nhttps://crowdworks.jp/messages/4500777\n"
    desk.deliver(
        platform("【クラウドワークス】年賀状のデザインについて相談がありました", body, days_ago(5)), when=days_ago(5)
    )
    scan(desk)
    first, second = desk.run("deals", "list", "--json").objects()
    desk.run("deals", "merge", first["deal"], second["deal"])
    assert len(desk.run("deals", "list", "--json").objects()) == 1
    assert "message=4500777" in shown(desk, first["deal"])["keys"]
    desk.run("deals", "split", first["deal"], "message=4500778", expect=2)
    answer = desk.run("deals", "split", first["deal"], "message=4500777")
    assert "新しい取引は" in answer.out
    assert len(desk.run("deals", "list", "--json").objects()) == 2
    uid = desk.deliver(notice("お見積りをお願いします。", number=4500777), when=NOW)
    found = {one["uid"]: one for one in scan(desk)}
    assert found[uid]["deal"] not in (first["deal"], None)


def test_bad_words_about_deals_are_told_plainly(desk):
    scouted(desk)
    scan(desk)
    assert "メールアドレス" in desk.run("deals", "tie", "青空工房", "no address", expect=2).err
    assert desk.run("deals", "merge", "青空工房", "青空工房", expect=2).err
    assert desk.run("deals", "undo", "9999", expect=2).err
    assert desk.run("deals", "set", "青空工房", expect=2).err
    assert desk.run("deals", "approve", "青空工房", "--since", "someday", expect=2).err


def test_escrow_that_does_not_come_is_told_once(desk):
    scouted(desk)
    contracted(desk, 5)
    words = "さっそくですが、今日から執筆を始めていただけますか。"
    desk.deliver(notice(words), when=days_ago(4))
    told = desk.run("scan", "--since", "30d", "--apply").out
    assert "1 通の警告" in told
    assert "1 通のお知らせ" in told
    reminders = [one for one in desk.sink.messages if b"X-Banken: reminder" in one.raw]
    assert len(reminders) == 1
    mail = message_from_bytes(reminders[0].raw, policy=policy.default)
    assert mail["Subject"] == "【番犬：お知らせ】仮払いを確かめてから始めましょう（青空工房）"
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        body = mail.get_body((kind,)).get_content()
        assert "仮払い（報酬を先に預けてもらうこと）が済んだお知らせが見当たりません" in body
        assert "青空工房" in body
        assert "https://" in body
    assert shown(desk)["reminders"][0]["rule"] == "escrow_missing"
    sent = len(desk.sink.messages)
    scan(desk)
    assert len(desk.sink.messages) == sent


def test_reminders_can_be_switched_off(desk):
    whole = desk.configure()
    desk.configure(warn={**whole["warn"], "reminders": False})
    scouted(desk)
    contracted(desk, 5)
    desk.deliver(notice("さっそくですが、今日から執筆を始めていただけますか。"), when=days_ago(4))
    scan(desk)
    assert not [one for one in desk.sink.messages if b"X-Banken: reminder" in one.raw]


def test_an_offer_through_bizmatch_gets_its_own_label(desk):
    offer = ("【ビズマッチ】ご紹介したい案件がございます", "ご面談の日程をご調整ください。\n")
    auth = CW.replace("crowdworks.jp", "crowdworks.co.jp")
    genuine = desk.deliver(
        platform(*offer, days_ago(1), auth=auth, sender="bizmatch@crowdworks.co.jp", name="ビズマッチ事務局"),
        when=days_ago(1),
    )
    unproved = desk.deliver(
        platform(*offer, days_ago(2), auth="", sender="bizmatch@crowdworks.co.jp", name="ビズマッチ事務局"),
        when=days_ago(2),
    )
    found = {one["uid"]: one for one in scan(desk)}
    flags = desk.flags()
    assert (found[genuine]["offer"], found[genuine]["level"]) == (True, None)
    assert "banken-priority" in flags[genuine]
    assert not found[unproved]["offer"]
    assert "banken-priority" not in flags[unproved]


def test_the_configuration_tells_of_a_client(desk):
    desk.configure(clients=[{"name": "青空工房", "permission": "approved", "since": f"{days_ago(10):%Y-%m-%d}"}])
    scouted(desk)
    early = desk.deliver(notice("LINEでお話ししましょう。"), when=days_ago(15))
    late = desk.deliver(notice("LINEでお話ししましょうか。"), when=days_ago(3))
    found = {one["uid"]: one for one in scan(desk)}
    assert (found[early]["level"], found[late]["level"]) == ("warning", "notice")


def test_mail_of_unknown_kinds_is_listed_without_names(desk):
    subject = "【クラウドワークス】青空工房さんとの「商品紹介文の作成」がペンギン印になりました（12345）"
    desk.deliver(platform(subject, "くわしくはマイページで。\n", days_ago(1)), when=days_ago(1))
    scan(desk)
    (shape,) = desk.run("platform", "unknown", "--json").objects()
    assert "ペンギン印" in shape["subject"]
    assert shape["count"] == 1
    assert not any(word in shape["subject"] for word in ("青空工房", "商品紹介文", "12345"))
    stub = desk.run("platform", "unknown").out
    assert "subject: [" in stub
    assert "id: new_kind_1" in stub
    desk.run("platform", "test")


@pytest.mark.parametrize(("language", "yes"), [("ja", "設定に書かれたとおり"), ("en", "as your configuration says")])
def test_a_deal_is_shown_in_words_and_without_days_that_never_were(desk, language, yes):
    desk.configure(language=language, clients=[{"name": "青空工房", "stage": "under_contract"}])
    scouted(desk)
    desk.deliver(notice("さっそくですが、進め方はLINEでお話ししましょう。納期：12月10日"), when=days_ago(3))
    scan(desk)
    desk.run("deals", "set", "青空工房", "--permission", "denied")
    desk.run("deals", "tie", "青空工房", "info@aozora.example")
    for told in (desk.run("deals", "show", "青空工房").out, desk.run("deals", "list").out):
        assert "1970" not in told
        raw = ("mail:", "talk:", "due:", "stage:", "permission:", "under_contract", "direct_contact")
        assert not [word for word in raw if word in told]
    whole = desk.run("deals", "show", "青空工房").out
    assert yes in whole
    assert shown(desk)["since"] is None


def test_a_client_with_one_contract_may_write_about_the_other_job(desk):
    scouted(desk)
    body = "青空工房 さんとの「年賀状のデザイン」の契約が成立しました。\nhttps://crowdworks.jp/contracts/7009\n"
    other = platform("【クラウドワークス】「年賀状のデザイン」の契約が成立しました", body, days_ago(10))
    desk.deliver(other, when=days_ago(10))
    scan(desk)
    desk.run("deals", "tie", JOB, "info@aozora.example")
    uid = desk.deliver(direct("資料をお送りします。ご確認ください。", NOW, "info@aozora.example"), when=NOW)
    found = {one["uid"]: one for one in scan(desk)}
    assert (found[uid]["stage"], found[uid]["level"]) == ("before_contract", None)
