"""The table that `banken scan` prints: what was found, and what could not be judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from banken.guard import Examined
from banken.i18n import _
from banken.words import Category, Channel, Finding, Level, Stage

COLOURS = {Level.DANGER: "bold red", Level.WARNING: "bold yellow", Level.NOTICE: "cyan", Level.UNJUDGED: "dim"}


def level_name(level: Level | None) -> str:
    """Return the level in the worker's words; "" for none (there is no word for "safe")."""
    names = {
        Level.DANGER: _("danger"),
        Level.WARNING: _("warning"),
        Level.NOTICE: _("notice"),
        Level.UNJUDGED: _("not judged"),
    }
    return names[level] if level else ""


def category_name(category: Category) -> str:
    """Return the category in the worker's words."""
    return {
        Category.DIRECT_CONTACT: _("contact outside the service"),
        Category.INTERVIEW: _("interview"),
        Category.DIRECT_CONTRACT: _("direct contract"),
        Category.OFF_PLATFORM_PAYMENT: _("payment outside the service"),
        Category.ESCROW_BYPASS: _("work before escrow"),
        Category.RESIDENT_WORK: _("resident work or employment"),
        Category.IMPERSONATION: _("impersonation"),
    }[category]


def stage_name(stage: Stage) -> str:
    """Return the stage in the worker's words."""
    return {
        Stage.BEFORE: _("before the contract"),
        Stage.UNDER: _("under contract"),
        Stage.COMPLETED: _("completed"),
        Stage.UNKNOWN: _("stage unknown"),
    }[stage]


def print_table(console: Console, examined: Sequence[Examined], zone: ZoneInfo) -> None:
    """Print the messages that have a level, oldest first, then the totals."""
    shown = [one for one in examined if one.verdict.level]
    if shown:
        console.print(_table(shown, zone))
    _totals(console, examined)


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


def _totals(console: Console, examined: Sequence[Examined]) -> None:
    levels = Counter(one.verdict.level for one in examined)
    found = " · ".join(
        f"{level_name(level)} {levels[level]}"
        for level in (Level.DANGER, Level.WARNING, Level.NOTICE, Level.UNJUDGED)
        if levels[level]
    )
    other = sum(one.correspondence.channel is Channel.UNRELATED for one in examined)
    console.print(
        _("{count} messages read, {other} of them not about this work.").format(count=len(examined), other=other)
    )
    console.print(found or _("Nothing was found that calls for a warning."))
