"""Look at one message after the other; whatever one of them breaks, the others are still read."""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from banken.guard import Examined, Guard, Look
from banken.ledger import LedgerError, Poison, crash_point
from banken.mailbox.errors import MailboxError
from banken.mailbox.model import Place, RawMessage
from banken.service.pace import uptime

FETCH = "fetch"
"""The step at which a message is held that its server could not give."""

MACHINE = "machine"
"""The step at which a message is held over which this machine failed: it need not be the message's fault."""

_MACHINE_FAILED = (ImportError, MemoryError, OSError)
"""A library that is being replaced, no memory, no room on the disk: all of it passes, or is mended. Yet one mail must not keep
the others back for that long, nor when it is the one that takes all memory."""

BATCH_MESSAGES, BATCH_OCTETS = 50, 2_000_000
"""What is examined and written down in one step: each costs a flush of the disk, 5 ms here and 50 on a memory card."""

HELD, GIVE_WAY = 0.5, 0.1
"""Seconds after which a step ends whatever is left of its batch, and for which others are let write then. Whoever waits for
SQLite asks ten times a second."""


def batches(raws: Iterable[RawMessage]) -> Iterator[list[RawMessage]]:
    """Yield messages in batches that are small enough to be held as a whole."""
    batch: list[RawMessage] = []
    octets = 0
    for raw in raws:
        if batch and (len(batch) == BATCH_MESSAGES or octets + len(raw.raw) > BATCH_OCTETS):
            yield batch
            batch, octets = [], 0
        batch.append(raw)
        octets += len(raw.raw)
    if batch:
        yield batch


@dataclass(slots=True)
class Examiner:
    """Examines messages for a guard; `keep`: write down what was seen and is owed, and what is set aside.

    `leave_forgotten`: what was erased stays so when its mail turns up elsewhere.
    """

    guard: Guard
    keep: bool = True
    poisoned: list[Poison] = field(default_factory=list)
    """What was set aside so far."""
    leave_forgotten: bool = False
    now: Callable[[], float] = uptime

    def examine(self, raw: RawMessage) -> Examined | None:
        """Return what is thought of a message, None when it was set aside; one that was held is let go.

        Raises MailboxError, LedgerError.
        """
        return next(iter(self.examine_all([raw])), None)

    def examine_all(self, raws: Sequence[RawMessage]) -> Iterator[Examined]:
        """Yield what is thought of some messages, without those set aside, as soon as it is written down.

        Raises MailboxError, LedgerError.
        """
        looks = deque((raw, self._look(raw)) for raw in raws)  # first: a slow name server must not hold the ledger
        while looks:
            yield from self._step(looks)
            if looks and self.keep:  # a ledger that is thrown away is nobody else's
                time.sleep(GIVE_WAY)

    def _step(self, looks: deque[tuple[RawMessage, Look | Exception]]) -> list[Examined]:
        """Examine and write down, as one step, what waits, or as much of it as others can be kept waiting for."""
        with self.guard.ledger.transaction(), self.guard.deals.step():
            end = self.now() + HELD
            examined = [self._examine(*looks.popleft())]
            while looks and self.now() < end:
                examined.append(self._examine(*looks.popleft()))
        found = [one for one in examined if one is not None]
        if found and self.keep:
            crash_point("examine.committed")
        return found

    def _look(self, raw: RawMessage) -> Look | Exception:
        try:
            return self.guard.look(raw)
        except (MailboxError, LedgerError):
            raise
        except Exception as error:  # noqa: BLE001 - see _examine
            return error

    def _examine(self, raw: RawMessage, look: Look | Exception) -> Examined | None:
        if raw.broken:
            self.set_aside(raw.place, FETCH, raw.broken)
            return None
        if isinstance(look, Exception):
            self._quarantine(raw, look)
            return None
        try:
            with self.guard.ledger.transaction():
                forgotten = self.leave_forgotten and self.guard.forgot(look)
                examined = None if forgotten else self.guard.examine(look)
                if self.keep and examined is not None:
                    self.guard.remember(examined)
                if self.keep:
                    self.guard.ledger.quarantine.let_go(self.guard.account, raw.place)
        except (MailboxError, LedgerError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever one mail breaks, the others must still be read
            self.guard.deals.reload()  # what it noted of this mail was rolled back
            self._quarantine(raw, error)
            return None
        return examined

    def set_aside(self, place: Place, step: str, reason: str) -> Poison:
        """Put a message into the quarantine."""
        now = self.guard.clock()
        poison = Poison(
            account=self.guard.account,
            folder=place.folder,
            uidvalidity=place.uidvalidity,
            uid=place.uid,
            file=place.file,
            step=step,
            reason=reason,
            first=now,
            last=now,
        )
        self.poisoned.append(poison)
        if self.keep:
            self.guard.ledger.quarantine.put(poison)
        return poison

    def _quarantine(self, raw: RawMessage, error: Exception) -> None:
        # The error's own words may hold the mail's: only its kind and the place in our code are kept.
        last = traceback.extract_tb(error.__traceback__)[-1]
        kind, where = type(error).__name__, f"{Path(last.filename).stem}:{last.lineno}"
        if isinstance(error, _MACHINE_FAILED):
            self.set_aside(raw.place, MACHINE, f"{kind} ({where})")
        else:
            self.set_aside(raw.place, where, kind)
