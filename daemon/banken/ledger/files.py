"""The ledger's files: made for their owner alone, and guarded by one process at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from banken.i18n import _
from banken.ledger.errors import LedgerError, LedgerInUseError

NAME = "ledger.db"
"""The ledger's name in the state folder."""


def ledger_file(where: Path) -> Path:
    """Return the ledger's file for a state folder, or for the file itself (a name that ends in `.db`)."""
    where = where.expanduser()
    return where if where.suffix == ".db" else where / NAME


def prepare(path: Path) -> None:
    """Make the folder (0700) and the file (0600), and close a file that others could read.

    A folder that is there already keeps its mode: it may be shared on purpose. SQLite gives its `-wal` and `-shm`
    files the mode of the ledger. Raises LedgerError when the place cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        with path.open("r+b"):
            pass
    except OSError as error:
        raise unwritable(path, error) from None


def create(path: Path) -> None:
    """Make an empty file (0600) that was not there before. Raises LedgerError."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise LedgerError(_("{path} is there already").format(path=path), _("choose another name")) from None
    except OSError as error:
        raise unwritable(path, error) from None


def newest_backup(folder: Path) -> Path | None:
    """Return the backup (`*.backup`) in the state folder that was written last."""
    return max(folder.glob("*.backup"), key=lambda path: path.stat().st_mtime, default=None)


def unwritable(path: Path, error: OSError) -> LedgerError:
    """Return what to say when `path` cannot be written."""
    what = _("cannot write the ledger {path}: {why}").format(path=path, why=error.strerror or error)
    return LedgerError(what, _("let this user write there, or set `state` to another folder"))


class Lock:
    """The right to guard with a ledger, held by one process until it ends (even by kill -9: the kernel lets it go)."""

    def __init__(self, path: Path) -> None:
        """Take the lock beside `path`. Raises LedgerInUseError when another process holds it."""
        self._file = _lock_file(path)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = self._file.read(20).strip() or "?"
            self._file.close()
            what = _("another Banken (process {pid}) already guards with this ledger: {path}")
            raise LedgerInUseError(
                what.format(pid=holder, path=path), _("stop it first, or give this one another `state` folder")
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let the lock go."""
        self._file.close()


def _lock_file(path: Path) -> IO[str]:
    try:
        return os.fdopen(os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise unwritable(path, error) from None
