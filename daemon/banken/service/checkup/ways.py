"""Whether the other ways to be told can be used: the library, the address, and with `send_test` a notice."""

from __future__ import annotations

from collections.abc import Iterator

from banken.config import Config, Notify
from banken.i18n import _
from banken.respond import PostError, notify
from banken.service.checkup.model import Sign, bad, good


def signs(config: Config, *, send_test: bool) -> Iterator[Sign]:
    """Yield a sign for each way; without `send_test` nothing is sent."""
    for place, way in enumerate(config.warn.notify if config.warn else (), start=1):
        yield _sign(place, way, send_test=send_test)


def _sign(place: int, way: Notify, *, send_test: bool) -> Sign:
    try:
        notify.service(way.url.reveal)
        if send_test:
            notify.send(way.url.reveal, _("[Banken] test"), _("This is how warnings of Banken reach you."))
    except PostError as error:
        what = _("notify {place} cannot be used: {why}").format(place=place, why=error)
        return bad("notify", what, _("check its URL (warn.notify), by hand with the command “apprise” if need be"))
    if send_test:
        return good("notify", _("notify {place} took a test notice").format(place=place))
    return good("notify", _("notify {place} has an address that Apprise knows").format(place=place))
