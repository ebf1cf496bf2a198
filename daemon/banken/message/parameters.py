"""Parameters of Content-Type and Content-Disposition: RFC 2045, RFC 2231, and names encoded as RFC 2047 forbids."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from banken.message import charset, headers

# Begins at the begin of a name only, so that a long name without "=" is looked at once.
_PARAMETER = re.compile(r'(?<![^\s=;"])([^\s=;"]++)\s*+=\s*+("(?:[^"\\]|\\.)*+"?+|[^;]*+)')
_EXTENDED = re.compile(r"([^*]+)\*(?:(\d{1,4})(\*?))?")
_COMMENT = re.compile(r"\s\([^()]*\)\s*$")
_ESCAPED = re.compile(r'\\(["\\])')  # nothing else needs it, and old programs write paths unescaped
_LIMIT = 20_000
_PATH = re.compile(r"[/\\]+")


def parse(raw: bytes) -> tuple[str, dict[str, str]]:
    """Return the lower-cased value before the first ";" and the parameters by lower-cased name, decoded."""
    text = headers.unfold(raw[:_LIMIT])
    value, _, rest = text.partition(";")
    if "=" not in rest:
        return _uncommented(value).strip('"').lower(), {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(rest):
        name, content = match[1].lower(), _unquote(match[2])
        if "*" not in name:
            plain.setdefault(name, content)
        elif extended := _EXTENDED.fullmatch(name):
            coded = extended[2] is None or bool(extended[3])
            pieces.setdefault(extended[1], {}).setdefault(int(extended[2] or 0), (content, coded))
    plain.update({name: _join(numbered) for name, numbered in pieces.items()})
    return _uncommented(value).strip('"').lower(), plain


def _unquote(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        text = text.removeprefix('"').removesuffix('"')
        return _ESCAPED.sub(r"\1", text) if "\\" in text else text
    return _uncommented(text).strip("'") if "''" not in text else text


def _uncommented(text: str) -> str:
    return (_COMMENT.sub("", text) if "(" in text else text).strip()


def _join(numbered: dict[int, tuple[str, bool]]) -> str:
    """Return the value of a parameter that came in pieces (RFC 2231 sections 3 and 4)."""
    label, octets = "", b""
    for number in sorted(numbered):
        content, coded = numbered[number]
        if coded and number == min(numbered) and content.count("'") >= 2:
            label, _, content = content.split("'", 2)
        octets += unquote_to_bytes(content) if coded else content.encode("utf-8", "surrogateescape")
    return charset.decode(octets, label or None)[0]


def filename(disposition: dict[str, str], content_type: dict[str, str]) -> str:
    """Return the decoded name of an attachment without folders and control characters; "" when it has none."""
    name = disposition.get("filename") or content_type.get("name") or ""
    return _PATH.split(headers.one_line(headers.words(name)))[-1][:255]
