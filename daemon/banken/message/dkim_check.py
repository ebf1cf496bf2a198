"""Check DKIM signatures ourselves (RFC 6376), for mail servers that do not say what they found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import dkim
import dns.exception
import dns.resolver

Resolver = Callable[[str], bytes | None]
"""Returns the TXT record of a name, None when there is none or nobody answers."""

MOST_SIGNATURES = 4
BIGGEST = 4_000_000
"""Octets; a bigger mail is not checked."""
PATIENCE = 3.0
"""Seconds that a name server may take."""
KEEP = 3600.0
"""Seconds that an answer is kept, and that a silence is remembered a tenth of."""


def dns_resolver() -> Resolver:
    """Return a Resolver that asks the machine's own name servers, with a time limit and a cache."""
    cache: dict[str, tuple[float, bytes | None]] = {}

    def look_up(name: str) -> bytes | None:
        until, known = cache.get(name, (0.0, None))
        if time.monotonic() < until:
            return known
        found = _ask(name)
        cache[name] = (time.monotonic() + (KEEP if found else KEEP / 10), found)
        return found

    return look_up


def signed_by(raw: bytes, resolver: Resolver) -> Iterator[str]:
    """Yield the domains whose DKIM signature on `raw` holds; a part that was not fetched makes none hold."""
    if len(raw) > BIGGEST:
        return

    def ask(name: bytes | str, timeout: float = PATIENCE) -> bytes | None:  # noqa: ARG001 - dkimpy's signature
        return resolver(name.decode("ascii", "replace") if isinstance(name, bytes) else name)

    try:
        signatures = min(MOST_SIGNATURES, raw[:BIGGEST].lower().count(b"\ndkim-signature:") + 1)
        for number in range(signatures):
            checker = dkim.DKIM(raw, minkey=1024)
            if checker.verify(idx=number, dnsfunc=ask):
                yield checker.domain.decode("ascii", "replace").lower()
    except (dkim.DKIMException, ValueError, TypeError, KeyError, IndexError, UnicodeError):
        return  # a signature that is no signature proves nothing


def _ask(name: str) -> bytes | None:
    try:
        answer = dns.resolver.resolve(name.rstrip("."), "TXT", lifetime=PATIENCE)
    except (dns.exception.DNSException, OSError, ValueError):
        return None
    return next((b"".join(record.strings) for record in answer), None)
