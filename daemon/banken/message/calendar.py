"""What an invitation says (RFC 5545), as mail programs show it above the text."""

from __future__ import annotations

import re

_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(
    r"^(SUMMARY|LOCATION|DESCRIPTION|DTSTART|URL|CONFERENCE)(?:;[^:\n]*)?:(.+)$", re.MULTILINE | re.IGNORECASE
)
_ESCAPED = re.compile(r"\\([nN,;\\])")
_MOST = 200


def text(source: str) -> str:
    """Return summary, time, place and description of the events in `source`, a line each."""
    lines = _LINE.findall(_FOLD.sub("", source))[:_MOST]
    return "\n".join(
        _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value.strip()) for _, value in lines
    )
