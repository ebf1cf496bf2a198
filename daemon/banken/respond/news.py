"""Word of the house itself: an account that cannot be reached, and that it can be again. Owed like every warning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from pydantic import TypeAdapter

from banken import __version__
from banken.i18n import _
from banken.ledger import Ledger, Owed
from banken.respond.letter import OWN_HEADER
from banken.respond.model import WarningSettings
from banken.respond.plan import warning_id
from banken.respond.tidy import one_line, visible
from banken.respond.way import KIND

HOUSE = ""
"""The account under which news are owed that need no mailbox."""

ACTION = "tell"


@dataclass(frozen=True, slots=True)
class News:
    """What is told."""

    subject: str
    text: str
    brief: str = ""
    """The subject without any name, for ways that tell no names."""
    short: str = ""
    """What those ways say where no letter tells more, without any name either."""
    letter: bool = True
    """Whether a letter tells it, too."""


NEWS_JSON = TypeAdapter(News)


def tell(ledger: Ledger, account: str, key: str, news: News, settings: WarningSettings, now: datetime) -> int:
    """Owe the worker a piece of news, once for each `key`; return how many letters and notices are new.

    `account`: whose mailbox takes it when letters are put into the inbox, HOUSE for none; by SMTP none is needed.
    """
    letters = {
        "smtp": [(HOUSE, f"smtp:{address}") for address in settings.to],
        "append": [(account, f"append:{settings.folder}")] if account != HOUSE else [],
        "none": [],
    }[settings.via]
    payload = NEWS_JSON.dump_json(replace(news, letter=bool(letters))).decode()
    notices = [(HOUSE, f"{KIND}:{place}") for place in range(1, len(settings.notify) + 1)]
    owed = [
        Owed(
            account=owner,
            fingerprint=key,
            action=ACTION,
            target=target,
            message_id=warning_id(ledger.secret, key, settings.sender),
            payload=payload,
        )
        for owner, target in (*letters, *notices)
    ]
    return ledger.outbox.plan(owed, now)


def write(payload: str, settings: WarningSettings, *, to: str, message_id: str, now: datetime) -> bytes:
    """Return a letter that was owed as octets ready for SMTP or APPEND."""
    return letter_of(NEWS_JSON.validate_json(payload), settings, to=to, now=now, message_id=message_id)


def letter_of(news: News, settings: WarningSettings, *, to: str, now: datetime, message_id: str = "") -> bytes:
    """Return news as a letter, ready for SMTP or APPEND; without `message_id` under a new one."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = Address(_("Banken"), addr_spec=settings.sender or to)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = one_line(news.subject, 200)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id or make_msgid(domain=(settings.sender or to).rpartition("@")[2] or None)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5
    mail["X-Auto-Response-Suppress"] = "All"
    mail[OWN_HEADER] = f"news; version={__version__}; hops=1"
    mail.set_content("\n".join(visible(line) for line in news.text.split("\n")), cte="base64")
    return mail.as_bytes()
