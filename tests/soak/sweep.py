"""Spoil the connection after the n-th octet, for every n of a whole session, to the IMAP and to the SMTP server.

    python -m tests.soak.sweep --way watched --seconds 600 --seed 1

Each spoilt session has work to do: a new mail to examine, to label and to warn about, and what was left over from the
sessions before. All the places and ways of spoiling are gone through in a random order, each once, as far as the time
reaches; then again. Prints a JSON object a stretch, as `tests.soak.worker` does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product, zip_longest
from pathlib import Path

from tests.soak import runner
from tests.soak.check import Findings, check, left_over, open_rows
from tests.soak.proxy import DOWN, UP, Fault
from tests.soak.world import WAYS, Mail, World

from banken.config.load import load
from banken.ledger import Ledger
from banken.mailbox.errors import MailboxError
from banken.respond import carry_out
from banken.service import house as rooms
from banken.service.catchup import CatchUp

KINDS = ("cut", "reset", "noise", "split", "delay")
STRETCH = 120
"""Sessions that are spoilt before all is looked at."""

QUIET_ROUNDS = 40


@dataclass(slots=True)
class Watch:
    """The program's own look at the world's account, in this process; its clock is put forward by `ahead`."""

    world: World
    house: rooms.House
    ledger: Ledger
    ahead: timedelta = timedelta(0)
    lost: int = 0
    """Looks that ended early."""

    def look(self) -> None:
        """Look once."""
        account = self.house.config.accounts[0]
        guard = rooms.account_guard(self.house, account, self.ledger)
        guard.clock = lambda: datetime.now(UTC) + self.ahead
        try:
            with rooms.mailbox(account) as box:
                for _examined in CatchUp(guard=guard, mailbox=box, folders=account.folders).run():
                    pass
                carry_out(self.ledger, account.name, box, guard.warning, self.house.advice, clock=guard.clock)
        except MailboxError:
            self.lost += 1


@dataclass(slots=True)
class Sweep:
    """Goes through all places of a session; `places` says how many there are."""

    world: World
    watch: Watch
    chance: random.Random
    places: int = 0
    done: Counter[str] = field(default_factory=Counter)

    def faults(self) -> Iterator[tuple[str, Fault]]:
        """Yield every fault there can be, in a random order, each server and direction in turn; again and again."""
        proxies = {"IMAP": self.world.imap, "SMTP": self.world.smtp}
        services = [name for name in proxies if name == "IMAP" or self.world.way != "append"]
        while True:
            lengths = {key: max(proxies[key[0]].lengths[key[1]]) for key in product(services, (UP, DOWN))}
            self.places = sum(lengths.values())
            yield from _in_turn([self._every(*key, length) for key, length in lengths.items()])

    def _every(self, service: str, direction: str, length: int) -> list[tuple[str, Fault]]:
        every = [(service, Fault(kind, direction, after, 0.05)) for after in range(length) for kind in KINDS]
        self.chance.shuffle(every)
        return every

    def stretch(self, faults: Iterator[tuple[str, Fault]], count: int, end: float) -> Findings:
        """Spoil so many sessions, let it come to rest, and look at every mail."""
        first = len(self.world.mails)
        for service, fault in faults:
            self._spoilt(service, fault)
            count -= 1
            if count <= 0 or time.monotonic() > end:
                break
        found = self.rest(self.world.mails[first:])
        self.world.clear()
        return found

    def rest(self, mails: Sequence[Mail]) -> Findings:
        """Let it come to rest, and look at `mails`."""
        world = self.world
        world.imap.plan = world.smtp.plan = lambda: None
        quiet = self._rest()
        found = check(world, mails)
        if not quiet:
            found.lost.append(f"it never came to rest: {left_over(world)[:5]}")
        return found

    def _spoilt(self, service: str, fault: Fault) -> None:
        """Look once, with a new mail there, while the first connection to one of the servers is spoilt."""
        once = iter([fault])
        mine, other = (self.world.imap, self.world.smtp) if service == "IMAP" else (self.world.smtp, self.world.imap)
        mine.plan, other.plan = lambda: next(once, None), lambda: None
        self.world.deliver(asks=True if service == "SMTP" else None)
        if self.chance.random() < 0.3:
            self.world.act()
        self.watch.look()
        self.world.provide()
        self.watch.ahead += timedelta(seconds=3)
        self.done["sessions"] += 1

    def _rest(self) -> bool:
        for number in range(QUIET_ROUNDS):
            self.watch.look()
            self.world.provide()
            self.watch.ahead += timedelta(minutes=15)
            if number and not open_rows(self.world):
                return True
            time.sleep(0.1)
        return False


def _in_turn(lists: list[list[tuple[str, Fault]]]) -> Iterator[tuple[str, Fault]]:
    for faults in zip_longest(*lists):
        yield from (fault for fault in faults if fault is not None)


def prepared(world: World) -> Watch:
    """Return a watch over a world that is guarded from now on, after one session that nothing spoilt."""
    os.environ["MAIL_PASSWORD"] = world.server.password
    house = rooms.build(load(world.config).config)
    runner.hurry()
    watch = Watch(world, house, rooms.open_ledger(house.config))
    watch.look()
    world.audit()
    for _ in range(3):
        world.deliver()
        watch.look()
    return watch


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--way", choices=WAYS, default="watched")
    given.add_argument("--seconds", type=float, default=120)
    given.add_argument("--seed", type=int, default=1)
    options = given.parse_args()
    chance = random.Random(options.seed)
    with (
        tempfile.TemporaryDirectory(prefix="banken-sweep-") as name,
        World(Path(name), options.way, False, chance) as world,
    ):
        watch = prepared(world)
        sweep = Sweep(world, watch, chance)
        faults, end = sweep.faults(), time.monotonic() + options.seconds
        while time.monotonic() < end:
            found = sweep.stretch(faults, STRETCH, end)
            print(json.dumps(record(sweep, found), ensure_ascii=False), flush=True)


def record(sweep: Sweep, found: Findings) -> dict[str, object]:
    """Return what a stretch came to, and begin to count anew."""
    done = Counter({f"swept, of {sweep.places} places": sweep.done["sessions"]})
    for name, proxy in (("IMAP", sweep.world.imap), ("SMTP", sweep.world.smtp)):
        done.update({f"{name} {kind}": count for kind, count in proxy.struck.items()})
        proxy.struck.clear()
    sweep.done.clear()
    return asdict(found) | {"way": sweep.world.way, "done": done, "peak": 0, "codes": []}


if __name__ == "__main__":
    main()
