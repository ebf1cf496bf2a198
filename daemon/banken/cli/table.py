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


WIDTHS = (5, 8, 14, 16)
"""Cells of the columns before the words."""
NARROWEST = 20
FRAMES = 16
"""Cells that the lines around five columns take."""
QUOTES = 3
"""Categories of one message that are quoted."""
AROUND = 24
"""Code points shown before and after the words, as far as their sentence goes."""
SENTENCE_END = re.compile(r"[\n。！？!?]")


def print_table(console: Console, summary: Summary, zone: ZoneInfo) -> None:
    """Print the messages that have a level, oldest first, then the totals; as a list where a table would not fit."""
    shown = sorted(summary.shown, key=lambda one: one.at)
    if console.width < FRAMES + sum(WIDTHS) + NARROWEST:
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
    lines = [head, about, *what.split("\n"), *words.split("\n")]
    inner = Text("\n").join(_wrapped(line, max(width - 2, 2)) for line in lines[1:] if line.plain)
    return Text("\n").join([head, *(Text.assemble("  ", line) for line in inner.split("\n")), Text()])


def _table(shown: Sequence[Mail], zone: ZoneInfo, width: int) -> Table:
    table = Table(box=box.ROUNDED, header_style="bold", show_lines=True, pad_edge=False)
    heads = (_("date"), _("level"), _("client, stage"), _("what"), _("the words, what was done"))
    words = max(NARROWEST, width - sum(WIDTHS) - FRAMES)
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
        Text.assemble(visible(one.who), "\n", (stage_name(one.stage), "dim")),
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
    def tell(text: str, style: str = "") -> None:
        console.print(_wrapped(Text(visible(text), style=style), console.width), soft_wrap=True)

    count, other = summary.count, summary.channels[Channel.UNRELATED]
    tell(_("{count} messages read, {other} of them not about this work.").format(count=count, other=other))
    if summary.known:
        known = _("{count} of them had been examined before and were not examined again.")
        tell(known.format(count=summary.known), "dim")
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
