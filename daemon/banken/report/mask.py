"""Put other words in place of names, addresses and numbers, so that a paper can be shown to others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from banken.i18n import _
from banken.report.model import Find, Mail
from banken.report.story import Step, Story

HIDDEN = "●●●"

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}[@＠][\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,15}:/{0,2}[^\s<>\"'、。」）]{1,2000}")
_NUMBER = re.compile(r"\d(?:[ \u3000.()（）‐\-－ー−]{0,2}\d){7,15}")
"""A phone number or account number: eight digits or more, of any width."""
_HANDLE = re.compile(r"(?<![\w@])@?(?=[A-Za-z0-9._-]*[0-9_.])[A-Za-z][A-Za-z0-9._-]{3,30}(?![\w@])")
"""An ID as messengers have them: Latin letters with a digit, a point or an underline among them."""

_SHORTEST = 2
"""Letters below which a name is no name."""


class Mask:
    """Replaces what tells who someone is. What it cannot know (a name in the middle of a sentence) it cannot hide."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """Take names, each with what shall stand in its place."""
        known = {name: shown for name, shown in names if len(name) >= _SHORTEST}
        self._names = sorted(known.items(), key=lambda pair: -len(pair[0]))

    def text(self, text: str) -> str:
        """Return `text` with names, mail addresses, links, numbers and IDs replaced."""
        for name, shown in self._names:
            text = text.replace(name, shown)
        for pattern in (_URL, _ADDRESS, _NUMBER, _HANDLE):
            text = pattern.sub(HIDDEN, text)
        return text

    def story(self, story: Story) -> Story:
        """Return a deal with all its mails masked."""
        return replace(
            story,
            client=self.text(story.client),
            job=self.text(story.job),
            steps=tuple(self._step(step) for step in story.steps),
            mails=tuple(self.mail(mail) for mail in story.mails),
        )

    def mail(self, mail: Mail) -> Mail:
        """Return a mail masked; its Message-ID and sender are left out."""
        return replace(
            mail,
            account="",
            folder=_("mail"),
            file="",
            message_id="",
            sender="",
            client=self.text(mail.client),
            subject=self.text(mail.subject),
            finds=tuple(self._find(find) for find in mail.finds),
        )

    def _step(self, step: Step) -> Step:
        return replace(step, title=self.text(step.title), why=self.text(step.why))

    def _find(self, find: Find) -> Find:
        words = HIDDEN if find.how == "atom" else self.text(find.words)
        return replace(find, words=words, before=self.text(find.before), after=self.text(find.after))


def names_of(stories: Sequence[Story], own: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return the names that stand in deals, each with what shall stand in its place; `own` are the worker's."""
    pairs = [(name, _("(you)")) for name in own]
    for number, story in enumerate(stories, start=1):
        client = _("client {number}").format(number=number)
        names = {story.client, *(mail.client for mail in story.mails), *(mail.sender for mail in story.mails)}
        pairs += [(name, client) for name in names]
        pairs.append((story.job, _("job {number}").format(number=number)))
    return pairs
