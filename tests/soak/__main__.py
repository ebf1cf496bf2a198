"""Prove for a while that nothing is lost and nothing comes twice, whatever happens.

    python -m tests.soak --minutes 20 [--seed 1] [--worlds 3] [--sweeps 3]

Real Dovecots, real SMTP sinks and the real program, killed and cut off all the time; then every mail is looked at. Prints
what was done and what came of it; ends with 1 when anything was lost, doubled or changed. Everything lies in memory
(/dev/shm): what is killed here is the program, not the machine, so that no flush of a disk need be waited for.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.world import WAYS

FAULTS = ("lost", "doubled", "changed")


@dataclass(slots=True)
class Report:
    """What all worlds told so far."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in FAULTS})
    mails: int = 0
    warnings: int = 0
    repeated: int = 0
    stretches: int = 0
    peak: int = 0
    codes: set[int] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def add(self, line: str) -> None:
        """Add what one world tells of one stretch."""
        told = json.loads(line)
        with self._turn:
            self.done.update(told["done"])
            self.mails += told["mails"]
            self.warnings += told["warnings"]
            self.repeated += told["repeated"]
            self.stretches += 1
            self.peak = max(self.peak, told["peak"])
            self.codes.update(told["codes"])
            for name in FAULTS:
                self.wrong[name] += [f"{told['way']}, {what}" for what in told[name]]
            for number, history in told["histories"].items():
                print(f"what became of mail {number} ({told['way']}):", *history, sep="\n  ", file=sys.stderr)
            print(self.line(), file=sys.stderr, flush=True)

    def line(self) -> str:
        """Return how it stands in one line."""
        kills, cuts = self.count("kill -9"), self.count("IMAP", "SMTP")
        wrong = ", ".join(f"{len(self.wrong[name])} {name}" for name in FAULTS)
        return f"{self.mails} mails, {kills} kills, {cuts} spoilt connections: {wrong}"

    def count(self, *starts: str) -> int:
        """Return how many faults there were whose names begin so."""
        return sum(count for name, count in self.done.items() if name.startswith(starts))

    def print(self) -> bool:
        """Print it all; return whether nothing is wrong."""
        print("faults")
        for name, count in sorted(self.done.items()):
            print(f"  {count:6} {name}")
        print(
            f"  {self.count('kill -9'):6} kills in all, {self.count('IMAP ', 'SMTP '):6} faults of connections in all"
        )
        print(f"mails     {self.mails} in {self.stretches} stretches, {self.warnings} warnings")
        print(f"memory    {self.peak / 1e6:.0f} MB at most in one process")
        print(f"repeated  {self.repeated} warnings, under the same Message-ID, into a mailbox that cannot be searched")
        for name in FAULTS:
            print(f"{name:9} {len(self.wrong[name])}", *self.wrong[name][:20], sep="\n    ")
        for what in self.failed:
            print("FAILED   ", what)
        return not any(self.wrong.values()) and not self.failed and self.codes <= {0, 2}


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--minutes", type=float, default=20)
    given.add_argument("--seed", type=int, default=random.randrange(10**6))
    given.add_argument("--worlds", type=int, default=3)
    given.add_argument("--sweeps", type=int, default=3)
    options = given.parse_args()
    print(f"seed {options.seed}", file=sys.stderr)
    report = Report()
    worlds = [
        threading.Thread(
            target=_world, args=[report, module, WAYS[number % len(WAYS)], options.minutes * 60, options.seed + number]
        )
        for module, count in (("worker", options.worlds), ("sweep", options.sweeps))
        for number in range(count)
    ]
    for world in worlds:
        world.start()
    for world in worlds:
        world.join()
    sys.exit(0 if report.print() else 1)


def _world(report: Report, module: str, way: str, seconds: float, seed: int) -> None:
    command = [
        sys.executable,
        "-m",
        f"tests.soak.{module}",
        "--way",
        way,
        "--seconds",
        str(seconds),
        "--seed",
        str(seed),
    ]
    memory = Path("/dev/shm")
    environment = os.environ | ({"TMPDIR": str(memory)} if os.access(memory, os.W_OK) else {})
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            report.add(line)
    if process.returncode:
        report.failed.append(f"the {module} “{way}” with seed {seed} ended with {process.returncode}")


if __name__ == "__main__":
    main()
