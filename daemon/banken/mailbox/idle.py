"""A connection that waits for the server to announce new mail (IDLE, RFC 2177; RFC 9051 section 6.3.13).

Nothing is fetched here, and nothing rests on it: what is announced only wakes whoever reads on from the last UID.

imapclient's `idle_check` takes a closed connection for "no news", at once and for ever (issue 565 there), and loses a
line that comes in two pieces. Here the socket is read directly, line by line, and its end is an error.
"""

from __future__ import annotations

import errno
import re
import socket
import time
from collections.abc import Iterator

from banken.i18n import _
from banken.mailbox import trouble
from banken.mailbox.connection import Connection, Server
from banken.mailbox.errors import Garbled, MailboxError, NotOffered, Unavailable, Unreachable
from banken.mailbox.folders import Folders

_LINE_LIMIT = 65536
_PIECE = 4096
_ANSWER_SECONDS = 30.0
_NEWS = re.compile(rb"\* \d+ (?:EXISTS|RECENT)\b", re.IGNORECASE)
_KEEPALIVE = {"TCP_KEEPIDLE": 120, "TCP_KEEPINTVL": 30, "TCP_KEEPCNT": 4}
"""Seconds, seconds and count: a router forgets a silent connection after some minutes, and tells nobody."""


class Idle:
    """A logged-in connection with one folder open, to be listened to. For one thread; `cut` may come from another."""

    def __init__(self, server: Server, folder: str) -> None:
        """Log in and open `folder`; raises as `connect` does, and NotOffered when the server cannot announce mail."""
        self._connection = Connection(server)
        self._where = f"{server.host}:{server.port}"
        self._count = 0
        self._rest = b""
        try:
            self._open(folder)
            self._socket = self._connection.wire()
            _keep_alive(self._socket)
        except BaseException:
            self._connection.close()
            raise

    def listen(self, seconds: float) -> Iterator[None]:
        """Yield at the beginning, and then each time the server announces mail, for `seconds`.

        Ends earlier when the server ends it. Raises Unreachable when the connection is lost, Unavailable when the
        server says goodbye, Refused when it does not want to.
        """
        end = time.monotonic() + seconds
        if not self._begin():
            return
        yield  # what came before the server began to tell
        while (line := self._line(end - time.monotonic())) is not None:
            if self._is_end(line):
                return
            if _NEWS.match(line):
                yield
        if self._end():
            yield

    def cut(self) -> None:
        """Break the connection at once, from any thread: whoever listens gets Unreachable."""
        self._connection.cut()

    def is_stranded(self) -> bool:
        """Return whether this machine lost the address that the connection was made from: nothing comes over it any more.

        Nobody tells a connection so; it would wait for its keep-alive to fail. May be asked from any thread.
        """
        try:
            own = self._socket.getsockname()
            with socket.socket(self._socket.family, socket.SOCK_STREAM) as probe:
                probe.bind((own[0], 0, *own[2:]))
        except OSError as error:
            return error.errno == errno.EADDRNOTAVAIL
        return False

    def close(self) -> None:
        """Log out; never raises."""
        self._connection.close()

    def _open(self, folder: str) -> None:
        folders = Folders(self._connection)
        if "IDLE" not in folders.abilities.capabilities:
            raise NotOffered(_("{where} does not announce new mail (no IDLE).").format(where=self._where))
        folders.open(folder)

    def _begin(self) -> bool:
        """Return whether the server listens with us: some end IDLE before it has begun."""
        self._count += 1
        self._send(self._tag + b" IDLE\r\n")
        for line in self._answer():
            if line.startswith(b"+"):
                return True
            if self._is_end(line):
                return False
        return False

    def _end(self) -> bool:
        """Leave IDLE; return whether mail was announced meanwhile."""
        self._send(b"DONE\r\n")
        news = False
        for line in self._answer():
            if self._is_end(line):
                break
            news = news or _NEWS.match(line) is not None
        return news

    @property
    def _tag(self) -> bytes:
        return b"IDLE%d" % self._count  # imaplib's tags are four letters A to P

    def _is_end(self, line: bytes) -> bool:
        """Return whether this is the tagged answer; raises for a refusal and for a goodbye."""
        if line[:5].upper() == b"* BYE":
            said = trouble.said(line[5:].strip())
            raise Unavailable(_("{where} says goodbye: {said}").format(where=self._where, said=said))
        if not line.startswith(self._tag + b" "):
            return False
        status, _space, text = line.removeprefix(self._tag + b" ").partition(b" ")
        if status.upper() != b"OK":
            raise trouble.refusal(trouble.said(text))
        return True

    def _answer(self) -> Iterator[bytes]:
        """Yield the lines of an answer that has to come soon."""
        end = time.monotonic() + _ANSWER_SECONDS
        while (line := self._line(end - time.monotonic())) is not None:
            yield line
        self._connection.cut()
        raise trouble.slow(self._where, _ANSWER_SECONDS)

    def _line(self, seconds: float) -> bytes | None:
        """Return the next line without its end, None when none came within `seconds`."""
        end = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = end - time.monotonic()
            if left <= 0:
                return None
            if len(self._rest) > _LINE_LIMIT:
                raise Garbled(_("{where} sends a line without end.").format(where=self._where))
            self._rest += self._piece(left)
        line, _end, self._rest = self._rest.partition(b"\n")
        return line.rstrip(b"\r")

    def _piece(self, seconds: float) -> bytes:
        self._socket.settimeout(seconds)
        try:
            piece = self._socket.recv(_PIECE)
        except TimeoutError:
            return b""
        except OSError as error:
            raise self._lost(error) from error
        if not piece:
            raise Unreachable(_("{where} closed the connection.").format(where=self._where))
        return piece

    def _send(self, octets: bytes) -> None:
        try:
            self._socket.settimeout(_ANSWER_SECONDS)
            self._socket.sendall(octets)
        except OSError as error:
            raise self._lost(error) from error

    def _lost(self, error: OSError) -> MailboxError:
        server = self._connection.server
        return trouble.lost(error, server.host, server.port, _ANSWER_SECONDS, encrypted=True)


def _keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):  # Linux has them all
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
