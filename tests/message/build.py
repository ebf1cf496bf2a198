"""Mails made by code: every encoding, every transfer, every way of getting a header wrong."""

from __future__ import annotations

import base64
import quopri
from functools import cache

HEADER = b"From: Yamada <yamada@client.example>\r\nTo: worker@example.jp\r\nDate: Mon, 3 Jun 2024 10:12:00 +0900\r\nMessage-ID: <case@client.example>\r\n"


@cache
def _vendor() -> dict[str, tuple[int, int]]:
    """Row and cell octets that senders use for the characters of NEC and IBM in ISO-2022-JP (rows 13, 89 to 92)."""
    found: dict[str, tuple[int, int]] = {}
    for lead in (0xEE, 0xED, 0x87):
        for trail in range(0xFC, 0x3F, -1):
            try:
                found[bytes((lead, trail)).decode("cp932")] = _jis(lead, trail)
            except UnicodeDecodeError:
                continue
    return found


def _jis(lead: int, trail: int) -> tuple[int, int]:
    row = (lead - (0x71 if lead <= 0x9F else 0xB1)) * 2 + 1
    trail -= trail > 0x7F
    return (row + 1, trail - 0x7D) if trail >= 0x9E else (row, trail - 0x1F)


def jis_ms(text: str) -> bytes:
    """Return `text` as Windows mailers write ISO-2022-JP: vendor rows and half-width kana included."""
    out, state = b"", b"\x1b(B"
    for character in text:
        octets, wanted = _jis_character(character)
        out += octets if wanted == state else wanted + octets
        state = wanted
    return out + (b"" if state == b"\x1b(B" else b"\x1b(B")


def _jis_character(character: str) -> tuple[bytes, bytes]:
    if character.isascii():
        return character.encode("ascii"), b"\x1b(B"
    if "｡" <= character <= "ﾟ":
        return bytes((ord(character) - 0xFF61 + 0x21,)), b"\x1b(I"
    if character in _vendor():
        return bytes(_vendor()[character]), b"\x1b$B"
    lead, trail = character.replace("〜", "～").encode("cp932")
    return bytes(_jis(lead, trail)), b"\x1b$B"


def euc_ms(text: str) -> bytes:
    """Return `text` in EUC-JP with the vendor rows that eucJP-ms has."""
    out = b""
    for character in text:
        if character in _vendor():
            out += bytes(octet | 0x80 for octet in _vendor()[character])
        elif "｡" <= character <= "ﾟ":
            out += b"\x8e" + character.encode("cp932")
        else:
            out += character.replace("～", "〜").encode("euc_jp")
    return out


def base64_body(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def qp_body(data: bytes) -> bytes:
    return quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


def word(data: bytes, label: str, *, q: bool = False) -> bytes:
    """Return one encoded word of `data`."""
    if q:
        return b"=?" + label.encode() + b"?Q?" + b"".join(b"=%02X" % octet for octet in data) + b"?="
    return b"=?" + label.encode() + b"?B?" + base64.b64encode(data) + b"?="


def plain(
    body: bytes,
    label: str | None = "utf-8",
    *,
    cte: str | None = None,
    subject: bytes = b"test",
    header: bytes = HEADER,
    more: bytes = b"",
) -> bytes:
    """Return a mail of one text part; `body` is coded for transfer here when `cte` says base64 or quoted-printable."""
    if cte == "base64":
        body = base64_body(body)
    elif cte == "quoted-printable":
        body = qp_body(body)
    kind = b"Content-Type: text/plain" + (f"; charset={label}".encode() if label else b"") + b"\r\n"
    transfer = f"Content-Transfer-Encoding: {cte}\r\n".encode() if cte else b""
    return (
        header + b"Subject: " + subject + b"\r\n" + more + b"MIME-Version: 1.0\r\n" + kind + transfer + b"\r\n" + body
    )


def part(kind: str, body: bytes, *more: str) -> bytes:
    """Return one part with its header."""
    lines = [f"Content-Type: {kind}", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def multipart(
    kind: str, *parts: bytes, boundary: str = "=_b1", header: bytes = HEADER, subject: bytes = b"test"
) -> bytes:
    """Return a mail of several parts."""
    top = header + b"Subject: " + subject + b"\r\nMIME-Version: 1.0\r\n"
    return top + inner_multipart(kind, *parts, boundary=boundary)


def inner_multipart(kind: str, *parts: bytes, boundary: str = "=_b2") -> bytes:
    """Return a multipart as it stands in another one."""
    mark = b"--" + boundary.encode()
    body = b"".join(mark + b"\r\n" + piece + b"\r\n" for piece in parts) + mark + b"--\r\n"
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode() + body
