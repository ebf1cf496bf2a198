"""`banken run`: watch the accounts until stopped."""

from __future__ import annotations

import typer

from banken.cli.faults import faults
from banken.cli.options import ConfigOption, configuration
from banken.i18n import _
from banken.service import house as rooms
from banken.service.watch import Watch, set_up_log


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Watch the accounts until stopped."))(run)


def run(config: ConfigOption = None) -> None:
    """Watch the accounts until stopped."""
    with faults():
        settings = configuration(config)
        house = rooms.build(settings)
        set_up_log(lambda line: typer.echo(line, err=True))
        with rooms.open_ledger(settings) as ledger:
            Watch(house, ledger).run()
