"""Tell the worker that the ledger itself cannot be written: without it nothing can be owed, so it is told at once.

What is known of it lies in memory: a program that is started anew finds out by itself, and does not start.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

import structlog

from banken.config import Account, Config, SecretError
from banken.i18n import _
from banken.mailbox.errors import MailboxError
from banken.respond import News, Post, PostError, WarningSettings, Way, letter_of, moment_of, notify
from banken.service import house as rooms

log = structlog.get_logger("banken")

AGAIN = timedelta(hours=1)
"""How long is waited when nobody could be told."""

_INBOX = "INBOX"


class Outage:
    """Since when the ledger fails, and whether that was told; threads that look and the one that sends share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._since: datetime | None = None
        self._why = ""
        self._told = False
        self._over: tuple[datetime, datetime] | None = None
        """From when to when it failed, as long as the worker was told of it and not yet that it is over."""
        self._next: datetime | None = None

    def begins(self, why: str, now: datetime) -> None:
        """Note that the ledger cannot be written."""
        with self._lock:
            if self._since is None:
                self._since, self._next = now, None
            self._why = why

    def ends(self, now: datetime) -> None:
        """Note that it can be again."""
        with self._lock:
            if self._since is not None and self._told:
                self._over = self._since, now
            if self._since is not None:
                self._since, self._told, self._next = None, False, None

    def lasts(self, now: datetime, patience: timedelta) -> str:
        """Return why the ledger has failed for as long as `patience`, "" when it has not."""
        with self._lock:
            return self._why if self._since is not None and now - self._since >= patience else ""

    def tell(self, config: Config, now: datetime) -> None:
        """Tell of it, once, when it has lasted for as long as an account may be unreachable; and once that it is over.

        Nothing is held meanwhile: a server may take its time. Never raises for one.
        """
        with self._lock:
            since = self._since
            if self._next is not None and now < self._next:
                return
            if since is not None and not self._told and now - since >= config.health.unreachable:
                news = _lost(since, self._why, config)
            elif since is None and self._over is not None:
                news = _back(*self._over, config)
            else:
                return
            self._next = now + AGAIN
        if not _tell(config, news, now):
            return
        with self._lock:
            self._next = None
            if since is None:
                self._over = None
            elif self._since == since:
                self._told = True
            else:  # it ended while it was being told
                self._over = since, now


def _tell(config: Config, news: News, now: datetime) -> bool:
    """Tell news by every way there is; return whether one of them worked."""
    settings = rooms.warning_settings(config, config.accounts[0])
    ways: list[Callable[[], object]] = [partial(_notice, way, news) for way in settings.notify]
    if settings.smtp is not None:
        ways += [partial(_post, settings, to, news, now) for to in settings.to]
    elif settings.via == "append":
        ways.append(partial(_put_somewhere, config, news, now))
    return sum(map(_works, ways)) > 0


def _works(tell: Callable[[], object]) -> bool:
    try:
        tell()
    except (PostError, MailboxError, SecretError) as error:
        log.warning("letter not sent", why=str(error))
        return False
    return True


def _notice(way: Way, news: News) -> None:
    notify.send(way.address, *notify.word(news, way.says))


def _post(settings: WarningSettings, to: str, news: News, now: datetime) -> None:
    assert settings.smtp is not None
    mail = letter_of(news, settings, to=to, now=now)
    with Post(settings.smtp) as post:
        post.send(settings.sender or to, to, lambda _eight_bit, _largest: mail)


def _put_somewhere(config: Config, news: News, now: datetime) -> None:
    """Put a letter into the inbox of the first account that takes it; raises MailboxError when none does."""
    *others, last = config.accounts
    for account in others:
        with suppress(MailboxError, SecretError):
            return _put(account, rooms.warning_settings(config, account), news, now)
    return _put(last, rooms.warning_settings(config, last), news, now)


def _put(account: Account, settings: WarningSettings, news: News, now: datetime) -> None:
    to = settings.to[0] if settings.to else settings.sender
    with rooms.mailbox(account) as box:
        box.append(_INBOX, letter_of(news, settings, to=to, now=now))


def _lost(since: datetime, why: str, config: Config) -> News:
    text = _(
        "Banken has not been able to write its ledger since {since}: {why}\n\n"
        "Until this is set right, new mail is not examined and no warning comes. Banken keeps trying, and looks at everything"
        " that arrived meanwhile as soon as it can.\n\n“banken doctor” shows what is wrong and what to do."
    ).format(since=moment_of(since, config.timezone), why=why)
    subject = _("[Banken] The ledger cannot be written: no mail is watched")
    return News(subject, text, subject)


def _back(since: datetime, now: datetime, config: Config) -> News:
    text = _(
        "Banken can write its ledger again. It could not from {since} to {until}.\n\n"
        "What arrived in that time is examined now."
    ).format(since=moment_of(since, config.timezone), until=moment_of(now, config.timezone))
    subject = _("[Banken] The ledger can be written again")
    return News(subject, text, subject)
