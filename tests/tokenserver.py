"""A token server of our own: device codes, logins by browser with PKCE, refreshing, revoking, and Dovecot's introspection.

It speaks HTTPS to the product, as Google and Microsoft do, and plain HTTP on loopback to Dovecot.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import secrets
import tempfile
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.certificates import Authority

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class _Device:
    code: str
    typed: str
    scope: str
    approved: str | None = None
    refused: bool = False


@dataclass
class _Page:
    asked: dict[str, str]
    user: str


@dataclass
class TokenServer:
    """A context manager. `lifetime` of access tokens in seconds; `secret` what the app has to know ("": nothing)."""

    client: str = "app-of-the-worker"
    secret: str = ""
    lifetime: int = 3600
    testing: bool = False
    """As Google for apps in testing: refresh tokens last seven days, and the answer says so."""
    down: bool = False
    refreshed: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    """Every request for a token."""
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Access tokens: whose, and until when."""
    refreshes: dict[str, str] = field(default_factory=dict)
    """Refresh tokens: whose."""
    given: list[str] = field(default_factory=list)
    """Every secret that ever left the server."""
    _devices: list[_Device] = field(default_factory=list)
    _pages: dict[str, _Page] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="banken-tokens-")
        authority = Authority(Path(self._folder.name))
        self.ca_file = authority.ca_file
        handler = type("Handler", (_Handler,), {"house": self})
        self._secure = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        context = authority.issue("localhost", "127.0.0.1").server_context()
        self._secure.socket = context.wrap_socket(self._secure.socket, server_side=True)
        self._open = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        for one in (self._secure, self._open):
            one.daemon_threads = True
            threading.Thread(target=one.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._secure, self._open):
            one.shutdown()
            one.server_close()
        self._folder.cleanup()

    @property
    def host(self) -> str:
        return f"https://localhost:{self._secure.server_port}"

    @property
    def authority(self) -> str:
        """As Microsoft's: with a tenant."""
        return f"{self.host}/common"

    @property
    def introspection(self) -> str:
        return f"http://127.0.0.1:{self._open.server_port}/introspect"

    def approve(self, typed: str, user: str) -> None:
        """A person types the code and says yes."""
        next(one for one in self._devices if one.typed == typed).approved = user

    def refuse(self, typed: str) -> None:
        """A person says no."""
        next(one for one in self._devices if one.typed == typed).refused = True

    def visit(self, page: str, user: str, *, refuse: bool = False) -> str:
        """A person logs in on a page; return the address the browser is sent back to."""
        asked = {key: values[0] for key, values in urllib.parse.parse_qs(urllib.parse.urlsplit(page).query).items()}
        assert asked["client_id"] == self.client
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"]}
        if refuse:
            answer |= {"error": "access_denied"}
        else:
            code = self._new("code")
            self._pages[code] = _Page(asked, user)
            answer |= {"code": code, "scope": asked["scope"]}
        return f"{asked['redirect_uri']}?{urllib.parse.urlencode(answer)}"

    def withdraw(self) -> None:
        """The tokens that are out there are worth nothing any more; refreshing gives new ones."""
        self.tokens.clear()

    def revoke(self) -> None:
        """The worker's consent is gone: neither tokens nor refreshing work."""
        self.tokens.clear()
        self.refreshes.clear()

    def knows(self, token: str) -> str | None:
        """Return whose token this is, None when it counts no more."""
        user, until = self.tokens.get(token, ("", 0.0))
        return user if until > time.time() else None

    def _new(self, kind: str) -> str:
        made = f"{kind}-{secrets.token_urlsafe(24)}"
        self.given.append(made)
        return made

    def _answer(self, path: str, sent: dict[str, str]) -> tuple[int, dict]:
        if path == "/introspect":
            user = self.knows(sent.get("token", ""))
            return 200, {"active": True, "username": user} if user else {"active": False}
        if self.down:
            return 503, {"error": "temporarily_unavailable"}
        if path.endswith("/.well-known/openid-configuration"):
            pages = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
            pages |= {"device_authorization_endpoint": "device"}
            return 200, {"issuer": self.host} | {key: f"{self.host}/{name}" for key, name in pages.items()}
        if path == "/device":
            one = _Device(self._new("device"), secrets.token_hex(4).upper(), sent["scope"])
            self._devices.append(one)
            told = {"device_code": one.code, "user_code": one.typed, "verification_uri": "https://example.jp/device"}
            return 200, told | {"expires_in": 900, "interval": 1, "message": "log in"}
        if path == "/token":
            self.asked.append(sent)
            return self._token(sent)
        return 404, {}

    def _token(self, sent: dict[str, str]) -> tuple[int, dict]:
        if sent.get("client_id") != self.client or (self.secret and sent.get("client_secret") != self.secret):
            return 401, {"error": "invalid_client"}
        match sent["grant_type"]:
            case "refresh_token":
                user = self.refreshes.get(sent["refresh_token"])
                if user is None:
                    return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
                self.refreshed += 1
                return 200, self._give(user, sent.get("scope", ""), "")
            case "authorization_code":
                page = self._pages.pop(sent["code"], None)
                if page is None or _challenge(sent["code_verifier"]) != page.asked["code_challenge"]:
                    return 400, {"error": "invalid_grant"}
                assert sent["redirect_uri"] == page.asked["redirect_uri"]
                return 200, self._give(page.user, page.asked["scope"], page.asked.get("nonce", ""))
            case grant if grant == GRANT:
                one = next(one for one in self._devices if one.code == sent["device_code"])
                if one.refused:
                    return 400, {"error": "authorization_declined", "error_description": "The user said no."}
                if one.approved is None:
                    return 400, {"error": "authorization_pending"}
                return 200, self._give(one.approved, one.scope, "")
        return 400, {"error": "unsupported_grant_type"}

    def _give(self, user: str, scope: str, nonce: str) -> dict:
        token, refresh = self._new("access"), self._new("refresh")
        self.tokens[token] = (user, time.time() + self.lifetime)
        self.refreshes[refresh] = user
        now = int(time.time())
        claims = {"iss": self.host, "aud": self.client, "sub": user, "iat": now, "exp": now + 3600, "nonce": nonce}
        claims |= {"preferred_username": user, "oid": user, "tid": "tenant"}
        told = {"access_token": token, "refresh_token": refresh, "token_type": "Bearer", "expires_in": self.lifetime}
        told |= {"scope": scope, "id_token": f"{_part({'alg': 'none'})}.{_part(claims)}.{_part({})}"}
        told |= {"client_info": _part({"uid": user, "utid": "tenant"})}
        return told | ({"refresh_token_expires_in": 604799} if self.testing else {})


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _part(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class _Handler(http.server.BaseHTTPRequestHandler):
    house: TokenServer

    def do_GET(self):
        self._reply({})

    def do_POST(self):
        sent = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        given = {key: values[0] for key, values in sent.items()}
        if (basic := self.headers.get("Authorization", "")).startswith("Basic "):  # as oauthlib sends the app's secret
            name, _, word = base64.b64decode(basic[6:]).decode().partition(":")
            given |= {"client_id": urllib.parse.unquote(name), "client_secret": urllib.parse.unquote(word)}
        self._reply(given)

    def _reply(self, given):
        code, told = self.house._answer(urllib.parse.urlsplit(self.path).path, given)
        octets = json.dumps(told).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_):
        pass
