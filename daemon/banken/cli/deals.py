"""`banken deals`: how far each deal has come, what happened in it, and the worker's own word on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from banken.cli import corrections
from banken.cli.chosen import AccountOption, DealArgument, Desk, one, opened
from banken.cli.faults import faults
from banken.cli.options import ConfigOption, configuration, console
from banken.cli.table import COLOURS
from banken.deals import Deal, Line
from banken.i18n import _
from banken.ledger import SeenMessage, StoredFinding
from banken.respond import category_name, level_name, permission_name, stage_name
from banken.words import Category, Level

JsonOption = Annotated[bool, typer.Option("--json", help=_("One JSON object a deal, a line each."))]

EXCERPT = 80
"""Code points of the words that a finding is shown with."""


def add_to(app: typer.Typer) -> None:
    """Add the verb and its own verbs."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=_("List the deals."))(list_deals)
    group.command("show", help=_("Show what happened in a deal."))(show)
    corrections.add_to(group)
    app.add_typer(group, name="deals", help=_("The deals: how far each is, what happened, and your word on it."))


def list_deals(account: AccountOption = "", as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List the deals."""
    with faults(), opened(configuration(config), account) as desk:
        now = datetime.now(UTC)
        if as_json:
            for deal in desk.deals.deals():
                typer.echo(json.dumps(_record(desk, deal, now), ensure_ascii=False))
            return
        table = Table(box=box.ROUNDED, header_style="bold")
        for head in (_("deal"), _("client"), _("job"), _("stage"), _("permission"), _("since")):
            table.add_column(head, overflow="fold")
        for deal in desk.deals.deals():
            standing = desk.deals.standing(deal.id, now)
            since = _day(standing.since, desk.config.timezone)
            names = (stage_name(standing.stage), permission_name(standing.permission))
            table.add_row(deal.id, *map(Text, (deal.client or "—", deal.job or "—", *names, since)))
        console().print(table)
        for reminder in desk.deals.reminders(desk.house.knowledge.reminders, now):
            console().print(f"{reminder.deal}: {reminder.text}", markup=False, style="yellow")


def show(
    deal: DealArgument, account: AccountOption = "", as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Show what happened in a deal: events, what they changed, what was found, what was believed and why."""
    with faults(), opened(configuration(config), account) as desk:
        found = one(desk.deals, deal)
        if as_json:
            typer.echo(json.dumps(_record(desk, found, datetime.now(UTC), whole=True), ensure_ascii=False))
            return
        console().rule(Text(f"{found.client or '—'} · {found.job or '—'} ({found.id})"))
        console().print(_timeline(desk, found))
        keys = ", ".join(map(str, desk.deals.keys(found.id)))
        console().print(_("Known by: {keys}").format(keys=keys or "—"), markup=False, style="dim")
        for reminder in desk.deals.reminders(desk.house.knowledge.reminders, datetime.now(UTC)):
            if reminder.deal == found.id:
                console().print(reminder.text, markup=False, style="yellow")


def _timeline(desk: Desk, deal: Deal) -> Table:
    table = Table(box=box.SIMPLE)
    for head in (_("no."), _("date"), _("event"), _("believed"), _("stage"), _("permission"), _("why")):
        table.add_column(head, overflow="fold")
    zone = desk.config.timezone
    rows = [(line.event.at, _event_row(desk, line)) for line in desk.deals.timeline(deal.id)]
    rows += [(mail.arrived, _finding_row(finding)) for mail, finding in _findings(desk, deal)]
    for at, (number, *rest) in sorted(rows, key=lambda row: row[0]):
        table.add_row(number, Text(_day(at, zone)), *rest)
    return table


def _event_row(desk: Desk, line: Line) -> tuple[Text, ...]:
    believed = _("undone") if line.undone else _("yes") if line.event.believed else _("no")
    told = (desk.deals.title(line.event.kind), believed, stage_name(line.stage), permission_name(line.permission))
    return Text(str(line.number)), *map(Text, told), Text(line.event.why)


def _finding_row(finding: StoredFinding) -> tuple[Text, ...]:
    level, category = Level(finding.level), Category(finding.category)
    what = Text(f"{level_name(level)}: {category_name(category)}", style=COLOURS[level])
    words = " ".join(finding.excerpt.split())[:EXCERPT]
    return Text(""), what, Text(""), Text(""), Text(""), Text(f"「{words}」" if words else finding.title)


def _findings(desk: Desk, deal: Deal) -> Iterator[tuple[SeenMessage, StoredFinding]]:
    for mail in desk.ledger.seen.of_deals(desk.account, desk.deals.members(deal.id)):
        for finding in desk.ledger.findings.of(mail.id):
            yield mail, finding


def _record(desk: Desk, deal: Deal, now: datetime, *, whole: bool = False) -> dict[str, Any]:
    standing = desk.deals.standing(deal.id, now)
    due = [one for one in desk.deals.reminders(desk.house.knowledge.reminders, now) if one.deal == deal.id]
    more = {
        "timeline": [_line(line) for line in desk.deals.timeline(deal.id)],
        "findings": [_finding(mail, finding) for mail, finding in _findings(desk, deal)],
        "keys": [str(key) for key in desk.deals.keys(deal.id)],
    }
    return {
        "deal": deal.id,
        "client": deal.client,
        "job": deal.job,
        "stage": standing.stage.value,
        "permission": standing.permission.value,
        "since": standing.since.isoformat() if standing.since else None,
        "why": standing.why,
        "reminders": [{"rule": one.rule, "due": one.due.isoformat(), "text": one.text} for one in due],
        **(more if whole else {}),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "at": line.event.at.isoformat(),
        "kind": line.event.kind,
        "believed": line.event.believed,
        "undone": line.undone,
        "stage": line.stage.value,
        "permission": line.permission.value,
        "why": line.event.why,
    }


def _finding(mail: SeenMessage, finding: StoredFinding) -> dict[str, Any]:
    return {
        "at": mail.arrived.isoformat(),
        "message_id": mail.message_id,
        "category": finding.category,
        "level": finding.level,
        "rule": finding.rule,
        "by": finding.by,
        "text": finding.excerpt,
    }


def _day(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "—"
