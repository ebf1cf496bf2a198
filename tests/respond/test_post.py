"""Handing mail in: over verified TLS or not at all, and with the right doubt afterwards."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest
from tests.servers import SmtpSink, free_port
from tests.smtpsink import DROP

from banken.config import Config
from banken.respond import SmtpServer
from banken.respond.post import Post, PostError
from banken.service import house as rooms

MAIL = b"Subject: x\r\nMessage-ID: <a@b.example>\r\n\r\n.leading dot\r\n"
FROM, TO = "banken@example.jp", "worker@example.jp"


def trusting(sink: SmtpSink) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(sink.ca_file))


def server(sink: SmtpSink, **more) -> SmtpServer:
    context = None if sink.security == "plain" else trusting(sink)
    plain = {"host": sink.host, "port": sink.port, "security": sink.security, "timeout": 5.0, "context": context}
    return SmtpServer(**(plain | more))


def send(to: SmtpServer, mail: bytes = MAIL, recipient: str = TO) -> str:
    with Post(to) as post:
        return post.send(FROM, recipient, lambda _eight_bit, _largest: mail)


def refused(to: SmtpServer, **more) -> PostError:
    with pytest.raises(PostError) as caught:
        send(to, **more)
    return caught.value


@pytest.fixture
def sink():
    with SmtpSink() as running:
        yield running


@pytest.mark.parametrize("security", ["tls", "starttls", "plain"])
def test_a_mail_arrives_as_it_was_written(security):
    with SmtpSink(security) as sink:
        assert send(server(sink)).startswith("250")
        [got] = sink.messages
        assert (got.sender, got.recipients, got.raw) == (FROM, (TO,), MAIL)


def test_several_mails_take_one_connection(sink):
    with Post(server(sink)) as post:
        for _ in range(3):
            post.send(FROM, TO, lambda _eight_bit, _largest: MAIL)
        first = post._smtp
        post.send(FROM, TO, lambda _eight_bit, _largest: MAIL)
        assert post._smtp is first
    assert len(sink.messages) == 4


def test_login_by_password_that_is_asked_when_needed():
    with SmtpSink("tls", users={"worker": "open sesame"}) as sink:
        asked = []
        send(server(sink, user="worker", password=lambda renew: asked.append(renew) or "open sesame"))
        assert sink.messages[0].user == "worker"
        assert asked == [False]
        wrong = refused(server(sink, user="worker", password=lambda renew: "wrong"))
        assert (wrong.permanent, wrong.doubtful) == (True, False)
        assert "wrong" not in str(wrong)


def test_a_changed_password_is_fetched_once_more_when_the_old_one_is_refused(tmp_path):
    kept = tmp_path / "kept"
    kept.write_text("old")
    with SmtpSink("plain", users={FROM: "old"}) as sink:
        smtp = {"host": sink.host, "port": sink.port, "security": "plain", "user": FROM}
        smtp["password"] = {"command": f"sh -c 'echo asked >> {tmp_path}/log; cat {kept}'"}
        config = Config.model_validate({"warn": {"to": [TO], "via": "smtp", "smtp": smtp}})
        settings = rooms.smtp_server(config.warn.smtp)
        send(settings)
        sink.users = {FROM: "new"}
        error = refused(settings)
        assert (str(error)[:3], error.permanent) == ("535", True)
        kept.write_text("new")
        send(settings)
        send(settings)
    assert len(sink.messages) == 3
    assert (tmp_path / "log").read_text().split() == ["asked"] * 3


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_login_by_token_that_is_renewed_once_when_it_is_refused(mechanism):
    with SmtpSink("tls", tokens={"good": "worker@example.jp"}.get, mechanisms=(mechanism,)) as sink:
        asked = []

        def bearer(*tokens):
            left = iter(tokens)
            return lambda renew=False: asked.append(renew) or next(left)

        send(server(sink, user="worker@example.jp", token=bearer("good")))
        send(server(sink, user="worker@example.jp", token=bearer("stale", "good")))
        assert [one.user for one in sink.messages] == ["worker@example.jp"] * 2
        assert asked == [False, False, True]
        error = refused(server(sink, user="worker@example.jp", token=bearer("stale", "stale")))
        assert str(error).startswith("535")
        assert error.permanent
        assert "stale" not in str(error)
        assert sink.attempts.count(("AUTH", f"{mechanism} worker@example.jp")) == 4
        error = refused(server(sink, user="worker@example.jp", token=bearer()))
        assert not error.permanent


def test_a_password_that_cannot_be_had_is_a_passing_failure(sink):
    def locked(*, renew: bool) -> str:
        raise RuntimeError("the keyring is locked")

    error = refused(server(sink, user="worker", password=locked))
    assert (error.permanent, error.doubtful) == (False, False)
    assert "the keyring is locked" in str(error)
    assert sink.messages == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_cannot_prove_itself_gets_nothing(security):
    with SmtpSink(security) as sink:
        error = refused(server(sink, context=None))
        assert (error.permanent, error.doubtful) == (True, False)
        assert sink.attempts == []
    with SmtpSink(security, expired=True) as sink:
        assert refused(server(sink)).permanent
        assert sink.attempts == []


def test_without_starttls_nothing_is_sent_in_the_clear(sink):
    error = refused(SmtpServer(sink.host, sink.port, "starttls", timeout=5))
    assert error.permanent
    assert sink.attempts == []


def test_plain_is_for_this_machine_only():
    error = refused(SmtpServer("mail.example.jp", 25, "plain"))
    assert error.permanent
    assert "only on this machine" in str(error)


@pytest.mark.parametrize(
    ("verb", "reply", "permanent"),
    [
        ("MAIL", "451 4.3.0 later", False),
        ("MAIL", "530 5.7.0 log in first", True),
        ("RCPT", "450 4.2.0 greylisted", False),
        ("RCPT", "550 5.1.1 no such user", True),
        ("DATA", "452 4.3.1 full", False),
        ("DATA", "554 5.7.1 looks like spam", True),
    ],
)
def test_a_refusal_is_for_now_or_for_good_and_never_doubtful(sink, verb, reply, permanent):
    sink.answer(verb, reply)
    error = refused(server(sink))
    assert (error.permanent, error.doubtful) == (permanent, False)
    assert reply in str(error)
    assert sink.messages == []
    assert send(server(sink)).startswith("250")


@pytest.mark.parametrize(("verb", "doubtful"), [("MAIL", False), ("RCPT", False), ("DATA", True)])
def test_a_connection_cut_after_the_mail_was_handed_over_leaves_doubt(sink, verb, doubtful):
    sink.answer(verb, DROP)
    error = refused(server(sink))
    assert (error.permanent, error.doubtful) == (False, doubtful)
    assert len(sink.messages) == (1 if doubtful else 0)


def test_after_a_cut_the_next_mail_takes_a_new_connection(sink):
    sink.answer("DATA", DROP)
    with Post(server(sink)) as post:
        with pytest.raises(PostError):
            post.send(FROM, TO, lambda _eight_bit, _largest: MAIL)
        assert post.send(FROM, TO, lambda _eight_bit, _largest: MAIL).startswith("250")


def test_a_server_that_is_not_there_is_a_passing_failure():
    error = refused(SmtpServer("127.0.0.1", free_port(), "plain", timeout=5))
    assert (error.permanent, error.doubtful) == (False, False)


@pytest.mark.parametrize("recipient", ["a@b.example\r\nRCPT TO:<x@y.example>", "worker@例え.jp"])
def test_an_address_that_is_no_address_is_refused_before_the_server_sees_it(sink, recipient):
    error = refused(server(sink), recipient=recipient)
    assert (error.permanent, error.doubtful) == (True, False)
    assert sink.attempts == []
    assert sink.messages == []


def test_the_writer_is_told_what_the_server_takes(sink):
    told = []
    with Post(server(sink)) as post:
        post.send(FROM, TO, lambda *limits: told.append(limits) or MAIL)
    assert told == [(True, 33554432)]


def test_eight_bit_lines_are_announced(sink):
    send(server(sink), "Subject: x\r\n\r\n日本語\r\n".encode())
    assert sink.messages[0].raw.endswith("日本語\r\n".encode())


@contextmanager
def dripping(script: Sequence[bytes]) -> Iterator[int]:
    """Run a server that says a line of `script` for each it hears, then drips; yield its port.

    Each read of the client gets an octet in time, so that only a deadline over all of them ends it.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip():
        peer, _address = listener.accept()
        with peer, suppress(OSError):
            for number, line in enumerate(script):
                if number:
                    peer.recv(10_000)
                peer.sendall(line)
            while not stop.wait(0.05):
                peer.sendall(b"2")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        thread.join()
        listener.close()


