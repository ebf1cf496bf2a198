"""A folder that is deleted, renamed, sick or made anew keeps no other unguarded, and is read on when it is back."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from tests.e2e.look import SETTINGS, Look, deliver, labelled, name, old, warned
from tests.fakeimap import Folder

from banken.ledger import Ledger
from banken.mailbox.errors import FolderMissing, MailboxError
from banken.service import missing

pytestmark = pytest.mark.usefixtures("english")


def test_a_folder_that_is_deleted_does_not_keep_the_others_unguarded(fake, look):
    del fake.folders["Jobs"]
    mail = deliver(fake.inbox, 2)
    assert look() == 1
    assert list(look.missing) == ["Jobs"]
    assert isinstance(look.missing["Jobs"], FolderMissing)
    assert labelled(mail)
    assert warned(fake) == {name(mail): 1}
    fake.folders["Jobs"] = Folder(uidvalidity=99)
    late = deliver(fake.folders["Jobs"], 3)
    assert look() == 1
    assert look.missing == {}
    assert labelled(late)


def test_what_comes_into_a_folder_that_was_not_there_when_it_was_first_looked_for_is_new(fake):
    with Ledger.open(":memory:") as ledger:
        del fake.folders["Jobs"]
        look = Look(fake, ledger)
        assert look() == 0
        fake.folders["Jobs"] = Folder()
        mail = deliver(fake.folders["Jobs"], 2)
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
def test_a_sick_folder_does_not_keep_the_others_unguarded(fake, look, sick, command, answer):
    def refuse(session, tag, line):
        there = line.split()[-1].strip('"') == sick if command == "EXAMINE" else session.folder is fake.folders[sick]
        if there:
            session.send(tag.encode() + b" " + answer + b"\r\n")
        else:
            session.answer(tag, line)

    fake.on(command, refuse)
    late = deliver(fake.folders[sick], 2)
    mail = deliver(fake.folders[{"INBOX": "Jobs", "Jobs": "INBOX"}[sick]], 3)
    assert look() == 1
    assert list(look.missing) == [sick]
    assert warned(fake) == {name(mail): 1}
    fake._orders.clear()
    assert look() == 1
    assert look.missing == {}
    assert warned(fake) == {name(mail): 1, name(late): 1}


def test_only_when_no_folder_can_be_opened_the_look_fails(fake, look):
    look.folders = ("Nowhere", "Neither")
    with pytest.raises(FolderMissing, match="Nowhere"):
        look()


def test_a_renamed_folder_is_told_of_once_and_read_on_when_it_is_back(fake, look):
    jobs = fake.folders.pop("Jobs")
    fake.folders["Projects"] = jobs
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
    assert sum(b"\nX-Banken: news" in mail.raw for mail in fake.inbox.mails) == 1
    fake.folders["Jobs"] = fake.folders.pop("Projects")
    assert look() == 1
    assert look.missing == {}


def test_what_comes_between_the_renaming_of_a_folder_and_the_new_setting_is_looked_at(fake, look):
    jobs = fake.folders["Jobs"]
    jobs.uidvalidity = 12
    for long_ago in (jobs.add(old(21)), jobs.add(old(22))):
        long_ago.when = datetime.now(UTC) - timedelta(days=90)
    look()
    known = deliver(jobs, 2)
    look()
    fake.folders["Projects"] = fake.folders.pop("Jobs")
    between = deliver(jobs, 3)
    look()
    look.folders = ("INBOX", "Projects")
    fake.on("UID FETCH .*HEADER", b"* BYE later\r\n", times=1)
    with suppress(MailboxError):
        look()
    assert look() == 1
    assert look() == 0
    assert look.examined == {name(known): 1, name(between): 1}
    assert warned(fake) == {name(known): 1, name(between): 1}


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_is_watched_instead_of_another_begins_with_what_comes_from_now_on(fake, look, there):
    fake.folders["Projects"] = Folder(uidvalidity=7 if there else 8)  # some servers give all folders one number
    for number in (2, 3):
        fake.folders["Projects"].add(old(number)).when = datetime.now(UTC)
    if not there:
        del fake.folders["Jobs"]
    look.folders = ("INBOX", "Projects")
    assert look() == 0
    assert warned(fake) == {}
