"""The demo's story: `rules/<platform>/demo.yaml` as real mails with real charsets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from banken import strictyaml
from banken.places import rules_root

_ENCODINGS = {"iso-2022-jp": "7bit", "shift_jis": "base64", "euc-jp": "base64", "utf-8": "base64"}
"""How mail programs usually transfer each charset."""


class Person(BaseModel):
    """A name and a mail address."""

    model_config = ConfigDict(extra="forbid")

    name: str
    address: str


class StoryMail(BaseModel):
    """One mail of the story; `day` counts back from today, `sender` is a key of `senders` or an address."""

    model_config = ConfigDict(extra="forbid")

    day: int
    time: str
    from_: str
    name: str = ""
    subject: str
    body: str
    charset: str = "utf-8"
    auth: str = "pass"
    bulk: bool = False


class Story(BaseModel):
    """The whole story."""

    model_config = ConfigDict(extra="forbid")

    worker: Person
    authserv: str
    senders: dict[str, Person]
    mails: list[StoryMail]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail as it arrives."""

    at: datetime
    raw: bytes


def load() -> Story:
    """Read the story that came with the program."""
    document = strictyaml.read(rules_root() / "crowdworks" / "demo.yaml")
    return strictyaml.validate(document, Story, data=_rename(document.data))


def deliveries(story: Story, now: datetime) -> Iterator[Delivery]:
    """Yield the mails in order of time, the last ones shortly before `now` (aware)."""
    for number, mail in enumerate(story.mails, start=1):
        hour, minute = (int(part) for part in mail.time.split(":"))
        day = now - timedelta(days=mail.day)
        at = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        yield Delivery(at, _compose(story, mail, number, at))


def _rename(data: dict[str, Any]) -> dict[str, Any]:
    # `from` is what a person writes, and a Python keyword.
    mails = [{("from_" if key == "from" else key): value for key, value in mail.items()} for mail in data["mails"]]
    return {**data, "mails": mails}


def _compose(story: Story, mail: StoryMail, number: int, at: datetime) -> bytes:
    sender = story.senders.get(mail.from_) or Person(name=mail.name, address=mail.from_)
    domain = sender.address.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    # The worker's own mail server writes its findings on top (RFC 8601 section 5).
    message["Authentication-Results"] = (
        f"{story.authserv}; spf={mail.auth} smtp.mailfrom={domain}; dkim={mail.auth} header.d={domain};"
        f" dmarc={mail.auth} header.from={domain}"
    )
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["To"] = Address(story.worker.name, addr_spec=story.worker.address)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<story-{number}-{at:%Y%m%d}@{domain}>"
    if mail.bulk:
        message["List-Unsubscribe"] = f"<https://{domain}/unsubscribe>"
    _put_body(message, mail)
    return message.as_bytes()


def _put_body(message: EmailMessage, mail: StoryMail) -> None:
    # cp932 is what a mail that calls itself Shift_JIS holds in truth (①, ～).
    codec = {"shift_jis": "cp932"}.get(mail.charset, mail.charset)
    octets = mail.body.encode(codec, errors="replace").replace(b"\n", b"\r\n")
    message.set_content(octets, maintype="text", subtype="plain", cte=_transfer(mail.charset))
    message.set_param("charset", mail.charset)
    del message["Content-Disposition"]


def _transfer(charset: str) -> str:
    return _ENCODINGS.get(charset, "base64")
