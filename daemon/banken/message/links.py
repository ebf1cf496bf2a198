"""Where a mail's links lead, and which words of its text stand for them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from banken.message.html import Page
from banken.message.model import Link

_URL = re.compile(r"https?://[!#-;=?-Z\\^-z|~\[\]]{1,4000}", re.IGNORECASE)
_TAIL = ".,;:!?'`*_)]}|"
_MOST = 5_000
_LOOKED_UP = 500
_SPACE = re.compile(r"[\x00-\x20\x7f]+")
_ADDRESS_LIKE = re.compile(r"(?:https?://)?((?:[\w-]{1,63}\.){1,10}[a-z]{2,24})(?:[/:?#]\S*)?", re.IGNORECASE)


def in_text(text: str) -> list[Link]:
    """Return the web addresses that stand in `text`; Japanese letters and marks end one."""
    if "://" not in text:
        return []
    found: list[Link] = []
    for match in _URL.finditer(text):
        href = match[0].rstrip(_TAIL) if "(" not in match[0] else match[0].rstrip(_TAIL.replace(")", ""))
        found.append(Link(href, href, match.start(), match.start() + len(href)))
        if len(found) >= _MOST:
            break
    return found


def of_page(page: Page) -> list[Link]:
    """Return the links of an HTML part and the web addresses that stand in it as bare text."""
    made: list[Link] = []
    for href, start, end in page.links[:_MOST]:
        words = page.text[start:end].lstrip()
        begin = end - len(words)
        words = words.rstrip()
        if " " in href or not href.isprintable():
            href = _SPACE.sub("", href)  # noqa: PLW2901
        made.append(Link(href, words, begin, begin + len(words)))
    covered = {(link.start, link.end) for link in made}
    bare = [link for link in in_text(page.text) if (link.start, link.end) not in covered]
    return made + bare


def placed(links: list[Link], text: str) -> list[Link]:
    """Return `links`, those without a place put where their words stand in `text`, in order; (0, 0) when they do not.

    A link of the HTML form whose address stands in the text already is left out where it would only repeat it.
    """
    made: list[Link] = []
    known = {link.href for link in links if link.end}
    place = looked = 0
    for link in links:
        if link.end:
            made.append(link)
            continue
        looked += 1
        start = -1
        if link.text and looked <= _LOOKED_UP:
            start = text.find(link.text, place)
            if start < 0:
                start = text.find(link.text)
        if start >= 0:
            place = start
            made.append(Link(link.href, link.text, start, start + len(link.text)))
        elif link.href not in known:
            made.append(link)
    return made


def host(address: str) -> str:
    """Return the lower-cased host that `address` leads to; "" when it has none."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def differs(link: Link) -> bool:
    """Return whether a link shows the address of one host and leads to another."""
    if "." not in link.text or not (match := _ADDRESS_LIKE.fullmatch(link.text)):
        return False
    if not link.href[:5].lower().startswith("http"):
        return False
    shown, target = match[1].lower().removeprefix("www."), host(link.href).removeprefix("www.")
    return bool(target) and shown != target and not target.endswith("." + shown) and not shown.endswith("." + target)
