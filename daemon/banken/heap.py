"""The heap: the garbage collector does not look through what is made to be kept."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def growing(*, for_good: bool = False) -> Iterator[None]:
    """Keep the collector from looking through what is being made and will all be kept: a fifth of the time.

    What was made `for_good` it never looks through again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if for_good:
            gc.freeze()
        if enabled:
            gc.enable()


def left_at_the_end() -> None:
    """Let the program end without a last look through everything, which the system takes back anyway."""
    atexit.register(gc.freeze)
