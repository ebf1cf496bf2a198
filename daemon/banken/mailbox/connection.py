"""One connection to an IMAP server: verified TLS, log-in, and every command under a deadline.

imapclient does the talking; `_Wire` below it is imaplib with our socket, so that a connection can be cut from the
first octet on, and a limit on what one literal may hold.
"""

from __future__ import annotations

import contextlib
import imaplib
import ipaddress
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from banken.i18n import _
from banken.mailbox import greeting, reader, speech, trouble
from banken.mailbox.errors import Garbled, LoginRefused, MailboxError, Refused, Unreachable, Untrusted
from banken.mailbox.trust import tls_context

Security = Literal["tls", "starttls", "plain"]
_LITERAL_LIMIT = 64 * 1024 * 1024
_GOODBYE_SECONDS = 5.0
# The last ones are what imaplib and imapclient raise when an answer has a literal or a number where they expect none.
_TROUBLE = (
    imaplib.IMAP4.error,
    OSError,
    MemoryError,
    RecursionError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)
# What imapclient logs is the server's text (folder names, labels), which has no place in our log.
logging.getLogger("imapclient").setLevel(logging.CRITICAL)


class Token(Protocol):
    """How an access token is had (OAuth 2.0)."""

    def __call__(self, *, renew: bool = False) -> str:
        """Return a token that is good for a while; `renew` asks for another one than before."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where an account lies and how to get in.

    `oauth` returns an access token and is used instead of `password`; `ca_file` is trusted instead of the
    system's authorities. `timeout` is the longest silence, `deadline` the longest command (both in seconds): a server
    that drips an octet a second keeps the first and breaks the second. Only the look-up of the name cannot be cut short;
    the system's resolver bounds it.
    """

    host: str
    port: int
    security: Security
    user: str
    password: str = field(default="", repr=False)
    oauth: Token | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout: float = 30.0
    deadline: float = 300.0


class Connection:
    """A logged-in connection. Not for two threads at once, save `cut`.

    After a tagged NO or BAD it can go on; after anything else that went wrong it is closed.
    """

    def __init__(self, server: Server) -> None:
        """Connect and log in; raises Unreachable, Untrusted, Unavailable, LoginRefused, Garbled."""
        self.server = server
        self._socket: socket.socket | None = None
        self._client: IMAPClient | None = None
        self._expired = False
        self._is_connected = False
        self.octets_read = 0
        """How many octets of literals the server has sent."""
        speech.clean(server.user, _("user name"))
        speech.clean(server.password, _("password"))
        context = _tls_context(server)
        token = _token(server)
        try:
            self._enter(context, token)
        except LoginRefused:  # a token can be withdrawn before its time: one new one is tried
            newer = _token(server, renew=True)
            if newer == token:
                raise
            self._enter(context, newer)

    @contextlib.contextmanager
    def talk(self, uids: Sequence[int] = ()) -> Iterator[IMAPClient]:
        """Yield the client for one command; `uids` are named in the error if the connection is lost meanwhile."""
        if self._client is None:
            raise Unreachable(_("The connection to {host} is closed.").format(host=self.server.host))
        try:
            with self._guarded(self.server.deadline):
                yield self._client
        except MailboxError as error:
            error.uids = tuple(uids)
            raise

    def uid(self, command: str, *arguments: str, uids: Sequence[int] = ()) -> list[Any]:
        """Run a UID command through imaplib and return its untagged data; raises Refused (or kin) for NO and BAD."""
        with self.talk(uids) as client:
            imap = client._imap  # noqa: SLF001, imapclient offers no unparsed fetch
            imap.untagged_responses.pop("FETCH", None)  # what arrived unasked since the last command
            status, data = imap.uid(command, *arguments)
            if status != "OK":
                raise trouble.refusal(trouble.said(data[0] if data else ""))
            return list(data)

    def fetch(self, uids: Sequence[int], items: str) -> reader.Answers:
        """Fetch `items` of `uids` (few enough for one line); messages that vanished are missing in the answer."""
        return reader.read(self.uid("FETCH", speech.compact(uids), items, uids=uids))

    def wire(self) -> socket.socket:
        """Return the connection's socket, for what imaplib cannot do; raises Unreachable when it is closed."""
        if self._client is None or self._socket is None:
            raise Unreachable(_("The connection to {host} is closed.").format(host=self.server.host))
        return self._socket

    def close(self) -> None:
        """Log out if the server still listens, and let go of the socket; never raises."""
        client = self._client
        if client is None:
            return
        with contextlib.suppress(Exception), self._guarded(min(_GOODBYE_SECONDS, self.server.deadline)):
            client.logout()
        self._drop()

    def cut(self) -> None:
        """Break the connection at once, from any thread: whoever waits on it gets Unreachable."""
        sock = self._socket
        if sock is not None:
            with contextlib.suppress(OSError):
                # Past ssl.SSLSocket.shutdown, which would take the TLS object from under the waiting thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _enter(self, context: ssl.SSLContext | None, token: str) -> None:
        self._is_connected = False
        try:
            self._connect(context)
            self._is_connected = True
            self._log_in(token)
        except BaseException:
            self._drop()
            raise

    def _connect(self, context: ssl.SSLContext | None) -> None:
        with self._guarded(self.server.deadline):
            self._client = _Client(self.server, context, self)
            if self.server.security == "starttls":
                self._starttls(self._client, context)

    def _log_in(self, token: str) -> None:
        server = self.server
        with self.talk() as client:
            try:
                _authenticate(client, server.user, server.password, token)
            except LoginError as error:
                if isinstance(error.__context__, imaplib.IMAP4.abort):  # imapclient takes a dropped line for a refusal
                    raise error.__context__ from None
                text = trouble.answer_of(error) or trouble.said(error)
                for secret in filter(None, (server.password, token)):
                    text = text.replace(secret, "…")
                raise trouble.login_refusal(text, server.user, server.host) from None

    def _starttls(self, client: IMAPClient, context: ssl.SSLContext | None) -> None:
        if not client.has_capability("STARTTLS"):
            raise Untrusted(
                _("{host}:{port} offers no encryption (STARTTLS). Nothing secret was sent.").format(
                    host=self.server.host, port=self.server.port
                )
            )
        client.starttls(context)
        self.remember(client.socket())

    def remember(self, sock: socket.socket) -> None:
        """Take note of the socket that `cut` has to break."""
        self._socket = sock

    @contextlib.contextmanager
    def _guarded(self, seconds: float) -> Iterator[None]:
        """Let the block run `seconds` long; turn what it raises into MailboxErrors, and drop a broken connection."""
        started = time.monotonic()
        watchdog = threading.Timer(seconds, self._expire)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        except MailboxError as error:
            if error.lost:
                self._drop()
            raise
        except _TROUBLE as error:
            text = trouble.answer_of(error)
            if text is not None:
                raise trouble.refusal(text) from error
            self._drop()
            raise self._lost(error, time.monotonic() - started) from error
        finally:
            watchdog.cancel()

    def _lost(self, error: BaseException, seconds: float) -> MailboxError:
        host, port = self.server.host, self.server.port
        if self._expired:
            return trouble.slow(f"{host}:{port}", round(seconds, 1))
        lost = trouble.lost(error, host, port, self.server.timeout, encrypted=self._is_connected)
        lost.lost = True  # a goodbye, too: in the answer to a command the same kind leaves the connection as it is
        return lost

    def _expire(self) -> None:
        self._expired = True
        self.cut()

    def _drop(self) -> None:
        client, sock = self._client, self._socket
        self._client = self._socket = None
        with contextlib.suppress(Exception):
            if client is not None:
                client.shutdown()
        with contextlib.suppress(OSError):
            if sock is not None:
                sock.close()


