"""From the errors of sockets, TLS and imaplib to `MailboxError`s that a person can act upon."""

from __future__ import annotations

import errno
import imaplib
import re
import socket
import ssl

from banken.i18n import _
from banken.mailbox.errors import (
    FolderMissing,
    Garbled,
    LoginRefused,
    MailboxError,
    OutOfDate,
    Refused,
    TooMany,
    Unavailable,
    Unreachable,
    Untrusted,
)

_CODE = re.compile(r"\[([A-Za-z-]+)")
_TAGGED_NO = re.compile(r"[\w ]+ failed: (.*)", re.DOTALL)
_TAGGED_BAD = re.compile(r".* command error: BAD \[(.*)\]", re.DOTALL)
_LATER_CODES = {"UNAVAILABLE": Unavailable, "INUSE": Unavailable, "THROTTLED": TooMany}
_LOGIN_CODES = _LATER_CODES | {"LIMIT": TooMany}  # in the answer to a command it is a limit of flags or folders
_FOLDER_CODES = ("NONEXISTENT", "TRYCREATE")
_MANY_WORDS = re.compile(
    r"too many|simultaneous|rate limit|limit exceeded|exceeded|throttl|maximum number", re.IGNORECASE
)
# Microsoft 365 says "User is authenticated but not connected" while a mailbox is being moved.
_LATER_WORDS = re.compile(r"temporar|try again|later|unavailable|busy|overload|not connected", re.IGNORECASE)
# In the answer to a command, "maximum number" and "exceeded" may be of keywords, folders or the room for mail. Microsoft 365 says
# "Request is throttled. Suggested Backoff Time: …", Gmail "[OVERQUOTA] Account exceeded command or bandwidth limits".
_THROTTLED_WORDS = re.compile(
    r"throttl|rate.?limit|(?:command|bandwidth)s? .*limit|too many (?:requests|commands|connections|simultaneous)",
    re.IGNORECASE,
)
_BUSY_WORDS = re.compile(r"temporar|try again|unavailable|busy|overload|not connected", re.IGNORECASE)
_BROKEN_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_UNEXPECTED = re.compile(r"unexpected (?:tagged )?response")
_SAID_LIMIT = 200


def said(text: object) -> str:
    """Return what a server said as one short printable line."""
    line = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    line = re.sub(r"^b(['\"])(.*)\1$", r"\2", line, flags=re.DOTALL)
    line = " ".join("".join(c if c.isprintable() else " " for c in line).split())
    return line if len(line) <= _SAID_LIMIT else line[:_SAID_LIMIT] + "…"


def answer_of(error: BaseException) -> str | None:
    """Return the text of a tagged NO or BAD in an imaplib or imapclient error, None when it was something else.

    After a NO or BAD the connection is still in step; after anything else it is not.
    """
    if not isinstance(error, imaplib.IMAP4.error) or isinstance(error, imaplib.IMAP4.abort):
        return None
    found = _TAGGED_BAD.match(str(error)) or _TAGGED_NO.match(str(error))
    return said(found[1]) if found else None


def refusal(text: str) -> MailboxError:
    """Return the error for a command answered NO or BAD with `text` (response codes: RFC 9051 section 7.1)."""
    code = _code(text)
    kind = _LATER_CODES.get(code)
    if _THROTTLED_WORDS.search(text):
        kind = TooMany
    elif code in ("", "ALERT", "SERVERBUG") and _BUSY_WORDS.search(text):
        kind = Unavailable
    if kind is not None:
        return kind(_("The mail server cannot do this now: {said}").format(said=text))
    if code in _FOLDER_CODES:
        return FolderMissing(_("The mail server has no such folder: {said}").format(said=text))
    return Refused(_("The mail server refuses this: {said}").format(said=text))


def login_refusal(text: str, user: str, host: str) -> MailboxError:
    """Return the error for a login answered NO: a wrong password and "come back later" need different care."""
    code = _code(text)
    kind = _LOGIN_CODES.get(code)
    if code in ("", "ALERT", "OVERQUOTA", "UNAVAILABLE") and _MANY_WORDS.search(text):
        kind = TooMany  # Dovecot 2.3 says UNAVAILABLE of too many connections, 2.4 LIMIT, Gmail ALERT
    elif code in ("", "ALERT") and _LATER_WORDS.search(text):
        kind = Unavailable
    if kind is not None:
        return kind(_("{host} does not let {user} in for now: {said}").format(host=host, user=user, said=text))
    return LoginRefused(
        _(
            "{host} refuses the login of {user}: {said} Check user and password; many providers want an app password, "
            "and IMAP switched on in their settings."
        ).format(host=host, user=user, said=text)
    )


