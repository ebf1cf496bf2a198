"""The machine's network address vanishes and another one comes, in a network namespace of its own (Linux, root)."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from tests.e2e.conftest import USERS, notice
from tests.e2e.test_answers import until
from tests.servers import Dovecot

ROOM = f"banken{os.getpid()}"
CABLE = f"bnk{os.getpid() % 1000000}"
NET = f"10.231.{os.getpid() % 250}"
HERE = f"{NET}.1"


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
    return done.stdout


def can_make_rooms():
    """Namespaces need a privilege that containers and ordinary users lack; the day (tests.soak.day) does without."""
    if os.getuid() != 0 or shutil.which("ip") is None:
        return False
    made = subprocess.run(["ip", "netns", "add", f"{ROOM}-try"], capture_output=True, check=False).returncode == 0
    if made:
        subprocess.run(["ip", "netns", "delete", f"{ROOM}-try"], check=False)
    return made


pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not can_make_rooms(), reason="network namespaces need root"),
]


@pytest.fixture
def room():
    """A namespace with one cable to this machine; yields a function that gives its end an address, the only one."""
    ip("netns", "add", ROOM)
    try:
        ip("link", "add", CABLE, "type", "veth", "peer", "name", "cable", "netns", ROOM)
        ip("address", "add", f"{HERE}/24", "dev", CABLE)
        ip("link", "set", CABLE, "up")
        for name in ("lo", "cable"):
            ip("-n", ROOM, "link", "set", name, "up")

        def move(number):
            ip("-n", ROOM, "address", "flush", "dev", "cable")
            ip("-n", ROOM, "address", "add", f"{NET}.{number}/24", "dev", "cable")

        yield move
    finally:
        ip("netns", "delete", ROOM)


class Door:
    """Hands connections from the cable on to the mail server on loopback, and knows whence they come."""

    def __init__(self, port):
        self.peers, self._port = [], port
        self._listener = socket.create_server((HERE, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, (peer, _port) = self._listener.accept()
                self.peers.append(peer)
                server = socket.create_connection(("127.0.0.1", self._port))
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=[source, target], daemon=True).start()

    def _pass(self, source, target):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def close(self):
        self._listener.close()


def test_a_new_address_is_noticed_and_mail_is_heard_of_at_once_again(room, desk):
    room(2)
    with Dovecot({desk.user: USERS[desk.user]}, hosts=[HERE, "127.0.0.1"]) as server, contextlib.ExitStack() as stack:
        door = Door(server.tls_port)
        stack.callback(door.close)
        desk.server = server
        account = desk.configure()["accounts"][0]
        imap = account["imap"] | {"host": HERE, "port": door.port}
        account |= {"imap": imap, "every": "5s", "push": True}
        desk.configure(accounts=[account], warn={"to": [desk.user], "via": "append"})
        log = desk.folder / "log"
        command = ["ip", "netns", "exec", ROOM, sys.executable, "-m", "banken", "run", "--log", "human"]
        process = subprocess.Popen(
            [*command, "--config", str(desk.config)],
            env={**os.environ, "MAIL_PASSWORD": USERS[desk.user]},
            stderr=stack.enter_context(log.open("w")),
        )
        stack.callback(process.wait, 30)
        stack.callback(process.send_signal, signal.SIGTERM)
        until(lambda: "listening" in log.read_text() and log.read_text().count("looked account") >= 2)
        assert set(door.peers) == {f"{NET}.2"}
        room(3)
        first = desk.deliver(notice("続きはLINEで。", number=1))
        until(lambda: any(flag.startswith("banken-") for flag in desk.flags().get(first, ())))
        until(lambda: "address is another one" in log.read_text())
        until(lambda: log.read_text().count("listening account") - log.read_text().count("not listening") == 1)
        assert door.peers[-1] == f"{NET}.3"
        # Heard of by the new connection, with the next look far off.
        desk.configure(accounts=[account | {"every": "1h"}], warn={"to": [desk.user], "via": "append"})
        until(lambda: "new settings accounts" in log.read_text())
        until(lambda: log.read_text().rstrip().rpartition("new settings accounts")[2].count("listening account") == 1)
        time.sleep(1)
        second = desk.deliver(notice("直接契約しませんか。手数料がもったいないので。", number=2))
        until(lambda: any(flag.startswith("banken-") for flag in desk.flags().get(second, ())))
