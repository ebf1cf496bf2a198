"""Which parts of a big message are worth fetching, and a valid message made of them again.

Texts and the texts of attached messages are fetched; every other part stays in its place with its own header, an
empty body and the field `X-Banken-Omitted: <octets>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.parser import BytesHeaderParser

from banken.mailbox.reader import Nonsense
from banken.mailbox.structure import Part

TEXT_LIMIT = 1024 * 1024
"""Octets fetched of one text part."""
_ALL_TEXTS_LIMIT = 4 * 1024 * 1024
_SECTIONS_LIMIT = 300
OMITTED = b"X-Banken-Omitted: %d\r\n"
_CLAIM = re.compile(rb"(?:^|(?<=\r))X-Banken-Omitted(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)


def sections(root: Part) -> list[str]:
    """Return the sections to fetch for `root`, beside the message's own HEADER, as they stand inside BODY.PEEK[…]."""
    wanted: list[str] = []
    left = _ALL_TEXTS_LIMIT
    for part, asks_for in _walk(root, has_header=True):
        if part.is_text and left > 0:
            left -= min(part.size, TEXT_LIMIT)
            asks_for = [*asks_for, part.section]  # noqa: PLW2901, the loop's own list
        if len(wanted) + len(asks_for) > _SECTIONS_LIMIT:
            break
        wanted += asks_for
    return wanted


def assemble(root: Part, header: bytes, fetched: Mapping[str, bytes]) -> tuple[bytes, bool]:
    """Return the message made of its `header` and the `fetched` sections, and whether it is complete.

    Raises Nonsense when the header and the server's structure contradict each other.
    """
    builder = _Builder(fetched)
    return builder.entity(root, header), builder.complete


def end_header(header: bytes) -> bytes:
    """Return a header block that ends in exactly one empty line."""
    return _fields(header) + b"\r\n"


def disowned(raw: bytes) -> bytes:
    """Return `raw` with the sender's own fields of our mark's name renamed: what is left on the server, only we know."""
    return _CLAIM.sub(b"X-Claimed-Omitted", raw)


def _fields(header: bytes) -> bytes:
    bare = disowned(header).rstrip(b"\r\n")
    return bare + b"\r\n" if bare else b""


def _walk(part: Part, *, has_header: bool = False) -> Iterator[tuple[Part, list[str]]]:
    """Yield each part with the header sections it needs; `has_header` when its header is already there."""
    if part.is_message:
        own = [] if has_header else [f"{part.section}.MIME"]
        yield part, [*own, f"{part.section}.HEADER"]
        yield from _walk(part.children[0], has_header=True)
        return
    yield part, [] if has_header else [f"{part.section}.MIME"]
    for child in part.children:
        yield from _walk(child)


class _Builder:
    """Writes the tree, noting whether something had to be left out."""

    def __init__(self, fetched: Mapping[str, bytes]) -> None:
        self._fetched = fetched
        self.complete = True

    def entity(self, part: Part, header: bytes) -> bytes:
        """Return the header and body of one part."""
        if part.is_multipart:
            return self._multipart(part, header)
        if part.is_message and f"{part.section}.HEADER" in self._fetched:
            return end_header(header) + self.entity(part.children[0], self._fetched[f"{part.section}.HEADER"])
        return self._leaf(part, header)

    def _multipart(self, part: Part, header: bytes) -> bytes:
        boundary = b"--" + _boundary(header)
        lines = [end_header(header)]
        self.complete = self.complete and bool(part.children)
        for child in part.children:
            mime = self._fetched.get(f"{child.section}.MIME")
            if mime is None:
                self.complete = False
                continue
            lines += [boundary, b"\r\n", self.entity(child, mime), b"\r\n"]
        return b"".join([*lines, boundary, b"--\r\n"])

    def _leaf(self, part: Part, header: bytes) -> bytes:
        body = self._fetched.get(part.section, b"")
        cut = part.section not in self._fetched or len(body) >= TEXT_LIMIT
        omitted = max(part.size - len(body), 0) if cut else 0
        if not omitted:
            return end_header(header) + body
        self.complete = False
        return _fields(header) + OMITTED % omitted + b"\r\n" + body


def _boundary(header: bytes) -> bytes:
    try:
        boundary = BytesHeaderParser().parsebytes(header).get_boundary()
        if not boundary:
            raise Nonsense("a multipart without a boundary")
        return boundary.encode("ascii", "surrogateescape")
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise Nonsense(f"a boundary that cannot be read: {type(error).__name__}") from error
