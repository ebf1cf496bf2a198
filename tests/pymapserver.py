"""pymap, an IMAP server in Python without keywords (no `\\*` in PERMANENTFLAGS), in memory on loopback."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from tests.servers import free_port

USER, PASSWORD = "demouser", "demopass"


@contextlib.contextmanager
def pymap() -> Iterator[int]:
    """Yield the port of a running pymap with its own demo mail; the user is `USER` with `PASSWORD`."""
    port = free_port()
    command = [sys.executable, "-c", "import sys, pymap.main; sys.exit(pymap.main.main())"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-data"]
    with tempfile.TemporaryFile() as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("pymap does not start; it comes with the development tools (`make dev`)")
