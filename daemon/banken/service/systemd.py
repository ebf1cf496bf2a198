"""Tell systemd how the service is (sd_notify(3)): one datagram, no library needed."""

from __future__ import annotations

import contextlib
import os
import socket
import time


def tell(state: str) -> None:
    """Send a state such as `READY=1`; does nothing where systemd does not ask (NOTIFY_SOCKET), and never raises."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name.startswith(("/", "@")):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.settimeout(1.0)
        sock.sendto(state.encode(), "\0" + name[1:] if name.startswith("@") else name)


def ready(every: float) -> None:
    """Tell that the service runs (again, after new settings); it will be `alive` about `every` seconds."""
    tell("READY=1" + _patience(every))


def _patience(every: float) -> str:
    """Return what asks the watchdog to wait for longer than three such times, if there is a watchdog."""
    set_up = os.environ.get("WATCHDOG_USEC", "")
    return f"\nWATCHDOG_USEC={max(int(set_up), int(3e6 * every))}" if set_up.isdigit() else ""


def reloading() -> None:
    """Tell that new settings are being read; `ready` follows (Type=notify-reload wants the time of it)."""
    tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")


def stopping() -> None:
    """Tell that the service ends."""
    tell("STOPPING=1")


def alive(status: str) -> None:
    """Feed the watchdog: to be called only after a server really answered; `status` is shown by `systemctl status`."""
    tell(f"WATCHDOG=1\nSTATUS={' '.join(status.split())}")
