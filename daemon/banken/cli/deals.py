"""`banken deals`: how far each deal has come, what happened in it, and the worker's own word on it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.text import Text

from banken.cli import corrections
from banken.cli.chosen import AccountOption, DealArgument, Desk, meant_deal, opened
from banken.cli.faults import faults
from banken.cli.options import ConfigOption, configuration, console
from banken.cli.rows import NOTHING, print_rows
from banken.cli.table import COLOURS
from banken.deals import Deal, Key, Line, Reminder
from banken.i18n import _
from banken.ledger import SeenMessage, StoredFinding
from banken.report.story import title
from banken.respond import category_name, level_name, permission_name, stage_name
from banken.words import LEVELS, Authentic, Category, Level, Permission

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
    with faults(), opened(configuration(config), account) as desks:
        now = datetime.now(UTC)
        if as_json:
            for desk in desks:
                due = _due(desk, now)
                for deal in desk.deals.deals():
                    typer.echo(json.dumps(_record(desk, deal, due[deal.id], now), ensure_ascii=False))
            return
        several = len(desks) > 1
        heads = (_("deal"), _("client"), _("job"), _("stage"), _("permission"), _("since"))
        rows = [
            (*([Text(desk.account)] if several else []), *_row(desk, deal, now))
            for desk in desks
            for deal in desk.deals.deals()
        ]
        print_rows(console(), (*([_("account")] if several else []), *heads), rows, lead=2 + several)
        for desk in desks:
            for reminder in desk.deals.reminders(desk.house.knowledge.reminders, now):
                console().print(f"{reminder.deal}: {reminder.text}", markup=False, soft_wrap=True, style="yellow")


def _row(desk: Desk, deal: Deal, now: datetime) -> tuple[Text, ...]:
    standing = desk.deals.standing(deal.id, now)
    names = (stage_name(standing.stage), _permission(standing.permission))
    told = (deal.id, deal.client or NOTHING, deal.job or NOTHING, *names, _day(standing.since, desk.config.timezone))
    return tuple(map(Text, told))


def show(
    deal: DealArgument, account: AccountOption = "", as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Show what happened in a deal: events, what they changed, what was found, what was believed and why."""
    with faults(), meant_deal(configuration(config), account, deal) as (desk, meant):
        now = datetime.now(UTC)
        due = _due(desk, now)[meant.id]
        if as_json:
            typer.echo(json.dumps(_record(desk, meant, due, now, whole=True), ensure_ascii=False))
            return
        standing = desk.deals.standing(meant.id, now)
        console().rule(Text(f"{meant.client or NOTHING} · {meant.job or NOTHING} ({meant.id})"))
        far = f"{stage_name(standing.stage)} · {permission_name(standing.permission)} — {standing.why}"
        console().print(far, markup=False, soft_wrap=True)
        _print_timeline(desk, meant)
        keys = ", ".join(map(_named, desk.deals.keys(meant.id)))
        console().print(_("Known by: {keys}").format(keys=keys or NOTHING), markup=False, soft_wrap=True, style="dim")
        for reminder in due:
            console().print(reminder.text, markup=False, soft_wrap=True, style="yellow")


def _named(key: Key) -> str:
    """Return a key for people, as `split` takes it."""
    names = {
        "contract": _("number of the contract"),
        "proposal": _("number of the proposal"),
        "message": _("number of the messages"),
        "job": _("number of the job"),
        "title": _("title of the job"),
        "client": _("name of the client"),
        "address": _("mail address"),
    }
    return f"{names[key.kind]} {key}"


def _permission(permission: Permission) -> str:
    return NOTHING if permission is Permission.NONE else permission_name(permission)


def _print_timeline(desk: Desk, deal: Deal) -> None:
    heads = (_("no."), _("date"), _("event"), _("believed"), _("stage"), _("permission"), _("why"))
    rows = [(line.event.at, _event_row(desk, line)) for line in desk.deals.timeline(deal.id)]
    rows += [(mail.arrived, row) for mail, found in _findings(desk, deal) for row in _finding_rows(mail, found)]
    dated = [
        (number, Text(_day(at, desk.config.timezone)), *rest)
        for at, (number, *rest) in sorted(rows, key=lambda row: row[0])
    ]
    print_rows(console(), heads, dated, lines=box.SIMPLE, lead=3)


def _event_row(desk: Desk, line: Line) -> tuple[Text, ...]:
    believed = _("undone") if line.undone else _("yes") if line.event.believed else _("no")
    told = (title(desk.deals, line.event), believed, stage_name(line.stage), _permission(line.permission))
    return Text(str(line.number or "")), *map(Text, told), Text(line.event.why)


def _finding_rows(mail: SeenMessage, found: Sequence[StoredFinding]) -> Iterator[tuple[Text, ...]]:
    """Yield a row for each category that was found in one mail, with all the words that show it."""
    believed = Text(_("no") if mail.authentic == Authentic.FORGED else "")
    for name in dict.fromkeys(finding.category for finding in found):
        these = [finding for finding in found if finding.category == name]
        level = max((Level(finding.level) for finding in these), key=LEVELS.index)
        what = Text(f"{level_name(level)}: {category_name(Category(name))}", style=COLOURS[level])
        words = dict.fromkeys(
            " ".join(finding.excerpt.split())[:EXCERPT] for finding in these if finding.excerpt.strip()
        )
        yield Text(""), what, believed, Text(""), Text(""), Text(" … ".join(words) or these[0].title)


def _findings(desk: Desk, deal: Deal) -> Iterator[tuple[SeenMessage, Sequence[StoredFinding]]]:
    for mail in desk.ledger.seen.of_deals(desk.account, desk.deals.members(deal.id)):
        yield mail, desk.ledger.findings.of(mail.id)


def _due(desk: Desk, now: datetime) -> Mapping[str, Sequence[Reminder]]:
    """Return the reminders that are due, by deal."""
    due: dict[str, list[Reminder]] = defaultdict(list)
    for one in desk.deals.reminders(desk.house.knowledge.reminders, now):
        due[one.deal].append(one)
    return due


def _record(desk: Desk, deal: Deal, due: Sequence[Reminder], now: datetime, *, whole: bool = False) -> dict[str, Any]:
    standing = desk.deals.standing(deal.id, now)
    more = {
        "timeline": [_line(line) for line in desk.deals.timeline(deal.id)],
        "findings": [_finding(mail, finding) for mail, found in _findings(desk, deal) for finding in found],
        "keys": [str(key) for key in desk.deals.keys(deal.id)],
    }
    return {
        "account": desk.account,
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
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else NOTHING
