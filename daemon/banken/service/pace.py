"""When an account is looked at next: at its own interval, and ever later while it cannot be reached."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from banken.mailbox.errors import LoginRefused, TooMany

LONGEST_WAIT = 3600.0
"""Seconds between two tries at most."""

FIRST_WAIT = 30.0
"""Seconds after a first failure, unless the account is looked at more often anyway."""

FIRST_WAIT_WHEN_REFUSED = 300.0
"""After a refused login: providers lock an account that keeps knocking with a wrong password."""

_INTERVAL_SWING, _WAIT_SWING = 0.1, 0.3
_WAKES, _WAKES_A_SECOND = 60.0, 1.0


def uptime() -> float:
    """Return a count of seconds that never jumps, but goes on while the machine sleeps (CLOCK_BOOTTIME of Linux)."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(slots=True)
class Pace:
    """The next look at one account, in seconds of `clock`; `interval` is the configured one.

    The times swing a little, so that many accounts do not all knock at once.
    """

    interval: float
    clock: Callable[[], float] = uptime
    swing: Callable[[float, float], float] = random.uniform
    due: float = 0.0
    failures: int = 0
    _wakes: float = _WAKES
    _woken: float = field(default=0.0)

    def worked(self) -> None:
        """Look again after the interval."""
        self.failures = 0
        self.due = self.clock() + self.interval * self._around(_INTERVAL_SWING)

    def failed(self, error: BaseException) -> None:
        """Look again after a wait that doubles with each failure in a row, up to an hour."""
        refused = isinstance(error, LoginRefused | TooMany)
        first = FIRST_WAIT_WHEN_REFUSED if refused else min(FIRST_WAIT, self.interval)
        wait = min(first * 2.0 ** min(self.failures, 20), LONGEST_WAIT)
        self.failures += 1
        self.due = self.clock() + wait * self._around(_WAIT_SWING)

    def woken(self) -> None:
        """Look now, because the server says that there is something; a server that says so all the time is bridled.

        An account that cannot be reached is left to its wait.
        """
        now = self.clock()
        self._wakes = min(_WAKES, self._wakes + (now - self._woken) * _WAKES_A_SECOND)
        self._woken = now
        if self.failures:
            return
        if self._wakes >= 1:
            self._wakes -= 1
            self.due = min(self.due, now)
        else:
            self.due = min(self.due, now + 1 / _WAKES_A_SECOND)

    def _around(self, swing: float) -> float:
        return self.swing(1 - swing, 1 + swing)
