"""Mails and a recogniser for the tests of the platform room."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from banken.message.model import Address, Message
from banken.message.segments import split
from banken.places import rules_root
from banken.platform import AddressBook, Correspondence, Recogniser, load
from banken.platform.examples import Genuine
from banken.words import Authentic, SegmentKind

GENUINE = Genuine()
UNPROVED = Genuine(Authentic.UNVERIFIED, "no result of the mail server")
FORGED = Genuine(Authentic.FORGED, "DKIM failed")
BOOK = AddressBook()
NOTICE = Address("クラウドワークス", "no-reply@crowdworks.jp")


@cache
def pack():
    return load(rules_root() / "crowdworks")


@cache
def recogniser() -> Recogniser:
    return Recogniser([pack()])


def letter(subject: str, text: str = "", sender: Address = NOTICE, **more) -> Message:
    return Message(
        message_id=more.pop("message_id", "<letter@example.jp>"),
        date=more.pop("date", datetime(2026, 10, 1, 9, 0, tzinfo=UTC)),
        subject=subject,
        sender=sender,
        text=text,
        segments=tuple(split(text)),
        fingerprint=more.pop("fingerprint", "letter"),
        **more,
    )


def own_words(message: Message, found: Correspondence) -> str:
    return "".join(message.text[one.start : one.end] for one in found.segments if one.kind is SegmentKind.BODY)
