"""Labels, APPEND and kill -9 on a real Dovecot and a real SMTP server."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta
from email import policy

import pytest
from tests.respond.killed import carry, process
from tests.respond.scene import NOW, STANDING, WORKER, Spoken, message, verdict
from tests.servers import USER, Dovecot, SmtpSink

pytestmark = pytest.mark.server

from banken.i18n import set_language
from banken.ledger import Ledger, OutboxState
from banken.ledger.crash import POINTS
from banken.mailbox.imap import Server, connect
from banken.respond import Label, SmtpServer, Spot, WarningSettings, carry_out, owe, plan, shown_labels

SHELTER = "shelter"


@pytest.fixture(scope="module")
def dovecot():
    with Dovecot({USER: "open sesame, 12", SHELTER: "open sesame, 12"}) as running:
        yield running


@pytest.fixture
def fresh(dovecot):
    """The Dovecot with an empty INBOX."""
    with dovecot.client() as client:
        client.select_folder("INBOX")
        client.delete_messages(client.search())
        client.expunge()
    return dovecot


@pytest.fixture
def mailbox(fresh):
    box = connect("home", Server(fresh.host, fresh.port, "plain", USER, fresh.password), label_folder="{label}")
    yield box
    box.close()


def mail(number: int) -> bytes:
    return f"From: client@client.example\r\nMessage-ID: <{number}@client.example>\r\n\r\nLINE de\r\n".encode()


def deliver(dovecot: Dovecot, count: int = 1) -> list[Spot]:
    uids = [dovecot.append("INBOX", mail(number)) for number in range(count)]
    with dovecot.client() as client:
        uidvalidity = client.select_folder("INBOX", readonly=True)[b"UIDVALIDITY"]
    return [Spot("INBOX", uidvalidity, uid) for uid in uids]


def plan_all(ledger: Ledger, spots: list[Spot], settings: WarningSettings) -> None:
    for number, spot in enumerate(spots):
        said = message(fingerprint=f"print-{number}", message_id=f"<{number}@client.example>")
        actions = plan(verdict(), said, Spoken(), STANDING, spot=spot, settings=settings)
        owe(ledger, "home", said.fingerprint, actions, NOW)


INTO_THE_INBOX = WarningSettings(to=(WORKER,), via="append", sender=WORKER)


def test_labels_are_on_the_server_and_nothing_else_changed(fresh, mailbox, ledger, advice):
    [spot] = deliver(fresh)
    with fresh.client() as client:
        client.select_folder("INBOX")
        client.add_flags([spot.uid], [b"$Label1"])
    plan_all(ledger, [spot], WarningSettings(via="none"))
    outcome = carry_out(ledger, "home", mailbox, WarningSettings(via="none"), advice)
    assert [row.result for row in outcome.done] == ["keyword: banken-warning, banken-direct_contact"]
    flags = fresh.flags("INBOX")[spot.uid] - {"\\Recent"}
    assert flags == {"$Label1", "banken-warning", "banken-direct_contact"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_copy_in_a_folder_of_the_level_is_made_once(fresh, ledger, advice, language):
    set_language(language)
    [spot] = deliver(fresh)
    plan_all(ledger, [spot], WarningSettings(via="none"))
    server = Server(fresh.host, fresh.port, "plain", USER, fresh.password)
    box = connect("home", server, labels="folder", label_folder="{label}", shown=shown_labels())
    name = {"ja": "番犬/注意", "en": "Banken/warning"}[language]
    try:
        carry_out(ledger, "home", box, WarningSettings(via="none"), advice)
        again = Label(spot, "<0@client.example>", ("warning", "interview"))
        owe(ledger, "home", "print-0", [again], NOW)
        carry_out(ledger, "home", box, WarningSettings(via="none"), advice)
    finally:
        box.close()
    assert [row.result for row in ledger.outbox.of("home", "print-0")] == [f"folder: {name}"] * 2
    assert set(fresh.folders()) - {"INBOX"} >= {name}
    assert not [folder for folder in fresh.folders() if "面談" in folder or "interview" in folder]
    assert list(fresh.messages(name).values()) == [mail(0)]


def test_the_warning_lies_unread_in_the_inbox(fresh, mailbox, ledger, advice):
    [spot] = deliver(fresh)
    plan_all(ledger, [spot], INTO_THE_INBOX)
    carry_out(ledger, "home", mailbox, INTO_THE_INBOX, advice)
    lying = fresh.messages("INBOX")
    [uid] = set(lying) - {spot.uid}
    warning = email.message_from_bytes(lying[uid], policy=policy.default)
    assert "\\Seen" not in fresh.flags("INBOX")[uid] | fresh.flags("INBOX")[spot.uid]
    assert warning["Auto-Submitted"] == "auto-generated"
    assert mail(0) in lying[uid]
    assert list(warning.iter_attachments())[0].get_content()["Message-ID"] == "<0@client.example>"  # noqa: RUF015


def test_a_message_that_was_moved_away_is_not_labelled(fresh, mailbox, ledger, advice):
    [spot] = deliver(fresh)
    plan_all(ledger, [spot], INTO_THE_INBOX)
    with fresh.client() as client:
        client.select_folder("INBOX")
        client.delete_messages([spot.uid])
        client.expunge()
    outcome = carry_out(ledger, "home", mailbox, INTO_THE_INBOX, advice)
    assert [row.result for row in outcome.done] == ["put into INBOX"]
    assert not ledger.outbox.open()


def test_a_renumbered_folder_is_searched(fresh, ledger, advice):
    [_first, spot] = deliver(fresh, 2)
    plan_all(ledger, [_first, spot], WarningSettings(via="none"))
    fresh.change_uidvalidity("INBOX")
    box = connect("home", Server(fresh.host, fresh.port, "plain", USER, fresh.password))
    try:
        outcome = carry_out(ledger, "home", box, WarningSettings(via="none"), advice)
    finally:
        box.close()
    assert len(outcome.done) == 2
    assert [("banken-warning" in flags) for flags in fresh.flags("INBOX").values()] == [True, True]


# What follows kills real processes ---------------------------------------------------------------------------------


def kills(via: str) -> list[str]:
    """Return where to kill, each point at its first and its second passing."""
    elsewhere = ("examine", "warning.before_data") if via == "append" else ("examine",)
    return [f"{point}:{nth}" for point in POINTS if not point.startswith(elsewhere) for nth in (1, 2)]


@pytest.mark.parametrize(
    ("via", "watched"), [("smtp", True), ("smtp", False), ("append", True)], ids=["smtp", "smtp, blind", "append"]
)
def test_killed_at_every_point_nothing_is_lost_or_done_twice(fresh, tmp_path, via, watched):
    spots = deliver(fresh, 12)
    with SmtpSink() as sink:
        smtp = SmtpServer("127.0.0.1", sink.port, "plain")
        settings = WarningSettings(to=(WORKER,), via=via, sender=WORKER, smtp=smtp)
        with Ledger.open(tmp_path) as ledger:
            plan_all(ledger, spots, settings)
            names = {row.message_id for row in ledger.outbox.open() if row.action == "warn"}
        server = Server("127.0.0.1", fresh.port, "plain", USER, fresh.password)
        watching = replace(settings, watched=frozenset({WORKER} if watched else ()), settle=timedelta(0))
        handed = 0
        killed = []
        for point in kills(via):
            if process(carry, tmp_path, server, watching, crash_at=point) == -9:
                killed.append(point)
            if watched:
                for got in sink.messages[handed:]:
                    fresh.append("INBOX", got.raw)
                handed = len(sink.messages)
        assert process(carry, tmp_path, server, watching) == 0
        sent = [got.message_id for got in sink.messages]
    lying = {uid: email.message_from_bytes(raw)["Message-ID"] for uid, raw in fresh.messages("INBOX").items()}
    arrived = sent if via == "smtp" else [name for name in lying.values() if name in names]
    assert set(arrived) == names
    repeats = len(arrived) - len(names)
    if watched:
        assert repeats == 0
    else:
        assert repeats <= len([point for point in killed if point.startswith("warning.accepted")])
    assert killed == kills(via)
    for spot in spots:
        flags = fresh.flags("INBOX")[spot.uid]
        assert {"banken-warning", "banken-direct_contact"} <= flags
        assert "\\Seen" not in flags
    with Ledger.open(tmp_path) as ledger:
        assert {row.state for row in ledger.outbox._find()} == {OutboxState.DONE}


def text_of(raw: bytes) -> str:
    return email.message_from_bytes(raw, policy=policy.default).get_body(("plain",)).get_content()


def test_a_warning_that_another_inbox_had_to_take_offers_no_marks_there(dovecot, ledger, advice):
    """It is about a mail in an account that is not configured any more: nobody would find what is answered here."""
    set_language("ja")
    with SmtpSink() as sink:
        sink.answer("RCPT", "550 5.1.1 nobody here")
        smtp = SmtpServer("127.0.0.1", sink.port, "plain")
        settings = WarningSettings(to=(WORKER,), via="smtp", sender=WORKER, smtp=smtp)
        actions = plan(verdict(), message(), Spoken(), STANDING, spot=Spot("INBOX", 1, 1), settings=settings)
        owe(ledger, "old", "print-1", actions, NOW)
        carry_out(ledger, "old", None, settings, advice, shelter="home")
    box = connect(
        "home", Server(dovecot.host, dovecot.port, "plain", SHELTER, dovecot.password), label_folder="{label}"
    )
    try:
        [done] = carry_out(ledger, "home", box, settings, advice).done
        assert done.target == "append:INBOX"
        [letter] = dovecot.messages("INBOX", user=SHELTER).values()
        told = text_of(letter)
        assert "「old」" in told
        assert "banken/" not in told
        assert not [folder for folder in dovecot.folders(user=SHELTER) if "banken" in folder]
        spot = Spot("INBOX", 1, 2)
        actions = plan(verdict(), message(), Spoken(), STANDING, spot=spot, settings=INTO_THE_INBOX)
        owe(ledger, "home", "print-2", actions, NOW)
        carry_out(ledger, "home", box, INTO_THE_INBOX, advice)
    finally:
        box.close()
    *_others, own = dovecot.messages("INBOX", user=SHELTER).values()
    assert "banken/問題なし" in text_of(own)
    assert "banken/問題なし" in dovecot.folders(user=SHELTER)
