"""Who is looked at when, by which thread, and for how long: a bounded pool, one look at a time for each account.

APScheduler only ticks. A job that hangs there is skipped for ever and ten of them stop all others (measured), so that
here each look has a deadline, after which its connection is cut from outside.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from banken.config import Account, SecretError
from banken.ledger import LedgerError
from banken.mailbox.errors import MailboxError
from banken.service.pace import Pace, uptime

log = structlog.get_logger("banken")

WORKERS = 16
"""Accounts that are looked at at the same time."""

LOOK_SECONDS = 900.0
"""How long one look may take; what it has done by then is kept, and the next one goes on from there."""

HUNG_SECONDS = 60.0
"""After so long behind its deadline, with its connection cut, a look is taken for hung."""


class Leash:
    """What can end one look from outside: pulled, it ends after the message at hand; torn, its connections break."""

    def __init__(self) -> None:
        self._cuts: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._torn = False
        self.pulled = False

    def attach(self, cut: Callable[[], None]) -> None:
        """Let `cut` (safe from any thread) be called when the leash is torn, or now when it is already."""
        with self._lock:
            self._cuts.append(cut)
            torn = self._torn
        if torn:
            cut()

    def pull(self) -> None:
        """Ask the look to end as soon as it can."""
        self.pulled = True

    def tear(self) -> None:
        """Break the look's connections."""
        with self._lock:
            self.pulled = self._torn = True
            cuts = tuple(self._cuts)
        for cut in cuts:
            cut()


Look = Callable[[Account, Leash], None]
"""Looks at one account once; raises MailboxError, SecretError, LedgerError when that failed."""


@dataclass(slots=True)
class _Work:
    """One look that goes on."""

    started: float
    leash: Leash = field(default_factory=Leash)
    future: Future[None] | None = None


@dataclass(slots=True)
class _Post:
    """One account on the round; `again` when it was woken during a look, which may have missed what arrived."""

    account: Account
    pace: Pace
    work: _Work | None = None
    again: bool = False


class Runner:
    """Looks at every account when it is due. All methods may be called from any thread.

    `look` does the looking; `looked` is told how each look ended (None: well). `longest` in seconds.
    """

    def __init__(
        self,
        look: Look,
        looked: Callable[[Account, Exception | None], None] = lambda _account, _error: None,
        *,
        clock: Callable[[], float] = uptime,
        longest: float = LOOK_SECONDS,
        workers: int = WORKERS,
    ) -> None:
        self._look, self._looked, self._clock, self._longest = look, looked, clock, longest
        self._posts: dict[str, _Post] = {}
        self._works: list[_Work] = []
        self._lock = threading.RLock()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="look")
        self._closed = False

    def adopt(self, accounts: Iterable[Account]) -> None:
        """Watch these accounts from now on, each at once; a look that goes on with old settings is asked to end."""
        with self._lock:
            for work in self._works:
                work.leash.pull()
            old = {name: post.work for name, post in self._posts.items()}
            self._posts = {one.name: _Post(one, self._pace(one), old.get(one.name)) for one in accounts}
        self.tick()

    def tick(self) -> None:
        """Start what is due, and cut what takes too long."""
        with self._lock:
            now = self._clock()
            for work in self._works:
                if now - work.started > self._longest and not work.leash.pulled:
                    log.warning("look takes too long", seconds=round(now - work.started))
                    work.leash.tear()
            for post in self._posts.values():
                if post.work is None and post.pace.due <= now and not self._closed:
                    self._start(post, now)

    def wake(self, name: str) -> None:
        """Look at an account now: its server announced something."""
        with self._lock:
            post = self._posts.get(name)
            if post is not None and post.work is None:
                post.pace.woken()
            elif post is not None:
                post.again = True
        self.tick()

    def wake_all(self) -> None:
        """Look at every account now, whatever its wait: the machine slept, and the network may be another one."""
        with self._lock:
            for post in self._posts.values():
                post.pace.due = self._clock()
        self.tick()

    def hung(self) -> int:
        """Return how many looks do not end although their connections were cut."""
        with self._lock:
            limit = self._clock() - self._longest - HUNG_SECONDS
            return sum(work.started < limit for work in self._works)

    def close(self, gently: float, at_last: float) -> bool:
        """End: wait `gently` seconds for what is being done, then cut it and wait `at_last` seconds more.

        Return whether all of it ended. Nothing is lost or done twice either way: see the outbox.
        """
        with self._lock:
            self._closed = True
            works = tuple(self._works)
        for work in works:
            work.leash.pull()
        futures = [work.future for work in works if work.future is not None]
        if wait(futures, gently).not_done:
            for work in works:
                work.leash.tear()
        ended = not wait(futures, at_last).not_done
        self._pool.shutdown(wait=ended, cancel_futures=True)
        return ended

    def _pace(self, account: Account) -> Pace:
        return Pace(account.every.total_seconds(), self._clock, due=self._clock())

    def _start(self, post: _Post, now: float) -> None:
        post.again = False
        post.work = work = _Work(now)
        self._works.append(work)
        work.future = self._pool.submit(self._run, post.account, work)

    def _run(self, account: Account, work: _Work) -> None:
        failure: Exception | None = None
        try:
            failure = self._try(account, work.leash)
            self._looked(account, failure)
        finally:
            self._ended(account, work, failure)

    def _try(self, account: Account, leash: Leash) -> Exception | None:
        try:
            self._look(account, leash)
        except (MailboxError, SecretError, LedgerError) as error:
            return error
        except Exception as error:  # noqa: BLE001 - a mistake of ours at one account must not end the watch over all
            # Its words may be a mail's: only its kind and the place in our code are told.
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).stem}:{last.lineno}"
            log.error("look failed", account=account.name, kind=type(error).__name__, place=place)
            return error
        return None

    def _ended(self, account: Account, work: _Work, failure: Exception | None) -> None:
        with self._lock:
            self._works.remove(work)
            post = self._posts.get(account.name)
            if post is not None and post.work is work:
                post.work = None
                if post.account is account:  # else new settings came meanwhile, and their first look is due
                    _plan(post, failure)
        self.tick()


def _plan(post: _Post, failure: Exception | None) -> None:
    if failure is None:
        post.pace.worked()
    else:
        post.pace.failed(failure)
    if post.again:
        post.pace.woken()
