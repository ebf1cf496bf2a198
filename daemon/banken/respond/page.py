"""What the warning mail says, as plain words in the order it is read; the templates only lay it out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from banken.i18n import _, language
from banken.respond.advice import Advice, Counsel
from banken.respond.answering import Answering, Answers, answers
from banken.respond.model import Point, Quote, WarningFacts, WarningSettings
from banken.respond.names import category_name, level_name, permission_name, stage_name
from banken.respond.tidy import unlinked
from banken.words import Authentic, Category, Channel, Level, Permission, Stage

DONT = 6
"""How many lines of what not to do a warning shows at most: it is read on a phone, by someone who is worried."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: its heading, the quotes, why it matters and where that is written."""

    heading: str
    quotes: tuple[Quote, ...]
    places: tuple[str, ...]
    why: str
    page_title: str
    page_url: str
    as_of: str
    sure: str
    """How it was found, and what that is worth."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to paste, in the client's language; `meaning` is the same in the worker's, "" when they share one."""

    name: str
    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Page:
    """A whole warning in one language."""

    language: str
    level: str
    """The level's word in words.py, for colours."""
    subject: str
    heading: str
    short: str
    mail: str
    """Which mail it is about."""
    found: tuple[Found, ...]
    defanged: bool
    """Whether a quote holds a link that was made unpressable."""
    deal: tuple[tuple[str, str], ...]
    dont: tuple[str, ...]
    steps: tuple[str, ...]
    replies: tuple[Reply, ...]
    keep: tuple[str, ...]
    whom: tuple[str, ...]
    answers: Answers
    attached: bool


def compose(
    facts: WarningFacts, advice: Advice, settings: WarningSettings, *, attached: bool, answering: Answering
) -> Page:
    """Return the warning for `facts` in the language spoken now; `attached` is whether the original goes along."""
    spoken = language()
    counsels = [_counsel(point, facts, advice, spoken) for point in facts.points]
    main = counsels[0]
    quotes = [unlinked(quote.words) != quote.words for point in facts.points for quote in point.quotes]
    return Page(
        language=spoken,
        level=facts.level.value,
        subject=_subject(facts),
        heading=_heading(facts),
        short=main.short,
        mail=_("In “{subject}”, received {when}").format(
            subject=unlinked(facts.subject), when=_moment(facts.sent, settings)
        ),
        found=tuple(
            _found(point, told, whole=told is main) for point, told in zip(facts.points, counsels, strict=True)
        ),
        defanged=any(quotes),
        deal=tuple(_deal(facts, advice, settings)),
        dont=tuple(_unique(told.dont for told in counsels)[:DONT]),
        steps=main.steps,
        replies=tuple(_replies(facts, advice, spoken)),
        keep=tuple(advice.keep(spoken)),
        whom=tuple(_unique(told.whom for told in counsels)),
        answers=answers(facts, advice, answering),
        attached=attached,
    )


def _counsel(point: Point, facts: WarningFacts, advice: Advice, spoken: str) -> Counsel:
    words = "\n".join(quote.words for quote in point.quotes)
    client, job = unlinked(facts.client), unlinked(facts.job)
    return advice.counsel(point.advice, point.category, facts.stage, spoken, client=client, job=job, words=words)


def _subject(facts: WarningFacts) -> str:
    first = category_name(facts.points[0].category)
    named = _("{first} and more").format(first=first) if len(facts.points) > 1 else first
    return _("[Banken: {level}] {category} ({client})").format(
        level=level_name(facts.level), category=named, client=unlinked(facts.client)
    )


def _heading(facts: WarningFacts) -> str:
    if facts.points[0].category is Category.IMPERSONATION:  # whatever name it bears is part of the trick
        return _("It could not be confirmed that this mail is from whom it says.")
    client = unlinked(facts.client)
    if facts.level is Level.DANGER:
        return _("A message from {client} asks for something that could get you into trouble.").format(client=client)
    if facts.level is Level.NOTICE:
        return _("A message from {client} has words that are good to know about.").format(client=client)
    return _("A message from {client} has words to be careful with.").format(client=client)


def _found(point: Point, told: Counsel, *, whole: bool) -> Found:
    """Return one finding; the reasons stand there as a `whole` for the strongest, in a sentence for the others."""
    sentences = _by_sentence(point.quotes)
    quotes = tuple(Quote(unlinked(q.before), unlinked(q.words), unlinked(q.after), q.line) for q in sentences)
    return Found(
        heading=_("{title} ({level})").format(title=told.title, level=level_name(point.level)),
        quotes=quotes,
        places=tuple(_("line {line}").format(line=q.line) if q.line else "" for q in quotes),
        why=told.why if whole else told.short,
        page_title=told.page.text(language()),
        page_url=told.page.url,
        as_of=_day(told.as_of),
        sure=_sure(point),
    )


