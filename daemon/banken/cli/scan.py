"""`banken scan`: look through mail from a day on, once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from banken.cli.faults import Exit, errors, faults
from banken.cli.options import ConfigOption, JsonOption, TextOption, configuration, console
from banken.cli.record import record
from banken.cli.since import since as moment
from banken.cli.table import Summary, print_table
from banken.config import Account, Config
from banken.guard import Examined, Guard, Trust
from banken.i18n import _
from banken.ledger import Ledger
from banken.mailbox.files import open_files
from banken.mailbox.model import Mailbox
from banken.respond import Outcome, WarningSettings, carry_out
from banken.service import house as rooms
from banken.service.catchup import CatchUp
from banken.strictyaml import nearest
from banken.words import LEVELS, Level

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""All mail of a file is later: a Date field may name any year from 1 on."""


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Look through mail from a day on, once; without --apply nothing is written anywhere."))(scan)


def scan(
    since: Annotated[
        str, typer.Option("--since", "-s", metavar="WHEN", help=_("From when on: 30d, 2026-10-01, yesterday."))
    ] = "",
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help=_("Up to when."))] = "",
    apply: Annotated[bool, typer.Option("--apply", help=_("Put labels on the mail and send the warnings."))] = False,
    source: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="PATH", help=_("Read a folder of .eml files, a Maildir or an mbox instead.")),
    ] = None,
    account: Annotated[list[str] | None, typer.Option("--account", help=_("Only this account."))] = None,
    client: Annotated[str, typer.Option("--client", help=_("Show only this client's mail."))] = "",
    fail_on: Annotated[Level | None, typer.Option("--fail-on", help=_("Exit with 1 at this level or above."))] = None,
    as_json: JsonOption = False,
    text: TextOption = False,
    config: ConfigOption = None,
) -> None:
    """Look through mail from a day on."""
    with faults():
        settings = configuration(config, accounts=not source)
        now = datetime.now(UTC)
        start = moment(since, now, settings.timezone) if since else BEGINNING if source else None
        scanner = Scanner(
            house=rooms.build(settings),
            since=start or moment("30d", now, settings.timezone),
            until=moment(until, now, settings.timezone) if until else None,
            client=client,
            text=text,
            as_json=as_json,
        )
        if source:
            for path in source:
                scanner.files(path)
        else:
            for one in _chosen(settings, account or []):
                scanner.account(one, apply=apply)
        scanner.finish(apply=apply, files=bool(source))
        if fail_on and any(scanner.summary.levels[level] for level in LEVELS[LEVELS.index(fail_on) :]):
            raise typer.Exit(Exit.FOUND)


def _chosen(settings: Config, names: list[str]) -> list[Account]:
    known = {one.name: one for one in settings.accounts}
    for name in names:
        if name not in known:
            near = nearest(name, known) or ", ".join(known)
            raise typer.BadParameter(_("there is no account “{name}”; known: {near}").format(name=name, near=near))
    return [known[name] for name in names] if names else list(settings.accounts)


class Scanner:
    """Looks through one source of mail after the other and shows what was found."""

    def __init__(
        self, *, house: rooms.House, since: datetime, until: datetime | None, client: str, text: bool, as_json: bool
    ) -> None:
        self.house = house
        self.since, self.until, self.client = since, until, client
        self.text, self.as_json = text, as_json
        self.summary = Summary()
        self.held = 0
        self.outcome = Outcome()

    def files(self, path: Path) -> None:
        """Look through mail files; nothing is written. Raises MailboxError."""
        box = open_files(path)
        with Ledger.open(":memory:") as ledger:
            settings = WarningSettings(via="none", timezone=self.house.config.timezone)
            authservs = tuple(one.authserv for one in self.house.config.accounts if one.authserv)
            guard = rooms.guard(self.house, box.name, ledger, settings=settings, trust=Trust(authservs))
            self._look(guard, box, box.folders(), keep=False)

    def account(self, account: Account, *, apply: bool) -> None:
        """Look through an account, and carry out what is owed with `apply`. Raises MailboxError, LedgerError."""
        config = self.house.config
        with _ledger(config, dry=not apply) as ledger, rooms.mailbox(account) as box:
            guard = rooms.account_guard(self.house, account, ledger)
            self._look(guard, box, account.folders, keep=apply)
            if apply:
                outcome = carry_out(ledger, account.name, box, guard.warning, self.house.advice)
                self.outcome.done.extend(outcome.done)
                self.outcome.later.extend(outcome.later)
                self.outcome.failed.extend(outcome.failed)

    def finish(self, *, apply: bool, files: bool) -> None:
        """Print the table and what was done."""
        out = errors() if self.as_json else console()
        if not self.as_json:
            print_table(out, self.summary, self.house.config.timezone)
        if self.held:
            text = _("{count} messages could not be read and were set aside.")
            out.print(text.format(count=self.held), style="yellow")
        if apply:
            _tell(out, self.outcome)
        elif not files and not self.as_json:
            out.print(_("Nothing was written: add --apply to put labels and send warnings."), style="dim")

    def _look(self, guard: Guard, box: Mailbox, folders: Sequence[str], *, keep: bool) -> None:
        with _progress() as tell:
            pass_ = CatchUp(
                guard=guard,
                mailbox=box,
                folders=folders,
                since=self.since,
                until=self.until,
                keep=keep,
                tell=tell,
            )
            for examined in pass_.run():
                self._show(examined)
            self.held += len(pass_.poisoned)

    def _show(self, examined: Examined) -> None:
        mail = examined.correspondence
        if self.client and self.client not in (mail.client, mail.client_address):
            return
        self.summary.add(examined)
        if self.as_json:
            typer.echo(json.dumps(record(examined, text=self.text), ensure_ascii=False))


@contextmanager
def _ledger(config: Config, *, dry: bool) -> Iterator[Ledger]:
    """Open the ledger; for a dry pass a copy of it that is thrown away."""
    with ExitStack() as stack:
        folder = config.state.folder
        if not dry:
            yield stack.enter_context(rooms.open_ledger(config))
        elif folder is None or not folder.exists():
            yield stack.enter_context(Ledger.open(":memory:"))
        else:
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "copy.db"
            with rooms.open_ledger(config, alone=False) as ledger:
                ledger.backup(copy)
            yield stack.enter_context(Ledger.open(copy))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show how far a pass has come, on a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(_("reading mail"), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _tell(out: Console, outcome: Outcome) -> None:
    labels = sum(row.action == "label" for row in outcome.done)
    warnings = sum(row.action == "warn" for row in outcome.done)
    text = _("{labels} messages labelled, {warnings} warnings sent.")
    out.print(text.format(labels=labels, warnings=warnings))
    ways = {
        "gmail": _("The labels are Gmail's."),
        "keyword": _("The labels are IMAP keywords."),
        "folder": _("This server has no labels: labelled mail was copied into folders."),
        "flag": _("This server has no labels: labelled mail was flagged."),
    }
    used = {row.result.partition(":")[0] for row in outcome.done if row.action == "label"}
    for way in used & ways.keys():
        out.print(ways[way], style="dim")
    for row in outcome.later:
        out.print(_("will be tried again: {why}").format(why=row.result), style="yellow", markup=False)
    for row in outcome.failed:
        out.print(_("could not be done: {why}").format(why=row.result), style="red", markup=False)
