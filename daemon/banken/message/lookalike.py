"""Senders that look like the platform and are not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from banken.i18n import _
from banken.message.domains import within
from banken.message.model import Address, Message

# Letters that no font tells from Latin ones and that do not come apart into letter and accent (after Unicode TR39), and
# the digits that stand for letters.
_TWINS = {
    "a": "аɑα4",
    "b": "Ьƅ8",
    "c": "сϲᴄ",
    "d": "ԁɗđ",
    "e": "еєҽɛ3",
    "g": "ɡց",
    "h": "һհ",
    "j": "јϳ",
    "k": "кκĸ",
    "l": "ӏⅼłɩ1|iіıιɪ",
    "m": "мⅿ",
    "n": "ոпη",
    "o": "оοօ०ᴏø0",
    "p": "рρ",
    "q": "ԛգ",
    "r": "гᴦɾ",
    "s": "ѕꜱ5$",
    "t": "тτ",
    "u": "υսᴜ",
    "v": "ѵνᴠ",
    "w": "ԝωшɯᴡ",
    "x": "хχ",
    "y": "уγү",
    "z": "ᴢ2",
}
_LATIN = {ord(twin): letter for letter, twins in _TWINS.items() for twin in twins}
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_SHORTEST_BRAND = 6
_SHORTEST_GUESS = 8
"""Letters from which a name that differs in one of them is still taken for the same."""
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_NOT_LETTER = re.compile(r"[\W_]+")


def reason(message: Message, domains: Sequence[str], brands: Sequence[str] = ()) -> str:
    """Return in words why the sender passes as one of the platform's `domains` or `brands`, "" when it does not."""
    sender = message.sender
    if not within(sender.domain, domains):
        return _of_domain(sender.domain, domains) or _of_name(sender, domains, brands)
    for address in message.reply_to:
        if not within(address.domain, domains):
            return _("answers would go to {address}, not to the platform").format(
                address=address.address or address.name
            )
    return ""


def _of_domain(domain: str, domains: Sequence[str]) -> str:
    shown = _readable(domain)
    held = [own for own in domains if f".{own}." in f".{domain}"]
    if held:
        return _("{domain} only begins with the platform's domain {own}").format(domain=shown, own=max(held, key=len))
    alike = [own for own in domains if _is_like(shown, own)]
    if alike:
        nearest = max(alike, key=lambda own: _likeness(shown, own))
        return _("{domain} looks like the platform's domain {own} but is another one").format(domain=shown, own=nearest)
    return ""


def _is_like(shown: str, own: str) -> bool:
    brand = own.partition(".")[0]
    return len(brand) >= _SHORTEST_BRAND and any(_resembles(label, brand) for label in shown.split("."))


def _likeness(shown: str, own: str) -> float:
    """Return from 0 to 1 how much of two domains looks the same."""
    return SequenceMatcher(None, skeleton(shown), skeleton(own)).ratio()


def _of_name(sender: Address, domains: Sequence[str], brands: Sequence[str]) -> str:
    if any(within(found, domains) for found in _DOMAIN.findall(unicodedata.normalize("NFKC", sender.name).lower())):
        return _("the name shows the platform's address, the mail comes from {address}").format(address=sender.address)
    if _plain(sender.name) in {_plain(brand) for brand in brands} - {""}:
        return _("the name is the platform's, the mail comes from {address}").format(address=sender.address)
    return ""


def _readable(domain: str) -> str:
    """Return `domain` with its IDN labels as people see them."""
    if "xn--" not in domain:
        return domain
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def _resembles(label: str, brand: str) -> bool:
    seen, meant = skeleton(label), skeleton(brand)
    return meant in seen or (len(meant) >= _SHORTEST_GUESS and _one_apart(seen, meant))


def skeleton(text: str) -> str:
    """Return `text` as it looks: without accents and hyphens, twins of Latin letters made Latin."""
    apart = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter)).replace("-", "").translate(_LATIN)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return plain


def _one_apart(one: str, other: str) -> bool:
    """Return whether one letter put in, left out, changed or swapped with its neighbour makes `one` of `other`."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    left, right = one[same:], other[same:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or swapped


def _plain(text: str) -> str:
    return _NOT_LETTER.sub("", unicodedata.normalize("NFKC", text)).lower()
