"""Which domains belong together."""

from __future__ import annotations

from collections.abc import Sequence

_COUNTRY, _SHORT = 2, 3


def within(domain: str, domains: Sequence[str]) -> str:
    """Return which of `domains` the `domain` is or lies under, "" for none."""
    domain = domain.lower().rstrip(".")
    return next((own for own in domains if own and (domain == own or domain.endswith("." + own))), "")


def organisation(domain: str) -> str:
    """Return the part of `domain` that somebody registered: two labels, three below co.jp, ne.jp, com.au and their like.

    A rule of thumb in place of the public suffix list: it is asked about mail servers only, and errs to the longer name.
    """
    labels = domain.lower().strip(".").split(".")
    country = len(labels[-1]) == _COUNTRY and len(labels) > _COUNTRY and len(labels[-2]) <= _SHORT
    return ".".join(labels[-3 if country else -2 :])
