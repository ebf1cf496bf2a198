"""IDLE: what the server announces, and every way in which it falls silent."""

from __future__ import annotations

import socket
import threading
import time
from types import SimpleNamespace

import pytest
from tests.fakeimap import FakeImap
from tests.mailbox.letters import letter

from banken.mailbox.errors import FolderMissing, Refused, Unavailable, Unreachable
from banken.mailbox.idle import Idle
from banken.mailbox.imap import Server

CAPABLE = b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK done\r\n"


@pytest.fixture
def fake():
    with FakeImap(letter(1)) as server:
        server.on("CAPABILITY", CAPABLE)
        yield server


@pytest.fixture
def open_idle():
    opened = []

    def open_one(fake):
        opened.append(Idle(Server(fake.host, fake.port, "plain", "worker", "secret"), "INBOX"))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def says(*pieces, then=b"TAG OK done\r\n", pause=0.05):
    """Return how a server answers IDLE: the pieces one by one, then waits for DONE."""

    def action(session, tag, _line):
        session.send(b"+ idling\r\n")
        for piece in pieces:
            time.sleep(pause)
            session.send(piece.replace(b"TAG", tag.encode()))
        if session._line() == "DONE":
            session.send(then.replace(b"TAG", tag.encode()))

    return action


def count(idle, seconds=1.0):
    return sum(1 for _news in idle.listen(seconds))


@pytest.mark.server
def test_dovecot_announces_a_delivery(account):
    idle = Idle(account.server(), "INBOX")
    start, heard = time.monotonic(), []
    for _news in idle.listen(20.0):
        heard.append(time.monotonic() - start)
        if len(heard) == 2:
            break
        account.dovecot.append("INBOX", letter(1), user=account.user)  # behind the news of the beginning
    idle.close()
    assert heard[1] < 15  # at 20 it would have ended by itself


@pytest.mark.server
def test_it_can_be_begun_again_and_again_and_loses_nothing_in_between(account):
    idle = Idle(account.server(), "INBOX")
    assert count(idle, 0.1) == 1
    account.dovecot.append("INBOX", letter(1), user=account.user)
    assert count(idle, 1.0) >= 2  # the EXISTS comes with IDLE, or the one at the beginning covers it
    assert count(idle, 0.1) == 1
    idle.close()


def test_it_knows_whether_this_machine_still_has_its_address(fake, open_idle, monkeypatch):
    idle = open_idle(fake)
    assert not idle.is_stranded()
    own = SimpleNamespace(family=socket.AF_INET, getsockname=lambda: ("192.0.2.7", 40000))  # of no machine (RFC 5737)
    with monkeypatch.context() as patch:
        patch.setattr(idle, "_socket", own)
        assert idle.is_stranded()


def test_a_line_in_two_pieces_is_one_line(fake, open_idle):
    fake.on("^IDLE", says(b"* 2 EX", b"ISTS\r", b"\n"))
    assert count(open_idle(fake)) == 2


def test_several_lines_in_one_piece_are_several_lines(fake, open_idle):
    fake.on(
        "^IDLE", says(b"* 2 EXISTS\r\n* 1 RECENT\r\n* OK still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 1 EXPUNGE\r\n")
    )
    assert count(open_idle(fake)) == 3


def test_news_before_the_server_listens_are_heard_as_the_beginning(fake, open_idle):
    def action(session, tag, _line):
        session.send(b"* 7 EXISTS\r\n+ idling\r\n* 8 EXISTS\r\n")
        assert session._line() == "DONE"
        session.send(b"* 9 EXISTS\r\n" + tag.encode() + b" OK done\r\n")

    fake.on("^IDLE", action)
    assert count(open_idle(fake), 0.3) == 3  # the beginning, 8, and 9 after DONE


def test_a_closed_connection_is_an_error_at_once_and_no_busy_loop(fake, open_idle):
    fake.on("^IDLE", lambda session, _tag, _line: (session.send(b"+ idling\r\n"), session.drop()))
    idle, start = open_idle(fake), time.process_time()
    with pytest.raises(Unreachable):
        count(idle, 30)
    assert time.process_time() - start < 0.5
    with pytest.raises(Unreachable):
        count(idle, 30)


def test_a_goodbye_is_told(fake, open_idle):
    fake.on("^IDLE", says(b"* BYE restarting, come back\r\n"))
    with pytest.raises(Unavailable, match="restarting"):
        count(open_idle(fake), 10)


def test_silence_ends_when_asked_and_costs_nothing(fake, open_idle):
    fake.on("^IDLE", says())
    idle, cpu, start = open_idle(fake), time.process_time(), time.monotonic()
    assert count(idle, 0.6) == 1
    assert 0.6 <= time.monotonic() - start < 5
    assert time.process_time() - cpu < 0.2


def test_a_server_that_ends_it_by_itself_is_followed(fake, open_idle):
    fake.on("^IDLE", lambda s, tag, _line: s.send(b"+ idling\r\n" + tag.encode() + b" OK timeout\r\n"))
    idle = open_idle(fake)
    assert count(idle, 10) == 1
    assert count(idle, 10) == 1


@pytest.mark.parametrize("answer", [b"TAG NO not now\r\n", b"TAG BAD what\r\n"])
def test_a_refusal_is_told(fake, open_idle, answer):
    fake.on("^IDLE", answer)
    with pytest.raises(Refused):
        count(open_idle(fake))


def test_a_server_without_idle_is_told_apart(open_idle):
    with FakeImap() as fake, pytest.raises(Refused, match="IDLE"):
        open_idle(fake)


def test_a_folder_that_is_not_there(fake):
    with pytest.raises(FolderMissing):
        Idle(Server(fake.host, fake.port, "plain", "worker", "secret"), "Nowhere")


def test_an_endless_line_is_not_collected(fake, open_idle):
    fake.on("^IDLE", lambda session, _tag, _line: session.send(b"+ idling\r\n* " + b"x" * 3_000_000))
    with pytest.raises(Exception, match="without end"):
        count(open_idle(fake), 20)


def test_cut_from_another_thread_ends_it(fake, open_idle):
    fake.on("^IDLE", says())
    idle = open_idle(fake)
    threading.Timer(0.2, idle.cut).start()
    start = time.monotonic()
    with pytest.raises(Unreachable):
        count(idle, 30)
    assert time.monotonic() - start < 5


def test_the_connection_is_kept_alive(fake, open_idle):
    sock = open_idle(fake)._socket
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 240
