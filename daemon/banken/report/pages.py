"""What all pages share: the entries of a deal's list, the look, the templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from banken.i18n import _, language
from banken.report.model import Find, Mail
from banken.report.picture import Picture, draw
from banken.report.story import Step, Story
from banken.respond import category_name, level_name, permission_name, stage_name
from banken.respond.tidy import unlinked, visible
from banken.words import Level, Permission


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a mail with what stands around them, and what they were found as."""

    category: str
    before: str
    words: str
    after: str
    note: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a deal's list: an event, or a mail with what was found; `kind` gives the colour."""

    at: datetime
    when: str
    kind: str
    name: str
    heading: str
    quotes: tuple[Quoted, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """One deal as a page shows it."""

    anchor: str
    client: str
    job: str
    stage: str
    permission: str
    picture: Picture | None
    entries: tuple[Entry, ...]


def chapter(story: Story, zone: tzinfo) -> Chapter:
    """Return a deal as a page shows it: its picture, and everything in order of time."""
    entries = [_step(step, zone) for step in story.steps] + [mail_entry(mail, zone) for mail in story.mails]
    permission = "" if story.permission is Permission.NONE else permission_name(story.permission)
    return Chapter(
        anchor=f"deal-{story.deal}",
        client=clean(story.client) or "—",
        job=clean(story.job),
        stage=stage_name(story.stage),
        permission=permission,
        picture=draw(story, zone),
        entries=tuple(sorted(entries, key=lambda entry: entry.at)),
    )


def mail_entry(mail: Mail, zone: tzinfo) -> Entry:
    """Return a mail as a line of a list."""
    notes = [mail.unjudged] if mail.unjudged else []
    notes.append(" · ".join(filter(None, (clean(mail.who), stage_name(mail.stage), mail.place, *mail.done))))
    return Entry(
        at=mail.at,
        when=moment(mail.at, zone),
        kind=mail.level or "event",
        name=level_name(mail.level) if mail.level else _("mail"),
        heading=clean(mail.subject) or _("(no subject)"),
        quotes=tuple(_quoted(find) for find in _apart(mail.finds)),
        notes=tuple(clean(note) for note in notes),
    )


def _step(step: Step, zone: tzinfo) -> Entry:
    """Return an event as a line of a list."""
    if step.undone:
        state = _("taken back by you")
    elif not step.believed:
        state = _("could not be confirmed; it moved nothing")
    else:
        state = _("then: {stage}").format(stage=stage_name(step.stage))
    counts = step.believed and not step.undone
    return Entry(
        step.at, moment(step.at, zone), "event" if counts else "doubt", _("event"), clean(step.title), notes=(state,)
    )


def _apart(finds: Iterable[Find]) -> list[Find]:
    """Return the finds, those of one category in the same sentence only once."""
    sentences: dict[tuple[str, str], Find] = {}
    for find in finds:
        sentences.setdefault((find.category, f"{find.before}{find.words or find.title}{find.after}"), find)
    return list(sentences.values())


def _quoted(find: Find) -> Quoted:
    note = " · ".join(filter(None, (find.title if find.words else "", find.where)))
    around = (clean(find.before), clean(find.words or find.title), clean(find.after))
    return Quoted(category_name(find.category), *around, clean(note))


def clean(text: str) -> str:
    """Return a stranger's words fit to be read on a page: nothing invisible, no link to press by mistake."""
    return unlinked(visible(text))


def moment(at: datetime, zone: tzinfo) -> str:
    """Return a day and time."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def legend() -> tuple[tuple[str, str], ...]:
    """Return what the marks in the pictures mean."""
    levels = [(level.value, level_name(level)) for level in (Level.DANGER, Level.WARNING, Level.NOTICE, Level.UNJUDGED)]
    return (*levels, ("event", _("event")), ("doubt", _("not confirmed, or taken back")))


def render(template: str, **facts: object) -> str:
    """Return a page of `templates/`, in the language spoken now."""
    return _templates().get_template(template).render(_=_, language=language(), **facts)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("banken.report"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
