"""Make a stranger's words fit for a header and for the eye, without changing what they say."""

from __future__ import annotations

import re
import unicodedata

_LINK = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,15})://(?P<rest>[^\s<>\"'、。」）]{1,2000})"
    r"|(?P<bare>(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?=/))"
)
"""A URL, or a host name with a path behind it, which mail programs make into links by themselves."""

BEFORE, AFTER = 40, 60
"""Code points shown at most of a sentence before and after the words that are quoted from it."""

_IN_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")
_SENTENCE_END = re.compile(r"[\n。！？!?]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})


def one_line(text: str, limit: int = 120) -> str:
    """Return `text` as one line without control, direction and invisible characters, cut to `limit` code points."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def visible(text: str) -> str:
    """Return `text` without the characters that the eye cannot see (control, format, private); lines stay."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)


def sentence_around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after `text[start:end]` in its sentence, as far as that is short."""
    before = _SENTENCE_END.split(text[max(0, start - BEFORE) : start])[-1]
    # Words that end their sentence themselves are not followed by the next one.
    ending = _SENTENCE_END.search(text, max(start, end - 1), end + AFTER)
    after = text[end : max(end, ending.end()) if ending else end + AFTER]
    return visible(before).lstrip(), visible(after).rstrip()


def addressed(name: str) -> str:
    """Return a name as a letter begins with it: without the firm in brackets that a sender's name may end with."""
    return _IN_BRACKETS.sub("", name) or name


def unlinked(text: str) -> str:
    """Return `text` with its links written so that no mail program makes them pressable: `https[:]//a[.]example/b`."""
    return _LINK.sub(_unlink, text)


def _unlink(match: re.Match[str]) -> str:
    if match["bare"]:
        return match["bare"].replace(".", "[.]")
    host, slash, path = match["rest"].partition("/")
    return f"{match['scheme']}[:]//{host.replace('.', '[.]')}{slash}{path}"
