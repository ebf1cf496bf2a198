"""Ctrl-C, which waits for the end of a step that must not be broken off.

Python raises KeyboardInterrupt between any two instructions. In the midst of a transaction that leaves the ledger locked
by ourselves, and inside a library that catches everything Ctrl-C is lost: of 172 scans stopped at random moments 12 hung,
failed or went on to their end.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 2
"""How often Ctrl-C waits: a shell and a program that starts others may both pass it on."""


class _Step(threading.local):
    """How deep this thread is in steps, and how often Ctrl-C was pressed meanwhile; signals come to the main thread."""

    depth = 0
    pressed = 0


_step = _Step()


def listen() -> None:
    """Let Ctrl-C wait for the end of a step from now on; where it is ignored (nohup) it stays so. Main thread only."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _press)


@contextmanager
def unbroken() -> Iterator[None]:
    """Do what is inside to its end though Ctrl-C is pressed; KeyboardInterrupt is raised behind it.

    An error from inside goes first; Ctrl-C then waits for the end of the next step. Whoever presses a third time means it.
    """
    _step.depth += 1
    try:
        yield
    finally:
        _step.depth -= 1
    if _step.pressed and not _step.depth:
        _step.pressed = 0
        raise KeyboardInterrupt


def _press(*_signal: object) -> None:
    _step.pressed += 1
    if not _step.depth or _step.pressed > PATIENCE:
        _step.pressed = 0
        raise KeyboardInterrupt
