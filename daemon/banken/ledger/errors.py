"""What can go wrong with the ledger, said for people."""

from __future__ import annotations


class LedgerError(Exception):
    """The ledger cannot be used; the text says what is wrong and what to do, in the worker's language."""

    def __init__(self, what: str, todo: str = "") -> None:
        self.what, self.todo = what, todo
        super().__init__(f"{what} — {todo}" if todo else what)


class LedgerInUseError(LedgerError):
    """Another Banken already guards with this ledger."""


class LedgerDamagedError(LedgerError):
    """The file is not a ledger, or it is broken."""
