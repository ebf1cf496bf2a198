"""`banken run` in a compressed day: `python -m tests.soak.hurried FACTOR CONFIG`, below libfaketime.

libfaketime lets the clock on the wall run FACTOR times as fast (and jump, as the day says). What the program measures by
the machine's uptime instead, which nobody can hurry without breaking the waits of the C library, is divided here.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial

from banken.mailbox import idle
from banken.service import house, pace, program, push, rounds, runner, watch

_TIMEOUT, _DEADLINE = 10.0, 30.0
"""Seconds of the machine's own time that a silent server is waited for. libfaketime hurries poll(2), which a socket waits in."""


class _Scheduler(rounds.BackgroundScheduler):
    """Ticks once a second of the machine's time, however fast the clock on the wall runs."""

    slowest = 1.0

    def _process_jobs(self) -> float | None:
        """Return how long to wait for the next job: what the hurried clock shows goes by so much faster."""
        seconds: float | None = super()._process_jobs()
        return seconds / self.slowest if seconds else seconds


def hurry(factor: float) -> None:
    """Divide the waits of the program."""
    for name in ("FIRST_WAIT", "LONGEST_WAIT", "FIRST_WAIT_WHEN_REFUSED"):
        setattr(pace, name, getattr(pace, name) / factor)
    pace._WAKES_A_SECOND = factor
    push.SHORT_SECONDS /= factor
    push._FIRST_WAIT /= factor
    watch.SLEPT_SECONDS = 5.0
    _Scheduler.slowest = factor
    rounds.BackgroundScheduler = _Scheduler
    every = rounds.Every
    rounds.Every = lambda seconds: every(max(seconds, factor))
    watch.Push = partial(push.Push, renew=push.RENEW_SECONDS / factor)
    idle._ANSWER_SECONDS = _TIMEOUT * factor
    runner.Pace = lambda interval, *rest, **more: pace.Pace(interval / factor, *rest, **more)
    imap, smtp = house.imap_server, house.smtp_server
    house.imap_server = lambda *one, **more: replace(imap(*one, **more), timeout=_TIMEOUT * factor, deadline=_DEADLINE)
    house.smtp_server = lambda *one, **more: replace(smtp(*one, **more), timeout=_TIMEOUT * factor, deadline=_DEADLINE)


if __name__ == "__main__":
    hurry(float(sys.argv[1]))
    sys.exit(program.main("auto", sys.argv[2]))
