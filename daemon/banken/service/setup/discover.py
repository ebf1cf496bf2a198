"""Which servers a mail address may have: what the provider is known for, what its domain says, what is usual."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.parse import quote
from xml.etree import ElementTree as ET

import dns.exception
import dns.resolver

from banken.service.setup.providers import Endpoint, Provider, of_address

_SECONDS = 5.0
_LIMIT = 65536
_SECURITY = {"SSL": "tls", "STARTTLS": "starttls"}
_NAMES = {"IMAP": ("imap", "mail"), "SMTP": ("smtp", "mail")}

Fetch = Callable[[str], bytes | None]
Lookup = Callable[[str, str], list[str]]
"""Takes a name and a kind of record (MX, SRV); returns hosts, for SRV as `host:port`."""


@dataclass(slots=True)
class Discovery:
    """The candidates, the likeliest first, and the provider when it is a known one."""

    provider: Provider | None = None
    imap: list[Endpoint] = field(default_factory=list)
    smtp: list[Endpoint] = field(default_factory=list)


def discover(address: str, *, fetch: Fetch | None = None, lookup: Lookup | None = None) -> Discovery:
    """Return the servers that a mail address may have; nobody is asked but DNS and the address's own domain."""
    ask, get = lookup or _lookup, fetch or _fetch
    domain = address.rpartition("@")[2].lower()
    mx = ask(domain, "MX")
    found = Discovery(of_address(address, mx))
    if found.provider is not None:
        found.imap.append(_placed(found.provider.imap, mx))
        found.smtp.append(_placed(found.provider.smtp, mx))
    if found.provider is None or not found.provider.domains:
        found.imap += [
            *_autoconfig(address, "imap", get),
            *_srv(domain, "_imaps._tcp", ask),
            *_guesses(domain, mx, 993),
        ]
        found.smtp += [
            *_autoconfig(address, "smtp", get),
            *_srv(domain, "_submissions._tcp", ask),
            *_guesses(domain, mx, 465),
        ]
    found.imap, found.smtp = _once(found.imap), _once(found.smtp)
    return found


def _placed(endpoint: Endpoint, mx: Iterable[str]) -> Endpoint:
    host = next(iter(mx), "").rstrip(".")
    return endpoint.model_copy(update={"host": host}) if endpoint.host == "{mx}" else endpoint


def _autoconfig(address: str, kind: str, fetch: Fetch) -> Iterator[Endpoint]:
    """Yield what the domain's own autoconfig file says (the format Thunderbird reads)."""
    domain = address.rpartition("@")[2]
    for url in (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={quote(address)}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    ):
        if text := fetch(url):
            yield from _parsed(text, kind)


def _parsed(text: bytes, kind: str) -> Iterator[Endpoint]:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:  # such a file needs none; entities can be a bomb
        return
    try:
        root = ET.fromstring(text)  # noqa: S314 - no document type is let in, and the size is limited
    except ET.ParseError:
        return
    for server in root.iter("incomingServer" if kind == "imap" else "outgoingServer"):
        security = _SECURITY.get(server.findtext("socketType", "").strip().upper())
        host, port = server.findtext("hostname", "").strip(), server.findtext("port", "").strip()
        if server.get("type") == kind and security and host and port.isdecimal():
            yield Endpoint.model_validate({"host": host, "port": int(port), "security": security})


def _srv(domain: str, service: str, lookup: Lookup) -> Iterator[Endpoint]:
    """Yield what DNS says (RFC 6186, RFC 8314 section 5.1)."""
    for answer in lookup(f"{service}.{domain}", "SRV"):
        host, _colon, port = answer.rpartition(":")
        if host.strip(".") and port.isdecimal():
            yield Endpoint(host=host.rstrip("."), port=int(port), security="tls")


def _guesses(domain: str, mx: Iterable[str], port: int) -> Iterator[Endpoint]:
    for name in _NAMES["IMAP" if port == 993 else "SMTP"]:
        yield Endpoint(host=f"{name}.{domain}", port=port, security="tls")
    for host in (domain, *mx):
        yield Endpoint(host=host.rstrip("."), port=port, security="tls")
    # Older rented servers know only this way.
    yield Endpoint(host=f"mail.{domain}", port=143 if port == 993 else 587, security="starttls")


def _once(endpoints: list[Endpoint]) -> list[Endpoint]:
    return list(dict.fromkeys(one for one in endpoints if one.host))


def _fetch(url: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - our own https addresses
            return bytes(answer.read(_LIMIT))
    except (OSError, HTTPException, ValueError):
        return None


def _lookup(name: str, kind: str) -> list[str]:
    try:
        answers = list(dns.resolver.resolve(f"{name}.", kind, lifetime=_SECONDS))
    except (dns.exception.DNSException, OSError, ValueError):
        return []
    if kind == "MX":
        return [str(one.exchange) for one in sorted(answers, key=lambda one: one.preference)]
    return [f"{one.target}:{one.port}" for one in sorted(answers, key=lambda one: one.priority)]
