"""Start `banken` many times a second: one process that has imported and built everything, and forks.

    python -m tests.soak.runner CONFIG LOG

Each line on standard input is an order in JSON; each order is answered by two lines: the process id, and, when the
process has ended, its wait status and peak memory. The forked process runs the program's own `run`, or passes back to
back. All that differs from a process started by a person: shorter time limits of the connections, shorter waits before
a try is repeated, and, in `passes`, a clock that can be put forward.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.servers import USER
from tests.soak.world import Mail

from banken.config import SecretError
from banken.config.load import load
from banken.guard import Trust
from banken.ledger import Ledger, LedgerError, outbox
from banken.mailbox.errors import MailboxError
from banken.mailbox.model import Place, RawMessage
from banken.respond import Warn, WarningSettings, carry_out, letter
from banken.service import apart, program
from banken.service import house as rooms
from banken.service.catchup import CatchUp
from banken.service.reload import Settings

TIMEOUT, DEADLINE = 1.5, 5.0
SETTLE = timedelta(seconds=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=0.05), timedelta(seconds=1)


def main() -> None:
    config, log = Path(sys.argv[1]), Path(sys.argv[2])
    house = rooms.build(load(config).config)
    _warm_up(house)
    hurry()
    apart.read = lambda *_: Settings(house, ())
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _redirect(log)
            os._exit(_obey(order, config, house))
        _say({"pid": child})
        _pid, status, usage = os.wait4(child, 0)
        _say({"status": status, "memory": usage.ru_maxrss * 1024})


def _warm_up(house: rooms.House) -> None:
    """Judge a mail and write a warning, so that what is made at the first use is made before the forks."""
    import banken.service.watch  # noqa: F401 - `run` imports it

    raw = RawMessage(Place("INBOX", 1, 1), datetime.now(UTC), Mail(1, asks=True, flags=set(), folder="INBOX").raw)
    settings = WarningSettings(to=(USER,), via="append", sender=USER)
    with Ledger.open(":memory:") as ledger:
        guard = rooms.guard(house, "home", ledger, settings=settings, trust=Trust(("mx.example.jp",)))
        examined = guard.examine(guard.look(raw))
        guard.remember(examined)
        facts = next(action.facts for action in examined.actions if isinstance(action, Warn))
        now = datetime.now(UTC)
        letter.write(facts, house.advice, settings, to=USER, message_id="<a@b.example>", now=now, original=raw.raw)


def _say(what: dict[str, int]) -> None:
    print(json.dumps(what), flush=True)


def _redirect(log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((file, 1), (file, 2), (null, 0)):
        os.dup2(old, new)


def _obey(order: dict[str, object], config: Path, house: rooms.House) -> int:
    os.environ["BANKEN_CRASH_AT"] = str(order.get("crash", ""))
    try:
        if order["what"] == "run":
            return program.main("auto", str(config))
        _passes(house, int(str(order["count"])), timedelta(seconds=float(str(order.get("ahead", 0)))))
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
        return 99
    return 0


def _passes(house: rooms.House, count: int, ahead: timedelta) -> None:
    """Look at each account `count` times, back to back, with the clock `ahead`, as `banken run` does."""
    with rooms.open_ledger(house.config) as ledger:
        for account in house.config.accounts:
            guard = rooms.account_guard(house, account, ledger)
            guard.clock = lambda: datetime.now(UTC) + ahead
            for _ in range(count):
                try:
                    with rooms.mailbox(account) as box:
                        for _examined in CatchUp(guard=guard, mailbox=box, folders=account.folders).run():
                            pass
                        carry_out(ledger, account.name, box, guard.warning, house.advice, clock=guard.clock)
                except (MailboxError, SecretError, LedgerError) as error:
                    print(type(error).__name__, error, flush=True)


def hurry() -> None:
    """Wait a second or two where the program waits a minute or an hour."""
    outbox.FIRST_WAIT, outbox.LONGEST_WAIT = FIRST_WAIT, LONGEST_WAIT
    imap, smtp, warning = rooms.imap_server, rooms.smtp_server, rooms.warning_settings
    rooms.imap_server = lambda one, **how: replace(imap(one, **how), timeout=TIMEOUT, deadline=DEADLINE)
    rooms.smtp_server = lambda one: replace(smtp(one), timeout=TIMEOUT, deadline=DEADLINE)
    rooms.warning_settings = lambda config, account: replace(warning(config, account), settle=SETTLE)


if __name__ == "__main__":
    main()
