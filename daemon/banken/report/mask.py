"""Put other words in place of names, addresses and numbers, so that a paper can be shown to others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from banken.i18n import _
from banken.judge.atoms import ATOMS
from banken.judge.views import fold
from banken.report.model import Find, Mail
from banken.report.story import Step, Story
from banken.words import SUBJECT

HIDDEN = "●●●"

_AT = r"(?:[@＠★☆◎●■]|[(（\[](?:at|あっと|アット|@|＠)[)）\]]|あっと|アットマーク)"
_DOT = r"(?:[.．。]|[(（\[](?:dot|ドット)[)）\]]|ドット)"
_ADDRESS = re.compile(
    rf"[A-Za-z0-9０-９Ａ-Ｚａ-ｚ_.!#$%&'*+/=?^`{{|}}~-]{{1,64}}[ \u3000]?{_AT}[ \u3000]?[A-Za-z0-9Ａ-Ｚａ-ｚ_-]{{1,63}}"
    rf"(?:[ \u3000]?{_DOT}[ \u3000]?[A-Za-z0-9Ａ-Ｚａ-ｚ_-]{{1,63}}){{1,8}}"
)
"""A mail address, also as people write it who do not want it seen as one."""
_URL = re.compile(
    r"\b[A-Za-z][A-Za-z0-9+.-]{1,15}:/{0,2}[^\s<>\"'、。」）]{1,2000}"
    r"|\b(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}/[^\s<>\"'、。」）]{1,2000}"
)
_NUMBER = re.compile(
    r"(?:\d|[〇○零一二三四五六七八九])(?:[ \u3000.()（）‐\-－ー−]{0,2}(?:\d|[〇○零一二三四五六七八九])){7,15}"
)
"""A phone number or account number: eight digits or more, of any width, also in Chinese figures."""
_HANDLE = re.compile(r"(?<![\w@])@?(?=[A-Za-z0-9._-]{0,31}[0-9_.])[A-Za-z][A-Za-z0-9._-]{3,30}(?![\w@])")
"""An ID as messengers have them: Latin letters with a digit, a point or an underline among them."""
_CALLED = re.compile(r"[\u4e00-\u9fff\u3005\u30a1-\u30faーA-Za-z]{1,12}(?=[ \u3000]?(?:様|さま|さん|氏|殿)(?!々))")
"""Whoever is called by a name: a stretch of Chinese, katakana or Latin letters before the word of courtesy."""
_GREETED = re.compile(r"\b(?P<word>Dear|Hi|Hello|Mr\.?|Ms\.?|Mrs\.?) (?P<name>[A-Z][A-Za-z'-]{1,30})")
_NOBODY = frozenset({"客", "皆", "御客", "貴", "何", "者", "担当者", "御担当者", "ワーカー", "クライアント", "お客"})
"""Who is called so without a name."""
_APART = re.compile(r"[\s\u3000()（）\[\]［］【】「」・/|｜,、<>＜＞]+")

_TELLING = re.compile(
    "|".join(
        f"(?P<{name}>{pattern.pattern})"
        for name, pattern in (("link", _URL), ("address", _ADDRESS), ("number", _NUMBER), ("handle", _HANDLE))
    )
)
"""All of them, the first that fits: what was put in place of one is not looked at again."""

_SHORTEST = 2
"""Letters below which a name is no name."""
_SHORTEST_KANA = 3
"""The same for a part of a name in hiragana, of which words are made."""


Instead = str | Callable[[re.Match[str]], str]
"""What stands in place of a find: the same for all, or made from each."""


class Shown(NamedTuple):
    """What stands in place of links, mail addresses, numbers, IDs, and people who are called by name."""

    link: Instead = HIDDEN
    address: Instead = HIDDEN
    number: Instead = HIDDEN
    handle: Instead = HIDDEN
    person: str = HIDDEN


class Mask:
    """Replaces what tells who someone is. What it cannot know (a name in the middle of a sentence) it cannot hide."""

    def __init__(self, names: Iterable[tuple[str, str]], shown: Shown | None = None) -> None:
        """Take names, each with what shall stand in its place, and what stands in place of all else."""
        self._shown = shown or Shown()
        known = {name: shown for name, shown in names if len(name) >= _SHORTEST}
        longest_first = sorted(known.items(), key=lambda pair: -len(pair[0]))
        self._names = [(_however_written(name), shown) for name, shown in longest_first]

    def text(self, text: str) -> str:
        """Return `text` with names, mail addresses, links, numbers and IDs replaced."""
        for name, shown in self._names:
            text = name.sub(lambda _match, shown=shown: shown, text)  # type: ignore[misc]
        text = self._without_disguised(_TELLING.sub(self._instead, text))
        person = self._shown.person
        text = _GREETED.sub(lambda match: f"{match['word']} {person}", text)
        return _CALLED.sub(lambda match: match[0] if match[0] in _NOBODY else person, text)

    def _without_disguised(self, text: str) -> str:
        """Return `text` without the numbers and addresses that somebody wrote in words to pass a filter."""
        view = fold(text)
        found = [
            (*view.span(*span), instead)
            for kind, instead in (("phone", self._shown.number), ("email", self._shown.address))
            for span in ATOMS[kind](view.text)
        ]
        for start, end, instead in sorted(found, key=lambda one: -one[0]):
            if isinstance(instead, str) and text[start:end] != instead:
                text = text[:start] + instead + text[end:]
        return text

    def _instead(self, found: re.Match[str]) -> str:
        instead: Instead = getattr(self._shown, found.lastgroup or "")
        return instead if isinstance(instead, str) else instead(found)

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
        words = HIDDEN if find.how == "atom" or _is_atom(find) else self.text(find.words)
        return replace(find, words=words, before=self.text(find.before), after=self.text(find.after))


def _is_atom(find: Find) -> bool:
    """Whether words of the subject, of which is not told how they were found, are a number, an address or a name."""
    words = fold(find.words).text
    return find.how == SUBJECT and any((0, len(words)) in shape(words) for shape in ATOMS.values())


def names_of(
    stories: Sequence[Story], own: Iterable[str] = (), *, people: Iterable[str] = (), company: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """Return the names that stand in deals, each with what shall stand in its place.

    `own` are the worker's addresses, `people` the names to which mail was sent; `company` the words by which firms are
    told as such, and without which a firm may be called. Parts of names count as well.
    """
    forms = tuple(company)
    pairs = [(name, _("(you)")) for whole in (*own, *people) for name in _parts(whole, forms)]
    for number, story in enumerate(stories, start=1):
        client = _("client {number}").format(number=number)
        names = {story.client, *(mail.client for mail in story.mails), *(mail.sender for mail in story.mails)}
        pairs += [(name, client) for whole in sorted(names) for name in _parts(whole, forms)]
        pairs.append((story.job, _("job {number}").format(number=number)))
    return pairs


def _parts(name: str, company: Sequence[str]) -> Iterator[str]:
    """Yield a name, and those parts of it by which its bearer may be called."""
    yield name
    if "@" in name:
        return
    for part in _APART.split(name):
        bare = part
        for form in company:
            bare = bare.replace(form, "")
        kana = all("\u3041" <= letter <= "\u3096" for letter in bare)
        if len(bare) >= (_SHORTEST_KANA if kana else _SHORTEST):
            yield from (part, bare)


def _however_written(name: str) -> re.Pattern[str]:
    """Return a pattern of `name` in letters of any width and case, with or without gaps."""
    letters = [letter for letter in unicodedata.normalize("NFKC", name) if not letter.isspace()]
    each = (f"[{re.escape(letter)}{re.escape(_wide(letter))}]" for letter in letters)
    return re.compile(r"[ \u3000]?".join(each) or r"(?!)", re.IGNORECASE)


def _wide(letter: str) -> str:
    """Return a letter of ASCII as a full-width one, any other as it is."""
    return chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter
