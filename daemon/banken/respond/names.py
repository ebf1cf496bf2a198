"""The names of levels, categories, stages and permissions, and moments, as a person reads them."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from banken.i18n import _
from banken.words import Category, Level, Permission, Stage


def day_of(day: date) -> str:
    """Return a date as the language writes it."""
    return _("{year}-{month:02}-{day:02}").format(year=day.year, month=day.month, day=day.day)


def moment_of(when: datetime, zone: tzinfo) -> str:
    """Return a day and the time of the clock on the worker's wall."""
    try:
        local = when.astimezone(zone)
    except OverflowError:  # the very first or last day that can be written
        local = when
    return f"{day_of(local.date())} {local:%H:%M}"


def level_name(level: Level) -> str:
    """Return the name of a level in the language spoken now."""
    return {
        Level.UNJUDGED: _("not judged"),
        Level.NOTICE: _("notice"),
        Level.WARNING: _("warning"),
        Level.DANGER: _("danger"),
    }[level]


def category_name(category: Category) -> str:
    """Return the name of a category in the language spoken now."""
    return {
        Category.DIRECT_CONTACT: _("contact outside"),
        Category.INTERVIEW: _("interview"),
        Category.DIRECT_CONTRACT: _("direct contract"),
        Category.OFF_PLATFORM_PAYMENT: _("payment outside"),
        Category.ESCROW_BYPASS: _("escrow and delivery steps"),
        Category.RESIDENT_WORK: _("on-site work"),
        Category.IMPERSONATION: _("possible impersonation"),
    }[category]


def stage_name(stage: Stage) -> str:
    """Return the name of a stage in the language spoken now."""
    return {
        Stage.BEFORE: _("before the contract"),
        Stage.UNDER: _("under contract"),
        Stage.COMPLETED: _("completed"),
        Stage.UNKNOWN: _("not known (treated as before the contract)"),
    }[stage]


def permission_name(permission: Permission) -> str:
    """Return what is known of the application for contact outside, in the language spoken now."""
    return {
        Permission.NONE: _("no application known"),
        Permission.APPLIED: _("applied for, no answer yet"),
        Permission.APPROVED: _("approved"),
        Permission.DENIED: _("denied"),
    }[permission]
