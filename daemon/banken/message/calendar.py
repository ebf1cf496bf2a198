"""What an invitation says (RFC 5545), or a visiting card (RFC 6350), as mail programs show it with the text."""

from __future__ import annotations

import re

_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(
    r"^(?:SUMMARY|LOCATION|DESCRIPTION|DTSTART|URL|CONFERENCE|X-GOOGLE-CONFERENCE|X-MICROSOFT-[A-Z]{1,40}URL)"
    r"(?:;[^:\n]*)?:(.+)$",
    re.MULTILINE | re.IGNORECASE,
)
_WORDS = re.compile(r"^DESCRIPTION(?:;[^:\n]*)?:(.+)$", re.MULTILINE | re.IGNORECASE)
_METHOD = re.compile(r"^(?:METHOD:\s*(CANCEL\b|REPLY\b)?|BEGIN:VEVENT\s*$)", re.MULTILINE | re.IGNORECASE)
_CARD_LINE = re.compile(r"^(?:[\w-]{1,40}\.)?NOTE(?:;[^:\n]*)?:(.+)$", re.MULTILINE | re.IGNORECASE)
_ESCAPED = re.compile(r"\\([nN,;\\])")
_MOST = 200


def text(source: str) -> str:
    """Return summary, time, place and description of the events in `source`, a line each.

    What is called off or answered invites to nothing; what is written there beside time and place is said all the same.
    """
    method = _METHOD.search(source)
    return _said(_WORDS if method and method[1] else _LINE, source)


def card(source: str) -> str:
    """Return the notes on the cards in `source`, a line each; all else on a card is what a signature says."""
    return _said(_CARD_LINE, source)


def _said(line: re.Pattern[str], source: str) -> str:
    lines = line.findall(_FOLD.sub("", source))[:_MOST]
    return "\n".join(_ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], one.strip()) for one in lines)
