"""Address fields (RFC 5322 section 3.4) as they are really written, in one pass and without recursion."""

from __future__ import annotations

import re

from banken.message import headers
from banken.message.limits import Budget
from banken.message.model import Address
from banken.message.notes import Note

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?|<[^<>]*>?|[(),;:]|=\?[^?\s]{1,64}\?[bBqQ]\?[^?]*\?=|[^"<>(),;:=]+|.', re.DOTALL
)
_SIMPLE = re.compile(r'\s*+(?:"([^"\\]*+)"\s*+|([^"<>(),;:\\@]*+))<([^<>\s,@]++@[^<>\s,@]++)>\s*+')
_ALONE = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)
_BARE = re.compile(r"(?<![^\s<>(),;:\"])[^\s<>(),;:\"@]++@[^\s<>(),;:\"]++")
_ESCAPED = re.compile(r"\\(.)")
_NAME_LIMIT = 1_000
_WIDE = str.maketrans("＜＞＠", "<>@")


def parse(values: list[bytes], budget: Budget) -> tuple[Address, ...]:
    """Return the mailboxes of the raw `values` of an address field; groups are opened, comments become names."""
    found: list[Address] = []
    for raw in values:
        found += _field(headers.unfold(raw, budget), budget.limits.addresses - len(found))
        if len(found) >= budget.limits.addresses:
            budget.note(Note.CUT_ADDRESSES)
            break
    return tuple(found)


def _field(text: str, room: int) -> list[Address]:
    if match := _SIMPLE.fullmatch(text):
        return [_address(match[1] or match[2] or "", match[3])]
    if _ALONE.fullmatch(text):
        return [Address("", normal(text))]
    found = _mailboxes(text, room)
    if not any(each.address for each in found) and (plain := headers.words(text).translate(_WIDE)) != text:
        return _mailboxes(plain, room)  # the whole mailbox in one encoded word, or typed with an input method on
    return found


def _mailboxes(text: str, room: int) -> list[Address]:
    found: list[Address] = []
    mailbox = _Mailbox()
    for match in _TOKEN.finditer(text):
        if mailbox.take(match[0]):
            continue
        found += mailbox.close(match[0])
        if len(found) >= room:
            return found[:room]
    return found + mailbox.close("")


class _Mailbox:
    """One mailbox in the making."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._comments: list[str] = []
        self._clear()

    def _clear(self) -> None:
        self._words.clear()
        self._comments.clear()
        self._angle = ""
        self._depth = 0

    def take(self, piece: str) -> bool:
        """Add `piece`; return False when it ends the mailbox."""
        if piece == "(":
            self._depth += 1
        elif piece == ")" and self._depth:
            self._depth -= 1
        elif self._depth:
            self._comments.append(piece)
        elif piece in (",", ";"):
            return False
        elif piece == ":":
            self._words.clear()  # the name of a group
        elif piece.startswith("<"):
            self._angle = piece.strip("<> \t") or self._angle
        elif piece != ">":
            self._words.append(piece)
        return True

    def close(self, ending: str) -> list[Address]:
        """Return the mailbox that is complete now, if any; words without an address belong to the next one."""
        bare = "" if self._angle else next((word for word in self._words if "@" in word), "")
        if not self._angle and not bare:
            if ending == "," and self._words:
                self._words.append(",")
                return []
            lost = "".join(self._words).strip()
            self._clear()
            return [Address(_name(lost), "")] if lost and ending != ";" else []
        return [self._finish()]

    def _finish(self) -> Address:
        if self._angle:
            name, address = "".join(self._words), self._angle
            if "@" not in address and "@" in name:  # taro@client.example <Taro>
                name, address = address, name
        else:
            text = "".join(self._words)
            match = _BARE.search(text)
            address = match[0] if match else text
            name = text.replace(address, "", 1)
        name = name if name.strip() else "".join(self._comments)
        self._clear()
        return _address(name, address)


def _address(name: str, address: str) -> Address:
    return Address(_name(name), normal(address))


def _name(text: str) -> str:
    text = text.strip()[:_NAME_LIMIT]
    if text.startswith('"'):
        text = _ESCAPED.sub(r"\1", text.strip('"'))
    name = " ".join(headers.one_line(headers.words(text)).split())
    return name[1:-1] if len(name) > 1 and name[0] == name[-1] == '"' else name


def normal(address: str) -> str:
    """Return `address` lower-cased, its domain in ASCII (RFC 5891), its local part without needless quotes; "" if broken.

    The local parts of old docomo and au addresses (`a..b.@`) break RFC 5322 and are kept.
    """
    if "=?" in address:
        address = headers.words(address)
    local, at, domain = address.strip().removeprefix("mailto:").rpartition("@")
    local = _ESCAPED.sub(r"\1", local.strip('"')) if local.startswith('"') else local
    domain = ascii_domain(domain)
    if not at or not local or not domain or _UNFIT.search(local + domain):
        return ""
    return f"{local.lower()}@{domain}"


_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0<>]")


def ascii_domain(domain: str) -> str:
    """Return `domain` lower-cased and in its ASCII form; one that has none (RFC 5890) stays as it is."""
    domain = domain.strip().rstrip(".").lower()
    if domain.isascii():
        return domain
    try:
        return domain[:253].encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain
