"""The shape of a message as the server sees it: BODYSTRUCTURE (RFC 9051 section 7.5.2) as a tree of parts."""

from __future__ import annotations

from dataclasses import dataclass

from banken.mailbox.reader import Nonsense, Value, number

_DEPTH = 20
_MESSAGE_STRUCTURE = 8  # type, subtype, parameters, id, description, encoding, size, envelope, then this


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its section number ("" for a multipart that is the whole message), type and octets as transferred.

    `children` are the parts of a multipart, or the one attached message of a message/rfc822.
    """

    section: str
    kind: str
    size: int
    children: tuple[Part, ...] = ()

    @property
    def is_multipart(self) -> bool:
        """Say whether it only holds other parts."""
        return self.kind.startswith("multipart/")

    @property
    def is_message(self) -> bool:
        """Say whether it is an attached message whose inside can be asked for."""
        return self.kind == "message/rfc822" and bool(self.children)

    @property
    def is_text(self) -> bool:
        """Say whether it is a text of whatever kind."""
        return self.kind.startswith("text/")


def structure(value: Value) -> Part:
    """Return the tree of a BODYSTRUCTURE; raises Nonsense when it has no sensible shape."""
    return _part(value, "", 0)


def _part(value: Value, section: str, depth: int) -> Part:
    if not isinstance(value, list) or not value:
        raise Nonsense("a part without a structure")
    if isinstance(value[0], list):
        return _multipart(value, section, depth)
    return _leaf(value, section or "1", depth)


def _multipart(value: list[Value], section: str, depth: int) -> Part:
    parts = [item for item in value if isinstance(item, list)]
    count = next((i for i, item in enumerate(value) if not isinstance(item, list)), len(value))
    kind = "multipart/" + _word(value, count)
    if depth >= _DEPTH:
        return Part(section, kind, 0)
    numbered = enumerate(parts[:count], start=1)
    children = (_part(part, f"{section}.{number}" if section else str(number), depth + 1) for number, part in numbered)
    return Part(section, kind, 0, tuple(children))


def _leaf(value: list[Value], section: str, depth: int) -> Part:
    kind = f"{_word(value, 0)}/{_word(value, 1)}"
    size = number(value[6]) if len(value) > 6 else 0
    children: tuple[Part, ...] = ()
    # A base64-coded message (RFC 2046 section 5.2.1 forbids it) has no inside that could be asked for.
    if kind == "message/rfc822" and len(value) > _MESSAGE_STRUCTURE and _word(value, 5) in ("7bit", "8bit", "binary"):
        children = (_inner(value[_MESSAGE_STRUCTURE], section, depth),)
    return Part(section, kind, size, children if depth < _DEPTH else ())


def _inner(value: Value, section: str, depth: int) -> Part:
    """Return the body of an attached message: a multipart shares its number, a single part is `<number>.1`."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        return _part(value, section, depth + 1)
    return _part(value, f"{section}.1", depth + 1)


def _word(value: list[Value], place: int) -> str:
    word = value[place] if place < len(value) else None
    if not isinstance(word, bytes):
        raise Nonsense("a part without a type")
    return word.decode("ascii", "replace").lower()
