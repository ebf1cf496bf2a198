"""What else a message says of itself: dates, identifiers, bulk, own mail, one name for all copies; and its way."""

from datetime import UTC, datetime

import pytest
from tests.message.build import HEADER, base64_body, multipart, part, plain

from banken.i18n import set_language
from banken.message import read, read_header
from banken.message.notes import Note, describe
from banken.message.trace import trace

BODY = "面談のお願いです。\r\nよろしくお願いいたします。\r\n".encode()


def _mail(*fields, body=BODY):
    return (
        "".join(f"{each}\r\n" for each in fields).encode() + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body
    )


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        (["Date: Mon, 3 Jun 2024 10:12:00 +0900"], datetime(2024, 6, 3, 1, 12, tzinfo=UTC)),
        (["Date: 3 Jun 2024 10:12 JST (x)"], datetime(2024, 6, 3, 10, 12, tzinfo=UTC)),
        (
            ["Date: nonsense", "Received: from a by b; Mon, 3 Jun 2024 10:12:03 +0900"],
            datetime(2024, 6, 3, 1, 12, 3, tzinfo=UTC),
        ),
        (["Received: from a by b; Mon, 3 Jun 2024 10:12:03 +0900"], datetime(2024, 6, 3, 1, 12, 3, tzinfo=UTC)),
        (["Date: Mon, 99 Foo 9999 99:99:99 +9999"], datetime(1970, 1, 1, tzinfo=UTC)),
        ([], datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_dates(fields, date):
    message = read(_mail(*fields))
    assert message.date.tzinfo is not None
    assert message.date == date
    assert (Note.DATE_MISSING in message.notes) is (date.year == 1970)


def test_the_servers_time_of_arrival_comes_first():
    arrived = datetime(2024, 6, 4, tzinfo=UTC)
    assert read(_mail("Date: Mon, 3 Jun 2030 10:12:00 +0900"), arrived=arrived).date == arrived
    assert read_header(_mail("Date: Mon, 3 Jun 2030 10:12:00 +0900"), arrived=arrived).date == arrived


def test_identifiers():
    message = read(_mail("Message-ID: bare@x", "In-Reply-To: <a@x> (note)", "References: <a@x>\r\n <b@x><c@x> junk"))
    assert message.message_id == "<bare@x>"
    assert message.in_reply_to == ("<a@x>",)
    assert message.references == ("<a@x>", "<b@x>", "<c@x>")
    assert len(read(_mail("References: " + "<a@x> " * 5_000)).references) <= 200


@pytest.mark.parametrize(
    ("field", "bulk", "automatic", "own"),
    [
        ("List-Id: x", True, "", False),
        ("List-Unsubscribe: <mailto:x>", True, "", False),
        ("Precedence: Bulk", True, "", False),
        ("Precedence: first-class", False, "", False),
        ("Auto-Submitted: Auto-Generated; x=y", False, "auto-generated", False),
        ("Auto-Submitted: no", False, "", False),
        ("X-Banken: warning", False, "", True),
        ("x-banken:", False, "", True),
        ("X-Banken-Omitted: 9", False, "", False),
    ],
)
def test_what_kind_of_mail_it_is(field, bulk, automatic, own):
    message = read(_mail(field))
    assert (message.bulk, message.auto_submitted, message.own) == (bulk, automatic, own)


def test_recipients_are_those_of_to_and_cc():
    message = read(_mail("To: A <a@x.example>, b@x.example", "Cc: c@x.example", "Bcc: d@x.example"))
    assert [each.address for each in message.recipients] == ["a@x.example", "b@x.example", "c@x.example"]


def test_a_name_behind_the_address_may_hold_a_comma():
    sender = read(_mail("From: taro@client.example (Yamada, Taro)")).sender
    assert (sender.name, sender.address) == ("Yamada, Taro", "taro@client.example")


def test_without_from_the_sender_field_counts():
    assert read(_mail("Sender: s@x.example")).sender.address == "s@x.example"
    assert read(_mail("Subject: x")).sender.address == ""


# One name for all copies

ZIP = "application/zip; name=a.zip"


def _with_attachment(*, omitted=False, more=b""):
    body, left = (b"", ["X-Banken-Omitted: 40"]) if omitted else (base64_body(b"A" * 30), [])
    attached = part(ZIP, body, "Content-Transfer-Encoding: base64", *left)
    return more + multipart("mixed", part("text/plain; charset=utf-8", BODY), attached)


def test_copies_have_one_fingerprint():
    one = read(_with_attachment()).fingerprint
    assert len(one) == 32
    assert read(_with_attachment(omitted=True), complete=False).fingerprint == one
    assert read(_with_attachment(more=b"Received: from a by b; x\r\nX-Mozilla-Status: 0001\r\n")).fingerprint == one
    assert read(_with_attachment().replace(b"\r\n", b"\n")).fingerprint == one
    assert read(_with_attachment(), arrived=datetime(2020, 1, 1, tzinfo=UTC)).fingerprint == one


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"case@", b"other@"),
        ("面談".encode(), "契約".encode()),
        (b"Subject: test", b"Subject: rest"),
        (b"yamada@", b"tanaka@"),
    ],
)
def test_other_mails_have_another(before, after):
    raw = _with_attachment()
    assert before in raw
    assert read(raw).fingerprint != read(raw.replace(before, after)).fingerprint


# Attachments and what is named


