"""Look at every account again and again, at its own interval, until told to stop.

APScheduler keeps the time (3.x; its traps, measured: the default grace of one second lets most of many accounts never
run, so there is none here). Whatever fails for one account is told in the log, and the next round tries again.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from banken.config import Account, SecretError
from banken.guard import Examined, Guard
from banken.ledger import Ledger
from banken.mailbox.errors import MailboxError
from banken.mailbox.imap import ImapMailbox
from banken.platform import UNKNOWN, shapes
from banken.respond import Outcome, carry_out
from banken.service import house as rooms
from banken.service.catchup import CatchUp
from banken.words import Authentic

log = structlog.get_logger("banken")


class Watch:
    """Watches all accounts of a house. `stop` ends it, from a signal handler or another thread."""

    def __init__(self, house: rooms.House, ledger: Ledger) -> None:
        self._house = house
        self._ledger = ledger
        self._guards: dict[str, Guard] = {}
        self._stopped = threading.Event()
        self._one_writer = threading.Lock()

    def run(self) -> None:
        """Watch until stopped."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_args: self.stop())
        scheduler = self._scheduler()
        scheduler.start()
        log.info("watching", accounts=[account.name for account in self._house.config.accounts])
        self._stopped.wait()
        scheduler.shutdown(wait=True)
        log.info("stopped")

    def stop(self) -> None:
        """End after what is being done now."""
        self._stopped.set()

    def round(self, account: Account) -> Outcome | None:
        """Look at one account once; return what was carried out, None when it could not be reached."""
        try:
            with rooms.mailbox(account) as box, self._one_writer:
                return self._look(account, box)
        except (MailboxError, SecretError) as error:
            log.warning("account not reached", account=account.name, why=str(error))
        return None

    def _look(self, account: Account, box: ImapMailbox) -> Outcome:
        guard = self._guard(account)
        guard.deals.reload()  # the worker may have set one right by `banken deals` in the meantime
        found = 0
        catch_up = CatchUp(guard=guard, mailbox=box, folders=account.folders)
        for examined in catch_up.run():
            found += bool(examined.verdict.level)
            self._tell_unknown(account, examined)
        guard.remind(guard.clock())
        outcome = carry_out(self._ledger, account.name, box, guard.warning, self._house.advice)
        log.info(
            "looked",
            account=account.name,
            found=found,
            done=len(outcome.done),
            later=len(outcome.later),
            failed=len(outcome.failed),
            set_aside=len(catch_up.poisoned),
        )
        return outcome

    def _tell_unknown(self, account: Account, examined: Examined) -> None:
        """Log the shape of genuine mail that no kind fits: `banken platform unknown` tells how to add it."""
        mail = examined.correspondence
        if mail.kind == UNKNOWN and mail.authentic is Authentic.VERIFIED:
            packs = (pack for pack in self._house.packs if pack.id == mail.platform)
            found = [shape.pattern for pack in packs for shape in shapes(pack, [examined.message.subject])]
            log.info("unknown kind of mail", account=account.name, shape=found)

    def _guard(self, account: Account) -> Guard:
        if account.name not in self._guards:
            self._guards[account.name] = rooms.account_guard(self._house, account, self._ledger)
        return self._guards[account.name]

    def _scheduler(self) -> BackgroundScheduler:
        accounts = self._house.config.accounts
        scheduler = BackgroundScheduler(
            timezone=self._house.config.timezone,
            executors={"default": ThreadPoolExecutor(max(1, len(accounts)))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        now = datetime.now(self._house.config.timezone)
        for account in accounts:
            seconds = account.every.total_seconds()
            scheduler.add_job(
                self.round, "interval", args=[account], seconds=seconds, next_run_time=now, id=account.name
            )
        scheduler.add_job(self._forget, "interval", days=1, next_run_time=now, id="retention")
        return scheduler

    def _forget(self) -> None:
        """Erase the words of mail that is older than the worker wants to keep them."""
        with self._one_writer:
            self._ledger.retain(datetime.now(UTC) - self._house.config.retention)


def set_up_log(write: Callable[[str], object]) -> None:
    """Write the log as lines for people, without any mail text or secret in them."""

    def line(_logger: object, _name: str, event: MutableMapping[str, Any]) -> str:
        facts = " ".join(f"{key}={value}" for key, value in event.items() if key not in ("event", "timestamp", "level"))
        return f"{event['timestamp']} {event['level']} {event['event']} {facts}".rstrip()

    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=False), line],
        logger_factory=lambda *_args: _Lines(write),
        cache_logger_on_first_use=True,
    )


class _Lines:
    """What structlog writes to: every method takes a finished line."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def msg(self, message: str) -> None:
        """Write one line."""
        self._write(message)

    debug = info = warning = error = critical = msg
