"""Whether a mail's subject is its sender's own new words, or repeats somebody's older ones."""

from __future__ import annotations

import re
import unicodedata

_LOOKED_AT = 200
"""So much of a subject is looked at for the mark of an answer (code points)."""
_COUNT = r"\s?(?:[\[(^]?\s?\d{1,3}\s?[\])]?\s?)?"
"""Some programs count: Re[2]:, Re^3:, Re(4):."""
_MARK = (
    r"(?:re|aw|antw|sv|fwd?|tr|wg|ご?返信|返答|転送|自動(?:返信|応答)|回[复覆復]|答[复覆復]|转发|轉[寄發]"
    rf"|auto(?:matic)?[ -]?reply){_COUNT}"
)
_TAG = r"(?:\[[^\[\]]{1,40}\]|【[^【】]{1,40}】|\([^()]{1,40}\))\s*"
"""What a mailing list or a filter puts before a subject."""
_OLDER = re.compile(rf"\s*(?:{_TAG}){{0,3}}?(?:{_MARK}[:;>]|[\[【(〔<《]\s?{_MARK}[\]】)〕>》:])")


def is_new(subject: str) -> bool:
    """Return whether `subject` says something of its own: it is not blank, and no answer's (Re:) or forward's (Fwd:)."""
    head = unicodedata.normalize("NFKC", subject[:_LOOKED_AT]).casefold()
    return bool(subject.strip()) and _OLDER.match(head) is None
