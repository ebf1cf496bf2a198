"""A TCP proxy that spoils a connection at a byte of its choice."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

UP, DOWN = "up", "down"
"""From the client to the server, and back."""

KINDS = ("cut", "reset", "noise", "split", "delay", "stall")
CUTTING = ("cut", "reset", "noise", "stall")
"""The kinds after which the connection is lost."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one connection when `after` octets have passed in one direction.

    cut: closed; reset: closed with RST; noise: whatever comes afterwards is noise, then closed; split: sent octet by
    octet from there on; delay: held for `seconds`; stall: nothing more comes, ever.
    """

    kind: str
    direction: str
    after: int
    seconds: float = 0.0


@dataclass(slots=True)
class Proxy:
    """Listens on loopback in front of `target`; `plan` gives the fault of each new connection. A context manager."""

    target: int
    plan: Callable[[], Fault | None] = lambda: None
    high: bool = True
    """Noise has only octets above 127: it can never form another word of a plain-text protocol."""
    struck: Counter[str] = field(default_factory=Counter)
    """Faults that really happened, by kind."""
    lengths: dict[str, deque[int]] = field(default_factory=lambda: {way: deque([600], maxlen=40) for way in (UP, DOWN)})
    """How many octets passed over the last unspoilt connections, by direction."""
    port: int = 0
    _listener: socket.socket | None = None
    _open: set[socket.socket] = field(default_factory=set)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._listener is not None
        self._listener.close()
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open |= {client, server}
        fault = self.plan()
        back = threading.Thread(target=self._pump, args=[server, client, DOWN, fault], daemon=True)
        back.start()
        self._pump(client, server, UP, fault)
        back.join()
        self._open -= {client, server}
        client.close()
        server.close()

    def _pump(self, source: socket.socket, sink: socket.socket, direction: str, fault: Fault | None) -> None:
        mine = fault if fault is not None and fault.direction == direction else None
        passed = 0
        with contextlib.suppress(OSError):
            while octets := source.recv(65536):
                if mine is None or passed + len(octets) <= mine.after:
                    sink.sendall(octets)
                else:
                    head = max(mine.after - passed, 0)
                    sink.sendall(octets[:head])
                    self.struck[mine.kind] += passed <= mine.after
                    if not self._strike(mine, octets[head:], sink):
                        self._end(source, sink, reset=mine.kind == "reset")
                        return
                    if mine.kind == "delay":
                        mine = None
                passed += len(octets)
        if fault is None:
            self.lengths[direction].append(passed)
        self._end(source, sink, reset=False)

    def _end(self, *socks: socket.socket, reset: bool) -> None:
        """Wake both directions up from reading, so that `_serve` closes both connections, with RST when `reset`.

        A socket that is closed while another thread reads from it stays open until that ends: nobody is told of it.
        """
        for sock in socks:
            with contextlib.suppress(OSError):
                if reset:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                lingers, _seconds = struct.unpack("ii", sock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))
                sock.shutdown(socket.SHUT_RD if lingers else socket.SHUT_RDWR)

    def _strike(self, fault: Fault, rest: bytes, sink: socket.socket) -> bool:
        """Do the harm; return whether the connection goes on."""
        if fault.kind == "split":
            for octet in rest[:3000]:
                sink.sendall(bytes([octet]))
            sink.sendall(rest[3000:])
            return True
        if fault.kind == "delay":
            time.sleep(fault.seconds)
            sink.sendall(rest)
            return True
        if fault.kind == "noise":
            sink.sendall(self._noise(len(rest) + random.randrange(40)))
            time.sleep(0.02)
        if fault.kind == "stall":
            time.sleep(fault.seconds)
        return False

    def _noise(self, size: int) -> bytes:
        octets = os.urandom(size)
        return bytes(octet | 0x80 for octet in octets) if self.high else octets
