"""What may stand in the rule files: concepts, grammar, categories, rules. Unknown keys are mistakes.

The format is described for authors in docs/rules.md; `book.py` turns these trees into what the judge runs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from banken.i18n import _, language
from banken.judge.spelling import spellings
from banken.strictyaml import Mistake
from banken.words import Category, Channel, Level, Permission, Stage

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
Term = Annotated[str, Field(pattern=r"^(means\.)?[a-z][a-z0-9_]*(\|(means\.)?[a-z][a-z0-9_]*)*$")]
"""What a list of words may name: a concept, `means.CONCEPT`, or alternatives joined by `|`."""
AtomKind = Literal["phone", "email", "handle", "url"]
LevelName = Literal["notice", "warning", "danger"]


def _spelling(source: object) -> object:
    if isinstance(source, str):
        spellings(source)
    return str(source) if isinstance(source, int | float) and not isinstance(source, bool) else source


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Word = Annotated[str, Field(min_length=1), BeforeValidator(_spelling)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_several)]
AnyOf = Annotated[tuple[Id, ...], Field(min_length=1), BeforeValidator(_several)]


class Strict(BaseModel):
    """Base of all: no unknown keys, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Text(Strict):
    """A text for people in both languages; plain text is taken as Japanese."""

    ja: str
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"ja": value} if isinstance(value, str) else value

    def __str__(self) -> str:
        """Return the text in the language spoken now."""
        return self.en if language() == "en" and self.en else self.ja


class Concept(Strict):
    """A thing and its words; grammar lists are concepts too."""

    title: Text | None = None
    brand: tuple[Word, ...] = ()
    words: tuple[Word, ...] = ()
    links: tuple[str, ...] = ()
    atoms: tuple[AtomKind, ...] = ()
    not_inside: tuple[Word, ...] = ()
    use: Ids = ()


