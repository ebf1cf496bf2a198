"""Invented messages of the shapes that matter to a mailbox."""

from __future__ import annotations

import base64
import re

CRLF = b"\r\n"


def letter(number: int = 1, body: bytes = "お世話になっております。\r\n".encode(), **fields: str) -> bytes:
    """Return a small message; `fields` add header fields (`_` for `-`)."""
    head = [
        f"Message-ID: <letter-{number}@client.example>",
        "From: =?utf-8?b?5bGx55Sw?= <yamada@client.example>",
        "To: worker@example.jp",
        f"Subject: letter {number}",
        "Date: Mon, 02 Nov 2026 10:00:00 +0900",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def multipart(*parts: bytes, boundary: str = "=_outer", subtype: str = "mixed", head: str = "") -> bytes:
    """Return an entity of `parts` (each with its own header)."""
    lines = [head.encode(), b"Content-Type: multipart/%s; boundary=" % subtype.encode() + f'"{boundary}"'.encode()]
    body = b"".join(b"--" + boundary.encode() + CRLF + part + CRLF for part in parts)
    return CRLF.join(filter(None, lines)) + CRLF + CRLF + body + b"--" + boundary.encode() + b"--" + CRLF


def part(content_type: str, body: bytes, *fields: str) -> bytes:
    """Return one part."""
    return "\r\n".join([f"Content-Type: {content_type}", *fields]).encode() + b"\r\n\r\n" + body


def attachment(octets: int, name: str = "shiryo.pdf") -> bytes:
    """Return a base64 part of about `octets` on the wire."""
    body = base64.encodebytes(b"\x25" * (octets * 3 // 4)).replace(b"\n", CRLF)
    return part(
        "application/pdf",
        body,
        f'Content-Disposition: attachment; filename="{name}"',
        "Content-Transfer-Encoding: base64",
    )


HEAD = "Message-ID: <big@client.example>\r\nSubject: big\r\nFrom: yamada@client.example\r\nMIME-Version: 1.0"


def big(text: bytes = b"the words\r\n") -> bytes:
    """Return a message whose attachment is too big to be fetched."""
    pdf = part("application/pdf", b"x" * 600_000 + b"\r\n")
    return multipart(part("text/plain", text), pdf, head=HEAD)


def uids_in(line: str) -> set[int]:
    """Return the UIDs that a command names."""
    return {uid for a, b in re.findall(r"(\d+)(?::(\d+))?", line.split()[2]) for uid in range(int(a), int(b or a) + 1)}
