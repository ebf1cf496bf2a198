"""A port on this machine that answers whether the watch is fresh: /healthz for supervisors, /metrics for Prometheus.

Whoever asks /healthz ends a service that does not answer in time. It is answered from memory, so that it waits for nobody
who writes to the ledger.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from banken.i18n import _
from banken.ledger import Ledger, LedgerError
from banken.service.health import Condition, Vitals

HOST = "127.0.0.1"
_NAMES = ("127.0.0.1", "localhost")
_SECONDS = 10.0


def record(condition: Condition) -> dict[str, Any]:
    """Return how an account is, as JSON tells it."""
    trouble = condition.trouble
    return {
        "account": condition.account,
        "fresh": condition.fresh,
        "looked": condition.looked.isoformat() if condition.looked else None,
        "every": condition.every.total_seconds(),
        "trouble": {"since": trouble.since.isoformat(), "why": trouble.why, "tries": trouble.tries}
        if trouble
        else None,
        "unwatched": list(condition.unwatched),
    }


class Endpoint:
    """The answering port; `look` returns at once how the watch is now. Raises OSError when the port is taken."""

    def __init__(self, port: int, look: Callable[[], Vitals], ledger: Ledger) -> None:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            timeout = _SECONDS
            server_version, sys_version = "banken", ""

            def do_GET(self) -> None:
                status, kind, body = endpoint.answer(self.path, self.headers.get("Host", ""))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing: a supervisor asks every few seconds."""

        self._look, self._ledger = look, ledger
        self._server = ThreadingHTTPServer((HOST, port), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, name="endpoint", daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, host: str) -> tuple[HTTPStatus, str, bytes]:
        """Return status, content type and body for a request."""
        if host.rpartition(":")[0] not in _NAMES and host not in _NAMES:  # a web page that had its name point here
            return HTTPStatus.FORBIDDEN, "text/plain", b""
        try:
            if path == "/healthz":
                return self._healthz()
            if path == "/metrics":
                return self._metrics()
        except LedgerError as error:
            return HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", f"{error}\n".encode()
        return HTTPStatus.NOT_FOUND, "text/plain", b""

    def _healthz(self) -> tuple[HTTPStatus, str, bytes]:
        vitals = self._look()
        body = {
            "fresh": all(one.fresh for one in vitals.accounts),
            "hung": vitals.hung,
            "ledger": vitals.ledger,
            "accounts": [record(one) for one in vitals.accounts],
        }
        status = HTTPStatus.OK if vitals.well else HTTPStatus.SERVICE_UNAVAILABLE
        return status, "application/json", json.dumps(body, ensure_ascii=False).encode()

    def _metrics(self) -> tuple[HTTPStatus, str, bytes]:
        try:
            from banken.service.metrics import CONTENT_TYPE, expose  # noqa: PLC0415 - an extra that need not be there
        except ModuleNotFoundError:
            text = _("/metrics needs one more library: pip install 'banken[metrics]'")
            return HTTPStatus.NOT_IMPLEMENTED, "text/plain; charset=utf-8", f"{text}\n".encode()
        return HTTPStatus.OK, CONTENT_TYPE, expose(self._look().accounts, self._ledger)
