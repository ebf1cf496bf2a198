"""A small IMAP server of our own: honest by default, and misbehaving exactly where a test tells it to.

It keeps a few folders in memory, knows Gmail's labels when asked, notes every command, and `on` replaces the answer to
commands that match a pattern: by octets, by a cut connection, by dripping.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from imapclient.imap_utf7 import decode, encode

Action = Callable[["Session", str, str], None]
"""Called with the session, the tag and the command line instead of the usual answer."""


@dataclass(slots=True)
class Mail:
    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    when: dt.datetime = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
    thread: int = 0
    structure: str = ""
    """The BODYSTRUCTURE to tell; a plain text when empty."""

    @property
    def header(self) -> bytes:
        head, blank, _body = self.raw.partition(b"\r\n\r\n")
        return head + blank


@dataclass(slots=True)
class Folder:
    uidvalidity: int = 7
    mails: list[Mail] = field(default_factory=list)

    @property
    def uidnext(self) -> int:
        return max((mail.uid for mail in self.mails), default=0) + 1

    def add(self, raw: bytes, flags: Iterable[str] = ()) -> Mail:
        self.mails.append(Mail(self.uidnext, raw, set(flags)))
        return self.mails[-1]


class FakeImap:
    """The server; a context manager. `permanent` is what PERMANENTFLAGS says, None to say nothing."""

    def __init__(self, *raws: bytes, gmail: bool = False, permanent: str | None = r"\Seen \Flagged \*") -> None:
        self.folders = {"INBOX": Folder()}
        for raw in raws:
            self.inbox.add(raw)
        self.gmail = gmail
        self.permanent = permanent
        self.greeting = b"* OK ready\r\n"
        self.uidnext_line = "* OK [UIDNEXT %d] next\r\n"
        self.commands: list[str] = []
        """Every line a client sent, without its tag."""
        self._orders: list[tuple[re.Pattern[str], Action, list[int]]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self._sessions: list[Session] = []
        self._stopped = threading.Event()
        self._door = threading.Thread(target=self._accept, daemon=True)

    @property
    def inbox(self) -> Folder:
        return self.folders["INBOX"]

    def on(self, pattern: str, action: Action | bytes, times: int = 1_000_000) -> None:
        """Answer the next `times` commands that match `pattern` (searched, any case) with `action`.

        Octets are sent as they are, `TAG` in them replaced by the command's tag.
        """
        act = (
            action
            if callable(action)
            else lambda session, tag, _line: session.send(action.replace(b"TAG", tag.encode()))
        )
        self._orders.insert(0, (re.compile(pattern, re.IGNORECASE), act, [times]))

    def action_for(self, line: str) -> Action | None:
        for pattern, action, times in self._orders:
            if times[0] > 0 and pattern.search(line):
                times[0] -= 1
                return action
        return None

    def __enter__(self) -> Self:
        self._door.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`; closing alone would leave it on the descriptor
        self._door.join(5)
        self._listener.close()
        for session in self._sessions:
            session.drop()
        for session in self._sessions:
            session.thread.join(5)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            session = Session(self, sock, self._stopped)
            self._sessions.append(session)
            session.thread.start()


class Session:
    """One connection of a client."""

    def __init__(self, server: FakeImap, sock: socket.socket, stopped: threading.Event) -> None:
        self.server = server
        self.folder = Folder()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = sock
        self._file = sock.makefile("rb")
        self._stopped = stopped

    def send(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def drop(self) -> None:
        """Cut the connection."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def drip(self, octets: bytes, seconds: float) -> None:
        """Send one octet every `seconds`, until the client has gone."""
        for octet in octets:
            if self._stopped.is_set():
                return
            self.send(bytes([octet]))
            time.sleep(seconds)

    def ok(self, tag: str, *lines: str) -> None:
        self.send("".join(f"* {line}\r\n" for line in lines).encode() + f"{tag} OK done\r\n".encode())

    def answer(self, tag: str, line: str) -> None:
        """Answer a command as an honest server would."""
        verb = re.match(r"(?:UID )?\w+", line, re.IGNORECASE)
        handler = getattr(self, "_" + verb[0].lower().replace(" ", "_"), None) if verb else None
        if handler is None:
            self.send(f"{tag} BAD unknown command\r\n".encode())
        else:
            handler(tag, line)

    def fetch_line(self, mail: Mail, items: str, *, with_uid: bool = True) -> bytes:
        """Return an untagged FETCH response."""
        parts = [b"UID %d" % mail.uid] if with_uid else []
        parts += [
            part for pattern, make in _ITEMS if (found := re.search(pattern, items)) for part in [make(mail, found)]
        ]
        return b"* %d FETCH (%s)\r\n" % (self.folder.mails.index(mail) + 1, b" ".join(parts))

    def _serve(self) -> None:
        try:
            self.send(self.server.greeting)
            while line := self._line():
                tag, _space, command = line.partition(" ")
                self.server.commands.append(command)
                action = self.server.action_for(command) or Session.answer
                action(self, tag, command)
        except (OSError, ValueError):
            pass
        finally:
            self._file.close()
            self._socket.close()

    def _line(self) -> str:
        line = self._file.readline()
        while found := re.search(rb"\{(\d+)(\+?)\}\r\n$", line):
            if not found[2]:
                self.send(b"+ go on\r\n")
            line = line[: found.start()] + b"{" + self._file.read(int(found[1])) + b"}" + self._file.readline()
        return line.decode("utf-8", "surrogateescape").removesuffix("\r\n")

    def _capability(self, tag: str, _line: str) -> None:
        self.ok(tag, "CAPABILITY IMAP4rev1" + (" X-GM-EXT-1" if self.server.gmail else ""))

    def _login(self, tag: str, _line: str) -> None:
        self.ok(tag)

    _noop = _subscribe = _login

    def _logout(self, tag: str, _line: str) -> None:
        self.ok(tag, "BYE until next time")
        self.drop()

    def _list(self, tag: str, line: str) -> None:
        names = [""] if line.endswith('""') else [encode(name).decode() for name in self.server.folders]
        self.ok(tag, *[f'LIST () "/" "{name}"' for name in names])

    def _create(self, tag: str, line: str) -> None:
        self.server.folders.setdefault(_name(line), Folder())
        self.ok(tag)

    def _select(self, tag: str, line: str, readonly: bool = False) -> None:
        folder = self.server.folders.get(_name(line))
        if folder is None:
            self.send(f"{tag} NO [NONEXISTENT] no such folder\r\n".encode())
            return
        self.folder = folder
        lines = [f"* {len(folder.mails)} EXISTS\r\n", f"* OK [UIDVALIDITY {folder.uidvalidity}] valid\r\n"]
        lines.append(r"* FLAGS (\Seen \Flagged)" + "\r\n")
        if self.server.uidnext_line:
            lines.append(self.server.uidnext_line.replace("%d", str(folder.uidnext)))
        if self.server.permanent is not None:
            lines.append(f"* OK [PERMANENTFLAGS ({'' if readonly else self.server.permanent})] kept\r\n")
        lines.append(f"{tag} OK [{'READ-ONLY' if readonly else 'READ-WRITE'}] open\r\n")
        self.send("".join(lines).encode())

    def _examine(self, tag: str, line: str) -> None:
        self._select(tag, line, readonly=True)

    def _append(self, tag: str, line: str) -> None:
        found = re.match(r'APPEND ("(?:[^"\\]|\\.)*"|\S+)(?: \(\))? \{(.*)\}$', line, re.DOTALL)
        assert found, line
        folder = self.server.folders.get(_unquote(found[1]))
        if folder is None:
            self.send(f"{tag} NO [TRYCREATE] no such folder\r\n".encode())
            return
        folder.add(found[2].encode("utf-8", "surrogateescape"))
        self.ok(tag)

    def _uid_search(self, tag: str, line: str) -> None:
        mails = self.folder.mails
        if found := re.search(r'HEADER Message-ID "(.*)"', line):
            mails = [mail for mail in mails if found[1].encode() in mail.header]
        if "X-GM-LABELS" in line:
            asked = {_unquote(name) for name in re.findall(r'X-GM-LABELS ("(?:[^"\\]|\\.)*"|\S+)', line)}
            mails = [mail for mail in mails if mail.labels & asked]
        if found := re.search(r"UID (\d+):\*", line):
            mails = [mail for mail in mails if mail.uid >= int(found[1])] or mails[-1:]
        if found := re.search(r"SINCE (\S+)", line):
            since = dt.datetime.strptime(found[1], "%d-%b-%Y").replace(tzinfo=dt.UTC)
            mails = [mail for mail in mails if mail.when >= since]
        if found := re.search(r"SEARCH (\d+):(\d+)", line):
            window = self.folder.mails[int(found[1]) - 1 : int(found[2])]
            mails = [mail for mail in mails if mail in window]
        self.ok(tag, "SEARCH " + " ".join(str(mail.uid) for mail in mails))

    def _uid_fetch(self, tag: str, line: str) -> None:
        _uid, _fetch, uids, items = line.split(" ", 3)
        for mail in self._in_set(uids):
            self.send(self.fetch_line(mail, items))
        self.ok(tag)

    def _uid_store(self, tag: str, line: str) -> None:
        found = re.match(r"UID STORE (\S+) \+(FLAGS|X-GM-LABELS)(?:\.SILENT)? \((.*)\)$", line)
        assert found, line
        for mail in self._in_set(found[1]):
            if found[2] == "FLAGS":
                kept = self.server.permanent or ""
                mail.flags |= {flag for flag in found[3].split() if r"\*" in kept or flag in kept.split()}
            else:
                mail.labels |= {_unquote(label) for label in re.findall(r'"(?:[^"\\]|\\.)*"', found[3])}
        self.ok(tag)

    def _uid_copy(self, tag: str, line: str) -> None:
        _uid, _copy, uids, name = line.split(" ", 3)
        target = self.server.folders.get(_unquote(name))
        if target is None:
            self.send(f"{tag} NO [TRYCREATE] no such folder\r\n".encode())
            return
        for mail in self._in_set(uids):
            target.add(mail.raw, mail.flags)
        self.ok(tag)

    def _in_set(self, uids: str) -> list[Mail]:
        ranges = [part.partition(":") for part in uids.split(",")]
        return [m for m in self.folder.mails if any(int(a) <= m.uid <= int(b or a) for a, _colon, b in ranges)]


