"""A worker's mailbox on a real Dovecot, a real SMTP sink, a spoiling proxy before each; and what is true of every mail."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import yaml
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from tests.servers import USER, Dovecot, SmtpSink
from tests.smtpsink import DROP
from tests.soak.proxy import Proxy

WATCHED = ("INBOX", "仕事")
ELSEWHERE = "控え"

WAYS = ("watched", "append", "foreign")
"""Where warnings go: by SMTP into the watched mailbox itself, by APPEND, by SMTP to a mailbox that cannot be searched."""

ASKS = (
    "続きはLINEで。",
    "LINEを交換しましょう。",
    "直接契約しませんか。手数料がもったいないので。",
    "電話番号を教えてください。",
)
PLAIN = ("お見積もりをお願いします。", "納品ありがとうございました。", "締め切りは金曜日です。")
PROOF = (
    "Authentication-Results: mx.example.jp; dkim=pass header.d=crowdworks.jp; dmarc=pass header.from=crowdworks.jp\r\n"
)

AUDIT = """
CREATE TABLE IF NOT EXISTS soak_seen (id INTEGER PRIMARY KEY, message_id TEXT, state TEXT);
CREATE TRIGGER IF NOT EXISTS soak_seen_new AFTER INSERT ON seen
  BEGIN INSERT INTO soak_seen (message_id, state) VALUES (new.message_id, new.state); END;
CREATE TRIGGER IF NOT EXISTS soak_seen_again AFTER UPDATE OF examined ON seen
  BEGIN INSERT INTO soak_seen (message_id, state) VALUES (new.message_id, new.state); END;
CREATE TABLE IF NOT EXISTS soak_outbox (
  id INTEGER PRIMARY KEY, at TEXT, fingerprint TEXT, action TEXT, target TEXT, state TEXT, doubtful INT, tried TEXT, result TEXT
);
CREATE TRIGGER IF NOT EXISTS soak_outbox_new AFTER INSERT ON outbox BEGIN
  INSERT INTO soak_outbox (at, fingerprint, action, target, state, doubtful, tried, result) VALUES
  (strftime('%H:%M:%f'), new.fingerprint, new.action, new.target, new.state, new.doubtful, new.tried, new.result); END;
CREATE TRIGGER IF NOT EXISTS soak_outbox_step AFTER UPDATE ON outbox BEGIN
  INSERT INTO soak_outbox (at, fingerprint, action, target, state, doubtful, tried, result) VALUES
  (strftime('%H:%M:%f'), new.fingerprint, new.action, new.target, new.state, new.doubtful, new.tried, new.result); END;
