"""Find the mail that a person means: a file, a place like `INBOX:12`, or a Message-ID."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import typer

from banken.config import Account, Config
from banken.guard import Examined
from banken.i18n import _
from banken.ledger import Ledger, OutboxRow
from banken.mailbox.errors import FolderMissing, Refused
from banken.mailbox.model import Mailbox, RawMessage
from banken.report.evidence import find_again
from banken.service import house as rooms
from banken.strictyaml import nearest


@dataclass(frozen=True, slots=True)
class Located:
    """A mail that lies on a server, examined with what the ledger knows, and what has been done for it."""

    examined: Examined
    done: Sequence[OutboxRow]


def is_file(words: str) -> bool:
    """Return whether `words` name a file or folder that is there."""
    with suppress(OSError, ValueError):
        return Path(words).exists()
    return False


def chosen(settings: Config, name: str) -> tuple[Account, ...]:
    """Return the account of that name, all of them for "". Raises typer.BadParameter."""
    if not name:
        return settings.accounts
    known = {one.name: one for one in settings.accounts}
    if name not in known:
        near = nearest(name, known) or ", ".join(known)
        raise typer.BadParameter(_("there is no account “{name}”; known: {near}").format(name=name, near=near))
    return (known[name],)


def locate(house: rooms.House, words: str, account: str) -> Located:
    """Fetch and examine the mail that `words` mean; nothing is written. Raises typer.BadParameter, MailboxError."""
    accounts = chosen(house.config, account)
    if not words.startswith("<") and _place(words) is None and "@" not in words:
        what = _("“{words}” is no file, no place such as INBOX:12 and no Message-ID").format(words=words)
        raise typer.BadParameter(what)
    with rooms.dry_ledger(house.config) as ledger:
        for one in accounts:
            with rooms.mailbox(one) as box:
                raw = _fetch(box, one, words, ledger)
                if raw is not None:
                    guard = rooms.account_guard(house, one, ledger)
                    examined = guard.examine(guard.look(raw), explain=True)
                    return Located(examined, ledger.outbox.of(one.name, examined.message.fingerprint))
    names = ", ".join(one.name for one in accounts)
    raise typer.BadParameter(_("there is no mail “{words}” in: {accounts}").format(words=words, accounts=names))


def _fetch(box: Mailbox, account: Account, words: str, ledger: Ledger) -> RawMessage | None:
    for folder, uid in _candidates(box, account, words, ledger):
        with suppress(FolderMissing, Refused):
            box.open(folder)
            for raw in box.fetch([uid]):
                if not raw.broken:
                    return raw
    return None


def _candidates(box: Mailbox, account: Account, words: str, ledger: Ledger) -> Iterator[tuple[str, int]]:
    """Yield folder and UID of what may be meant, the likeliest first."""
    place = _place(words)
    if place is not None:
        yield place
        return
    message_id = words if words.startswith("<") else f"<{words}>"
    for seen in ledger.seen.by_message_id(message_id):
        if seen.account == account.name:
            uid = find_again(box, seen.folder, seen.uidvalidity, seen.uid, message_id)
            if uid is not None:
                yield seen.folder, uid
    for folder in account.folders:
        with suppress(FolderMissing, Refused):
            box.open(folder)
            for uid in box.find(message_id):
                yield folder, uid


def _place(words: str) -> tuple[str, int] | None:
    """Return the folder and UID of `INBOX:12`."""
    folder, colon, uid = words.replace("：", ":").rpartition(":")
    uid = unicodedata.normalize("NFKC", uid)
    return (folder, int(uid)) if colon and folder and uid.isascii() and uid.isdecimal() and len(uid) < 11 else None
