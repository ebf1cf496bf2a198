"""What became of the actions that were due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from banken.ledger import OutboxRow, OutboxState


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the actions that were due."""

    done: list[OutboxRow] = field(default_factory=list)
    later: list[OutboxRow] = field(default_factory=list)
    """Failed in passing; `due` says when they are tried again."""
    failed: list[OutboxRow] = field(default_factory=list)
    """Refused for good; `result` says why."""
    held: list[OutboxRow] = field(default_factory=list)
    """Put off, since the worker does not want to be told now."""

    def add(self, row: OutboxRow | None) -> None:
        """Sort an action in as it stands now; one that was struck, or that another thread has, is nowhere."""
        if row is not None:
            {OutboxState.DONE: self.done, OutboxState.FAILED: self.failed}.get(row.state, self.later).append(row)

    def take(self, other: Outcome) -> None:
        """Add what became of other actions."""
        self.done.extend(other.done)
        self.later.extend(other.later)
        self.failed.extend(other.failed)
        self.held.extend(other.held)
