"""Examine messages again that were set aside: after an update, or when their server has come to its senses."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from banken.ledger import Poison
from banken.mailbox.errors import FolderMissing
from banken.mailbox.model import Mailbox, RawMessage
from banken.service.examining import Examiner


class Fate(StrEnum):
    """What became of a message that was held."""

    EXAMINED = "examined"
    HELD = "held"
    """It broke something again."""
    GONE = "gone"
    """It no longer lies where it lay."""


def again(examiner: Examiner, mailbox: Mailbox, poison: Poison) -> Fate:
    """Examine one held message again, and let it go unless it breaks something again. Raises MailboxError, LedgerError."""
    found = find(mailbox, poison)
    if found is None:
        examiner.guard.ledger.quarantine.release(poison.id)
        return Fate.GONE
    return Fate.HELD if examiner.examine(found) is None else Fate.EXAMINED


def find(mailbox: Mailbox, poison: Poison) -> RawMessage | None:
    """Return a held message as its server gives it now, with its folder open; None when it is gone."""
    return next(iter(mailbox.fetch([poison.uid])), None) if is_open(mailbox, poison) else None


def is_open(mailbox: Mailbox, poison: Poison) -> bool:
    """Open the folder of a held message; return False when it is gone, or its messages were numbered anew."""
    try:
        return mailbox.open(poison.folder).uidvalidity == poison.uidvalidity
    except FolderMissing:
        return False


def of(held: Sequence[Poison], account: str) -> list[Poison]:
    """Return what is held of an account, folder by folder, so that each is opened but once."""
    return sorted((one for one in held if one.account == account), key=lambda one: (one.folder, one.uid))
