"""A small strict reader of FETCH responses (RFC 9051 section 7.5.2), over what imaplib collected.

imapclient's own parser loses a whole batch to one keyword with `[`, one unescaped quote or one deep structure, and
takes an unsolicited response without UID for the message whose UID is that sequence number. Here each response
stands for itself, and one without UID is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from imapclient.imap_utf7 import decode as _from_utf7

Value: TypeAlias = "bytes | list[Value] | None"
Piece: TypeAlias = tuple[bytes, bytes | None]
"""A stretch of a response, and the literal that follows it (None behind the last stretch)."""

_DEPTH = 150
_DIGITS = 20  # of a 64-bit number; int() refuses thousands
_KEY = re.compile(rb"\s*([A-Za-z0-9.\-]+(?:\[[^\]]*\])?(?:<\d+>)?)\s*")
_FLAGS = re.compile(rb"\(([^)]*)\)")
_TOKEN = re.compile(
    rb"""\s*(?:
        (?P<open>\() | (?P<close>\))
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | (?P<literal>(?:~?\{\d+\+?\})$)
      | (?P<atom>[^\s()"]+)
    )""",
    re.VERBOSE | re.DOTALL,
)


class Nonsense(ValueError):  # noqa: N818, as in errors.py
    """A response that does not follow the grammar."""


@dataclass(slots=True)
class Answers:
    """What a FETCH brought: the items of each message by UID, and what could not be read.

    Item names are in capitals, without quotes and the `<origin>` of a partial fetch: UID, FLAGS, BODY[], BODY[1.MIME].
    """

    items: dict[int, dict[str, Value]] = field(default_factory=dict)
    garbled: str = ""
    """Why the last unreadable response was so; "" when all could be read."""


def read(data: Iterable[object]) -> Answers:
    """Read the data of imaplib's untagged FETCH responses; never raises for what the server sent."""
    answers = Answers()
    for pieces in _responses(data):
        try:
            items = _Cursor(pieces).items()
        except Nonsense as error:
            answers.garbled = str(error)
            continue
        if uid := number(items.get("UID")):
            answers.items.setdefault(uid, {}).update(items)
    return answers


def read_folders(data: Iterable[object]) -> Iterator[tuple[frozenset[str], str, str]]:
    """Yield flags, hierarchy separator ("" for none) and name of each LIST response (RFC 9051 section 7.3.1).

    imapclient's parser loses the whole list to one folder called `[x`. An unreadable response is left out.
    """
    for pieces in _responses(data):
        try:
            flags, separator, name = _Cursor(pieces).values(3)
        except Nonsense:
            continue
        yield words(flags), text(separator), text(name) or "NIL"


def number(value: Value) -> int:
    """Return a numeric item, 0 when the server left it out or wrote something else."""
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) <= _DIGITS else 0


def words(value: Value) -> frozenset[str]:
    """Return a list of flags or labels as text."""
    items = value if isinstance(value, list) else []
    return frozenset(item.decode("utf-8", "replace") for item in items if isinstance(item, bytes))


def text(name: Value) -> str:
    """Return a name in modified UTF-7 (RFC 3501 section 5.1.3) as text; "" for none."""
    if not isinstance(name, bytes):
        return ""
    try:
        return str(_from_utf7(name))
    except (ValueError, LookupError):  # 8-bit names, which RFC 3501 forbids
        return name.decode("utf-8", "replace")


def _responses(data: Iterable[object]) -> Iterator[list[Piece]]:
    """Yield the pieces of each response: imaplib gives (text, literal) pairs closed by a text without literal."""
    pieces: list[Piece] = []
    for item in data:
        if isinstance(item, tuple):
            pieces.append(item)
        elif isinstance(item, bytes):
            yield [*pieces, (item, None)]
            pieces = []


class _Cursor:
    """Walks over one response: `7 (UID 3 FLAGS () BODY[] {12}` literal `)`."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = pieces
        self._piece = 0
        self._at = 0

    def items(self) -> dict[str, Value]:
        """Return the items of the response by name."""
        self._expect("atom")
        self._expect("open")
        items: dict[str, Value] = {}
        while (name := self._name()) is not None:
            items[name] = self._flags() if name == "FLAGS" else self._value(0)
        self._expect("close")
        return items

    def values(self, count: int) -> list[Value]:
        """Return the next `count` values."""
        return [self._value(0) for _ in range(count)]

    @property
    def _text(self) -> bytes:
        return self._pieces[self._piece][0]

    def _name(self) -> str | None:
        found = _KEY.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        # Courier puts the names of header fields in quotes, as it may (RFC 9051 section 9, header-fld-name).
        return found[1].decode("ascii").upper().partition("<")[0].replace('"', "")

    def _flags(self) -> Value:
        """Read flags by their brackets alone: clients make keywords with `[`, `]` and spaces in them."""
        found = _FLAGS.match(self._text, self._at)
        if found is None:
            raise Nonsense("FLAGS without a list")
        self._at = found.end()
        return list(found[1].split())

    def _value(self, depth: int) -> Value:
        kind, text = self._token()
        if kind == "open":
            return self._list(depth + 1)
        if kind == "close":
            raise Nonsense("a value is missing")
        return None if kind == "atom" and text.upper() == b"NIL" else text

    def _list(self, depth: int) -> list[Value]:
        if depth > _DEPTH:
            raise Nonsense("lists too deep")
        values: list[Value] = []
        while not self._closes():
            values.append(self._value(depth))
        return values

    def _closes(self) -> bool:
        found = _TOKEN.match(self._text, self._at)
        if found is None or found.lastgroup != "close":
            return False
        self._at = found.end()
        return True

    def _token(self) -> tuple[str, bytes]:
        found = _TOKEN.match(self._text, self._at)
        if found is None or found.lastgroup is None:
            raise Nonsense("the response breaks off")
        kind, text = found.lastgroup, found[found.lastgroup]
        self._at = found.end()
        if kind == "literal":
            return "literal", self._literal()
        return kind, re.sub(rb"\\(.)", rb"\1", text, flags=re.DOTALL) if kind == "quoted" else text

    def _literal(self) -> bytes:
        literal = self._pieces[self._piece][1]
        if literal is None:
            raise Nonsense("a literal is missing")
        self._piece, self._at = self._piece + 1, 0
        return literal

    def _expect(self, kind: str) -> None:
        found, _text = self._token()
        if found != kind:
            raise Nonsense(f"{kind} expected")
