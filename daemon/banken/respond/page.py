"""What the warning mail says, as plain words in the order it is read; the templates only lay it out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from banken.i18n import _, language
from banken.respond.advice import Advice, Counsel
from banken.respond.answering import Answering, Answers, answers
from banken.respond.found import Found, found_in, new_words
from banken.respond.gloss import Gloss
from banken.respond.model import Point, WarningFacts, WarningSettings
from banken.respond.names import category_name, level_name, moment_of, permission_name, stage_name
from banken.respond.tidy import titled, unpressable
from banken.words import Authentic, Category, Channel, Level, Permission, Stage

_JAPANESE = frozenset({"HIRAGANA", "KATAKANA", "HALFWIDTH", "CJK"})
_ADDRESS = re.compile(r"\S*[@.][A-Za-z0-9]\S*")
"""An address or a link: it is Latin in every language."""
_SENTENCE = 3
"""So many Latin words are no name or abbreviation any more."""

ALSO = 2
"""How many of the other findings the reply that asks speaks of."""

DONT = 5
"""How many lines of what not to do a warning shows at most: it is read on a phone, by someone who is worried."""


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
    first: tuple[str, ...]
    """What else has to be known before the mail is looked at again."""
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
    own: str
    """That Banken is not the platform's."""
    attached: bool


def compose(
    facts: WarningFacts, advice: Advice, settings: WarningSettings, *, attached: bool, answering: Answering
) -> Page:
    """Return the warning for `facts` in the language spoken now; `attached` is whether the original goes along."""
    spoken = language()
    counsels = [_counsel(point, facts, advice, spoken) for point in facts.points]
    main, *others = counsels
    gloss = Gloss(advice.meanings(spoken), _(" ({means})"))
    found = tuple(found_in(facts, counsels))
    quoted = [
        text for quotes in new_words(facts.points) for one in quotes for text in (one.before, one.words, one.after)
    ]
    return Page(
        language=spoken,
        level=facts.level.value,
        subject=_subject(facts, advice.called(facts.client)),
        heading=_heading(facts, advice.called(facts.client)),
        short=gloss(main.short),
        first=tuple(_first(facts, advice, spoken)),
        mail=_("In “{subject}”, received {when}").format(
            subject=unpressable(facts.subject) or _("(no subject)"), when=moment_of(facts.sent, settings.timezone)
        ),
        found=tuple(replace(one, why=gloss(one.why)) for one in found),
        defanged=any(unpressable(text) != text for text in quoted),
        deal=tuple(_deal(facts, settings)),
        dont=gloss.all(_unique([main.dont, *(one.dont[:1] for one in others if one.page != main.page)])[:DONT]),
        steps=gloss.all(main.steps),
        replies=tuple(_replies(facts, advice, spoken)),
        keep=main.keep,
        whom=tuple(_unique(told.whom for told in counsels)),
        answers=answers(facts, advice, answering),
        own=advice.own(spoken),
        attached=attached,
    )


def _counsel(point: Point, facts: WarningFacts, advice: Advice, spoken: str) -> Counsel:
    words = "\n".join(quote.words for quote in point.quotes)
    return advice.counsel(
        advice.foremost((point.advice, *point.others)),
        point.category,
        facts.stage,
        spoken,
        over=f"{point.category.value}.{facts.permission.value}",  # what the office said to the application
        client=advice.called(facts.client),
        job=titled(facts.job),
        mailed=titled(facts.subject) if facts.channel is Channel.DIRECT else "",
        words=words,
    )


def _subject(facts: WarningFacts, client: str) -> str:
    first = category_name(facts.points[0].category)
    named = _("{first} and more").format(first=first) if len(facts.points) > 1 else first
    form = (
        _("[Banken: {level}] {category} ({client})")
        if (who := _who(facts, client))
        else _("[Banken: {level}] {category}")
    )
    return form.format(level=level_name(facts.level), category=named, client=unpressable(who))


def _who(facts: WarningFacts, client: str) -> str:
    """Return of whom, or at least of which job, a warning is; whose name a false mail bears has nothing to do with it."""
    if _is_false(facts):
        return facts.sender
    return client or facts.client or (_("job: {job}").format(job=facts.job) if facts.job else "")


def _is_false(facts: WarningFacts) -> bool:
    return facts.points[0].category is Category.IMPERSONATION


def _is_bare(facts: WarningFacts) -> bool:
    """Whether nothing in the words was found, only that a client has written straight to the worker."""
    quotes = (quote for point in facts.points for quote in point.quotes)
    return facts.channel is Channel.DIRECT and not any(quote.is_said for quote in quotes)


def _is_straight(facts: WarningFacts) -> bool:
    """Whether the answer belongs elsewhere than the mail, and nothing else on the page says so first."""
    told = _is_bare(facts) or _is_false(facts) or facts.permission is Permission.APPROVED
    return facts.channel is Channel.DIRECT and not told


def _first(facts: WarningFacts, advice: Advice, spoken: str) -> Iterator[str]:
    if _is_straight(facts):
        yield advice.straight(spoken)
    if facts.channel is Channel.NOTIFICATION and facts.authentic is not Authentic.VERIFIED and not _is_false(facts):
        yield advice.unproved(spoken)
    if facts.claimed:
        yield advice.claimed(spoken)


