"""Whatever a server does with its numbers and times, each mail is examined once, and labelled where it lies."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.e2e.conftest import notice
from tests.e2e.look import SETTINGS, Look, deliver, labelled, name, old, warned

from banken.ledger import Ledger
from banken.mailbox.errors import MailboxError
from banken.respond import Way
from banken.service import catchup

pytestmark = pytest.mark.usefixtures("english")


def test_what_comes_between_a_scan_and_the_first_run_is_not_history(fake):
    with Ledger.open(":memory:") as ledger:
        look = Look(fake, ledger)
        for long_ago in (fake.inbox.add(old(1)), fake.folders["Jobs"].add(old(4))):
            long_ago.when = datetime.now(UTC) - timedelta(days=90)
        told = deliver(fake.inbox, 2)
        look.since, look.until = datetime.now(UTC) - timedelta(days=30), datetime.now(UTC) + timedelta(minutes=30)
        left_out = deliver(fake.inbox, 5)
        left_out.when = datetime.now(UTC) + timedelta(hours=1)  # behind the days that were asked for
        assert look() == 1
        between = deliver(fake.inbox, 3)
        look.since = look.until = None
        assert look() == 1
        assert look() == 0
        assert set(look.examined) == {name(told), name(between)}
        assert warned(fake) == {name(told): 1, name(between): 1}


def test_uids_given_anew_below_the_mark_are_read(fake, look):
    """A backup was put back: the UIDVALIDITY stayed, UIDs begin again below those that were given before."""
    first = [deliver(fake.inbox, number, uid) for number, uid in ((2, 40), (3, 41))]
    look()
    assert look.mark >= 41
    del fake.inbox.mails[1:]  # with the warnings
    again = deliver(fake.inbox, 4)
    assert again.uid == 2
    for _ in range(3):
        look()
    assert look.examined == {name(mail): 1 for mail in (*first, again)}
    assert labelled(again)
    assert warned(fake) == {name(again): 1}
    assert look.mark < 40
    newer = deliver(fake.inbox, 5)
    assert look() == 1
    assert labelled(newer)


def test_another_mail_under_the_uid_of_one_that_was_judged_is_read_and_labelled(fake, look):
    first = [deliver(fake.inbox, number) for number in (2, 3)]
    look()
    look()  # past its own warnings
    fake.inbox.mails = [fake.inbox.mails[0], first[1]]
    first[1].uid = 2
    first[1].flags.clear()
    another = deliver(fake.inbox, 4)
    assert another.uid == 3  # that was the second one's
    look()
    assert look.examined[name(another)] == 1
    assert labelled(another)
    assert warned(fake)[name(first[1])] == 0  # its warning was told before, and was thrown away with the backup


@pytest.mark.parametrize("how", ["numbered anew", "moved"])
def test_old_mail_is_not_warned_of_again_under_other_settings(fake, look, how):
    mails = [deliver(fake.inbox, number) for number in (2, 3)]
    look()
    look()  # past its own warnings
    look.settings = replace(SETTINGS, folder="Jobs", notify=(Way(address=lambda: "json://127.0.0.1:1/"),))
    look.ahead = timedelta(days=400)
    if how == "moved":
        for one in mails:
            fake.inbox.mails.remove(one)
            fake.folders["Jobs"].add(one.raw).when = one.when
    else:
        fake.inbox.uidvalidity += 1
    assert look() == 2
    assert warned(fake) == {name(mail): 1 for mail in mails}
    assert look.ledger.outbox.open() == []


def test_a_warning_that_is_still_owed_is_not_lost_when_its_mail_is_numbered_anew(fake, look):
    fake.on("APPEND", b"TAG NO [OVERQUOTA] full\r\n", times=1)
    mail = deliver(fake.inbox, 2)
    look()
    assert warned(fake) == {}
    look.settings = replace(SETTINGS, folder="Jobs")
    fake.inbox.uidvalidity += 1
    look.ahead = timedelta(hours=2)
    look()
    assert warned(fake) == {name(mail): 1}


def test_a_server_that_announces_too_low_a_uid_is_not_read_anew_each_time(fake, look):
    fake.uidnext_line = "* OK [UIDNEXT 1] next\r\n"
    mail = deliver(fake.inbox, 2)
    look()
    look()  # past its own warning
    asked = len([line for line in fake.commands if "UID FETCH" in line])
    assert look() == 0
    assert look() == 0
    assert len([line for line in fake.commands if "UID FETCH" in line]) == asked
    assert look.examined == {name(mail): 1}


def test_without_a_uidvalidity_uids_are_believed_in_nothing(fake, look):
    """Servers without lasting UIDs say 0, or nothing (RFC 9051 section 2.3.1.1)."""
    fake.inbox.uidvalidity = 0
    first = [deliver(fake.inbox, number) for number in (2, 3)]
    for _ in range(2):
        look()
    fake.inbox.mails.remove(first[0])
    second = deliver(fake.inbox, 4)
    for number, mail in enumerate(fake.inbox.mails, start=1):
        mail.uid = number  # numbered by place
    look()
    assert [look() for _ in range(3)] == [0, 0, 0]
    mails = (*first, second)
    assert look.examined[name(second)] == 1
    assert all(labelled(mail) for mail in mails)
    assert not labelled(fake.inbox.mails[0])
    assert warned(fake) == {name(mail): 1 for mail in mails}


def test_a_label_is_never_put_on_another_mail_that_has_the_uid_by_now(fake, look):
    mail = deliver(fake.inbox, 2)
    fake.on("UID STORE", b"TAG NO [UNAVAILABLE] later\r\n", times=1)
    look()
    assert not labelled(mail)
    mail.uid = 30
    other = fake.inbox.add(notice("お見積もりをお願いします。", number=9))
    other.uid, other.when = 2, datetime.now(UTC)
    look.ahead = timedelta(hours=2)
    look()
    assert labelled(mail)
    assert not labelled(other)


def test_history_that_a_move_gave_the_time_of_the_move_is_still_history(fake, look):
    mails = [deliver(fake.inbox, number) for number in (2, 3)]
    then = datetime.now(UTC) - timedelta(days=400)
    mails[0].raw = f"Received: from a by mx.example.jp; {format_datetime(then)}\r\n".encode() + mails[0].raw
    mails[1].raw = f"Received: from a by mx.example.jp; {format_datetime(mails[1].when)}\r\n".encode() + mails[1].raw
    fake.inbox.uidvalidity += 1
    assert look() == 1
    assert warned(fake) == {name(mails[1]): 1}
    assert look() == 0


def test_a_machine_that_begins_in_1970_takes_history_for_history(fake):
    with Ledger.open(":memory:") as ledger:
        long_ago, newest = fake.inbox.add(old(1)), fake.inbox.add(old(2))
        long_ago.when, newest.when = (datetime.now(UTC) - timedelta(days=days) for days in (90, 5))
        look = Look(fake, ledger)
        look.ahead = datetime(1970, 1, 1, tzinfo=UTC) - datetime.now(UTC)
        look()
        look.ahead = timedelta(0)
        fake.inbox.uidvalidity += 1
        mail = deliver(fake.inbox, 3)
        look()
        assert name(mail) in look.examined
        assert name(long_ago) not in look.examined


def test_a_mail_of_which_the_server_says_that_it_comes_in_years_counts_from_when_it_came(fake, look):
    asks = deliver(fake.inbox, 2)
    asks.when = datetime.now(UTC).replace(year=2090)
    came = datetime.now(UTC) - timedelta(minutes=5)
    asks.raw = f"Received: from a by mx.example.jp; {format_datetime(came)}\r\n".encode() + asks.raw
    assert look() == 1
    (row,) = look.ledger.seen.by_message_id(name(asks))
    assert row.arrived == came.replace(microsecond=0)


def test_a_mail_that_is_expunged_while_it_is_fetched_holds_nothing_up(fake, look):
    mails = [deliver(fake.inbox, number) for number in (2, 3, 4)]

    def expunge(session, tag, line):
        if mails[1] in fake.inbox.mails:
            fake.inbox.mails.remove(mails[1])
            session.send(b"* 3 EXPUNGE\r\n")
        session.answer(tag, line)

    fake.on(r"UID FETCH .*PEEK\[\]", expunge)
    look()
    assert look.examined == {name(mail): 1 for mail in (mails[0], mails[2])}
    assert look.mark >= 4


def test_a_folder_made_anew_in_the_middle_of_a_look(fake, look):
    mails = [deliver(fake.inbox, number) for number in (2, 3)]

    def renew(session, tag, line):
        session.answer(tag, line)
        fake.inbox.uidvalidity = 8
        for mail in fake.inbox.mails:
            mail.uid += 5

    fake.on(r"UID FETCH .*PEEK\[HEADER\]", renew, times=1)
    for _ in range(4):
        with suppress(MailboxError):
            look()
    assert all(labelled(mail) for mail in mails)
    assert warned(fake) == {name(mail): 1 for mail in mails}


@pytest.mark.parametrize("hours", [-72, -1, 1, 72])
def test_a_clock_that_jumps_loses_and_repeats_nothing(fake, look, hours):
    first = deliver(fake.inbox, 2)
    look()
    look.ahead = timedelta(hours=hours)
    second = deliver(fake.inbox, 3)
    look()
    look.ahead = timedelta(0)
    third = deliver(fake.inbox, 4)
    look()
    assert look.examined == {name(mail): 1 for mail in (first, second, third)}
    assert warned(fake) == {name(mail): 1 for mail in (first, second, third)}
    assert look.ledger.outbox.open() == []


@pytest.mark.parametrize("verb", ["CAPABILITY", "LOGIN", "LIST", "EXAMINE", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE", "APPEND", "LOGOUT"])  # fmt: skip
@pytest.mark.parametrize("before", [True, False], ids=["unanswered", "answered"])
def test_a_goodbye_at_every_step(fake, look, verb, before):
    """The server says BYE at the first, second, third … command of a kind, before or after it did what was asked."""
    mails = []
    for nth in range(1, 6):
        mails.append(deliver(fake.inbox, 10 + nth))
        count = iter(range(1, 1000))

        def bye(session, tag, line, nth=nth, count=count):
            if next(count) != nth:
                session.answer(tag, line)
                return
            if not before:
                session.answer(tag, line)
            session.send(b"* BYE shutting down\r\n")
            session.drop()

        fake.on(f"^{verb}", bye, times=nth)
        for _ in range(3):
            with suppress(MailboxError):
                look()
            look.ahead += timedelta(hours=2)
        fake._orders.clear()
        look()
    look.ahead += timedelta(hours=2)
    look()
    assert look.examined == {name(mail): 1 for mail in mails}
    assert all(labelled(mail) for mail in mails)
    assert warned(fake) == {name(mail): 1 for mail in mails}


def test_more_than_can_be_listed_in_one_look_is_looked_at_piece_by_piece_in_order_of_time(fake, look, monkeypatch):
    order = []
    monkeypatch.setattr(look.examined, "update", order.extend)
    count = iter(range(1_000_000))
    monkeypatch.setattr(catchup, "uptime", lambda: float(next(count)))  # each header takes a second
    look.listing = 8.0
    history = [fake.inbox.add(old(number)) for number in range(50, 53)]
    for mail in history:
        mail.uid += 100  # it comes last by the new numbers
    fake.inbox.uidvalidity += 1
    start = datetime.now(UTC)
    mails = []
    for number in range(12):
        folder = fake.inbox if number % 4 else fake.folders["Jobs"]
        mail = deliver(folder, 100 + number, uid=None if folder is not fake.inbox else 10 + number)
        mail.when = start + timedelta(seconds=number)
        mails.append(mail)
    passes = [look() for _ in range(8)]
    assert 0 < max(passes) < 12
    assert passes[-1] == 0
    assert order == [name(mail) for mail in mails]
