"""Hand a warning to the submission server (RFC 6409), and know afterwards whether it may have been taken."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Self

from banken.i18n import _
from banken.ledger import crash_point
from banken.mailbox import greeting, trouble
from banken.mailbox.trust import tls_context
from banken.respond.model import SmtpServer
from banken.respond.tidy import one_line

_ADDRESS = re.compile(r"[!-;=?A-~]{1,64}@[!-;=?A-~]{1,255}")
"""An address fit for an SMTP command: visible ASCII without < > and spaces (RFC 5321 section 4.1.2)."""


class PostError(Exception):
    """A mail was not taken, or it is not known whether it was.

    `permanent`: trying again is of no use (5yz replies, RFC 5321 section 4.2.1; a certificate that is not trusted).
    `doubtful`: the mail was handed over and no answer came, so it may have been taken.
    """

    def __init__(self, why: str, *, permanent: bool = False, doubtful: bool = False) -> None:
        super().__init__(why)
        self.permanent, self.doubtful = permanent, doubtful


class Post:
    """One connection to the submission server, opened with the first mail; a context manager."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._smtp: _Line | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; never raises."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError), _deadline(smtp, self._server.timeout):
                smtp.quit()
            smtp.close()

    def send(self, sender: str, to: str, write: Callable[[bool, int | None], bytes]) -> str:
        """Send one mail to one address; return what the server answered.

        `write` is asked for the octets once it is known what the server takes: whether 8-bit lines (RFC 6152), and
        how many octets at most (RFC 1870; None when it does not say). Raises PostError.
        """
        for address in (sender, to):
            if not _ADDRESS.fullmatch(address):
                raise PostError(_("“{address}” is no mail address").format(address=one_line(address)), permanent=True)
        try:
            smtp = self._connected()
            with _deadline(smtp, self._server.deadline):
                mail = write(smtp.has_extn("8bitmime"), _largest(smtp))
                return _deliver(smtp, sender, to, mail)
        except PostError:
            self.close()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise _told(error, self._server) from error

    def ask(self, sender: str, to: str) -> socket.socket | None:
        """Find out whether a mail would be taken, without sending one; return the connection's socket.

        Raises PostError.
        """
        try:
            smtp = self._connected()
            with _deadline(smtp, self._server.deadline):
                _accepted(*smtp.mail(sender))
                _accepted(*smtp.rcpt(to))
                smtp.rset()
        except PostError:
            self.close()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise _told(error, self._server) from error
        return smtp.sock

    def _connected(self) -> _Line:
        if self._smtp is None:
            secret = _secret(self._server)
            try:
                self._smtp = self._entered(secret)
            except (
                smtplib.SMTPAuthenticationError
            ):  # a token was withdrawn, a password changed: a new one is tried once
                newer = _secret(self._server, renew=True)
                if newer == secret:
                    raise
                self._smtp = self._entered(newer)
        return self._smtp

    def _entered(self, secret: str) -> _Line:
        smtp = _line(self._server)
        try:
            with _deadline(smtp, self._server.deadline):
                _dial(smtp, self._server)
                _log_in(smtp, self._server, secret)
        except BaseException:
            smtp.close()
            raise
        return smtp


class _Line(smtplib.SMTP):
    """smtplib's connection that another thread can cut at any moment, be it at the greeting or while TLS is agreed on."""

    _wire: socket.socket | None = None
    _is_cut = False

    def dial(self, host: str, port: int) -> None:
        """Connect and take the greeting. Raises SMTPException, OSError."""
        self._host = host  # whose certificate it must be; smtplib knows that only where it connects when it is made
        code, answer = self.connect(host, port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)

    def cut(self) -> None:
        """Let whatever waits for the server fail."""
        self._is_cut = True
        if self._wire is not None:
            with contextlib.suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the connection go."""
        super().close()
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # typeshed leaves it out
        self._wire = sock.dup()  # `sock` itself is given up to TLS, and known here only when that stands
        if self._is_cut:
            self.cut()
        return sock


class _Tls(smtplib.SMTP_SSL, _Line):
    """One with TLS from the start."""


def _line(server: SmtpServer) -> _Line:
    """Return a connection that is not made yet."""
    if server.security == "plain" and not _is_loopback(server.host):
        raise PostError(_("mail is handed in without encryption only on this machine itself"), permanent=True)
    if server.security == "tls":
        return _Tls(timeout=server.timeout, context=server.context or tls_context())
    return _Smtp(timeout=server.timeout)


def _dial(smtp: _Line, server: SmtpServer) -> None:
    smtp.dial(server.host, server.port)
    if server.security == "starttls":
        smtp.ehlo_or_helo_if_needed()
        smtp.starttls(context=server.context or tls_context())


class _Smtp(_Line):
    """One that does not wait for the greeting of a port where TLS is waited for."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = super()._get_socket(host, port, timeout)
        if greeting.waits_for_tls(sock, host, port):
            sock.close()
            raise PostError(str(trouble.tls_from_the_start(f"{host}:{port}")), permanent=True)
        return sock


