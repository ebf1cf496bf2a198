"""What an account's mail server says to us, step by step: name, way, certificate, login, folders, labels."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime

from banken.config import Account, Config, Imap, SecretError
from banken.i18n import _
from banken.ledger import LedgerError
from banken.mailbox import search
from banken.mailbox.connection import Connection
from banken.mailbox.errors import FolderMissing, LoginRefused, MailboxError, OutOfDate, Refused, TooMany, Untrusted
from banken.mailbox.fetching import Fetcher
from banken.mailbox.folders import Abilities, Folders
from banken.respond import answer_labels
from banken.service import house as rooms
from banken.service.catchup import AUTHSERV
from banken.service.checkup.model import Sign, bad, good, note
from banken.service.setup.providers import advice_for

SOON = 14
"""Days: a certificate that runs out sooner should have been renewed by now."""


AHEAD = 120.0
"""Seconds: two clocks that are set by the network do not differ so much."""


def signs(config: Config, account: Account) -> Iterator[Sign]:
    """Yield the signs of one account; nothing is written to the server."""
    name, imap = account.name, account.imap
    if trouble := resolve(imap.host, imap.port):
        yield bad("dns", trouble, _("check the name (imap.host), and that this machine is online"), name)
        return
    yield good("dns", _("{host} is known").format(host=imap.host), name)
    try:
        with closing(Connection(rooms.imap_server(imap, fresh=True))) as connection:
            yield from _connected(account, connection)
            folders = Folders(connection)
            yield from _abilities(account, folders.abilities)
            yield from _folders(account, folders)
            with suppress(FolderMissing, Refused):  # told already
                yield from _clock(account, connection, folders)
                yield from _answers(account, connection, folders)
    except SecretError as error:
        yield bad("secret", error.problems[0].what, error.problems[0].todo, name)
    except MailboxError as error:
        yield _failed(imap, error, name)
    yield from _authserv(config, account)


def resolve(host: str, port: int) -> str:
    """Return what is wrong with a host's name, "" when it is known."""
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return _("there is no host called {host} ({why})").format(
            host=host, why=getattr(error, "strerror", None) or error
        )
    return ""


