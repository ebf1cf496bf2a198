"""Outlook.com and Microsoft 365, by msal: device code (RFC 8628), or the browser's way back to this machine (RFC 8252)."""

from __future__ import annotations

import logging
import time
import warnings
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from banken.oauth.model import SECONDS, Access, Door, Grant, ended, failed, missing, unreachable

AUTHORITY = "https://login.microsoftonline.com/common"
# It logs the code of a login for whoever switches debugging on.
logging.getLogger("msal").setLevel(logging.CRITICAL)

_SCOPES = {
    "imap": "https://outlook.office.com/IMAP.AccessAsUser.All",
    "smtp": "https://outlook.office.com/SMTP.Send",
}
# Answers of the token server that only the worker can do something about (RFC 6749 section 5.2, OpenID Connect 3.1.2.6).
_FOR_GOOD = {"invalid_grant", "interaction_required", "login_required", "consent_required", "invalid_client"}
_FOR_GOOD |= {"unauthorized_client", "invalid_scope", "access_denied", "expired_token", "authorization_declined"}


def renew(grant: Grant, kept: str) -> Access:
    """Return a new access token by msal's cache."""
    with _Talk(grant, kept) as talk:
        account = next(iter(talk.app.get_accounts()), None)
        if account is None:
            raise ended(grant, "no account")
        answer = talk.app.acquire_token_silent_with_error(_scopes(grant), account, force_refresh=True)
        return talk.access(answer or {"error": "invalid_grant"}, ended)


def log_in(grant: Grant, door: Door, *, browser: bool) -> Access:
    """Let the worker log in, by a code typed on any device or, with `browser`, by the browser's way back."""
    with _Talk(grant, "") as talk:
        return talk.access(_by_browser(talk.app, grant, door) if browser else _by_code(talk.app, grant, door), failed)


def _by_code(app: Any, grant: Grant, door: Door) -> dict[str, Any]:
    flow = app.initiate_device_flow(_scopes(grant))
    if "user_code" not in flow:
        return dict(flow)
    door.code(flow["verification_uri"], flow["user_code"], round(flow["expires_at"] - time.time()))
    return dict(app.acquire_token_by_device_flow(flow))


def _by_browser(app: Any, grant: Grant, door: Door) -> dict[str, Any]:
    with warnings.catch_warnings():
        # msal would like the browser to post its answer; then there would be no address to copy by hand.
        warnings.filterwarnings("ignore", "response_mode", UserWarning)
        flow = app.initiate_auth_code_flow(_scopes(grant), redirect_uri=door.address(), login_hint=grant.user)
    came = dict(parse_qsl(urlsplit(door.answer(flow["auth_uri"])).query))
    try:
        return dict(app.acquire_token_by_auth_code_flow(flow, came))
    except ValueError as error:  # another login's answer: the state is not ours
        raise failed(grant, error) from None


class _Talk:
    """One conversation with the token server, from what was kept to what is to be kept."""

    def __init__(self, grant: Grant, kept: str) -> None:
        try:
            import msal  # noqa: PLC0415 - an extra that need not be there
            import requests  # noqa: PLC0415 - comes with msal
        except ModuleNotFoundError:
            raise missing() from None
        self._grant, self._lost = grant, (requests.RequestException, msal.exceptions.MsalServiceError)
        self._cache = msal.SerializableTokenCache()
        if kept:
            self._cache.deserialize(kept)
        try:
            self.app = msal.PublicClientApplication(
                grant.client_id,
                authority=grant.authority or AUTHORITY,
                token_cache=self._cache,
                instance_discovery=False,  # the worker named the server; no other one is asked about it
                timeout=SECONDS,
            )
        except (*self._lost, ValueError) as error:  # ValueError: it is no such server
            raise unreachable(grant, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, self._lost):
            raise unreachable(self._grant, error) from None

    def access(self, answer: dict[str, Any], refused: Any) -> Access:
        """Return the token of an answer; `refused` makes the error when there is none."""
        if "access_token" in answer:
            return Access(str(answer["access_token"]), float(answer["expires_in"]), self._cache.serialize())
        why = str(answer.get("error_description") or answer.get("error") or "?").splitlines()[0]
        if refused is failed or answer.get("error") in _FOR_GOOD:
            raise refused(self._grant, why)
        raise unreachable(self._grant, why)


def _scopes(grant: Grant) -> list[str]:
    return [_SCOPES[use] for use in sorted(grant.uses)]
