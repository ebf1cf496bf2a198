"""Mails as programs really send them, octet by octet, and what a person reads in each; nothing of the product is used here."""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail and what must be read in it.

    `says` stands in the text in this order; `new` in the sender's new words, `old` in quotes, history or a forwarded
    mail, `sign` in the signature; `never` stands nowhere in the text.
    """

    name: str
    raw: bytes
    subject: str | None = None
    sender: tuple[str, str] | None = None
    says: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    sign: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def b64(data: bytes, width: int = 76) -> bytes:
    coded = base64.b64encode(data)
    return b"\n".join(coded[at : at + width] for at in range(0, len(coded), width)) + b"\n"


def qp(data: bytes) -> bytes:
    return quopri.encodestring(data)


def word(data: bytes, charset: str, kind: str = "B") -> bytes:
    if kind == "B":
        return b"=?" + charset.encode() + b"?B?" + base64.b64encode(data) + b"?="
    coded = b"".join(bytes([o]) if chr(o).isalnum() and o < 128 else b"=%02X" % o for o in data)
    return b"=?" + charset.encode() + b"?Q?" + coded + b"?="


def jis(text: str) -> bytes:
    """ISO-2022-JP as Windows writes it (cp50220): NEC's and IBM's characters in rows 13 and 89 to 92."""
    made, inside = b"", False
    for character in text:
        if character < "\x80":
            made += (b"\x1b(B" if inside else b"") + character.encode()
            inside = False
            continue
        lead, trail = _selected(character)
        row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + 1 + (trail >= 0x9F)
        cell = trail - 0x9E if trail >= 0x9F else trail - 0x3F - (trail > 0x7F)
        made += (b"" if inside else b"\x1b$B") + bytes([row + 0x20, cell + 0x20])
        inside = True
    return made + (b"\x1b(B" if inside else b"")


def _selected(character: str) -> tuple[int, int]:
    pair = character.encode("cp932")
    if pair[0] < 0xFA:
        return pair[0], pair[1]
    for lead in (0xED, 0xEE):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            if bytes([lead, trail]).decode("cp932", "replace") == character:
                return lead, trail
    raise ValueError(character)


def crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def head(subject: bytes, sender: bytes, *more: bytes) -> bytes:
    return b"\n".join(
        (
            b"Return-Path: <sender@example.jp>",
            b"Received: from mail.example.jp (mail.example.jp [192.0.2.10]) by mx.example.com;",
            b"\tTue, 24 Nov 2026 10:00:01 +0900 (JST)",
            b"Date: Tue, 24 Nov 2026 10:00:00 +0900",
            b"From: " + sender,
            b"To: worker@example.com",
            b"Subject: " + subject,
            b"Message-ID: <20261124100000.0001@example.jp>",
            b"MIME-Version: 1.0",
            *more,
            b"",
            b"",
        )
    )
