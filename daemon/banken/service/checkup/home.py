"""What the machine at home must offer: a place for the ledger, room on the disk, a clock that is right."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from banken.config import Config
from banken.i18n import _
from banken.ledger import Ledger, LedgerError, LedgerInUseError
from banken.ledger.errors import a_backup
from banken.service import house as rooms
from banken.service import kept
from banken.service.checkup.model import Sign, bad, good, note
from banken.service.health import Condition, conditions, refused_settings

LITTLE, TOO_LITTLE = 1_000_000_000, 100_000_000
"""Octets free on the disk."""

_LATELY = timedelta(days=7)


def signs(config: Config) -> Iterator[Sign]:
    """Yield the signs of this machine."""
    yield from _disk(config)
    yield from _clock()
    yield from _ledger(config)


def _disk(config: Config) -> Iterator[Sign]:
    folder = config.state.folder
    if folder is None:
        return
    there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    if not there.is_dir() or not os.access(there, os.W_OK):
        text = _("nothing can be written into {folder}").format(folder=there)
        yield bad("permissions", text, _("let this user own it (chown), or set `state` to another folder"))
    free = shutil.disk_usage(there).free
    text = _("{free} MB are free in {folder}").format(free=free // 1_000_000, folder=folder)
    if free < TOO_LITTLE:
        yield bad("disk", text, _("make room, or set `state` to a folder on another disk"))
    elif free < LITTLE:
        yield note("disk", text, _("make some room"))
    else:
        yield good("disk", text)
    if folder.exists() and folder.stat().st_mode & 0o077:
        yield note("permissions", _("others may look into {folder}").format(folder=folder), f"chmod 700 {folder}")


def _clock() -> Iterator[Sign]:
    """Tell whether the clock is set by the network, as far as systemd knows."""
    said = _timedatectl()
    if said == "no":
        yield note("clock", _("the clock is not set by the network"), "timedatectl set-ntp true")
    elif said == "yes":
        yield good("clock", _("the clock is set by the network"))
    else:
        yield note("clock", _("whether the clock is set by the network is not known here"), _("compare it (date)"))


def _timedatectl() -> str:
    program = shutil.which("timedatectl")
    if program is None:
        return ""
    command = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _ledger(config: Config) -> Iterator[Sign]:
    folder = config.state.folder
    if folder is not None and not folder.exists():
        yield note("ledger", _("there is no ledger yet in {folder}").format(folder=folder), _("start “banken run”"))
        return
    try:
        with rooms.open_ledger(config, alone=False) as ledger:
            damage = ledger.check()
            yield from (bad("ledger", line, a_backup()) for line in damage)
            if not damage:
                yield good("ledger", _("the ledger is whole"))
            yield from _service(config, ledger)
    except LedgerError as error:
        yield bad("ledger", error.what, error.todo)


def _service(config: Config, ledger: Ledger) -> Iterator[Sign]:
    now = datetime.now(UTC)
    runs = _is_running(config)
    if runs is False:
        yield bad("service", _("“banken run” does not run"), _("start it (systemctl --user start banken)"))
    elif runs:
        yield good("service", _("“banken run” runs"))
    if refused := refused_settings(ledger):
        text = _("the service did not take the newest settings over: {why}")
        yield bad("service", text.format(why=refused), _("correct them; until then it goes on with the old ones"))
    yield from (_look(one) for one in conditions(ledger, config.accounts, now))
    for account in config.accounts:
        if held := len(ledger.quarantine.held(account.name)):
            text = _("{count} messages could not be read and were set aside").format(count=held)
            yield note("quarantine", text, account=account.name)
    for gone, waits in kept.kept(ledger, [one.name for one in config.accounts]).items():
        todo = _("nothing, or write the account into the configuration again: then it is put there")
        yield note("kept", kept.line(gone, waits), todo)
    if failed := len(ledger.outbox.refused(now - _LATELY)):
        text = _("{count} labels or warnings could not be delivered within the last week").format(count=failed)
        yield note("outbox", text, _("the log says why"))


def _look(one: Condition) -> Sign:
    if one.looked is None:
        return note("last look", _("it was never looked at"), _("start “banken run”"), one.account)
    ago = round((one.now - one.looked).total_seconds())
    text = _("last looked at {seconds} seconds ago").format(seconds=ago)
    if one.fresh:
        return good("last look", text, one.account)
    why = one.trouble.why if one.trouble else _("“banken run” does not look any more")
    return bad("last look", text, why, one.account)


def _is_running(config: Config) -> bool | None:
    """Return whether a service holds the right to guard; None where that is not known (PostgreSQL)."""
    if config.state.folder is None:
        return None
    try:
        rooms.open_ledger(config).close()
    except LedgerInUseError:
        return True
    return False
