"""Keep the memory of a service that runs for years on a small machine small.

What glibc and Python leave lying about is given back; measured, with what each library takes, in `docs/service.md`.
"""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
from typing import Any

_ARENA_MAX = -8
"""M_ARENA_MAX of mallopt(3): by default glibc makes eight heaps for each core, and fills none."""


def leave_out(library: str) -> None:
    """Let a library that others load where it is there seem not to be; to be called before they are imported."""
    sys.modules.setdefault(library, None)  # type: ignore[arg-type]


def leave_no_core() -> None:
    """Let a program that is ended hard leave no copy of its memory on the disk: the passwords stand in it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if soft:  # in our units it is 0, and must not be set
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def few_heaps() -> None:
    """Let all threads share two heaps; to be called before there are many threads."""
    if (libc := _glibc()) is not None:
        libc.mallopt(_ARENA_MAX, 2)


def give_back() -> None:
    """Return what is no longer needed to the system: after loading, the trees of all rule files."""
    gc.collect()
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _glibc() -> Any:
    """Return the C library, None where it is not glibc (musl gives back by itself)."""
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None
