"""One Dovecot for all tests of this folder, a user of its own for each test, English as the language spoken."""

from __future__ import annotations

import itertools

import pytest
from tests.courier import Courier
from tests.fakeimap import FakeImap
from tests.servers import Dovecot

from banken.mailbox.imap import Server, connect

_numbers = itertools.count(1)


def pytest_configure(config):
    config.addinivalue_line("markers", "server: talks to a real mail server")


@pytest.fixture(autouse=True)
def _language(english):
    """English is the language spoken in this folder."""


@pytest.fixture(scope="session")
def dovecot():
    users = {f"worker{number}@example.jp": f"open sesame, {number}" for number in range(1, 1000)}
    with Dovecot(users | {"kana@example.jp": "ひみつの言葉"}) as server:
        yield server


@pytest.fixture
def courier():
    """A Courier with an empty mailbox."""
    with Courier() as server:
        yield server


@pytest.fixture
def account(dovecot):
    """A fresh user with an empty mailbox."""
    one = Account(dovecot, f"worker{next(_numbers)}@example.jp")
    yield one
    one.close()


class Account:
    """One user of the Dovecot, seen past the product, and through it by `connect`."""

    def __init__(self, dovecot: Dovecot, user: str) -> None:
        self.dovecot = dovecot
        self.user = user
        self._opened = []

    def server(self, **changes) -> Server:
        plain = {
            "host": self.dovecot.host,
            "port": self.dovecot.tls_port,
            "security": "tls",
            "user": self.user,
            "password": self.dovecot.users[self.user],
            "ca_file": self.dovecot.ca_file,
            "timeout": 10.0,
            "deadline": 60.0,
        }
        return Server(**(plain | changes))

    def connect(self, folder="INBOX", *, server=None, **options):
        mailbox = connect("home", server or self.server(), **options)
        self._opened.append(mailbox)
        if folder:
            mailbox.open(folder)
        return mailbox

    def append(self, raw, folder="INBOX", when=None, flags=()):
        return self.dovecot.append(folder, raw, when, flags, self.user)

    def flags(self, folder="INBOX"):
        return {uid: flags - {"\\Recent"} for uid, flags in self.dovecot.flags(folder, self.user).items()}

    def messages(self, folder="INBOX"):
        return self.dovecot.messages(folder, self.user)

    def folders(self):
        return self.dovecot.folders(self.user)

    def close(self):
        for mailbox in self._opened:
            mailbox.close()


class Fakes:
    """Scripted servers, and mailboxes connected to them."""

    def __init__(self) -> None:
        self._open = []

    def start(self, *raws: bytes, **options) -> FakeImap:
        fake = FakeImap(*raws, **options)
        self._open.append(fake)
        return fake.__enter__()

    def connect(self, fake: FakeImap, folder="INBOX", *, timeout=5.0, deadline=20.0, **options):
        server = Server(fake.host, fake.port, "plain", "worker", "secret-word", timeout=timeout, deadline=deadline)
        mailbox = connect("home", server, **options)
        self._open.append(mailbox)
        if folder:
            mailbox.open(folder)
        return mailbox

    def close(self):
        for thing in reversed(self._open):
            thing.__exit__(None, None, None) if isinstance(thing, FakeImap) else thing.close()
        self._open.clear()


@pytest.fixture
def fakes():
    some = Fakes()
    yield some
    some.close()
