"""`banken scan`: look through mail from a day on, once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from banken.cli.faults import Exit, errors, faults
from banken.cli.located import chosen
from banken.cli.options import ConfigOption, JsonOption, TextOption, configuration, console
from banken.cli.out import STANDARD, check_place, write_file, write_out
from banken.cli.scanner import Scanner
from banken.cli.since import SinceError
from banken.cli.since import since as moment
from banken.cli.since import until as end
from banken.cli.table import print_table
from banken.config import Account, Config
from banken.i18n import _
from banken.ledger import OutboxRow
from banken.mailbox.errors import MailboxError
from banken.report.scanpage import scan_page
from banken.report.sheet import sheet
from banken.respond import Outcome
from banken.service import house as rooms
from banken.strictyaml import did_you_mean
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
    until: Annotated[
        str, typer.Option("--until", metavar="WHEN", help=_("Up to when; a day is looked at to its end."))
    ] = "",
    apply: Annotated[bool, typer.Option("--apply", help=_("Put labels on the mail and send the warnings."))] = False,
    source: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="PATH", help=_("Read a folder of .eml files, a Maildir or an mbox instead.")),
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option("--account", metavar="NAME", help=_("Only this account."))
    ] = None,
    client: Annotated[str, typer.Option("--client", metavar="NAME", help=_("Show only this client's mail."))] = "",
    again: Annotated[
        bool, typer.Option("--again", help=_("With --apply: examine anew what was examined before."))
    ] = False,
    fail_on: Annotated[Level | None, typer.Option("--fail-on", help=_("Exit with 1 at this level or above."))] = None,
    as_json: JsonOption = False,
    text: TextOption = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help=_("Write the table as CSV; - for the output."))
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help=_("Write a page with a picture of each deal."))
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Look through mail from a day on."""
    with faults(_("Stopped; nothing is lost, the next --apply goes on from here.") if apply and not source else ""):
        if as_json and csv == STANDARD:
            raise typer.BadParameter(_("--json and --csv - cannot both go to the output"))
        for path in (csv, html):
            check_place(path)
        settings = configuration(config, accounts=not source)
        now = datetime.now(UTC)
        first, last = _days(since or ("" if source else "30d"), until, now, settings.timezone)
        scanner = Scanner(
            house=rooms.build(settings),
            since=first,
            until=last,
            client=client,
            again=again,
            text=text,
            as_json=as_json,
        )
        _look(scanner, source or [], [] if source else _chosen(settings, account or []), apply=apply)
        _write(scanner, csv, html, now)
        out = errors() if as_json or csv == STANDARD else console()
        summary = scanner.summary
        if summary.count or not summary.failures:
            _finish(scanner, out, apply=apply, files=bool(source), table=out.stderr is False)
        _tell_what_is_missing(scanner, client)
        _leave(scanner, fail_on)


