"""Try a mailbox out: log in, see which folders and labels there are, and whose word counts there. Nothing is written."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from banken.i18n import _
from banken.mailbox.connection import Server
from banken.mailbox.imap import ImapMailbox, connect
from banken.message import read_header
from banken.message.provider import learn_authserv
from banken.service.checkup.accounts import label_way
from banken.service.setup.providers import Endpoint

NEWEST = 100
"""Messages whose headers are looked at for the name of the provider's own checks."""

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a mailbox offers."""

    folders: tuple[str, ...]
    labels: str
    """gmail, keyword or folder."""
    push: bool
    authserv: str | None


def first_that_answers(candidates: Sequence[Endpoint], greeting: bytes, ca: Path | None = None) -> Endpoint | None:
    """Return the first candidate that is there, with a certificate that holds, and begins with `greeting`.

    Nothing is said to it: a server whose name was guessed gets to see the login only when the worker agreed to it.
    """
    if not candidates:
        return None
    context = ssl.create_default_context(cafile=ca)
    with ThreadPoolExecutor(len(candidates)) as pool:  # a firewall lets each of them wait its ten seconds
        answers = list(pool.map(partial(_greets, greeting=greeting, context=context), candidates))
    return next((one for one, there in zip(candidates, answers, strict=True) if there), None)


def _greets(endpoint: Endpoint, greeting: bytes, context: ssl.SSLContext) -> bool:
    try:
        with ExitStack() as stack:
            sock: socket.socket = stack.enter_context(
                socket.create_connection((endpoint.host, endpoint.port), timeout=_SECONDS)
            )
            if endpoint.security == "tls":
                sock = stack.enter_context(context.wrap_socket(sock, server_hostname=endpoint.host))
            return sock.recv(len(greeting)).startswith(greeting)
    except (OSError, ValueError):
        return False


def look(server: Server, folder: str = "INBOX") -> Found:
    """Return what a mailbox offers. Raises MailboxError."""
    box = connect("", server)
    with closing(box):
        box.open(folder)
        authserv = _authserv(box)
        abilities = box.probe(folder)
        return Found(
            folders=tuple(box.folders()),
            labels=label_way(abilities),
            push="IDLE" in abilities.capabilities,
            authserv=authserv,
        )


def _authserv(box: ImapMailbox) -> str | None:
    newest = sorted(box.uids())[-NEWEST:]
    return learn_authserv([read_header(raw.raw, arrived=raw.arrived) for raw in box.headers(newest)])


def way_of(found: Found) -> str:
    """Return in words how messages will be labelled."""
    return {
        "gmail": _("Gmail's labels"),
        "keyword": _("IMAP keywords, which mail programs show as tags"),
        "folder": _("copies in folders, since this server has no labels"),
    }[found.labels]
