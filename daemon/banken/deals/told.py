"""What the worker's configuration says of clients: as events that stand beside those of the mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from banken.deals.fold import PERMISSION, STAGE
from banken.deals.model import Key, Noted
from banken.deals.names import Names, plain
from banken.deals.register import Register
from banken.i18n import _
from banken.words import Event, Permission, Stage

CONFIGURED = "configuration"
"""`Event.source` of what the configuration says."""

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when something is so that is given without a day: the mail moves the deal on from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One client as the configuration has it; `job` narrows it to one deal, `since` says from when stage and permission hold."""

    name: str = ""
    addresses: tuple[str, ...] = ()
    job: str = ""
    stage: Stage = Stage.UNKNOWN
    permission: Permission = Permission.NONE
    since: datetime | None = None

    def keys(self, names: Names) -> tuple[Key, ...]:
        """Return what leads mail to the deals of this client."""
        keys = [Key("client", names.name(self.name)), *(Key("address", one.lower()) for one in self.addresses)]
        title = [Key("title", plain(self.job))] if self.job else []
        return tuple(key for key in (*keys, *title) if key.value)

    def events(self, deal: str) -> Iterator[Noted]:
        """Yield what is said of the course of a deal."""
        said = [STAGE + self.stage] if self.stage is not Stage.UNKNOWN else []
        said += [PERMISSION + self.permission] if self.permission is not Permission.NONE else []
        why, at = _("as your configuration says"), self.since or ALWAYS
        for kind in said:
            yield Noted(0, Event(kind, at, believed=True, why=why, deal=deal, source=CONFIGURED))


class ToldClients:
    """All clients of the configuration."""

    def __init__(self, told: Sequence[Told], names: Names) -> None:
        self._told = [(one, one.keys(names)) for one in told]

    def events(self, register: Register, deal: str) -> list[Noted]:
        """Return what is said of one deal."""
        return [noted for one, keys in self._told if _fits(register, deal, keys) for noted in one.events(deal)]

    def unknown(self, register: Register) -> list[tuple[Told, tuple[Key, ...]]]:
        """Return the clients of whom no deal is known yet."""
        deals = [deal.id for deal in register.deals()]
        return [(one, keys) for one, keys in self._told if not any(_fits(register, deal, keys) for deal in deals)]


def _fits(register: Register, deal: str, keys: Sequence[Key]) -> bool:
    who = [key for key in keys if key.kind != "title"]
    title = [key for key in keys if key.kind == "title"]
    return any(key.value in register.keys_of(deal, key.kind) for key in who) and all(
        key.value in register.keys_of(deal, "title") for key in title
    )
