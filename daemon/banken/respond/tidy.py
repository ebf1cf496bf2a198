"""Make a stranger's words fit for a header and for the eye, without changing what they say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_URL = (
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,15})://(?P<rest>[^\s<>\"'、。」）]{1,2000})"
    r"|(?P<bare>(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?=/))"
)
_LINK = re.compile(_URL)
"""A URL, or a host name with a path behind it, which mail programs make into links by themselves."""

_FILES = (
    "css|csv|docx?|eml|epub|exe|gif|html?|jpe?g|js|json|mp3|mp4|pdf|php|png|pptx?|psd|rb|svg|ts|txt|wav|xlsx?|xml|ya?ml"
)
_TOUCHED = re.compile(
    _URL + r"|(?P<mail>[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})"
    rf"|(?P<host>(?<![A-Za-z0-9@._-])(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}(?!(?i:{_FILES})\b)[A-Za-z]{{2,24}}(?![A-Za-z0-9_-]))"
    r"|(?P<phone>(?<![\d-])(?:(?:\+\d{1,3}[-‐‑–ー－]?|0)\d{1,4}[-‐‑–ー－]\d{1,4}[-‐‑–ー－]\d{3,4}|0[5-9]0\d{8})(?!\d))"
)
"""What a finger on a telephone would open, write to or call: a link, a mail address, a host name, a number with 0 or +
in front; the name of a file is no host name."""

_HYPHEN = re.compile("[-‐‑–ー－]")
_UNBROKEN = re.compile(r"(\d{3})(\d{4})(\d{4})")
"""A mobile number that is written in one (090, 080, 070; 050 for those of the internet)."""

BEFORE, AFTER = 40, 60
"""Code points shown at most of a sentence before and after the words that are quoted from it."""

LONGEST_TITLE = 30
"""Code points of a subject or title that a reply names; a longer one is none to say in a sentence."""

_IN_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")
_HEADING = re.compile(r"(?:\s*(?:(?:re|fwd?)\s*[:：]|【[^】]*】|\[[^\]]*\]))+\s*", re.IGNORECASE)
"""What a subject begins with that is no part of its matter."""
_SENTENCE_END = re.compile(r"[\n。！？!?]")
_ADDRESS_CHAR = re.compile(r"[A-Za-z0-9@._:/%+~#?=&-]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})


def one_line(text: str, limit: int = 120) -> str:
    """Return `text` as one line without control, direction and invisible characters, cut to `limit` code points."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def visible(text: str) -> str:
    """Return `text` without the characters that the eye cannot see (control, format, private); lines stay."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)


def sentence_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around `text[start:end]` begins and ends, as far as that is short.

    Where it is cut, no address and no word in Latin letters is cut with it.
    """
    first, last = max(0, start - BEFORE), min(len(text), end + AFTER)
    begins = [found.end() for found in _SENTENCE_END.finditer(text, first, start)]
    # Words that end their sentence themselves are not followed by the next one.
    ending = _SENTENCE_END.search(text, max(start, end - 1), last)
    first = begins[-1] if begins else next(at for at in range(first, start + 1) if at == start or not _splits(text, at))
    last = ending.end() if ending else next(at for at in range(last, end - 1, -1) if at == end or not _splits(text, at))
    return first, max(last, end)


def sentence_around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after `text[start:end]` in its sentence, with “…” where that is cut."""
    first, last = sentence_bounds(text, start, end)
    before, after = visible(text[first:start]).lstrip(), visible(text[end:last]).rstrip()
    is_begun = first == 0 or _SENTENCE_END.match(text, first - 1)
    is_ended = last == len(text) or _SENTENCE_END.match(text, last - 1) or _SENTENCE_END.match(text, last)
    return before if is_begun else "…" + before, after if is_ended else after + "…"


def _splits(text: str, at: int) -> bool:
    """Whether a cut at `at` would go through an address or a word in Latin letters."""
    return 0 < at < len(text) and bool(_ADDRESS_CHAR.match(text, at - 1) and _ADDRESS_CHAR.match(text, at))


def addressed(name: str, honorifics: Iterable[str] = ()) -> str:
    """Return a name as a letter begins with it, "" for none: no firm in brackets behind it, no honorific, no address."""
    endings = "|".join(map(re.escape, honorifics))
    bare = _IN_BRACKETS.sub("", name) or name
    bare = re.sub(rf"(?:{endings})+$", "", bare).rstrip() or bare
    return bare if unpressable(bare) == bare and not bare.endswith("…") else ""


def titled(subject: str) -> str:
    """Return a subject or title as a sentence of a reply may name it, "" when it is too long for one or holds a link."""
    bare = _HEADING.sub("", subject, count=1) if _HEADING.match(subject) else subject
    return bare.translate(_INNER) if len(bare) <= LONGEST_TITLE and unpressable(bare) == bare else ""


_INNER = str.maketrans("「」“”", "『』‘’")
"""The marks of a quotation inside another one."""


def unlinked(text: str) -> str:
    """Return `text` with its links written so that no mail program makes them pressable: `https[:]//a[.]example/b`."""
    return _LINK.sub(_unlink, text)


def unpressable(text: str) -> str:
    """Return `text` with mail addresses, host names and telephone numbers written so, too: `a[@]b[.]example`."""
    return _TOUCHED.sub(_untouch, text)


def _untouch(match: re.Match[str]) -> str:
    if phone := match["phone"]:
        return _HYPHEN.sub("[-]", _UNBROKEN.sub(r"\1-\2-\3", phone))
    if named := match["mail"] or match["host"]:
        return named.replace("@", "[@]").replace(".", "[.]")
    return _unlink(match)


def _unlink(match: re.Match[str]) -> str:
    if match["bare"]:
        return match["bare"].replace(".", "[.]")
    host, slash, path = match["rest"].partition("/")
    return f"{match['scheme']}[:]//{host.replace('.', '[.]')}{slash}{path}"
