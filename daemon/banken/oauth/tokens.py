"""The tokens of one login: read, renewed in time, kept."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from banken.i18n import _
from banken.oauth import google, microsoft
from banken.oauth.keep import Keep
from banken.oauth.model import Access, Door, Grant, LoginNeeded, Provider, Uses

PROVIDERS: dict[str, Provider] = {"google": google, "microsoft": microsoft}


EARLY = 300.0
"""Seconds: a token is renewed so long before it runs out."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept of one login. `until`: seconds since 1970."""

    login: tuple[str, str, str, str]
    uses: Uses
    kept: str
    token: str
    until: float


_JSON = TypeAdapter(_Known)


@dataclass(frozen=True, slots=True)
class Tokens:
    """One login and its place. May be used by any thread, and by several processes at once."""

    grant: Grant
    keep: Keep

    def access(self, *, renew: bool = False) -> str:
        """Return an access token that is good for some minutes; `renew` asks for a new one, when the server refused one.

        Raises LoginNeeded, Unreachable, Unavailable, SecretError.
        """
        with self.keep.alone():
            known = self._known()
            if not renew and known.until - time.time() > EARLY:
                return known.token
            access = PROVIDERS[self.grant.provider].renew(self.grant, known.kept)
            self._put(access, known.uses)
        return access.token

    def log_in(self, door: Door, *, browser: bool = False) -> int | None:
        """Let the worker log in; return after how many days that ends, None when it does not. Raises as `access`."""
        access = PROVIDERS[self.grant.provider].log_in(self.grant, door, browser=browser)
        with self.keep.alone():
            self._put(access, self.grant.uses)
            self.keep.mark()
        return access.days

    def _known(self) -> _Known:
        """Return what was kept for this very login; that of another app or user is none."""
        text = self.keep.read()
        try:
            known = _JSON.validate_json(text)
        except ValidationError:  # nothing, or damaged: logging in again makes a new one
            known = None
        if known is None or known.login != self._login() or not self.grant.uses <= known.uses:
            words = _("{user} is not logged in at {provider} yet. Log in: banken login")
            raise LoginNeeded(words.format(user=self.grant.user, provider=self.grant.provider.capitalize()))
        return known

    def _put(self, access: Access, uses: Uses) -> None:
        known = _Known(self._login(), uses, access.kept, access.token, time.time() + access.seconds)
        self.keep.write(_JSON.dump_json(known).decode())

    def _login(self) -> tuple[str, str, str, str]:
        grant = self.grant
        return (grant.provider, grant.client_id, grant.authority, grant.user)
