"""Processes that are there to be killed: each forked, in milliseconds, from one that has loaded the product and done nothing."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from types import SimpleNamespace

from tests.respond.desk import Desk

from banken.ledger import Ledger
from banken.mailbox.imap import Server, connect
from banken.places import rules_root
from banken.respond import WarningSettings, carry_out, load_advice, send_notices

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


def process(work: Callable[..., None], *given: object, crash_at: str = "") -> int:
    """Do `work` in a process of its own that kills itself at `crash_at`; return the code it ended with (-9 when killed)."""
    one = _FORKS.Process(target=_work, args=[work, given, crash_at])
    one.start()
    one.join()
    assert one.exitcode is not None
    return one.exitcode


def _work(work: Callable[..., None], given: tuple[object, ...], crash_at: str) -> None:
    os.environ["BANKEN_CRASH_AT"] = crash_at
    work(*given)


def tell(where: Path, url: str, moment: datetime, warnings: int) -> None:
    """Plan `warnings` at a `moment`, and send what notices are due then."""
    with Ledger.open(where) as ledger:
        desk = Desk(ledger, SimpleNamespace(url=url, told=[], titles=[]), quiet=(time(22), time(7)))
        for number in range(warnings):
            desk.now = moment
            desk.warn(deal=f"deal-{number}")
        send_notices(ledger, "home", desk.settings, clock=lambda: moment)


def carry(where: Path, imap: Server, settings: WarningSettings) -> None:
    """Carry out all that is planned."""
    box = connect("home", imap)
    advice = load_advice(rules_root() / "crowdworks" / "advice")
    with Ledger.open(where) as ledger:
        carry_out(ledger, "home", box, settings, advice)
        assert ledger.outbox.open() == [], ledger.outbox.open()
    box.close()
