"""Gmail, by google-auth and google-auth-oauthlib: the browser's way back to this machine (RFC 8252), with PKCE.

Google's device codes are not given for mail (its list of scopes allowed there), so that there is only this way.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from datetime import UTC
from functools import partial
from typing import Any

from banken.i18n import _
from banken.oauth.model import SECONDS, Access, Door, Grant, ended, failed, missing, unreachable

AUTHORITY = "https://accounts.google.com"
SCOPES = ["https://mail.google.com/"]
"""For IMAP and SMTP alike; Gmail knows no smaller one for them."""

# It logs whole answers, tokens and all, for whoever switches debugging on.
logging.getLogger("requests_oauthlib").setLevel(logging.CRITICAL)


def renew(grant: Grant, kept: str) -> Access:
    """Return a new access token by the refresh token that was kept."""
    try:
        from google.auth.exceptions import GoogleAuthError, RefreshError  # noqa: PLC0415 - an extra that need not be there
        from google.auth.transport.requests import Request  # noqa: PLC0415
        from google.oauth2.credentials import Credentials  # noqa: PLC0415
    except ModuleNotFoundError:
        raise missing() from None
    known = json.loads(kept)
    make: Any = Credentials  # google-auth carries types for some of itself
    credentials = make(None, scopes=SCOPES, client_id=grant.client_id, client_secret=_secret(grant), **known)
    try:
        credentials.refresh(partial(Request(), timeout=SECONDS))
    except RefreshError as error:
        raise (unreachable if error.retryable else ended)(grant, error.args[0]) from None
    except GoogleAuthError as error:
        raise unreachable(grant, error) from None
    return _access(credentials)


def log_in(grant: Grant, door: Door, *, browser: bool) -> Access:  # noqa: ARG001 - there is no other way
    """Let the worker log in with a browser that comes back to this machine."""
    try:
        from google_auth_oauthlib.flow import Flow  # noqa: PLC0415 - an extra that need not be there
        from oauthlib.oauth2 import OAuth2Error  # noqa: PLC0415
        from requests import RequestException  # noqa: PLC0415
    except ModuleNotFoundError:
        raise missing() from None
    try:
        pages = _pages(grant)
        client = {"installed": {"client_id": grant.client_id, "client_secret": _secret(grant), **pages}}
        flow = Flow.from_client_config(client, SCOPES, redirect_uri=door.address(), autogenerate_code_verifier=True)
        # Without `consent` Google gives a refresh token only the first time.
        page, _state = flow.authorization_url(access_type="offline", prompt="consent", login_hint=grant.user)
        came = door.answer(page)
        # oauthlib wants https; what comes back to this machine itself never crosses a network (RFC 8252 section 8.3).
        secure = came.replace("http://", "https://", 1)
        answer = flow.fetch_token(authorization_response=secure, timeout=SECONDS)
    except RequestException as error:
        raise unreachable(grant, error) from None
    except (OAuth2Error, ValueError) as error:
        raise failed(grant, error) from None
    except Warning:  # oauthlib's way to say that the scope is another one
        raise failed(grant, _("the access to mail was not ticked on the page")) from None
    if not flow.credentials.refresh_token:
        raise failed(grant, _("no refresh token came"))
    # Google says so of apps whose publishing status is “testing”.
    ends = answer.get("refresh_token_expires_in")
    return replace(_access(flow.credentials), days=int(ends) // 86400 if ends else None)


def _pages(grant: Grant) -> dict[str, str]:
    """Return where to log in and where to get tokens, as the server itself says (OpenID Connect Discovery 1.0)."""
    import requests  # noqa: PLC0415 - comes with google-auth-oauthlib

    answer = requests.get(f"{grant.authority or AUTHORITY}/.well-known/openid-configuration", timeout=SECONDS)
    answer.raise_for_status()
    told = answer.json()
    return {"auth_uri": str(told["authorization_endpoint"]), "token_uri": str(told["token_endpoint"])}


def _secret(grant: Grant) -> str:
    return grant.client_secret() if grant.client_secret else ""


def _access(credentials: Any) -> Access:
    # google-auth counts in UTC without saying so.
    until = credentials.expiry.replace(tzinfo=UTC).timestamp() if credentials.expiry else 0.0
    kept = json.dumps({"refresh_token": credentials.refresh_token, "token_uri": credentials.token_uri})
    return Access(str(credentials.token), until - time.time(), kept)
