"""What a warning says of each finding: the very words, each told once, and why they matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from banken.i18n import _, language
from banken.respond.advice import Counsel
from banken.respond.model import Point, Quote, WarningFacts
from banken.respond.names import level_name
from banken.respond.tidy import unlinked
from banken.words import Category


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: its heading, the quotes, why it matters and where that is written ("" where it was told before)."""

    heading: str
    quotes: tuple[Quote, ...]
    places: tuple[str, ...]
    again: str
    """Said in place of quotes that all stand above."""
    why: str
    sure: str
    """How it was found, and what that is worth."""
    page_title: str
    page_url: str
    as_of: str


def found_in(facts: WarningFacts, counsels: Sequence[Counsel]) -> Iterator[Found]:
    """Yield what is told of each finding: of the first, the strongest, the whole reason, of the others a sentence."""
    pages: set[str] = set()
    for point, told, quotes in zip(facts.points, counsels, new_words(facts.points), strict=True):
        first, known = not pages, told.page.url in pages
        pages.add(told.page.url)
        yield Found(
            heading=_("{title} ({level})").format(title=told.title, level=level_name(point.level)),
            quotes=tuple(Quote(unlinked(q.before), unlinked(q.words), unlinked(q.after), q.line) for q in quotes),
            places=tuple(_("(line {line})").format(line=q.line) if q.line else "" for q in quotes),
            again=_("The words above are this as well.") if point.quotes and not quotes else "",
            why=told.why if first else told.brief,
            sure=_sure(point, facts) if first or not point.rules else "",
            page_title="" if known else told.page.text(language()),
            page_url="" if known else told.page.url,
            as_of=day_of(told.as_of),
        )


def new_words(points: Sequence[Point]) -> list[tuple[Quote, ...]]:
    """Return for each finding its quotes, a sentence each, without those that an earlier finding has quoted."""
    shown: list[Quote] = []
    found = []
    for point in points:
        fresh = [one for one in _by_sentence(point.quotes) if not any(_overlap(one, other) for other in shown)]
        found.append(tuple(fresh))
        shown += fresh
    return found


def day_of(day: date) -> str:
    """Return a date as the language writes it."""
    return _("{year}-{month:02}-{day:02}").format(year=day.year, month=day.month, day=day.day)


def _sure(point: Point, facts: WarningFacts) -> str:
    if point.category is Category.IMPERSONATION:
        return _("What was checked: {why}").format(why=facts.authentic_why) if facts.authentic_why else ""
    if not any(quote.line for quote in point.quotes):
        return ""  # it is not in the words, but in their having come
    if not point.rules:
        return _(
            "How sure: no fixed wording, the sentence as a whole reads like it. It may be wrong: read the words yourself."
        )
    ways = {quote.how for quote in point.quotes}
    if "hidden" in ways:
        return _("How sure: this wording is common in such requests. It is written so that the eye does not see it.")
    if ways & {"disguised", "masked"}:
        return _(
            "How sure: this wording is common in such requests. Its letters are spaced, masked or of an unusual kind"
            " (not necessarily on purpose)."
        )
    return _("How sure: this wording is common in such requests.")


def _overlap(one: Quote, other: Quote) -> bool:
    """Whether the sentences of two quotes are the same one, or one is a part of the other."""
    texts = [f"{quote.before}{quote.words}{quote.after}".strip() for quote in (one, other)]
    return one.line == other.line and (texts[0] in texts[1] or texts[1] in texts[0])


def _by_sentence(quotes: Iterable[Quote]) -> list[Quote]:
    """Return the quotes with those of one sentence made one, marked from the first word to the last."""
    sentences: dict[tuple[int, str], tuple[int, int]] = {}
    for quote in quotes:
        whole = (quote.line, f"{quote.before}{quote.words}{quote.after}")
        start, end = len(quote.before), len(quote.before) + len(quote.words)
        first, last = sentences.get(whole, (start, end))
        sentences[whole] = min(start, first), max(end, last)
    return [Quote(text[:start], text[start:end], text[end:], line) for (line, text), (start, end) in sentences.items()]
