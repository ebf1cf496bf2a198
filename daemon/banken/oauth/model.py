"""What a login by OAuth 2.0 is made of, and how it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from banken.i18n import _
from banken.mailbox import trouble
from banken.mailbox.errors import LoginRefused, Unreachable

Uses = frozenset[Literal["imap", "smtp"]]
"""What a token is for."""

SECONDS = 30.0
"""How long one answer of a token server may take."""


class LoginNeeded(LoginRefused):
    """There is no login, or it does not count any more: only the worker in a browser can make a new one."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One login: `user` lets the app `client_id` use his mail. `authority`: the server that gives tokens, "" its usual one."""

    provider: Literal["google", "microsoft"]
    user: str
    client_id: str
    client_secret: Callable[[], str] | None = field(default=None, repr=False)
    authority: str = ""
    uses: Uses = frozenset({"imap"})


@dataclass(frozen=True, slots=True)
class Access:
    """A token that is good for `seconds`, and what has to be kept to get the next one."""

    token: str = field(repr=False)
    seconds: float
    kept: str = field(repr=False)
    days: int | None = None
    """After so many days the login ends whatever happens, where the server says so."""


class Door(Protocol):
    """How the worker gets to a browser."""

    def code(self, page: str, code: str, seconds: int) -> None:
        """Show a page, and the code to type there within `seconds`; return at once."""

    def address(self) -> str:
        """Return the address on this machine to which the browser is sent back."""

    def answer(self, page: str) -> str:
        """Show a page; return the whole address the browser was sent back to. Raises LoginNeeded when nobody comes."""


class Provider(Protocol):
    """How one provider's tokens are had, by the library made for it."""

    def renew(self, grant: Grant, kept: str) -> Access:
        """Return a new access token by what was `kept`. Raises LoginNeeded, Unreachable."""

    def log_in(self, grant: Grant, door: Door, *, browser: bool) -> Access:
        """Let the worker log in; `browser` asks for the way back to this machine. Raises LoginNeeded, Unreachable."""


def ended(grant: Grant, why: object) -> LoginNeeded:
    """Return the error for a login that the token server does not accept (any more)."""
    text = _("The login of {user} at {provider} does not count any more ({why}). Log in again: banken login")
    return LoginNeeded(text.format(user=grant.user, provider=grant.provider.capitalize(), why=trouble.said(why)))


def failed(grant: Grant, why: object) -> LoginNeeded:
    """Return the error for a login that did not come about."""
    text = _("{user} could not be logged in at {provider}: {why}")
    return LoginNeeded(text.format(user=grant.user, provider=grant.provider.capitalize(), why=trouble.said(why)))


def unreachable(grant: Grant, why: object) -> Unreachable:
    """Return the error for a token server that does not answer; it passes."""
    text = _("The token server of {provider} does not answer: {why}")
    return Unreachable(text.format(provider=grant.provider.capitalize(), why=trouble.said(why)))


def missing() -> LoginNeeded:
    """Return the error for a library that is not there."""
    return LoginNeeded(_("Logging in by OAuth needs more libraries: pip install 'banken[oauth]'"))
