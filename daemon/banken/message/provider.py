"""Who writes Authentication-Results into the worker's mail? Learned from the mail itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from banken.message import authresults, headers, mime
from banken.message.domains import organisation
from banken.message.headers import Fields
from banken.message.limits import Budget
from banken.message.model import Message

_FEWEST = 3
"""Mails that must agree, from two senders at least: one sender could have forged the few there are."""
_FEWEST_SENDERS = 2
_MAJORITY = 0.6
_OF_ALL = 0.4
"""Share of all mails that came over the network; where most carry nothing, the provider writes nothing."""


def learn_authserv(messages: Iterable[Message]) -> str | None:
    """Return the authserv-id that the worker's mail server writes, as far as `messages` show it; None when unclear.

    It is the topmost one in a clear majority of the mails that carry any. Where a provider names its single machines, the
    common end of their names is returned, with a dot in front (".mail.example.jp").
    """
    counts: Counter[str] = Counter()
    senders: dict[str, set[str]] = {}
    carrying = arrived = 0
    for message in messages:
        fields, _ = headers.parse(mime.lines(message.raw), 0, Budget(), top=True)
        arrived += bool(fields.all("received") or fields.all(authresults.FIELD))
        names = _names(fields)
        carrying += bool(names)
        for name in names:
            counts[name] += 1
            senders.setdefault(name, set()).add(message.sender.domain)
    for name, count in sorted(counts.items(), key=lambda item: (item[1], not item[0].startswith(".")), reverse=True):
        enough = count >= _FEWEST and len(senders[name]) >= _FEWEST_SENDERS
        if enough and count >= _MAJORITY * carrying and count >= _OF_ALL * arrived:
            return name
    return None


def _names(fields: Fields) -> list[str]:
    """Return the topmost authserv-id of one mail and the domain it lies under; several at once name only that."""
    found = authresults.statements(fields)[:6]
    if not found:
        return []
    first = found[0].authserv or authresults.implied(fields)
    if not first:
        return []
    above = _above(first)
    siblings = {each.authserv for each in found if each.authserv and _above(each.authserv) == above}
    if above and len(siblings) > 1:  # iCloud: one field for each method, each under a name of its own
        return [above]
    return [first, above] if above else [first]


def _above(name: str) -> str:
    """Return the domain that the host `name` lies under, with a dot in front; "" when nobody registered it."""
    above = name.partition(".")[2]
    return "." + above if above and len(above) >= len(organisation(name)) else ""