"""
"""Every examination and every step of an action that was ever committed, written down by the database itself."""


@dataclass(slots=True)
class Mail:
    """One mail, and what has to come of it."""

    number: int
    asks: bool
    flags: set[str]
    folder: str | None
    """Where it lies now; None when it was expunged."""

    def __str__(self) -> str:
        return f"mail {self.number} ({self.folder})"

    @property
    def message_id(self) -> str:
        return f"<soak.{self.number}@crowdworks.jp>"

    @property
    def raw(self) -> bytes:
        words = random.Random(self.number).choice(ASKS if self.asks else PLAIN)
        client = f"青空工房{'〇一二三四五六七八九'[self.number % 10]}"  # warnings about one client wait for each other
        body = (
            f"nao_t さん\n\n{client} さんから「商品紹介文の作成」についてメッセージが届いています。\n\n"
            f"{words}（{self.number}）\n\n▼ メッセージを確認する\nhttps://crowdworks.jp/messages/{4_500_000 + self.number}\n\n"
            "※このメールは送信専用です。\n"
        )
        head = (
            f"{PROOF}From: CrowdWorks <no-reply@crowdworks.jp>\r\nTo: nao@example.jp\r\nMIME-Version: 1.0\r\n"
            f"Message-ID: {self.message_id}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0900\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
            f"Subject: 【クラウドワークス】{client}さんからメッセージが届いています\r\n\r\n"
        )
        return head.encode() + body.replace("\n", "\r\n").encode()


@dataclass(slots=True)
class World:
    """The servers and the mail; a context manager. `way` is where warnings go, `tls` how IMAP is spoken."""

    folder: Path
    way: str
    tls: bool
    chance: random.Random
    mails: list[Mail] = field(default_factory=list)
    handed_on_at: list[str] = field(default_factory=list)
    handed_on: list[str] = field(default_factory=list)
    """Message-IDs of the warnings that the provider put into the inbox."""
    _dealt_with: int = 0
    """How many mails of the sink the provider has dealt with."""
    _stack: ExitStack = field(default_factory=ExitStack)
    _client: IMAPClient | None = None
    _ended: threading.Event = field(default_factory=threading.Event)
    _provider: threading.Thread = field(init=False)
    server: Dovecot = field(init=False)
    sink: SmtpSink = field(init=False)
    imap: Proxy = field(init=False)
    smtp: Proxy = field(init=False)

    def __enter__(self) -> Self:
        enter = self._stack.enter_context
        self.server, self.sink = enter(Dovecot(lasting=True)), enter(SmtpSink())
        self.imap = enter(Proxy(self.server.tls_port if self.tls else self.server.port, high=not self.tls))
        self.smtp = enter(Proxy(self.sink.port))
        self.config.write_text(yaml.safe_dump(self._configuration(), allow_unicode=True))
        self.config.chmod(0o600)
        for name in (*WATCHED, ELSEWHERE):
            if name != "INBOX":
                self.client.create_folder(name)
        self._provider = threading.Thread(target=self._provide, daemon=True)
        self._provider.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._provider.join()
        if self._client is not None:
            self._client.shutdown()
        self._stack.close()

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def ledger(self) -> Path:
        return self.folder / "state" / "ledger.db"

    @property
    def client(self) -> IMAPClient:
        """A connection of the tests' own, past the proxy."""
        if self._client is None:
            self._client = IMAPClient(self.server.host, self.server.port, ssl=False, timeout=30)
            self._client.login(USER, self.server.password)
        return self._client

    def audit(self) -> None:
        """Have the ledger write down every examination."""
        with closing(sqlite3.connect(self.ledger, timeout=30)) as raw, raw:
            raw.executescript(AUDIT)

    def act(self) -> None:
        """Let something happen in the mailbox."""
        kind = self.chance.choices(("deliver", "move", "expunge", "read"), (70, 14, 6, 10))[0]
        there = [mail for mail in self.mails if mail.folder is not None]
        if kind == "deliver" or not there:
            self.deliver()
            return
        mail = self.chance.choice(there[-12:])
        uid = self._uid(mail)
        if kind == "move":
            mail.folder, before = self.chance.choice((*WATCHED, *WATCHED, ELSEWHERE)), mail.folder
            if mail.folder != before:
                self.client.move([uid], mail.folder)
        elif kind == "expunge":
            self.client.delete_messages([uid], silent=True)
            self.client.uid_expunge([uid])
            mail.folder = None
        else:
            flag = self.chance.choice(("\\Seen", "\\Answered"))
            self.client.add_flags([uid], [flag], silent=True)
            mail.flags.add(flag)

    def deliver(self, *, asks: bool | None = None) -> Mail:
        """Put a new mail into one of the watched folders."""
        flags = {"\\Seen"} if self.chance.random() < 0.3 else set()
        folder = self.chance.choice(("INBOX", "INBOX", "INBOX", "仕事"))
        mail = Mail(len(self.mails) + 1, self.chance.random() < 0.6 if asks is None else asks, flags, folder)
        self.client.append(folder, mail.raw, tuple(flags))
        self.mails.append(mail)
        return mail

    def clear(self) -> None:
        """Empty all folders; what lay there is settled."""
        for mail in self.mails:
            mail.folder = None
        for folder in (*WATCHED, ELSEWHERE):
            self.client.select_folder(folder)
            if self.client.search():
                self.client.delete_messages(self.client.search(), silent=True)
                self.client.expunge()

    def restart(self, seconds: float) -> None:
        """Stop the IMAP server for a while."""
        self._client = None
        self.server.stop()
        time.sleep(seconds)
        self.server.start()

    def renumber(self) -> None:
        """Change the UIDVALIDITY of the inbox."""
        self._client = None
        self.server.stop()
        self.server.change_uidvalidity("INBOX")
        self.server.start()

    def trouble_smtp(self) -> None:
        """Let the submission server answer the next mail badly; DROP after DATA: it took the mail, and nobody heard."""
        answers = (("DATA", "451 4.3.0 later"), ("DATA", DROP), ("RCPT", "450 4.2.1 later"), ("MAIL", DROP))
        self.sink._orders.clear()
        self.sink.answer(*self.chance.choice(answers))

    def provide(self) -> None:
        """Wait until the provider has dealt with what the sink took: where the program's clock is put forward, so is his."""
        end = time.monotonic() + 60
        while self._dealt_with < len(self.sink.messages):
            if time.monotonic() > end:
                raise TimeoutError("the provider does not hand mail on")
            time.sleep(0.005)

    def _uid(self, mail: Mail) -> int:
        self.client.select_folder(mail.folder)
        return self.client.search(["HEADER", "Message-ID", mail.message_id.strip("<>")])[0]

    def _provide(self) -> None:
        """Be the worker's provider: put what the sink took into the inbox, a moment later."""
        client, doubtful = None, False
        while not self._ended.wait(0.05):
            for received in self.sink.messages[self._dealt_with :]:
                if self.way == "watched":
                    try:
                        client = client or self._log_in()
                        if not (doubtful and self._has_arrived(client, received.message_id)):
                            client.append("INBOX", received.raw)
                    except (OSError, IMAPClientError):
                        client, doubtful = None, True
                        break
                    self.handed_on.append(received.message_id)
                    self.handed_on_at.append(f"{datetime.now(UTC):%H:%M:%S.%f} {received.message['In-Reply-To']}")
                doubtful = False
                self._dealt_with += 1
        if client is not None:
            client.shutdown()

    def _has_arrived(self, client: IMAPClient, message_id: str) -> bool:
        """Return whether a mail lies there that was handed on, but whose APPEND was not answered."""
        client.select_folder("INBOX", readonly=True)
        there = client.search(["HEADER", "Message-ID", message_id.strip("<>")])
        return len(there) > self.handed_on.count(message_id)

    def _log_in(self) -> IMAPClient:
        client = IMAPClient(self.server.host, self.server.port, ssl=False, timeout=10)
        client.login(USER, self.server.password)
        return client

    def _configuration(self) -> dict[str, object]:
        security = "tls" if self.tls else "plain"
        imap = {"host": "127.0.0.1", "port": self.imap.port, "security": security, "user": USER}
        imap |= {"password": {"env": "MAIL_PASSWORD"}} | ({"ca": str(self.server.ca_file)} if self.tls else {})
        account = {"name": "home", "imap": imap, "authserv": "mx.example.jp", "folders": list(WATCHED), "every": "1s"}
        warn: dict[str, object] = {"to": [USER if self.way != "foreign" else "elsewhere@example.com"], "via": "append"}
        if self.way != "append":
            warn |= {"via": "smtp", "smtp": {"host": "127.0.0.1", "port": self.smtp.port, "security": "plain"}}
        return {"language": "en", "state": str(self.folder / "state"), "accounts": [account], "warn": warn}
