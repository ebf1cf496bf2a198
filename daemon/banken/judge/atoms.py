"""Shapes that are a way to reach somebody, found in folded text: telephone numbers, mail addresses, handles, URLs.

Also as people write them to pass a filter: digits in kanji or words, `(at)` and ドット, spaces and points between.
Every pattern is bounded, so that a megabyte of anything takes linear time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from banken.judge.views import Span

_DIGIT = "(?:[0-9①-⑨〇零一二三四五六七八九oil]|ぜろ|れい|まる|いち|にー?|さん|よん|ごー?|ろく|なな|はち|きゅ[うー])"
_BETWEEN = r"[-.\s()ー・の_/、*]{0,2}"
_PHONE = re.compile(  # opens on a set of characters, which `re` skips to quickly; so the look behind comes after it
    rf"[+0〇零oぜれ](?<![0-9a-z.,/:@].)(?:(?<=\+)81{_BETWEEN}(?:0{_BETWEEN})?|(?:(?<=[0〇零o])|(?<=ぜ)ろ|(?<=れ)い)"
    rf"{_BETWEEN}(?=[1-9①-⑨一二三四五六七八九いにさよごろなはき])){_DIGIT}(?:{_BETWEEN}{_DIGIT}){{8,9}}(?![0-9])"
)
_AT = re.compile(  # opens on a set, too
    r"[@★☆◎●◆■(\[<{\sあ_](?:(?<=@)(?:まーく)?|(?<=[★☆◎●◆■])|(?<=[(\[<{])\s?"
    r"(?:at?|あっと(?:まーく)?|@|monkey|arobase|arroba)\s?[)\]>}]"
    r"|(?<=\s)(?:あっと(?:まーく)?\s?|at\s)|(?<=あ)っと(?:まーく)?\s?|(?<=_)at_)"
)
_ZEROS = ("0", "〇", "零", "ぜろ", "れい", "+81", "o")
_AT_SIGNS = ("@", "あっと", "at", "★", "☆", "◎", "●", "◆", "■", "(a)", "monkey", "arobase", "arroba")
_HANDLE_SIGNS = ("@", "id", "あかうんと", "ゆーざー名")
_DOT = r"(?:\.|\s?(?:どっと|[(\[]\s?(?:\.|dot|どっと)\s?[)\]]|\sdot\s)\s?)"
_LOOSE_DOMAIN = re.compile(  # with points that are none, up to a name that is surely the last
    r"\s?[a-z0-9-]{1,63}(?:(?:\s?[.。・,]\s?|[_ ]dot[_ ])[a-z0-9-]{1,63}){0,4}(?:\s?[.。・,]\s?|[_ ]dot[_ ])"
    r"(?:com|net|org|info|jp|me|io|dev|example)(?![a-z0-9-])"
)
_SURELY_LAST = re.compile(r"(?:com|net|org|info|jp|me|io|dev|example)$")
_DOMAIN = re.compile(rf"\s?[a-z0-9-]{{1,63}}(?:{_DOT}[a-z0-9-]{{1,63}}){{0,4}}{_DOT}[a-z]{{2,20}}(?![a-z0-9-])")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-")
_LOCAL_LIMIT = 64  # RFC 5321 section 4.5.3.1.1
_HANDLE = re.compile(  # opens on a set
    r"[@iあゆ](?<![a-z0-9._@-].)(?:(?<=@)[a-z0-9_.]{3,30}|(?:(?<=i)d(?![a-z0-9])|(?<=あ)かうんと(?:名)?|(?<=ゆ)ーざー名)"
    r"\s?(?:は|が|[:=→])?\s?[「『(\[]?(?=[a-z0-9_.-]*[0-9_])([a-z0-9_.-]{4,30}))"
)
_URL = re.compile(
    r"[hw](?<![a-z].)(?:(?<=h)(?:tt|xx|\*\*|○○)ps?\s?(?::|\[:\])\s?//|(?<=w)ww\.)[^\s<>「」『』()、。]{2,400}"
)


def phones(text: str) -> Iterator[Span]:
    """Yield Japanese telephone numbers: ten or eleven digits from 0, or +81."""
    return (found.span() for found in _PHONE.finditer(text)) if any(zero in text for zero in _ZEROS) else iter(())


def emails(text: str) -> Iterator[Span]:
    """Yield mail addresses, also with the signs written in words."""
    if not any(sign in text for sign in _AT_SIGNS):
        return
    for at in _AT.finditer(text):
        start = at.start()
        while start and text[start - 1] == " " and at.start() - start < 1:
            start -= 1
        local_end = start
        while start > max(0, local_end - _LOCAL_LIMIT) and text[start - 1] in _LOCAL:
            start -= 1
        domain = _DOMAIN.match(text, at.end()) or _LOOSE_DOMAIN.match(text, at.end())
        if domain and at.group() == " at " and not _SURELY_LAST.search(domain.group()):
            continue  # look at the dot product
        if domain and start < local_end and text[start].isalnum():
            yield start, domain.end()


def handles(text: str) -> Iterator[Span]:
    """Yield account names: `@name`, or a name with a digit or underscore behind the word ID."""
    if not any(sign in text for sign in _HANDLE_SIGNS):
        return
    for found in _HANDLE.finditer(text):
        group = 1 if found.group(1) else 0
        yield found.span(group)


def urls(text: str) -> Iterator[Span]:
    """Yield URLs, also defanged (hxxp)."""
    return (found.span() for found in _URL.finditer(text)) if "//" in text or "www." in text else iter(())


_PLAIN = {
    "phone": re.compile(r"[0-9+\-.() ]{10,}"),
    "email": re.compile(r"[^\s@]+@[a-z0-9.-]+"),
    "url": re.compile("http|www"),
}
_SPACED_DIGITS = re.compile(r"[0-9](?: [0-9]){6}")


def hidden(kind: str, text: str, source: str) -> bool:
    """Return whether an atom is written so that a filter may miss it: digits in circles or words, letters apart."""
    if kind == "phone" and any(unicodedata.category(char) == "No" for char in source):
        return True
    plain = _PLAIN.get(kind)
    return plain is not None and (not plain.match(text) or _SPACED_DIGITS.search(text) is not None)


ATOMS: dict[str, Callable[[str], Iterator[Span]]] = {
    "phone": phones,
    "email": emails,
    "handle": handles,
    "url": urls,
}
"""Every kind of atom and what finds it."""
