"""Fetching from a real Dovecot: attachments stay there, odd keywords do no harm, nothing is marked as read."""

from __future__ import annotations

import datetime as dt
import email
import re

import pytest
from tests.mailbox.conftest import Account
from tests.mailbox.letters import HEAD, attachment, letter, multipart, part
from tests.servers import Dovecot

from banken.mailbox import search
from banken.mailbox.errors import FolderMissing, Refused
from banken.message import read
from banken.message.notes import Note

pytestmark = pytest.mark.server


def test_a_big_attachment_is_not_downloaded(account):
    text = "詳しくは添付をご覧ください。\r\n".encode()
    raw = multipart(part("text/plain; charset=utf-8", text), attachment(3_000_000), head=HEAD)
    account.append(raw)
    mailbox = account.connect()
    [got] = mailbox.fetch([1])
    mailbox.close()
    assert mailbox.octets_read < 2_000
    sent = [int(out) for out in re.findall(rf"imap\({account.user}\).* out=(\d+)", account.dovecot.log())]
    assert sent[-1] < 8_000  # the server's own count for our session, which ended last
    assert got.size == len(raw)
    assert not got.complete
    tree = email.message_from_bytes(got.raw)
    assert tree["Message-ID"] == "<big@client.example>"
    first, second = tree.get_payload()
    assert first.get_payload(decode=True) == text
    assert second.get_filename() == "shiryo.pdf"
    assert int(second["X-Banken-Omitted"]) == pytest.approx(3_000_000, rel=0.03)
    assert second.get_payload() == ""


def test_every_text_of_a_big_message_is_there(account):
    inner = multipart(
        part("text/plain; charset=iso-2022-jp", "転送された本文".encode("iso-2022-jp")),
        part("text/html; charset=utf-8", "<p>転送</p>".encode()),
        boundary="=_inner",
        subtype="alternative",
        head="Subject: inner\r\nMessage-ID: <inner@client.example>\r\nMIME-Version: 1.0",
    )
    plain_inner = letter(5, "一通の中の一通".encode())
    calendar = part("text/calendar; charset=utf-8; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    related = multipart(
        part("text/html", b"<b>hi</b>"), attachment(1_000, "logo.png"), boundary="=_rel", subtype="related"
    )
    raw = multipart(
        related,
        part("message/rfc822", inner, "Content-Disposition: attachment"),
        attachment(700_000),
        part("message/rfc822", plain_inner),
        calendar,
        head=HEAD,
    )
    account.append(raw)
    [got] = account.connect().fetch([1])
    parts = list(email.message_from_bytes(got.raw).walk())
    assert [p.get_content_type() for p in parts] == [p.get_content_type() for p in email.message_from_bytes(raw).walk()]
    texts = [p.get_payload(decode=True) for p in parts if p.get_content_maintype() == "text"]
    wanted = [
        p.get_payload(decode=True) for p in email.message_from_bytes(raw).walk() if p.get_content_maintype() == "text"
    ]
    assert texts == wanted
    assert len(texts) == 5
    assert [p["Subject"] for p in parts if p["Subject"]] == ["big", "inner", "letter 5"]
    assert sum("X-Banken-Omitted" in p for p in parts) == 2
    assert len(got.raw) < 5_000


def texts(parts):
    return [p.get_payload(decode=True) for p in parts if p.get_content_maintype() == "text"]


@pytest.mark.parametrize("kind", ["text/plain; charset=utf-8", "application/pdf"])
def test_a_big_message_of_one_part(account, kind):
    body = b"0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789ab\r\n" * 40_000
    raw = (HEAD + "\r\nContent-Type: " + kind + "\r\n\r\n").encode() + body
    account.append(raw)
    [got] = account.connect().fetch([1])
    tree = email.message_from_bytes(got.raw)
    kept = 1024 * 1024 if kind.startswith("text") else 0
    assert tree.get_payload().encode() == body[:kept]
    assert int(tree["X-Banken-Omitted"]) == len(body) - kept
    assert tree["Subject"] == "big"


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_text_too_big_to_be_fetched_whole_is_read_as_far_as_it_is_there(account, kind):
    words = f"<p>{'お仕事の詳細です。' * 9}</p>\r\n"
    account.append(multipart(part(f"{kind}; charset=utf-8", (words * 5_000).encode()), head=HEAD))
    [got] = account.connect().fetch([1])
    message = read(got.raw, complete=got.complete)
    assert message.text.count("お仕事の詳細です。") > 30_000
    assert Note.CUT_TEXT in message.notes


def test_what_a_sender_says_of_parts_left_on_the_server_is_not_believed(account):
    claim = "X-Banken-Omitted: 5"
    said = [part("text/plain", b"said"), part("text/plain", b"twice")]
    raw = multipart(
        *(one.replace(b"\r\n\r\n", f"\r\n{claim}\r\n\r\n".encode(), 1) for one in said),
        attachment(600_000),
        head=f"{HEAD}\r\n{claim}",
    )
    account.append(raw)
    [got] = account.connect().fetch([1])
    assert got.raw.count(b"X-Banken-Omitted") == 1
    message = read(got.raw, complete=got.complete)
    assert message.text == "said\n\ntwice"
    assert Note.CUT_TEXT not in message.notes


