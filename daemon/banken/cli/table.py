"""The table that `banken scan` prints: what was found, and what could not be judged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from banken.guard import Examined
from banken.i18n import _
from banken.respond import category_name, level_name, stage_name
from banken.words import LEVELS, Category, Channel, Finding, Level

COLOURS = {Level.DANGER: "bold red", Level.WARNING: "bold yellow", Level.NOTICE: "cyan", Level.UNJUDGED: "dim"}


WIDTHS = (5, 8, 16, 14)
"""Cells of the columns before the words."""
NARROWEST = 20
QUOTES = 3
"""Categories of one message that are quoted."""
AROUND = 24
"""Code points shown before and after the words, as far as their sentence goes."""
SENTENCE_END = re.compile(r"[\n。！？!?]")


@dataclass(slots=True)
class Summary:
    """What a pass over the mail came to: the messages to show, and how many there were of each sort."""

    shown: list[Examined] = field(default_factory=list)
    levels: Counter[Level | None] = field(default_factory=Counter)
    channels: Counter[Channel] = field(default_factory=Counter)

    def add(self, examined: Examined) -> None:
        """Count a message, and keep it (without its octets) when there is something to show."""
        self.levels[examined.verdict.level] += 1
        self.channels[examined.correspondence.channel] += 1
        if examined.verdict.level:
            self.shown.append(replace(examined, message=replace(examined.message, raw=b"")))


def print_table(console: Console, summary: Summary, zone: ZoneInfo) -> None:
    """Print the messages that have a level, oldest first, then the totals."""
    if summary.shown:
        console.print(_table(sorted(summary.shown, key=lambda one: one.message.date), zone, console.width))
    _totals(console, summary)


def _table(shown: Sequence[Examined], zone: ZoneInfo, width: int) -> Table:
    table = Table(box=box.ROUNDED, header_style="bold", show_lines=True, pad_edge=False)
    heads = (_("date"), _("level"), _("client, stage"), _("what"), _("the words"))
    words = max(NARROWEST, width - sum(WIDTHS) - 3 * len(heads) - 1)
    for head, wide in zip(heads, (*WIDTHS, words), strict=True):
        table.add_column(head, width=wide, no_wrap=True)
    for one in shown:
        cells = _row(one, zone)
        table.add_row(*(_wrapped(cell, wide) for cell, wide in zip(cells, (*WIDTHS, words), strict=True)))
    return table


def _row(one: Examined, zone: ZoneInfo) -> tuple[Text, ...]:
    level = one.verdict.level
    assert level is not None
    when = one.message.date.astimezone(zone)
    who = one.correspondence.client or one.message.sender.name or one.message.sender.address
    what = dict.fromkeys(category_name(finding.category) for finding in one.verdict.findings)
    return (
        Text(f"{when:%m/%d}\n{when:%H:%M}"),
        Text(level_name(level), style=COLOURS[level]),
        Text.assemble(who, "\n", (stage_name(one.standing.stage), "dim")),
        Text("\n".join(what)),
        _words(one),
    )


def _words(one: Examined) -> Text:
    if not one.verdict.findings:
        return Text(one.verdict.why, style="dim")
    quotes: dict[Category, Text] = {}
    for finding in one.verdict.findings:
        quotes.setdefault(finding.category, _quote(finding, one.message.text))
    return Text("\n").join(list(quotes.values())[:QUOTES])


def _quote(finding: Finding, text: str) -> Text:
    """Return the evidence, marked, within its sentence, on one line; the title where no words are."""
    if not finding.evidence or finding.category is Category.IMPERSONATION:
        return Text(finding.title)
    first = finding.evidence[0]
    before = SENTENCE_END.split(text[max(0, first.start - AROUND) : first.start])[-1]
    after = SENTENCE_END.split(text[first.end : first.end + AROUND])[0]
    cut_before = "…" if len(before) == AROUND else ""
    cut_after = "…" if len(after) == AROUND else ""
    marked = (" ".join(first.text.split()), COLOURS[finding.level])
    return Text.assemble(cut_before, before.lstrip(), marked, after.rstrip(), cut_after)


def _wrapped(text: Text, width: int) -> Text:
    """Return `text` broken into lines of at most `width` cells: at a space where there is one, else anywhere.

    Done here, since rich drops a wide character that would straddle the edge (rich 15, 2026-11).
    """
    pieces: list[Text] = []
    for line in text.split("\n", allow_blank=True):
        rest = line
        while (fits := _fitting(rest.plain, width)) < len(rest):
            space = rest.plain.rfind(" ", 0, fits + 1)
            pieces.append(rest[: space if space > 0 else fits])
            rest = rest[space + 1 if space > 0 else fits :]
        pieces.append(rest)
    return Text("\n").join(pieces)


def _fitting(plain: str, width: int) -> int:
    """Return how many characters, at least one, fit into `width` cells."""
    used = 0
    for count, letter in enumerate(plain):
        used += cell_len(letter)
        if used > width:
            return max(count, 1)
    return len(plain)


def _totals(console: Console, summary: Summary) -> None:
    found = " · ".join(
        f"{level_name(level)} {summary.levels[level]}" for level in reversed(LEVELS) if summary.levels[level]
    )
    count, other = summary.channels.total(), summary.channels[Channel.UNRELATED]
    console.print(_("{count} messages read, {other} of them not about this work.").format(count=count, other=other))
    console.print(found or _("Nothing was found that calls for a warning."))
