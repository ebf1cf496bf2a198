"""Named points where a test may kill the process, to prove that nothing is lost and nothing done twice."""

from __future__ import annotations

import os
import signal
from collections import Counter

POINTS = (
    "examine.written",  # inside the transaction of a message, before its commit
    "examine.committed",
    "outbox.claimed",  # a try is written down, nothing was done yet
    "label.put",  # the server has the label, the outbox does not know
    "warning.before_data",  # connected to the SMTP server, nothing handed over
    "warning.accepted",  # the server said 250 (or the APPEND is done), the outbox does not know
    "outbox.settled",  # the result is written down
)
"""The points, in the order a message passes them. `BANKEN_CRASH_AT=NAME` kills at the first passing, `NAME:3` at the
third."""

_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Kill this process here (SIGKILL, no clean-up) when `$BANKEN_CRASH_AT` names this point; else do nothing."""
    wanted = os.environ.get("BANKEN_CRASH_AT")
    if not wanted:
        return
    point, _colon, nth = wanted.partition(":")
    if point != name:
        return
    _passed[name] += 1
    if _passed[name] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
