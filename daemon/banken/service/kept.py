"""What waits for the mailbox of an account that is not in the configuration any more: kept, told once, no trouble.

An account may be taken out for a while, or for good. Labels and letters for its mailbox are neither tried nor given up; they
are put there as soon as the account is there again under its name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from banken.i18n import _
from banken.ledger import Kept, Ledger
from banken.respond import HOUSE, News, WarningSettings, tell, warning_id

_SINCE = "unconfigured since"


def kept(ledger: Ledger, configured: Collection[str]) -> Mapping[str, Kept]:
    """Return what waits for the mailbox of each account that is not configured. Raises LedgerError."""
    return ledger.outbox.kept(but_for={HOUSE, *configured})


def welcome(ledger: Ledger, configured: Collection[str]) -> None:
    """Note which accounts are configured, so that it is told anew when one is taken out again. Raises LedgerError."""
    for account in configured:
        if ledger.learned.get(account, _SINCE) is not None:
            ledger.learned.drop(account, _SINCE)


def tell_once(
    ledger: Ledger,
    configured: Collection[str],
    settings: WarningSettings,
    *,
    inbox: str,
    now: datetime,
    patience: timedelta,
) -> None:
    """Owe a letter on what is kept for an account, once each time it was taken out for longer than `patience`.

    `inbox`: the account whose inbox takes letters that are put there, HOUSE while there is none. Raises LedgerError.
    """
    for account, waits in kept(ledger, configured).items():
        known = ledger.learned.get(account, _SINCE)
        if known is None:
            ledger.learned.put(account, _SINCE, now.isoformat(), now)
        since = datetime.fromisoformat(known) if known else now
        key = f"kept {account} {since.isoformat()}"
        late = now - since >= patience and (settings.via != "append" or inbox != HOUSE)
        if late and not ledger.outbox.wrote(warning_id(ledger.secret, key, settings.sender)):
            tell(ledger, inbox, key, _letter(account, waits), settings, now)


def line(account: str, waits: Kept) -> str:
    """Return in one sentence what is kept for an account."""
    text = _("Kept for the mailbox of “{account}”, which is not in the configuration any more: {what}")
    return text.format(account=account, what=_what(waits))


def _what(waits: Kept) -> str:
    told = ((_("labels {count}"), waits.labels), (_("warnings and letters {count}"), waits.letters))
    return _(", ").join(text.format(count=count) for text, count in told if count)


def _letter(account: str, waits: Kept) -> News:
    text = _(
        "The mail account “{account}” is not in the configuration any more. Still kept for its mailbox: {what}\n\n"
        "Nothing of it is lost: they are put there as soon as the account is in the configuration again under this name. If "
        "you took it out for good, nothing is to be done. Warnings that go by mail or as notices are sent all the same."
    )
    subject = _("[Banken] Something is kept for “{account}”").format(account=account)
    short = _("It is put there as soon as the account is in the configuration again. Else nothing is to be done.")
    brief = _("[Banken] something is kept for a mail account that was taken out")
    return News(subject, text.format(account=account, what=_what(waits)), brief, short)
