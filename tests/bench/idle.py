"""What the service costs while nothing happens: `python -m tests.bench.idle [MINUTES] [--accounts 3] [--mails 30]`.

The real program watches accounts of a real Dovecot (TLS, IDLE, the usual two minutes). It first gets some mail that it
warns about, so that all it needs in a working life is loaded; then memory and processor are measured.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from tests.e2e.conftest import notice
from tests.servers import Dovecot, SmtpSink

AIM_MB, AIM_SECONDS = 60, 60
"""Resident memory, and processor seconds in an hour for three accounts."""
PATIENCE = 60.0


def main(minutes: float, accounts: int, mails: int) -> int:
    users = {f"worker{number}@example.jp": f"pass word {number}" for number in range(accounts)}
    with Dovecot(users) as dovecot, SmtpSink() as sink, tempfile.TemporaryDirectory() as folder:
        process = _start(Path(folder), dovecot, sink)
        log = Path(folder) / "log"
        try:
            _until(lambda: log.read_text().count("listening") >= accounts, log)
            begun = _memory(process.pid)
            for number in range(mails):
                dovecot.append("INBOX", notice("続きはLINEで。", number=number), user=list(users)[number % accounts])
            _until(lambda: len(sink.messages) == mails, log)
            time.sleep(5)
            start, spent = time.monotonic(), _seconds(process.pid)
            time.sleep(minutes * 60)
            took, spent = time.monotonic() - start, _seconds(process.pid) - spent
            now = _memory(process.pid)
            threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)
    print(f"{accounts} accounts, all listened to, each looked at every two minutes besides; {threads} threads")
    print(f"  memory at the start:       {_shown(begun)}")
    print(f"  after {mails:3} mails warned of: {_shown(now)} (aim RSS {AIM_MB} MB)")
    hourly = spent / took * 3600
    print(
        f"  processor over {took / 60:.1f} min:   {spent:.2f} s, that is {hourly:.0f} s an hour (aim {AIM_SECONDS} s)"
    )
    return int(now["Rss"] > AIM_MB or hourly > AIM_SECONDS)


def _start(folder: Path, dovecot: Dovecot, sink: SmtpSink) -> subprocess.Popen[bytes]:
    accounts = [
        {
            "name": user.partition("@")[0],
            "imap": {
                "host": "127.0.0.1",
                "port": dovecot.tls_port,
                "user": user,
                "ca": str(dovecot.ca_file),
                "password": password,
            },
            "authserv": "mx.example.jp",
        }
        for user, password in dovecot.users.items()
    ]
    smtp = {"host": "127.0.0.1", "port": sink.port, "security": "plain"}
    whole = {
        "state": str(folder / "state"),
        "accounts": accounts,
        "warn": {"to": [dovecot.user], "via": "smtp", "smtp": smtp},
    }
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    config.chmod(0o600)
    # As after every start but the very first, which makes the ledger and needs a library more for it.
    subprocess.run(
        [sys.executable, "-m", "banken", "status", "--config", str(config)], check=False, capture_output=True
    )
    with (folder / "log").open("w") as log:
        return subprocess.Popen([sys.executable, "-m", "banken", "run", "--config", str(config)], stderr=log)


def _until(true: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def _memory(pid: int) -> dict[str, float]:
    """Return what a process holds, in MB, as the kernel counts it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    found = {name: int(rest.split()[0]) / 1024 for name, _colon, rest in (line.partition(":") for line in lines)}
    return {name: found[name] for name in ("Rss", "Pss", "Anonymous")}


def _shown(memory: dict[str, float]) -> str:
    return (
        f"RSS {memory['Rss']:5.1f} MB, PSS {memory['Pss']:5.1f} MB, "
        f"of it its own (not from files) {memory['Anonymous']:5.1f} MB"
    )


def _seconds(pid: int) -> float:
    """Return how much processor time a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=5)
    parser.add_argument("--accounts", type=int, default=3)
    parser.add_argument("--mails", type=int, default=30)
    chosen = parser.parse_args()
    sys.exit(main(chosen.minutes, chosen.accounts, chosen.mails))
