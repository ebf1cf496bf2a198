"""Whether a mail is really from the sender it names.

The word of the worker's own mail server counts first: the topmost Authentication-Results (RFC 8601), by a name that is
trusted; everything below it may have been written by the sender. Where that server says nothing that settles it, the
DKIM signatures (RFC 6376) are checked here. "Aligned" is meant as in DMARC (RFC 7489 section 3.1), relaxed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser

from authres import AuthenticationResultsHeader, AuthResError

from banken.i18n import _
from banken.message.dkim_check import Resolver, dns_resolver, signed_by
from banken.message.lookalike import looks_like
from banken.message.model import Message
from banken.words import Authentic

__all__ = ["Authenticity", "Resolver", "authenticate", "dns_resolver", "learn_authserv"]

HEADER_LIMIT = 256 * 1024
"""Octets of a header that are looked at."""
MOST_RESULTS = 8
"""Authentication-Results fields of one server that are read."""
_FIELD = "authentication-results"
_BAD = frozenset({"fail", "softfail", "permerror", "hardfail"})


@dataclass(frozen=True, slots=True)
class Authenticity:
    """The result, why (in words for the worker), and why the sender looks like somebody else ("" if it does not)."""

    result: Authentic
    why: str
    impersonates: str = ""


@dataclass(frozen=True, slots=True)
class _Result:
    """One method's result (RFC 8601 section 2.2): spf, dkim, dmarc, and the domain it speaks of."""

    method: str
    result: str
    domain: str


def authenticate(
    message: Message, *, domains: Sequence[str], trusted: Sequence[str] = (), resolver: Resolver | None = None
) -> Authenticity:
    """Return whether `message` is from whom it says.

    `domains` are the platform's (a subdomain counts too), `trusted` the names under which the worker's own mail server
    writes Authentication-Results, `resolver` looks DKIM keys up (None: no network). Only mail that claims one of
    `domains` can come out as forged: of others it is not known what they should carry.
    """
    sender = message.sender.domain
    claims = _within(sender, domains)
    results = list(_results(message.raw, trusted))
    # A forwarder may have broken what the server looked at: a signature of the platform's still counts.
    found = _settled(sender, results) or _signed(message, sender, resolver, claims=claims)
    result, why = found or _unsettled(sender, results, claims=claims)
    return Authenticity(result, why, _impersonates(message, domains, result))


def learn_authserv(messages: Iterable[Message]) -> str | None:
    """Return the name under which the worker's mail server writes Authentication-Results, None when none is clear.

    It is the name that stands topmost in two thirds of the mail that has such a field, and there above the mail's own
    Received lines but for those of the same server: what a sender puts in stands below them all. Servers of one farm
    (mta1.example.jp, mta2.example.jp) count by the domain they share.
    """
    names = [name for message in messages if (name := _topmost_name(message.raw))]
    if not names:
        return None
    shared = Counter(suffix for name in names for suffix in _suffixes(name))
    common = [suffix for suffix, count in shared.items() if 3 * count >= 2 * len(names)]
    return max(common, key=len, default=None)


def _settled(sender: str, results: Sequence[_Result]) -> tuple[Authentic, str] | None:
    """Return what the mail server's own results prove, None when they prove nothing."""
    for one in results:
        if one.result == "pass" and _aligned(one.domain, sender):
            why = _("your mail server found it genuine ({method}, {domain})")
            return Authentic.VERIFIED, why.format(method=one.method.upper(), domain=one.domain)
    return None


def _signed(message: Message, sender: str, resolver: Resolver | None, *, claims: bool) -> tuple[Authentic, str] | None:
    if resolver is None or not claims:
        return None
    domain = next((one for one in signed_by(message.raw, resolver) if _aligned(one, sender)), "")
    if not domain:
        return None
    return Authentic.VERIFIED, _("its signature was checked here ({domain})").format(domain=domain)


def _unsettled(sender: str, results: Sequence[_Result], *, claims: bool) -> tuple[Authentic, str]:
    bad = [one for one in results if one.result in _BAD]
    decisive = [one for one in bad if one.method == "dmarc"] or [one for one in bad if one.method in ("dkim", "spf")]
    if claims and decisive:
        why = _("it names {domain}, but your mail server found that this is not true ({method})")
        return Authentic.FORGED, why.format(domain=sender, method=decisive[0].method.upper())
    if not results:
        return Authentic.UNVERIFIED, _("your mail server says nothing about its sender")
    return Authentic.UNVERIFIED, _("your mail server could not prove its sender")


def _impersonates(message: Message, domains: Sequence[str], result: Authentic) -> str:
    sender = message.sender.domain
    if looks_like(sender, domains):
        return _("the sender's domain {domain} looks like the platform's and is not").format(domain=sender)
    elsewhere = next((one.domain for one in message.reply_to if not _within(one.domain, domains)), "")
    if elsewhere and _within(sender, domains) and result is not Authentic.VERIFIED:
        return _("it names the platform as sender, but answers would go to {domain}").format(domain=elsewhere)
    return ""


def _within(domain: str, domains: Sequence[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in domains)


def _aligned(domain: str, sender: str) -> bool:
    """Say whether two domains are the same, or one is below the other (relaxed alignment without a suffix list)."""
    if not domain or "." not in domain or not sender:
        return False
    return domain == sender or sender.endswith(f".{domain}") or domain.endswith(f".{sender}")


def _fields(raw: bytes) -> list[tuple[str, str]]:
    header = BytesHeaderParser().parsebytes(raw[:HEADER_LIMIT])
    return [(name.lower(), str(value)) for name, value in header.items()]


def _parsed(value: str) -> AuthenticationResultsHeader | None:
    flat = " ".join(value.split())
    try:
        return AuthenticationResultsHeader.parse(f"Authentication-Results: {flat}")
    except (AuthResError, ValueError, RecursionError):
        return None


def _topmost_name(raw: bytes) -> str:
    for name, value in _fields(raw):
        if name == _FIELD:
            parsed = _parsed(value)
            return str(parsed.authserv_id).lower() if parsed is not None else ""
    return ""


def _results(raw: bytes, trusted: Sequence[str]) -> Iterator[_Result]:
    """Yield the results of the topmost fields that a trusted server wrote, one block of them."""
    read = 0
    for name, value in _fields(raw):
        if name != _FIELD:
            if read and name == "received":
                return  # below this line another hand may have written
            continue
        parsed = _parsed(value)
        if parsed is None or not _within(str(parsed.authserv_id).lower(), [one.lower() for one in trusted]):
            return  # only the topmost block is the server's
        yield from _of(parsed)
        read += 1
        if read == MOST_RESULTS:
            return


def _of(parsed: AuthenticationResultsHeader) -> Iterator[_Result]:
    for one in parsed.results:
        wanted = {"dkim": ("d", "i"), "spf": ("mailfrom",), "dmarc": ("from",)}.get(str(one.method), ())
        values = {item.name: str(item.value) for item in one.properties}
        value = next((values[key] for key in wanted if key in values), "")
        domain = value.rpartition("@")[2].strip().lower().rstrip(".")
        if wanted:
            yield _Result(str(one.method), str(one.result).lower(), domain)


def _suffixes(name: str) -> Iterator[str]:
    """Yield a host name and the domains above it, down to what a registry would hand out."""
    labels = name.split(".")
    country = len(labels[-1]) == 2 and len(labels) > 2 and len(labels[-2]) <= 3  # example.co.jp
    for start in range(max(1, len(labels) - (2 if country else 1))):
        yield ".".join(labels[start:])