class Find(Strict):
    """One way a rule finds something: exactly one predicate, and what narrows it."""

    mention: AnyOf | None = None
    means: AnyOf | None = None
    link: AnyOf | None = None
    atom: AtomKind | None = None
    same_clause: tuple[Term, ...] | None = Field(default=None, min_length=1)
    same_sentence: tuple[Term, ...] | None = Field(default=None, min_length=1)
    next_sentence: tuple[Term, ...] | None = Field(default=None, min_length=2, max_length=2)
    same_message: tuple[Term, ...] | None = Field(default=None, min_length=1)
    in_order: tuple[Term, ...] | None = Field(default=None, min_length=2)
    near: tuple[Term, ...] | None = Field(default=None, min_length=2)
    all: tuple[Find, ...] | None = Field(default=None, min_length=1)
    pattern: str | None = None
    disguised: AnyOf | None = None
    case: Literal["impersonates", "unbelieved", "forged", "reached"] | None = None

    within: int = Field(default=30, ge=0, le=200)
    at_least: int | None = Field(default=None, ge=1)
    scope: Literal["sentence", "message"] = Field(default="sentence", alias="in")
    same: Literal["clause"] | None = None
    without: Ids = ()
    channel: Literal["notification", "direct"] | None = None
    confidence: Literal["certain", "high", "low"] = "high"
    at_most: LevelName | None = None
    events: tuple[str, ...] = ()

    @property
    def predicate(self) -> str:
        """The name of the one predicate that is set."""
        return next(name for name in PREDICATES if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one(self) -> Self:
        found = [name for name in PREDICATES if getattr(self, name) is not None]
        if len(found) != 1:
            what = _("one item finds one thing, not {count}").format(count=len(found))
            raise Mistake(what, _("write one of: {words}").format(words=", ".join(PREDICATES)))
        return self


PREDICATES = (
    "mention", "means", "link", "atom", "same_clause", "same_sentence", "next_sentence", "same_message", "in_order",
    "near", "all", "pattern", "disguised", "case",
)  # fmt: skip


class FindAny(Strict):
    """The ways a rule finds something; one is enough."""

    any: tuple[Find, ...] = Field(min_length=1)


Levels = dict[Literal["before_contract", "under_contract", "completed", "unknown", "approved"], LevelName | None]


class Test(Strict):
    """A sentence that a rule must find (`hit`) or must not (`miss`), and under what circumstances."""

    hit: str = ""
    miss: str = ""
    because: str = ""
    evidence: str = ""
    level: LevelName | None = None
    stage: Stage = Stage.BEFORE
    permission: Permission = Permission.NONE
    channel: Channel = Channel.DIRECT
    agent: bool = False
    known_client: bool = False
    subject: str = ""
    impersonates: str = ""
    unbelieved: tuple[str, ...] = ()
    forged: bool = False
    reached: bool = False

    @model_validator(mode="after")
    def _either(self) -> Self:
        if bool(self.hit) == bool(self.miss):
            raise Mistake(_("a test is either a hit or a miss"), _("write one of: {words}").format(words="hit, miss"))
        return self


class Rule(Strict):
    """One thing that is not allowed, how it is found, what lets it go and how loudly it is told."""

    id: RuleId
    title: Text
    category: Category
    find: FindAny
    unless: tuple[Id, ...] | None = None
    also_unless: tuple[Id, ...] = ()
    not_unless: tuple[Id, ...] = ()
    when: Levels = {}
    yields: Category | None = None
    advice: str = ""
    as_of: str = ""
    source: str = ""
    status: Literal["stable", "experimental"] = "stable"
    note: str = ""
    tests: tuple[Test, ...] = ()


class ReaderTexts(Strict):
    """How a finding that only the reader made is told."""

    title: Text | None = None
    advice: str = ""
    heeds: tuple[Id, ...] = ()
    """The excuses that it heeds even when it is sure (`combine.SURE`)."""


class CategoryRule(Strict):
    """What all rules of a category, and the reader's findings, pass through."""

    title: Text
    levels: Levels
    unless: tuple[Id, ...] = ()
    disguised: LevelName | None = None
    anchors: tuple[Id, ...] = ()
    reader: ReaderTexts = ReaderTexts()


class Condition(Strict):
    """One way an excuse holds: exactly one place to look at, and what spoils it."""

    after: Ids | None = None
    before: Ids | None = None
    around: Ids | None = None
    quoted: Ids | None = None
    message: Ids | None = None
    in_paragraph_head: Ids | None = None
    subject: Literal["same"] | None = None
    case: Literal["agent", "known_client"] | None = None
    scope: Literal["clause", "sentence", "next", "paragraph"] = Field(default="clause", alias="in")
    within: int | None = Field(default=None, ge=0, le=400)
    unless: Ids = ()
    unless_between: Ids = ()

    @property
    def place(self) -> str:
        """The name of the one place that is set."""
        return next(name for name in PLACES if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one(self) -> Self:
        found = [name for name in PLACES if getattr(self, name) is not None]
        if len(found) != 1:
            what = _("a condition looks at one place, not {count}").format(count=len(found))
            raise Mistake(what, _("write one of: {words}").format(words=", ".join(PLACES)))
        return self


PLACES = ("after", "before", "around", "quoted", "message", "in_paragraph_head", "subject", "case")


class Excuse(Strict):
    """Why a candidate is let go, or lowered to a notice."""

    title: Text
    effect: Literal["clear", "notice"] = "clear"
    any: tuple[Condition, ...] = Field(min_length=1)
    note: str = ""


class Means(Strict):
    """One way a channel is used as a means: exactly one of the four places."""

    right: Ids = ()
    left: Ids = ()
    before: Ids = ()
    after: Ids = ()
    within: int | None = Field(default=None, ge=0, le=200)


class Sentences(Strict):
    """Lists that say where sentences and clauses go on and end."""

    fillers: Ids = ()
    continues: Ids = ()
    halts: Ids = ()
    joins: Ids = ()
    closes: Ids = ()
    clauses: Ids = ()
    shortened: Ids = ()
    shortened_before_numbers: Ids = ()
    shortened_or_ending: Ids = ()
    behind_shortened: Ids = ()


class RuleFile(Strict):
    """One file under `rules/`."""

    version: Literal[1]
    concepts: dict[Id, Concept] = {}
    excuses: dict[Id, Excuse] = {}
    means: tuple[Means, ...] = ()
    sentences: Sentences = Sentences()
    categories: dict[Category, CategoryRule] = {}
    rules: tuple[Rule, ...] = ()


LEVEL = {name: Level(name) for name in ("notice", "warning", "danger")}
