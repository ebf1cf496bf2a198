"""What to tell the worker: the platform's advice for a finding, with its placeholders filled."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from banken.respond.advice_model import SUBJECT, ByStage, Common, Entry, Meaning, Page, Replies, Text, Texts, Tool
from banken.respond.labels import Answer
from banken.respond.tidy import addressed
from banken.words import Category, Stage


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
    declined: str
    """What is declined, as the name of that reply says it."""
    named: str
    """The same where the client named it, else ""."""
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

    def foremost(self, keys: Iterable[str]) -> str:
        """Return which of the keys that fit a mail is told: the first one of the highest rank."""
        return max(keys, key=lambda key: self._entries[key][1].rank if key in self._entries else 0)

    def counsel(
        self,
        key: str,
        category: Category,
        stage: Stage,
        language: str,
        *,
        over: str = "",
        client: str = "",
        job: str = "",
        mailed: str = "",
        words: str = "",
    ) -> Counsel:
        """Return the advice under `key`, or the category's own when there is none of that name.

        `over` is the key of an entry that says some of it otherwise, if there is such a one. `words` are the client's
        quoted ones, a line each, by which the tool is recognised; `mailed` is the subject of a mail that came straight
        from the client, by which the replies name what it is about when no job is known.
        """
        own = self._entries[category.value][1]
        entry = self._entries.get(key, (category, own))[1]
        laid = self._entries.get(over, (category, entry))[1]
        texts = _merged(own.texts(language), entry.texts(language), laid.texts(language))
        named = "" if entry.own_tool else self._tool(words, category, language)
        fill = {
            "client": client or self.common.nobody.text(language),
            "job": self._matter(job, mailed, language),
            "tool": named or texts["tool"],
        }
        source = laid.source or entry.source or own.source
        assert source is not None
        page = self.common.pages[source]
        return Counsel(
            title=texts["title"],
            short=_filled(texts["short"], stage, fill),
            why=_filled(texts["why"], stage, fill),
            brief=_filled(texts["brief"], stage, fill),
            dont=tuple(_filled(text, stage, fill) for text in texts["dont"]),
            steps=tuple(_filled(text, stage, fill) for text in texts["steps"]),
            replies={name: _filled(text, stage, fill) for name, text in _replies(texts, laid.texts(language))},
            also=_filled(texts["also"] or "", stage, fill),
            tool=fill["tool"],
            declined=texts["declined"] or fill["tool"],
            named=named,
            keep=tuple(texts["keep"] or self.keep(language, category)),
            whom=tuple(self.common.whom[name].text(language) for name in entry.ask or own.ask or ()),
            page=page,
            as_of=entry.as_of or own.as_of or page.as_of,
        )

    def called(self, name: str) -> str:
        """Return how a client is addressed, "" where the name is none to address somebody by."""
        return addressed(name, self.common.honorifics)

    def unproved(self, language: str) -> str:
        """Return how to go on from a notice of the platform's that could not be proved genuine."""
        return self.common.unproved.text(language)

    def claimed(self, language: str) -> str:
        """Return what a client's word on an approval is worth."""
        return self.common.claimed.text(language)

    def straight(self, language: str) -> str:
        """Return where to answer a mail that did not come through the platform."""
        return self.common.straight.text(language)

    def own(self, language: str) -> str:
        """Return that Banken is not the platform's, and to whom it tells nothing."""
        return self.common.own.text(language)

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

    def _matter(self, job: str, mailed: str, language: str) -> str:
        form = self.common.by_name if job else self.common.by_mail if mailed else self.common.some_job
        return form.text(language).replace(f"{{{SUBJECT}}}", job or mailed)

    def _tool(self, words: str, category: Category, language: str) -> str:
        folded = unicodedata.normalize("NFKC", words).casefold()
        tools = (tool for group in self.common.tools if category in group.categories for tool in group.tools)
        return next((tool.text(language) for tool in tools if _names(tool, folded)), "")


def _merged(own: Texts, *over: Texts) -> dict[str, Any]:
    """Return the texts of the category's own entry with what others say in its place, the last one first."""
    merged = {name: getattr(own, name) for name in Texts.model_fields}
    for texts in over:
        merged |= {name: getattr(texts, name) for name in texts.model_fields_set}
    return merged


def _replies(texts: Mapping[str, Any], laid: Texts) -> Iterator[tuple[str, Text]]:
    """Yield the replies by name, the last one as the entry on top has it."""
    replies: Replies | None = texts["reply"]
    if replies is None:
        return
    yield from (("ask", replies.ask), ("decline", replies.decline))
    propose = laid.propose if "propose" in laid.model_fields_set else replies.propose
    if propose:
        yield "propose", propose


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
