"""Turns a table of mails (`mailbox.yaml`, `planted.yaml`) into a folder of mail files, as the worker's server would have stored them."""

import sys
from datetime import datetime, timedelta
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from html import escape
from pathlib import Path
from string import Template
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml

TABLES = Path(__file__).parent
MAILBOX = "mailbox"
TOKYO = ZoneInfo("Asia/Tokyo")
WORKER = "worker@example.jp"
# How a charset of the table is written into a mail: the name in the header, and the transfer encoding.
CHARSETS = {
    "utf-8": ("utf-8", "base64"),
    "qp": ("utf-8", "quoted-printable"),
    "jis": ("iso-2022-jp", "7bit"),
    "sjis": ("shift_jis", "base64"),
}

Row = dict[str, Any]


class Mail(NamedTuple):
    """One mail of the table: its id, the bytes as stored, and what is right to say of it."""

    id: str
    raw: bytes
    right: Row


def mails(table: str = MAILBOX) -> list[Mail]:
    """All mails of a table, built, in the table's order; people, frames and auth are those of `mailbox.yaml`.

    Raises UnicodeEncodeError when a text does not fit the charset its row names.
    """
    everything = _read(MAILBOX) | _read(table)
    rows: dict[str, Row] = {row["id"]: row for row in everything["mails"]}
    return [Mail(name, _built(row, rows, everything), row.get("right", {})) for name, row in rows.items()]


def write(folder: Path, table: str = MAILBOX) -> list[Mail]:
    """Writes every mail of a table as `<id>.eml` into the folder, and returns them."""
    built = mails(table)
    for mail in built:
        (folder / f"{mail.id}.eml").write_bytes(mail.raw)
    return built


def _read(table: str) -> Row:
    content: Row = yaml.safe_load((TABLES / f"{table}.yaml").read_text(encoding="utf-8"))
    return content


def _built(row: Row, rows: dict[str, Row], everything: Row) -> bytes:
    name, address = parseaddr(_sender(row, everything["people"]))
    domain = address.partition("@")[2]
    charset, encoding = CHARSETS[row.get("charset", "utf-8")]
    top = [] if address == WORKER else _stored(row, address, domain, everything["auth"])
    lines = [
        *top,
        ("From", f"{_header(name, charset)} <{address}>" if name else address),
        ("To", row.get("to", WORKER)),
        ("Subject", _header(row["subject"], charset)),
        ("Date", format_datetime(_time(row))),
        ("Message-ID", _message_id(row, everything["people"])),
    ]
    if "re" in row:
        answered = _message_id(rows[row["re"]], everything["people"])
        lines += [("In-Reply-To", answered), ("References", answered)]
    lines += [(key, _extra(value, charset)) for key, value in row.get("headers", {}).items()]
    head = "".join(f"{key}: {value}\r\n" for key, value in lines).encode("ascii")
    frame = everything["frames"].get(row.get("frame"), "$body")
    return head + _content(Template(frame).substitute(body=row["body"]), row.get("html"), charset, encoding)


def _stored(row: Row, address: str, domain: str, auth: dict[str, list[str]]) -> list[tuple[str, str]]:
    """What the receiving server put on top: the return path, its verdicts, the way the mail came."""
    ours = domain == "crowdworks.jp" or domain.endswith(".crowdworks.jp")
    verdicts = [Template(text).substitute(d=domain) for text in auth[row.get("auth", "cw" if ours else "pass")]]
    on_top = len(verdicts) if row.get("auth") == "split" else 1  # a forger's own line lies below the way the mail came
    there, here = (format_datetime(_time(row) + timedelta(seconds=n)) for n in (3, 5))
    return [
        ("Return-Path", f"<bounce+{row['id']}@{domain}>" if ours else f"<{address}>"),
        *(("Authentication-Results", verdict) for verdict in verdicts[:on_top]),
        (
            "Received",
            f"from mx.example.jp ([192.0.2.1]) by imap.example.jp with LMTP id L{row['id']} for <{WORKER}>; {here}",
        ),
        ("Received", f"from out.{domain} ([192.0.2.25]) by mx.example.jp with ESMTPS id M{row['id']}; {there}"),
        *(("Authentication-Results", verdict) for verdict in verdicts[on_top:]),
    ]


def _sender(row: Row, people: dict[str, str]) -> str:
    return people.get(row["from"]) or str(row["from"])


def _time(row: Row) -> datetime:
    return datetime.fromisoformat(str(row["at"])).replace(tzinfo=TOKYO)


def _message_id(row: Row, people: dict[str, str]) -> str:
    domain = parseaddr(_sender(row, people))[1].partition("@")[2]
    return f"<{_time(row):%Y%m%d%H%M}.{row['id']}@{domain}>"


def _header(text: str, charset: str) -> str:
    if text.isascii():
        return f'"{text}"' if "@" in text else text
    return Header(text, charset, maxlinelen=75).encode(linesep="\r\n")


def _extra(value: str, charset: str) -> str:
    """A further header: the words before an address or a list's name encoded, the rest as it stands."""
    words, bracket, rest = value.partition("<")
    return f"{_header(words.strip(), charset)} {bracket}{rest}".strip() if bracket else value


def _content(text: str, html: str | None, charset: str, encoding: str) -> bytes:
    message = EmailMessage()
    if html != "only":
        message.set_content(text, charset=charset, cte=encoding)
    if html:
        page = "".join(f"<p>{_linked(line)}</p>" if line.strip() else "<br>" for line in text.splitlines())
        page = f"<html><head><style>p{{margin:0}}</style></head><body>{page}</body></html>"
        put = message.set_content if html == "only" else message.add_alternative
        put(page, subtype="html", charset=charset, cte=encoding)
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _linked(line: str) -> str:
    text = escape(line)
    return f'<a href="{text}">{text}</a>' if text.startswith("https://") else text


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{len(write(target))} mails in {target}\n")
