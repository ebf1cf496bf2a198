"""Look after the watch itself: note how each account is, and tell systemd, the heartbeat, the port and the worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from banken.config import Account, SecretError
from banken.ledger import Ledger, LedgerError
from banken.mailbox.errors import MailboxError, Unreachable
from banken.respond import HOUSE, Outcome, WarningSettings, carry_out, send_notices
from banken.service import bulletin, kept, pace, systemd
from banken.service import house as rooms
from banken.service.health import Condition, Health, Trouble, Vitals, conditions, trouble
from banken.service.outage import Outage
from banken.service.pace import uptime

if TYPE_CHECKING:
    from banken.service.endpoint import Endpoint

log = structlog.get_logger("banken")

HEARTBEAT_EVERY, LETTERS_EVERY = 300.0, 30.0
"""Seconds between two heartbeats, and between two tries to send letters that are owed."""


WITHOUT_MAILBOX = timedelta(minutes=10)
"""So long a mailbox may be away before the warnings on it go out by SMTP without it."""


class Nurse:
    """The health of all accounts. Methods may be called from any thread; `hung` counts looks that do not end."""

    def __init__(self, house: rooms.House, ledger: Ledger, hung: Callable[[], int]) -> None:
        self._house, self._ledger, self._hung = house, ledger, hung
        self._health = Health(ledger)
        self._failures: dict[str, float] = {}
        """When each account's last look failed, by `uptime`."""
        self._endpoint: Endpoint | None = None
        self._outage = Outage()
        self._known: dict[str, Condition] = {}
        """How each account was when that was written down last."""
        self.adopt(house)

    def adopt(self, house: rooms.House) -> None:
        """Go on with new settings."""
        self._house = house
        try:
            self._health.settings("")
            kept.welcome(self._ledger, self._names())
            self._known.update((one.account, one) for one in self.conditions())
        except LedgerError as error:
            log.error("health not noted", why=str(error))
        self._open_port(house.config.health.port)

    def refused(self, why: str) -> None:
        """Note that new settings were refused."""
        try:
            self._health.settings(why)
        except LedgerError as error:
            log.error("health not noted", why=str(error))

    def close(self) -> None:
        """Close the port."""
        if self._endpoint is not None:
            self._endpoint.close()
            self._endpoint = None

    def conditions(self) -> Sequence[Condition]:
        """Return how the accounts are. Raises LedgerError."""
        return conditions(self._ledger, self._house.config.accounts, datetime.now(UTC))

    def vitals(self) -> Vitals:
        """Return how the watch is, without waiting for the ledger: from what was noted there of the last looks."""
        config, now = self._house.config, datetime.now(UTC)
        blank = (Condition(one.name, one.every, None, None, now) for one in config.accounts)
        known = [replace(self._known.get(one.account, one), every=one.every, now=now) for one in blank]
        return Vitals(known, self._hung(), self._outage.lasts(now, config.health.unreachable))

    def looked(self, account: Account, error: Exception | None) -> None:
        """Note how a look ended, and tell who has to know."""
        try:
            if error is None:
                self._worked(account)
            else:
                self._failed(account, error)
            [self._known[account.name]] = conditions(self._ledger, [account], datetime.now(UTC))
            if _answered(error) and not self._hung():
                systemd.alive(self._line())
        except LedgerError as trouble:
            log.error("health not noted", why=str(trouble))
            self._outage.begins(str(trouble), datetime.now(UTC))
        else:
            self._outage.ends(datetime.now(UTC))

    def beat(self) -> None:
        """Send the heartbeat, if all accounts are well."""
        url = self._house.config.health.heartbeat
        if url is None:
            return
        from banken.service.heartbeat import beat  # noqa: PLC0415 - what asks the web is needed by few

        try:
            if self._hung() or not all(one.fresh for one in self.conditions()):
                log.warning("no heartbeat", why="not all accounts are well")
                return
            if why := beat(url.reveal()):
                log.warning("no heartbeat", why=why)
        except (LedgerError, SecretError) as error:
            log.warning("no heartbeat", why=str(error))

    def send(self) -> None:
        """Send what is owed and needs no mailbox: letters of the house, notices, warnings of mailboxes that are away."""
        config = self._house.config
        self._outage.tell(config, datetime.now(UTC))
        try:
            self._tell_in_time()
            settings, shelter = self._settings(config.accounts[0]), next(iter(self._well()), HOUSE)
            self._tell_kept(settings, shelter)
            outcome = Outcome()
            self._send_for(HOUSE, settings, outcome, away=True, shelter=shelter)
            for account in config.accounts:
                self._send_for(account.name, self._settings(account), outcome, away=self._is_away(account))
            shelter = shelter or config.accounts[0].name
            for name in self._ledger.outbox.owing() - {HOUSE, *self._names()}:
                self._send_for(name, replace(settings, watched=frozenset()), outcome, away=True, shelter=shelter)
        except LedgerError as error:
            log.error("letters not sent", why=str(error))
            return
        for row in [*outcome.later, *outcome.failed]:
            log.warning("letter not sent", why=row.result)
        if outcome.done:
            log.info("letters sent", done=len(outcome.done))

    def _tell_kept(self, settings: WarningSettings, inbox: str) -> None:
        """Tell of what is kept for accounts that were taken out; not while the configuration may still be worked at."""
        now, patience = datetime.now(UTC), self._house.config.health.unreachable
        kept.tell_once(self._ledger, self._names(), settings, inbox=inbox, now=now, patience=patience)

    def _names(self) -> list[str]:
        return [one.name for one in self._house.config.accounts]

    def _send_for(
        self, name: str, settings: WarningSettings, outcome: Outcome, *, away: bool, shelter: str = HOUSE
    ) -> None:
        """Send what is owed for an account; by mail only when it is `away`, or not in the configuration any more."""
        if away:
            outcome.take(carry_out(self._ledger, name, None, settings, self._house.advice, shelter=shelter))
        outcome.take(send_notices(self._ledger, name, settings))

    def _is_away(self, account: Account) -> bool:
        """Return whether what is owed by SMTP should not wait for a look, which could attach the mail it is about."""
        lost = trouble(self._ledger, account.name)
        return lost is not None and datetime.now(UTC) - lost.since >= WITHOUT_MAILBOX

    def _settings(self, account: Account) -> WarningSettings:
        return rooms.warning_settings(self._house.config, account)

    def _worked(self, account: Account) -> None:
        self._failures.pop(account.name, None)
        over = self._health.worked(account.name)
        if over is None:
            return
        settings = self._settings(account)
        now = datetime.now(UTC)
        long = now - over.since >= self._house.config.health.unreachable
        if long or bulletin.was_told(self._ledger, account.name, over, settings):
            bulletin.back(self._ledger, account.name, over, settings, now)
        log.info("account reached again", account=account.name)

    def _failed(self, account: Account, error: Exception) -> None:
        self._failures[account.name] = uptime()
        trouble = self._health.failed(account.name, _why(error))
        now = datetime.now(UTC)
        if bulletin.must_be_told(trouble, error, now, self._house.config.health.unreachable):
            self._tell(account, trouble, now, refused=bulletin.is_refused(trouble, error))

    def _tell_in_time(self) -> None:
        """Tell of accounts that have not been reached for long, without waiting for the next look to fail.

        Those are not meant whose last look was longer ago than two looks ever are apart: the machine slept, and looks now.
        """
        now, patience = datetime.now(UTC), self._house.config.health.unreachable
        for account in self._house.config.accounts:
            failed = self._failures.get(account.name)
            lost = trouble(self._ledger, account.name)
            lately = failed is not None and uptime() - failed <= 2 * pace.LONGEST_WAIT
            if lost is not None and lately and now - lost.since >= patience:
                self._tell(account, lost, now)

    def _tell(self, account: Account, trouble: Trouble, now: datetime, *, refused: bool = False) -> None:
        settings = self._settings(account)
        bulletin.unreachable(self._ledger, account.name, trouble, settings, now, self._well(), refused=refused)

    def _well(self) -> list[str]:
        """Return the names of the accounts that can be looked at."""
        return [one.account for one in self.conditions() if one.fresh and one.trouble is None]

    def _line(self) -> str:
        accounts = self.conditions()
        return f"{sum(one.fresh for one in accounts)}/{len(accounts)} accounts fresh"

    def _open_port(self, port: int | None) -> None:
        if self._endpoint is not None and self._endpoint.port == port:
            return
        self.close()
        if port is None:
            return
        from banken.service.endpoint import Endpoint  # noqa: PLC0415 - a web server that few want

        try:
            self._endpoint = Endpoint(port, self.vitals, self._ledger)
        except OSError as error:
            log.error("port not opened", port=port, why=error.strerror)


def _answered(error: Exception | None) -> bool:
    """Return whether a server really answered, be it with a refusal."""
    return error is None or (isinstance(error, MailboxError) and not isinstance(error, Unreachable))


def _why(error: Exception) -> str:
    """Return what may be told of an error: that of a mistake of ours could hold a mail's words."""
    return str(error) if isinstance(error, MailboxError | SecretError | LedgerError) else type(error).__name__
