"""`banken quarantine`: the messages that broke something: list them, look at one, examine them again."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from banken.cli.faults import Exit, errors, faults
from banken.cli.options import ConfigOption, configuration, console
from banken.config import Account, Config
from banken.i18n import _
from banken.ledger import Ledger, Poison
from banken.mailbox.model import Mailbox
from banken.service import held
from banken.service import house as rooms
from banken.service.examining import Examiner
from banken.service.held import Fate

LARGEST = 200 * 1024 * 1024
"""Octets of a mail that is exported at most."""

NumberArgument = Annotated[int, typer.Argument(metavar="NO", help=_("Its number in the list."))]
JsonOption = Annotated[bool, typer.Option("--json", help=_("One JSON object a message, a line each."))]


def add_to(app: typer.Typer) -> None:
    """Add the verb and its own verbs."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=_("List the messages that were set aside."))(list_held)
    group.command("show", help=_("Show one, and save the mail as it lies on the server."))(show)
    group.command("retry", help=_("Examine them again."))(retry)
    app.add_typer(group, name="quarantine", help=_("Messages that were set aside: list, show, retry."))


def list_held(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List the messages that were set aside."""
    with faults():
        settings = configuration(config)
        with rooms.open_ledger(settings, alone=False) as ledger:
            rows = ledger.quarantine.held()
        if as_json:
            for row in rows:
                typer.echo(json.dumps(_record(row), ensure_ascii=False))
        elif rows:
            console().print(_table(rows, settings))
        else:
            console().print(_("Nothing is set aside."))


def show(
    number: NumberArgument,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help=_("Save the raw mail there."), show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Show one message that was set aside, and save it."""
    with faults():
        settings = configuration(config)
        with rooms.open_ledger(settings, alone=False) as ledger:
            row = _one(ledger, number)
        console().print(_table([row], settings))
        if to is None:
            console().print(_("Add --to FILE to save the raw mail."), style="dim")
            return
        with rooms.mailbox(_account(settings, row)) as mailbox:
            _save(mailbox, row, to)
        console().print(_("The mail is saved as {path}.").format(path=to), markup=False, soft_wrap=True)


def retry(
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="NO", help=_("Which; all when none is given."), show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Examine messages again that were set aside; what comes of it is carried out at the next look."""
    with faults():
        settings = configuration(config)
        house = rooms.build(settings)
        with rooms.open_ledger(settings, alone=False) as ledger:
            rows = [_one(ledger, number) for number in numbers] if numbers else ledger.quarantine.held()
            fates = [fate for account in settings.accounts for fate in _retry(house, account, ledger, rows)]
        counts = {fate.value: fates.count(fate) for fate in Fate}
        text = _("{examined} examined, {held} still set aside, {gone} no longer in the mailbox.")
        console().print(text.format(**counts), markup=False)
        if counts[Fate.EXAMINED]:
            console().print(_("What is owed for them is carried out at the next look."), style="dim")


def _retry(house: rooms.House, account: Account, ledger: Ledger, rows: Sequence[Poison]) -> list[Fate]:
    mine = held.of(rows, account.name)
    if not mine:
        return []
    examiner = Examiner(rooms.account_guard(house, account, ledger))
    with rooms.mailbox(account) as mailbox:
        return [held.again(examiner, mailbox, row) for row in mine]


def _one(ledger: Ledger, number: int) -> Poison:
    row = ledger.quarantine.get(number)
    if row is None or row.state != "held":
        errors().print(_("nothing with the number {number} is set aside").format(number=number), markup=False)
        raise typer.Exit(Exit.USAGE)
    return row


def _account(settings: Config, row: Poison) -> Account:
    found = next((one for one in settings.accounts if one.name == row.account), None)
    if found is None:
        text = _("the account “{name}” is no longer in the configuration").format(name=row.account)
        errors().print(text, markup=False)
        raise typer.Exit(Exit.USAGE)
    return found


def _save(mailbox: Mailbox, row: Poison, to: Path) -> None:
    raw = mailbox.original(row.uid, LARGEST) if held.is_open(mailbox, row) else None
    if raw is None:
        errors().print(_("the server does not give this mail: it is gone, or far too big"), markup=False)
        raise typer.Exit(Exit.UNREACHABLE)
    try:
        with os.fdopen(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(raw)
    except OSError as error:
        text = _("cannot write {path}: {why}").format(path=to, why=error.strerror)
        errors().print(text, markup=False, soft_wrap=True)
        raise typer.Exit(Exit.USAGE) from None


def _table(rows: Sequence[Poison], settings: Config) -> Table:
    table = Table(box=box.ROUNDED, header_style="bold")
    for head in (_("no."), _("account"), _("folder"), "UID", _("since"), _("tries"), _("step"), _("reason")):
        table.add_column(head, overflow="fold")
    for row in rows:
        since = f"{row.first.astimezone(settings.timezone):%Y-%m-%d %H:%M}"
        table.add_row(
            str(row.id), row.account, row.folder, str(row.uid), since, str(row.tries), row.step, _plain(row.reason)
        )
    return table


def _plain(text: str) -> str:
    """Return a reason without control characters (a server's words may stand in it) and without rich's markup."""
    return "".join(char if char.isprintable() else " " for char in text).replace("[", "\\[")


def _record(row: Poison) -> dict[str, Any]:
    wanted = ("id", "account", "folder", "uidvalidity", "uid", "step", "reason", "tries")
    record = {name: value for name, value in asdict(row).items() if name in wanted}
    return record | {"first": row.first.isoformat(), "last": row.last.isoformat()}
