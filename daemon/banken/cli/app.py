"""The command line: `banken VERB`. Each verb has a module of its own, which is imported when it is asked for.

A service that runs for years shall not hold the wizard, the demo and the reports in memory all the time.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from banken import __version__, interrupt
from banken.config.load import speak_locale
from banken.heap import growing
from banken.i18n import _

VERBS = (
    *("init", "login", "scan", "check", "explain", "run", "status", "doctor"),
    *("rules", "deals", "report", "platform", "ledger", "quarantine", "demo"),
)
"""The modules with the verbs, in the order that `--help` shows them."""


def _plain(group: Any) -> Any:
    """Return a group whose verbs show their whole help: tables, and lists of verbs, cut off Japanese, which has no spaces."""
    for verb in group.commands.values():
        verb.rich_markup_mode, verb.short_help = None, verb.help
        if hasattr(verb, "commands"):
            _plain(verb)
    return group


class _Verbs(typer.core.TyperGroup):
    """The verbs, each made when it is first asked for."""

    def list_commands(self, _context: object) -> list[str]:
        """Return the names of all verbs."""
        return list(VERBS)

    def get_command(self, _context: object, name: str) -> Any:
        """Return a verb, None when there is none of this name: then all are there, to suggest one that is like it."""
        for verb in [name] if name in VERBS else VERBS:
            if verb not in self.commands:
                alone = typer.Typer()
                with growing(for_good=True):
                    module = import_module(f"banken.cli.{verb}")
                module.add_to(alone)
                self.commands.update(_plain(typer.main.get_group(alone)).commands)
        return self.commands.get(name)


def build() -> typer.Typer:
    """Return the command line in the language spoken now."""
    app = typer.Typer(
        name="banken",
        cls=_Verbs,
        help=_("Banken, a watchdog for a freelancer's inbox."),
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_start)
    return app


def main() -> None:
    """Run the command line. Exit codes: see `faults.Exit`."""
    interrupt.listen()
    speak_locale()
    if sys.stdin is None:  # closed by whoever started this: a question is then one that nobody answers
        sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - it stays open to the end
    for stream in (sys.stdout, sys.stderr):
        # Text of mail can hold what a terminal's encoding cannot show; that must not end the program.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    build()()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"banken {__version__}")
        raise typer.Exit


def _start(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True)] = False,
) -> None:
    """Nothing is to be done before the verb."""
