"""A warning as a short notice by other ways than mail (Apprise: ntfy, Discord, LINE, Telegram and many more).

What is told leaves the house to a third party: by default only the level and the categories, no name and no word of mail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from banken.i18n import _
from banken.respond.model import Says, WarningFacts
from banken.respond.names import category_name, level_name
from banken.respond.post import PostError
from banken.respond.tidy import one_line, unlinked

KIND = "notify"
"""How the target of such a warning begins; what follows is the place of the address in the configuration."""

_QUOTES = 3
# What Apprise logs may hold the address, which lets in whoever knows it.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


def notice(facts: WarningFacts, says: Says) -> tuple[str, str]:
    """Return title and text of the notice about a message."""
    categories = ", ".join(category_name(point.category) for point in facts.points)
    title = _("[Banken] {level}: {categories}").format(level=level_name(facts.level), categories=categories)
    lines = [_("Please read the warning in your mailbox before you answer.")]
    if says == "full":
        about = " · ".join(part for part in (facts.client, facts.job) if part)
        quotes = [quote for point in facts.points for quote in point.quotes][:_QUOTES]
        words = [f"「{one_line(quote.words)}」" for quote in quotes if quote.words]
        lines = [part for part in (about, *words, *lines) if part]
    return one_line(title, 200), unlinked("\n".join(one_line(line, 200) for line in lines))


def send(address: Callable[[], str], title: str, text: str) -> None:
    """Hand a notice to the service at `address`. Raises PostError, which never tells the address."""
    try:
        import apprise  # noqa: PLC0415 - an extra that need not be there
    except ModuleNotFoundError:
        what = _("notify needs one more library: pip install 'banken[notify]'")
        raise PostError(what) from None
    try:
        url = address()
    except Exception as error:  # a secret's command may fail in any way, and work again in an hour
        raise PostError(_("the address could not be had: {why}").format(why=error)) from error
    service = apprise.Apprise()
    if not service.add(url):
        raise PostError(_("Apprise does not know this kind of address"), permanent=True)
    if not service.notify(title=title, body=text):
        raise PostError(_("the service did not take the notice"))
