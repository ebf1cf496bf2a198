"""Invented names, addresses and numbers in place of the real ones, so that a sentence can stand beside a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from banken.guard import Examined
from banken.i18n import _
from banken.judge import Judge
from banken.judge.lexicon import Lexicon, Words
from banken.judge.views import Span, fold
from banken.report.mask import Mask, Shown

NUMBER = "090-0000-0000"
ADDRESS = "someone@client.example"
HANDLE = "name_0000"
_LINK = "https://client.example/"
_COMPANY, _TOLD = "name_company", "name_told"
"""Lists of the rules (rules/grammar/names.yaml) that tell where a name stands."""
NAMING = (_COMPANY, _TOLD)
_PERSON_BEFORE = re.compile(r"[一-龥々]{1,5}[ \u3000]?$|[ァ-ヺー・]{2,12}$|[A-Za-z]{2,20}[ \u3000]?$")
_FIRM_BEFORE = re.compile(r"[一-龥々ァ-ヺーA-Za-z0-9]{2,15}[ \u3000]?$")
_FIRM_BEHIND = re.compile(r"[ \u3000]?[一-龥々ァ-ヺーA-Za-z0-9&]{2,20}")


class Inventor:
    """Puts invented things in place of what tells who somebody is, as far as it can be known."""

    def __init__(self, judge: Judge, names: Iterable[tuple[str, str]]) -> None:
        """Take the rules that judge, and names known from the mail's head, each with what stands in its place."""
        self._hosts = judge.book.hosts
        concepts = {name: judge.book.concepts[name] for name in NAMING if name in judge.book.concepts}
        self._lexicon = Lexicon({name: Words(one.words, (), one.not_inside) for name, one in concepts.items()})
        self._mask = Mask(names, Shown(self._link, ADDRESS, NUMBER, HANDLE, _("Suzuki")))

    def text(self, text: str) -> str:
        """Return `text` with invented names; a link to a service that the rules know keeps its host."""
        return self._mask.text(self._unnamed(text))

    def _link(self, found: re.Match[str]) -> str:
        link = found.group()
        scheme, _colon, rest = link.partition("//")
        host = re.split(r"[/?#]", rest, maxsplit=1)[0]
        return f"{scheme}//{host}/x" if any(self._hosts.concepts(link)) else _LINK

    def _unnamed(self, text: str) -> str:
        for start, end, instead in sorted(self._names(text), reverse=True):
            text = text[:start] + instead + text[end:]
        return text

    def _names(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield the names that the words beside them show, none inside another."""
        view, taken = fold(text), 0
        scan = self._lexicon.scan(view.text)
        found = sorted((*view.span(*span), name) for name in NAMING for span in scan.spans(name))
        for start, end, kind in found:
            span, instead = _name_at(text, start, end, kind)
            if span is not None and span[0] >= taken:
                taken = span[1]
                yield *span, instead


def _name_at(text: str, start: int, end: int, kind: str) -> tuple[Span | None, str]:
    """Return where the name beside a telling word at `[start, end)` stands, and what stands in its place."""
    if kind == _COMPANY:
        behind = _FIRM_BEHIND.match(text, end)
        before = None if behind else _FIRM_BEFORE.search(text[max(0, start - 16) : start])
        instead = _("Midori Planning")
    else:
        behind, before = None, _PERSON_BEFORE.search(text[max(0, start - 21) : start])
        instead = _("Suzuki")
    if behind:
        return behind.span(), instead
    return ((start - len(before.group()), start) if before else None), instead


def names_in(examined: Examined, own: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return the names that a mail's head shows, each with an invented one; `own` are the worker's addresses."""
    mail, sender = examined.correspondence, examined.message.sender
    pairs = [(name, _("Midori Planning")) for name in (mail.client, sender.name) if name and name != mail.platform]
    addresses = [mail.client_address, sender.address, *own]
    pairs += [(address, ADDRESS) for address in addresses if address]
    return [*pairs, (mail.job, _("a job"))] if mail.job else pairs
