"""A real PostgreSQL with its data in a temporary folder, for the tests of the ledger.

A missing PostgreSQL is an error that says what to install, never a skip.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import psycopg
from tests.servers import free_port

USER, PASSWORD = "banken", "open sesame"
_START_SECONDS = 30.0


class Postgres:
    """A PostgreSQL server on loopback; a context manager. Each `schema()` is an empty place of its own."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="banken-postgres-"))
        self.host, self.port = "127.0.0.1", 0
        self._programs = _programs()
        self._names = (f"place{number}" for number in itertools.count(1))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(self.home, owner.pw_uid, owner.pw_gid)
        (self.home / "secret").write_text(PASSWORD)
        (self.home / "secret").chmod(0o644)
        command = [self._programs / "initdb", "-D", self.home / "data", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8"]
        more = ["-A", "scram-sha-256", "--pwfile", self.home / "secret", "--no-sync"]
        subprocess.run([*command, *more], check=True, capture_output=True, **self._as_owner())
        self.port = free_port()
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> Self:
        """Start on the port from before; returns when it answers."""
        options = {
            "port": self.port,
            "listen_addresses": self.host,
            "unix_socket_directories": self.home,
            "fsync": "off",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.home / "data", *settings],
                stdout=log,
                stderr=log,
                **self._as_owner(),
            )
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return self
        self.stop()
        raise RuntimeError(f"PostgreSQL does not start:\n{(self.home / 'log').read_text()}")

    def stop(self) -> None:
        """Stop at once, every session with it (SIGINT: fast shutdown)."""
        if self._process is not None:
            self._process.send_signal(2)
            self._process.wait(30)
            self._process = None

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Run a statement past the product."""
        with psycopg.connect(self._url(), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def schema(self) -> str:
        """Return the URL of an empty place for a ledger."""
        name = next(self._names)
        self.run(f"CREATE SCHEMA {name}")
        return f"{self._url()}?options=-csearch_path%3D{name}"

    def _url(self) -> str:
        return f"postgresql://{USER}:{PASSWORD.replace(' ', '%20')}@{self.host}:{self.port}/postgres"

    def _as_owner(self) -> dict[str, object]:
        return {"user": "postgres", "group": "postgres", "cwd": "/"} if os.getuid() == 0 else {}


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path is None:
        raise RuntimeError("these tests need PostgreSQL: run `make servers`, or `apt-get install postgresql`")
    return Path(on_path).resolve().parent
