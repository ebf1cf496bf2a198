"""The table that `banken scan` prints: what was found, and what could not be judged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from banken.i18n import _
from banken.report import Find, Mail, Summary
from banken.respond import category_name, level_name, stage_name
from banken.respond.tidy import visible
from banken.words import LEVELS, Category, Channel, Level

COLOURS = {Level.DANGER: "bold red", Level.WARNING: "bold yellow", Level.NOTICE: "cyan", Level.UNJUDGED: "dim"}


WIDTHS = (5, 8, 16, 14)
"""Cells of the columns before the words."""
NARROWEST = 20
QUOTES = 3
"""Categories of one message that are quoted."""
AROUND = 24
"""Code points shown before and after the words, as far as their sentence goes."""
SENTENCE_END = re.compile(r"[\n。！？!?]")


def print_table(console: Console, summary: Summary, zone: ZoneInfo) -> None:
    """Print the messages that have a level, oldest first, then the totals."""
    if summary.shown:
        console.print(_table(sorted(summary.shown, key=lambda one: one.at), zone, console.width))
    _totals(console, summary)


def _table(shown: Sequence[Mail], zone: ZoneInfo, width: int) -> Table:
    table = Table(box=box.ROUNDED, header_style="bold", show_lines=True, pad_edge=False)
    heads = (_("date"), _("level"), _("client, stage"), _("what"), _("the words, what was done"))
    words = max(NARROWEST, width - sum(WIDTHS) - 3 * len(heads) - 1)
    for head, wide in zip(heads, (*WIDTHS, words), strict=True):
        table.add_column(head, width=wide, no_wrap=True)
    for one in shown:
        cells = _row(one, zone)
        table.add_row(*(_wrapped(cell, wide) for cell, wide in zip(cells, (*WIDTHS, words), strict=True)))
    return table


def _row(one: Mail, zone: ZoneInfo) -> tuple[Text, ...]:
    assert one.level is not None
    when = one.at.astimezone(zone)
    deeds = " · ".join((one.place, *one.done))
    return (
        Text(f"{when:%m/%d}\n{when:%H:%M}"),
        Text(level_name(one.level), style=COLOURS[one.level]),
        Text.assemble(visible(one.client), "\n", (stage_name(one.stage), "dim")),
        Text("\n".join(category_name(category) for category in one.categories)),
        Text.assemble(_words(one), "\n", (visible(deeds), "dim")),
    )


def _words(one: Mail) -> Text:
    if not one.finds:
        return Text(one.why, style="dim")
    quotes: dict[Category, Text] = {}
    for find in one.finds:
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
    return Text.assemble(cut_before, before.lstrip(), marked, after[:AROUND].rstrip(), cut_after)


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
    count, other = summary.count, summary.channels[Channel.UNRELATED]
    console.print(_("{count} messages read, {other} of them not about this work.").format(count=count, other=other))
    if summary.known:
        known = _("{count} of them had been examined before and were not examined again.")
        console.print(known.format(count=summary.known), style="dim")
    console.print(_counted(summary.levels) or _("Nothing was found that calls for a warning."))
    kinds = summary.categories.most_common()
    if kinds:
        console.print(" · ".join(f"{category_name(category)} {count}" for category, count in kinds), style="dim")
    for why, count in summary.reasons.most_common():
        console.print(_("not judged: {count} — {why}").format(count=count, why=why), style="dim", markup=False)
    for one in summary.held:
        place = one.file or f"{one.folder}:{one.uid}"
        text = _("could not be read: {place} — {why} ({step})").format(place=place, why=one.reason, step=one.step)
        console.print(visible(text), style="dim", markup=False)


def _counted(levels: Counter[Level | None]) -> str:
    return " · ".join(f"{level_name(level)} {levels[level]}" for level in reversed(LEVELS) if levels[level])
