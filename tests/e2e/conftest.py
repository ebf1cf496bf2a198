"""A worker's mailbox on a real Dovecot, a real SMTP sink, and the real program beside them."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from tests.fakeimap import FakeImap, Folder
from tests.servers import Dovecot, SmtpSink

from banken.cli.demo import story
from banken.ledger import Ledger

NOW = dt.datetime.now(dt.timezone(dt.timedelta(hours=9)))
USERS = {f"worker{number}@example.jp": f"pass word {number}" for number in range(300)}


@dataclass
class Answer:
    code: int
    out: str
    err: str

    def objects(self):
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Desk:
    """One worker: an account on the server, a configuration, a state folder."""

    server: Dovecot
    sink: SmtpSink
    user: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    """All that the program wrote to its terminal or its log in this test."""

    @property
    def config(self):
        return self.folder / "config.yaml"

    def configure(self, **changes):
        imap = {"host": "127.0.0.1", "port": self.server.tls_port, "security": "tls", "user": self.user}
        imap |= {"password": {"env": "MAIL_PASSWORD"}, "ca": str(self.server.ca_file)}
        smtp = {"host": "127.0.0.1", "port": self.sink.port, "security": "plain"}
        whole = {
            "language": "ja",
            "state": str(self.folder / "state"),
            "accounts": [{"name": "home", "imap": imap, "authserv": "mx.example.jp"}],
            "warn": {"to": [self.user], "via": "smtp", "smtp": smtp},
        }
        whole |= changes
        self.config.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
        self.config.chmod(0o600)
        return whole

    def _call(self, words, environment, *, named=True):
        config = () if "--config" in words or not named else ("--config", str(self.config))
        shown = {"MAIL_PASSWORD": USERS[self.user], "COLUMNS": "120", "LANG": "ja_JP.UTF-8"}
        own = {**os.environ, **shown, **self.environment, **environment}
        return [sys.executable, "-m", "banken", *map(str, words), *config], own

    def start(self, *words, named=True):
        """Start the program and leave it running."""
        command, environment = self._call(words, {"PYTHONUNBUFFERED": "1"}, named=named)
        return subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell that runs the tests in the background lets them, and all they start, ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
        )

    def run(self, *words, expect=0, named=True, **environment):
        command, shown = self._call(words, environment, named=named)
        process = subprocess.run(
            command,
            env=shown,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        answer = Answer(process.returncode, process.stdout, process.stderr)
        self.said += (answer.out, answer.err)
        assert "Traceback" not in answer.err, answer.err
        assert expect is None or answer.code == expect, f"{answer.code}\n{answer.out}\n{answer.err}"
        return answer

    def deliver(self, raw, folder="INBOX", when=None, flags=()):
        return self.server.append(folder, raw, when, flags, user=self.user)

    def tell_story(self):
        """Fill the inbox with the demo's mails; return the UID of each by its subject."""
        return {
            number: self.deliver(mail.raw, when=mail.at, flags=["\\Seen"] if number % 3 == 0 else [])
            for number, mail in enumerate(story.deliveries(story.load(), NOW), start=1)
        }

    def look_for_secrets(self):
        """Look through every log and file of this test for the password it used; it stands only where it was put."""
        secret = USERS[self.user]
        for text in self.said:
            assert secret not in text
        kept = {self.config, *(path for path in self._files() if path.read_bytes().strip() == secret.encode())}
        for path in set(self._files()) - kept:
            assert secret.encode() not in path.read_bytes(), path

    def _files(self):
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def flags(self, folder="INBOX"):
        return self.server.flags(folder, user=self.user)


@pytest.fixture(scope="session")
def server():
    with Dovecot(USERS, lasting=True) as dovecot:  # a program that is started anew logs in anew, hundreds of times
        yield dovecot


@pytest.fixture(scope="session")
def users():
    return iter(USERS)


@pytest.fixture
def desk(server, users, tmp_path):
    with SmtpSink() as sink:
        one = Desk(server, sink, next(users), tmp_path)
        one.configure()
        yield one
        one.look_for_secrets()


CW = "Authentication-Results: mx.example.jp; dkim=pass header.d=crowdworks.jp; dmarc=pass header.from=crowdworks.jp\r\n"


def notice(words, *, subject="【クラウドワークス】青空工房さんからメッセージが届いています", number=4500001, auth=CW):
    """Return a genuine notification that carries a client's words."""
    body = (
        "nao_t さん\n\n青空工房 さんから「商品紹介文の作成」についてメッセージが届いています。\n\n"
        f"{words}\n\n▼ メッセージを確認する\nhttps://crowdworks.jp/messages/{number}\n\n※このメールは送信専用です。\n"
    )
    head = (
        f"{auth}From: CrowdWorks <no-reply@crowdworks.jp>\r\nTo: nao@example.jp\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <{number}.{abs(hash(words))}@crowdworks.jp>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0900\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nSubject: "
    )
    return head.encode() + subject.encode() + b"\r\n\r\n" + body.replace("\n", "\r\n").encode()


@pytest.fixture
def fake():
    """A scripted server with a second folder."""
    with FakeImap() as running:
        running.folders["Jobs"] = Folder()
        yield running


@pytest.fixture
def look(fake):
    """Looks at the scripted server, after the first one, which passes over what was there."""
    from tests.e2e.look import Look, old

    with Ledger.open(":memory:") as ledger:
        fake.inbox.add(old(1))
        one = Look(fake, ledger)
        assert one() == 0
        yield one
