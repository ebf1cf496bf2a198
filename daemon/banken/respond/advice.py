"""What to tell the worker: `rules/<platform>/advice/*.yaml`, both languages, read strictly."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from banken.respond.labels import Answer
from banken.words import Category, Stage

PLACEHOLDERS = ("client", "tool", "job")
"""What may stand in braces in a text: who writes, by which outside means, about which job."""


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
    short: Text | None = None
    why: Text | None = None
    brief: Text | None = None
    """Why it matters in a sentence, for when something worse is found in the same mail; goes with `why`."""
    dont: list[str] | None = Field(default=None, min_length=1)
    steps: list[Text] | None = Field(default=None, min_length=1)
    reply: Replies | None = None
    keep: list[str] | None = Field(default=None, min_length=1)
    """What evidence to keep, in place of what common.yaml says of it."""
    also: Text | None = None
    """A sentence for the replies of another category, when both are found in one mail."""


class Entry(_Model):
    """The advice under one key."""

    as_of: date | None = Field(default=None, strict=False)
    source: str | None = None
    """A page of common.yaml."""
    ask: list[str] | None = None
    """Who else helps: names of common.yaml."""
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
    terms: list[Term] = []
    answers: Answers
    nobody: Both
    """How a client without a name is addressed."""
    some_job: Both
    tools: list[ToolGroup] = []


@dataclass(frozen=True, slots=True)
class Counsel:
    """The advice for one finding, in one language, with its placeholders filled."""

    title: str
    short: str
    why: str
    brief: str
    dont: tuple[str, ...]
    steps: tuple[str, ...]
    replies: Mapping[str, str]
    """By `ask`, `decline`, `propose`; empty when one should not answer at all."""
    also: str
    """What a reply to something worse in the same mail says of this; "" for nothing."""
    tool: str
    """The outside means that the client named, or what stands for it."""
    keep: tuple[str, ...]
    whom: tuple[str, ...]
    page: Page
    as_of: date


class Advice:
    """All advice of a platform."""

    def __init__(self, common: Common, entries: Mapping[str, tuple[Category, Entry]]) -> None:
        self.common = common
        self._entries = entries

    @property
    def keys(self) -> frozenset[str]:
        """The keys that a rule may name."""
        return frozenset(self._entries)

    def counsel(
        self,
        key: str,
        category: Category,
        stage: Stage,
        language: str,
        *,
        client: str = "",
        job: str = "",
        words: str = "",
    ) -> Counsel:
        """Return the advice under `key`, or the category's own when there is none of that name.

        `words` are the client's quoted ones, a line each, by which the tool is recognised.
        """
        own = self._entries[category.value][1]
        entry = self._entries.get(key, (category, own))[1]
        texts = _merged(own.texts(language), entry.texts(language))
        fill = {
            "client": client or self.common.nobody.text(language),
            "job": job or self.common.some_job.text(language),
            "tool": self._tool(words, category, language) or texts["tool"],
        }
        source = entry.source or own.source
        assert source is not None
        page = self.common.pages[source]
        replies: Replies | None = texts["reply"]
        return Counsel(
            title=texts["title"],
            short=_filled(texts["short"], stage, fill),
            why=_filled(texts["why"], stage, fill),
            brief=_filled(texts["brief"], stage, fill),
            dont=tuple(_filled(text, stage, fill) for text in texts["dont"]),
            steps=tuple(_filled(text, stage, fill) for text in texts["steps"]),
            replies={} if replies is None else {name: _filled(text, stage, fill) for name, text in replies},
            also=_filled(texts["also"] or "", stage, fill),
            tool=fill["tool"],
            keep=tuple(texts["keep"] or self.keep(language, category)),
            whom=tuple(self.common.whom[name].text(language) for name in entry.ask or own.ask or ()),
            page=page,
            as_of=entry.as_of or own.as_of or page.as_of,
        )

    def claimed(self, language: str) -> str:
        """Return what a client's word on an approval is worth."""
        return self.common.claimed.text(language)

    def straight(self, language: str) -> str:
        """Return where to answer a mail that did not come through the platform."""
        return self.common.straight.text(language)

    def meanings(self, language: str) -> Sequence[Meaning]:
        """Return the words that a newcomer may not know."""
        return [term.meaning(language) for term in self.common.terms]

    def answer(self, answer: Answer, language: str, *, in_deal: bool = True) -> str:
        """Return what a mark of the worker's says on a mail of a deal, or of none."""
        said = self.common.answers
        told = {
            Answer.FINE: said.fine if in_deal else said.fine_alone,
            Answer.CONTRACT: said.contract,
            Answer.DONE: said.done,
            Answer.APPROVED: said.approved,
        }
        return told[answer].text(language)

    def keep(self, language: str, category: Category | None = None) -> Sequence[str]:
        """Return what evidence to keep, for one category or for any."""
        kept = self.common.keep
        return [one.text(language) for one in kept if not (category and one.categories) or category in one.categories]

    def report(self, language: str) -> Sequence[str]:
        """Return how to report a client to the platform, step by step."""
        return [item.text(language) for item in self.common.report]

    def _tool(self, words: str, category: Category, language: str) -> str:
        folded = unicodedata.normalize("NFKC", words).casefold()
        tools = (tool for group in self.common.tools if category in group.categories for tool in group.tools)
        return next((tool.text(language) for tool in tools if _names(tool, folded)), "")


def _merged(own: Texts, entry: Texts) -> dict[str, Any]:
    return {name: getattr(entry if name in entry.model_fields_set else own, name) for name in Texts.model_fields}


def _filled(text: Text, stage: Stage, fill: Mapping[str, str]) -> str:
    return (text.at(stage) if isinstance(text, ByStage) else text).format_map(fill).strip()


def _names(tool: Tool, folded: str) -> bool:
    """Whether a tool is named, with or without gaps between its letters (L I N E)."""
    return any(_stands_alone(word, text) for text in (folded, folded.replace(" ", "")) for word in tool.words)


def _stands_alone(word: str, text: str) -> bool:
    """Whether `word` stands in `text` with no letter of its own script on either side (no LINE in ONLINE)."""
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not _same_script(before, word[0]) and not _same_script(word[-1], after):
            return True
        at = text.find(word, at + 1)
    return False


def _same_script(one: str, other: str) -> bool:
    """Whether two letters could belong to one word: both Latin, or both katakana."""
    return any(all(letter and name in unicodedata.name(letter, "") for letter in (one, other)) for name in _SCRIPTS)


_SCRIPTS = ("LATIN", "KATAKANA")
