"""One mail as every paper tells it, whether it was examined just now or long ago."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from banken.guard import Examined
from banken.i18n import _
from banken.ledger import SeenMessage, StoredFinding
from banken.message import Message
from banken.respond.tidy import one_line, sentence_around
from banken.words import LEVELS, SUBJECT, Authentic, Category, Channel, Evidence, Finding, Level, Permission, Stage

WORDS = 240
"""Code points of the words of a find that are shown; the ledger keeps as many."""


@dataclass(frozen=True, slots=True)
class Find:
    """One piece of evidence of one finding, with what stands around it in its sentence.

    `start` and `end` point into the decoded text, or into the subject where `how` says so; `line` counts from 1, 0 in a
    subject and where the text is not at hand.
    """

    category: Category
    level: Level
    rule: str
    title: str
    by: str
    words: str
    before: str = ""
    after: str = ""
    line: int = 0
    start: int = 0
    end: int = 0
    how: str = ""

    @property
    def where(self) -> str:
        """The line of the text it stands in, or that it is the subject, for people; "" where nothing is known of it."""
        if self.how == SUBJECT:
            return _("subject")
        return _("line {line}").format(line=self.line) if self.line else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail, what was found in it and what was done; without its octets and its whole text.

    `known` is whether it comes from the ledger, since it was examined before; `done` says in words what was done.
    """

    account: str
    folder: str
    uidvalidity: int
    uid: int
    file: str
    fingerprint: str
    message_id: str
    at: datetime
    subject: str
    sender: str
    channel: Channel
    kind: str
    client: str
    deal: str
    stage: Stage
    permission: Permission
    authentic: Authentic
    level: Level | None
    why: str
    finds: tuple[Find, ...] = ()
    done: tuple[str, ...] = ()
    known: bool = False

    @property
    def place(self) -> str:
        """Where it lies: the file, or folder and UID as `explain` takes them."""
        return self.file or f"{self.folder}:{self.uid}"

    @property
    def who(self) -> str:
        """Who wrote it, for people: of a forged mail only the name that it bears is known."""
        if self.authentic is not Authentic.FORGED:
            return self.client
        if not self.client:
            return _("unknown sender")
        return _("unknown sender (in the name of {name})").format(name=self.client)

    @property
    def unjudged(self) -> str:
        """Why nothing could be said of it, "" when something was found."""
        return "" if self.finds else self.why

    @property
    def categories(self) -> tuple[Category, ...]:
        """What was found, each once, the strongest first."""
        return tuple(dict.fromkeys(find.category for find in self.loudest))

    @property
    def loudest(self) -> tuple[Find, ...]:
        """The finds, the strongest first."""
        return tuple(sorted(self.finds, key=lambda find: -LEVELS.index(find.level)))


def examined_mail(one: Examined) -> Mail:
    """Return a mail that was examined just now."""
    message, mail = one.message, one.correspondence
    return Mail(
        account=one.account,
        folder=one.place.folder,
        uidvalidity=one.place.uidvalidity,
        uid=one.place.uid,
        file=one.place.file,
        fingerprint=message.fingerprint,
        message_id=message.message_id,
        at=message.date,
        subject=message.subject,
        sender=message.sender.address,
        channel=mail.channel,
        kind=mail.kind,
        client=mail.client or message.sender.name or message.sender.address,
        deal=one.standing.deal or "",
        stage=one.standing.stage,
        permission=one.standing.permission,
        authentic=mail.authentic,
        level=one.verdict.level,
        why=one.verdict.why,
        finds=tuple(find for finding in one.verdict.findings for find in _finds(finding, message)),
    )


def known_mail(seen: SeenMessage, findings: Iterable[StoredFinding]) -> Mail:
    """Return a mail as the ledger remembers it."""
    return Mail(
        account=seen.account,
        folder=seen.folder,
        uidvalidity=seen.uidvalidity,
        uid=seen.uid,
        file=seen.file,
        fingerprint=seen.fingerprint,
        message_id=seen.message_id,
        at=seen.arrived,
        subject=seen.subject,
        sender=seen.sender,
        channel=Channel(seen.channel),
        kind=seen.kind,
        client=seen.client or seen.sender,
        deal=seen.deal,
        stage=Stage(seen.stage or Stage.UNKNOWN),
        permission=Permission(seen.permission or Permission.NONE),
        authentic=Authentic(seen.authentic or Authentic.UNVERIFIED),
        level=Level(seen.level) if seen.level else None,
        why=seen.reason,
        finds=tuple(_known(one) for one in findings),
        known=True,
    )


def _finds(finding: Finding, message: Message) -> Iterator[Find]:
    facts = (finding.category, finding.level, finding.rule, finding.title, finding.by)
    for evidence in finding.evidence or (Evidence("", 0, 0, ""),):
        yield in_context(
            Find(*facts, "", start=evidence.start, end=evidence.end, how=evidence.how), evidence.text, message
        )


def in_context(find: Find, words: str, message: Message) -> Find:
    """Return a find with its words and the sentence around them, if they stand in `message` where the find says."""
    shown, text = one_line(words, WORDS), message.source(find.how)
    if not words or text[find.start : find.end] != words:
        return replace(find, words=shown)
    before, after = sentence_around(text, find.start, find.end)
    line = 0 if find.how == SUBJECT else text.count("\n", 0, find.start) + 1
    return replace(find, words=shown, before=before, after=after, line=line)


def _known(one: StoredFinding) -> Find:
    return Find(
        Category(one.category),
        Level(one.level),
        one.rule,
        one.title,
        one.by,
        one.excerpt,
        start=one.start,
        end=one.end,
        how=one.how,
    )