def expiry(sock: socket.socket) -> int | None:
    """Return in how many days the certificate at the other end runs out; None without TLS."""
    told = (sock.getpeercert() or {}).get("notAfter") if isinstance(sock, ssl.SSLSocket) else None
    if not isinstance(told, str):
        return None
    return int((ssl.cert_time_to_seconds(told) - datetime.now(UTC).timestamp()) // 86400)


def certificate(days: int | None, server: str, account: str = "") -> Sign:
    """Return the sign of a certificate that was accepted."""
    if days is None:
        text = _("{server}: the connection is not encrypted (this machine only)").format(server=server)
        return note("tls", text, account=account)
    text = _("{server}: the certificate is valid for {days} more days").format(server=server, days=days)
    if days < SOON:
        return note("tls", text, _("whoever runs the mail server has to renew it"), account)
    return good("tls", text, account)


def _connected(account: Account, connection: Connection) -> Iterator[Sign]:
    yield certificate(expiry(connection.wire()), "IMAP", account.name)
    yield good("login", _("{user} is logged in").format(user=account.imap.user), account.name)


def _abilities(account: Account, abilities: Abilities) -> Iterator[Sign]:
    """Tell what the server can do of what makes the watch better; nothing rests on any of it."""
    liked = ("IDLE", "UIDPLUS", "MOVE", "CONDSTORE", "ENABLE", "SPECIAL-USE")
    can = [name for name in liked if name in abilities.capabilities] + (["X-GM-EXT-1"] if abilities.gmail else [])
    text = _("the server can: {abilities}").format(abilities=", ".join(can) or "IMAP4rev1")
    yield good("capabilities", text, account.name)


def _clock(account: Account, connection: Connection, folders: Folders) -> Iterator[Sign]:
    """Compare the newest message's arrival, by the server's clock, with ours: nothing can have come in the future."""
    state = folders.open(account.folders[0])
    newest = search.uids(connection, state, 0, None)[-1:]
    fetcher = Fetcher(connection, state.name, state.uidvalidity, gmail=False)
    for raw in fetcher.headers(newest):
        ahead = (raw.arrived - datetime.now(UTC)).total_seconds() if raw.arrived else 0.0
        if ahead > AHEAD:
            text = _("the newest message arrived {minutes} minutes from now, by the server's clock")
            todo = _("see whether this machine's clock and time zone are right (date; timedatectl set-ntp true)")
            yield note("clock", text.format(minutes=round(ahead / 60)), todo, account.name)


def _answers(account: Account, connection: Connection, folders: Folders) -> Iterator[Sign]:
    """Tell when the server cannot search for the tags by which the worker may answer (Exchange does not know them)."""
    folders.open(account.folders[0])
    try:
        search.with_labels(connection, answer_labels(), gmail=folders.abilities.gmail)
    except Refused:
        text = _("the server cannot search for tags: a warning is answered by moving it into a folder that it names")
        yield note("answers", text, account=account.name)


def _folders(account: Account, folders: Folders) -> Iterator[Sign]:
    for folder in account.folders:
        try:
            state = folders.open(folder)
        except (FolderMissing, Refused) as error:
            yield bad("folder", str(error), _("correct `folders`"), account.name)
            continue
        text = _("{folder} holds {count} messages").format(folder=folder, count=state.exists)
        yield good("folder", text, account.name)
        if not state.uidvalidity:
            yield note(
                "folder", _("the server does not number the messages of {folder} for good").format(folder=folder)
            )
    yield from _labels(account, folders)
    if account.push and "IDLE" not in folders.abilities.capabilities:
        text = _("the server does not announce new mail; it is looked for every {seconds} seconds")
        yield note("push", text.format(seconds=round(account.every.total_seconds())), account=account.name)
    elif account.push:
        yield good("push", _("the server announces new mail (IDLE)"), account.name)


def _labels(account: Account, folders: Folders) -> Iterator[Sign]:
    way = account.labels
    try:
        folders.open(account.folders[0])
        folders.write()
    except MailboxError as error:
        yield bad("labels", str(error), _("give this login the right to write, or set `labels: none`"), account.name)
        return
    offered = label_way(folders.abilities)
    if way in ("auto", offered, "folder", "flag", "none"):
        chosen = offered if way == "auto" else way
        yield good("labels", _("labels are put as: {way} (no message was touched)").format(way=chosen), account.name)
    else:
        text = _("the server does not offer the labels that are set: {way}").format(way=way)
        yield bad("labels", text, _("set `labels: auto`, or `labels: {offered}`").format(offered=offered), account.name)


def label_way(abilities: Abilities) -> str:
    """Return how labels can be put on this server: gmail, keyword or folder."""
    if abilities.gmail:
        return "gmail"
    return "keyword" if "\\*" in (abilities.permanent_flags or ()) else "folder"


def _failed(imap: Imap, error: MailboxError, name: str) -> Sign:
    if isinstance(error, LoginRefused):
        return bad("login", str(error), advice_for(imap.host) or _("check user and password"), name)
    if isinstance(error, TooMany):
        return bad("login", str(error), _("close other mail programs, or wait for an hour"), name)
    if isinstance(error, OutOfDate):
        todo = _("tell the mail server's owner; and see whether this machine's clock is right (date)")
        return bad("tls", str(error), todo, name)
    if isinstance(error, Untrusted):
        return bad("tls", str(error), _("check imap.host, imap.security and, for a server of your own, imap.ca"), name)
    return bad(
        "connection",
        str(error),
        _("check imap.host, imap.port and imap.security; is there a firewall in between?"),
        name,
    )


def _authserv(config: Config, account: Account) -> Iterator[Sign]:
    name = account.authserv
    folder = config.state.folder
    if name is None and (folder is None or folder.exists()):
        try:
            with rooms.open_ledger(config, alone=False) as ledger:
                name = ledger.learned.get(account.name, AUTHSERV)
        except LedgerError:
            return  # told by the check of the ledger
    if name:
        yield good("senders", _("who really sent a mail is told by {name}").format(name=name), account.name)
    else:
        text = _("it is not known yet whose word on a mail's sender counts; DKIM is checked here instead")
        yield note("senders", text, account=account.name)
