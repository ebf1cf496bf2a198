"""Content-Transfer-Encoding (RFC 2045 section 6), read tolerantly: damage costs the damaged place, not the part."""

from __future__ import annotations

import binascii
import re

from banken.message.notes import Note

# Asked for where much else stands there: a mailing list's footer below a short text.
_WHOLE_LINE = re.compile(rb"\s*(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]=)?\s*")
_PADDED = re.compile(rb"[^=]+=*")
_SOFT = re.compile(rb"=[ \t]+\n")
_PIECES = 20_000
_SPACE = b" \t\r\n\x0b\x0c"


def decode(data: bytes, encoding: str) -> tuple[bytes, list[str]]:
    """Return the octets of a body sent in `encoding` (the field's whole value) and the notes made; never raises."""
    kind = re.sub(r"[^a-z0-9]", "", encoding.lower()[:64])
    if kind.startswith(("base64", "b64")):
        return _base64(data)
    if kind.startswith(("quotedpr", "quoteprint", "qp")):
        return binascii.a2b_qp(_SOFT.sub(b"=\n", data)), []
    if kind.startswith(("xuu", "uue", "xuue")):
        return _uu(data)
    return data, []


_LINES = re.compile(rb"(?:[A-Za-z0-9+/]{40,76}\n){1,20000}[A-Za-z0-9+/]{0,76}={0,2}\s*|[A-Za-z0-9+/]{60,}={0,2}\s*")
_COMMON = re.compile(rb"=[0-9A-F]{2}=[0-9A-F]{2}=[0-9A-F]{2}")
_SAID = 5


def unsaid(data: bytes) -> bytes:
    """Return the octets of a text whose transfer encoding nobody names but everybody sees; else `data`."""
    if not data.isascii() or b"\x1b" in data:
        return data
    if len(data) >= _LEAST and _LINES.fullmatch(data.lstrip()):
        decoded, notes = _base64(data)
        told = not decoded.isascii() or b"\x1b$" in decoded
        return decoded if told and not notes else data
    return binascii.a2b_qp(data) if b"=" in data and len(_COMMON.findall(data)) >= _SAID else data


_LEAST = 40
_STRAYS = 2


def _base64(data: bytes) -> tuple[bytes, list[str]]:
    notes: list[str] = []
    if strays := len(data.translate(None, _BASE64)):
        notes.append(Note.TRANSFER_BROKEN)
        few = strays * 10 <= len(data)
        likely = _is_coded if few else _WHOLE_LINE.fullmatch
        coded = b"\n".join(line for line in data.split(b"\n") if likely(line))
        if not data.isascii() or not (few or len(coded) * 2 >= len(data)):  # it is not base64 at all
            return data, notes
        data = coded
    if len(data.translate(None, _SPACE).rstrip(b"=")) % 4 == 1:
        notes.append(Note.TRANSFER_BROKEN)
    return base64(data), notes


def _is_coded(line: bytes) -> bool:
    """Whether a line is base64, a stray octet or two among its letters: those are stepped over (RFC 2045 section 6.8)."""
    strays = len(line.translate(None, _BASE64))
    return not strays or (strays <= _STRAYS and len(line) >= _LEAST and len(line.split()) == 1)


def base64(data: bytes) -> bytes:
    """Return the octets that `data` codes; what is no letter of base64 is stepped over, padding may stand anywhere."""
    clean = data.translate(None, _NO_LETTERS)
    if clean.count(b"=") > _PIECES:
        clean = clean.translate(None, b"=")
    if b"=" in clean.rstrip(b"="):  # coded piece by piece, each with its own padding
        return b"".join(_piece(piece) for piece in _PADDED.findall(clean))
    return _piece(clean)


_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
_BASE64 = bytes(_LETTERS) + _SPACE
_NO_LETTERS = bytes(octet for octet in range(256) if octet not in _LETTERS)


def _piece(data: bytes) -> bytes:
    data = data.rstrip(b"=")
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _uu(data: bytes) -> tuple[bytes, list[str]]:
    octets: list[bytes] = []
    for line in data.split(b"\n"):
        if line.startswith(b"begin ") or not line.strip():
            continue
        if line.strip() == b"end":
            break
        try:
            octets.append(binascii.a2b_uu(line))
        except binascii.Error:
            return data, [Note.TRANSFER_BROKEN]
    return b"".join(octets), []
