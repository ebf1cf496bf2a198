"""Mails and deals as the papers get them, with words that would like to be more than words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from banken.report import Find, Mail, Step, Story
from banken.words import Authentic, Category, Channel, Level, Permission, Stage

NOON = datetime(2026, 11, 3, 3, 0, tzinfo=UTC)
EVIL = '=HYPERLINK("http://evil.example/")\r\n<script>alert(1)</script>\u202e\0'


def find(words="LINE", *, category=Category.DIRECT_CONTACT, level=Level.WARNING, how="plain"):
    return Find(category, level, "contact.line", "題", "rule", words, "続きは", "で。", 3, 10, 10 + len(words), how)


def mail(number=1, *, at=NOON, finds=None, level=Level.WARNING, **more):
    facts = {
        "account": "home",
        "folder": "INBOX",
        "uidvalidity": 7,
        "uid": number,
        "file": "",
        "fingerprint": f"print-{number}",
        "message_id": f"<{number}@client.example>",
        "at": at,
        "subject": "ご相談",
        "sender": "client@client.example",
        "channel": Channel.NOTIFICATION,
        "kind": "message",
        "client": "山田商店",
        "deal": "d1",
        "stage": Stage.BEFORE,
        "permission": Permission.NONE,
        "authentic": Authentic.VERIFIED,
        "level": level,
        "why": "",
        "finds": (find(),) if finds is None else tuple(finds),
    }
    return Mail(**(facts | more))


def step(days=0, stage=Stage.BEFORE, *, title="契約成立", believed=True, undone=False, permission=Permission.NONE):
    return Step(NOON + timedelta(days=days), title, believed, undone, stage, permission)


def story(*steps, mails=None, client="山田商店", job="バナー制作"):
    return Story("home", "d1", client, job, steps or (step(),), (mail(),) if mails is None else tuple(mails))
