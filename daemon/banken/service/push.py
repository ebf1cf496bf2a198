"""Listen to the servers that announce new mail; what they say wakes the look at the account, nothing more.

An ear begins after a look that worked and ends with its connection; then the account is looked at once more, which
finds what came meanwhile and lets it listen again. Waiting after failures is thus in one place, the runner's.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field

import structlog

from banken.config import Account, SecretError
from banken.i18n import _
from banken.mailbox.errors import MailboxError, NotOffered, Refused, TooMany
from banken.mailbox.idle import Idle
from banken.service import house as rooms
from banken.service.pace import Pace, uptime

log = structlog.get_logger("banken")

RENEW_SECONDS = 540.0
"""After so long IDLE is begun anew: a server may hang up after 30 minutes (RFC 2177), Gmail does after ten."""

SHORT_SECONDS = 60.0
"""A connection that does not live so long is no good one: it is begun again ever later."""

DEAF_SECONDS = 3600.0
"""For so long a server that counts connections, or throttles, is left alone."""

_FIRST_WAIT = 2.0


@dataclass(slots=True)
class _Ear:
    """What listens to one account."""

    account: Account
    pace: Pace
    deaf_until: float = 0.0
    """When it may be listened to again, by the clock: never where the server cannot announce mail."""
    thread: threading.Thread | None = None
    idle: Idle | None = None
    closed: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        self.closed.set()
        if self.idle is not None:
            self.idle.cut()


class Push:
    """The ears of all accounts. All methods may be called from any thread; `wake` is called from the ears' own."""

    def __init__(
        self, wake: Callable[[str], None], *, clock: Callable[[], float] = uptime, renew: float = RENEW_SECONDS
    ) -> None:
        self._wake, self._clock, self._renew = wake, clock, renew
        self._ears: dict[str, _Ear] = {}
        self._lock = threading.Lock()

    def adopt(self, accounts: Iterable[Account]) -> None:
        """Listen to these accounts from now on: to each after its next look."""
        with self._lock:
            old = list(self._ears.values())
            self._ears = {one.name: _Ear(one, self._pace()) for one in accounts if one.push}
        for ear in old:
            ear.close()

    def looked(self, account: Account, error: Exception | None) -> None:
        """Begin to listen (again) to an account that was just looked at, if that worked."""
        with self._lock:
            ear = self._ears.get(account.name)
            if ear is None or ear.account is not account or ear.deaf_until > self._clock():
                return
            if isinstance(error, TooMany):  # one connection less may be what the server wants
                ear.deaf_until = self._clock() + DEAF_SECONDS
                if ear.idle is not None:
                    ear.idle.cut()
            elif error is None and ear.thread is None and ear.pace.due <= self._clock():
                ear.thread = threading.Thread(target=self._run, args=[ear], name=f"ear {account.name}", daemon=True)
                ear.thread.start()
            elif error is None and ear.idle is not None and ear.idle.is_stranded():
                log.info("this machine's address is another one", account=account.name)
                ear.idle.cut()

    def listening(self) -> frozenset[str]:
        """Return the names of the accounts that are listened to now."""
        with self._lock:
            return frozenset(name for name, ear in self._ears.items() if ear.idle is not None)

    def renew(self) -> None:
        """Break all connections, so that they are made anew: after sleep they are dead without knowing it."""
        with self._lock:
            ears = list(self._ears.values())
        for ear in ears:
            if ear.idle is not None:
                ear.idle.cut()

    def close(self) -> None:
        """End all listening."""
        self.adopt(())

    def _pace(self) -> Pace:
        return Pace(_FIRST_WAIT, self._clock)

    def _run(self, ear: _Ear) -> None:
        started = self._clock()
        why = ""
        try:
            self._listen(ear)
        except NotOffered as error:
            ear.deaf_until, why = math.inf, str(error)
        except (MailboxError, SecretError) as error:
            self._waits(ear, error, self._clock() - started)
            why = str(error)
        finally:
            with self._lock:
                ear.thread = ear.idle = None
        if not ear.closed.is_set():
            log.info("not listening", account=ear.account.name, why=why)
            self._wake(ear.account.name)

    def _listen(self, ear: _Ear) -> None:
        with closing(Idle(rooms.imap_server(ear.account.imap), ear.account.folders[0])) as idle:
            ear.idle = idle
            log.info("listening", account=ear.account.name)
            while not ear.closed.is_set() and ear.deaf_until <= self._clock():
                begun = self._clock()
                for _news in idle.listen(self._renew):
                    self._wake(ear.account.name)
                if self._clock() - begun < 0.9 * min(1.0, self._renew):
                    ear.deaf_until = self._clock() + DEAF_SECONDS
                    raise Refused(_("the server ends it at once"))

    def _waits(self, ear: _Ear, error: Exception, lived: float) -> None:
        if lived >= SHORT_SECONDS:
            ear.pace.failures = 0
        else:
            ear.pace.failed(error)
