"""Mail that our own warnings call forth is no ground for another warning, however often it is looked at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from tests.e2e.conftest import Desk, notice

pytestmark = pytest.mark.server

CLIENT = "tanaka@client.example"
ASK = "クラウドワークスでお世話になっております。続きはLINEでお願いします。IDは aozora_2026 です。"


def direct(name="ask.1", parent=""):
    """Return a known client's own mail that asks for contact outside."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = CLIENT, "nao@example.jp", "商品紹介文の件"
    mail["Date"], mail["Message-ID"] = "Tue, 24 Nov 2026 10:00:00 +0900", f"<{name}@client.example>"
    if parent:
        mail["In-Reply-To"] = parent
    mail.set_content(ASK)
    return mail.as_bytes(policy=policy.SMTP)


def bounced(warning, number):
    """Return the report that a mail server sends when it could not deliver `warning` (RFC 3464)."""
    name = warning["Message-ID"]
    head = (
        f"In-Reply-To: {name}\r\nReferences: {warning['References'] or ''} {name}\r\nAuto-Submitted: auto-replied\r\n"
    )
    return report(warning, f"report.{number}", head)


def bounced_nakedly(warning, number):
    """Return such a report that says in its header neither what it answers nor that a machine wrote it."""
    return report(warning, f"naked.{number}", "")


def report(warning, name, head):
    return (
        (
            f"From: Mail Delivery System <mailer-daemon@mx.example.jp>\r\nTo: {warning['From'].addresses[0].addr_spec}\r\n"
            f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{name}@mx.example.jp>\r\n"
            f"{head}Date: Tue, 24 Nov 2026 10:05:00 +0900\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="=report"\r\n\r\n'
            "--=report\r\nContent-Type: text/plain\r\n\r\nI could not deliver your message.\r\n"
            "--=report\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.jp\r\n\r\n"
            f"Final-Recipient: rfc822; {warning['To'].addresses[0].addr_spec}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            "--=report\r\nContent-Type: message/rfc822\r\n\r\n"
        ).encode()
        + warning.as_bytes(policy=policy.SMTP)
        + b"\r\n--=report--\r\n"
    )


def answered(warning, number):
    """Return what a holiday notice at the warned address says, the warning quoted below (RFC 3834)."""
    mail, name = EmailMessage(), warning["Message-ID"]
    mail["From"], mail["To"] = "family@example.org", warning["From"].addresses[0].addr_spec
    mail["Subject"], mail["Message-ID"] = f"自動返信: {warning['Subject']}", f"<away.{number}@example.org>"
    mail["In-Reply-To"], mail["References"] = name, f"{warning['References'] or ''} {name}"
    mail["Date"], mail["Auto-Submitted"] = "Tue, 24 Nov 2026 10:05:00 +0900", "auto-replied"
    quoted = warning.get_body(("plain",)).get_content()
    mail.set_content("ただいま不在にしております。\n\n" + "".join(f"> {line}\n" for line in quoted.splitlines()))
    return mail.as_bytes(policy=policy.SMTP)


def owed(desk):
    """Return every action that was ever planned, as the ledger holds it."""
    with closing(sqlite3.connect(desk.folder / "state" / "ledger.db")) as ledger:
        return ledger.execute("SELECT action, target, state, tries FROM outbox ORDER BY id").fetchall()


def examined(desk):
    with closing(sqlite3.connect(desk.folder / "state" / "ledger.db")) as ledger:
        return ledger.execute("SELECT count(*) FROM seen").fetchone()[0]


def warned(sink):
    return [one for one in sink.messages if b"X-Banken: warning" in one.raw]


def test_what_a_warning_calls_forth_is_not_warned_about(desk):
    desk.configure(clients=[{"name": "田中", "addresses": [CLIENT]}])
    for ask in (notice("続きはLINEで。"), direct()):
        desk.deliver(ask)
    desk.run("scan", "--since", "1d", "--apply")
    sent = [message_from_bytes(one.raw, policy=policy.default) for one in warned(desk.sink)]
    assert len(sent) == 2
    before = owed(desk)
    uids = [
        desk.deliver(called_forth(warning, number))
        for number, warning in enumerate(sent)
        for called_forth in (bounced, answered, bounced_nakedly)
    ]
    for again in ([], ["--again"], []):
        desk.run("scan", "--since", "1d", "--apply", *again)
    assert examined(desk) == 2 + len(uids)
    assert owed(desk) == before
    assert len(desk.sink.messages) == 2
    flags = desk.flags()
    assert not {flag for uid in uids for flag in flags[uid] if flag.startswith("banken-")}


def test_a_person_who_answers_a_warning_is_heard(desk):
    """Only a machine's answer is passed over: the client, to whom the worker forwarded it, may ask for more."""
    desk.configure(clients=[{"name": "田中", "addresses": [CLIENT]}])
    desk.deliver(direct())
    desk.run("scan", "--since", "1d", "--apply")
    (sent,) = desk.sink.messages
    uid = desk.deliver(direct(name="ask.2", parent=sent.message_id))
    desk.run("scan", "--since", "1d", "--apply")
    assert "banken-direct_contact" in desk.flags()[uid]
    assert len(desk.sink.messages) == 2


def test_two_that_warn_each_other_come_to_rest(desk, users, tmp_path):
    (tmp_path / "other").mkdir()
    pair = (desk, Desk(desk.server, desk.sink, next(users), tmp_path / "other"))
    for one, other, ask in (*pair, notice("続きはLINEで。")), (*pair[::-1], direct()):
        one.configure(clients=[{"name": "田中", "addresses": [CLIENT]}])
        whole = one.configure()
        one.configure(
            clients=[{"name": "田中", "addresses": [CLIENT]}],
            warn=whole["warn"] | {"to": [other.user], "from": one.user},
        )
        one.deliver(ask)
    handed_on = 0
    for _ in range(5):
        for one in pair:
            one.run("scan", "--since", "1d", "--apply")
            for received in desk.sink.messages[handed_on:]:
                desk.server.append("INBOX", received.raw, user=received.recipients[0])
            handed_on = len(desk.sink.messages)
            assert handed_on <= 10, "it grows"
    assert [one.recipients for one in desk.sink.messages] == [(pair[1].user,), (pair[0].user,)]
    for one in pair:
        assert examined(one) == 2
        assert len(one.flags()) == 2
        assert [action for action, *_ in owed(one)].count("warn") == 1
        assert sum(any(flag.startswith("banken-") for flag in found) for found in one.flags().values()) == 1
    pair[1].look_for_secrets()
