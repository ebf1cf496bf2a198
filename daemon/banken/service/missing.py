"""Tell the worker of a watched folder that is gone: the others are watched on, but what comes into it is not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from banken.i18n import _
from banken.ledger import Ledger
from banken.mailbox.errors import MailboxError
from banken.respond import News, WarningSettings, tell

log = structlog.get_logger("banken")


def note(
    ledger: Ledger,
    account: str,
    watched: Sequence[str],
    missing: Mapping[str, MailboxError],
    settings: WarningSettings,
    *,
    now: datetime,
    patience: timedelta,
) -> bool:
    """Note which of the `watched` folders are `missing`; owe a letter, once each time, on one that is so for `patience`.

    Return whether one may soon be back: it is missing for less than that. Raises LedgerError.
    """
    awaited = False
    for folder in watched:
        known = ledger.learned.get(account, _name(folder))
        if folder not in missing:
            if known is not None:
                ledger.learned.drop(account, _name(folder))
            continue
        log.warning("folder not opened", account=account, why=str(missing[folder]))
        if known is None:
            ledger.learned.put(account, _name(folder), now.isoformat(), now)
        since = datetime.fromisoformat(known) if known else now
        if now - since >= patience:
            key = f"{_name(folder)} {account} {since.isoformat()}"
            tell(ledger, account, key, _letter(account, folder, missing[folder]), settings, now)
        else:
            awaited = True
    return awaited


def noted(ledger: Ledger, account: str, watched: Sequence[str]) -> tuple[str, ...]:
    """Return which of the `watched` folders could not be opened in the last look."""
    return tuple(folder for folder in watched if ledger.learned.get(account, _name(folder)) is not None)


def _name(folder: str) -> str:
    return f"missing {folder}"


def _letter(account: str, folder: str, why: MailboxError) -> News:
    text = _(
        "The folder “{folder}” of the mail account “{account}” cannot be opened: {why}\n\n"
        "New mail in it is not examined. The other folders are watched on. If you renamed or deleted it, write its new "
        "name under `folders:` of the configuration, or take it out there; if it comes back, nothing is to be done."
    )
    subject = _("[Banken] “{folder}” of “{account}” cannot be watched").format(folder=folder, account=account)
    short = _("New mail in it is not examined. “banken doctor” shows what is wrong.")
    brief = _("[Banken] a watched folder cannot be opened")
    return News(subject, text.format(folder=folder, account=account, why=why), brief, short)
