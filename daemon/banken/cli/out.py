"""Write a result into a file that the worker named, or to the output."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import typer

from banken.i18n import _

STANDARD = Path("-")


def write_out(path: Path, octets: bytes) -> None:
    """Write to a file, or to the output for `-`. Raises typer.BadParameter when that is not possible."""
    if path == STANDARD:
        sys.stdout.buffer.write(octets)
        sys.stdout.buffer.flush()
    else:
        write_file(path, octets)


def check_place(path: Path | None) -> None:
    """Find out before a long work that its result could not be written. Raises typer.BadParameter."""
    if path is None or path == STANDARD:
        return
    if path.is_dir():
        raise unwritable(path, OSError(errno.EISDIR, os.strerror(errno.EISDIR)))
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        there = path.absolute().parent.is_dir()
        number = errno.EACCES if there else errno.ENOENT
        raise unwritable(path, OSError(number, os.strerror(number)))


def write_file(path: Path, octets: bytes) -> None:
    """Write a file that only its owner can read: it holds mail. Raises typer.BadParameter."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(octets)
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> typer.BadParameter:
    """Return what to say when a file cannot be written."""
    what = _("cannot write {path}: {why}").format(path=path, why=error.strerror or type(error).__name__)
    return typer.BadParameter(what)
