"""Signatures of a mail checked by ourselves: DKIM (RFC 6376) and ARC (RFC 8617), by dkimpy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from banken.message import authresults, headers
from banken.message.authresults import Statement
from banken.message.dns import Resolver
from banken.message.limits import Budget

# Imported where a signature is checked: with dnspython it takes 4 MB that a service may never need, since the worker's
# own mail server has mostly checked already.
if TYPE_CHECKING:
    import dkim

_MOST_SIGNATURES = 5
_LARGEST_HEADER = 262_144
_LONE_END = re.compile(rb"(?<!\r)\n")
_TAG = re.compile(rb"(?:^|;)\s*([a-z]+)\s*=\s*([^;]*)")


def signers(raw: bytes, resolver: Resolver) -> list[str]:
    """Return the domains (d=) whose DKIM signatures on the mail `raw` hold; [] when none does or nobody answers.

    A signature that covers the body in part only (l=) or leaves the From field out is not counted: it would hold over
    words that its domain never wrote.
    """
    data = _prepared(raw)
    if data is None:
        return []
    import dkim  # noqa: PLC0415 - see above

    fields, _ = headers.parse(data.replace(b"\r\n", b"\n"), 0, Budget())
    found: list[str] = []
    for number, value in enumerate(fields.all("dkim-signature")[:_MOST_SIGNATURES]):
        tags = {name: b"".join(content.split()) for name, content in _TAG.findall(value.replace(b"\n", b""))}
        signed = tags.get(b"h", b"").lower().split(b":")
        if b"l" in tags or b"from" not in signed:
            continue
        if _holds(dkim.DKIM(data, minkey=1024), number, resolver):
            found.append(tags.get(b"d", b"").decode("ascii", "replace").lower())
    return found


def _holds(mail: dkim.DKIM, number: int, resolver: Resolver) -> bool:
    try:
        return bool(mail.verify(idx=number, dnsfunc=_asking(resolver)))
    except Exception:  # noqa: BLE001 - dkimpy raises whatever hostile octets make of it; none of it is a signature
        return False


def sealed(raw: bytes, resolver: Resolver) -> tuple[str, Statement] | None:
    """Return who sealed the mail last and what that server had found (ARC), None when the chain does not hold."""
    data = _prepared(raw)
    if data is None:
        return None
    import dkim  # noqa: PLC0415 - see above

    try:
        outcome, sets, _ = dkim.ARC(data, minkey=1024).verify(dnsfunc=_asking(resolver))
    except Exception:  # noqa: BLE001 - as above
        return None
    if outcome != dkim.CV_Pass or not sets:
        return None
    last = sets[0]
    value = last["aar-value"].decode("utf-8", "replace")
    return last["as-domain"].decode("ascii", "replace").lower(), authresults.parse(value)


def _asking(resolver: Resolver) -> dkim.get_txt:
    def txt(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001 - the resolver keeps its own deadline
        return resolver(name.decode("ascii", "replace"))

    return txt


def _prepared(raw: bytes) -> bytes | None:
    """Return the mail with CRLF line ends, as it was signed; None when its header is larger than any honest one."""
    data = _LONE_END.sub(b"\r\n", raw)
    end = data.find(b"\r\n\r\n")
    return data if 0 <= end <= _LARGEST_HEADER else None