def _saying(octets: bytes) -> Action:
    return lambda session, tag, _line: session.send(octets.replace(b"TAG", tag.encode()))


def _literal(name: bytes, octets: bytes, start: str | None, length: str | None) -> bytes:
    if start is None or length is None:
        return b"%s {%d}\r\n%s" % (name, len(octets), octets)
    octets = octets[int(start) : int(start) + int(length)]
    return b"%s<%d> {%d}\r\n%s" % (name, int(start), len(octets), octets)


def _labels(mail: Mail) -> bytes:
    names = [encode(label).replace(b"\\", b"\\\\").replace(b'"', b'\\"') for label in sorted(mail.labels)]
    return b"X-GM-LABELS (%s)" % b" ".join(b'"%s"' % name for name in names)


def _structure(mail: Mail) -> bytes:
    plain = f'("TEXT" "PLAIN" NIL NIL NIL "7BIT" {len(mail.raw) - len(mail.header)} 1)'
    return f"BODYSTRUCTURE {mail.structure or plain}".encode()


_PARTIAL = r"(?:<(\d+)\.(\d+)>)?"
_ITEMS: list[tuple[str, Callable[[Mail, re.Match[str]], bytes]]] = [
    (r"\bFLAGS", lambda mail, _found: f"FLAGS ({' '.join(sorted(mail.flags))})".encode()),
    (r"RFC822\.SIZE", lambda mail, _found: b"RFC822.SIZE %d" % len(mail.raw)),
    (r"INTERNALDATE", lambda mail, _found: mail.when.strftime('INTERNALDATE "%d-%b-%Y %H:%M:%S %z"').encode()),
    (r"X-GM-THRID", lambda mail, _found: b"X-GM-THRID %d" % mail.thread),
    (r"X-GM-LABELS", lambda mail, _found: _labels(mail)),
    (r"BODYSTRUCTURE", lambda mail, _found: _structure(mail)),
    (r"PEEK\[HEADER\]" + _PARTIAL, lambda mail, found: _literal(b"BODY[HEADER]", mail.header, found[1], found[2])),
    (
        r"PEEK\[HEADER\.FIELDS \(MESSAGE-ID\)\]",
        lambda mail, _found: _literal(b"BODY[HEADER.FIELDS (MESSAGE-ID)]", mail.header, None, None),
    ),
    (
        r"PEEK\[1\]" + _PARTIAL,
        lambda mail, found: _literal(b"BODY[1]", mail.raw[len(mail.header) :], found[1], found[2]),
    ),
    (r"PEEK\[\]" + _PARTIAL, lambda mail, found: _literal(b"BODY[]", mail.raw, found[1], found[2])),
]


def _name(line: str) -> str:
    return _unquote(line.partition(" ")[2])


def _unquote(text: str) -> str:
    inner = text.strip()
    if inner.startswith('"'):
        inner = re.sub(r"\\(.)", r"\1", inner[1:-1])
    return str(decode(inner.encode()))
