"""How much of one mail is read, and for how long."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from banken.message.notes import Note


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one mail; over a bound it is read as far as possible and marked in `Message.notes`.

    `message` octets of the whole mail, `text` characters of its text, `parts` MIME parts, `depth` of nesting,
    `header` octets of one field, `addresses` of one mail, `seconds` of reading.
    """

    message: int = 25_000_000
    text: int = 1_000_000
    parts: int = 10_000
    depth: int = 2_000
    header: int = 1_000_000
    addresses: int = 2_000
    seconds: float = 2.0


DEFAULT = Limits()


@dataclass(slots=True)
class Budget:
    """What is left of the limits while one mail is read, and the notes made on the way (each once, in order)."""

    limits: Limits = DEFAULT
    complete: bool = True
    """Nothing of the mail was left on the server, whatever its header says."""
    notes: dict[str, None] = field(default_factory=dict)
    _deadline: float = 0.0

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.limits.seconds

    def note(self, *notes: str) -> None:
        """Remember `notes`."""
        for note in notes:
            self.notes[str(note)] = None

    def spent(self) -> bool:
        """Return whether the time is up, and note it."""
        if time.monotonic() < self._deadline:
            return False
        self.note(Note.CUT_TIME)
        return True
