"""One name for one mail, whatever folder its copies lie in (design: the second line of "exactly once")."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_SPACE = b" \t\r\n"
_EACH = 65_536


def fingerprint(message_id: str, main: Iterable[bytes], texts: Iterable[bytes]) -> str:
    """Return 32 hexadecimal digits for a mail.

    They come from the Message-ID, the raw `main` fields (From, Date, Subject) and the first 64 kB of each text part as it
    was sent, white space left out. Trace fields, flags and attachments do not count: a server that adds a Received
    line or gives the text parts alone yields the same. Raw octets are used, so that a better decoder changes no name.
    """
    digest = hashlib.blake2b(message_id.encode("utf-8", "surrogatepass"), digest_size=16)
    for values in (main, texts):
        for value in values:
            digest.update(b"\0" + value[:_EACH].translate(None, _SPACE))
    return digest.hexdigest()
