"""What can go wrong with the ledger, said for people."""

from __future__ import annotations

from pathlib import Path

from banken.i18n import _


class LedgerError(Exception):
    """The ledger cannot be used; the text says what is wrong and what to do, in the worker's language.

    `permanent`: it will not pass by itself.
    """

    permanent = False

    def __init__(self, what: str, todo: str = "") -> None:
        self.what, self.todo = what, todo
        super().__init__(f"{what} — {todo}" if todo else what)


class LedgerInUseError(LedgerError):
    """Another Banken already guards with this ledger."""


class LedgerUnusableError(LedgerError):
    """`state` names no database that could ever be a ledger for this Banken."""

    permanent = True


class LedgerDamagedError(LedgerError):
    """The file is not a ledger, or it is broken."""

    permanent = True

    @classmethod
    def because(cls, why: object) -> LedgerDamagedError:
        """Return the error for a broken ledger; `why` is what the database says."""
        reason = " ".join(str(why).split())
        return cls(_("the ledger is damaged ({why})").format(why=reason), a_backup())

    def with_backup(self, backup: Path | None) -> LedgerDamagedError:
        """Return the same error, naming a backup that could take its place."""
        if backup is None:
            return self
        todo = _(
            "the newest backup here is {path}; before you put it in the ledger's place, delete the files beside that one that"
            " end in -wal and -shm"
        )
        return LedgerDamagedError(self.what, todo.format(path=backup))


def a_backup() -> str:
    """Return what to do about a damaged ledger."""
    # SQLite would play the broken one's log into the backup.
    return _(
        "delete the files beside it that end in -wal and -shm, then put a backup in its place; without one, move the `state`"
        " folder away, and Banken begins anew"
    )
