"""The table as a CSV file that a spreadsheet opens well and cannot be tricked by."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from datetime import tzinfo

from banken.i18n import _
from banken.report.model import Find, Mail
from banken.respond import category_name, level_name, permission_name, stage_name
from banken.respond.tidy import one_line
from banken.words import SUBJECT

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet may take for a formula; the wide ones count in a Japanese one."""

LONGEST_CELL = 2000


def sheet(mails: Iterable[Mail], zone: tzinfo) -> bytes:
    """Return the mails as CSV (RFC 4180), one line for each thing that was found, the oldest first.

    UTF-8 with a byte order mark, by which Excel knows it. Cells that could be formulas begin with an apostrophe.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_heads())
    for mail in sorted(mails, key=lambda one: one.at):
        writer.writerows([cell(value) for value in row] for row in dict.fromkeys(_rows(mail, zone)))
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "replace")


def cell(text: str) -> str:
    """Return what may stand in a cell: one line, nothing invisible, no formula."""
    line = one_line(text, LONGEST_CELL)
    return f"'{line}" if line.startswith(_FORMULA) else line


def _heads() -> tuple[str, ...]:
    where = (_("date"), _("account"), _("place"), _("client"), _("deal"), _("stage"), _("permission"))
    what = (_("level"), _("category"), _("rule"), _("the words"), _("the sentence"), _("line"))
    return (*where, *what, _("what was done"), _("why not judged"), _("subject"), _("from"), "Message-ID")


def _rows(mail: Mail, zone: tzinfo) -> Iterator[tuple[str, ...]]:
    when = f"{mail.at.astimezone(zone):%Y-%m-%d %H:%M}"
    names = (mail.who, mail.deal, stage_name(mail.stage), permission_name(mail.permission))
    where = (when, mail.account, mail.place, *names)
    tail = (" / ".join(mail.done), mail.unjudged, mail.subject, mail.sender, mail.message_id)
    for find in mail.finds:
        yield *where, *_found(find), *tail
    if not mail.finds:
        yield *where, level_name(mail.level) if mail.level else "", *("",) * 5, *tail


def _found(find: Find) -> tuple[str, ...]:
    sentence = f"{find.before}{find.words}{find.after}"
    words = (find.words, sentence, str(find.line or "") if find.how != SUBJECT else _("subject"))
    return level_name(find.level), category_name(find.category), find.rule, *words
