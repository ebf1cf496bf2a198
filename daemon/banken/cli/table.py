"""The table that `banken scan` prints: what was found, and what could not be judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from banken.guard import Examined
from banken.i18n import _
from banken.respond import category_name, level_name, stage_name
from banken.words import LEVELS, Channel, Finding, Level

COLOURS = {Level.DANGER: "bold red", Level.WARNING: "bold yellow", Level.NOTICE: "cyan", Level.UNJUDGED: "dim"}


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
        console.print(_table(sorted(summary.shown, key=lambda one: one.message.date), zone))
    _totals(console, summary)


def _table(shown: Sequence[Examined], zone: ZoneInfo) -> Table:
    table = Table(box=box.ROUNDED, header_style="bold", show_lines=False, pad_edge=False)
    table.add_column(_("date"), no_wrap=True)
    table.add_column(_("level"), no_wrap=True)
    table.add_column(_("client"), overflow="fold", min_width=12)
    table.add_column(_("stage"), no_wrap=True)
    table.add_column(_("what"), overflow="fold", min_width=14)
    table.add_column(_("the words"), overflow="fold", ratio=1)
    for one in shown:
        table.add_row(*_row(one, zone))
    return table


def _row(one: Examined, zone: ZoneInfo) -> tuple[Text | str, ...]:
    level = one.verdict.level
    assert level is not None
    when = one.message.date.astimezone(zone)
    who = one.correspondence.client or one.message.sender.name or one.message.sender.address
    return (
        f"{when:%m/%d %H:%M}",
        Text(level_name(level), style=COLOURS[level]),
        who,
        stage_name(one.standing.stage),
        "\n".join(dict.fromkeys(category_name(finding.category) for finding in one.verdict.findings)),
        _words(one),
    )


def _words(one: Examined) -> Text | str:
    if not one.verdict.findings:
        return Text(one.verdict.why, style="dim")
    return "\n".join(dict.fromkeys(_quote(finding, one.message.text) for finding in one.verdict.findings))


def _quote(finding: Finding, text: str, around: int = 14) -> str:
    """Return the evidence with a few characters around it, on one line; the rule's title where no words are."""
    if not finding.evidence:
        return finding.title
    first = finding.evidence[0]
    start, end = max(0, first.start - around), min(len(text), first.end + around)
    cut = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"


def _totals(console: Console, summary: Summary) -> None:
    found = " · ".join(
        f"{level_name(level)} {summary.levels[level]}" for level in reversed(LEVELS) if summary.levels[level]
    )
    count, other = summary.channels.total(), summary.channels[Channel.UNRELATED]
    console.print(_("{count} messages read, {other} of them not about this work.").format(count=count, other=other))
    console.print(found or _("Nothing was found that calls for a warning."))
