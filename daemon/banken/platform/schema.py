"""What may stand in `rules/<platform>/platform.yaml`; unknown keys are mistakes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from banken.i18n import language
from banken.platform.pattern import Pattern
from banken.words import Category, Permission, Stage


def _checked(source: str) -> str:
    Pattern(source)
    return source


PatternText = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_checked)]
"""A pattern of the small language (see pattern.py); a bad one is reported where it stands."""

Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Strict(BaseModel):
    """Base of all: no unknown keys, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Title(Strict):
    """A name for people, in both languages."""

    ja: str
    en: str

    def __str__(self) -> str:
        """Return the name in the language spoken now."""
        return self.ja if language() == "ja" else self.en


class Fact(Strict):
    """Where something is known from, and since when."""

    as_of: str = ""
    source: str = ""


class Sender(Fact):
    """A sender domain (it and its subdomains) and what comes from there."""

    domain: Domain
    role: Literal["service", "magazine", "staff", "unlisted"]
    note: str = ""


class Agent(Fact):
    """How the platform's agent arm is known."""

    locals: list[str] = []
    names: list[PatternText] = []
    subjects: list[PatternText] = []
    offers: list[PatternText] = []
    """Sender names, addresses and subjects of offers that deserve a first look."""


class LookAlike(Fact):
    """How somebody passing as the platform is known, beside look-alike domains: names of its offices.

    `roles` may stand beside the platform's name in a false name, with nothing else; behind it, `offices` make it one with any
    name of a person behind them.
    """

    roles: list[str] = []
    offices: list[str] = []


class Urls(Fact):
    """Hosts of the platform (exact), and what the paths of its pages say."""

    hosts: list[Domain] = Field(min_length=1)
    help_hosts: list[Domain] = []
    shapes: dict[Literal["message", "proposal", "contract", "job", "other"], list[str]]


class EventRule(Strict):
    """What an event does to a deal.

    `moves`: `always` sets the stage; `forward` only takes it further (unknown, before, under contract); `opens` puts
    an unknown or finished deal before a contract; `begins` sets it unless this very contract has ended already, `during`
    unless it ended less than a day before; `after` finishes a deal unless a newer contract was opened since.
    """

    title: Title
    stage: Stage | None = None
    permission: Permission | None = None
    moves: Literal["always", "forward", "opens", "begins", "during", "after"] = "always"


class Example(Strict):
    """A mail in short, and what must be read from it."""

    subject: str
    body: str = ""
    sender: str = Field("", alias="from")
    name: str = ""
    client: str | None = None
    job: str | None = None
    channel: Literal["notification", "platform"] | None = None
    events: list[Name] | None = None
    text: str | None = None


class Kind(Fact):
    """One kind of mail that the platform sends.

    `channel: auto` is a notification when a client's words are in it, else the platform's own mail. `topic`: one of
    these is needed in the subject or the platform's own lines. `unless`: what holds one of these is not this kind.
    `firm`: subjects that are this kind whatever a name in them says.
    `spoken`: only when the frame says that somebody speaks, or leads to a thread.
    `roles`: mail of these senders is this kind when no other fits.
    """

    id: Name
    title: Title
    channel: Literal["notification", "platform", "auto"] = "platform"
    event: Name | None = None
    spoken: bool = False
    roles: list[Literal["service", "magazine", "staff", "unlisted"]] = []
    firm: list[PatternText] = []
    topic: list[PatternText] = []
    titled: bool = False
    """Whether the topic must stand in the subject: what stands in the text alone, a client can write."""
    subject: list[PatternText] = []
    body: list[PatternText] = []
    unless: list[PatternText] = []
    examples: list[Example] = []


class Hint(Strict):
    """What a line of the frame or the subject of any genuine mail says about the stage."""

    event: Name
    lines: list[PatternText] = []
    subject: list[PatternText] = []
    urls: list[Literal["message", "proposal", "contract", "job"]] = []


class Labels(Strict):
    """Words before a value in the frame (「お仕事：…」), by what the value is."""

    client: list[str] = []
    job: list[str] = []
    due: list[str] = []
    status: list[str] = []
    worker: list[str] = []
    other: list[str] = []
    text: list[str] = []
    weak_text: list[str] = []
    text_ends: list[str] = []
    history: list[str] = []


class Frame(Fact):
    """The platform's own words around the client's."""

    labels: Labels
    honorifics: list[str]
    subjects: list[PatternText]
    names: list[PatternText] = []
    banner: list[PatternText]
    greeting: list[PatternText]
    announce: list[PatternText]
    buttons: list[PatternText]
    footer: list[PatternText]
    safety_titles: list[PatternText]
    safety: list[PatternText]
    safety_unless: list[PatternText]
    voice: list[PatternText] = []
    invites: list[PatternText] = []
    invites_unless: list[PatternText] = []


class Direct(Fact):
    """How mail of a client is told from the rest of the inbox."""

    names: list[str]
    ties: list[PatternText]
    alone: list[PatternText]
    applied: list[PatternText]
    work: list[PatternText]
    not_ours: list[PatternText] = []
    hearsay: list[PatternText] = []
    hands_on: list[PatternText] = []
    hands_on_unless: list[PatternText] = []
    answers_within: list[PatternText] = []
    enough_work: int = Field(2, ge=1)


class Unrelated(Fact):
    """How mail for many, and of services, is known."""

    locals: list[str]
    subjects: list[PatternText]
    bodies: list[PatternText]


class Talk(Strict):
    """What a client's words show about the course of the work, for reminders only."""

    asks_work: list[PatternText] = []
    got_delivery: list[PatternText] = []
    claims_permission: list[PatternText] = []


class ReminderRule(Fact):
    """What to remind the worker of, when something has not happened in time.

    The clock is started by the last event of `starts` (kind: days), stopped by any of `stops`; `needs`: nobody needs
    the reminder unless one of these happened, too. Kinds: an event, `due`, `mail:direct`, `talk:…`.
    """

    id: Name
    category: Category | None = None
    stage: Stage = Stage.UNDER
    starts: dict[str, int] = Field(min_length=1)
    stops: list[str] = []
    needs: list[str] = []
    title: Title
    text: Title


class PlatformFile(Strict):
    """The whole file."""

    id: Name
    title: Title
    names: list[str] = Field(min_length=1)
    company: list[str] = []
    as_of: str
    source: str
    senders: list[Sender] = Field(min_length=1)
    agent: Agent
    look_alike: LookAlike
    urls: Urls
    events: dict[Name, EventRule]
    about: list[PatternText] = []
    kinds: list[Kind] = Field(min_length=1)
    hints: list[Hint] = []
    frame: Frame
    direct: Direct
    unrelated: Unrelated
    talk: Talk = Talk()
    reminders: list[ReminderRule] = []
