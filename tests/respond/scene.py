"""A mailbox in memory, and a case to warn about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from banken.mailbox.errors import FolderMissing, MailboxError
from banken.mailbox.model import FolderState, Labelled, Offer, Place, RawMessage
from banken.message.model import Address, Message
from banken.respond import Spot, WarningSettings
from banken.words import Authentic, Category, Channel, Evidence, Finding, Level, Permission, Stage, Standing, Verdict

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WORKER = "worker@example.jp"
ORIGINAL = b"From: client@client.example\r\nMessage-ID: <ask@client.example>\r\n\r\nLINE onegaishimasu\r\n"
TEXT = "はじめまして、山田商店です。\n詳しくはLINEでご説明します。よろしくお願いします。\n"


@dataclass
class Spoken:
    """What respond needs of a recognised mail."""

    channel: Channel = Channel.NOTIFICATION
    authentic: Authentic = Authentic.VERIFIED
    authentic_why: str = ""
    client: str = "山田商店"
    client_address: str = ""
    job: str = "バナー制作"
    offer: bool = False
    talk: tuple[str, ...] = ()


def finding(
    words: str = "LINEでご説明します",
    category: Category = Category.DIRECT_CONTACT,
    level: Level = Level.WARNING,
    *,
    key: str = "contact.chat",
    text: str = TEXT,
    by: str = "rule",
) -> Finding:
    start = text.index(words) if words in text else 0
    return Finding(category, level, "chat-1", "t", by, (Evidence(words, start, start + len(words)),), key)


def verdict(*findings: Finding) -> Verdict:
    found = findings or (finding(),)
    return Verdict(max((one.level for one in found), key=list(Level).index), found)


def message(**more) -> Message:
    plain = {
        "message_id": "<ask@client.example>",
        "date": NOW - timedelta(hours=1),
        "subject": "ご相談",
        "sender": Address("山田商店", "client@client.example"),
        "text": TEXT,
        "fingerprint": "print-1",
    }
    return Message(**(plain | more))


STANDING = Standing(Stage.BEFORE, Permission.NONE, "deal-1", NOW - timedelta(days=1), "no contract was seen")
SPOT = Spot("INBOX", 7, 1)
SETTINGS = WarningSettings(to=(WORKER,), via="smtp", sender=WORKER)


@dataclass
class MemoryMailbox:
    """A Mailbox in memory; `trouble` is raised by the next calls of a name, in order."""

    name: str = "home"
    uidvalidity: int = 7
    mail: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {1: ORIGINAL}})
    marks: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    trouble: dict[str, list[MailboxError]] = field(default_factory=dict)
    how: str = "keyword"
    appended: int = 0
    folder: str = ""

    def _meet(self, call: str) -> None:
        if self.trouble.get(call):
            raise self.trouble[call].pop(0)

    def folders(self) -> Sequence[str]:
        self._meet("folders")
        return list(self.mail)

    def open(self, folder: str) -> FolderState:
        self._meet("open")
        if folder not in self.mail:
            raise FolderMissing(folder)
        self.folder = folder
        return FolderState(folder, self.uidvalidity, None, len(self.mail[folder]))

    def headers(self, uids: Sequence[int]) -> Iterator[RawMessage]:
        for uid in uids:
            if uid in self.mail[self.folder]:
                yield RawMessage(Place(self.folder, self.uidvalidity, uid), NOW, self.mail[self.folder][uid])

    def original(self, uid: int, limit: int) -> bytes | None:
        self._meet("original")
        raw = self.mail[self.folder].get(uid)
        return raw if raw is not None and len(raw) <= limit else None

    def label(self, uid: int, labels: Sequence[str]) -> Labelled:
        self._meet("label")
        if self.how != "none":
            self.marks.setdefault((self.folder, uid), set()).update(labels)
        return Labelled(self.how, " ".join(labels))

    def labels(self, uid: int) -> frozenset[str]:
        return frozenset(self.marks.get((self.folder, uid), ()))

    def offer(self, folders: Sequence[str]) -> Offer:
        self._meet("offer")
        for folder in folders if self.how != "none" else ():
            self.mail.setdefault(folder, {})
        return Offer("label" if self.how == "gmail" else "folder", self.how != "none")

    def find(self, message_id: str) -> Sequence[int]:
        self._meet("find")
        wanted = f"message-id: {message_id}\r\n".encode().lower()
        return [uid for uid, raw in self.mail[self.folder].items() if wanted in raw.lower()]

    def append(self, folder: str, raw: bytes) -> None:
        self._meet("append")
        if folder not in self.mail:
            raise FolderMissing(folder)
        self.deliver(folder, raw)
        self.appended += 1
        self._meet("append answered")

    def deliver(self, folder: str, raw: bytes) -> None:
        mail = self.mail.setdefault(folder, {})
        mail[max(mail, default=0) + 1] = raw
