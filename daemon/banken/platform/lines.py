"""The lines of a mail, with what the frame reader wants to know of each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import re2

from banken.message.model import Message
from banken.platform.links import Page, Place
from banken.platform.pattern import fold

_RULER = re2.compile(r"^[\s\-=_*~.・…‥―—–─━‐ー＿＝＊〜～#＃◆◇■□●○☆★+＋|｜┏┓┗┛┃┠┨│┌┐└┘├┤]{2,}$|^\s*[▲▼△▽◆■◇□●]\s*$")
_ADDRESS = re2.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re2.compile(r"(?:https?://|www\.)[^\s<>]+")
_PHONE = re2.compile(r"(?:^|[^0-9])0[5789]0[-\s.]?[0-9]{4}[-\s.]?[0-9]{4}")
_DECORATION = " 　\t┃│■□◆◇●○◎▼▽▲△★☆*・>＞※#-—–―─━=＝~〜【】[]<>「」『』()（）{}〔〕《》|｜:：→⇒▶►≫»✉📩👉⚠💬"
_ENDS = re2.compile(r"[。！？!?]|(?:[A-Za-z'’]+,? ){3}[^.\n]*[A-Za-z)]\.(?:\s|$)")
"""Ends of sentences; a point ends one in Latin letters behind four words."""
_ARROWS = frozenset("▼▽▶►→⇒≫»【[<👉☞■◆●")
_MARKS = frozenset("⚠📩👉┃■□◆◇●○◎▼▽▲△★☆*・※#【[<-—–―─━→⇒!◎✓✔×(")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `text` as written, `folded` for patterns, `words` without addresses, `bare` without decoration."""

    text: str
    start: int
    end: int
    folded: str
    words: str
    pages: tuple[Page, ...] = ()
    linked: bool = False
    """Holds a link, wherever it leads (notices may send every click through a counter's host)."""
    foreign: bool = False
    """Holds a way to reach somebody that is not the platform: a mail address, a link, a mobile number."""
    bare: str = field(default="")
    item: bool = False
    """Begins with a mark, as a list's item or a note does."""
    arrow: bool = False
    """Begins with a mark, as a button does."""
    blank: bool = False
    ruler: bool = False

    @classmethod
    def of(
        cls,
        text: str,
        start: int = 0,
        places: Iterable[Place] = (),
        *,
        linked: bool = False,
        domains: Sequence[str] = (),
    ) -> Line:
        """Return `text`, which begins at `start` of the mail, as a line; `places` are those that lie in it."""
        places = tuple(places)
        folded = fold(text)
        words, foreign = _without(folded, places, start), _PHONE.search(folded) is not None
        written = [match.group().rpartition("@")[2] for match in _ADDRESS.finditer(words)]
        foreign = foreign or _LINK.search(words) is not None
        foreign = foreign or any(domain not in domains for domain in written)
        words = words.replace("\0", "").strip(_DECORATION)
        return cls(
            text=text,
            start=start,
            end=start + len(text),
            folded=folded,
            words=words,
            pages=tuple(place.page for place in places),
            linked=linked or bool(places),
            foreign=foreign,
            bare=folded.strip(_DECORATION),
            item=folded.lstrip()[:1] in _MARKS and bool(text.strip()),
            arrow=folded.lstrip()[:1] in _ARROWS and bool(text.strip()),
            blank=not text.strip(),
            ruler=_RULER.search(text) is not None,
        )


def _without(folded: str, places: Iterable[Place], start: int) -> str:
    """Return the line that begins at `start` with a sign that is no letter in the stead of each place's."""
    parts, at = [], 0
    for place in places:
        low, high = place.start - start, place.end - start
        if at < high:
            parts += [folded[at : max(at, low)], "\0" * (high - max(at, low))]
            at = high
    return "".join([*parts, folded[at:]])


def is_said(text: str) -> bool:
    """Whether a text holds the end of a sentence: names, titles and tables have none."""
    return _ENDS.search(text) is not None


def split(message: Message, places: list[Place], domains: Sequence[str] = ()) -> list[Line]:
    """Return the lines of a mail's text, each with the platform's addresses in it; `domains` are its mail's.

    `places` come in order.
    """
    lines: list[Line] = []
    start = 0
    begins = [place.start for place in places]
    links = sorted(link.start for link in message.links if link.end)
    for piece in message.text.split("\n"):
        end = start + len(piece)
        linked = bisect_left(links, start) < bisect_right(links, end)
        inside = places[bisect_left(begins, start) : bisect_right(begins, end)]
        lines.append(Line.of(piece, start, inside, linked=linked, domains=domains))
        start = end + 1
    return lines
