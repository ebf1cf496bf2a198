"""The table that `banken scan` prints: what was found, and what could not be judged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from banken.cli.rows import NARROW, entry, is_narrow, wrapped
from banken.i18n import _
from banken.report import Find, Mail, Summary
from banken.respond import category_name, level_name, stage_name
from banken.respond.tidy import visible
from banken.words import LEVELS, SUBJECT, Category, Channel, Level

COLOURS = {Level.DANGER: "bold red", Level.WARNING: "bold yellow", Level.NOTICE: "cyan", Level.UNJUDGED: "dim"}

WIDTHS = (5, 8, 14, 16)
"""Cells of the columns before the words."""
FRAMES = 16
"""Cells that the lines around five columns take."""
NARROWEST = NARROW - FRAMES - sum(WIDTHS)
"""Cells that the words have at least."""
QUOTES = 3
"""Categories of one message that are quoted."""
AROUND = 24
"""Code points shown before and after the words, as far as their sentence goes."""
SENTENCE_END = re.compile(r"[\n。！？!?]")


def print_table(console: Console, summary: Summary, zone: ZoneInfo) -> None:
    """Print the messages that have a level, oldest first, then the totals; as a list where a table would not fit."""
    shown = sorted(summary.shown, key=lambda one: one.at)
    if is_narrow(console):
        for one in shown:
            console.print(_entry(one, zone, console.width), soft_wrap=True)
    elif shown:
        console.print(_table(shown, zone, console.width))
    _totals(console, summary)


def _entry(one: Mail, zone: ZoneInfo, width: int) -> Text:
    """Return a mail as a few lines, for a screen as narrow as a phone's."""
    when, level, who, what, words = _row(one, zone)
    head = Text.assemble(level, "  ", when.plain.replace("\n", " "))
    about = Text(" · ").join(line for line in who.split("\n") if line.plain)
    return entry(head, [about, *what.split("\n"), *words.split("\n")], width)


def _table(shown: Sequence[Mail], zone: ZoneInfo, width: int) -> Table:
    table = Table(box=box.ROUNDED, header_style="bold", show_lines=True, pad_edge=False)
    heads = (_("date"), _("level"), _("client, stage"), _("what"), _("the words, what was done"))
    words = max(NARROWEST, width - sum(WIDTHS) - FRAMES)
    for head, wide in zip(heads, (*WIDTHS, words), strict=True):
        table.add_column(head, width=wide, no_wrap=True)
    for one in shown:
        cells = _row(one, zone)
        table.add_row(*(wrapped(cell, wide) for cell, wide in zip(cells, (*WIDTHS, words), strict=True)))
    return table


def _row(one: Mail, zone: ZoneInfo) -> tuple[Text, ...]:
    assert one.level is not None
    when = one.at.astimezone(zone)
    deeds = " · ".join((one.place, *one.done))
    return (
        Text(f"{when:%m/%d}\n{when:%H:%M}"),
        Text(level_name(one.level), style=COLOURS[one.level]),
        Text.assemble(visible(one.who), "\n", (stage_name(one.stage), "dim")),
        Text("\n".join(category_name(category) for category in one.categories)),
        Text.assemble(_words(one), "\n", (visible(deeds), "dim")),
    )


def _words(one: Mail) -> Text:
    if not one.finds:
        return Text(one.why, style="dim")
    quotes: dict[Category, Text] = {}
    for find in one.loudest:
        quotes.setdefault(find.category, _quote(find))
    return Text("\n").join(list({text.plain: text for text in quotes.values()}.values())[:QUOTES])


def _quote(find: Find) -> Text:
    """Return the evidence, marked, within its sentence, on one line; the title where no words are."""
    if not find.words or find.category is Category.IMPERSONATION:
        return Text(find.title)
    before, after = find.before[-AROUND:], SENTENCE_END.split(find.after)[0]
    cut_before = "…" if before != find.before else ""
    cut_after = "…" if len(after) > AROUND else ""
    marked = (" ".join(find.words.split()), COLOURS[find.level])
    heading = _("Subject: ") if find.how == SUBJECT else ""
    return Text.assemble(heading, cut_before, before.lstrip(), marked, after[:AROUND].rstrip(), cut_after)


def _totals(console: Console, summary: Summary) -> None:
    def tell(text: str, style: str = "") -> None:
        console.print(wrapped(Text(visible(text), style=style), console.width), soft_wrap=True)

    count, other = summary.count, summary.channels[Channel.UNRELATED]
    read = _("Messages read: {count}; not about this work: {other}.") if other else _("Messages read: {count}.")
    tell(read.format(count=count, other=other))
    if summary.known:
        tell(_("Examined before, and not again: {count}.").format(count=summary.known), "dim")
    tell(_counted(summary.levels) or _("Nothing was found that calls for a warning."))
    kinds = summary.categories.most_common()
    if kinds:
        tell(" · ".join(f"{category_name(category)} {count}" for category, count in kinds), "dim")
    for why, count in summary.reasons.most_common():
        tell(_("not judged: {count} — {why}").format(count=count, why=why), "dim")
    for one in summary.held:
        place = one.file or f"{one.folder}:{one.uid}"
        text = _("could not be read: {place} — {why} ({step})").format(place=place, why=one.reason, step=one.step)
        tell(text, "dim")


def _counted(levels: Counter[Level | None]) -> str:
    return " · ".join(f"{level_name(level)} {levels[level]}" for level in reversed(LEVELS) if levels[level])
