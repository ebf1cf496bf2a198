"""What `banken scan` does: one source of mail after the other, until the end or until it is stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import typer

from banken.cli.options import trust
from banken.cli.progress import progress
from banken.cli.record import record
from banken.config import Account
from banken.deals.names import Names
from banken.guard import Examined, Guard
from banken.ledger import Ledger
from banken.mailbox.files import open_files
from banken.mailbox.model import Mailbox, Place
from banken.report import Mail, Summary, examined_mail, known_mail, tell
from banken.report.plain import plain
from banken.report.summary import deed
from banken.respond import Outcome, WarningSettings, carry_out, send_notices
from banken.service import house as rooms
from banken.service.catchup import CatchUp


@dataclass(slots=True, kw_only=True)
class Scanner:
    """Looks through mail from `since` up to `until`, and gathers what is to be shown of it."""

    house: rooms.House
    since: datetime
    until: datetime | None = None
    client: str = ""
    """Only this client's mail is shown."""
    again: bool = False
    """Whether mail is examined anew that was examined before."""
    as_json: bool = False
    text: bool = False
    others: set[str] = field(default_factory=set)
    """The clients whose mail was passed over."""
    summary: Summary = field(default_factory=Summary)
    outcome: Outcome = field(default_factory=Outcome)

    def files(self, path: Path) -> None:
        """Look through mail files; nothing is written. Raises MailboxError."""
        box = open_files(path)
        with Ledger.open(":memory:") as ledger:
            settings = WarningSettings(via="none", timezone=self.house.config.timezone)
            guard = rooms.guard(self.house, box.name, ledger, settings=settings, trust=trust(self.house))
            self._look(guard, box, box.folders(), keep=False)

    def account(self, account: Account, *, apply: bool) -> None:
        """Look through an account, and carry out what is owed with `apply`. Raises MailboxError, LedgerError."""
        config = self.house.config
        opened = rooms.open_ledger(config) if apply else rooms.dry_ledger(config)
        with opened as ledger, rooms.mailbox(account) as box:
            guard = rooms.account_guard(self.house, account, ledger)
            first = len(self.summary.shown)
            try:
                self._look(guard, box, account.folders, keep=apply)
                if apply and not self.summary.stopped:
                    self._carry_out(guard, box)
            finally:
                self._tell_deeds(ledger, first)

    def _look(self, guard: Guard, box: Mailbox, folders: Sequence[str], *, keep: bool) -> None:
        first = len(self.summary.shown)
        with progress() as told:
            pass_ = CatchUp(
                guard=guard,
                mailbox=box,
                folders=folders,
                since=self.since,
                until=self.until,
                keep=keep,
                resume=keep and not self.again,
                tell=told,
            )
            try:
                for examined in pass_.run():
                    self._show(examined)
            except KeyboardInterrupt:
                self.summary.stopped = True
            finally:  # a lost connection must not take along what was found before
                for place in pass_.passed:
                    self._show_known(guard, place)
                self.summary.held += pass_.poisoned
                self.summary.failures += [f"{guard.account}: {why}" for why in pass_.missing.values()]
                self._tell_stories(guard, self.summary.shown[first:])

    def _show(self, examined: Examined) -> None:
        mail = examined.correspondence
        if not self._wanted(mail.client, mail.client_address):
            return
        self.summary.add(examined_mail(examined))
        if self.as_json:
            typer.echo(json.dumps(record(examined, text=self.text), ensure_ascii=False))

    def _show_known(self, guard: Guard, place: Place) -> None:
        """Show what the ledger remembers of a mail that was examined before."""
        seen = guard.ledger.seen.at(guard.account, place.folder, place.uidvalidity, place.uid)
        if seen is None or not self._wanted(seen.client, seen.sender):
            return
        mail = known_mail(seen, guard.ledger.findings.of(seen.id))
        self.summary.add(mail)
        if self.as_json:
            typer.echo(json.dumps(plain(mail), ensure_ascii=False))

    def _wanted(self, client: str, address: str) -> bool:
        """Return whether a client's mail is to be shown; names are compared as “banken deals” does."""
        if not self.client:
            return True
        names = Names([word for pack in self.house.packs for word in pack.file.company])
        wanted = names.name(self.client)
        found = bool(wanted and wanted in names.name(client)) or self.client.casefold() == address.casefold()
        if client and not found:
            self.others.add(client)
        return found

    def _tell_stories(self, guard: Guard, mails: Iterable[Mail]) -> None:
        by_deal: dict[str, list[Mail]] = {}
        for mail in mails:
            if mail.deal:
                by_deal.setdefault(mail.deal, []).append(mail)
        self.summary.stories += [tell(guard.deals, guard.account, deal, found) for deal, found in by_deal.items()]

    def _carry_out(self, guard: Guard, box: Mailbox) -> None:
        guard.remind(guard.clock())
        self.outcome.take(carry_out(guard.ledger, guard.account, box, guard.warning, self.house.advice))
        self.outcome.take(send_notices(guard.ledger, guard.account, guard.warning))

    def _tell_deeds(self, ledger: Ledger, first: int) -> None:
        """Write down beside each mail what has been done for it, now or earlier."""
        for at, mail in enumerate(self.summary.shown[first:], start=first):
            rows = ledger.outbox.of(mail.account, mail.fingerprint)
            self.summary.put(at, list(dict.fromkeys(deed(row) for row in rows)))
