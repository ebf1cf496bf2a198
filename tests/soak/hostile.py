"""Mail that is broken, huge or endless, through the whole program: nothing raises, nothing is lost, memory stays flat.

Mutated mails and many small ones from files; many small ones on a real server, labelled; a huge one, warned about too.

python -m tests.soak.hostile [--mutated 10000] [--small 100000] [--megabytes 100] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import yaml
from tests.fuzz.message import change, seeds
from tests.servers import USER, Dovecot
from tests.soak.world import Mail

_START = b"From soak@example.jp Tue Nov 24 10:00:00 2026\n"
_MEASURE = """
import os, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
os.write(int(sys.argv[1]), str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss).encode())
sys.exit(code)
"""
FLAT = 1.25
"""How much more memory ten times as many mails may take."""


def mutated(count: int, chance: random.Random) -> Iterator[bytes]:
    """Yield notifications and the fuzzer's mails, changed at random."""
    mails = [*seeds(), *(Mail(number, number % 2 > 0, set(), "INBOX").raw for number in range(40))]
    for _ in range(count):
        yield change(chance, chance.choice(mails), mails)


def small(count: int) -> Iterator[bytes]:
    """Yield short mails: one in fifty is a notification, the rest is none of our business."""
    for number in range(count):
        if number % 50 == 0:
            yield Mail(number, number % 100 == 0, set(), "INBOX").raw
        else:
            head = f"From: a{number}@shop.example\r\nSubject: news {number}\r\nMessage-ID: <{number}@shop.example>\r\n"
            yield (head + "Date: Tue, 24 Nov 2026 10:00:00 +0900\r\n\r\nnothing of interest\r\n").encode()


def write(path: Path, mails: Iterator[bytes]) -> Path:
    """Write an mbox file."""
    with path.open("wb") as file:
        for raw in mails:
            file.write(_START + raw.replace(b"\nFrom ", b"\n>From ") + b"\n\n")
    return path


def scan(path: Path) -> tuple[int, int, int, float]:
    """Scan a file; return the exit code, the mails told, the peak memory in octets and the seconds."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as out:
        code, memory = banken("scan", "--from", str(path), "--json", out=out)
        out.seek(0)
        told = sum(1 for line in out if json.loads(line))
    return code, told, memory, time.monotonic() - started


def banken(*words: str, out: IO[bytes] | None = None, **environment: str) -> tuple[int, int]:
    """Run the program; return its exit code and its peak memory in octets.

    A small process stands between: Linux counts what a process was before `exec` into its peak, here all the mail.
    """
    with tempfile.TemporaryFile() as told:
        command = [sys.executable, "-c", _MEASURE, str(told.fileno()), sys.executable, "-m", "banken", *words]
        code = subprocess.run(
            command,
            stdout=out or subprocess.DEVNULL,
            env=os.environ | environment,
            pass_fds=[told.fileno()],
            check=False,
        ).returncode
        told.seek(0)
        return code, int(told.read()) * 1024


def huge(folder: Path, megabytes: int) -> tuple[bool, int]:
    """Look at a mailbox with a huge mail between small ones; return whether all are labelled, and the peak memory."""
    attachment = b"--x\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + (
        b"QUJD" * 19 + b"\r\n"
    ) * (megabytes * 1_000_000 // 78)
    with Dovecot() as server:
        for number in (1, 2, 3):
            raw = Mail(number, True, set(), "INBOX").raw
            if number == 2:
                head, _blank, body = raw.partition(b"\r\n\r\n")
                head = head.replace(
                    b"Content-Type: text/plain; charset=utf-8\r\n", b'Content-Type: multipart/mixed; boundary="x"\r\n'
                )
                text = b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body
                raw = head + b"\r\n\r\n" + text + b"\r\n" + attachment + b"--x--\r\n"
            server.append("INBOX", raw)
        config = configured(folder, server)
        words = ("scan", "--since", "1d", "--apply", "--config", str(config))
        code, memory = banken(*words, MAIL_PASSWORD=server.password)
        labelled = [uid for uid, flags in server.flags("INBOX").items() if any("banken-" in flag for flag in flags)]
    return labelled == [1, 2, 3] and code == 0, memory


def configured(folder: Path, server: Dovecot, *, warn: bool = True) -> Path:
    """Return a configuration that looks at `server`, with a ledger of its own."""
    imap = {"host": server.host, "port": server.tls_port, "security": "tls", "user": USER, "ca": str(server.ca_file)}
    account = {"name": "home", "imap": imap | {"password": {"env": "MAIL_PASSWORD"}}, "authserv": "mx.example.jp"}
    state = Path(tempfile.mkdtemp(dir=folder))
    config = state / "config.yaml"
    warned = {"to": [USER], "via": "append"} | ({} if warn else {"levels": []})
    config.write_text(yaml.safe_dump({"state": str(state / "state"), "accounts": [account], "warn": warned}))
    config.chmod(0o600)
    return config


def many_on_a_server(folder: Path, count: int) -> tuple[int, int, float]:
    """Look at a mailbox of so many small mails over IMAP; return how many are labelled, the peak memory, the seconds.

    Labels only: each warning appended to a folder of 100,000 files takes Dovecot seconds, which tells nothing of us.
    """
    with Dovecot() as server:
        server.fill("INBOX", small(count))
        started = time.monotonic()
        words = ("scan", "--since", "1d", "--apply", "--config", str(configured(folder, server, warn=False)))
        code, memory = banken(*words, MAIL_PASSWORD=server.password)
        seconds = time.monotonic() - started
        labelled = sum(any("banken-" in flag for flag in flags) for flags in server.flags("INBOX").values())
    return labelled if code == 0 else -1, memory, seconds


def run(count: int, many: int, megabytes: int, seed: int) -> bool:
    """Do all four and print what came of them; return whether all is well."""
    good = True
    with tempfile.TemporaryDirectory(prefix="banken-hostile-") as name:
        folder = Path(name)
        code, told, memory, seconds = scan(write(folder / "mutated", mutated(count, random.Random(seed))))
        good &= code == 0 and told == count
        print(f"mutated   {told} of {count} told in {seconds:.0f} s, {memory / 1e6:.0f} MB, exit {code} (seed {seed})")
        _code, _told, before, _seconds = scan(write(folder / "few", small(many // 10)))
        code, told, memory, seconds = scan(write(folder / "many", small(many)))
        good &= code == 0 and told == many and memory < before * FLAT
        print(
            f"small     {told} of {many} in {seconds:.0f} s, {memory / 1e6:.0f} MB ({before / 1e6:.0f} MB for a tenth)"
        )
        found = [many_on_a_server(folder, each) for each in (many // 10, many)]
        (few, before, _seconds), (labelled, memory, seconds) = found
        good &= (few, labelled) == (many // 1000, many // 100) and memory < before * FLAT
        print(
            f"server    {many} over IMAP in {seconds:.0f} s, {labelled} labelled of {many // 100},"
            f" {memory / 1e6:.0f} MB ({before / 1e6:.0f} MB for a tenth)"
        )
        labelled, memory = huge(folder, megabytes)
        good &= labelled
        print(f"huge      {megabytes} MB: {'labelled' if labelled else 'NOT LABELLED'}, {memory / 1e6:.0f} MB")
    return good


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--mutated", type=int, default=10_000)
    given.add_argument("--small", type=int, default=100_000)
    given.add_argument("--megabytes", type=int, default=100)
    given.add_argument("--seed", type=int, default=1)
    options = given.parse_args()
    sys.exit(0 if run(options.mutated, options.small, options.megabytes, options.seed) else 1)


if __name__ == "__main__":
    main()
