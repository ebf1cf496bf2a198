"""`banken doctor`: look at everything that can be wrong with a set-up, and say what to do about it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from banken.cli.faults import Exit, faults
from banken.cli.options import ConfigOption, JsonFlag, console
from banken.config import find
from banken.i18n import _
from banken.service.checkup import Mark, Sign, check

_SIGNS = {Mark.GOOD: ("✓", "green"), Mark.NOTE: ("·", "yellow"), Mark.BAD: ("✗", "red")}


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Look at everything that can be wrong, and say what to do; exit code 1 when something is."))(
        doctor
    )


def doctor(
    send_test: Annotated[
        bool, typer.Option("--send-test", help=_("Also send a test mail to all who are warned."))
    ] = False,
    as_json: JsonFlag = False,
    config: ConfigOption = None,
) -> None:
    """Look at everything that can be wrong with a set-up."""
    with faults():
        signs = []
        for sign in check(find(config), send_test=send_test):
            signs.append(sign)
            if not as_json:
                console().print(_line(sign), soft_wrap=True)
        wrong = sum(sign.mark is Mark.BAD for sign in signs)
        if as_json:
            typer.echo(json.dumps({"well": not wrong, "signs": [asdict(sign) for sign in signs]}, ensure_ascii=False))
        elif wrong:
            console().print(_("Things that are wrong: {count}.").format(count=wrong), style="red")
        else:
            console().print(_("All is well."))
        if wrong:
            raise typer.Exit(Exit.FOUND)


def _line(sign: Sign) -> Text:
    char, style = _SIGNS[sign.mark]
    line = Text.assemble((char, style), " ", f"[{sign.account}] " if sign.account else "", sign.what)
    if sign.todo:
        line.append(f" → {sign.todo}", style="bold" if sign.mark is Mark.BAD else "dim")
    return line
