"""Lives of the program: started, and killed or waited for."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.soak.world import World


@dataclass(slots=True)
class Lives:
    """Starts the program again and again; a context manager. `peak` is the most memory one of its processes used."""

    world: World
    log: Path
    peak: int = 0
    codes: set[int] = field(default_factory=set)
    """The exit codes of what was not killed."""
    code: int = 0
    """The exit code of the last one that was started afresh and ended by itself."""
    _runner: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.soak.runner", str(self.world.config), str(self.log)]
        self._runner = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.environment(), bufsize=1
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner is not None:
            self._runner.kill()
            self._runner.communicate()

    def environment(self) -> dict[str, str]:
        return os.environ | {"MAIL_PASSWORD": self.world.server.password}

    def start(self, what: str, **order: object) -> int:
        """Start one; return its process id."""
        assert self._runner is not None
        assert self._runner.stdin is not None
        self._runner.stdin.write(json.dumps({"what": what, **order}) + "\n")
        self._runner.stdin.flush()
        return int(self._answer()["pid"])

    def ends(self, seconds: float) -> bool:
        """Return whether the one that was started ends by itself within so many seconds."""
        assert self._runner is not None
        assert self._runner.stdout is not None
        return bool(select.select([self._runner.stdout], [], [], seconds)[0])

    def end(self, pid: int = 0) -> bool:
        """Take note of an end, after a kill when `pid` is given; return whether it was by SIGKILL."""
        if pid and not self.ends(0):
            os.kill(pid, signal.SIGKILL)
        answer = self._answer()
        self.peak = max(self.peak, answer["memory"])
        killed = os.WIFSIGNALED(answer["status"])
        if not killed:
            self.codes.add(os.waitstatus_to_exitcode(answer["status"]))
        return killed

    def fresh(self, seconds: float) -> bool:
        """Start the program as a person does, and kill it after so many seconds; return whether it lived so long."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "banken", "run", "--config", str(self.world.config)],
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
        try:
            self.code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return True
        return False

    def _answer(self) -> dict[str, int]:
        assert self._runner is not None
        assert self._runner.stdout is not None
        line = self._runner.stdout.readline()
        assert line, "the runner ended"
        return dict(json.loads(line))
