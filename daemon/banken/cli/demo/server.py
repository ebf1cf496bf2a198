"""A small IMAP server on loopback for the demo: pymap, in memory, gone when the demo ends."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec

from banken.i18n import _

USER = "nao"
PATIENCE = 15.0
"""Seconds within which the server must answer."""
TURNS = 3
"""How often it is started, each time at another port."""


class NoServerError(Exception):
    """The demo's server is not installed, or does not start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class DemoServer:
    """Where the server listens, and the password for USER."""

    port: int
    password: str = field(repr=False)


@contextmanager
def running() -> Iterator[DemoServer]:
    """Run the server for the length of the `with`. Raises NoServerError."""
    if find_spec("pymap") is None:
        raise NoServerError(_("the demo needs a small mail server: pip install pymap, or run make demo"))
    for turn in range(TURNS):
        server = DemoServer(_free_port(), secrets.token_urlsafe(12))
        process = _start(server)
        try:
            _wait(server, process)
            break
        except NoServerError:  # another program took the port meanwhile
            _stop(process)
            if turn == TURNS - 1:
                raise
    try:
        yield server
    finally:
        _stop(process)


def _start(server: DemoServer) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter, no shell, no words from outside
        [
            *(sys.executable, "-c", "from pymap.main import main; main()"),
            *("--host", "127.0.0.1", "--port", str(server.port), "--no-tls"),
            *("dict", "--demo-user", USER, "--demo-password", server.password),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: DemoServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1) as connection:
                if connection.recv(4) == b"* OK":
                    return
        except OSError:
            time.sleep(0.05)
    raise NoServerError(_("the demo's mail server did not start"))
