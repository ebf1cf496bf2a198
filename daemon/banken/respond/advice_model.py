"""What a platform's advice files may hold (`rules/<platform>/advice/*.yaml`)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from banken.words import Category, Stage

PLACEHOLDERS = ("client", "tool", "job")
"""What may stand in braces in a text: who writes, by which outside means, about which job."""

SUBJECT = "subject"
"""What stands in braces in `by_name` and `by_mail` alone."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class ByStage(_Model):
    """A text that depends on how far the deal is; `before` also stands for an unknown stage."""

    before: str = Field(min_length=1)
    under: str = Field(min_length=1)
    completed: str = Field(min_length=1)

    def at(self, stage: Stage) -> str:
        """Return the text for a stage."""
        return {Stage.UNDER: self.under, Stage.COMPLETED: self.completed}.get(stage, self.before)


Text = str | ByStage


class Replies(_Model):
    """Answers to the client, ready to paste."""

    ask: Text
    """Assumes that the client may not know the rule."""
    decline: Text
    propose: Text
    """Offers the way that the platform has for it."""


class Texts(_Model):
    """One entry in one language; what is left out is taken from the category's own entry."""

    title: str | None = None
    tool: str | None = None
    """What `{tool}` is called when the mail names none."""
    declined: str | None = None
    """What the reply that declines is named after, in place of the tool."""
    short: Text | None = None
    why: Text | None = None
    brief: Text | None = None
    """Why it matters in a sentence, for when something worse is found in the same mail; goes with `why`."""
    dont: list[str] | None = Field(default=None, min_length=1)
    steps: list[Text] | None = Field(default=None, min_length=1)
    reply: Replies | None = None
    keep: list[str] | None = Field(default=None, min_length=1)
    """What evidence to keep, in place of what common.yaml says of it."""
    propose: Text | None = None
    """In an entry laid over another: what stands in place of its reply that offers the way; empty for none."""
    also: Text | None = None
    """A sentence for the replies of another category, when both are found in one mail."""


class Entry(_Model):
    """The advice under one key."""

    as_of: date | None = Field(default=None, strict=False)
    source: str | None = None
    """A page of common.yaml."""
    ask: list[str] | None = None
    """Who else helps: names of common.yaml."""
    rank: int = 0
    """Of several entries of a category that fit one mail, the one of the highest rank is told."""
    own_tool: bool = False
    """Whether `{tool}` is what the entry calls it, whatever the mail names."""
    ja: Texts
    en: Texts

    def texts(self, language: str) -> Texts:
        """Return the texts in a language."""
        return self.ja if language == "ja" else self.en


class AdviceFile(_Model):
    """One file: the advice for one category, the entry under the category's own name first."""

    category: Category = Field(strict=False)
    advice: dict[str, Entry]


class Both(_Model):
    """A text in both languages."""

    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: str) -> str:
        """Return the text in a language."""
        return self.ja if language == "ja" else self.en


class Keep(Both):
    """Evidence to keep; `categories` for which, all when none is named."""

    categories: list[Annotated[Category, Field(strict=False)]] = []


class Meaning(_Model):
    """A word and what it means."""

    word: str = Field(min_length=1)
    means: str = Field(min_length=1)


class Term(_Model):
    """A word of the platform's that a newcomer may not know; told where a page uses it first."""

    ja: Meaning
    en: Meaning

    def meaning(self, language: str) -> Meaning:
        """Return it in a language."""
        return self.ja if language == "ja" else self.en


class Page(Both):
    """A page of the platform (or of an office): its title, where it is, and when it was last looked at."""

    url: str = Field(pattern=r"^https://[^\s]+$")
    as_of: date = Field(strict=False)


class Tool(Both):
    """A means of contact or pay, and the words by which it is known in a quote."""

    words: list[str] = Field(min_length=1)


class ToolGroup(_Model):
    """Tools that are looked for in the quotes of some categories."""

    categories: list[Annotated[Category, Field(strict=False)]]
    tools: list[Tool]


class Answers(_Model):
    """What each mark says by which the worker answers a warning (`labels.Answer`)."""

    fine: Both
    fine_alone: Both
    """The same where the mail belongs to no deal."""
    contract: Both
    done: Both
    approved: Both


class Common(_Model):
    """What all advice of a platform shares."""

    pages: dict[str, Page]
    whom: dict[str, Both]
    keep: list[Keep] = Field(min_length=1)
    report: list[Both] = Field(min_length=1)
    """How to report a client to the platform, step by step, with what an evidence bundle holds."""
    claimed: Both
    """What a client's word is worth that contact outside was approved, and where the worker can look."""
    straight: Both
    """What is told first of a mail that did not come through the platform: where to answer it."""
    unproved: Both
    """How to go on from a notice of the platform's that could not be proved genuine."""
    own: Both
    """That Banken is not the platform's, and to whom it tells nothing."""
    terms: list[Term] = []
    answers: Answers
    honorifics: list[str] = []
    """What a name may end with that is no part of it: the replies add their own."""
    nobody: Both
    """How a client without a name is addressed."""
    some_job: Both
    by_name: Both
    """How the replies name a job; its title may stand in it as {subject}."""
    by_mail: Both
    """How the replies name what a direct mail of no known job was about; its subject may stand in it as {subject}."""
    tools: list[ToolGroup] = []