def _days(since: str, until: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """Return from when to when mail is looked at, "" being from the first on and without end.

    Raises SinceError when no mail can lie between: that is a slip of the pen.
    """
    first = moment(since, now, zone) if since else BEGINNING
    last = end(until, now, zone) if until else None
    if first > now:
        raise SinceError(_("--since is in the future: no mail can have come since then"))
    if last is not None and last <= first:
        raise SinceError(
            _("--until is not later than --since (30 days ago, unless you name it): no mail can lie between")
        )
    return first, last


def _look(scanner: Scanner, files: list[Path], accounts: list[Account], *, apply: bool) -> None:
    for path in files:
        if not scanner.summary.stopped:
            scanner.files(path)
    for account in accounts:
        if not scanner.summary.stopped:
            try:
                scanner.account(account, apply=apply)
            except MailboxError as error:  # the other accounts are looked at all the same
                scanner.summary.failures.append(f"{account.name}: {error}")


def _tell_what_is_missing(scanner: Scanner, client: str) -> None:
    """Say that a client has no mail, and which accounts could not be looked at."""
    summary = scanner.summary
    if client and not summary.shown and not summary.failures:
        near = did_you_mean(client, sorted(scanner.others))
        none = _("no mail of “{client}” was found").format(client=client)
        errors().print(f"{none} — {near}" if near else none, markup=False)
    for failure in summary.failures:
        errors().print(failure, markup=False, style="red")


def _leave(scanner: Scanner, fail_on: Level | None) -> None:
    """Raise what ends the program with another code than 0."""
    summary = scanner.summary
    if summary.stopped:
        raise KeyboardInterrupt
    if summary.failures or _undelivered(scanner.outcome):
        raise typer.Exit(Exit.UNREACHABLE)
    if fail_on and any(summary.levels[level] for level in LEVELS[LEVELS.index(fail_on) :]):
        raise typer.Exit(Exit.FOUND)


def _chosen(settings: Config, names: list[str]) -> list[Account]:
    return [one for name in names or [""] for one in chosen(settings, name)]


def _write(scanner: Scanner, csv: Path | None, html: Path | None, now: datetime) -> None:
    zone = scanner.house.config.timezone
    if csv is not None:
        write_out(csv, sheet(scanner.summary.shown, zone))
    if html is not None:
        write_file(html, scan_page(scanner.summary, zone, now).encode())


def _finish(scanner: Scanner, out: Console, *, apply: bool, files: bool, table: bool) -> None:
    """Print the table and what was done."""
    if table:
        print_table(out, scanner.summary, scanner.house.config.timezone)
    elif scanner.summary.held:
        text = _("Could not be read, and set aside: {count}.")
        out.print(text.format(count=len(scanner.summary.held)), style="yellow")
    if apply and files:
        out.print(
            _("Mail in files is only looked at: --apply labels nothing there and sends no warning."), style="yellow"
        )
    elif apply:
        _tell(out, scanner.outcome)
    elif not files and table:
        out.print(_("Nothing was written: add --apply to put labels and send warnings."), style="dim")


def _tell(out: Console, outcome: Outcome) -> None:
    done = Counter(row.action for row in outcome.done)
    text = _("Messages labelled: {labels}. Warnings sent: {warnings}.")
    out.print(text.format(labels=done["label"], warnings=done["warn"]))
    if done["remind"]:
        out.print(_("Reminders sent: {count}.").format(count=done["remind"]))
    ways = {
        "gmail": _("The labels are Gmail's."),
        "keyword": _("The labels are IMAP keywords."),
        "folder": _("This server has no labels: labelled mail was copied into folders."),
        "flag": _("This server has no labels: labelled mail was flagged."),
    }
    used = {row.result.partition(":")[0] for row in outcome.done if row.action == "label"}
    for way in used & ways.keys():
        out.print(ways[way], style="dim")
    _tell_troubles(out, outcome)


def _tell_troubles(out: Console, outcome: Outcome) -> None:
    """Say what went wrong once for each reason: a server that is out of order says the same of every warning."""
    for why, count in Counter(row.result for row in outcome.later).items():
        out.print(_("To be tried again: {count} ({why})").format(count=count, why=why), style="yellow", markup=False)
    for why, count in Counter(row.result for row in outcome.failed).items():
        out.print(_("Could not be done: {count} ({why})").format(count=count, why=why), style="red", markup=False)
    other = [row for failed in outcome.failed for row in _other_way(outcome, failed)]
    instead = Counter(row.target.partition(":")[2] for row in other)
    for folder, count in instead.items():
        text = _("Put into {folder} instead: {count}.")
        out.print(text.format(count=count, folder=folder), style="yellow", markup=False)


def _other_way(outcome: Outcome, failed: OutboxRow) -> list[OutboxRow]:
    """Return the mail that was put into the inbox in the place of one that the SMTP server refused."""
    same = (failed.account, failed.action, failed.message_id)
    return (
        []
        if failed.action == "label"
        else [
            row
            for row in outcome.done
            if (row.account, row.action, row.message_id) == same and row.target.startswith("append:")
        ]
    )


def _undelivered(outcome: Outcome) -> bool:
    return bool(outcome.later) or any(not _other_way(outcome, row) for row in outcome.failed)
