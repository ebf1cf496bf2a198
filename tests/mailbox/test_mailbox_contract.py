"""What every source of mail does alike: an IMAP account on Dovecot or Courier, a folder of .eml, a Maildir, an mbox."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from tests.mailbox.letters import letter

from banken.mailbox.errors import FolderMissing, MailboxError, Refused
from banken.mailbox.files import open_files
from banken.mailbox.imap import Server, connect
from banken.mailbox.model import Mailbox

pytestmark = pytest.mark.server

DAY = dt.timedelta(days=1)
FIRST = dt.datetime(2026, 11, 2, 3, 30, tzinfo=dt.UTC)
LETTERS = [
    letter(number, f"本文 {number}\r\nFrom here on\r\n\r\nFrom now on\r\n".encode(), Received=f"by mx.example; {when}")
    for number, when in enumerate(["Mon, 02 Nov 2026 12:30:00 +0900", "Wed, 04 Nov 2026 12:30:00 +0900",
                                   "Fri, 06 Nov 2026 12:30:00 +0900"], start=1)
]  # fmt: skip


def as_dovecot(request, _tmp_path):
    account = request.getfixturevalue("account")
    for number, raw in enumerate(LETTERS):
        account.append(raw, when=FIRST + number * 2 * DAY)
    return account.connect(None), "INBOX", lambda: account.messages() | {"flags": account.flags()}


def as_courier(request, _tmp_path):
    server = request.getfixturevalue("courier")
    for number, raw in enumerate(LETTERS):
        server.append("INBOX", raw, when=FIRST + number * 2 * DAY)
    plain = Server(server.host, server.port, "plain", server.user, server.password, timeout=20)
    mailbox = connect("home", plain)
    request.addfinalizer(mailbox.close)
    return mailbox, "INBOX", lambda: server.messages("INBOX") | {"flags": server.flags("INBOX")}


def as_eml(_request, tmp_path):
    for number, raw in enumerate(LETTERS):
        (tmp_path / f"{number}.eml").write_bytes(raw)
    return open_files(tmp_path), str(tmp_path), lambda: snapshot(tmp_path)


def as_maildir(_request, tmp_path):
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / folder).mkdir(parents=True)
    for number, raw in enumerate(LETTERS):
        (tmp_path / "Maildir" / ("new" if number else "cur") / f"17{number}.M1.example").write_bytes(raw)
    return open_files(tmp_path / "Maildir"), str(tmp_path / "Maildir"), lambda: snapshot(tmp_path)


def as_mbox(_request, tmp_path):
    path = tmp_path / "all.mbox"
    escaped = [raw.replace(b"\nFrom ", b"\n>From ") for raw in LETTERS]
    path.write_bytes(b"".join(b"From x@example Mon Nov  2 03:30:00 2026\n" + raw + b"\n" for raw in escaped))
    return open_files(path), str(path), lambda: snapshot(tmp_path)


def snapshot(folder: Path):
    return {
        str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).digest())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(params=[as_dovecot, as_courier, as_eml, as_maildir, as_mbox])
def source(request, tmp_path):
    return request.param(request, tmp_path)


@pytest.fixture
def mailbox(source) -> Mailbox:
    opened, folder, _look = source
    opened.open(folder)
    return opened


def test_the_folder_is_listed_and_opens(source):
    mailbox, folder, _look = source
    assert list(mailbox.folders()) == [folder]
    state = mailbox.open(folder)
    assert (state.name, state.exists) == (folder, 3)
    assert state.uidnext in (4, None)  # Courier does not say it to EXAMINE


def test_a_missing_folder_says_so(mailbox):
    with pytest.raises(FolderMissing, match="nowhere"):
        mailbox.open("nowhere")


def test_nothing_can_be_asked_before_a_folder_is_open(source):
    mailbox, _folder, _look = source
    for ask in (mailbox.uids, lambda: mailbox.find("<x>"), lambda: list(mailbox.fetch([1])), lambda: mailbox.labels(1)):
        with pytest.raises(Refused):
            ask()


def test_uids(mailbox):
    assert list(mailbox.uids()) == [1, 2, 3]
    assert list(mailbox.uids(after=1)) == [2, 3]
    assert list(mailbox.uids(after=3)) == []
    assert list(mailbox.uids(after=4_000_000_000)) == []


def test_since_misses_none_and_goes_back_two_days_at_most(mailbox):
    arrived = {1: FIRST, 2: FIRST + 2 * DAY, 3: FIRST + 4 * DAY}
    for hours in range(0, 150, 7):
        since = (FIRST + dt.timedelta(hours=hours)).astimezone(dt.timezone(dt.timedelta(hours=9)))
        found = set(mailbox.uids(since=since))
        assert {uid for uid, when in arrived.items() if when >= since} <= found
        assert all(arrived[uid] > since - 2 * DAY - dt.timedelta(hours=9) for uid in found)
    assert list(mailbox.uids(after=2, since=FIRST)) == [3]


def test_whole_messages_in_order(mailbox):
    raws = list(mailbox.fetch([3, 1, 2, 3]))
    assert [raw.raw for raw in raws] == LETTERS
    assert [raw.place.uid for raw in raws] == [1, 2, 3]
    assert all(raw.complete and not raw.broken and raw.size >= len(raw.raw) for raw in raws)
    assert [raw.arrived for raw in raws] == [FIRST, FIRST + 2 * DAY, FIRST + 4 * DAY]


def test_headers_only(mailbox):
    raws = list(mailbox.headers([2]))
    assert [raw.raw for raw in raws] == [LETTERS[1].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"]
    assert not raws[0].complete
    assert raws[0].arrived == FIRST + 2 * DAY


def test_places_agree_between_calls_and_with_the_state(source):
    mailbox, folder, _look = source
    state = mailbox.open(folder)
    headers = [raw.place for raw in mailbox.headers([1, 2, 3])]
    assert headers == [raw.place for raw in mailbox.fetch([1, 2, 3])]
    assert {(place.folder, place.uidvalidity) for place in headers} == {(state.name, state.uidvalidity)}


def test_what_vanished_is_left_out(mailbox):
    assert [raw.place.uid for raw in mailbox.fetch([2, 77, 78])] == [2]
    assert list(mailbox.headers([77])) == []
    assert mailbox.original(77, 10**6) is None
    assert list(mailbox.fetch([])) == []


def test_the_original_octet_for_octet(mailbox):
    assert mailbox.original(2, 10**6) == LETTERS[1]
    assert mailbox.original(2, len(LETTERS[1]) - 1) is None


def test_finding_by_message_id_is_exact(mailbox):
    assert list(mailbox.find("<letter-2@client.example>")) == [2]
    for other in ("letter-2@client.example", "<letter-2@client.exampl", "", "<日本@x.example>", '<"x\\y"@x{5}'):
        assert list(mailbox.find(other)) == []


def test_nothing_changes_by_being_looked_at(source):
    mailbox, folder, look = source
    before = look()
    mailbox.open(folder)
    mailbox.uids(since=FIRST)
    list(mailbox.headers([1, 2, 3]))
    list(mailbox.fetch([1, 2, 3]))
    mailbox.original(1, 10**6)
    mailbox.labels(1)
    mailbox.find("<letter-1@client.example>")
    mailbox.close()
    assert look() == before


def test_closing_twice_is_fine(mailbox):
    mailbox.close()
    mailbox.close()


def test_labels_and_appending(source):
    mailbox, folder, look = source
    mailbox.open(folder)
    if folder == "INBOX":
        assert mailbox.label(1, ["banken-danger"]).how == "keyword"
        mailbox.append(folder, letter(9))
        assert look()["flags"] == {1: {"banken-danger"}, 2: set(), 3: set(), 4: set()}
        return
    before = look()
    assert mailbox.label(1, ["banken-danger"]).how == "none"
    with pytest.raises(MailboxError):
        mailbox.append(folder, letter(9))
    assert look() == before
