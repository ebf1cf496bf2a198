"""Which kind of notice a mail is, and what it says happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import re2

from banken.platform.frame import trimmed
from banken.platform.pattern import MASK, Patterns, fold
from banken.platform.schema import Frame, Kind

_QUOTED = re2.compile(r"「[^「」]*」|『[^『』]*』|“[^“”]*”")
_TITLE = re2.compile(rf"「[^{MASK}]*」|『[^{MASK}]*』")
_PLAIN = str.maketrans(dict.fromkeys("「」『』“”", '"'))
_SPEAKER = re2.compile(MASK + r"\s*\S{1,2}\s*(?:から|より)")


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject read: whom and what it names, and what is left of it (folded, names and titles masked)."""

    rest: str
    client: str = ""
    job: str = ""
    said: str = ""
    """What stands before the client's name: what comes behind it, the client may have chosen."""


class Subjects:
    """Reads subjects."""

    def __init__(self, frame: Frame, names: Sequence[str]) -> None:
        self._patterns = Patterns(frame.subjects, names).patterns
        brands = "|".join(re2.escape(fold(name)) for name in names)
        self._brand = re2.compile(
            rf"^[\s\[(【<]*(?:{brands})[\s\])】>]*[:\-|/]?\s*|\s*[|/\-]\s*(?:{brands})\s*$|[(【\[](?:{brands})[)】\]]\s*$"
        )

    def read(self, subject: str) -> Subject:
        """Take client and job out of a subject; what they hold is never taken for an event.

        A pattern that remembers nothing keeps its words from the patterns below it (「（未読1件）」 is no title).
        """
        text, folded = self._bare(subject)
        rest, found, before = folded, dict[str, str](), len(folded)
        one_title = False
        for pattern in self._patterns:
            if not one_title and "job" in pattern.remembers:
                folded, one_title = _one_title(folded), True
            hit = pattern.find(folded)
            if hit is None:
                continue
            for name, (start, end) in hit.spans.items():
                found.setdefault(name, trimmed(text[start:end]) if name == "client" else text[start:end].strip())
                before = min(before, start) if name == "client" else before
                folded, rest = _mask(folded, start, end), _mask(rest, start, end)
            if not hit.spans:
                folded = _mask(folded, hit.start, hit.end)
        return Subject(rest, found.get("client", ""), found.get("job", ""), rest[:before])

    def _bare(self, subject: str) -> tuple[str, str]:
        text = subject
        for _turn in range(2):
            folded = fold(text)
            match = self._brand.search(folded)
            if match is None:
                break
            start, end = match.span()
            text = text[:start] + text[end:]
        return text, fold(text)


@dataclass(frozen=True, slots=True)
class _Compiled:
    kind: Kind
    firm: Patterns
    topic: Patterns
    subject: Patterns
    body: Patterns
    unless: Patterns


class Kinds:
    """Knows the kinds of one platform, in the order of the file."""

    def __init__(self, kinds: Iterable[Kind], about: Iterable[str], names: Sequence[str]) -> None:
        self._about = Patterns(about, names)
        self._kinds = [
            _Compiled(
                kind,
                *(Patterns(one, names) for one in (kind.firm, kind.topic, kind.subject, kind.body, kind.unless)),
            )
            for kind in kinds
        ]

    def recognise(self, subject: str, lines: Sequence[str], role: str, *, spoken: bool) -> tuple[Kind, str] | None:
        """Return the kind and how it was known; `lines` are the platform's own. All are folded and masked."""
        for one in self._kinds:
            if one.firm.matches(subject):
                return one.kind, "subject"
        fitting = [one for one in self._kinds if self._fits(one, subject, lines, spoken=spoken)]
        for one in fitting:
            if one.subject.matches(subject):
                return one.kind, "subject"
        told = _SPEAKER.search(subject) is not None
        for one in fitting:
            if not (told and one.kind.event and one.kind.channel != "notification") and any(
                map(one.body.matches, lines)
            ):
                return one.kind, "text"
        for one in fitting:
            if role in one.kind.roles:
                return one.kind, "sender"
        return None

    def is_about(self, subject: str) -> bool:
        """Whether a subject (folded, masked) is about a thing, not news of it."""
        return self._about.matches(subject)

    def _fits(self, one: _Compiled, subject: str, lines: Sequence[str], *, spoken: bool) -> bool:
        if one.unless.matches(subject) or (one.kind.spoken and not spoken):
            return False
        if one.kind.event and not spoken and self._about.matches(subject):
            return False
        if not one.kind.topic or one.topic.matches(subject):
            return True
        return not one.kind.titled and any(map(one.topic.matches, lines))


def _one_title(folded: str) -> str:
    """Return a subject in which what stands between its first quote and its last is one stretch in one pair of quotes.

    A title may hold quotes, and a client chooses it: 「A」の契約が成立しました「B」 within 「」 is a title like any other.
    """
    found = _TITLE.search(folded)
    if found is None:
        return folded
    start, end = found.span()
    return folded[: start + 1] + folded[start + 1 : end - 1].translate(_PLAIN) + folded[end - 1 :]


def _mask(text: str, start: int, end: int) -> str:
    return text[:start] + MASK * (end - start) + text[end:]


def masked(folded: str, names: Iterable[str] = ()) -> str:
    """Return a folded line with `names` and everything in quotes masked: titles and names are no events."""
    for name in filter(None, map(fold, names)):
        folded = folded.replace(name, MASK * len(name))
    return str(_QUOTED.sub(MASK, folded))
