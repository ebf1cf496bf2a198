"""Watch over all accounts until told to stop: the ticking, the signals, and new settings while it runs.

The looking itself is the runner's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from queue import Empty, SimpleQueue

import structlog

from banken.config import Account
from banken.i18n import _
from banken.judge.reader import ReaderError
from banken.ledger import Ledger, LedgerError
from banken.platform import VoiceError, pattern
from banken.service import apart, memory, reload, systemd
from banken.service import house as rooms
from banken.service.eye import Eye
from banken.service.nurse import HEARTBEAT_EVERY, LETTERS_EVERY, Nurse
from banken.service.pace import uptime
from banken.service.push import Push
from banken.service.rounds import Rounds
from banken.service.runner import Leash, Runner
from banken.strictyaml import ProblemsError

log = structlog.get_logger("banken")

GENTLY, AT_LAST = 5.0, 2.0
"""Seconds at the end for what is being done, and for what was cut then."""

LATEST = 9.0
"""Seconds after the signal at which the program ends whatever it does: nothing is lost or done twice by that either."""

FILES_EVERY = 5.0
"""Seconds between two looks at the files of configuration and rules."""

MEMORY_EVERY = 300.0
"""Seconds between two times at which memory that mail took is given back."""

FORGET_EVERY = 86400.0
"""Seconds between two times at which words of mail are erased that were kept long enough."""

SLEPT_SECONDS = 30.0
"""Two ticks so far apart mean that the machine slept in between."""


class Order(Enum):
    """What a signal or a changed file asks for."""

    STOP = "stop"
    RELOAD = "reload"


class Watch:
    """Watches all accounts of a house. `stop` and `reload` may be called from signal handlers and other threads."""

    def __init__(self, house: rooms.House, ledger: Ledger, path: Path) -> None:
        self._ledger = ledger
        self._path = path
        self._files = reload.Files(path, house.config)
        self._eye = Eye(house, ledger)
        self._runner = Runner(self._look, self._looked)
        self._push = Push(self._runner.wake)
        self._nurse = Nurse(house, ledger, self._runner.hung)
        self._rounds = Rounds()
        self._ticked = uptime()
        self._orders: SimpleQueue[Order] = SimpleQueue()
        self._ending = False
        self._latest = threading.Timer(LATEST, os._exit, [0])
        self._latest.daemon = True

    def run(self) -> None:
        """Watch until stopped; returns within ten seconds then, or ends the program when a look does not let go."""
        for number, order in _SIGNALS.items():
            signal.signal(number, lambda *_args, order=order: self._ordered(order))
        self._settle()
        self._adopt()
        self._go_round()
        self._ready()
        log.info("watching", accounts=self._names())
        while self._next() is not Order.STOP:
            self._reload()
        systemd.stopping()
        log.info("stopping")
        self._rounds.close()
        self._push.close()
        self._nurse.close()
        ended = self._runner.close(GENTLY, AT_LAST)
        self._latest.cancel()
        log.info("stopped", all_ended=ended)
        if not ended:  # the interpreter would wait for the thread that hangs, as long as it likes
            sys.stderr.flush()
            os._exit(0)

    def _ordered(self, order: Order) -> None:
        """Take an order from a signal; the end comes in time whatever hangs on a slow machine."""
        if order is Order.STOP and self._latest.ident is None:
            self._latest.start()
        self._put(order)

    def stop(self) -> None:
        """End after what is being done now."""
        self._put(Order.STOP)

    def reload(self) -> None:
        """Read configuration and rules again."""
        self._put(Order.RELOAD)

    def _put(self, order: Order) -> None:
        self._ending |= order is Order.STOP
        self._orders.put(order)

    def _next(self) -> Order:
        """Wait for the next order, waking each second: a signal that another thread took would not wake this one."""
        while True:
            self._rounds.mend()
            with contextlib.suppress(Empty):
                return self._orders.get(timeout=1)

    def _look(self, account: Account, leash: Leash) -> None:
        self._eye.look(account, leash)

    def _looked(self, account: Account, error: Exception | None) -> None:
        if error is not None:
            log.warning("account not reached", account=account.name, why=str(error))
        self._push.looked(account, error)
        self._nurse.looked(account, error)

    def _adopt(self) -> None:
        accounts = self._eye.house.config.accounts
        self._push.adopt(accounts)
        self._runner.adopt(accounts)

    def _reload(self) -> None:
        """Take over what the files say now; keep what there was when something in it is wrong."""
        systemd.reloading()
        try:
            self._take_over()
        except (ProblemsError, ReaderError, VoiceError, LedgerError) as error:
            log.error("new settings refused, the old ones stay", why=str(error))
            self._nurse.refused(str(error))
        except apart.GivenUpError:
            return
        self._ready()

    def _take_over(self) -> None:
        house = apart.read(self._path, lambda: not self._ending).house
        if house.config.state != self._eye.house.config.state:
            raise _moved()
        self._eye = Eye(house, self._ledger)
        self._files = reload.Files(self._path, house.config)
        self._nurse.adopt(house)
        self._settle()
        self._adopt()
        log.info("new settings", accounts=self._names(), rules=house.knowledge.rules_version)

    def _ready(self) -> None:
        systemd.ready(min(one.every for one in self._eye.house.config.accounts).total_seconds())

    def _settle(self) -> None:
        """Be ready for the first mail, and keep of all that was loaded only what is needed for the others."""
        self._eye.house.knowledge.judge.book.compile()
        memory.give_back()

    def _names(self) -> list[str]:
        return [account.name for account in self._eye.house.config.accounts]

    def _go_round(self) -> None:
        self._rounds.add(self._tick, 1)
        self._rounds.add(self._look_at_files, FILES_EVERY)
        self._rounds.add(self._nurse.beat, HEARTBEAT_EVERY)
        self._rounds.add(self._nurse.send, LETTERS_EVERY)
        self._rounds.add(_rest, MEMORY_EVERY)
        self._rounds.add(self._forget, FORGET_EVERY, at_once=True)
        self._rounds.start()

    def _tick(self) -> None:
        """Look who is due; after the machine has slept, all connections are dead and the network may be another one."""
        before, self._ticked = self._ticked, uptime()
        if self._ticked - before > SLEPT_SECONDS:
            log.info("slept", seconds=round(self._ticked - before))
            self._push.renew()
            self._runner.wake_all()
        self._runner.tick()

    def _look_at_files(self) -> None:
        if self._files.changed():
            self.reload()

    def _forget(self) -> None:
        """Erase the words of mail that is older than the worker wants to keep them."""
        try:
            self._ledger.retain(datetime.now(UTC) - self._eye.house.config.retention)
        except LedgerError as error:
            log.error("old mail not erased", why=str(error))


def _rest() -> None:
    """Give back what the mail of the last minutes took; the next one waits some hundredths of a second for it."""
    pattern.forget()
    memory.give_back()


_SIGNALS = {signal.SIGTERM: Order.STOP, signal.SIGINT: Order.STOP, signal.SIGHUP: Order.RELOAD}


def _moved() -> LedgerError:
    return LedgerError(_("`state` cannot be changed while Banken runs"), _("stop it, move the folder, start it again"))
