"""`banken ledger`: look through the ledger, copy it, erase a client from it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from banken import platform
from banken.cli.faults import Exit, errors, faults
from banken.cli.options import ConfigOption, configuration, console
from banken.cli.talk import confirmed
from banken.config import Config
from banken.i18n import _
from banken.ledger import Ledger, LedgerError
from banken.places import rules_root
from banken.service import house as rooms


def add_to(app: typer.Typer) -> None:
    """Add the verb and its own verbs."""
    group = typer.Typer(no_args_is_help=True)
    group.command("check", help=_("Look through the whole ledger for damage."))(check)
    group.command("backup", help=_("Write a copy of the ledger; Banken may go on meanwhile."))(backup)
    group.command("forget", help=_("Erase all that is known of a client."))(forget)
    app.add_typer(group, name="ledger", help=_("The ledger: check, backup, forget."))


def check(config: ConfigOption = None) -> None:
    """Look through the whole ledger for damage."""
    with faults(), _opened(configuration(config, accounts=False)) as ledger:
        damage = ledger.check()
        for line in damage:
            errors().print(line, markup=False)
        if damage:
            text = _(
                "The ledger is damaged: stop Banken, delete the files beside it that end in -wal and -shm, and put a backup in"
                " its place."
            )
            errors().print(text, markup=False)
            raise typer.Exit(Exit.FOUND)
        owed, held = len(ledger.outbox.open()), len(ledger.quarantine.held())
        text = _("The ledger is whole. Actions owed: {owed}; messages set aside: {held}.")
        console().print(text.format(owed=owed, held=held), markup=False)


def backup(
    to: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help=_("A new file; beside the ledger when not given."), show_default=False),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Write a copy of the ledger."""
    with faults():
        settings = configuration(config, accounts=False)
        with _opened(settings) as ledger:
            copy = to or _beside(ledger, settings)
            ledger.backup(copy)
        console().print(_("The copy is {path}.").format(path=copy), markup=False, soft_wrap=True)


def forget(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help=_("The client's name or mail address."))],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask."))] = False,
    config: ConfigOption = None,
) -> None:
    """Erase all that is known of a client: deals, findings, warnings still owed."""
    with faults():
        settings = configuration(config, accounts=False)
        if any(platform.load(rules_root() / name).sends(client) for name in settings.platforms):
            text = _(
                "“{client}” is the platform's address: all your deals would be lost with it. Give the client's name."
            )
            errors().print(text.format(client=client), markup=False)
            raise typer.Exit(Exit.USAGE)
        with _opened(settings) as ledger:
            _forget(ledger, client, ask=not yes)


def _forget(ledger: Ledger, client: str, *, ask: bool) -> None:
    question = _("Erase all that is known of “{client}”? This cannot be taken back.")
    if ask and not confirmed(question.format(client=client), default=False):
        console().print(_("Nothing was erased."), markup=False)
        raise typer.Exit(Exit.FOUND)
    counts = ledger.forget(client)
    if not any(counts.values()):
        errors().print(_("Nothing is known of “{client}”.").format(client=client), markup=False)
        raise typer.Exit(Exit.USAGE)
    text = _(
        "Erased. Deals: {deals}; mails of which words were kept: {mails}. The mails themselves lie untouched in the mailbox."
    )
    console().print(text.format(deals=counts["deals"], mails=counts["seen"]), markup=False)


def _opened(settings: Config) -> Ledger:
    folder = settings.state.folder
    if folder is not None and not folder.exists():
        raise LedgerError(_("there is no ledger yet in {path}").format(path=folder), _("“banken run” makes one"))
    return rooms.open_ledger(settings, alone=False)


def _beside(ledger: Ledger, settings: Config) -> Path:
    now = datetime.now(settings.timezone)
    return (ledger.file.parent if ledger.file else Path()) / f"ledger-{now:%Y%m%d-%H%M%S}.backup"
