"""A ledger whose notices are told, on a clock that a test sets."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.respond import scene

from banken.ledger import SeenMessage
from banken.respond import WarningSettings, Way, owe, plan, send_notices
from banken.words import Category, Level

TOKYO = ZoneInfo("Asia/Tokyo")


def at(hour, minute=0, *, day=24):
    return datetime(2026, 11, day, hour, minute, tzinfo=TOKYO).astimezone(UTC)


class Desk:
    """A ledger on disk, a service that is told, a clock, and the warnings that come."""

    def __init__(self, ledger, site, **way):
        self.ledger, self.site, self.now, self.count = ledger, site, at(12), 0
        self.use(**way)

    def use(self, *ways, **way):
        ways = ways or (Way(address=lambda: self.site.url, **way),)
        self.settings = WarningSettings(to=(scene.WORKER,), via="none", notify=ways, timezone=TOKYO)

    def warn(self, level=Level.WARNING, category=Category.DIRECT_CONTACT, *, deal="deal-1"):
        """A mail comes that is warned about, as `Guard.remember` would write it down."""
        self.count += 1
        name = f"print-{self.count}"
        verdict = scene.verdict(scene.finding(category=category, level=level))
        standing = scene.Standing(scene.Stage.BEFORE, scene.Permission.NONE, deal or None, self.now, "")
        message = scene.message(fingerprint=name)
        actions = plan(verdict, message, scene.Spoken(), standing, spot=scene.SPOT, settings=self.settings)
        row = SeenMessage(
            account="home",
            folder="INBOX",
            uidvalidity=1,
            uid=self.count,
            arrived=self.now,
            examined=self.now,
            fingerprint=name,
            deal=deal,
        )
        with self.ledger.transaction():
            self.ledger.findings.record(self.ledger.seen.record(row), verdict.findings, "v")
            owe(self.ledger, "home", name, [one for one in actions if one.__class__.__name__ == "Warn"], self.now)

    def tick(self, *moment, account="home"):
        """Let the clock show `moment`; return the titles of what is told then."""
        self.now = at(*moment) if len(moment) != 3 else at(*moment[:2], day=moment[2])
        before = len(self.site.told)
        send_notices(self.ledger, account, self.settings, clock=lambda: self.now)
        return self.site.titles[before:]

    def open(self):
        return self.ledger.outbox.open()