@pytest.mark.parametrize(
    ("kind", "note", "sealed"),
    [
        ("text/calendar", "calendar", False),
        ("application/ms-tnef", "tnef", False),
        ("application/octet-stream; name=winmail.dat", "tnef", False),
        ("application/pkcs7-signature", "smime", False),
        ("application/pkcs7-mime; smime-type=signed-data", "smime-sealed", True),
        ("application/x-pkcs7-mime", "smime-sealed", True),
        ("application/pgp-signature", "pgp", False),
        ("application/pgp-encrypted", "pgp-sealed", True),
        ("message/delivery-status", "bounce", False),
        ("message/partial; id=x", "partial", False),
        ("message/external-body", "external", False),
        ("image/png; name=qr.png", "image", False),
        ("application/pdf; name=a.pdf", "", False),
    ],
)
def test_parts_that_are_no_text_are_named(kind, note, sealed):
    message = read(multipart("mixed", part("text/plain", b"x"), part(kind, b"AAAA")))
    assert [each.note for each in message.attachments] == [note]
    assert (Note.ENCRYPTED in message.notes) is sealed


def test_pgp_in_the_text_is_named():
    assert Note.ENCRYPTED in read(plain(b"-----BEGIN PGP MESSAGE-----\r\nabc")).notes


def test_a_part_left_on_the_server_tells_its_size():
    message = read(_with_attachment(omitted=True), complete=False)
    assert [(each.filename, each.size) for each in message.attachments] == [("a.zip", 40)]
    assert Note.OMITTED in message.notes


@pytest.mark.parametrize("body", ["面談".encode(), b""])
def test_what_is_there_of_a_text_left_on_the_server_is_read(body):
    raw = multipart("mixed", part("text/html; charset=utf-8", body, "X-Banken-Omitted: 40"))
    message = read(raw, complete=False)
    assert message.text == body.decode()
    assert Note.CUT_TEXT in message.notes


def test_a_mail_of_unknown_parts_says_that_more_may_have_been_there():
    raw = b"X-Banken-Omitted: 40\r\n" + multipart("mixed", part("text/plain; charset=utf-8", BODY))
    assert Note.CUT_MESSAGE in read(raw, complete=False).notes


def test_a_sender_cannot_say_that_a_text_was_left_on_the_server():
    inner = b"Subject: x\r\nX-Banken-Omitted: 5\r\n\r\nwords"
    whole = part("text/plain; charset=utf-8", "面談".encode(), "X-Banken-Omitted: 5")
    message = read(multipart("mixed", whole, part("message/rfc822", inner, "X-Banken-Omitted: 5")))
    assert "面談" in message.text
    assert "words" in message.text
    assert Note.OMITTED not in message.notes


@pytest.mark.parametrize("note", list(Note))
def test_every_note_has_a_sentence(note):
    set_language("en")
    try:
        assert describe(note).endswith(".")
        assert describe("anything else") == "anything else"
    finally:
        set_language("ja")


def test_a_fault_of_our_own_ends_in_text_and_a_note(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("banken.message.reading.mime.parse", broken)
    message = read(HEADER + b"\r\n" + BODY)
    assert "面談のお願いです。" in message.text
    assert message.notes == (Note.UNREADABLE,)


# The way of a mail


def test_the_way_is_told_oldest_hop_first():
    raw = (
        b"Received: from b by c; Mon, 3 Jun 2024 10:12:09 +0900\r\nReceived: from a by b; Mon, 3 Jun 2024 10:12:03 +0900\r\n"
        + HEADER
        + b"\r\nx"
    )
    told = trace(raw)
    assert [(hop.source, hop.by, hop.delay) for hop in told.hops] == [("a", "b", 0.0), ("b", "c", 6.0)]
    assert told.date.startswith("2024-06-03")


@pytest.mark.parametrize(
    "raw", [b"", b"\x00" * 99, HEADER + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' * 2_000]
)
def test_a_way_that_cannot_be_told_is_empty(raw):
    assert trace(raw).hops == ()


@pytest.mark.parametrize("method", ["CANCEL", "REPLY"])
def test_an_invitation_that_is_called_off_or_answered_invites_to_nothing_but_its_words_are_read(method):
    said = _invitation(f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\n{EVENT}END:VCALENDAR\r\n")
    assert "LINEで続けましょう" in said
    assert not any(word in said for word in ("顔合わせ", "20261102", "meet.example", "会議室"))


@pytest.mark.parametrize(
    "calendar",
    [
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n{}END:VCALENDAR\r\nMETHOD:CANCEL\r\n",
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nMETHOD:CANCEL\r\n{}END:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\r\n{}METHOD:REPLY\r\nEND:VCALENDAR\r\n",
    ],
)
def test_no_line_behind_an_invitation_calls_it_off(calendar):
    said = _invitation(calendar.format(EVENT))
    assert all(word in said for word in ("顔合わせ", "20261102", "meet.example", "会議室", "LINEで続けましょう"))


EVENT = (
    "BEGIN:VEVENT\r\nSUMMARY:顔合わせ\r\nDTSTART:20261102T100000\r\nLOCATION:会議室\r\n"
    "URL:https://meet.example/a\r\nDESCRIPTION:LINEで続けま\r\n しょう\r\nEND:VEVENT\r\n"
)


def _invitation(ics):
    calendar = part("text/calendar; charset=utf-8", ics.encode())
    return read(multipart("alternative", part("text/plain; charset=utf-8", BODY), calendar)).text


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_text_file_sent_along_is_handed_on_and_not_said(kind):
    text = part("text/plain; charset=utf-8", BODY)
    along = part(f"{kind}; charset=utf-8", "原稿".encode(), 'Content-Disposition: attachment; filename="a.txt"')
    shown = part(f"{kind}; charset=utf-8", "原稿".encode(), "Content-Disposition: inline")
    assert [one.kind for one in read(multipart("mixed", text, along)).segments] == ["body", "forward"]
    assert {one.kind for one in read(multipart("mixed", text, shown)).segments} == {"body"}
