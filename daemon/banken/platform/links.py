"""Addresses of the platform's pages, host-exact, and the numbers in them. No link is ever opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import re2

from banken.message.model import Link
from banken.platform.model import Ids
from banken.platform.schema import Urls

_URL = re2.compile(r"""https?://[^\s<>"'　（）「」『』【】、。，]{1,500}""")
_NUMBER = r"([0-9]{1,20})"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the platform: `shape` as platform.yaml names it ("" for others), and the number in its path."""

    shape: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """An address of the platform in the text: which page, and the stretch it covers (empty for a link behind words)."""

    page: Page
    start: int
    end: int


class Pages:
    """Knows the platform's hosts and the shapes of its paths."""

    def __init__(self, urls: Urls, domains: Sequence[str] = ()) -> None:
        self.domains = tuple(domains)
        """Domains of the platform's mail."""
        self._hosts = frozenset(urls.hosts)
        self._help = frozenset(urls.help_hosts)
        self._shapes = [
            (shape, re2.compile("^" + re2.escape(path).replace(r"\{id\}", _NUMBER) + r"(?:/|$)"))
            for shape, paths in urls.shapes.items()
            for path in paths
        ]

    def page(self, url: str) -> Page | None:
        """Return which page of the platform `url` is; None for anything else, be it ever so alike."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".")
            odd_port = parts.port not in (None, 80, 443)
        except ValueError:
            return None
        # Browsers and libraries do not agree on "\" and "@" before the host: such an address is nobody's.
        if "\\" in url or "@" in parts.netloc or odd_port or host not in self._hosts | self._help:
            return None
        if host in self._help:
            return Page()
        for shape, path in self._shapes:
            match = path.search(parts.path)
            if match:
                number = match.group(1)
                return Page(shape, number if number.strip("0") else "")
        return Page()

    def places(self, text: str, links: Iterable[Link]) -> list[Place]:
        """Return the platform's addresses in `text`, written out or behind words, in order."""
        found = [*self._written(text), *self._behind(links)]
        return sorted(found, key=lambda place: (place.start, place.end))

    def _written(self, text: str) -> Iterator[Place]:
        for match in _URL.finditer(text):
            page = self.page(match.group().rstrip(".,;:!?)]}>"))
            if page is not None:
                yield Place(page, *match.span())

    def _behind(self, links: Iterable[Link]) -> Iterator[Place]:
        for link in links:
            page = self.page(link.href) if link.end else None
            if page is not None:
                yield Place(page, link.start, link.start)


def ids(places: Sequence[Place]) -> Ids:
    """Return the numbers of the first page of each shape."""
    first: dict[str, str] = {}
    for place in places:
        if place.page.number:
            first.setdefault(place.page.shape, place.page.number)
    return Ids(*(first.get(shape, "") for shape in ("message", "proposal", "contract", "job")))
