"""A look at a scripted server, and what came of it."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

from tests.e2e.conftest import notice

from banken.config import Config
from banken.guard import Trust
from banken.mailbox.connection import Server
from banken.mailbox.imap import connect
from banken.respond import WarningSettings, carry_out
from banken.service import house as rooms
from banken.service.catchup import CatchUp

WORKER = "worker@example.jp"
SETTINGS = WarningSettings(to=(WORKER,), via="append", sender=WORKER)
ASKS = "続きはLINEで。"
HOUSE = rooms.build(Config())


class Look:
    """One guard; each call is one look with a connection of its own. Counts what was examined, by Message-ID."""

    def __init__(self, server, ledger, folders=("INBOX", "Jobs")):
        self.server, self.ledger, self.folders = server, ledger, folders
        self.examined = Counter()
        self.ahead = timedelta(0)
        self.missing = {}
        self.settings = SETTINGS
        self.listing = math.inf
        self.since: datetime | None = None
        self.until: datetime | None = None

    def __call__(self):
        guard = rooms.guard(HOUSE, "home", self.ledger, settings=self.settings, trust=Trust(("mx.example.jp",)))
        guard.clock = lambda: datetime.now(UTC) + self.ahead
        box = connect("home", Server(self.server.host, self.server.port, "plain", "worker", "open sesame", timeout=5))
        try:
            catch_up = CatchUp(
                guard=guard, mailbox=box, folders=self.folders, listing=self.listing, since=self.since, until=self.until
            )
            found = [one.message.message_id for one in catch_up.run() if not one.message.own]
            self.missing = catch_up.missing
            carry_out(self.ledger, "home", box, guard.warning, HOUSE.advice, clock=guard.clock)
        finally:
            box.close()
        self.examined.update(found)
        return len(found)

    @property
    def mark(self):
        return self.ledger.marks.get("home", "INBOX").uid


def old(number):
    return notice(ASKS, number=number)


def deliver(folder, number, uid=None):
    mail = folder.add(notice(ASKS, number=number))
    mail.uid = uid or mail.uid
    mail.when = datetime.now(UTC)
    return mail


def name(mail):
    return str(message_from_bytes(mail.raw)["Message-ID"])


def warned(server):
    """Return how often each mail was warned about, wherever the warnings lie."""
    every = [mail for folder in server.folders.values() for mail in folder.mails if b"\nX-Banken: " in mail.raw]
    return Counter(str(message_from_bytes(mail.raw)["In-Reply-To"]) for mail in every)


def labelled(mail):
    return {flag for flag in mail.flags if flag.startswith("banken-")}