def test_many_parts_and_deep_nesting_are_bounded(account):
    wide = multipart(*[part("text/plain", b"x") for _ in range(2_000)], attachment(600_000), head=HEAD)
    deep = part("text/plain", b"deepest")
    for level in range(60):
        deep = multipart(deep, boundary=f"=_{level}")
    deep = multipart(part("text/plain", b"top"), deep, attachment(600_000), head=HEAD)
    account.append(wide)
    account.append(deep)
    mailbox = account.connect()
    got = list(mailbox.fetch([1, 2]))
    assert [raw.broken for raw in got] == ["", ""]
    assert not any(raw.complete for raw in got)
    assert mailbox.octets_read < 100_000
    assert email.message_from_bytes(got[1].raw).get_payload()[0].get_payload() == "top"


def test_a_keyword_made_by_another_program_does_no_harm(account):
    for number in range(3):
        account.append(letter(number))
    with account.dovecot.client(account.user) as other:
        other.select_folder("INBOX")
        other._imap.uid("STORE", "2", "+FLAGS", "([bad $x 2024 &istsQmb4-)")
    mailbox = account.connect()
    assert [raw.place.uid for raw in mailbox.fetch(mailbox.uids())] == [1, 2, 3]
    assert {"[bad", "$x", "2024"} <= mailbox.labels(2)
    assert mailbox.label(2, ["banken-danger"]).how == "keyword"
    assert account.flags()[2] == {"[bad", "$x", "2024", "&istsQmb4-", "banken-danger"}
    assert account.flags()[1] == set()


def test_folders_with_every_kind_of_name(account):
    names = ["仕事/案件", "受信 箱", "A&B", 'q"u\\o', "[bad", "a]b", "2026", "NIL", "絵文字😀", "%", "{5}"]
    for number, name in enumerate(names):
        account.append(letter(number), folder=name)
    mailbox = account.connect(None)
    assert set(names) <= set(mailbox.folders())
    for number, name in enumerate(names):
        assert mailbox.open(name).exists == 1
        [got] = mailbox.fetch([1])
        assert got.place.folder == name
        assert f"letter-{number}@".encode() in got.raw
        assert mailbox.label(1, ["banken-notice"]).how == "keyword"
        mailbox.append(name, letter(100))
        assert len(account.messages(name)) == 2


def test_a_missing_folder_names_the_nearest(account):
    account.append(letter(), folder="仕事/案件")
    mailbox = account.connect(None)
    with pytest.raises(FolderMissing, match="仕事/案件"):
        mailbox.open("仕事/案")
    with pytest.raises(FolderMissing):
        mailbox.append("仕事/案", letter())
    assert mailbox.open("INBOX").exists == 0


def test_seen_changes_by_none_of_our_calls(account):
    big = multipart(part("text/plain", b"hi"), attachment(600_000), head=HEAD)
    seen = {account.append(raw, flags=flags): set(flags) for raw, flags in
            ((letter(1), ["\\Seen"]), (letter(2), []), (big, []), (letter(4), ["\\Flagged"]))}  # fmt: skip
    mailbox = account.connect()
    list(mailbox.headers(mailbox.uids()))
    list(mailbox.fetch(mailbox.uids()))
    for uid in seen:
        mailbox.original(uid, 10**7)
        mailbox.find(f"<letter-{uid}@client.example>")
        mailbox.labels(uid)
    assert account.flags() == seen
    for uid in seen:
        mailbox.label(uid, ["banken-danger"])
        list(mailbox.fetch([uid]))  # the folder is open for writing now
        mailbox.original(uid, 10**7)
    mailbox.probe()
    mailbox.append("INBOX", letter(9))
    mailbox.close()
    assert account.flags() == {uid: flags | {"banken-danger"} for uid, flags in seen.items()} | {5: set()}


def test_looking_does_not_open_for_writing(account):
    account.append(letter())
    mailbox = account.connect()
    list(mailbox.fetch(mailbox.uids()))
    assert mailbox._connection._client._imap.is_readonly
    mailbox.label(1, ["banken-danger"])
    assert not mailbox._connection._client._imap.is_readonly
    mailbox.open("INBOX")
    assert mailbox._connection._client._imap.is_readonly


def test_injection_is_refused_and_nothing_is_sent(account):
    account.append(letter())
    mailbox = account.connect()
    for evil in ("x\r\nA1 CREATE pwned", "x\nA1 CREATE pwned", "x\x00", "x\x7f", "x\x85y", "\udcff"):
        for call in (
            lambda text=evil: mailbox.label(1, [text]),
            lambda text=evil: mailbox.find(text),
            lambda text=evil: mailbox.open(text),
            lambda text=evil: mailbox.append(text, letter()),
        ):
            with pytest.raises(Refused, match="control character"):
                call()
        mailbox.open("INBOX")
    for uid in (0, -1, 2**32):
        with pytest.raises(Refused):
            list(mailbox.fetch([uid]))
    assert "pwned" not in account.folders()
    assert account.flags() == {1: set()}