def _log_in(smtp: smtplib.SMTP, server: SmtpServer, secret: str) -> None:
    smtp.ehlo_or_helo_if_needed()
    if secret and server.token is not None:
        _bear(smtp, server, secret)
    elif server.user and server.password is not None:
        smtp.login(server.user, secret)


def _bear(smtp: smtplib.SMTP, server: SmtpServer, token: str) -> None:
    """Log in with a token: XOAUTH2, or OAUTHBEARER (RFC 7628) where only that is offered.

    A challenge is the server's complaint about the token; each mechanism has its own way to say that it was heard.
    """
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if "OAUTHBEARER" in offered and "XOAUTH2" not in offered:
        name = server.user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 section 4
        first = f"n,a={name},\1host={server.host}\1port={server.port}\1auth=Bearer {token}\1\1"
        smtp.auth("OAUTHBEARER", lambda challenge=None: first if challenge is None else "\1")
    else:
        first = f"user={server.user}\1auth=Bearer {token}\1\1"
        smtp.auth("XOAUTH2", lambda challenge=None: first if challenge is None else "")


def _secret(server: SmtpServer, *, renew: bool = False) -> str:
    ask = server.token or (server.password if server.user else None)
    try:
        return ask(renew=renew) if ask is not None else ""
    except Exception as error:  # a password command may fail in any way, and work again in an hour
        raise PostError(_("the password could not be had: {why}").format(why=error)) from error


def _deliver(smtp: smtplib.SMTP, sender: str, to: str, mail: bytes) -> str:
    options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") and not mail.isascii() else []
    _accepted(*smtp.mail(sender, options))
    _accepted(*smtp.rcpt(to))
    crash_point("warning.before_data")
    try:
        code, answer = smtp.data(mail)
    except smtplib.SMTPDataError:
        raise  # refused before anything was handed over
    except (smtplib.SMTPException, OSError) as error:
        raise PostError(_why(error), doubtful=True) from error
    crash_point("warning.accepted")
    if not 200 <= code < 600:  # garbled on the way: it was some answer to the whole mail, nobody knows which
        raise PostError(_text(answer), doubtful=True)
    _accepted(code, answer)
    return f"{code} {_text(answer)}"


def _accepted(code: int, answer: bytes) -> None:
    if code not in (250, 251):
        raise PostError(f"{code} {_text(answer)}", permanent=500 <= code < 600)


def _told(error: Exception, server: SmtpServer) -> PostError:
    permanent = isinstance(error, ssl.SSLCertVerificationError | smtplib.SMTPNotSupportedError)
    if isinstance(error, smtplib.SMTPResponseException):
        permanent = 500 <= error.smtp_code < 600
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        lost = trouble.lost(error, server.host, server.port, server.timeout)
        return PostError(str(lost), permanent=permanent)
    return PostError(_why(error), permanent=permanent)


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error) or type(error).__name__


def _text(answer: bytes | str) -> str:
    return " ".join((answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer).split())


def _largest(smtp: smtplib.SMTP) -> int | None:
    said = smtp.esmtp_features.get("size", "") if smtp.has_extn("size") else ""
    return int(said) if said.isdigit() and int(said) else None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@contextlib.contextmanager
def _deadline(smtp: _Line, seconds: float) -> Iterator[None]:
    """Cut the connection after `seconds`: a server that drips its answer outlives the timeout of each read."""
    timer = threading.Timer(seconds, smtp.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