class _Client(IMAPClient):  # type: ignore[misc]  # imapclient carries no types
    """imapclient over our own wire, and without its debug records (they double the memory of every message)."""

    def __init__(self, server: Server, context: ssl.SSLContext | None, owner: Connection) -> None:
        self._make_wire: Callable[[], _Wire] = lambda: _Wire(server, context, owner)
        wait = SocketTimeout(server.timeout, server.timeout)
        super().__init__(server.host, server.port, ssl=server.security == "tls", timeout=wait)
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802, imapclient's name
        return self._make_wire()


class _Wire(imaplib.IMAP4):
    """imaplib's connection on a socket that its owner knows before the server has said a word."""

    def __init__(self, server: Server, context: ssl.SSLContext | None, owner: Connection) -> None:
        self._context = context if server.security == "tls" else None
        self._owner = owner
        super().__init__(server.host, server.port, timeout=server.timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), timeout)
        self._owner.remember(sock)
        if self._context is not None:
            sock = self._context.wrap_socket(sock, server_hostname=self.host)
            self._owner.remember(sock)
        elif greeting.waits_for_tls(sock, self.host, self.port):
            raise trouble.tls_from_the_start(f"{self.host}:{self.port}")
        return sock

    def read(self, size: int) -> bytes:
        """Read a literal of `size` octets, unless the server announces nonsense."""
        if size > _LITERAL_LIMIT:
            raise Garbled(_("The mail server announces a message of {size} octets.").format(size=size))
        self._owner.octets_read += size
        return super().read(size)


def _token(server: Server, *, renew: bool = False) -> str:
    return speech.clean(server.oauth(renew=renew), _("token")) if server.oauth else ""


def _authenticate(client: IMAPClient, user: str, password: str, token: str) -> None:
    if token:
        if client.has_capability("AUTH=OAUTHBEARER") and not client.has_capability("AUTH=XOAUTH2"):
            client.oauthbearer_login(user, token)
        else:
            client.oauth2_login(user, token)
    elif not (user + password).isascii() or client.has_capability("LOGINDISABLED"):
        client.plain_login(user, password)  # LOGIN has no way to carry other characters
    else:
        client.login(user, password)


def _tls_context(server: Server) -> ssl.SSLContext | None:
    speech.clean(server.host, _("host name"))
    if server.security == "plain":
        if not _is_loopback(server.host):
            raise Refused(
                _("{host} is not this machine: without encryption anyone on the way reads password and mail. ").format(
                    host=server.host
                )
                + _("Use `security: tls` or `security: starttls`.")
            )
        return None
    try:
        return tls_context(server.ca_file)
    except OSError as error:
        raise Untrusted(
            _("The authority file {file} cannot be used: {said}").format(
                file=server.ca_file, said=error.strerror or trouble.said(error)
            )
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