def test_message_ids_that_look_like_commands(account):
    for number, message_id in enumerate(
        ("<a{5}", '<a" OR ALL "', "<(x)*%]\\>", "<日本語@example.jp>", "<" + "x" * 700 + ">")
    ):
        raw = f"Message-ID: {message_id}\r\n\r\n{number}\r\n".encode()
        uid = account.append(raw)
        mailbox = account.connect()
        assert mailbox.find(message_id) == [uid]
        assert mailbox.find(message_id[:-1]) == []
        assert mailbox.uids() == list(range(1, uid + 1))  # the line is still in step


def test_a_folded_message_id_is_found(account):
    account.append(b"Subject: x\r\nMessage-ID:\r\n <folded@example.jp>\r\n\r\nx\r\n")
    assert account.connect().find("<folded@example.jp>") == [1]


def test_since_has_the_resolution_of_a_day_in_the_servers_zone(account):
    midnight = dt.datetime(2026, 11, 10, 0, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    for hours in (-49, -1, 0, 1, 23):
        account.append(letter(), when=midnight + dt.timedelta(hours=hours))
    mailbox = account.connect()
    assert mailbox.uids(since=midnight) == [2, 3, 4, 5]
    assert mailbox.uids(since=midnight, after=3) == [4, 5]


@pytest.mark.parametrize("timezone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_since_misses_none_wherever_the_server_stands(timezone):
    with Dovecot(timezone=timezone) as dovecot:
        account = Account(dovecot, dovecot.user)
        start = dt.datetime(2026, 11, 10, tzinfo=dt.UTC)
        arrived = {account.append(letter(), when=start + dt.timedelta(hours=h)): h for h in range(0, 48, 5)}
        mailbox = account.connect()
        for hours in range(-10, 50, 3):
            found = set(mailbox.uids(since=start + dt.timedelta(hours=hours)))
            assert {uid for uid, h in arrived.items() if h >= hours} <= found
            assert all(arrived[uid] > hours - 49 for uid in found)
        account.close()


def test_searches_in_windows_find_all(account, monkeypatch):
    for number in range(23):
        account.append(letter(number))
    with account.dovecot.client(account.user) as other:
        other.select_folder("INBOX")
        other.delete_messages([3, 4, 11])
        other.expunge()
    monkeypatch.setattr(search, "_WINDOW", 5)
    mailbox = account.connect()
    wanted = [uid for uid in range(1, 24) if uid not in (3, 4, 11)]
    assert mailbox.uids() == wanted
    assert mailbox.uids(after=7) == [uid for uid in wanted if uid > 7]
    assert mailbox.uids(after=22) == [23]


def test_a_changed_uidvalidity_is_told(account):
    account.append(letter())
    before = account.connect().open("INBOX").uidvalidity
    account.dovecot.change_uidvalidity("INBOX", account.user)
    state = account.connect().open("INBOX")
    assert state.uidvalidity not in (0, before)
    assert state.exists == 1


def test_messages_expunged_meanwhile_are_left_out(account):
    for number in range(4):
        account.append(letter(number))
    mailbox = account.connect()
    uids = mailbox.uids()
    with account.dovecot.client(account.user) as other:
        other.select_folder("INBOX")
        other.delete_messages([2, 3])
        other.expunge()
    assert [raw.place.uid for raw in mailbox.fetch(uids)] == [1, 4]
    assert [raw.place.uid for raw in mailbox.headers(uids)] == [1, 4]


def test_eight_bit_and_empty_messages(account):
    raws = [
        b"\r\n",
        b"Subject: \x83e\x83X\x83g\r\n\r\n\x83e\x83X\x83g\r\n",
        b"no header at all",
        b"Subject: only\r\n\r\n",
    ]
    for raw in raws:
        account.append(raw)
    got = list(account.connect().fetch([1, 2, 3, 4]))
    assert [raw.raw for raw in got] == [account.messages()[uid] for uid in (1, 2, 3, 4)]
    assert [raw.broken for raw in got] == [""] * 4


def test_an_account_with_a_prefix():
    with Dovecot(prefix="INBOX.", separator=".") as dovecot:
        account = Account(dovecot, dovecot.user)
        account.append(letter())
        mailbox = account.connect(labels="folder")
        assert (mailbox.abilities.prefix, mailbox.abilities.separator) == ("INBOX.", ".")
        assert mailbox.label(1, ["banken-danger"]).name == "INBOX.Banken.banken-danger"
        assert list(account.messages("INBOX.Banken.banken-danger").values()) == [letter()]
        account.close()
