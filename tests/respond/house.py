"""An account whose warnings are carried out, on a clock of its own."""

from __future__ import annotations

from tests.respond.scene import NOW, SPOT, STANDING, WORKER, Spoken, message, verdict

from banken.ledger import LedgerError
from banken.ledger.outbox import OutboxRepository
from banken.respond import SmtpServer, WarningSettings, carry_out, owe, plan, warning_id


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class House:
    """An account whose warnings go by SMTP into its own inbox."""

    def __init__(self, ledger, mailbox, sink, advice):
        self.ledger, self.mailbox, self.sink, self.advice = ledger, mailbox, sink, advice
        self.clock = Clock()
        self.settings = WarningSettings(
            to=(WORKER,),
            via="smtp",
            sender=WORKER,
            smtp=SmtpServer(sink.host, sink.port, "plain", timeout=5),
            watched=frozenset({WORKER}),
        )

    def owe(self, number=1, **more):
        mail = message(fingerprint=f"print-{number}")
        standing = more.pop("standing", STANDING)
        judged = more.pop("judged", verdict())
        actions = plan(judged, mail, Spoken(), standing, spot=SPOT, settings=self.settings)
        owe(self.ledger, "home", mail.fingerprint, actions, self.clock())

    def carry(self):
        return carry_out(self.ledger, "home", self.mailbox, self.settings, self.advice, clock=self.clock)

    def dies(self):
        """What the next process finds after this one was killed."""
        self.ledger.outbox = OutboxRepository(self.ledger._desk)

    @property
    def name(self):
        """The Message-ID of the warning about the first message."""
        return warning_id(self.ledger.secret, "print-1", WORKER)

    def until_quiet(self):
        outcomes = []
        while (due := self.ledger.outbox.next_due()) is not None:
            self.clock.now = max(due, self.clock.now)
            outcomes.append(self.carry())
            assert len(outcomes) < 300
        return outcomes

    def states(self):
        rows = self.ledger.outbox._find()
        return [(row.action, row.target, row.state) for row in rows]


def busy(*_args, **_more):
    raise LedgerError("the ledger is busy")
