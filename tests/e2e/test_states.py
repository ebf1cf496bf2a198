"""Any order of what can happen, on a server of our own and on Dovecot: nothing lost, nothing twice, nothing touched.

Hypothesis makes up the order; a plain list of mails says what must have come of each in the end. `BANKEN_EXAMPLES`
multiplies how many orders are tried.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import types
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from tests.e2e.conftest import notice
from tests.fakeimap import FakeImap, Folder
from tests.servers import Dovecot, free_port

from banken.config import Config
from banken.guard import Trust
from banken.ledger import Ledger, SeenState, crash
from banken.mailbox.connection import Server
from banken.mailbox.errors import MailboxError
from banken.mailbox.imap import connect
from banken.respond import WarningSettings, carry_out
from banken.service import house as rooms
from banken.service.catchup import CatchUp

pytestmark = pytest.mark.server

WORKER = "worker@example.jp"
FOLDERS = ("INBOX", "Jobs")
EVERYWHERE = (*FOLDERS, "Archive")
SETTINGS = WarningSettings(to=(WORKER,), via="append", sender=WORKER)
OURS = ("banken-", "\\recent")
POINTS = [point for point in crash.POINTS if point != "warning.before_data"]  # that one is of SMTP
MORE = int(os.environ.get("BANKEN_EXAMPLES", "1"))


class Killed(BaseException):
    """What a crash point raises here instead of ending the process."""


@dataclass
class Mail:
    """One mail as the model knows it: `folder` is None once it was expunged."""

    number: int
    asks: bool
    seen: bool
    folder: str | None
    message_id: str = field(init=False)
    raw: bytes = field(init=False)

    def __post_init__(self):
        words = "続きはLINEで。" if self.asks else "お見積もりをお願いします。"
        self.raw = notice(words, number=self.number)
        self.message_id = str(message_from_bytes(self.raw)["Message-ID"])


class FakeSide:
    """The mailbox on the server of our own, changed from within."""

    def __init__(self):
        self.server = FakeImap().__enter__()
        for name in EVERYWHERE:
            self.server.folders.setdefault(name, Folder())
        self.highest = Counter()
        self.user, self.password, self.host, self.port = WORKER, "open sesame", self.server.host, self.server.port

    def close(self):
        self.server.__exit__()

    def deliver(self, mail):
        added = self.server.folders[mail.folder].add(mail.raw, {"\\Seen"} if mail.seen else ())
        added.uid = self.unused(mail.folder)
        added.when = datetime.now(UTC)

    def take(self, mail):
        folder = self.server.folders[mail.folder]
        taken = next(one for one in folder.mails if one.raw == mail.raw)
        folder.mails.remove(taken)
        return taken

    def expunge(self, mail):
        self.take(mail)

    def move(self, mail, to):
        taken = self.take(mail)
        target = self.server.folders[to]
        target.mails.append(taken)
        taken.uid = self.unused(to)

    def unused(self, folder):
        """Return a UID that was never given to another: not even after an expunge (RFC 9051 section 2.3.1.1)."""
        self.highest[folder] = max([self.highest[folder], *(one.uid for one in self.server.folders[folder].mails)]) + 1
        return self.highest[folder]

    def renumber(self, folder):
        renumbered = self.server.folders[folder]
        renumbered.uidvalidity += 1
        for uid, mail in enumerate(renumbered.mails, start=1):
            mail.uid = uid

    def lying(self, folder):
        return [(mail.raw, set(mail.flags)) for mail in self.server.folders[folder].mails]


class DovecotSide:
    """The mailbox on a Dovecot, changed by another mail program."""

    def __init__(self, dovecot, user):
        self.dovecot, self.user, self.password = dovecot, user, dovecot.users[user]
        self.host, self.port = dovecot.host, dovecot.port
        with dovecot.client(user) as client:
            for name in EVERYWHERE[1:]:
                client.create_folder(name)

    def close(self):
        shutil.rmtree(self.dovecot.mailbox_of(self.user), ignore_errors=True)

    def deliver(self, mail):
        self.dovecot.append(mail.folder, mail.raw, flags=["\\Seen"] if mail.seen else [], user=self.user)

    def expunge(self, mail):
        with self.dovecot.client(self.user) as client:
            client.select_folder(mail.folder)
            client.delete_messages(self.uids(client, mail))
            client.expunge()

    def move(self, mail, to):
        with self.dovecot.client(self.user) as client:
            client.select_folder(mail.folder)
            client.move(self.uids(client, mail), to)

    def uids(self, client, mail):
        return client.search(["HEADER", "Message-ID", mail.message_id.strip("<>")])

    def renumber(self, folder):
        place = self.dovecot.maildir(folder, self.user)
        if not (place / "dovecot-uidlist").exists():
            return
        head, _newline, rest = (place / "dovecot-uidlist").read_text().partition("\n")
        words = [f"V{int(word[1:]) + 1}" if word.startswith("V") else word for word in head.split()]
        (place / "dovecot-uidlist").write_text(" ".join(words) + "\n" + rest)
        for path in place.glob("dovecot.index*"):
            path.unlink()

    def lying(self, folder):
        flags = self.dovecot.flags(folder, self.user)
        return [(raw, flags[uid]) for uid, raw in self.dovecot.messages(folder, self.user).items()]


@cache
def house():
    return rooms.build(Config())


class Machine(RuleBasedStateMachine):
    """One account; `side` makes the mailbox."""

    side = FakeSide

    def __init__(self):
        super().__init__()
        self.box = self.side()
        self.state = tempfile.mkdtemp(prefix="banken-states-")
        self.ledger = Ledger.open(self.state)
        self.mails: list[Mail] = []
        self.is_down, self.ahead, self.rules = False, timedelta(0), 0
        self.crash_at = types.SimpleNamespace(environ={}, getpid=os.getpid, kill=self.kill)
        crash.os = self.crash_at

    @initialize()
    def begin(self):
        self.look()  # guarded from here on

    @rule(asks=st.booleans(), seen=st.booleans(), folder=st.sampled_from(FOLDERS))
    def deliver(self, asks, seen, folder):
        mail = Mail(len(self.mails) + 1, asks, seen, folder)
        self.box.deliver(mail)
        self.mails.append(mail)

    @precondition(lambda self: self.there())
    @rule(which=st.integers(0, 99))
    def expunge(self, which):
        mail = self.one(which)
        self.box.expunge(mail)
        mail.folder = None

    @precondition(lambda self: self.there())
    @rule(which=st.integers(0, 99), to=st.sampled_from(EVERYWHERE))
    def move(self, which, to):
        mail = self.one(which)
        if mail.folder != to:
            self.box.move(mail, to)
            mail.folder = to

    @rule(folder=st.sampled_from(FOLDERS))
    def renumber(self, folder):
        self.box.renumber(folder)

    @rule()
    def look(self):
        guard, box = self.guard(), None
        try:
            box = connect("home", self.server())
            for _examined in CatchUp(guard=guard, mailbox=box, folders=FOLDERS).run():
                pass
            carry_out(self.ledger, "home", box, guard.warning, house().advice, clock=self.clock)
        except MailboxError:
            if not self.is_down:
                raise
        finally:
            if box is not None:
                box.close()

    @rule(point=st.sampled_from(POINTS), nth=st.integers(1, 3))
    def look_and_crash(self, point, nth):
        crash._passed.clear()
        self.crash_at.environ["BANKEN_CRASH_AT"] = f"{point}:{nth}"
        with suppress(Killed, MailboxError):
            self.look()
        self.crash_at.environ.clear()
        self.restart()

    @rule()
    def restart(self):
        self.ledger.close()
        self.ledger = Ledger.open(self.state)

    @rule()
    def reload_rules(self):
        self.rules += 1

    @rule()
    def go_down(self):
        self.is_down = True

    @rule()
    def come_up(self):
        self.is_down = False

    @rule(minutes=st.sampled_from([-90, -1, 1, 70]))
    def the_clock_is_set(self, minutes):
        self.ahead += timedelta(minutes=minutes)

    def teardown(self):
        try:
            self.is_down = False
            for _ in range(6):
                self.look()
                self.ahead += timedelta(hours=3)
            assert not self.ledger.outbox.open()
            self.check()
        finally:
            crash.os = os
            self.ledger.close()
            shutil.rmtree(self.state)
            self.box.close()

    def check(self):
        examined = {row.message_id: [] for row in self.ledger.seen.between(datetime(1970, 1, 1, tzinfo=UTC))}
        for row in self.ledger.seen.between(datetime(1970, 1, 1, tzinfo=UTC)):
            examined[row.message_id].append(row.state)
        lying = {name: self.box.lying(name) for name in EVERYWHERE}
        warned = Counter(
            message_from_bytes(raw)["In-Reply-To"]
            for found in lying.values()
            for raw, _flags in found
            if b"X-Banken: " in raw
        )
        for mail in self.mails:
            states = examined.get(mail.message_id, [])
            assert states.count(SeenState.EXAMINED) <= 1, (mail, states)
            if mail.folder in FOLDERS:
                assert states.count(SeenState.EXAMINED) == 1, (mail, states)
            assert warned[mail.message_id] == int(mail.asks and bool(states)), (mail, warned)
            if mail.folder is not None:
                (flags,) = (flags for raw, flags in lying[mail.folder] if raw == mail.raw)
                labels = {flag for flag in flags if flag.startswith("banken-")}
                assert not labels or mail.asks
                assert labels or not mail.asks or mail.folder not in FOLDERS, mail
                theirs = {flag for flag in flags if not flag.lower().startswith(OURS)}
                assert theirs == ({"\\Seen"} if mail.seen else set()), (mail, flags)

    def there(self):
        return [mail for mail in self.mails if mail.folder is not None]

    def one(self, which):
        return self.there()[which % len(self.there())]

    def guard(self):
        guard = rooms.guard(house(), "home", self.ledger, settings=SETTINGS, trust=Trust(("mx.example.jp",)))
        guard.knowledge = replace(guard.knowledge, rules_version=f"v{self.rules}")
        guard.clock = self.clock
        return guard

    def server(self):
        port = free_port() if self.is_down else self.box.port
        return Server(self.box.host, port, "plain", self.box.user, self.box.password, timeout=5)

    def clock(self):
        return datetime.now(UTC) + self.ahead

    def kill(self, _pid, _signal):
        raise Killed


def settled(examples, steps):
    return settings(
        max_examples=examples * MORE,
        stateful_step_count=steps,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        phases=[Phase.generate],  # making a failure shorter takes many minutes
        database=None,
    )


def test_on_a_server_of_our_own():
    run_state_machine_as_test(Machine, settings=settled(12, 16))


def test_on_dovecot():
    names = itertools.count()
    users = {f"worker{number}@example.jp": "open sesame" for number in range(2000)}
    with Dovecot(users, lasting=True) as dovecot:

        class OnDovecot(Machine):
            @staticmethod
            def side():
                return DovecotSide(dovecot, f"worker{next(names)}@example.jp")

        run_state_machine_as_test(OnDovecot, settings=settled(5, 14))
