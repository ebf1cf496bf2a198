"""Whether warnings can be handed in: the submission server, its certificate, the login, every recipient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from banken.config import Account, Config, SecretError, Warn
from banken.i18n import _
from banken.mailbox.errors import MailboxError
from banken.respond import News, Post, PostError, letter_of
from banken.service import house as rooms
from banken.service.checkup.accounts import certificate, expiry, resolve
from banken.service.checkup.model import Sign, bad, good, note
from banken.service.setup.providers import advice_for


def signs(config: Config, *, send_test: bool) -> Iterator[Sign]:
    """Yield the signs of how warnings are delivered; without `send_test` no mail is sent."""
    warn = config.warn
    if warn is None:
        return
    if warn.via != "smtp" or warn.smtp is None:
        yield good("warnings", _("warnings are put into the inbox; no SMTP server is needed"))
        yield from (_put(config, account) for account in config.accounts if send_test)
        return
    if trouble := resolve(warn.smtp.host, warn.smtp.port):
        yield bad("smtp", trouble, _("check the name (warn.smtp.host), and that this machine is online"))
        return
    with Post(rooms.smtp_server(warn.smtp)) as post:
        for address in warn.to:
            yield from _recipient(config, warn, post, address, send_test=send_test)


def _recipient(config: Config, warn: Warn, post: Post, address: str, *, send_test: bool) -> Iterator[Sign]:
    try:
        sock = post.ask(warn.author, address)
    except PostError as error:
        host = warn.smtp.host if warn.smtp else ""
        todo = (advice_for(host) if str(error).startswith(("535", "534")) else "") or _todo(error)
        yield bad("smtp", _("{address} cannot be warned: {why}").format(address=address, why=error), todo)
        return
    if address == warn.to[0]:
        yield certificate(expiry(sock) if sock is not None else None, "SMTP")
    yield good("smtp", _("{address} is taken by the SMTP server").format(address=address))
    if send_test:
        yield _test(config, post, address)


def _put(config: Config, account: Account) -> Sign:
    """Put a test mail where the warnings of an account go."""
    settings = rooms.warning_settings(config, account)
    mail = letter_of(_news(), settings, to=settings.to[0], now=datetime.now(UTC))
    try:
        with rooms.mailbox(account) as box:
            box.append(settings.folder, mail)
    except (MailboxError, SecretError) as error:
        what = _("the test mail could not be put into {folder}: {why}").format(folder=settings.folder, why=error)
        return bad("warnings", what, _("set right what is told of this account, then try again"), account.name)
    return note("warnings", _("a test mail was put into {folder}").format(folder=settings.folder), "", account.name)


def _news() -> News:
    return News(_("[Banken] test"), _("This is how warnings of Banken reach you."))


def _test(config: Config, post: Post, address: str) -> Sign:
    settings = rooms.warning_settings(config, config.accounts[0])
    mail = letter_of(_news(), settings, to=address, now=datetime.now(UTC))
    try:
        answer = post.send(settings.sender or address, address, lambda _eight_bit, _largest: mail)
    except PostError as error:
        return bad(
            "smtp",
            _("the test mail to {address} was not taken: {why}").format(address=address, why=error),
            _todo(error),
        )
    return note("smtp", _("a test mail to {address} was sent: {answer}").format(address=address, answer=answer))


def _todo(error: PostError) -> str:
    if error.permanent:
        return _("check warn.smtp (host, port, security, user, password) and warn.to")
    if str(error).startswith("4"):  # a reply that means "later" (RFC 5321 section 4.2.1)
        return _("try again later; warnings wait until then")
    return _("check warn.smtp (host, port, security); if they are right, try again later: warnings wait until then")
