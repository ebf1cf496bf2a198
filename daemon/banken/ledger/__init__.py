"""What must survive: seen, known, found, owed."""

from banken.ledger.crash import crash_point
from banken.ledger.errors import LedgerDamagedError, LedgerError, LedgerInUseError
from banken.ledger.ledger import Ledger
from banken.ledger.model import (
    Deal,
    Kept,
    Mark,
    OutboxRow,
    OutboxState,
    Owed,
    Poison,
    SeenMessage,
    SeenState,
    StoredEvent,
    StoredFinding,
    Tie,
)

__all__ = [
    "Deal",
    "Kept",
    "Ledger",
    "LedgerDamagedError",
    "LedgerError",
    "LedgerInUseError",
    "Mark",
    "OutboxRow",
    "OutboxState",
    "Owed",
    "Poison",
    "SeenMessage",
    "SeenState",
    "StoredEvent",
    "StoredFinding",
    "Tie",
    "crash_point",
]
