"""Three readers side by side: this project, mail-parser, and the standard library in its two ways."""

from __future__ import annotations

import email
import email.policy
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.utils import parseaddr

import mailparser
from tests.message.cases import Case

from banken.message import read


@dataclass
class Seen:
    """What a reader got out of a mail."""

    text: str = ""
    subject: str = ""
    sender: str = ""
    address: str = ""
    filenames: list[str] = field(default_factory=list)


def banken(raw: bytes) -> Seen:
    message = read(raw)
    if "unreadable" in message.notes:  # an exception of ours, caught
        raise AssertionError
    return Seen(
        message.text,
        message.subject,
        message.sender.name,
        message.sender.address,
        [each.filename for each in message.attachments],
    )


def mail_parser(raw: bytes) -> Seen:
    mail = mailparser.parse_from_bytes(raw)
    name, address = mail.from_[0] if mail.from_ else ("", "")
    text = "\n".join([*mail.text_plain, *mail.text_html, *mail.text_not_managed])
    return Seen(text, _one(mail.subject), name, address.lower(), [each["filename"] for each in mail.attachments])


def _one(value) -> str:
    return value if isinstance(value, str) else " ".join(map(str, value or ()))


def policy_default(raw: bytes) -> Seen:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    addresses = mail["from"].addresses if mail["from"] else ()
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    first = addresses[0] if addresses else None
    return Seen(
        "\n".join(texts),
        str(mail["subject"] or ""),
        first.display_name if first else "",
        first.addr_spec.lower() if first else "",
        _names(mail),
    )


def compat32(raw: bytes) -> Seen:
    mail = email.message_from_bytes(raw)
    texts = []
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            octets = part.get_payload(decode=True)
            texts.append(octets.decode(part.get_content_charset("us-ascii"), "replace"))
    name, address = parseaddr(str(mail["from"] or ""))
    return Seen("\n".join(texts), _header(mail["subject"]), _header(name), address.lower(), _names(mail))


def _header(value) -> str:
    return str(make_header(decode_header(value or "")))


def _names(mail) -> list[str]:
    return [part.get_filename() or "" for part in mail.walk() if part.get_content_disposition() or part.get_filename()]


READERS: dict[str, Callable[[bytes], Seen]] = {
    "banken": banken,
    "mail-parser": mail_parser,
    "policy.default": policy_default,
    "compat32": compat32,
}


def verdict(case: Case, reader: Callable[[bytes], Seen]) -> str:
    """Return "ok", or what is wrong: text, subject, from, file, or the exception's name."""
    try:
        seen = reader(case.raw)
    except (Exception, RecursionError) as error:
        return f"raise {type(error).__name__}"
    wrong = []
    text = _fold(seen.text)
    if any(_fold(expected) not in text for expected in case.texts) or any(
        unwanted in seen.text for unwanted in case.absent
    ):
        wrong.append("text")
    if case.subject and _fold(seen.subject) != _fold(case.subject):
        wrong.append("subject")
    if (case.sender or case.address) and (_fold(seen.sender), seen.address) != (_fold(case.sender), case.address):
        wrong.append("from")
    if case.filename and case.filename not in seen.filenames:
        wrong.append("file")
    return " ".join(wrong) or "ok"


# The mapping of five characters is a matter of taste (JIS or Microsoft); no reader is blamed for either.
_SAME = str.maketrans({"～": "〜", "－": "−", "∥": "‖", "￠": "¢", "￡": "£", "￢": "¬", "―": "—"})


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(_SAME)).replace("\r\n", "\n").strip() if text else ""
