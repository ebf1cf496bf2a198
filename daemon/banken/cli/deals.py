"""`banken deals`: how far each deal has come, and the worker's own word on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.table import Table

from banken.cli.faults import Exit, errors, faults
from banken.cli.options import ConfigOption, configuration, console
from banken.config import Config
from banken.deals import Deal, Deals
from banken.i18n import _
from banken.respond import permission_name, stage_name
from banken.service import house as rooms
from banken.words import Permission, Stage

DealArgument = Annotated[
    str,
    typer.Argument(metavar="DEAL", help=_("Its id, the client's name, the job's title or a number of the platform.")),
]
AccountOption = Annotated[str, typer.Option("--account", help=_("The account, when there are several."))]
JsonOption = Annotated[bool, typer.Option("--json", help=_("One JSON object a deal, a line each."))]


def add_to(app: typer.Typer) -> None:
    """Add the verb and its own verbs."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=_("List the deals."))(list_deals)
    group.command("show", help=_("Show what happened in a deal."))(show)
    group.command("set", help=_("Say how far a deal has come."))(set_deal)
    group.command("undo", help=_("Take back an event or a correction by its number."))(undo)
    app.add_typer(group, name="deals", help=_("The deals: list, show, set, undo."))


def list_deals(account: AccountOption = "", as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List the deals."""
    with faults(), _opened(configuration(config), account) as (settings, deals):
        now = datetime.now(UTC)
        if as_json:
            for deal in deals.deals():
                typer.echo(json.dumps(_record(deals, deal, now), ensure_ascii=False))
            return
        table = Table(box=box.ROUNDED, header_style="bold")
        for head in (_("deal"), _("client"), _("job"), _("stage"), _("permission"), _("since")):
            table.add_column(head, overflow="fold")
        for deal in deals.deals():
            standing = deals.standing(deal.id, now)
            since = _day(standing.since, settings.timezone)
            names = (stage_name(standing.stage), permission_name(standing.permission))
            table.add_row(deal.id, deal.client or "—", deal.job or "—", *names, since)
        console().print(table)


def show(
    deal: DealArgument, account: AccountOption = "", as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Show what happened in a deal."""
    with faults(), _opened(configuration(config), account) as (settings, deals):
        found = _one(deals, deal)
        if as_json:
            typer.echo(json.dumps(_record(deals, found, datetime.now(UTC), timeline=True), ensure_ascii=False))
            return
        console().rule(f"{found.client or '—'} · {found.job or '—'} ({found.id})")
        table = Table(box=box.SIMPLE)
        for head in (_("no."), _("date"), _("event"), _("believed"), _("stage"), _("permission"), _("why")):
            table.add_column(head, overflow="fold")
        for line in deals.timeline(found.id):
            believed = _("undone") if line.undone else _("yes") if line.event.believed else _("no")
            when = _day(line.event.at, settings.timezone)
            names = (stage_name(line.stage), permission_name(line.permission))
            table.add_row(str(line.number), when, deals.title(line.event.kind), believed, *names, line.event.why)
        console().print(table)


def set_deal(
    deal: DealArgument,
    stage: Annotated[Stage | None, typer.Option("--stage", help=_("How far it has come."))] = None,
    permission: Annotated[
        Permission | None, typer.Option("--permission", help=_("What the platform's office said."))
    ] = None,
    account: AccountOption = "",
    config: ConfigOption = None,
) -> None:
    """Say how far a deal has come; from now on this counts, whatever the mail said."""
    with faults(), _opened(configuration(config), account) as (_settings, deals):
        found, now = _one(deals, deal), datetime.now(UTC)
        if stage is None and permission is None:
            errors().print(_("say what to set: --stage or --permission"), markup=False)
            raise typer.Exit(Exit.USAGE)
        if stage is not None:
            number = deals.set_stage(found.id, stage, now)
        if permission is not None:
            number = deals.set_permission(found.id, permission, now)
        text = _("Noted; “banken deals undo {number}” takes it back.")
        console().print(text.format(number=number), markup=False)


def undo(number: int, account: AccountOption = "", config: ConfigOption = None) -> None:
    """Take back an event or a correction."""
    with faults(), _opened(configuration(config), account) as (_settings, deals):
        if not deals.undo(number):
            errors().print(_("there is nothing with the number {number} to take back").format(number=number))
            raise typer.Exit(Exit.USAGE)
        console().print(_("Taken back."))


@contextmanager
def _opened(settings: Config, account: str) -> Iterator[tuple[Config, Deals]]:
    names = [one.name for one in settings.accounts]
    if account and account not in names:
        what = _("there is no account “{name}”; known: {near}")
        raise typer.BadParameter(what.format(name=account, near=", ".join(names)))
    house = rooms.build(settings)
    with rooms.open_ledger(settings, alone=False) as ledger:
        yield settings, rooms.open_deals(house, account or names[0], ledger)


def _one(deals: Deals, words: str) -> Deal:
    found = deals.find(words)
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{deal.id} ({deal.client} · {deal.job})" for deal in found)
        errors().print(_("several deals are called so: {several}").format(several=several), markup=False)
    else:
        errors().print(_("no deal is called “{words}”").format(words=words), markup=False)
    raise typer.Exit(Exit.USAGE)


def _record(deals: Deals, deal: Deal, now: datetime, *, timeline: bool = False) -> dict[str, Any]:
    standing = deals.standing(deal.id, now)
    lines = [
        {
            "number": line.number,
            "at": line.event.at.isoformat(),
            "kind": line.event.kind,
            "believed": line.event.believed,
            "undone": line.undone,
            "stage": line.stage.value,
            "permission": line.permission.value,
            "why": line.event.why,
        }
        for line in (deals.timeline(deal.id) if timeline else ())
    ]
    return {
        "deal": deal.id,
        "client": deal.client,
        "job": deal.job,
        "stage": standing.stage.value,
        "permission": standing.permission.value,
        "since": standing.since.isoformat() if standing.since else None,
        "why": standing.why,
        **({"timeline": lines} if timeline else {}),
    }


def _day(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "—"