HELLO = (b"220 here\r\n", b"250-here\r\n250 STARTTLS\r\n", b"220 go on\r\n")
RECORD = b"\x16\x03\x03\x40\x00"
"""The head of a TLS record of a handshake whose 16 kB are then waited for (RFC 8446 section 5.1)."""


@pytest.mark.parametrize(
    ("security", "script"),
    [("plain", ()), ("plain", HELLO[:1]), ("starttls", HELLO[:2]), ("starttls", (*HELLO, RECORD)), ("tls", (RECORD,))],
    ids=["greeting", "EHLO", "STARTTLS", "TLS after STARTTLS", "TLS"],
)
def test_a_server_that_drips_is_left_at_the_deadline(security, script):
    start = time.monotonic()
    with dripping(script) as port:
        error = refused(SmtpServer("127.0.0.1", port, security, timeout=20, deadline=0.5))
    assert time.monotonic() - start < 10
    assert error.permanent is False
    assert error.doubtful is False


def test_a_server_that_drips_at_the_end_is_left_as_well():
    taken = (b"220 here\r\n", *[b"250 ok\r\n"] * 3, b"354 go on\r\n", b"250 taken\r\n", b"22")
    start = time.monotonic()
    with dripping(taken) as port:
        assert send(SmtpServer("127.0.0.1", port, "plain", timeout=0.5, deadline=20)) == "250 taken"
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("answer", ["", "ok, took it", "\x9d\xa1\xff", "99 odd"])
def test_an_answer_to_the_whole_mail_that_is_none_leaves_doubt(answer):
    """A line that garbles the 250 must not look like a refusal: the mail would come twice."""
    replies = {
        b"EHLO": "250 hello",
        b"MAIL": "250 ok",
        b"RCPT": "250 ok",
        b"DATA": "354 go on",
        b".\r\n": answer,
        b"QUIT": "221 bye",
    }

    def serve(listener):
        session, _address = listener.accept()
        with session, session.makefile("rb") as lines:
            session.sendall(b"220 ready\r\n")
            for line in lines:
                reply = replies.get(line if line == b".\r\n" else line[:4].upper())
                if reply is not None:
                    session.sendall(reply.encode("latin-1") + b"\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=[listener])
        thread.start()
        error = refused(SmtpServer("127.0.0.1", listener.getsockname()[1], "plain", timeout=5))
        thread.join()
    assert error.doubtful
    assert not error.permanent
