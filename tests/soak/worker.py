"""One world under faults for a while; prints a JSON object a stretch.

python -m tests.soak.worker --way watched --seconds 600 --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.soak.check import Findings, check, left_over, open_rows
from tests.soak.life import Lives
from tests.soak.proxy import DOWN, UP, Fault
from tests.soak.world import WAYS, World

from banken.ledger.crash import POINTS

STRETCH_SECONDS = 45
QUIET_ROUNDS = 40


@dataclass(slots=True)
class Harm:
    """What is done to the program: the kinds, weighted, and how often each happened."""

    world: World
    lives: Lives
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    usual: float = 0.4
    """Seconds that a life usually takes to come to rest."""

    def plan(self, service: str, share: float) -> Fault | None:
        """Return the fault for a new connection to `service`, None for none (but in `share` of them)."""
        if self.chance.random() > share:
            return None
        proxy = self.world.imap if service == "imap" else self.world.smtp
        direction = self.chance.choice((UP, DOWN))
        kind = self.chance.choices(("cut", "reset", "noise", "split", "delay", "stall"), (36, 22, 22, 10, 9, 1))[0]
        after = self.chance.randrange(self.chance.choice(proxy.lengths[direction]) + 1)
        seconds = self.chance.uniform(0.05, 0.3) if kind == "delay" else 1.7
        return Fault(kind, direction, after, seconds)

    def calm(self) -> None:
        """Leave the connections alone."""
        self.world.imap.plan = self.world.smtp.plan = lambda: None
        self.world.sink._orders.clear()

    def spoil(self, share: float) -> None:
        """Spoil a share of the connections."""
        self.world.imap.plan = lambda: self.plan("imap", share)
        self.world.smtp.plan = lambda: self.plan("smtp", share)

    def killed_somewhere(self) -> None:
        """Run the program, and kill it at a random instant."""
        pid = self.lives.start("run")
        self._act_for(self.chance.uniform(0, self.usual * 2))
        self.done["kill -9, random instant"] += self.lives.end(pid)

    def killed_at_a_point(self) -> None:
        """Run the program until it kills itself at one of its crash points."""
        point = self.chance.choice(POINTS)
        self.world.deliver()
        pid = self.lives.start("run", crash=f"{point}:{self.chance.choice((1, 1, 1, 2, 3))}")
        self._act_for(0.2)
        by_itself = self.lives.ends(3)
        if self.lives.end(pid):
            self.done[f"kill -9, {point}" if by_itself else "kill -9, random instant"] += 1

    def killed_in_one_pass(self) -> None:
        """Let it look once, over a good or a bad line, and kill it at a random instant or at one of its points."""
        self.world.deliver()
        at_a_point = self.chance.random() < 0.5
        point = self.chance.choice(POINTS)
        pid = self.lives.start("passes", count=1, crash=f"{point}:1" if at_a_point else "")
        by_itself = self.lives.ends(15 if at_a_point else self.chance.uniform(0, self.usual))
        if self.lives.end(pid):
            self.done[f"kill -9, {point}" if at_a_point and by_itself else "kill -9, random instant"] += 1

    def cut_off(self) -> None:
        """Let it look several times over bad lines, and kill it in the end, or not."""
        pid = self.lives.start("passes", count=30)
        end = time.monotonic() + 6
        while not self.lives.ends(self.chance.uniform(0, 0.2)) and time.monotonic() < end:
            self._act(0.3)
        self.done["kill -9, random instant"] += self.lives.end(pid)

    def fresh(self) -> None:
        """Start it as a person does; kill it while it starts, or at work."""
        self.done["kill -9, fresh process"] += self.lives.fresh(self.chance.uniform(0.8, 3))

    def second(self) -> None:
        """Start a second one beside the first on the same ledger; it has to say so and stop."""
        first = self.lives.start("run")
        end = time.monotonic() + 20
        while not self._is_guarded() and time.monotonic() < end:
            time.sleep(0.05)
        self.done["a second process"] += 1
        if self.lives.fresh(30) or self.lives.code != 2:
            self.done["A SECOND PROCESS WENT ON"] += 1
        self.done["kill -9, random instant"] += self.lives.end(first)

    def _is_guarded(self) -> bool:
        """Return whether a process holds the ledger's lock; to try it would keep the process from taking it just then."""
        inode = self.world.ledger.with_suffix(".lock").stat().st_ino
        return any(line.split()[5].endswith(f":{inode}") for line in Path("/proc/locks").read_text().splitlines())

    def server_down(self) -> None:
        """Stop the IMAP server under it."""
        pid = self.lives.start("passes", count=30)
        time.sleep(self.chance.uniform(0, 0.3))
        self.world.restart(self.chance.uniform(0, 0.5))
        self.done["IMAP server down"] += 1
        self.done["kill -9, random instant"] += self.lives.end(pid)

    def _act_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._act(0.5)
            time.sleep(min(left, self.chance.uniform(0, 0.15)))

    def _act(self, share: float) -> None:
        if self.chance.random() < share:
            self.world.act()
        if self.chance.random() < 0.05:
            self.world.trouble_smtp()
            self.done["SMTP answers badly"] += 1


