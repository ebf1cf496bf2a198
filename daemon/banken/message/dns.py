"""Questions to the domain name system: TXT records, with a deadline and a memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dns.resolver

Resolver = Callable[[str], bytes | None]
"""Takes a name, returns the octets of its TXT record, None when it has none or nobody answers in time."""

_SHORTEST, _LONGEST, _NOTHING = 60.0, 86_400.0, 600.0


class Dns:
    """A resolver that waits `seconds` at most and remembers up to `most` answers for their time to live.

    Safe for several threads. A name that does not exist is remembered for ten minutes, a silence not at all.
    """

    def __init__(
        self, *, seconds: float = 3.0, most: int = 1_024, resolver: dns.resolver.Resolver | None = None
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._resolver = resolver
        self._known: OrderedDict[str, tuple[float, bytes | None]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, name: str) -> bytes | None:
        """Return what stands at `name`, from memory where it is remembered."""
        name = name.rstrip(".").lower()
        with self._lock:
            until, answer = self._known.get(name, (0.0, None))
        if until > time.monotonic():
            return answer
        answer, keep = self._ask(name)
        if keep:
            with self._lock:
                self._known[name] = (time.monotonic() + keep, answer)
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        return answer

    def _ask(self, name: str) -> tuple[bytes | None, float]:
        import dns.exception  # noqa: PLC0415 - see signatures.py
        import dns.resolver  # noqa: PLC0415

        try:
            if self._resolver is None:
                self._resolver = dns.resolver.Resolver()
            found = self._resolver.resolve(name + ".", "TXT", lifetime=self._seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None, _NOTHING
        except (dns.exception.DNSException, OSError, ValueError):
            return None, 0.0
        record = b"".join(next(iter(found)).strings)
        return record, min(max(float(found.rrset.ttl if found.rrset else 0), _SHORTEST), _LONGEST)
