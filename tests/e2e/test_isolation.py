"""A message over which the server drops the connection each time: it is set aside, the others go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.e2e.conftest import notice
from tests.fakeimap import FakeImap, Session

from banken.config import Config
from banken.guard import Trust
from banken.ledger import Ledger, LedgerError
from banken.mailbox.connection import Server
from banken.mailbox.errors import MailboxError, TooMany
from banken.mailbox.imap import connect
from banken.message.authenticity import authenticate
from banken.respond import WarningSettings
from banken.service import house as rooms
from banken.service.catchup import CatchUp
from banken.service.examining import MACHINE
from banken.service.isolation import CONNECTION


class Pass:
    """One guard on one ledger; each call connects anew, as the service does."""

    def __init__(self, server, ledger):
        self.server, self.ledger = server, ledger
        settings, trust = WarningSettings(via="none"), Trust(("mx.example.jp",))
        self.guard = rooms.guard(rooms.build(Config()), "home", ledger, settings=settings, trust=trust)
        self.now = datetime.now(UTC)
        self.guard.clock = lambda: self.now

    def __call__(self):
        box = connect("home", Server(self.server.host, self.server.port, "plain", "worker", "open sesame"))
        self.examined = []
        try:
            for one in CatchUp(guard=self.guard, mailbox=box, folders=["INBOX"]).run():
                self.examined.append(one.place.uid)
            return self.examined
        finally:
            box.close()

    def until(self, passes):
        """Return the UIDs examined in so many passes, and how many of those passes lost the connection."""
        examined, lost = [], 0
        for _ in range(passes):
            try:
                examined += self()
            except MailboxError:
                lost += 1
        return examined, lost

    def held(self):
        return [(one.uid, one.step, one.tries) for one in self.ledger.quarantine.held()]


@pytest.fixture
def server():
    with FakeImap() as running:
        yield running


@pytest.fixture
def look(server):
    with Ledger.open(":memory:") as ledger:
        one = Pass(server, ledger)
        one()  # guarded from here on
        yield one


def deliver(server, count):
    for number in range(1, count + 1):
        server.inbox.add(notice("どうぞよろしくお願いします。", number=number)).when = datetime.now(UTC)


def over(server, uid, item, answer=b""):
    """Make the server say `answer` and drop the connection when it is asked for `item` of a message."""

    def act(session, tag, line):
        uids, items = line.split(" ", 3)[2:]
        asked = [mail.uid for mail in session._in_set(uids)]
        if uid in asked and item in items:
            session.send(answer)
            Session.drop(session)
        else:
            session.answer(tag, line)

    server.on("UID FETCH", act)


@pytest.mark.parametrize("item", ["PEEK[HEADER]", "PEEK[])", "RFC822.SIZE INTERNALDATE)"])
@pytest.mark.parametrize("answer", [b"", b"* BYE something is wrong\r\n", b"* 3 FETCH (UID 3 BODY[] {100}\r\nhalf"])
def test_the_others_go_on(server, look, item, answer):
    deliver(server, 5)
    over(server, 3, item, answer)
    examined, lost = look.until(6)
    assert sorted(examined) == [1, 2, 4, 5]
    assert lost == 4  # once with the others, three times alone
    assert look.held() == [(3, CONNECTION, 1)]
    assert look.ledger.marks.get("home", "INBOX").uid == 5


def test_it_is_asked_for_again_when_all_is_quiet_and_ever_more_rarely(server, look):
    deliver(server, 3)
    over(server, 2, "PEEK[])")
    look.until(6)
    asked = []
    for hour in range(30):
        look.now += timedelta(hours=1)
        before = look.held()
        look()  # the pass itself is no failure: it had nothing else to do
        if look.held() != before:
            asked.append(hour)
    assert 4 <= len(asked) <= 9
    assert asked[-1] - asked[-2] > asked[1] - asked[0]


def test_once_the_server_gives_it_it_is_examined(server, look):
    deliver(server, 3)
    over(server, 2, "PEEK[])")
    look.until(6)
    server._orders.clear()
    look.now += timedelta(minutes=11)
    look()
    assert look.held() == []
    assert look.ledger.seen.uids("home", "INBOX", 7) == {1, 2, 3}


def test_a_restart_does_not_begin_from_the_start(server, look):
    deliver(server, 3)
    over(server, 2, "PEEK[])")
    lost = 0
    for _ in range(5):
        lost += Pass(server, look.ledger).until(1)[1]
    assert lost == 4
    assert look.held() == [(2, CONNECTION, 1)]


def test_a_message_that_the_server_refused_is_asked_for_again_too(server, look):
    deliver(server, 3)
    server.on(r"UID FETCH (2|1:3|2:3) .*PEEK..\)", b"TAG NO [SERVERBUG] something is wrong\r\n", times=3)
    look()
    assert [uid for uid, _step, _tries in look.held()] == [2]
    look.now += timedelta(minutes=11)
    look()
    assert look.held() == []
    assert look.ledger.seen.uids("home", "INBOX", 7) == {1, 2, 3}


def test_a_bad_line_alone_holds_nothing(server, look):
    deliver(server, 4)
    for uid in (1, 2, 3, 4):
        server.on(rf"UID FETCH {uid} ", lambda session, _tag, _line: Session.drop(session), times=2)
    examined, _lost = look.until(12)
    assert sorted(examined) == [1, 2, 3, 4]
    assert look.held() == []


def test_a_folder_that_is_numbered_anew_is_suspected_of_nothing(server, look):
    deliver(server, 3)
    over(server, 2, "PEEK[])")
    look.until(6)
    server._orders.clear()
    server.inbox.uidvalidity = 8
    assert sorted(look()) == [1, 2, 3]


def test_a_folder_seen_for_the_first_time_is_guarded_even_if_the_pass_fails(server, look):
    with Ledger.open(":memory:") as ledger:
        first = Pass(server, ledger)
        deliver(server, 2)
        server.on("LOGOUT", lambda session, _tag, _line: Session.drop(session))
        first()
        deliver(server, 1)
        assert first() == [3]


@pytest.mark.parametrize("error", [ModuleNotFoundError("dkim"), OSError("no space left"), MemoryError()])
def test_what_this_machine_failed_over_is_examined_again_by_itself(server, look, monkeypatch, error):
    deliver(server, 3)
    seldom = authenticate

    def fails(message, **more):
        if message.message_id.startswith("<2."):
            raise error
        return seldom(message, **more)

    with monkeypatch.context() as patch:
        patch.setattr("banken.guard.authenticate", fails)
        assert look() == [1, 3]
        assert look.held() == [(2, MACHINE, 1)]
        look.now += timedelta(minutes=11)
        look()
        assert look.held() == [(2, MACHINE, 2)]
    look.now += timedelta(minutes=21)
    look()
    assert look.held() == []
    assert look.ledger.seen.uids("home", "INBOX", 7) == {1, 2, 3}


def test_a_ledger_without_room_is_no_fault_of_the_mail(server, look):
    deliver(server, 30)
    with look.ledger._desk.connection() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="ディスク"):
        look()
    assert look.held() == []
    kept = look.examined  # none, or on a slow machine, which writes in smaller steps, those that still found room
    with look.ledger._desk.connection() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert kept + look() == list(range(1, 31))


@pytest.mark.parametrize(
    "said",
    [
        b"NO Request is throttled. Suggested Backoff Time: 299910 milliseconds",
        b"NO [OVERQUOTA] Account exceeded command or bandwidth limits.",
    ],
)
def test_a_server_that_throttles_is_left_alone_and_holds_nothing(server, look, said):
    deliver(server, 3)
    server.on("UID FETCH", b"TAG " + said + b"\r\n")
    before = len(server.commands)
    for _ in range(4):
        with pytest.raises(TooMany):
            look()
    assert sum("FETCH" in line for line in server.commands[before:]) == 4
    assert look.held() == []
    server._orders.clear()
    assert look() == [1, 2, 3]
