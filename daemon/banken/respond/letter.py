"""The warning as a mail: text, HTML and the original, under headers that keep it from ever making a loop."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING

from banken import __version__
from banken.i18n import _
from banken.respond.advice import Advice
from banken.respond.answering import Answering
from banken.respond.model import ReminderFacts, WarningFacts, WarningSettings
from banken.respond.names import level_name
from banken.respond.note import compose_reminder
from banken.respond.page import Page, compose
from banken.respond.tidy import one_line

if TYPE_CHECKING:
    from jinja2 import Environment

OWN_HEADER = "X-Banken"
"""A mail with this header is ours and never examined, whichever Banken sent it (`Message.own`)."""

LONGEST_LINE = 998
"""Octets of a line without its CRLF (RFC 5322 section 2.1.1)."""


def write(
    facts: WarningFacts,
    advice: Advice,
    settings: WarningSettings,
    *,
    to: str,
    message_id: str,
    now: datetime,
    original: bytes | None,
    eight_bit: bool = True,
    answering: Answering | None = None,
) -> bytes:
    """Return the warning as octets ready for SMTP or APPEND (CRLF, no line over 998 octets).

    `original` is attached as it is, as message/rfc822 where its octets may travel so (`eight_bit`: the server takes
    8-bit lines, RFC 6152), else as a file that holds the same octets. `answering`: how the worker can answer it.
    """
    page = compose(facts, advice, settings, attached=original is not None, answering=answering or Answering())
    mail = EmailMessage(policy=policy.SMTP)
    _put_headers(mail, page.subject, settings, to=to, message_id=message_id, now=now)
    _put_thread(mail, facts.deal, facts.message_id)
    mail[OWN_HEADER] = f"warning; version={__version__}; hops=1"
    if rules := _ids(rule for point in facts.points for rule in point.rules):
        mail["X-Banken-Rules"] = rules
    mail.set_content(_render("warning.txt.j2", page, facts), cte="base64")
    mail.add_alternative(_render("warning.html.j2", page, facts), subtype="html", cte="base64")
    if original is None:
        return mail.as_bytes()
    # Nobody can have written these into the original beforehand.
    place, boundary = secrets.token_hex(16), secrets.token_hex(16)
    mail.make_mixed()
    mail.set_boundary(boundary)
    if not travels(original, eight_bit=eight_bit):
        mail.add_attachment(original, "application", "octet-stream", filename="original.eml", cte="base64")
        return mail.as_bytes()
    # email.generator would write an attached mail anew, and differ: it gets a place holder.
    mail.attach(_attached_mail(place))
    return mail.as_bytes().replace(place.encode(), original)


def remind(facts: ReminderFacts, settings: WarningSettings, *, to: str, message_id: str, now: datetime) -> bytes:
    """Return a reminder as octets ready for SMTP or APPEND."""
    note = compose_reminder(facts, settings)
    mail = EmailMessage(policy=policy.SMTP)
    _put_headers(mail, note.subject, settings, to=to, message_id=message_id, now=now)
    _put_thread(mail, facts.deal)
    mail[OWN_HEADER] = f"reminder; version={__version__}; hops=1"
    for template, subtype in (("reminder.txt.j2", "plain"), ("reminder.html.j2", "html")):
        text = _templates().get_template(template).render(note=note, _=_)
        mail.add_alternative(text, subtype=subtype, cte="base64")
    return mail.as_bytes()


def _put_headers(
    mail: EmailMessage, subject: str, settings: WarningSettings, *, to: str, message_id: str, now: datetime
) -> None:
    sender = settings.sender or to
    mail["From"] = Address(_("Banken"), addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = one_line(subject, 200)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5
    mail["X-Auto-Response-Suppress"] = "All"  # Exchange does not look at Auto-Submitted
    mail["X-Banken-Settings"] = "warn.to, warn.via"


def _put_thread(mail: EmailMessage, deal: str, about: str = "") -> None:
    """Put the headers that make one conversation of all mails about a deal, and the mails they are about.

    A Message-ID that never existed stands at the root for the deal (RFC 5322 section 3.6.4 lets a parent be missing).
    """
    root = f"<deal.{hashlib.sha256(deal.encode()).hexdigest()[:24]}@banken.invalid>" if deal else ""
    parent = about if _is_message_id(about) else ""
    chain = " ".join(name for name in (root, parent) if name)
    for name, value in (("In-Reply-To", parent or root), ("References", chain)):
        if value:
            mail[name] = value


def _ids(rules: Iterable[str]) -> str:
    """Return the ids of the rules that found something, for who asks about a warning; a reader needs none of them."""
    ids = dict.fromkeys(re.sub(r"[^A-Za-z0-9._-]", "-", rule)[:60] for rule in rules)
    return ", ".join(list(ids)[:20])


def _is_message_id(text: str) -> bool:
    return text.startswith("<") and text.endswith(">") and text.isascii() and text.isprintable() and " " not in text


def _attached_mail(payload: str) -> EmailMessage:
    part = EmailMessage(policy=policy.SMTP)
    part["Content-Type"] = 'message/rfc822; name="original.eml"'
    part["Content-Disposition"] = 'attachment; filename="original.eml"'
    part.set_payload(payload)
    return part


def travels(original: bytes, *, eight_bit: bool) -> bool:
    """Return whether a mail may stand inside another one with its octets unchanged.

    RFC 2046 section 5.2.1 forbids to encode it; RFC 5321 section 2.3.8 forbids CR or LF alone, by which one mail
    could be smuggled into another; NUL is forbidden by RFC 5322 section 4.
    """
    lines = original.split(b"\r\n")
    clean = not any(b"\r" in line or b"\n" in line or len(line) > LONGEST_LINE for line in lines)
    return clean and b"\0" not in original and (eight_bit or original.isascii())


def _render(template: str, page: Page, facts: WarningFacts) -> str:
    note = (
        _("The original mail is attached to this one, just as it came.")
        if page.attached
        else _("The original mail could not be attached: leave it where it is in your mailbox.")
    )
    return _templates().get_template(template).render(page=page, level=level_name(facts.level), attached_note=note, _=_)


@cache
def _templates() -> Environment:
    # Imported here: a service that has nothing to warn of does without.
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415

    templates = Environment(
        loader=PackageLoader("banken.respond"),
        auto_reload=False,  # an upgrade under a running service brings templates that its code does not know
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in templates.list_templates():
        templates.get_template(name)
    return templates