def _heading(facts: WarningFacts, client: str) -> str:
    if _is_false(facts):
        return _("A mail has come that could not be confirmed to be genuine.")
    if _is_bare(facts) and client:
        return _("A mail straight to you has come from {client}.").format(client=client)
    if _is_bare(facts):
        return _("A client has sent a mail straight to you.")
    source = _source(facts, client)
    if facts.level is Level.DANGER:
        return _("{source} asks for something that could cause you problems later.").format(source=source)
    if facts.level is Level.NOTICE:
        return _("{source} has words that are good to know about.").format(source=source)
    return _("{source} contains something that needs some care.").format(source=source)


def _source(facts: WarningFacts, client: str) -> str:
    if facts.channel is Channel.DIRECT:
        form = _("Direct mail in the name of {client}") if client else _("A client's direct mail")
    else:
        form = _("A message from {client}") if client else _("A message from a client")
    return form.format(client=client)


def _deal(facts: WarningFacts, settings: WarningSettings) -> list[tuple[str, str]]:
    rows = [_client(facts)] if facts.client else []
    if facts.job:
        rows.append((_("Job"), unpressable(facts.job)))
    stage = stage_name(facts.stage)
    if facts.since is not None:
        form = _("{stage}, first heard of on {when}") if facts.stage is Stage.BEFORE else _("{stage}, since {when}")
        stage = form.format(stage=stage, when=moment_of(facts.since, settings.timezone))
    rows.append((_("Stage"), stage))
    rows.append((_("Based on"), _known_by(facts)))
    if facts.permission is not Permission.NONE:
        rows.append((_("Contact outside"), permission_name(facts.permission)))
    rows.append((_("Received via"), _channel(facts)))
    if facts.authentic is not Authentic.VERIFIED and not _is_false(facts):  # of a false mail it is told further up
        rows.append(
            (_("Sender"), facts.authentic_why or _("it could not be checked that this mail is from who it says"))
        )
    return rows


def _client(facts: WarningFacts) -> tuple[str, str]:
    client = unpressable(facts.client)
    if not _is_false(facts):
        return _("Client"), client
    told = _("{client} (it may not be from them at all)").format(client=client)
    return _("Named in the mail"), told


def _known_by(facts: WarningFacts) -> str:
    why = facts.standing_why or _("guessed: no mail about this deal is known yet")
    if facts.stage is Stage.BEFORE:
        return _("{why}. No verified contract notice has arrived since.").format(why=why)
    return why


def _channel(facts: WarningFacts) -> str:
    if facts.channel is Channel.DIRECT or facts.authentic is Authentic.FORGED:
        return _("direct mail from {address}").format(address=unpressable(facts.sender))
    return _("a notification from the platform")


def _replies(facts: WarningFacts, advice: Advice, spoken: str) -> Iterator[Reply]:
    """Yield the answers for the strongest finding in the language that the client writes."""
    theirs = _language_of(facts) or spoken
    text = _answers_in(theirs, facts, advice)
    meaning = _answers_in(spoken, facts, advice) if theirs != spoken else {}
    declined = _counsel(facts.points[0], facts, advice, spoken).declined
    if len(facts.points) > 1:
        declined = _("{tool} and the rest").format(tool=declined)
    for name in text:
        yield Reply(_reply_name(name, declined), text[name], meaning.get(name, ""))


def _answers_in(tongue: str, facts: WarningFacts, advice: Advice) -> dict[str, str]:
    """Return the replies by name; those that ask and decline speak of the other findings, too."""
    main, *others = (_counsel(point, facts, advice, tongue) for point in facts.points)
    ask = main.replies.get("ask")
    if ask is None:
        return {}
    fresh = new_words(facts.points)[1:]
    told = [
        one
        for one, words in zip(others, fresh, strict=True)
        if one.also and (one.page != main.page or (words and one.tool not in ask))
    ]
    more = list({one.page.url: one.also for one in reversed(told)}.values())[::-1][:ALSO]
    decline = _before_the_end(main.replies["decline"], more)
    return {**main.replies, "ask": _before_the_end(ask, more), "decline": decline}


def _before_the_end(text: str, more: Sequence[str]) -> str:
    """Return a letter with `more` lines before its last one, which takes leave."""
    lines = text.split("\n")
    return "\n".join([*lines[:-1], *more, *lines[-1:]])


def _language_of(facts: WarningFacts) -> str:
    """Return "ja" when the client's words are Japanese, "en" when they are a Latin sentence, "" when nothing tells."""
    texts = (q.before + q.words + q.after for point in facts.points for q in point.quotes)
    words = [word for text in texts for word in _ADDRESS.sub(" ", text).split()]
    scripts = [{unicodedata.name(char, "").partition(" ")[0] for char in word if char.isalpha()} for word in words]
    if any(found & _JAPANESE for found in scripts):
        return "ja"
    return "en" if sum(found == {"LATIN"} for found in scripts) >= _SENTENCE else ""


def _reply_name(name: str, declined: str) -> str:
    return {
        "ask": _("To ask politely (the client may not know the rule)"),
        "decline": _("To decline {what}").format(what=declined),
        "propose": _("To offer the proper way"),
    }[name]


def _unique(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(item for items in lists for item in items))
