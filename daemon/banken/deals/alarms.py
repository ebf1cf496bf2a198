"""What the worker called false alarms: which rules are silent, in a deal, in one mail, or of one writer without a deal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from banken.deals.fold import counts
from banken.deals.model import MAIL, WORKER, Key, Noted
from banken.words import Channel

FALSE_ALARM = "false_alarm:"
"""Kind of the worker's word that a rule was wrong; what follows is the rule."""


def this_mail(fingerprint: str) -> Key:
    """Return what stands for one mail."""
    return Key(MAIL, fingerprint)


def writer(channel: Channel, address: str, client: str) -> Key | None:
    """Return what stands for whoever wrote a mail of no deal; None when nothing tells one writer from another.

    All notices come from the platform's own address: there only the client's name tells.
    """
    if channel is Channel.DIRECT:
        return Key("address", address.lower()) if address else None
    return Key("client", client) if client else None


def in_mail(noted: Iterable[Noted], fingerprint: str) -> frozenset[str]:
    """Return the rules that were called wrong of this very mail, whenever that was: it is no knowledge of the future."""
    return _rules(one for one in noted if fingerprint and one.note == str(this_mail(fingerprint)))


def from_then_on(noted: Iterable[Noted], at: datetime, of: Key | None = None) -> frozenset[str]:
    """Return the rules that were called wrong before `at`; with `of`, of this writer."""
    return _rules(one for one in noted if one.event.at < at and (of is None or one.note == str(of)))


def _rules(noted: Iterable[Noted]) -> frozenset[str]:
    said = (one.event.kind for one in noted if counts(one) and one.event.source == WORKER)
    return frozenset(kind.removeprefix(FALSE_ALARM) for kind in said if kind.startswith(FALSE_ALARM))
