"""The command line: `banken VERB`. Each verb has a module of its own that adds itself here."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

from banken import __version__
from banken.config.load import speak_locale
from banken.i18n import _

VERBS = (
    *("init", "scan", "check", "explain", "run", "status", "doctor"),
    *("rules", "deals", "report", "platform", "ledger", "quarantine", "demo"),
)
"""The modules with the verbs, in the order that `--help` shows them."""


def build() -> typer.Typer:
    """Return the command line in the language spoken now."""
    app = typer.Typer(
        name="banken",
        help=_("Banken, a watchdog for a freelancer's inbox."),
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_start)
    for verb in VERBS:
        import_module(f"banken.cli.{verb}").add_to(app)
    return app


def main() -> None:
    """Run the command line. Exit codes: see `faults.Exit`."""
    speak_locale()
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