def lost(error: BaseException, host: str, port: int, seconds: float, *, encrypted: bool = False) -> MailboxError:
    """Return the error for a connection that failed or can no longer be used.

    `seconds` was the time allowed; `encrypted` says that TLS stood already: what breaks it then is the line.
    """
    where = f"{host}:{port}"
    if isinstance(error, ssl.SSLError) and not encrypted and error.reason and not isinstance(error, _BROKEN_TLS):
        return _tls(error, where)
    if isinstance(error, socket.gaierror):
        return Unreachable(
            _("There is no mail server called {host}. Check the name, and that this machine is online.").format(
                host=host
            )
        )
    if isinstance(error, TimeoutError):
        return slow(where, seconds)
    if isinstance(error, imaplib.IMAP4.error):
        return _imaplib(error, where)
    if isinstance(error, OSError):
        return Unreachable(_network(error).format(where=where))
    return Garbled(
        _("{where} answers something that is not IMAP ({kind}).").format(where=where, kind=type(error).__name__)
    )


def tls_from_the_start(where: str) -> Untrusted:
    """Return the error for a port that waits for TLS where a greeting was waited for."""
    return Untrusted(_("{where} speaks TLS from the start. Set `security: tls`, or another port.").format(where=where))


def slow(where: str, seconds: float) -> Unreachable:
    """Return the error for a server that took longer than it may."""
    return Unreachable(_("{where} did not answer within {seconds:g} seconds.").format(where=where, seconds=seconds))


def _code(text: str) -> str:
    found = _CODE.search(text)
    return found[1].upper() if found else ""


def _imaplib(error: BaseException, where: str) -> MailboxError:
    """Return the error for what imaplib raises: all by text, for it has but two classes."""
    text = re.sub(r"^command: \w+ => ", "", said(error.args[0] if error.args else ""))
    if found := _UNEXPECTED.match(
        text
    ):  # what follows may be a mail's words, behind a literal that was announced too short
        return _nonsense(where, found[0])
    if "EOF" in text or "unterminated line" in text:
        return Unreachable(_("{where} closed the connection.").format(where=where))
    if "socket error" in text:
        return Unreachable(_("The connection to {where} broke: {said}").format(where=where, said=text))
    if isinstance(error, imaplib.IMAP4.abort) and not text.startswith("mailbox status"):
        return _goodbye(text, where)  # the rest of a BYE, without the word
    return _goodbye(text, where) if "* BYE" in text else _nonsense(where, text)


def _goodbye(text: str, where: str) -> MailboxError:
    kind = TooMany if _MANY_WORDS.search(text) else _LOGIN_CODES.get(_code(text), Unavailable)
    return kind(_("{where} says goodbye: {said}").format(where=where, said=text))


def _nonsense(where: str, what: str) -> Garbled:
    return Garbled(_("{where} answers something that is not IMAP ({what}).").format(where=where, what=what))


def _network(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return _("Nothing answers at {where}. Check the port.")
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return _("There is no way to {where}. Is this machine online?")
    return _("{where} closed the connection.")


def _tls(error: ssl.SSLError, where: str) -> MailboxError:
    if isinstance(error, ssl.SSLCertVerificationError):
        kind = OutOfDate if error.verify_code in (9, 10) else Untrusted
        return kind(_certificate(error).format(where=where, said=said(error.verify_message)))
    if error.reason in ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST"):
        return Untrusted(
            _("{where} does not speak TLS from the start. Try `security: starttls`, or another port.").format(
                where=where
            )
        )
    return Untrusted(_("No encrypted connection to {where}: {said}").format(where=where, said=said(error.reason or "")))


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    """Return why a certificate was not accepted (the numbers are OpenSSL's X509_V_ERR codes)."""
    match error.verify_code:
        case 10:
            return _("The certificate of {where} has expired. Only the mail server's owner can renew it.")
        case 9:
            return _("The certificate of {where} is not valid yet. Is this machine's clock right?")
        case 62 | 64:
            return _("The certificate of {where} is for another name. Use the host name that your provider gives.")
        case 18 | 19 | 20 | 21:
            return _(
                "The certificate of {where} is signed by nobody this machine knows. "
                "For a server of your own, name its authority with `ca`."
            )
        case _:
            return _("The certificate of {where} is not accepted: {said}")
