"""Real servers for the tests: a Dovecot in a temporary folder, and an SMTP sink that keeps what it is sent.

Every port is a free one on loopback. A missing Dovecot is an error that says what to install, never a skip.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import grp
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from imapclient.imap_utf7 import decode as folder_text
from imapclient.imap_utf7 import encode as folder_octets
from tests.certificates import Authority
from tests.dovecot_conf import Wishes, configuration
from tests.smtpsink import Received, SmtpSink

__all__ = ["USER", "Dovecot", "Received", "SmtpSink", "free_port"]

USER = "worker@example.jp"
_START_SECONDS = 20.0


class Dovecot:
    """A real Dovecot (2.3 or 2.4) with maildirs in a temporary folder; a context manager.

    `users` maps user names to passwords (one user, `USER`, when not given); `expired` and `hosts` shape the TLS
    certificate; `prefix` and `separator` the namespace (as "INBOX." and "." on rented servers); `connections` the
    limit a user and address; `oauth` the URL of a token introspection; `settings` is put below the configuration;
    `timezone` is the server's; `lasting` processes serve one connection after the other (a log-in takes a sixth of the
    time).
    """

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        *,
        expired: bool = False,
        hosts: Collection[str] = (),
        prefix: str = "",
        separator: str = "/",
        connections: int = 50,
        oauth: str = "",
        settings: str = "",
        timezone: str = "UTC",
        lasting: bool = False,
    ) -> None:
        self.users = dict(users or {USER: "open sesame, 12"})
        self.host = "127.0.0.1"
        self.home = Path(tempfile.mkdtemp(prefix="banken-dovecot-"))
        self._authority = Authority(self.home)
        self._pair = self._authority.issue(*hosts, expired=expired)
        self._shape = (separator, prefix, connections, oauth, settings, lasting)
        self._environment = os.environ | {"TZ": timezone}
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = _mail_owner()
        self.port, self.tls_port = 0, 0

    @property
    def ca_file(self) -> Path:
        """The authority that signed the server's certificate."""
        return self._authority.ca_file

    @property
    def user(self) -> str:
        """The first user."""
        return next(iter(self.users))

    @property
    def password(self) -> str:
        """The first user's password."""
        return self.users[self.user]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> Dovecot:
        """Start on free ports (on the same ones after a `stop`); returns when both answer."""
        program = _program()
        for name in ("run", "state", "mail"):
            (self.home / name).mkdir(exist_ok=True)
        self.home.chmod(0o755)  # when we are root, Dovecot's processes are others
        os.chown(self.home / "mail", *self._owner)
        users = self.home / "users"
        users.write_text("".join(f"{user}:{{PLAIN}}{password}::::::\n" for user, password in self.users.items()))
        for _ in range(3):  # another process may take a free port before Dovecot does
            if not self.port:
                self.port, self.tls_port = free_port(), free_port()
            (self.home / "dovecot.conf").write_text(configuration(_version(program), self._wishes()))
            command = [program, "-F", "-c", str(self.home / "dovecot.conf")]
            output = (self.home / "stderr").open("ab")
            with output:
                self._process = subprocess.Popen(command, stdout=output, stderr=output, env=self._environment)
            if self._answers():
                return self
            self.stop()
            self.port = 0
        raise RuntimeError(f"Dovecot does not start:\n{(self.home / 'stderr').read_text()}\n{self.log()}")

    def stop(self) -> None:
        """Stop the server, every connection with it; the mail stays."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    @contextlib.contextmanager
    def client(self, user: str | None = None) -> Iterator[IMAPClient]:
        """Yield a logged-in client of the tests' own, apart from the one that is tested."""
        name = user or self.user
        with IMAPClient(self.host, self.port, ssl=False, timeout=30) as client:
            client.normalise_times = False
            client.login(name, self.users[name])
            yield client

    def append(
        self,
        folder: str,
        raw: bytes,
        when: dt.datetime | None = None,
        flags: Iterable[str] = (),
        user: str | None = None,
    ) -> int:
        """Deliver `raw` into `folder` (made when missing) as of `when`; return its UID."""
        with self.client(user) as client:
            _ensure(client, folder)
            answer = client.append(folder, raw, list(flags), when)
        found = re.search(rb"APPENDUID \d+ (\d+)", answer)
        assert found, answer
        return int(found[1])

    def fill(self, folder: str, raws: Iterable[bytes], user: str | None = None) -> None:
        """Put many messages into `folder` at once by writing its maildir; Dovecot gives UIDs when it is opened."""
        with self.client(user) as client:
            _ensure(client, folder)
            client.select_folder(folder)
        new = self.maildir(folder, user) / "new"
        start = time.time_ns()
        for number, raw in enumerate(raws):
            path = new / f"{start + number}.M{number}P1.example"
            path.write_bytes(raw)
            os.chown(path, *self._owner)

    def flags(self, folder: str, user: str | None = None) -> dict[int, set[str]]:
        """Return the flags and keywords of every message in `folder`, by UID."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            lines = client._imap.uid("FETCH", "1:*", "(FLAGS)")[1]
        found = [re.search(rb"UID (\d+) FLAGS \(([^)]*)\)", line) for line in lines if line]
        return {int(hit[1]): set(hit[2].decode().split()) for hit in found if hit}

    def messages(self, folder: str, user: str | None = None) -> dict[int, bytes]:
        """Return every message in `folder`, by UID."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            return {uid: parts[b"BODY[]"] for uid, parts in client.fetch(client.search(), ["BODY.PEEK[]"]).items()}

    def folders(self, user: str | None = None) -> list[str]:
        """Return the names of all folders."""
        with self.client(user) as client:
            lines = client._imap.list()[1]
        return [_folder_name(line) for line in lines if line]

    def mailbox_of(self, user: str | None = None) -> Path:
        """Return the maildir of a user's INBOX on the disk."""
        return self.home / "mail" / (user or self.user) / "Maildir"

    def maildir(self, folder: str, user: str | None = None) -> Path:
        """Return the maildir of `folder` on the disk (Maildir++: `.a.b`, in modified UTF-7)."""
        separator, prefix = self._shape[:2]
        name = folder.removeprefix(prefix)
        home = self.mailbox_of(user)
        return home if name.upper() == "INBOX" else home / ("." + folder_octets(name).decode().replace(separator, "."))

    def change_uidvalidity(self, folder: str, user: str | None = None) -> None:
        """Make Dovecot forget the folder's UIDs, as after a restored backup: UIDVALIDITY changes."""
        place = self.maildir(folder, user)
        time.sleep(1.1)  # UIDVALIDITY is a time in seconds: within the same second it would not change
        for path in [place / "dovecot-uidlist", place / "dovecot-uidvalidity", *place.glob("dovecot.index*")]:
            path.unlink(missing_ok=True)

    def log(self) -> str:
        """Return Dovecot's log so far; a session ends with `out=… body_bytes=… hdr_bytes=…`."""
        path = self.home / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _wishes(self) -> Wishes:
        uid, gid = self._owner
        owner, group, login = pwd.getpwuid(uid).pw_name, grp.getgrgid(gid).gr_name, ""
        if os.getuid() == 0:  # the package made users for Dovecot's own processes
            owner, group, login = "dovecot", "dovecot", "dovenull"
        return Wishes(
            self.home, owner, group, login or owner, uid, gid, self.port, self.tls_port, self._pair, *self._shape
        )

    def _answers(self) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                return False
            if _greets(self.port) and _accepts(self.tls_port):
                return True
            time.sleep(0.02)
        return False


def _ensure(client: IMAPClient, folder: str) -> None:
    if folder != "INBOX":
        with contextlib.suppress(IMAPClientError):  # it exists; asking is not possible: `%` would match every name
            client.create_folder(folder)


def _folder_name(line: bytes) -> str:
    """Return the name in a LIST response; imapclient's parser stumbles over `[x`."""
    name = re.sub(rb'^\([^)]*\) (?:"[^"]+"|NIL) ', b"", line)
    if name.startswith(b'"'):
        name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
    return str(folder_text(name))


def _mail_owner() -> tuple[int, int]:
    """Return whose the mail is: ours, but Dovecot serves no mail as root."""
    nobody = pwd.getpwnam("nobody")
    return (nobody.pw_uid, nobody.pw_gid) if os.getuid() == 0 else (os.getuid(), os.getgid())


def free_port() -> int:
    """Return a port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program() -> str:
    program = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin")
    if program is None:
        raise RuntimeError("these tests need Dovecot: run `make servers`, or `apt-get install dovecot-imapd`")
    return program


def _version(program: str) -> tuple[int, int]:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = answer.split(".")[:2]
    return int(major), int(minor)


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            return probe.recv(4) == b"* OK"
    except OSError:
        return False


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True
