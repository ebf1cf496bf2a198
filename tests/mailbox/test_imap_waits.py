"""A server that is silent or drips: nobody waits for ever, and whoever waits can be woken."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
from tests.mailbox.letters import letter

from banken.mailbox import connection
from banken.mailbox.errors import Unreachable
from banken.mailbox.imap import Server, connect

pytestmark = pytest.mark.server  # a scripted one


@pytest.mark.parametrize("verb", ["EXAMINE", "UID FETCH", "LOGIN", "CAPABILITY"])
def test_a_dripping_server_cannot_hold_us(fakes, verb):
    fake = fakes.start(letter(1))
    fake.on(verb, lambda session, _tag, _line: session.drip(b"* OK " + b"." * 100, 0.05))
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"did not answer within 0\.6 seconds"):
        list(fakes.connect(fake, timeout=0.3, deadline=0.6).fetch([1]))
    assert 0.5 < time.monotonic() - started < 20


def test_a_dripping_greeting_cannot_hold_us(fakes):
    fake = fakes.start()
    fake.greeting = b""
    drip = threading.Thread(target=lambda: drip_when_there(fake))
    drip.start()
    started = time.monotonic()
    with pytest.raises(Unreachable, match="did not answer within"):
        fakes.connect(fake, timeout=0.3, deadline=0.6)
    assert time.monotonic() - started < 20
    drip.join()


def drip_when_there(fake):
    while not fake._sessions:
        time.sleep(0.01)
    with contextlib.suppress(OSError):
        fake._sessions[0].drip(b"* OK " + b"." * 100, 0.05)


def test_a_silent_server_ends_with_the_timeout(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake, timeout=0.3)
    fake.on("FETCH", b"")
    with pytest.raises(Unreachable, match=r"0\.3 seconds"):
        list(mailbox.fetch([1]))
    with pytest.raises(Unreachable, match="closed"):
        mailbox.uids()


def test_closing_does_not_wait_for_a_silent_server(fakes, monkeypatch):
    monkeypatch.setattr(connection, "_GOODBYE_SECONDS", 0.3)
    fake = fakes.start()
    mailbox = fakes.connect(fake, timeout=30)
    fake.on("LOGOUT", b"")
    started = time.monotonic()
    mailbox.close()
    assert time.monotonic() - started < 20


def test_cut_from_another_thread(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake, timeout=30)
    asked = threading.Event()
    fake.on("FETCH", lambda _session, _tag, _line: asked.set())
    threading.Thread(target=lambda: (asked.wait(10), mailbox.cut())).start()
    started = time.monotonic()
    with pytest.raises(Unreachable):
        list(mailbox.fetch([1]))
    assert time.monotonic() - started < 20


def test_cut_wakes_a_tls_connection_too(account):
    mailbox = account.connect(server=account.server(timeout=30.0))
    timer = threading.Timer(0.3, mailbox.cut)
    started = time.monotonic()
    with pytest.raises(Unreachable):  # noqa: PT012, SIM117, the timer has to run inside
        with mailbox._connection.talk() as client:
            client.idle()  # the server is silent now
            timer.start()
            client._imap._get_line()
    assert time.monotonic() - started < 20
    timer.join()


def test_a_dripping_tls_handshake_cannot_hold_us():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = threading.Event()

        def drip():
            peer, _address = listener.accept()
            with peer, contextlib.suppress(OSError):
                peer.recv(10_000)
                for octet in b"\x16\x03\x03\x40\x00" + b"\x02" * 200:
                    peer.send(bytes([octet]))
                    if gone.wait(0.05):
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        server = Server(
            "127.0.0.1", listener.getsockname()[1], "tls", "worker", "secret-word", timeout=0.5, deadline=1.0
        )
        started = time.monotonic()
        with pytest.raises(Unreachable):
            connect("home", server)
        assert time.monotonic() - started < 20
        gone.set()
        thread.join()
