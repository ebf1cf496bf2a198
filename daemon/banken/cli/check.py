"""`banken check`: judge mail files, each by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from banken.cli.faults import faults
from banken.cli.options import ConfigOption, JsonOption, TextOption, configuration, console, trust
from banken.cli.record import record
from banken.cli.table import print_table
from banken.guard import Assumed, Examined
from banken.i18n import _
from banken.ledger import Ledger
from banken.mailbox.files import open_files
from banken.report import Summary, examined_mail
from banken.respond import WarningSettings
from banken.service import house as rooms
from banken.words import Permission, Stage

StageOption = Annotated[
    Stage | None, typer.Option("--stage", help=_("Take the deal to have come this far, and the sender for a client."))
]
PermissionOption = Annotated[
    Permission, typer.Option("--permission", help=_("With --stage: what the platform's office said."))
]
FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE…", help=_("Mail files (.eml)."))]


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Judge mail files, each by itself."))(check)


def check(
    files: FilesArgument,
    stage: StageOption = None,
    permission: PermissionOption = Permission.NONE,
    as_json: JsonOption = False,
    text: TextOption = False,
    config: ConfigOption = None,
) -> None:
    """Judge mail files, each by itself."""
    with faults():
        settings = configuration(config, accounts=False)
        house = rooms.build(settings)
        assumed = Assumed(stage, permission) if stage else None
        summary = Summary()
        for path in files:
            for examined in judged(house, path, assumed):
                summary.add(examined_mail(examined))
                if as_json:
                    typer.echo(json.dumps(record(examined, text=text), ensure_ascii=False))
        if not as_json:
            print_table(console(), summary, settings.timezone)


def judged(house: rooms.House, path: Path, assumed: Assumed | None, *, explain: bool = False) -> Iterator[Examined]:
    """Yield the mails of a file (or folder), each judged as if no other existed. Raises MailboxError."""
    box = open_files(path)
    for folder in box.folders():
        box.open(folder)
        for raw in box.fetch(box.uids()):
            with Ledger.open(":memory:") as ledger:
                guard = rooms.guard(house, box.name, ledger, settings=WarningSettings(via="none"), trust=trust(house))
                guard.assume = assumed
                yield guard.examine(guard.look(raw), explain=explain)
