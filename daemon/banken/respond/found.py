"""What a warning says of each finding: the very words, each told once, and why they matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from banken.i18n import _, language
from banken.respond.advice import Counsel
from banken.respond.model import Point, Quote, WarningFacts
from banken.respond.names import day_of, level_name
from banken.respond.tidy import unpressable
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
    for point, told, fresh in zip(facts.points, counsels, new_words(facts.points), strict=True):
        first, known = not pages, told.page.url in pages
        pages.add(told.page.url)
        # Words that only sound like it are no reason for what a rule has found in words quoted above.
        quotes = () if known and point.rules and all(quote.how == "reader" for quote in fresh) else fresh
        yield Found(
            heading=_("{title} ({level})").format(title=_title(told), level=level_name(point.level)),
            quotes=tuple(map(_shown, quotes)),
            places=tuple(_("(line {line})").format(line=q.line) if q.line else "" for q in quotes),
            again=_("The words above are this as well.") if point.quotes and not quotes else "",
            why=told.why if first else told.brief,
            sure=_sure(point, facts) if first or not point.rules else "",
            page_title="" if known else told.page.text(language()),
            page_url="" if known else told.page.url,
            as_of=day_of(told.as_of),
        )


def new_words(points: Sequence[Point]) -> list[tuple[Quote, ...]]:
    """Return for each finding its quotes without those that an earlier finding has quoted."""
    shown: list[Quote] = []
    found = []
    for point in points:
        fresh = [one for one in map(_polite, point.quotes) if not any(_overlap(one, other) for other in shown)]
        found.append(tuple(fresh))
        shown += fresh
    return found


def _title(told: Counsel) -> str:
    """Return what was found, with the tool that the client names where the page does not name it so far."""
    if not told.named or told.named.removeprefix("お") in told.title + told.short:
        return told.title
    return _("{title}: {tool}").format(title=told.title, tool=told.named)


def _sure(point: Point, facts: WarningFacts) -> str:
    if point.category is Category.IMPERSONATION:
        return _("What was checked: {why}").format(why=facts.authentic_why) if facts.authentic_why else ""
    if not any(quote.is_said for quote in point.quotes):
        return ""  # it is not in the words, but in their having come
    if not point.rules:
        return _(
            "How sure: not very, for it is the sentence as a whole that reads like it. It may be wrong: read the words"
            " yourself."
        )
    return _how_written({quote.how for quote in point.quotes})


def _how_written(ways: Container[str]) -> str:
    """Return how sure a rule is, and how the words were written (`words.Evidence.how`)."""
    if "hidden" in ways:
        return _(
            "How sure: fairly, this wording is common in such requests. It is written so that the eye does not see it."
        )
    if "masked" in ways:
        return _(
            "How sure: fairly, this wording is common in such requests. A letter of it is replaced by a sign"
            " (not necessarily on purpose)."
        )
    if "disguised" in ways:
        return _(
            "How sure: fairly, this wording is common in such requests. Its letters are wide, spaced or of an unusual"
            " kind (not necessarily on purpose)."
        )
    return _("How sure: fairly, this wording is common in such requests.")


def _shown(quote: Quote) -> Quote:
    """Return a quote as it is shown: nothing to press in it, no marks that could be taken for ours, a subject named."""
    before, words, after = (unpressable(text).translate(_MARKS) for text in (quote.before, quote.words, quote.after))
    return replace(quote, before=headed(quote) + before, words=words, after=after)


def headed(quote: Quote) -> str:
    """Return what is written before words of the mail's subject, "" before others."""
    return _("Subject: ") if quote.in_subject else ""


_MARKS = str.maketrans("【】", "［］")


def _overlap(one: Quote, other: Quote) -> bool:
    """Whether two quotes show the same sentence, one a part of the other, or the one the other's words."""
    if one.in_subject is not other.in_subject:
        return False
    texts = [f"{quote.before}{quote.words}{quote.after}".strip() for quote in (one, other)]
    if one.line == other.line and (texts[0] in texts[1] or texts[1] in texts[0]):
        return True
    return one.start < other.end and other.start < one.end and one.words in texts[1]


def _polite(quote: Quote) -> Quote:
    """Return a quote with the prefix of politeness (お支払い, ご契約) marked as a part of its first word."""
    rest, last = quote.before[:-1], quote.before[-1:]
    if last not in ("お", "ご") or not unicodedata.name(quote.words[:1] or " ", "").startswith("CJK"):
        return quote
    return replace(quote, before=rest, words=last + quote.words)
