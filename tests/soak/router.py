"""A TCP forwarder that can lose all its connections without a word, as a router does that gets a new address."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from typing import Self

_PIECE, _PAUSE = 65536, 0.1


class Router:
    """Listens on loopback in front of the port that `target` gives; a context manager."""

    def __init__(self, target: Callable[[], int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._address = 0
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listener.close()

    def move(self) -> None:
        """Get a new address: over the connections that are open nothing comes through any more, nor their end."""
        self._address += 1

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(OSError):
                client, _peer = self._listener.accept()
                threading.Thread(target=self._serve, args=[client, self._address], daemon=True).start()

    def _serve(self, client: socket.socket, address: int) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._target()), timeout=5)
        except OSError:
            client.close()
            return
        with client, server, contextlib.suppress(OSError):
            other = {client: server, server: client}
            while not self._ended.is_set():
                for source in select.select(list(other), [], [], _PAUSE)[0] if address == self._address else ():
                    octets = source.recv(_PIECE)
                    if not octets:
                        return
                    other[source].sendall(octets)
                if address != self._address:
                    self._ended.wait()
