"""The gate of stage and permission: how loud a category is, given how far the deal has come (design.md 2)."""

from __future__ import annotations

from banken.judge.book import Rulebook
from banken.judge.model import Case
from banken.judge.schema import LEVEL, Rule
from banken.words import LEVELS, Category, Level, Permission, Stage

_EARLY = (Stage.BEFORE, Stage.UNKNOWN)


class Gate:
    """Looks levels up in the categories' tables; a rule may say otherwise for single stages (`when:`)."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._known: dict[tuple[str, Stage, Permission, bool], Level | None] = {}

    def level(
        self, category: Category, case: Case, *, disguised: bool = False, rule: Rule | None = None
    ) -> Level | None:
        """Return how loud a find of `category` is in `case`, None where it is no matter.

        `disguised` says that the words were hidden on purpose, which makes them louder before the contract.
        """
        key = (rule.id if rule else category.value, case.stage, case.permission, disguised)
        if key not in self._known:
            self._known[key] = self._look_up(category, case, disguised, rule)
        return self._known[key]

    def _look_up(self, category: Category, case: Case, disguised: bool, rule: Rule | None) -> Level | None:
        kind = self._book.categories[category]
        levels = {**kind.levels, **(rule.when if rule else {})}
        level = LEVEL.get(levels.get(case.stage.value) or "")
        if level is None:
            return None
        if disguised and kind.disguised and case.stage in _EARLY:
            level = max(level, LEVEL[kind.disguised], key=LEVELS.index)
        if case.permission is Permission.APPROVED and "approved" in levels:
            approved = levels["approved"]
            return lower(level, LEVEL[approved]) if approved else None
        return level


def lower(level: Level, cap: Level | None) -> Level:
    """Return `level`, or `cap` where that is lower."""
    return level if cap is None else min(level, cap, key=LEVELS.index)
