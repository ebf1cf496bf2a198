"""What people are told of an event: its name, and why it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from banken.deals.alarms import FALSE_ALARM
from banken.deals.model import WORKER, Effect
from banken.deals.told import CONFIGURED
from banken.i18n import _
from banken.words import Event


def title(kind: str, effects: Mapping[str, Effect]) -> str:
    """Return an event's name for people."""
    if kind.startswith(FALSE_ALARM):
        return _("false alarm: {rule}").format(rule=kind.removeprefix(FALSE_ALARM))
    effect = effects.get(kind)
    return str(effect.title) if effect is not None else kind


def why(event: Event | None, effects: Mapping[str, Effect], zone: tzinfo) -> str:
    """Return the reason for which an event moved its deal, with the day it is where the worker lives; None for no event."""
    if event is None:
        return _("no genuine mail has shown how far it is")
    if event.source == CONFIGURED:
        return event.why
    at = event.at.astimezone(zone)
    day = _("{year}-{month:02}-{day:02}").format(year=at.year, month=at.month, day=at.day)
    if event.source == WORKER:
        return _("set by you on {day}").format(day=day)
    return _("the notice “{event}” of {day} (confirmed genuine)").format(event=title(event.kind, effects), day=day)
