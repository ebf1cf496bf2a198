"""How far the deals had come at a moment, and which of them waited for an answer of the platform's office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from banken.deals.fold import Course, counts, fold
from banken.deals.model import Effect, Noted
from banken.deals.register import Register
from banken.deals.told import ToldClients
from banken.words import Event, Permission


@dataclass(frozen=True, slots=True)
class Courses:
    """The courses of all deals in a register, by what each event does and what the configuration says of clients."""

    register: Register
    effects: Mapping[str, Effect]
    told: ToldClients

    def of(self, deal: str, at: datetime, own: str = "") -> Course:
        """Return how far `deal` had come before `at`, and by the mail `own` itself and what was read before it of `at`."""
        events = self.events(deal)
        mine = {one.number for one in events if own and one.event.source == own}
        now = (at, min(mine, default=0))
        known = (one for one in events if (one.event.at, one.number) < now or one.number in mine)
        return fold(filter(counts, known), self.effects)

    def events(self, deal: str) -> list[Noted]:
        """Return the events of a deal in order of time, with what the configuration says of it."""
        said = self.told.events(self.register, self.register.now(deal))
        events = self.register.events(deal)
        return sorted([*said, *events], key=lambda noted: noted.event.at) if said else events

    def permits(self, event: Event) -> bool:
        """Whether an event is an application or an answer of the office."""
        effect = self.effects.get(event.kind)
        return event.believed and effect is not None and effect.permission is not None

    def waiting(self, event: Event) -> list[str]:
        """Return the deals that waited for an answer of the office when it was given; none for other events."""
        said = self.effects[event.kind].permission if self.permits(event) else None
        if said in (None, Permission.APPLIED):
            return []
        wanted = Permission.APPROVED if said is Permission.NONE else Permission.APPLIED
        return [deal.id for deal in self.register.deals() if self.of(deal.id, event.at).permission is wanted]
