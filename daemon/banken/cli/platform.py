"""`banken platform`: what Banken knows of a platform's mail, and what it does not know yet."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from banken.cli.faults import Exit, errors, faults
from banken.cli.options import ConfigOption, configuration, console
from banken.i18n import _
from banken.ledger import Ledger
from banken.platform import UNKNOWN, PlatformPack, Shape, shapes, stub
from banken.service import house as rooms
from banken.words import Authentic

JsonOption = Annotated[bool, typer.Option("--json", help=_("One JSON object a shape, a line each."))]


def add_to(app: typer.Typer) -> None:
    """Add the verb and its own verbs."""
    group = typer.Typer(no_args_is_help=True)
    group.command("unknown", help=_("List genuine mail of kinds not known yet, with YAML to add."))(unknown)
    group.command("test", help=_("Try out the examples in platform.yaml."))(try_out)
    app.add_typer(group, name="platform", help=_("What is known of the platform's mail: unknown, test."))


def unknown(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List the shapes of subjects that no kind fits, without names, and YAML to paste into platform.yaml."""
    with faults():
        settings = configuration(config)
        house = rooms.build(settings)
        with rooms.open_ledger(settings, alone=False) as ledger:
            found = {pack.id: _shapes(pack, ledger) for pack in house.packs}
        if as_json:
            for platform, known in found.items():
                for shape in known:
                    row = {"platform": platform, "subject": shape.pattern, "count": shape.count}
                    typer.echo(json.dumps(row, ensure_ascii=False))
            return
        if not any(found.values()):
            console().print(_("All genuine mail that was read is of a known kind."))
        for platform, known in found.items():
            if known:
                what = _("# Not known yet; add what you know below “kinds:” in rules/{platform}/platform.yaml:")
                console().print(what.format(platform=platform), markup=False, soft_wrap=True)
                console().print(stub(known), markup=False, soft_wrap=True)


def try_out(config: ConfigOption = None) -> None:
    """Try out every example in platform.yaml."""
    with faults():
        house = rooms.build(configuration(config, accounts=False))
        wrong = [str(failure) for pack in house.packs for failure in pack.test()]
        for failure in wrong:
            errors().print(failure, markup=False)
        if wrong:
            raise typer.Exit(Exit.FOUND)
        console().print(_("All examples are read as they should be."))


def _shapes(pack: PlatformPack, ledger: Ledger) -> tuple[Shape, ...]:
    mails = ledger.seen.of_kind(UNKNOWN)
    genuine = [mail for mail in mails if mail.authentic == Authentic.VERIFIED and pack.sends(mail.sender)]
    return shapes(pack, [mail.subject for mail in genuine])