def _sure(point: Point) -> str:
    if point.category is Category.IMPERSONATION:
        return ""  # the words were not asked, but who sent them: that is told with the sender
    if point.rules:
        return _("How sure: the words are those that such requests are made in.")
    return _(
        "How sure: no fixed wording, the sentence as a whole reads like it. It may be wrong: read the words yourself."
    )


def _by_sentence(quotes: Iterable[Quote]) -> list[Quote]:
    """Return the quotes with those of one sentence made one, marked from the first word to the last."""
    sentences: dict[tuple[int, str], tuple[int, int]] = {}
    for quote in quotes:
        whole = (quote.line, f"{quote.before}{quote.words}{quote.after}")
        start, end = len(quote.before), len(quote.before) + len(quote.words)
        first, last = sentences.get(whole, (start, end))
        sentences[whole] = min(start, first), max(end, last)
    return [Quote(text[:start], text[start:end], text[end:], line) for (line, text), (start, end) in sentences.items()]


def _deal(facts: WarningFacts, advice: Advice, settings: WarningSettings) -> list[tuple[str, str]]:
    rows = [(_("Client"), unlinked(facts.client))]
    if facts.job:
        rows.append((_("Job"), unlinked(facts.job)))
    stage = stage_name(facts.stage)
    if facts.since is not None:
        stage = _("{stage}, since {when}").format(stage=stage, when=_moment(facts.since, settings))
    rows.append((_("Stage"), stage))
    rows.append((_("How that is known"), _known_by(facts)))
    if facts.permission is not Permission.NONE:
        rows.append((_("Contact outside"), permission_name(facts.permission)))
    if facts.claimed:
        rows.append((_("What the client says of it"), advice.claimed(language())))
    rows.append((_("Came by"), _channel(facts)))
    if facts.authentic is not Authentic.VERIFIED:
        rows.append(
            (_("Sender"), facts.authentic_why or _("it could not be checked that this mail is from who it says"))
        )
    return rows


def _known_by(facts: WarningFacts) -> str:
    why = facts.standing_why or _("guessed: no mail about this deal is known yet")
    if facts.stage is Stage.BEFORE:
        return _("{why}. Since then no word of a contract has come by mail.").format(why=why)
    return why


def _channel(facts: WarningFacts) -> str:
    if facts.channel is Channel.DIRECT or facts.authentic is Authentic.FORGED:
        return _("a mail straight to you, from {address}").format(address=unlinked(facts.sender))
    return _("a notification of the platform")


def _replies(facts: WarningFacts, advice: Advice, spoken: str) -> Iterator[Reply]:
    """Yield the answers for the strongest finding in the language that the client writes."""
    theirs = _language_of(facts) or spoken
    text = _counsel(facts.points[0], facts, advice, theirs).replies
    meaning = _counsel(facts.points[0], facts, advice, spoken).replies if theirs != spoken else {}
    for name in text:
        yield Reply(_reply_name(name), text[name], meaning.get(name, ""))


def _language_of(facts: WarningFacts) -> str:
    """Return "ja" when the client's words hold kana, "en" when they are Latin, "" when nothing tells."""
    words = "".join(q.before + q.words + q.after for point in facts.points for q in point.quotes)
    names = [unicodedata.name(char, "").partition(" ")[0] for char in words if char.isalpha()]
    if any(name in ("HIRAGANA", "KATAKANA", "HALFWIDTH") for name in names):
        return "ja"
    return "en" if names and all(name == "LATIN" for name in names) else ""


def _reply_name(name: str) -> str:
    return {
        "ask": _("To ask politely (the client may not know the rule)"),
        "decline": _("To decline"),
        "propose": _("To offer the proper way"),
    }[name]


def _moment(when: datetime, settings: WarningSettings) -> str:
    try:
        local = when.astimezone(settings.timezone)
    except OverflowError:  # the very first or last day that can be written
        local = when
    return f"{_day(local.date())} {local:%H:%M}"


def _day(day: date) -> str:
    """Return a date as the language writes it."""
    return _("{year}-{month:02}-{day:02}").format(year=day.year, month=day.month, day=day.day)


def _unique(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(item for items in lists for item in items))
