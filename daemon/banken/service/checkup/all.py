"""The checks in their order: what nothing works without comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from banken.config import Config, Loaded, load
from banken.i18n import _
from banken.judge import lint
from banken.service import house as rooms
from banken.service.checkup import accounts, home, submission, ways
from banken.service.checkup.model import Mark, Sign, good
from banken.strictyaml import Problem, ProblemsError


def check(path: Path, *, send_test: bool = False) -> Iterator[Sign]:
    """Yield what is well and what is not with the set-up at `path`; nothing is changed and no mail is touched.

    With `send_test` one mail is sent to every address that is warned.
    """
    loaded: Loaded | None = None
    try:
        loaded = load(path)
        loaded.need_accounts()
    except ProblemsError as error:
        yield from (_sign("configuration", Mark.BAD, problem) for problem in error.problems)
    if loaded is None or not loaded.config.accounts:
        return
    yield good("configuration", _("the configuration {path} is in order").format(path=path))
    yield from (_sign("configuration", Mark.NOTE, warning) for warning in loaded.warnings)
    yield from _rules(loaded.config)
    yield from home.signs(loaded.config)
    for account in loaded.config.accounts:
        yield from accounts.signs(loaded.config, account)
    yield from submission.signs(loaded.config, send_test=send_test)
    yield from ways.signs(loaded.config, send_test=send_test)


def _rules(config: Config) -> Iterator[Sign]:
    try:
        house = rooms.build(config)
    except ProblemsError as error:
        yield from (_sign("rules", Mark.BAD, problem) for problem in error.problems)
        return
    book = house.knowledge.judge.book
    yield good("rules", _("{count} rules are in order").format(count=len(book.rules)))
    own = tuple(str(path) for path in config.rules.add)
    yield from (_sign("rules", Mark.NOTE, gap) for gap in lint.gaps(book) if gap.file.startswith(own) and own)


def _sign(topic: str, mark: Mark, problem: Problem) -> Sign:
    todo = problem.todo or (_("correct this line") if mark is Mark.BAD else "")
    return Sign(topic, mark, str(replace(problem, todo="")), todo)
