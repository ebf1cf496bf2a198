"""Ports that wait for TLS and ports that begin without it, taken for each other."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest

from banken.mailbox import greeting
from banken.mailbox.errors import Untrusted
from banken.mailbox.greeting import waits_for_tls


@contextlib.contextmanager
def listening(says=b"", after=0.0):
    """Yield the port of a server that says one thing, some seconds after each connection, and its connections."""

    def greet(client):
        with contextlib.suppress(OSError):
            client.sendall(says)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                client, _peer = listener.accept()
                kept.append(client)
                threading.Timer(after, greet, [client]).start()

    kept = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], kept
        listener.shutdown(2)
    for client in kept:
        client.close()


def asked(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        return waits_for_tls(sock, "127.0.0.1", port)


@pytest.mark.server
def test_a_port_of_a_real_server_that_waits_for_tls(dovecot):
    assert asked(dovecot.tls_port)
    assert not asked(dovecot.port)


@pytest.mark.server
def test_the_error_says_which_setting_is_meant(account, dovecot):
    with pytest.raises(Untrusted, match="security: tls"):
        account.connect(server=account.server(security="starttls", port=dovecot.tls_port))
    with pytest.raises(Untrusted, match="security: starttls"):
        account.connect(server=account.server(port=dovecot.port))


def test_a_server_that_greets_late_is_waited_for(monkeypatch):
    monkeypatch.setattr(greeting, "SILENCE", 0.2)
    with (
        listening(b"* OK late\r\n", after=0.4) as (port, _all),
        socket.create_connection(("127.0.0.1", port), 5) as sock,
    ):
        assert not waits_for_tls(sock, "127.0.0.1", port)
        assert sock.gettimeout() == 5
        assert sock.recv(100) == b"* OK late\r\n"


def test_a_silent_server_that_knows_no_tls_is_not_taken_for_one_that_does(monkeypatch):
    monkeypatch.setattr(greeting, "SILENCE", 0.2)
    with listening() as (port, connections):
        assert not asked(port)
        assert len(connections) == 2


def test_what_is_said_stays_to_be_read_and_no_second_connection_is_made():
    with (
        listening(b"220 hello\r\n") as (port, connections),
        socket.create_connection(("127.0.0.1", port), 5) as sock,
    ):
        assert not waits_for_tls(sock, "127.0.0.1", port)
        assert sock.recv(100) == b"220 hello\r\n"
        assert len(connections) == 1
