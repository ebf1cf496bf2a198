"""An SMTP server that keeps what it is sent, and misbehaves on request."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from tests.certificates import Authority

DROP = ""
"""As a reply: the connection is cut instead."""


@dataclass(frozen=True, slots=True)
class Received:
    """One message as the sink took it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    user: str
    """Who was logged in; "" for nobody."""

    @property
    def message(self) -> Message:
        return message_from_bytes(self.raw)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"] or "")


@dataclass(slots=True)
class _Order:
    verb: str
    reply: str
    times: int
    only: str


@dataclass(slots=True)
class SmtpSink:
    """An SMTP server on a free loopback port; a context manager.

    `security` is "plain", "starttls" (demanded before mail) or "tls"; with `users` it demands AUTH.
    """

    security: str = "plain"
    users: Mapping[str, str] = field(default_factory=dict)
    tokens: Callable[[str], str | None] | None = None
    """Says whose an access token is: AUTH is by XOAUTH2 and OAUTHBEARER then."""
    mechanisms: tuple[str, ...] = ("XOAUTH2", "OAUTHBEARER")
    expired: bool = False
    host: str = "127.0.0.1"
    messages: list[Received] = field(default_factory=list)
    attempts: list[tuple[str, str]] = field(default_factory=list)
    """Every MAIL, RCPT, DATA and AUTH with its argument, refused ones too."""
    _orders: list[_Order] = field(default_factory=list)
    _port: int = 0
    _controller: _Controller | None = None
    _folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="banken-smtp-")
    )

    @property
    def port(self) -> int:
        return self._port

    @property
    def ca_file(self) -> Path:
        return Path(self._folder.name) / "ca.pem"

    def answer(self, verb: str, reply: str, *, times: int = 1, only: str = "") -> None:
        """Answer the next `times` commands `verb` (MAIL, RCPT, DATA, AUTH) with `reply`, e.g. "451 4.3.0 later".

        `only` limits it to arguments that contain it; the reply `DROP` cuts the connection. A DATA answered with 250
        or DROP is kept in `messages` all the same: the server took it, whatever the client heard.
        """
        self._orders.append(_Order(verb, reply, times, only))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self) -> SmtpSink:
        """Listen (again on the same port after `stop`)."""
        pair = Authority(Path(self._folder.name)).issue(expired=self.expired)
        context = pair.server_context() if self.security != "plain" else None
        self._controller = _Controller(
            _Handler(self),
            hostname=self.host,
            port=self._port,
            ssl_context=context if self.security == "tls" else None,
            tls_context=context if self.security == "starttls" else None,
            require_starttls=self.security == "starttls",
            authenticator=self._authenticate,
            auth_require_tls=self.security == "starttls",
            auth_exclude_mechanism=[one for one in _BEARERS if not self.tokens or one not in self.mechanisms],
        )
        self._controller.start()
        self._port = self._controller.port
        return self

    def stop(self) -> None:
        """Stop listening; what was received stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _authenticate(self, _server, session, _envelope, _mechanism, given: object) -> AuthResult:
        assert isinstance(given, LoginPassword)
        user, password = given.login.decode(), given.password.decode()
        self.attempts.append(("AUTH", user))
        if reply := self._reply("AUTH", user):
            return AuthResult(success=False, handled=False, message=reply)
        known = self.users.get(user) == password
        session.user = user if known else ""
        return AuthResult(success=known, handled=False)

    def _reply(self, verb: str, argument: str) -> str | None:
        for order in self._orders:
            if order.verb == verb and order.times > 0 and order.only in argument:
                order.times -= 1
                return order.reply
        return None


_BEARERS = ("XOAUTH2", "OAUTHBEARER")


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """Knock (to see that it is up) at the port the system gave for port 0."""
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class _Handler:
    """The hooks aiosmtpd calls, by its names."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options) -> str:  # noqa: N802
        reply = self._meet(server, "MAIL", address)
        if reply is None and (self._sink.users or self._sink.tokens) and not session.authenticated:
            reply = "530 5.7.0 Authentication required"
        if reply is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(self, server: SMTP, _session, envelope: Envelope, address: str, _options) -> str:  # noqa: N802
        reply = self._meet(server, "RCPT", address)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = self._meet(server, "DATA", ",".join(envelope.rcpt_tos))
        if reply in (None, DROP):
            raw = envelope.original_content or b""
            user = getattr(session, "user", "")
            self._sink.messages.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, user))
        return reply or "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, words: list[str]) -> AuthResult:  # noqa: N802
        return await self._bear(
            server, words, rb"user=(?P<user>[^\x01]+)\x01auth=Bearer (?P<token>[^\x01]+)\x01\x01", b""
        )

    async def auth_OAUTHBEARER(self, server: SMTP, words: list[str]) -> AuthResult:  # noqa: N802
        form = rb"n,a=(?P<user>[^,]+),\x01(host|port)=[^\x01]+\x01(host|port)=[^\x01]+\x01auth=Bearer (?P<token>[^\x01]+)\x01\x01"
        return await self._bear(server, words, form, b"\x01")

    async def _bear(self, server: SMTP, words: list[str], form: bytes, heard: bytes) -> AuthResult:
        found = re.fullmatch(form, base64.b64decode(words[1]))
        user = found["user"].decode() if found else ""
        self._sink.attempts.append(("AUTH", f"{words[0]} {user}"))
        if found and self._sink.tokens and self._sink.tokens(found["token"].decode()) == user:
            server.session.user = user
            return AuthResult(success=True)
        assert await server.challenge_auth('{"status":"401"}') == heard  # the client has to say that it heard
        return AuthResult(success=False, handled=False)

    def _meet(self, server: SMTP, verb: str, argument: str) -> str | None:
        self._sink.attempts.append((verb, argument))
        reply = self._sink._reply(verb, argument)
        if reply == DROP and server.transport is not None:
            server.transport.abort()
        return reply
