"""Where a browser comes back to after a login: a port on this machine, or an address that the worker copies by hand.

The second is for a server without a browser: on the worker's own computer the last page does not open, but its address
holds all that is needed.
"""

from __future__ import annotations

import select
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Self, TextIO
from urllib.parse import parse_qs, urlsplit

from banken.i18n import _, language
from banken.oauth.model import LoginNeeded

PATIENCE = 900.0
"""Seconds that the worker has for logging in; providers give about as many."""


class Loopback:
    """A port on loopback, open for one login; a context manager. `hand` is where a line may be typed instead."""

    def __init__(self, hand: TextIO | None = None, patience: float = PATIENCE) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._hand, self._patience = hand, patience

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.server_close()

    @property
    def address(self) -> str:
        """The address to come back to; by name, since Microsoft allows any port there only under this name."""
        return f"http://localhost:{self._server.server_port}/"

    def wait(self) -> str:
        """Return the whole address that the browser came back to. Raises LoginNeeded when nobody comes."""
        end = time.monotonic() + self._patience
        while (left := end - time.monotonic()) > 0:
            ears: list[Any] = [self._server] if self._hand is None else [self._server, self._hand]
            for ear in select.select(ears, [], [], left)[0]:
                if came := self._typed() if ear is self._hand else self._visited():
                    return came
        raise LoginNeeded(_("nobody logged in within {minutes} minutes").format(minutes=round(self._patience / 60)))

    def _visited(self) -> str:
        self._server.came = ""
        self._server.handle_request()
        return f"{self.address.rstrip('/')}{came}" if (came := self._server.came) else ""

    def _typed(self) -> str:
        line = self._hand.readline() if self._hand is not None else ""
        if not line:  # it was closed
            self._hand = None
        return line.strip() if is_answer(line) else ""


def is_answer(address: str) -> bool:
    """Return whether an address is what a login ends with (RFC 6749 section 4.1.2)."""
    try:
        given = parse_qs(urlsplit(address.strip()).query)
    except ValueError:
        return False
    return "state" in given and ("code" in given or "error" in given)


class _Server(HTTPServer):
    timeout = 5
    came = ""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that hangs up."""


class _Handler(BaseHTTPRequestHandler):
    """Takes the one visit that counts; a browser asks for icons, too."""

    server: _Server
    timeout = 5

    def do_GET(self) -> None:
        """Answer a visit."""
        if is_answer(self.path):
            self.server.came = self.path
        text = _("You can close this page and go back to Banken.") if self.server.came else ""
        page = (
            f"<!doctype html><html lang={language()}><meta charset=utf-8><title>Banken</title><p>{text}</html>".encode()
        )
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_words: object) -> None:
        """Say nothing: the address holds the code."""
