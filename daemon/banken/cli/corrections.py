"""`banken deals set|approve|merge|split|tie|undo`: the worker's own word on a deal; each can be taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

import typer

from banken.cli.chosen import AccountOption, DealArgument, Desk, meant_deal, one, opened
from banken.cli.faults import Exit, errors, faults
from banken.cli.options import ConfigOption, configuration, console
from banken.cli.since import since as moment
from banken.deals import Key
from banken.i18n import _
from banken.strictyaml import nearest
from banken.words import Permission, Stage

SinceOption = Annotated[
    str, typer.Option("--since", "-s", metavar="WHEN", help=_("Since when it is so; by default from now on."))
]
_ADDRESS = re.compile(r"[^\s@<>\x00-\x20]{1,64}@[^\s@<>\x00-\x20]{1,255}")


def add_to(group: typer.Typer) -> None:
    """Add the verbs."""
    group.command("set", help=_("Say how far a deal has come."))(set_deal)
    group.command("approve", help=_("Say that the office approved contact outside for a deal."))(approve)
    group.command("merge", help=_("Make one deal of two."))(merge)
    group.command("split", help=_("Make a deal of its own of what a number, title or address leads to."))(split)
    group.command("tie", help=_("Let mail from an address belong to a deal."))(tie)
    group.command("undo", help=_("Take back an event or a correction by its number."))(undo)


def set_deal(
    deal: DealArgument,
    stage: Annotated[Stage | None, typer.Option("--stage", help=_("How far it has come."))] = None,
    permission: Annotated[
        Permission | None, typer.Option("--permission", help=_("What the platform's office said."))
    ] = None,
    since: SinceOption = "",
    account: AccountOption = "",
    config: ConfigOption = None,
) -> None:
    """Say how far a deal has come; from then on this counts, whatever the mail before said."""
    with faults(), meant_deal(configuration(config), account, deal) as (desk, meant):
        at = _moment(desk, since)
        if stage is None and permission is None:
            _refuse(_("say what to set: --stage or --permission"))
        if stage is not None:
            _noted(desk.deals.set_stage(meant.id, stage, at))
        if permission is not None:
            _noted(desk.deals.set_permission(meant.id, permission, at))


def approve(
    deal: DealArgument, since: SinceOption = "", account: AccountOption = "", config: ConfigOption = None
) -> None:
    """Say that the office approved contact outside; it can take that back, and then so can you."""
    with faults(), meant_deal(configuration(config), account, deal) as (desk, meant):
        _noted(desk.deals.set_permission(meant.id, Permission.APPROVED, _moment(desk, since)))


def merge(
    deal: DealArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help=_("The deal that goes on as part of the first."))],
    account: AccountOption = "",
    config: ConfigOption = None,
) -> None:
    """Make one deal of two that are about the same job."""
    with faults(), meant_deal(configuration(config), account, deal) as (desk, keep):
        gone = one(desk.deals, other)
        if keep.id == gone.id:
            _refuse(_("these are one deal already"))
        _noted(desk.deals.merge(keep.id, gone.id, datetime.now(UTC)))


def split(
    deal: DealArgument,
    key: Annotated[str, typer.Argument(metavar="KEY", help=_("As “banken deals show” tells it, e.g. job=12345."))],
    account: AccountOption = "",
    config: ConfigOption = None,
) -> None:
    """Make a deal of its own of what one key leads to."""
    with faults(), meant_deal(configuration(config), account, deal) as (desk, meant):
        keys = {str(known): known for known in desk.deals.keys(meant.id)}
        if key not in keys:
            near = nearest(key, keys) or ", ".join(keys) or "—"
            _refuse(_("this deal is not known by “{key}”; it is by: {near}").format(key=key, near=near))
        number, new = desk.deals.split(meant.id, Key.read(key), datetime.now(UTC))
        console().print(_("The new deal is {deal}.").format(deal=new), markup=False)
        _noted(number)


def tie(
    deal: DealArgument,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help=_("The client's mail address."))],
    account: AccountOption = "",
    config: ConfigOption = None,
) -> None:
    """Let mail from an address belong to a deal, from now on."""
    with faults(), meant_deal(configuration(config), account, deal) as (desk, meant):
        if not _ADDRESS.fullmatch(address):
            _refuse(_("“{address}” is no mail address").format(address=address))
        _noted(desk.deals.tie_address(meant.id, address, datetime.now(UTC)))


def undo(number: int, account: AccountOption = "", config: ConfigOption = None) -> None:
    """Take back an event or a correction."""
    with faults(), opened(configuration(config), account) as desks:
        with desks[0].ledger.transaction():  # with all that goes back with it, or not at all
            done = any(desk.deals.undo(number) for desk in desks)
        if not done:
            _refuse(_("there is nothing with the number {number} to take back").format(number=number))
        console().print(_("Taken back."))


def _moment(desk: Desk, words: str) -> datetime:
    now = datetime.now(UTC)
    return moment(words, now, desk.config.timezone) if words else now


def _noted(number: int) -> None:
    text = _("Noted; “banken deals undo {number}” takes it back.")
    console().print(text.format(number=number), markup=False)


def _refuse(why: str) -> None:
    errors().print(why, markup=False)
    raise typer.Exit(Exit.USAGE)
