"""Options that several verbs share, and what they open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from banken.cli.faults import errors
from banken.config import Config, find, load
from banken.guard import Trust
from banken.i18n import _
from banken.service.house import House
from banken.strictyaml import ProblemsError

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help=_("The configuration file."), show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("One JSON object a message, a line each."))]
JsonFlag = Annotated[bool, typer.Option("--json", help=_("The same as JSON."))]
TextOption = Annotated[bool, typer.Option("--text", help=_("With --json: also the whole decoded text."))]


def configuration(path: Path | None, *, accounts: bool = True) -> Config:
    """Return the configuration, and tell what is careless in it. Raises ProblemsError.

    With `accounts` false the verb works without any configuration, unless one is named or found.
    """
    try:
        found = find(path)
    except ProblemsError:
        if accounts:
            raise
        return Config()
    loaded = load(found)
    for warning in loaded.warnings:
        errors().print(_("note: {warning}").format(warning=warning), markup=False, style="dim")
    if accounts:
        loaded.need_accounts()
    return loaded.config


def console() -> Console:
    """Return the console that results go to."""
    return Console(highlight=False)


def trust(house: House) -> Trust:
    """Return whose word counts on mail that lies in files: the servers of the configured accounts."""
    return Trust(tuple(one.authserv for one in house.config.accounts if one.authserv))