KINDS = (
    (Harm.killed_somewhere, 24),
    (Harm.killed_at_a_point, 20),
    (Harm.killed_in_one_pass, 60),
    (Harm.cut_off, 25),
    (Harm.fresh, 1.5),
    (Harm.second, 0.3),
    (Harm.server_down, 1.5),
)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--way", choices=WAYS, default="watched")
    given.add_argument("--seconds", type=float, default=120)
    given.add_argument("--seed", type=int, default=1)
    options = given.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="banken-soak-") as name:
        folder = Path(name)
        with (
            World(folder, options.way, options.way == "watched", chance) as world,
            Lives(world, folder / "log") as lives,
        ):
            harm = Harm(world, lives, chance)
            _begin(world, lives)
            end = time.monotonic() + options.seconds
            while time.monotonic() < end:
                found = _stretch(world, harm, min(STRETCH_SECONDS, end - time.monotonic()))
                print(json.dumps(_record(world, harm, lives, found), ensure_ascii=False), flush=True)


def _begin(world: World, lives: Lives) -> None:
    """Guard from now on: what lies there before is history."""
    lives.start("passes", count=1)
    lives.end()
    world.audit()


def _stretch(world: World, harm: Harm, seconds: float) -> Findings:
    """Do harm for a while, then let it come to rest, and look."""
    first = len(world.mails)
    if harm.chance.random() < 0.15:
        world.renumber()
        harm.done["UIDVALIDITY changed"] += 1
    end = time.monotonic() + seconds
    works, weights = zip(*KINDS, strict=True)
    while time.monotonic() < end and len(world.mails) - first < 250:
        harm.spoil(harm.chance.choice((0.0, 0.5, 0.9)))
        harm.chance.choices(works, weights)[0](harm)
    harm.calm()
    quiet = _rest(world, harm.lives)
    found = check(world, world.mails[first:])
    if not quiet:
        found.lost.append(f"it never came to rest: {left_over(world)[:5]}")
    world.clear()
    return found


def _rest(world: World, lives: Lives) -> bool:
    """Let it look without faults, its clock put forward each time, until nothing is owed; return whether that is reached."""
    for number in range(QUIET_ROUNDS):
        lives.start("passes", count=2, ahead=number * 900)
        lives.end()
        world.provide()
        if number and not open_rows(world):
            return True
        time.sleep(0.1)
    return False


def _record(world: World, harm: Harm, lives: Lives, found: Findings) -> dict[str, object]:
    done = Counter(harm.done)
    for name, proxy in (("IMAP", world.imap), ("SMTP", world.smtp)):
        done.update({f"{name} {kind}": count for kind, count in proxy.struck.items()})
        proxy.struck.clear()
    harm.done.clear()
    return asdict(found) | {"way": world.way, "done": done, "peak": lives.peak, "codes": sorted(lives.codes)}


if __name__ == "__main__":
    main()
