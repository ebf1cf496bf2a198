"""`banken run`: watch the accounts until stopped."""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated

import typer

from banken.cli.options import ConfigOption
from banken.i18n import _
from banken.service.logs import LogForm


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Watch the accounts until stopped."))(run)


def run(
    form: Annotated[LogForm, typer.Option("--log", help=_("How the log is written to standard error."))] = LogForm.AUTO,
    config: ConfigOption = None,
) -> None:
    """Watch the accounts until stopped; SIGHUP reads the configuration and the rules again.

    The process becomes the service, under the same number: what the command line needs is not held for years.
    """
    signal.signal(
        signal.SIGHUP, signal.SIG_IGN
    )  # until the service can take it: it would end the process as if all were well
    file = [str(config)] if config else []
    os.execv(sys.executable, [sys.executable, "-P", "-m", "banken.service", form.value, *file])  # noqa: S606 - it is us
