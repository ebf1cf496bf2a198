"""Links of a concept: where they lead (the HTML's href), and how hosts are written in text, defanged or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

_DOTS = (
    ".",
    "[.]",
    "（.）",
    " .",
    " . ",
    "。",
    "・",
    "ドット",
    " ドット ",
    "（ドット）",
    "[ドット]",
    " dot ",
    "（dot）",
    "[dot]",
)


def link_spellings(links: Iterable[str]) -> Iterator[str]:
    """Yield how each host (and path) of `links` may be written in a text."""
    for link in links:
        host, slash, path = link.partition("/")
        for dot in _DOTS:
            yield host.replace(".", dot) + slash + path


def other_hosts(links: Iterable[str]) -> Iterator[str]:
    """Yield what only looks like a host of `links`: the end of a mail address or of a longer name."""
    for link in links:
        yield "@" + link
        yield "-" + link


class Hosts:
    """Which concepts a link belongs to, by its host and the beginning of its path."""

    def __init__(self, links: Mapping[str, Iterable[str]]) -> None:
        self._known: dict[str, list[tuple[str, str]]] = {}
        for concept, targets in links.items():
            for target in targets:
                host, _slash, path = target.lower().partition("/")
                self._known.setdefault(host, []).append((path, concept))
        for known in self._known.values():
            known.sort(key=lambda one: -len(one[0]))

    def concepts(self, href: str) -> Iterator[str]:
        """Yield the concepts that `href` leads to, those of the longest name first; a broken one leads nowhere."""
        try:
            parts = urlsplit(href.strip())
            host = (parts.hostname or parts.scheme or "").rstrip(".")
        except ValueError:
            return
        path = parts.path.lstrip("/").lower()
        labels = host.split(".")
        for at in range(len(labels)):
            for prefix, concept in self._known.get(".".join(labels[at:]), ()):
                if _leads(path, prefix):
                    yield concept


def _leads(path: str, prefix: str) -> bool:
    """Whether a path begins with the names of `prefix`, the last one whole."""
    behind = path[len(prefix) : len(prefix) + 1]
    return path.startswith(prefix) and not (prefix[-1:].isalnum() and behind.isalnum())
