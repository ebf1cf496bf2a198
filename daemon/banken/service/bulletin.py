"""Tell the worker by mail that an account could not be reached for long, and that it can be again."""

from __future__ import annotations

from datetime import datetime, timedelta

from banken.config import SecretError
from banken.i18n import _
from banken.ledger import Ledger
from banken.mailbox.errors import LoginRefused
from banken.oauth import LoginNeeded
from banken.respond import HOUSE, News, WarningSettings, moment_of, tell, warning_id
from banken.service.health import Trouble

REFUSALS = 2
"""So many refused logins in a row are told at once: they will not pass by themselves."""


def must_be_told(trouble: Trouble, error: Exception, now: datetime, patience: timedelta) -> bool:
    """Return whether the worker has to know that an account cannot be looked at."""
    return is_refused(trouble, error) or now - trouble.since >= patience


def is_refused(trouble: Trouble, error: Exception) -> bool:
    """Return whether the trouble is now one that only the worker can end."""
    refused = isinstance(error, LoginRefused | SecretError) and trouble.tries >= REFUSALS
    # A login by OAuth that was revoked is so at the first try: the token server says it, not the mail server.
    return refused or isinstance(error, LoginNeeded)


def unreachable(
    ledger: Ledger,
    account: str,
    trouble: Trouble,
    settings: WarningSettings,
    now: datetime,
    well: list[str],
    *,
    refused: bool = False,
) -> None:
    """Owe a letter on an account that cannot be reached, once for each time it was lost, and once more when `refused`.

    For a server that was away and now refuses the login is another trouble, and no longer one that passes by itself.
    Put into an inbox, the letter goes into that of another account, one of those that are `well`; when there is none,
    only other ways than mail can tell it before `back`.
    """
    if not refused and _owed(ledger, "refused", account, trouble, settings):
        return
    key = _key("refused" if refused else "lost", account, trouble)
    put = ledger.outbox.inbox_of(warning_id(ledger.secret, key, settings.sender))
    others = [put] if put else [one for one in well if one != account]
    text = _(
        "The mail account “{account}” has not been looked at since {since}: {why}\n\n"
        "New mail in it is not examined until this is set right. Banken keeps trying, and looks at everything that "
        "arrived meanwhile as soon as it can.\n\n“banken doctor” shows what is wrong and what to do."
    ).format(account=account, since=moment_of(trouble.since, settings.timezone), why=trouble.why)
    subject = _("[Banken] “{account}” cannot be looked at").format(account=account)
    short = _("New mail cannot be examined until this is set right. “banken doctor” shows what is wrong.")
    news = News(subject, text, _("[Banken] a mail account cannot be looked at"), short)
    tell(ledger, others[0] if others else HOUSE, key, news, settings, now)


def back(ledger: Ledger, account: str, trouble: Trouble, settings: WarningSettings, now: datetime) -> None:
    """Owe a letter on an account that can be reached again; the caller knows that the trouble was worth telling."""
    times = {"since": moment_of(trouble.since, settings.timezone), "until": moment_of(now, settings.timezone)}
    text = _(
        "The mail account “{account}” is looked at again. It could not be from {since} to {until}: {why}\n\n"
        "What arrived in that time has been examined now."
    ).format(account=account, why=trouble.why, **times)
    subject = _("[Banken] “{account}” is looked at again").format(account=account)
    short = _("What arrived meanwhile has been examined.")
    news = News(subject, text, _("[Banken] the mail account is looked at again"), short)
    tell(ledger, account, _key("back", account, trouble), news, settings, now)


def was_told(ledger: Ledger, account: str, trouble: Trouble, settings: WarningSettings) -> bool:
    """Return whether a letter on this trouble was owed."""
    return any(_owed(ledger, what, account, trouble, settings) for what in ("lost", "refused"))


def _owed(ledger: Ledger, what: str, account: str, trouble: Trouble, settings: WarningSettings) -> bool:
    return ledger.outbox.wrote(warning_id(ledger.secret, _key(what, account, trouble), settings.sender))


def _key(what: str, account: str, trouble: Trouble) -> str:
    return f"{what} {account} {trouble.since.isoformat()}"
