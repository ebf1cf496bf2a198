"""What a notice says, and how it is handed over (Apprise: ntfy, Discord, LINE, Telegram and many more).

What is told leaves the house to a third party: by default only the level and the categories, no name and no word of mail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from banken.i18n import _
from banken.respond.found import headed
from banken.respond.model import WarningFacts
from banken.respond.names import category_name, level_name
from banken.respond.news import News
from banken.respond.post import PostError
from banken.respond.tidy import one_line, unlinked, unpressable
from banken.respond.way import Says
from banken.words import LEVELS

_QUOTES = 3
_LINES = 8
"""Lines that a notice of several warnings has: a telephone's screen."""
# What Apprise logs may hold the address, which lets in whoever knows it.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


def notice(
    warnings: Sequence[WarningFacts], says: Says, again: bool = False, *, mailed: bool = True
) -> tuple[str, str]:
    """Return title and text of one notice about some warnings.

    `again`: it may have been given before; `mailed`: whether a warning tells more of them.
    """
    read = _("Please read the warning in your mailbox before you answer.")
    look = read if mailed else _("Please look at the mail once more before you answer.")
    title, lines = _one(warnings[0], says) if len(warnings) == 1 else _several(warnings, says)
    return _notice(title, [*lines, look], again)


def word(news: News, says: Says, again: bool = False) -> tuple[str, str]:
    """Return title and text of a notice that tells news of the house; by category alone, no account is named."""
    if says == "full":
        return _notice(news.subject, news.text.split("\n"), again)
    text = _("Please read the letter in your mailbox.") if news.letter else news.short or news.brief
    return _notice(news.brief or _("[Banken] There is news"), [text], again)


def _notice(title: str, lines: Sequence[str], again: bool) -> tuple[str, str]:
    if again:
        lines = [*lines, _("(Banken was interrupted; you may have been told this before.)")]
    return one_line(title, 200), unlinked("\n".join(one_line(line, 200) for line in lines))


def _one(facts: WarningFacts, says: Says) -> tuple[str, list[str]]:
    title = _("[Banken] {level}: {categories}").format(level=level_name(facts.level), categories=_categories(facts))
    if says == "category":
        return title, []
    return title, [part for part in (_about(facts), *_quoted(facts, _QUOTES)) if part]


def _several(warnings: Sequence[WarningFacts], says: Says) -> tuple[str, list[str]]:
    """Return what tells of several warnings: a line for each kind (in full: for each kind in each deal), counted."""
    ordered = sorted(warnings, key=lambda facts: -LEVELS.index(facts.level))
    kinds: dict[tuple[str, ...], list[WarningFacts]] = {}
    for facts in ordered:
        whose = (facts.deal, _about(facts)) if says == "full" else ()
        kinds.setdefault((facts.level, _categories(facts), *whose), []).append(facts)
    lines = [_line(same, says) for same in list(kinds.values())[:_LINES]]
    if len(kinds) > _LINES:
        lines.append(_("… and more ({count})").format(count=len(kinds) - _LINES))
    level = level_name(ordered[0].level)
    return _("[Banken] {count} warnings, the strongest: {level}").format(count=len(warnings), level=level), lines


def _line(same: Sequence[WarningFacts], says: Says) -> str:
    first = same[0]
    kind = _("{level}: {categories}").format(level=level_name(first.level), categories=_categories(first))
    count = f" ×{len(same)}" if len(same) > 1 else ""
    about = [_about(first), *_quoted(first, 1)] if says == "full" else []
    return " · ".join(part for part in (kind + count, *about) if part)


def _categories(facts: WarningFacts) -> str:
    return _(", ").join(category_name(point.category) for point in facts.points)


def _about(facts: WarningFacts) -> str:
    return " · ".join(unpressable(part) for part in (facts.client, facts.job) if part)


def _quoted(facts: WarningFacts, most: int) -> list[str]:
    quotes = [quote for point in facts.points for quote in point.quotes if quote.words]
    said = dict.fromkeys(one_line(f"{headed(quote)}{quote.before}{quote.words}{quote.after}") for quote in quotes)
    return [f"「{unpressable(words)}」" for words in list(said)[:most]]


def send(address: Callable[[], str], title: str, text: str) -> None:
    """Hand a notice to the service at `address`. Raises PostError, which never tells the address."""
    if not service(address).notify(title=title, body=text):
        raise PostError(_("the service did not take the notice"))


def service(address: Callable[[], str]) -> Any:
    """Return the service at `address` as Apprise knows it; nothing is sent. Raises PostError."""
    try:
        import apprise  # noqa: PLC0415 - an extra that need not be there
    except ModuleNotFoundError:
        what = _("notify needs one more library: pip install 'banken[notify]'")
        raise PostError(what) from None
    try:
        url = address()
    except Exception as error:  # a secret's command may fail in any way, and work again in an hour
        raise PostError(_("the address could not be had: {why}").format(why=error)) from error
    found = apprise.Apprise()
    if not found.add(url):
        raise PostError(_("Apprise does not know this kind of address"), permanent=True)
    return found
