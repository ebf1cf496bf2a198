"""`banken report`: the evidence of a deal as a ZIP file, or a month as a page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from banken.cli.faults import faults
from banken.cli.located import chosen
from banken.cli.options import ConfigOption, configuration, console, trust
from banken.cli.out import STANDARD, check_place, unwritable, write_file, write_out
from banken.cli.since import half_width
from banken.config import Config
from banken.deals import Deal
from banken.guard import Guard
from banken.i18n import _
from banken.ledger import Ledger
from banken.mailbox.files import open_files
from banken.mailbox.model import Mailbox
from banken.report import known_mail
from banken.report.bundle import write_bundle
from banken.report.evidence import Proof, gather, people
from banken.report.mask import Mask, names_of
from banken.report.month import month_of, month_page
from banken.report.story import Story
from banken.report.stubs import Stub, as_yaml, false_alarms
from banken.respond import Answer, WarningSettings
from banken.service import house as rooms
from banken.service.answers import answered
from banken.service.catchup import CatchUp

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
ALARMS = timedelta(days=92)
"""How far back false alarms are looked for: each mail is asked about on the server."""


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Write the evidence of a deal into a ZIP file, or a month into a page."))(report)


def report(
    deal: Annotated[
        str,
        typer.Argument(
            metavar="DEAL", help=_("Its id, the client's name, the job's title or a number of the platform.")
        ),
    ] = "",
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help=_("The summary of this month."))] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help=_("The file to write."), show_default=False)
    ] = None,
    mask: Annotated[
        bool, typer.Option("--mask", help=_("Hide names, addresses and numbers; the originals stay out."))
    ] = False,
    alarms: Annotated[
        bool,
        typer.Option("--false-alarms", help=_("Print the mails that you labelled as false alarms as tests for rules.")),
    ] = False,
    source: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="PATH", help=_("Take the mail from files instead of the accounts.")),
    ] = None,
    account: Annotated[str, typer.Option("--account", help=_("Only this account."))] = "",
    config: ConfigOption = None,
) -> None:
    """Write the evidence of a deal into a ZIP file, or a month into a page."""
    with faults():
        if bool(deal) + bool(month) + alarms != 1:
            raise typer.BadParameter(
                _("name exactly one of these: a deal, a month (--month 2026-10), or --false-alarms")
            )
        check_place(out)
        settings = configuration(config, accounts=not source)
        shelf = Shelf(rooms.build(settings), tuple(source or ()), account)
        if month:
            _write_month(shelf, _first(month), out)
        elif alarms:
            write_out(out or STANDARD, _alarms(shelf).encode())
        else:
            _write_deal(shelf, deal, out, hide=mask)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where mail and ledger are taken from: the configured accounts, or files that are read now."""

    house: rooms.House
    files: tuple[Path, ...]
    account: str

    @property
    def config(self) -> Config:
        """The configuration."""
        return self.house.config

    def guards(self, ledger: Ledger) -> Iterator[Guard]:
        """Yield a guard for each account or file, on a ledger that is thrown away afterwards."""
        if not self.files:
            for one in chosen(self.config, self.account):
                yield rooms.account_guard(self.house, one, ledger)
        for path in self.files:
            settings = WarningSettings(via="none", timezone=self.config.timezone)
            guard = rooms.guard(self.house, str(path), ledger, settings=settings, trust=trust(self.house))
            box = open_files(path)
            for _examined in CatchUp(guard=guard, mailbox=box, folders=box.folders(), since=BEGINNING).run():
                pass
            yield guard

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Open the ledger: a copy of the real one, or an empty one for files."""
        if self.files:
            with Ledger.open(":memory:") as ledger:
                yield ledger
        else:
            with rooms.dry_ledger(self.config) as ledger:
                yield ledger

    @contextmanager
    def mailbox(self, guard: Guard) -> Iterator[Mailbox]:
        """Open the mail that a guard looks after."""
        if self.files:
            yield open_files(guard.account)
        else:
            (account,) = chosen(self.config, guard.account)
            with rooms.mailbox(account) as box:
                yield box


def _write_deal(shelf: Shelf, words: str, out: Path | None, *, hide: bool) -> None:
    zone = shelf.config.timezone
    with shelf.ledger() as ledger:
        guard, deal = _one(list(shelf.guards(ledger)), words)
        with shelf.mailbox(guard) as box:
            story, proofs = gather(guard, box, deal.id, deeds=not shelf.files)
    veil = Mask(_names(shelf, story, proofs)) if hide else None
    path = out or Path(f"banken-{deal.id}.zip")
    with _new_file(path) as file:
        write_bundle(file, story, proofs, shelf.house.advice, zone=zone, now=datetime.now(UTC), mask=veil)
    there = sum(proof.original is not None for proof in proofs)
    text = _("{path}: mails of this deal: {count}, originals: {originals}.")
    console().print(
        text.format(path=path, count=len(proofs), originals=0 if hide else there), markup=False, soft_wrap=True
    )
    if there < len(proofs):
        missing = _("Originals that are no longer in the mailbox: {count}.")
        console().print(missing.format(count=len(proofs) - there), style="yellow")


def _names(shelf: Shelf, story: Story, proofs: Sequence[Proof]) -> list[tuple[str, str]]:
    company = [word for pack in shelf.house.packs for word in pack.file.company]
    return names_of([story], rooms.own_addresses(shelf.config), people=people(proofs), company=company)


def _write_month(shelf: Shelf, first: date, out: Path | None) -> None:
    zone = shelf.config.timezone
    with shelf.ledger() as ledger:
        accounts = [guard.account for guard in shelf.guards(ledger)]
        told = month_of(ledger, accounts, first, zone)
    path = out or Path(f"banken-{first:%Y-%m}.html")
    write_file(path, month_page(told, zone, datetime.now(UTC)).encode())
    text = _("{path}: mails: {count}, with something found: {found}.")
    console().print(text.format(path=path, count=len(told.mails), found=len(told.found)), markup=False, soft_wrap=True)


def _alarms(shelf: Shelf) -> str:
    """Return tests for the rules, from the mail of the last months that the worker labelled as false alarms."""
    since = datetime.now(UTC) - ALARMS
    stubs: list[Stub] = []
    with shelf.ledger() as ledger:
        for guard in shelf.guards(ledger):
            fine = answered(ledger, guard.account, Answer.FINE)
            # A mail that was examined again after the answer has no level any more.
            every = ledger.seen.between(since, account=guard.account)
            rows = [row for row in every if row.level or row.fingerprint in fine]
            mails = [known_mail(row, ledger.findings.of(row.id)) for row in rows]
            said = {mail.place for mail, row in zip(mails, rows, strict=True) if row.fingerprint in fine}
            names = [(name, _("(name)")) for mail in mails for name in (mail.client, mail.sender)]
            own = [(name, _("(you)")) for name in rooms.own_addresses(shelf.config)]
            with shelf.mailbox(guard) as box:
                stubs += false_alarms(box, mails, Mask(names + own), said)
    return as_yaml(stubs) or _("# No mail with a finding is labelled as a false alarm.") + "\n"


def _one(guards: Sequence[Guard], words: str) -> tuple[Guard, Deal]:
    found = [(guard, deal) for guard in guards for deal in guard.deals.find(words)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise typer.BadParameter(_("no deal is called “{words}”").format(words=words))
    several = ", ".join(f"{deal.id} ({deal.client} · {deal.job})" for _guard, deal in found)
    raise typer.BadParameter(_("several deals are called so: {several}").format(several=several))


def _first(month: str) -> date:
    match = re.fullmatch(r"(\d{4})[-/](\d{1,2})", half_width(month))
    if match is None or not 1 <= int(match[2]) <= 12 or not 1970 <= int(match[1]) <= 9998:
        raise typer.BadParameter(_("“{month}” is no month — write 2026-10").format(month=month))
    return date(int(match[1]), int(match[2]), 1)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for its owner alone; what is there already is replaced once the new one is whole."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
        half.replace(path)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        half.unlink(missing_ok=True)
