"""Whatever a server does with its folders and numbers, each mail is examined once, and labelled where it lies."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import format_datetime

import pytest
from tests.e2e.conftest import notice
from tests.fakeimap import FakeImap, Folder

from banken.config import Config
from banken.guard import Trust
from banken.i18n import set_language
from banken.ledger import Ledger
from banken.mailbox.connection import Server
from banken.mailbox.errors import FolderMissing, MailboxError
from banken.mailbox.imap import connect
from banken.respond import WarningSettings, Way, carry_out
from banken.service import catchup, missing
from banken.service import house as rooms
from banken.service.catchup import CatchUp

WORKER = "worker@example.jp"
SETTINGS = WarningSettings(to=(WORKER,), via="append", sender=WORKER)
ASKS = "続きはLINEで。"
HOUSE = rooms.build(Config())


class Look:
    """One guard; each call is one look with a connection of its own. Counts what was examined, by Message-ID."""

    def __init__(self, server, ledger, folders=("INBOX", "Jobs")):
        self.server, self.ledger, self.folders = server, ledger, folders
        self.examined = Counter()
        self.ahead = timedelta(0)
        self.missing = {}
        self.settings = SETTINGS
        self.listing = math.inf
        self.since: datetime | None = None
        self.until: datetime | None = None

    def __call__(self):
        guard = rooms.guard(HOUSE, "home", self.ledger, settings=self.settings, trust=Trust(("mx.example.jp",)))
        guard.clock = lambda: datetime.now(UTC) + self.ahead
        box = connect("home", Server(self.server.host, self.server.port, "plain", "worker", "open sesame", timeout=5))
        try:
            catch_up = CatchUp(
                guard=guard, mailbox=box, folders=self.folders, listing=self.listing, since=self.since, until=self.until
            )
            found = [one.message.message_id for one in catch_up.run() if not one.message.own]
            self.missing = catch_up.missing
            carry_out(self.ledger, "home", box, guard.warning, HOUSE.advice, clock=guard.clock)
        finally:
            box.close()
        self.examined.update(found)
        return len(found)

    @property
    def mark(self):
        return self.ledger.marks.get("home", "INBOX").uid


@pytest.fixture(autouse=True)
def _english():
    set_language("en")
    yield
    set_language("ja")


@pytest.fixture
def server():
    with FakeImap() as running:
        running.folders["Jobs"] = Folder()
        yield running


@pytest.fixture
def look(server):
    with Ledger.open(":memory:") as ledger:
        server.inbox.add(old(1))
        one = Look(server, ledger)
        assert one() == 0
        yield one


def test_what_comes_between_a_scan_and_the_first_run_is_not_history(server):
    with Ledger.open(":memory:") as ledger:
        look = Look(server, ledger)
        for long_ago in (server.inbox.add(old(1)), server.folders["Jobs"].add(old(4))):
            long_ago.when = datetime.now(UTC) - timedelta(days=90)
        told = deliver(server.inbox, 2)
        look.since, look.until = datetime.now(UTC) - timedelta(days=30), datetime.now(UTC) + timedelta(minutes=30)
        left_out = deliver(server.inbox, 5)
        left_out.when = datetime.now(UTC) + timedelta(hours=1)  # behind the days that were asked for
        assert look() == 1
        between = deliver(server.inbox, 3)
        look.since = look.until = None
        assert look() == 1
        assert look() == 0
        assert set(look.examined) == {name(told), name(between)}
        assert warned(server) == {name(told): 1, name(between): 1}


def old(number):
    return notice(ASKS, number=number)


def deliver(folder, number, uid=None):
    mail = folder.add(notice(ASKS, number=number))
    mail.uid = uid or mail.uid
    mail.when = datetime.now(UTC)
    return mail


def name(mail):
    return str(message_from_bytes(mail.raw)["Message-ID"])


def warned(server):
    """Return how often each mail was warned about, wherever the warnings lie."""
    every = [mail for folder in server.folders.values() for mail in folder.mails if b"\nX-Banken: " in mail.raw]
    return Counter(str(message_from_bytes(mail.raw)["In-Reply-To"]) for mail in every)


def labelled(mail):
    return {flag for flag in mail.flags if flag.startswith("banken-")}


def test_uids_given_anew_below_the_mark_are_read(server, look):
    """A backup was put back: the UIDVALIDITY stayed, UIDs begin again below those that were given before."""
    first = [deliver(server.inbox, number, uid) for number, uid in ((2, 40), (3, 41))]
    look()
    assert look.mark >= 41
    del server.inbox.mails[1:]  # with the warnings
    again = deliver(server.inbox, 4)
    assert again.uid == 2
    for _ in range(3):
        look()
    assert look.examined == {name(mail): 1 for mail in (*first, again)}
    assert labelled(again)
    assert warned(server) == {name(again): 1}
    assert look.mark < 40
    newer = deliver(server.inbox, 5)
    assert look() == 1
    assert labelled(newer)


def test_another_mail_under_the_uid_of_one_that_was_judged_is_read_and_labelled(server, look):
    first = [deliver(server.inbox, number) for number in (2, 3)]
    look()
    look()  # past its own warnings
    server.inbox.mails = [server.inbox.mails[0], first[1]]
    first[1].uid = 2
    first[1].flags.clear()
    another = deliver(server.inbox, 4)
    assert another.uid == 3  # that was the second one's
    look()
    assert look.examined[name(another)] == 1
    assert labelled(another)
    assert warned(server)[name(first[1])] == 0  # its warning was told before, and was thrown away with the backup


@pytest.mark.parametrize("how", ["numbered anew", "moved"])
def test_old_mail_is_not_warned_of_again_under_other_settings(server, look, how):
    mails = [deliver(server.inbox, number) for number in (2, 3)]
    look()
    look()  # past its own warnings
    look.settings = replace(SETTINGS, folder="Jobs", notify=(Way(address=lambda: "json://127.0.0.1:1/"),))
    look.ahead = timedelta(days=400)
    if how == "moved":
        for one in mails:
            server.inbox.mails.remove(one)
            server.folders["Jobs"].add(one.raw).when = one.when
    else:
        server.inbox.uidvalidity += 1
    assert look() == 2
    assert warned(server) == {name(mail): 1 for mail in mails}
    assert look.ledger.outbox.open() == []


def test_a_warning_that_is_still_owed_is_not_lost_when_its_mail_is_numbered_anew(server, look):
    server.on("APPEND", b"TAG NO [OVERQUOTA] full\r\n", times=1)
    mail = deliver(server.inbox, 2)
    look()
    assert warned(server) == {}
    look.settings = replace(SETTINGS, folder="Jobs")
    server.inbox.uidvalidity += 1
    look.ahead = timedelta(hours=2)
    look()
    assert warned(server) == {name(mail): 1}


def test_a_server_that_announces_too_low_a_uid_is_not_read_anew_each_time(server, look):
    server.uidnext_line = "* OK [UIDNEXT 1] next\r\n"
    mail = deliver(server.inbox, 2)
    look()
    look()  # past its own warning
    asked = len([line for line in server.commands if "UID FETCH" in line])
    assert look() == 0
    assert look() == 0
    assert len([line for line in server.commands if "UID FETCH" in line]) == asked
    assert look.examined == {name(mail): 1}


def test_without_a_uidvalidity_uids_are_believed_in_nothing(server, look):
    """Servers without lasting UIDs say 0, or nothing (RFC 9051 section 2.3.1.1)."""
    server.inbox.uidvalidity = 0
    first = [deliver(server.inbox, number) for number in (2, 3)]
    for _ in range(2):
        look()
    server.inbox.mails.remove(first[0])
    second = deliver(server.inbox, 4)
    for number, mail in enumerate(server.inbox.mails, start=1):
        mail.uid = number  # numbered by place
    look()
    assert [look() for _ in range(3)] == [0, 0, 0]
    mails = (*first, second)
    assert look.examined[name(second)] == 1
    assert all(labelled(mail) for mail in mails)
    assert not labelled(server.inbox.mails[0])
    assert warned(server) == {name(mail): 1 for mail in mails}


def test_a_label_is_never_put_on_another_mail_that_has_the_uid_by_now(server, look):
    mail = deliver(server.inbox, 2)
    server.on("UID STORE", b"TAG NO [UNAVAILABLE] later\r\n", times=1)
    look()
    assert not labelled(mail)
    mail.uid = 30
    other = server.inbox.add(notice("お見積もりをお願いします。", number=9))
    other.uid, other.when = 2, datetime.now(UTC)
    look.ahead = timedelta(hours=2)
    look()
    assert labelled(mail)
    assert not labelled(other)


def test_a_folder_that_is_deleted_does_not_keep_the_others_unguarded(server, look):
    del server.folders["Jobs"]
    mail = deliver(server.inbox, 2)
    assert look() == 1
    assert list(look.missing) == ["Jobs"]
    assert isinstance(look.missing["Jobs"], FolderMissing)
    assert labelled(mail)
    assert warned(server) == {name(mail): 1}
    server.folders["Jobs"] = Folder(uidvalidity=99)
    late = deliver(server.folders["Jobs"], 3)
    assert look() == 1
    assert look.missing == {}
    assert labelled(late)


def test_what_comes_into_a_folder_that_was_not_there_when_it_was_first_looked_for_is_new(server):
    with Ledger.open(":memory:") as ledger:
        del server.folders["Jobs"]
        look = Look(server, ledger)
        assert look() == 0
        server.folders["Jobs"] = Folder()
        mail = deliver(server.folders["Jobs"], 2)
        assert look() == 1
        assert labelled(mail)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("EXAMINE", b"NO [UNAVAILABLE] Temporary problem"),
        ("EXAMINE", b"NO [INUSE] Mailbox is locked"),
        ("UID SEARCH", b"NO [SERVERBUG] Internal error occurred"),
        ("UID FETCH .*HEADER", b"NO [UNAVAILABLE] Temporary problem"),
        (r"UID FETCH .*PEEK\[\]", b"NO [UNAVAILABLE] Temporary problem"),
    ],
)
@pytest.mark.parametrize("sick", ["INBOX", "Jobs"])
def test_a_sick_folder_does_not_keep_the_others_unguarded(server, look, sick, command, answer):
    def refuse(session, tag, line):
        there = line.split()[-1].strip('"') == sick if command == "EXAMINE" else session.folder is server.folders[sick]
        if there:
            session.send(tag.encode() + b" " + answer + b"\r\n")
        else:
            session.answer(tag, line)

    server.on(command, refuse)
    late = deliver(server.folders[sick], 2)
    mail = deliver(server.folders[{"INBOX": "Jobs", "Jobs": "INBOX"}[sick]], 3)
    assert look() == 1
    assert list(look.missing) == [sick]
    assert warned(server) == {name(mail): 1}
    server._orders.clear()
    assert look() == 1
    assert look.missing == {}
    assert warned(server) == {name(mail): 1, name(late): 1}


def test_only_when_no_folder_can_be_opened_the_look_fails(server, look):
    look.folders = ("Nowhere", "Neither")
    with pytest.raises(FolderMissing, match="Nowhere"):
        look()


def test_a_renamed_folder_is_told_of_once_and_read_on_when_it_is_back(server, look):
    jobs = server.folders.pop("Jobs")
    server.folders["Projects"] = jobs
    deliver(jobs, 2)

    def note(minutes):
        look.ahead = timedelta(minutes=minutes)
        look()
        now = datetime.now(UTC) + timedelta(minutes=minutes)
        patience = timedelta(hours=1)
        missing.note(look.ledger, "home", look.folders, look.missing, SETTINGS, now=now, patience=patience)
        return [row.payload for row in look.ledger.outbox.open() if row.action == "tell"]

    assert note(0) == note(59) == []
    [letter] = note(61)
    assert "Jobs" in letter
    assert "no folder Jobs" in letter
    assert note(500) == []  # it was put into the inbox, and is not owed again
    assert sum(b"\nX-Banken: news" in mail.raw for mail in server.inbox.mails) == 1
    server.folders["Jobs"] = server.folders.pop("Projects")
    assert look() == 1
    assert look.missing == {}


def test_what_comes_between_the_renaming_of_a_folder_and_the_new_setting_is_looked_at(server, look):
    jobs = server.folders["Jobs"]
    jobs.uidvalidity = 12
    for long_ago in (jobs.add(old(21)), jobs.add(old(22))):
        long_ago.when = datetime.now(UTC) - timedelta(days=90)
    look()
    known = deliver(jobs, 2)
    look()
    server.folders["Projects"] = server.folders.pop("Jobs")
    between = deliver(jobs, 3)
    look()
    look.folders = ("INBOX", "Projects")
    server.on("UID FETCH .*HEADER", b"* BYE later\r\n", times=1)
    with suppress(MailboxError):
        look()
    assert look() == 1
    assert look() == 0
    assert look.examined == {name(known): 1, name(between): 1}
    assert warned(server) == {name(known): 1, name(between): 1}


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_is_watched_instead_of_another_begins_with_what_comes_from_now_on(server, look, there):
    server.folders["Projects"] = Folder(uidvalidity=7 if there else 8)  # some servers give all folders one number
    for number in (2, 3):
        server.folders["Projects"].add(old(number)).when = datetime.now(UTC)
    if not there:
        del server.folders["Jobs"]
    look.folders = ("INBOX", "Projects")
    assert look() == 0
    assert warned(server) == {}


def test_history_that_a_move_gave_the_time_of_the_move_is_still_history(server, look):
    mails = [deliver(server.inbox, number) for number in (2, 3)]
    then = datetime.now(UTC) - timedelta(days=400)
    mails[0].raw = f"Received: from a by mx.example.jp; {format_datetime(then)}\r\n".encode() + mails[0].raw
    mails[1].raw = f"Received: from a by mx.example.jp; {format_datetime(mails[1].when)}\r\n".encode() + mails[1].raw
    server.inbox.uidvalidity += 1
    assert look() == 1
    assert warned(server) == {name(mails[1]): 1}
    assert look() == 0


def test_a_machine_that_begins_in_1970_takes_history_for_history(server):
    with Ledger.open(":memory:") as ledger:
        long_ago, newest = server.inbox.add(old(1)), server.inbox.add(old(2))
        long_ago.when, newest.when = (datetime.now(UTC) - timedelta(days=days) for days in (90, 5))
        look = Look(server, ledger)
        look.ahead = datetime(1970, 1, 1, tzinfo=UTC) - datetime.now(UTC)
        look()
        look.ahead = timedelta(0)
        server.inbox.uidvalidity += 1
        mail = deliver(server.inbox, 3)
        look()
        assert name(mail) in look.examined
        assert name(long_ago) not in look.examined


def test_a_mail_of_which_the_server_says_that_it_comes_in_years_counts_from_when_it_came(server, look):
    asks = deliver(server.inbox, 2)
    asks.when = datetime.now(UTC).replace(year=2090)
    came = datetime.now(UTC) - timedelta(minutes=5)
    asks.raw = f"Received: from a by mx.example.jp; {format_datetime(came)}\r\n".encode() + asks.raw
    assert look() == 1
    (row,) = look.ledger.seen.by_message_id(name(asks))
    assert row.arrived == came.replace(microsecond=0)


def test_a_mail_that_is_expunged_while_it_is_fetched_holds_nothing_up(server, look):
    mails = [deliver(server.inbox, number) for number in (2, 3, 4)]

    def expunge(session, tag, line):
        if mails[1] in server.inbox.mails:
            server.inbox.mails.remove(mails[1])
            session.send(b"* 3 EXPUNGE\r\n")
        session.answer(tag, line)

    server.on(r"UID FETCH .*PEEK\[\]", expunge)
    look()
    assert look.examined == {name(mail): 1 for mail in (mails[0], mails[2])}
    assert look.mark >= 4


def test_a_folder_made_anew_in_the_middle_of_a_look(server, look):
    mails = [deliver(server.inbox, number) for number in (2, 3)]

    def renew(session, tag, line):
        session.answer(tag, line)
        server.inbox.uidvalidity = 8
        for mail in server.inbox.mails:
            mail.uid += 5

    server.on(r"UID FETCH .*PEEK\[HEADER\]", renew, times=1)
    for _ in range(4):
        with suppress(MailboxError):
            look()
    assert all(labelled(mail) for mail in mails)
    assert warned(server) == {name(mail): 1 for mail in mails}


@pytest.mark.parametrize("hours", [-72, -1, 1, 72])
def test_a_clock_that_jumps_loses_and_repeats_nothing(server, look, hours):
    first = deliver(server.inbox, 2)
    look()
    look.ahead = timedelta(hours=hours)
    second = deliver(server.inbox, 3)
    look()
    look.ahead = timedelta(0)
    third = deliver(server.inbox, 4)
    look()
    assert look.examined == {name(mail): 1 for mail in (first, second, third)}
    assert warned(server) == {name(mail): 1 for mail in (first, second, third)}
    assert look.ledger.outbox.open() == []


@pytest.mark.parametrize("verb", ["CAPABILITY", "LOGIN", "LIST", "EXAMINE", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE", "APPEND", "LOGOUT"])  # fmt: skip
@pytest.mark.parametrize("before", [True, False], ids=["unanswered", "answered"])
def test_a_goodbye_at_every_step(server, look, verb, before):
    """The server says BYE at the first, second, third … command of a kind, before or after it did what was asked."""
    mails = []
    for nth in range(1, 6):
        mails.append(deliver(server.inbox, 10 + nth))
        count = iter(range(1, 1000))

        def bye(session, tag, line, nth=nth, count=count):
            if next(count) != nth:
                session.answer(tag, line)
                return
            if not before:
                session.answer(tag, line)
            session.send(b"* BYE shutting down\r\n")
            session.drop()

        server.on(f"^{verb}", bye, times=nth)
        for _ in range(3):
            with suppress(MailboxError):
                look()
            look.ahead += timedelta(hours=2)
        server._orders.clear()
        look()
    look.ahead += timedelta(hours=2)
    look()
    assert look.examined == {name(mail): 1 for mail in mails}
    assert all(labelled(mail) for mail in mails)
    assert warned(server) == {name(mail): 1 for mail in mails}


def test_more_than_can_be_listed_in_one_look_is_looked_at_piece_by_piece_in_order_of_time(server, look, monkeypatch):
    order = []
    monkeypatch.setattr(look.examined, "update", order.extend)
    count = iter(range(1_000_000))
    monkeypatch.setattr(catchup, "uptime", lambda: float(next(count)))  # each header takes a second
    look.listing = 8.0
    history = [server.inbox.add(old(number)) for number in range(50, 53)]
    for mail in history:
        mail.uid += 100  # it comes last by the new numbers
    server.inbox.uidvalidity += 1
    start = datetime.now(UTC)
    mails = []
    for number in range(12):
        folder = server.inbox if number % 4 else server.folders["Jobs"]
        mail = deliver(folder, 100 + number, uid=None if folder is not server.inbox else 10 + number)
        mail.when = start + timedelta(seconds=number)
        mails.append(mail)
    passes = [look() for _ in range(8)]
    assert 0 < max(passes) < 12
    assert passes[-1] == 0
    assert order == [name(mail) for mail in mails]
