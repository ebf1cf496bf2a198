"""`banken run`: watch the accounts until stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from banken.cli.faults import faults
from banken.cli.options import ConfigOption, configuration
from banken.config import find
from banken.i18n import _
from banken.service import house as rooms
from banken.service import logs, memory
from banken.service.watch import Watch


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Watch the accounts until stopped."))(run)


def run(
    form: Annotated[
        logs.LogForm, typer.Option("--log", help=_("How the log is written to standard error."))
    ] = logs.LogForm.AUTO,
    config: ConfigOption = None,
) -> None:
    """Watch the accounts until stopped; SIGHUP reads the configuration and the rules again."""
    with faults():
        memory.few_heaps()
        path = find(config)
        settings = configuration(path)
        house = rooms.build(settings)
        logs.set_up(form, lambda line: typer.echo(line, err=True))
        with rooms.open_ledger(settings) as ledger:
            Watch(house, ledger, path).run()
