"""Fold the events of one deal into how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from banken.deals.model import Effect, Key, Noted
from banken.words import Event, Permission, Stage

STAGE = "stage:"
PERMISSION = "permission:"
"""Kinds of the worker's own corrections begin so; what follows is the stage or permission itself."""

LATE = timedelta(days=1)
"""So long behind the end of a contract its notices may come in another order than they were sent."""
_ORDER = (Stage.UNKNOWN, Stage.BEFORE, Stage.UNDER, Stage.COMPLETED)


@dataclass(slots=True)
class Course:
    """How far a deal has come, and by which event."""

    stage: Stage = Stage.UNKNOWN
    permission: Permission = Permission.NONE
    since: datetime | None = None
    by: Event | None = None
    permitted_by: Event | None = None
    _open: set[str] = field(default_factory=set)
    """Contracts that run now; "" stands for one whose number is not known."""
    _over: dict[str, datetime] = field(default_factory=dict)
    """Contracts that have ended, and when."""
    _finished: bool = False
    """A contract of this deal has ended before."""

    def take(self, noted: Noted, effects: Mapping[str, Effect]) -> None:
        """Let one event move the deal."""
        event = noted.event
        if event.kind.startswith(STAGE):
            stage = Stage(event.kind.removeprefix(STAGE))
            if stage is not Stage.COMPLETED:
                self._over.clear()  # the worker knows better which contracts have ended
            self._move(stage, event, "")
        elif event.kind.startswith(PERMISSION):
            self._permit(Permission(event.kind.removeprefix(PERMISSION)), event)
        elif event.kind in effects:
            self._follow(effects[event.kind], event, _contract(noted))

    def _follow(self, effect: Effect, event: Event, contract: str) -> None:
        if effect.permission is not None:
            self._permit(effect.permission, event)
        if effect.stage is None or self._stands_still(effect.moves, effect.stage, event.at, contract):
            return
        if self.stage is Stage.COMPLETED and self._begins_anew(effect):
            # An application for contact outside holds for one consultation, one contract.
            self._permit(Permission.NONE, event)
        self._move(effect.stage, event, contract)

    def _stands_still(self, moves: str, to: Stage, at: datetime, contract: str) -> bool:
        """Whether an event that leads to a stage does not move the deal as it stands now."""
        ended = self._over.get(contract)
        if to is Stage.COMPLETED and ended is not None:
            return True
        match moves:
            case "forward":
                return _ORDER.index(to) <= _ORDER.index(self.stage)
            case "opens":
                return self.stage not in (Stage.UNKNOWN, Stage.COMPLETED)
            case "begins":
                return ended is not None
            case "during":
                return ended is not None and at - ended < LATE
            case _:
                return moves == "after" and self._belongs_to_the_last(contract)

    def _begins_anew(self, effect: Effect) -> bool:
        """Whether, behind a finished contract, an event begins another for which the office has said nothing yet."""
        heard = self.since is not None and self.permitted_by is not None and self.permitted_by.at > self.since
        return effect.moves == "opens" or (effect.moves == "begins" and not heard)

    def _belongs_to_the_last(self, contract: str) -> bool:
        """Whether a late word on a finished contract comes in while a newer one is on its way."""
        return self._finished and self.stage is not Stage.COMPLETED and contract not in self._open - {""}

    def _move(self, stage: Stage, event: Event, contract: str) -> None:
        if stage is Stage.UNDER:
            self._open.discard("")
            self._open |= {contract} if contract or not self._open else set()
            self._over.pop(contract, None)
        elif stage is Stage.COMPLETED:
            self._close(contract, event.at)
            if self._open:
                return
            self._finished = True
        else:
            self._open.clear()
        if stage is not self.stage:
            self.stage, self.since, self.by = stage, event.at, event

    def _close(self, contract: str, at: datetime) -> None:
        """End a contract; where it or one that runs has no number known, all that run."""
        ended = {contract} if contract and "" not in self._open else {contract, *self._open}
        self._open -= ended
        self._over |= dict.fromkeys(ended - {""}, at)

    def _permit(self, permission: Permission, event: Event) -> None:
        if permission is not self.permission:
            self.permission, self.permitted_by = permission, event


def fold(events: Iterable[Noted], effects: Mapping[str, Effect]) -> Course:
    """Return the course that `events` (in order of time) make."""
    course = Course()
    for noted in events:
        course.take(noted, effects)
    return course


def counts(noted: Noted) -> bool:
    """Whether an event moves a deal at all: believed, and not taken back."""
    return noted.event.believed and not noted.undone


def _contract(noted: Noted) -> str:
    key = Key.read(noted.note)
    return key.value if key.kind == "contract" else ""
