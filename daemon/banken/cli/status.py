"""`banken status`: whether every account was looked at lately, and what waits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from banken.cli.faults import Exit, faults
from banken.cli.options import ConfigOption, JsonFlag, configuration, console
from banken.cli.rows import NOTHING, print_rows
from banken.i18n import _
from banken.ledger import Ledger, OutboxRow
from banken.respond import HOUSE
from banken.service import house as rooms
from banken.service import kept
from banken.service.endpoint import record
from banken.service.health import Condition, conditions, refused_settings

LOST_FOR = timedelta(days=30)
"""How long what could not be delivered is told of."""


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Tell whether every account was looked at lately; exit code 1 when not."))(status)


def status(as_json: JsonFlag = False, config: ConfigOption = None) -> None:
    """Tell whether every account was looked at lately."""
    with faults():
        settings = configuration(config)
        # The container's health check waits for nobody who writes: half a minute later it is taken for failed.
        with rooms.open_ledger(settings, alone=False, reads=True) as ledger:
            now = datetime.now(UTC)
            found, lost = conditions(ledger, settings.accounts, now), ledger.outbox.lost(now - LOST_FOR)
            well = all(one.fresh for one in found)
            refused = refused_settings(ledger)
            names = [one.account for one in found]
            gone, waits = _owed_elsewhere(ledger, names, now - LOST_FOR), kept.kept(ledger, names)
            if as_json:
                accounts = [_whole(one, ledger) for one in found]
                whole = {"fresh": well, "settings": refused, "accounts": accounts, "undelivered": len(lost)}
                more = {"unconfigured": gone, "kept": {name: asdict(one) for name, one in waits.items()}}
                typer.echo(json.dumps(whole | more, ensure_ascii=False))
            else:
                _print(found, ledger, settings.timezone, refused)
                _tell_lost(lost)
                _tell_owed_elsewhere(gone)
                for name, one in waits.items():
                    console().print(kept.line(name, one), style="dim", markup=False)
        if not well or any(one.unwatched for one in found):
            raise typer.Exit(Exit.FOUND)


def _whole(one: Condition, ledger: Ledger) -> dict[str, object]:
    owed, held = len(ledger.outbox.open(one.account)), len(ledger.quarantine.held(one.account))
    return {**record(one), "owed": owed, "set_aside": held}


def _print(found: list[Condition], ledger: Ledger, zone: ZoneInfo, refused: str) -> None:
    out = console()
    heads = (_("account"), _("last look"), _("state"), _("still owed"), _("set aside"))
    print_rows(out, heads, [_row(one, ledger, zone) for one in found])
    if refused:
        out.print(_("The newest settings are wrong, the old ones are used: {why}").format(why=refused), markup=False)
    for one in found:
        for folder in one.unwatched:
            text = _("The folder “{folder}” of “{account}” could not be opened: it is not watched.")
            out.print(text.format(folder=folder, account=one.account), style="red", markup=False)
    if not all(one.fresh and not one.unwatched for one in found):
        out.print(_("“banken doctor” shows what is wrong and what to do."))


def _row(one: Condition, ledger: Ledger, zone: ZoneInfo) -> list[Text]:
    looked = f"{one.looked.astimezone(zone):%Y-%m-%d %H:%M:%S}" if one.looked else NOTHING
    owed, held = len(ledger.outbox.open(one.account)), len(ledger.quarantine.held(one.account))
    told = (one.account, looked, _state(one, zone), str(owed), str(held))
    return [Text(text, style="" if one.fresh else "red") for text in told]


def _tell_lost(lost: Sequence[OutboxRow]) -> None:
    if lost:
        text = _("Not delivered by any way in the last 30 days: warnings and letters {count} (the last: {why})")
        console().print(text.format(count=len(lost), why=lost[-1].result), style="red", markup=False)


def _owed_elsewhere(ledger: Ledger, configured: Iterable[str], since: datetime) -> dict[str, int]:
    """Return how many warnings and letters are still to be sent for each account that is not in the configuration any more."""
    rows = (row for name in ledger.outbox.owing() - {HOUSE, *configured} for row in ledger.outbox.open(name))
    sent = (row for row in rows if row.action != "label" and not row.target.startswith("append:"))
    return Counter(row.account for row in sent if row.planned >= since)


def _tell_owed_elsewhere(owed: Mapping[str, int]) -> None:
    for account, count in sorted(owed.items()):
        text = _(
            "“{account}” is not in the configuration any more; warnings and letters that are still to be sent for it: {count}"
        )
        console().print(text.format(account=account, count=count), style="red", markup=False)


def _state(one: Condition, zone: ZoneInfo) -> str:
    if one.trouble is not None:
        since = f"{one.trouble.since.astimezone(zone):%Y-%m-%d %H:%M}"
        return _("not reached since {since}: {why}").format(since=since, why=one.trouble.why)
    if one.looked is None:
        return _("never looked at: does “banken run” run?")
    return _("well") if one.fresh else _("not looked at any more: does “banken run” run?")
