"""A real Courier IMAP server on loopback: `INBOX.` before every folder, `.` between them, and no MOVE, as rented hosts have it.

Debian's package excludes Dovecot's, so it is unpacked beside: `tests/setup/need-courier FOLDER`. Its own log-in wants a
daemon for the passwords; here a few lines say hello and take the LOGIN, and hand the connection to Courier's `imapd`, whose
own greeting (PREAUTH: it trusts whoever starts it) is left out.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

USER, PASSWORD = "worker@example.jp", "open sesame, 12"
CAPABILITY = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE"
_PLACE = Path(__file__).parent.parent / ".courier"
_SCRIPT = Path(__file__).parent / "setup" / "need-courier"


class Courier:
    """The server; a context manager. One user, whose mail lies in `maildir`."""

    def __init__(self) -> None:
        self._root = unpacked()
        self.home = Path(tempfile.mkdtemp(prefix="banken-courier-"))
        self.maildir = self.home / "Maildir"
        self.user, self.password = USER, PASSWORD
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.host, self.port = self._listener.getsockname()
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        for folder in (self.maildir, *(self.maildir / name for name in ("cur", "new", "tmp"))):
            folder.mkdir()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for child in self._children:
            child.kill()
            child.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    @contextlib.contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Yield a logged-in client of the tests' own, apart from the one that is tested."""
        with IMAPClient(self.host, self.port, ssl=False, timeout=30) as client:
            client.login(self.user, self.password)
            yield client

    def append(self, folder: str, raw: bytes, when: dt.datetime | None = None, flags: Iterable[str] = ()) -> None:
        """Deliver `raw` into `folder` (made when missing) as of `when`."""
        with self.client() as client:
            if folder != "INBOX":
                with contextlib.suppress(IMAPClientError):
                    client.create_folder(folder)
            client.append(folder, raw, list(flags), when)

    def flags(self, folder: str) -> dict[int, set[str]]:
        """Return the flags and keywords of every message in `folder`, by UID."""
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            found = client.get_flags(client.search())
            return {uid: {flag.decode() for flag in flags} - {"\\Recent"} for uid, flags in found.items()}

    def messages(self, folder: str) -> dict[int, bytes]:
        """Return every message in `folder`, by UID."""
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            return {uid: parts[b"BODY[]"] for uid, parts in client.fetch(client.search(), ["BODY.PEEK[]"]).items()}

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.sendall(f"* OK [CAPABILITY {CAPABILITY}] Courier-IMAP ready.\r\n".encode())
            tag = self._logged_in(client)
            if tag is None:
                return
            imapd = self._imapd(client)
            self._children.append(imapd)
            assert imapd.stdout is not None
            with imapd.stdout:
                assert imapd.stdout.readline().startswith(b"* PREAUTH")
                client.sendall(f"{tag} OK LOGIN Ok.\r\n".encode())
                while octets := os.read(imapd.stdout.fileno(), 65536):
                    client.sendall(octets)

    def _logged_in(self, client: socket.socket) -> str | None:
        """Talk until the user has logged in; return the tag that waits for its answer."""
        while line := _line(client):
            tag, _space, command = line.partition(" ")
            if command.replace('"', "").lower() == f"login {self.user} {self.password}":
                return tag
            if re.match("LOGOUT", command, re.IGNORECASE):
                client.sendall(f"* BYE bye\r\n{tag} OK bye\r\n".encode())
                return None
            if re.match("CAPABILITY", command, re.IGNORECASE):
                client.sendall(f"* CAPABILITY {CAPABILITY}\r\n{tag} OK done\r\n".encode())
            else:
                client.sendall(f"{tag} NO Login failed.\r\n".encode())
        return None

    def _imapd(self, client: socket.socket) -> subprocess.Popen[bytes]:
        libraries = ":".join(sorted({str(path.parent) for path in self._root.rglob("*.so*")}))
        environment = {
            "LD_LIBRARY_PATH": libraries,
            "IMAP_CAPABILITY": CAPABILITY,
            "IMAP_KEYWORDS": "1",
            "IMAP_USELOCKS": "1",
            "IMAP_CHECK_ALL_FOLDERS": "0",
            "IMAP_TRASHFOLDERNAME": "Trash",
            "IMAP_EMPTYTRASH": "Trash:7",
            "IMAP_ENHANCEDIDLE": "0",
            "HOME": str(self.home),
        }
        command = [self._root / "usr" / "bin" / "imapd", str(self.maildir)]
        quiet = subprocess.DEVNULL  # it tells of each log-in
        return subprocess.Popen(
            command, stdin=client, stdout=subprocess.PIPE, stderr=quiet, env=environment, cwd=self.maildir, bufsize=0
        )


def unpacked() -> Path:
    """Return where Courier was unpacked, unpacking it first when it was not."""
    subprocess.run([str(_SCRIPT), str(_PLACE)], check=True)
    return _PLACE


def _line(client: socket.socket) -> str:
    """Read one line and not an octet more: what follows is for `imapd`."""
    line = b""
    while not line.endswith(b"\n"):
        octet = client.recv(1)
        if not octet:
            return ""
        line += octet
    return line.decode("ascii", "replace").strip()
