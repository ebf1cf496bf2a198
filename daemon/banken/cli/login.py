"""`banken login`: log in by OAuth 2.0 (Gmail, Outlook.com, Microsoft 365), the first time or anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Annotated

import typer

from banken.cli.faults import Exit, errors, faults
from banken.cli.options import ConfigOption, configuration, console
from banken.config import Config, Imap, Smtp
from banken.i18n import _
from banken.mailbox.connection import Connection
from banken.oauth import LoginNeeded, Tokens
from banken.oauth.loopback import Loopback
from banken.service import house as rooms


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Log in by OAuth (Gmail, Outlook.com, Microsoft 365), the first time or when it ran out."))(
        login
    )


def login(
    accounts: Annotated[
        list[str] | None, typer.Argument(metavar="[ACCOUNT]...", help=_("Only these accounts."), show_default=False)
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser", help=_("Microsoft: by a browser's way back instead of a code to type."))
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Log in by OAuth."""
    with faults():
        settings = configuration(config)
        done = set()
        for server in _servers(settings, accounts or ()):
            if (key := (server.user, str(server.oauth))) not in done:
                log_in(server, browser=browser)
                done.add(key)
            if isinstance(server, Imap):
                _try(server)
        if not done:
            errors().print(_("No account here logs in by OAuth (oauth: with provider:)."), markup=False)
            raise typer.Exit(Exit.USAGE)


def log_in(server: Imap | Smtp, *, browser: bool = False, only_when_needed: bool = False) -> None:
    """Let the worker log in for a server that wants it. Raises MailboxError, SecretError."""
    if server.oauth is None or server.oauth.provider is None:
        return
    tokens = rooms.tokens(server.oauth, server.user or "")
    if only_when_needed and _is_logged_in(tokens):
        return
    with ExitStack() as stack:
        days = tokens.log_in(Terminal(stack), browser=browser)
    console().print(_("{user} is logged in.").format(user=server.user), markup=False)
    if days is not None:
        text = _(
            "This login ends in {days} days: the app is still “testing”. Publish it in Google's console "
            "(Audience → Publish app), and log in again."
        )
        errors().print(text.format(days=days), markup=False)


def _is_logged_in(tokens: Tokens) -> bool:
    try:
        tokens.access()
    except LoginNeeded:
        return False
    return True


class Terminal:
    """The way to a browser from a terminal (`oauth.Door`); the port is closed with `stack`."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._loopback: Loopback | None = None

    def code(self, page: str, code: str, seconds: int) -> None:
        """Show a page and a code to type there."""
        text = _("Open {page} on any device and type this code (within {minutes} minutes):")
        console().print(text.format(page=page, minutes=max(1, seconds // 60)), markup=False, soft_wrap=True)
        console().print(f"\n    {code}\n", style="bold", markup=False)

    def address(self) -> str:
        """Open a port on this machine; return its address."""
        hand = sys.stdin if sys.stdin is not None and sys.stdin.isatty() else None
        self._loopback = self._stack.enter_context(Loopback(hand))
        return self._loopback.address

    def answer(self, page: str) -> str:
        """Show a page, and wait until the browser comes back or its address is typed."""
        console().print(_("Open this page in a browser and log in:"), markup=False)
        console().print(f"\n{page}\n", markup=False, soft_wrap=True)
        text = _(
            "Is the browser on another machine? Then the last page does not open: copy its whole address from the "
            "browser, paste it here and press Enter."
        )
        console().print(text, markup=False)
        if self._loopback is None:
            self.address()
        assert self._loopback is not None
        return self._loopback.wait()


def _servers(settings: Config, names: list[str] | tuple[str, ...]) -> Iterator[Imap | Smtp]:
    """Yield the servers that are logged into by OAuth; that of the warnings too, unless accounts are named."""
    known = [one.name for one in settings.accounts]
    for name in names:
        if name not in known:
            near = ", ".join(known)
            raise typer.BadParameter(_("there is no account “{name}”; known: {near}").format(name=name, near=near))
    every: list[Imap | Smtp] = [one.imap for one in settings.accounts if not names or one.name in names]
    if not names and settings.warn is not None and settings.warn.smtp is not None:
        every.append(settings.warn.smtp)
    yield from (one for one in every if one.oauth is not None and one.oauth.provider is not None)


def _try(server: Imap) -> None:
    with closing(Connection(rooms.imap_server(server, fresh=True))):
        console().print(_("{host} lets {user} in.").format(host=server.host, user=server.user), markup=False)
