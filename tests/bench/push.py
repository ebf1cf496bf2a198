"""From new mail to its warning, on a real Dovecot with IDLE: `python -m tests.bench.push [DELIVERIES]`.

The real program runs beside it. A delivery counts from the end of the APPEND until the SMTP server has the warning.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from tests.e2e.conftest import notice
from tests.servers import Dovecot, SmtpSink

AIM = 2.0
PATIENCE = 30.0


def main(count: int) -> int:
    with Dovecot() as dovecot, SmtpSink() as sink, tempfile.TemporaryDirectory() as folder:
        process = _start(Path(folder), dovecot, sink)
        try:
            spans = [_deliver(dovecot, sink, number) for number in range(1, count + 1)]
            peak = _peak(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)
    spans.sort()
    tenth = spans[int(len(spans) * 0.9)]
    print(f"new mail to warning handed in, {count} deliveries, interval 1 h:")
    print(f"  median {statistics.median(spans):.2f} s, 90 % {tenth:.2f} s, worst {spans[-1]:.2f} s (aim {AIM:g} s)")
    print(f"  peak memory of the service {peak} MB")
    return int(spans[-1] > AIM)


def _start(folder: Path, dovecot: Dovecot, sink: SmtpSink) -> subprocess.Popen[str]:
    imap = {"host": "127.0.0.1", "port": dovecot.tls_port, "user": dovecot.user, "ca": str(dovecot.ca_file)}
    imap["password"] = {"env": "MAIL_PASSWORD"}
    whole = {
        "state": str(folder / "state"),
        "accounts": [{"name": "home", "imap": imap, "every": "1h", "authserv": "mx.example.jp"}],
        "warn": {
            "to": [dovecot.user],
            "via": "smtp",
            "smtp": {"host": "127.0.0.1", "port": sink.port, "security": "plain"},
        },
    }
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "banken", "run", "--config", str(config)],
        env={**os.environ, "MAIL_PASSWORD": dovecot.password},
        stderr=log,
        text=True,
    )
    end = time.monotonic() + PATIENCE
    while "listening" not in (folder / "log").read_text():
        assert time.monotonic() < end, (folder / "log").read_text()
        time.sleep(0.05)
    return process


def _deliver(dovecot: Dovecot, sink: SmtpSink, number: int) -> float:
    before = len(sink.messages)
    dovecot.append("INBOX", notice("続きはLINEで。", number=number))
    start = time.monotonic()
    while len(sink.messages) == before:
        assert time.monotonic() - start < PATIENCE, f"no warning about delivery {number}"
        time.sleep(0.005)
    span = time.monotonic() - start
    time.sleep(0.2 + number % 10 / 10)  # not in step with anything
    return span


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
