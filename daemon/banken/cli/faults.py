"""How a mistake or a failure ends the program: one clear line, the right exit code, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer
from rich.console import Console

from banken.cli.since import SinceError
from banken.i18n import _
from banken.judge.reader import ReaderError
from banken.ledger import LedgerError
from banken.mailbox.errors import FileMissing, MailboxError
from banken.platform import VoiceError
from banken.strictyaml import ProblemsError


class Exit(IntEnum):
    """The exit codes of every verb."""

    DONE = 0
    FOUND = 1
    """`scan --fail-on` found something, `status` or `doctor` that not all is well."""
    USAGE = 2
    """The command line or the configuration is wrong."""
    UNREACHABLE = 3
    """A server could not be reached or refused the login, or something that is owed could not be delivered."""
    INTERRUPTED = 130


def errors() -> Console:
    """Return the console that errors go to."""
    return Console(stderr=True, soft_wrap=True, highlight=False)


@contextmanager
def faults(stopped: str = "") -> Iterator[None]:
    """Turn what may go wrong for people into a line and an exit code; `stopped` is said on Ctrl-C."""
    try:
        yield
    except (ProblemsError, ReaderError, VoiceError, SinceError, LedgerError, FileMissing) as error:
        errors().print(str(error), markup=False)
        raise typer.Exit(Exit.USAGE) from None
    except MailboxError as error:
        errors().print(str(error), markup=False)
        raise typer.Exit(Exit.UNREACHABLE) from None
    except typer.Abort:  # Ctrl-C or Ctrl-D at a question, whose line it leaves unfinished
        errors().print("\n" + _("Stopped at a question that nobody answered."), markup=False)
        raise typer.Exit(Exit.INTERRUPTED) from None
    except KeyboardInterrupt:
        errors().print(stopped or _("Stopped; nothing is lost."), markup=False)
        raise typer.Exit(Exit.INTERRUPTED) from None
