"""Whose certificates are believed: one TLS context for all connections that trust the same authorities.

A context holds the authorities of the whole machine (0.8 MB each, measured); a service with some accounts has many
connections and lives for years. A file of authorities that is renewed meanwhile is read again.
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

_CONTEXTS = 8


def tls_context(authorities: Path | None = None) -> ssl.SSLContext:
    """Return how a server is checked: by the certificates in a PEM file, or by the machine's own.

    To be changed by nobody. Raises OSError (ssl.SSLError is one) for a file that cannot be used.
    """
    return _made(authorities, _stamp(authorities))


@lru_cache(_CONTEXTS)
def _made(authorities: Path | None, _stamp: tuple[int, ...]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities)


def _stamp(authorities: Path | None) -> tuple[int, ...]:
    """Return what changes when the authorities do."""
    usual = ssl.get_default_verify_paths()
    files = [str(authorities)] if authorities is not None else [usual.cafile, usual.capath]
    return tuple(_changed(Path(name)) for name in files if name)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # what is wrong with it, reading it tells
        return 0
