"""What a reminder says, as plain words in the order it is read."""

from __future__ import annotations

from dataclasses import dataclass

from banken.i18n import _, language
from banken.respond.model import ReminderFacts, WarningSettings
from banken.respond.names import day_of, level_name, stage_name
from banken.respond.tidy import unpressable
from banken.words import Level


@dataclass(frozen=True, slots=True)
class Note:
    """A whole reminder in one language."""

    language: str
    level: str
    subject: str
    heading: str
    text: str
    deal: tuple[tuple[str, str], ...]
    source: str
    as_of: str


def compose_reminder(facts: ReminderFacts, settings: WarningSettings) -> Note:
    """Return the reminder for `facts` in the language spoken now."""
    level = level_name(Level.NOTICE)
    day = day_of(facts.since.astimezone(settings.timezone).date())
    about = unpressable(facts.client or facts.job)
    rows = (
        (_("Client"), unpressable(facts.client)),
        (_("Job"), unpressable(facts.job)),
        (_("Stage"), stage_name(facts.stage)),
    )
    subject = _("[Banken: {level}] {title} ({about})") if about else _("[Banken: {level}] {title}")
    return Note(
        language=language(),
        level=level,
        subject=subject.format(level=level, title=facts.title, about=about),
        heading=facts.title,
        text=facts.text,
        deal=(*((name, value) for name, value in rows if value), (_("Counted from"), day)),
        source=facts.source,
        as_of=facts.as_of,
    )
