"""A day in the life of the service, in minutes: `python -m tests.soak.day [--minutes 24] [--seed 1]`.

The real program on a real Dovecot and a real SMTP sink, its clock hurried by libfaketime. Mail comes all day; the
server is restarted, the machine sleeps (SIGSTOP), the clock on the wall is set, the router gets a new address, the
certificate runs out and is renewed, the password is changed, wrong settings are written, the program is stopped and
killed. In the end each mail is looked at. Prints a report; ends with 1 when anything was lost, doubled or changed.
"""

from __future__ import annotations

import argparse
import ctypes.util
import datetime as dt
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import yaml
from tests.respond.websink import WebSink
from tests.servers import USER, Dovecot, SmtpSink
from tests.soak.router import Router
from tests.soak.world import Mail

HOURS = 24.0
MAILS = 72
PATIENCE = 120
"""Seconds in which the last warnings have to come."""
PASSWORDS = ("the first pass word", "the second pass word")
_AGAIN = "途中で止まったため"
"""What a notice says when nobody knows whether the service took it before the kill."""
_TOKYO = dt.timezone(dt.timedelta(hours=9))


@dataclass(slots=True)
class Day:
    """The servers, the program and the clock; a context manager. `factor`: how much faster than life it goes."""

    factor: float
    folder: Path
    start: float = field(default_factory=time.monotonic)
    origin: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    ahead: float = 0.0
    """Seconds by which the clock on the wall was set forward."""
    happened: list[str] = field(default_factory=list)
    mails: list[tuple[Mail, float]] = field(default_factory=list)
    cpu: float = 0.0
    _stack: ExitStack = field(default_factory=ExitStack)
    _process: subprocess.Popen[bytes] | None = None
    server: Dovecot = field(init=False)
    sink: SmtpSink = field(init=False)
    site: WebSink = field(init=False)
    router: Router = field(init=False)

    def __enter__(self) -> Self:
        enter = self._stack.enter_context
        self.server, self.sink, self.site = enter(Dovecot({USER: PASSWORDS[0]})), enter(SmtpSink()), enter(WebSink())
        self.router = enter(Router(lambda: self.server.tls_port))
        self.password(0)
        self.config.write_text(yaml.safe_dump(self._configuration(), allow_unicode=True))
        self.config.chmod(0o600)
        self.begin()
        try:
            self.wait(lambda: "listening" in self.log, "the program listens", 300)
        except BaseException:
            self.__exit__()
            raise
        self.start = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._stack.close()

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    @property
    def hour(self) -> float:
        """How many hours of the day have passed."""
        return (time.monotonic() - self.start) * self.factor / 3600

    def at(self, hour: float) -> dt.datetime:
        return self.origin + dt.timedelta(hours=hour)

    def sleep_until(self, hour: float) -> None:
        time.sleep(max(0.0, (hour - self.hour) * 3600 / self.factor))

    def tell(self, what: str) -> None:
        self.happened.append(f"{self.at(self.hour).astimezone(_TOKYO):%H:%M}  {what}")
        print(self.happened[-1], file=sys.stderr, flush=True)

    def wait(self, true: Callable[[], bool], what: str, seconds: float = 120) -> None:
        """Wait until something is so, by the machine's own time."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {seconds} s\n{self.log[-3000:]}")
            time.sleep(0.05)

    # What is done to the program.

    def begin(self) -> None:
        self._set_clock()
        faked = {
            "LD_PRELOAD": _faketime(),
            "FAKETIME_TIMESTAMP_FILE": str(self.folder / "clock"),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_RESET": "1",
        }
        command = [sys.executable, "-m", "tests.soak.hurried", f"{self.factor:g}", str(self.config)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, env={**os.environ, **faked}, stderr=log)

    def _set_clock(self) -> None:
        """Let the program's clock show the hour of the day from its next look at it."""
        offset = self.hour * 3600 if self.mails else 0.0
        now = (self.origin - dt.datetime.now(dt.UTC)).total_seconds() + offset + self.ahead
        (self.folder / "clock").write_text(f"{now:+.0f} x{self.factor:g}\n")

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def end(self, number: int) -> float:
        """End the program by a signal; return how many seconds (of the machine) that took."""
        assert self._process is not None
        self.cpu += _cpu(self._process.pid)
        begun = time.monotonic()
        self.signal(number)
        self._process.wait(120)
        return time.monotonic() - begun

    def password(self, number: int) -> None:
        file = self.folder / "password"
        file.write_text(PASSWORDS[number])
        file.chmod(0o600)

    # What happens on the day.

    def deliver(self, number: int, *, asks: bool) -> None:
        mail = Mail(number, asks=asks, flags={"\\Seen"} if number % 3 == 0 else set(), folder="INBOX")
        raw, when = mail.raw, None
        self.server.append("INBOX", raw, when, mail.flags)
        self.mails.append((mail, self.hour))

    def restart_server(self) -> None:
        self.tell("the mail server is restarted")
        self.server.stop()
        self.server.start()

    def sleep(self, hours: float) -> None:
        self.tell(f"the machine sleeps for {hours:g} h")
        until = self.hour + hours
        self.signal(signal.SIGSTOP)
        self.server.append("INBOX", self._late().raw)
        self.sleep_until(until)
        self.signal(signal.SIGCONT)

    def _late(self) -> Mail:
        """A mail that comes while the machine sleeps."""
        mail = Mail(900 + len(self.mails), asks=True, flags=set(), folder="INBOX")
        self.mails.append((mail, self.hour))
        return mail

    def move(self) -> None:
        self.tell("the router gets a new address: all connections are dead, and nobody is told")
        self.router.move()

    def expire(self) -> None:
        self.tell("the server's certificate has run out")
        self._certificate(expired=True)

    def renew(self) -> None:
        self.tell("the certificate is renewed")
        self._certificate(expired=False)

    def _certificate(self, *, expired: bool) -> None:
        self.server.stop()
        self.server._pair = self.server._authority.issue(expired=expired)
        self.server.start()

    def change_password(self) -> None:
        self.tell("the password is changed at the provider")
        self.server.stop()
        self.server.users[USER] = PASSWORDS[1]
        self.server.start()

    def tell_password(self) -> None:
        self.tell("the worker writes the new password into its file")
        self.password(1)

    def set_clock(self, seconds: float) -> None:
        self.tell(f"the clock on the wall is set by {seconds / 60:+.0f} min")
        self.ahead += seconds
        self._set_clock_of_running(seconds)

    def _set_clock_of_running(self, seconds: float) -> None:
        offset = float((self.folder / "clock").read_text().split()[0])
        (self.folder / "clock").write_text(f"{offset + seconds:+.0f} x{self.factor:g}\n")

    def spoil_settings(self) -> None:
        self.tell("wrong settings are written, and SIGHUP is sent")
        good, before = self.config.read_text(), self.log.count("new settings refused")
        self.config.write_text(good + "nonsense: 1\n")
        self.signal(signal.SIGHUP)
        self.wait(lambda: self.log.count("new settings refused") > before, "wrong settings are refused")
        self.config.write_text(good)

    def stop_and_start(self) -> None:
        took = self.end(signal.SIGTERM)
        self.tell(f"the program is stopped (SIGTERM, {took:.1f} s) and started")
        self.begin()

    def kill_and_start(self) -> None:
        self.end(signal.SIGKILL)
        self.tell("the program is killed (SIGKILL) and started")
        self.begin()

    def _configuration(self) -> dict[str, object]:
        imap = {"host": "127.0.0.1", "port": self.router.port, "user": USER, "ca": str(self.server.ca_file)}
        imap["password"] = {"file": str(self.folder / "password")}
        quiet = "-".join(f"{self.at(hour).astimezone(_TOKYO):%H:%M}" for hour in (3, 7))
        return {
            "timezone": "Asia/Tokyo",
            "state": str(self.folder / "state"),
            "accounts": [{"name": "home", "imap": imap, "authserv": "mx.example.jp"}],
            "warn": {
                "to": [USER],
                "via": "smtp",
                "smtp": {"host": "127.0.0.1", "port": self.sink.port, "security": "plain"},
                "notify": [{"url": self.site.url, "quiet": quiet, "repeat": "0s"}],
            },
        }


def story(day: Day) -> list[tuple[float, Callable[[], None]]]:
    """Return what happens at which hour, beside the mail."""
    return [
        (1.0, day.restart_server),
        (2.0, lambda: day.sleep(1.0)),
        (4.0, day.move),
        (5.0, day.restart_server),
        (6.0, lambda: day.set_clock(-1800)),
        (7.0, day.expire),
        (9.0, day.renew),
        (11.0, day.change_password),
        (13.5, day.tell_password),
        (15.5, day.move),
        (16.5, day.spoil_settings),
        (17.0, day.stop_and_start),
        (18.0, lambda: day.set_clock(2400)),
        (19.0, day.kill_and_start),
        (20.0, lambda: day.sleep(2.0)),
        (22.5, day.restart_server),
    ]


def live(day: Day, chance: random.Random) -> None:
    """Let the day happen, mail and all."""
    events = story(day)
    events += [
        (chance.uniform(0.2, HOURS - 0.5), lambda n=number: day.deliver(n, asks=n % 2 == 0)) for number in range(MAILS)
    ]
    for hour, event in sorted(events, key=lambda one: one[0]):
        day.sleep_until(hour)
        event()
    day.sleep_until(HOURS)
    end = time.monotonic() + PATIENCE  # what is still missing then, `judge` tells by name
    while time.monotonic() < end and not (_warned(day) >= _asking(day) and _told(day) >= _asking(day).total()):
        time.sleep(1)
    time.sleep(3)
    day.end(signal.SIGTERM)


def _asking(day: Day) -> Counter[str]:
    return Counter(mail.message_id for mail, _hour in day.mails if mail.asks)


def _warned(day: Day) -> Counter[str]:
    """Return how many warnings came about each mail, by its Message-ID; one that came again under its name counts once.

    Which warning is about which mail, the ledger tells: a warning may come without the original, when the server is away.
    """
    query = (
        "SELECT DISTINCT outbox.message_id, seen.message_id FROM outbox JOIN seen USING (account, fingerprint) "
        "WHERE outbox.action = 'warn' AND outbox.target LIKE 'smtp:%'"
    )
    with closing(sqlite3.connect(f"file:{day.folder}/state/ledger.db?mode=ro", uri=True)) as ledger:
        about = dict(ledger.execute(query).fetchall())
    return Counter(
        about.get(name, name) for name in {one.message_id for one in day.sink.messages if one.message_id in about}
    )


def _told(day: Day, *, doubtful: bool = True) -> int:
    """Return of how many warnings the other way told; without those that may be `doubtful`, and say so, after a kill."""
    told = [title for title, text in day.site.told if doubtful or _AGAIN not in text]
    numbers = [[int(word) for word in title.split() if word.isdigit()] for title in told if "アカウント" not in title]
    return sum(found[0] if found else 1 for found in numbers)


def judge(day: Day) -> list[str]:
    """Return what is wrong in the end."""
    asking, warned = _asking(day), _warned(day)
    wrong = [f"lost: {name}" for name in asking - warned] + [f"doubled: {name}" for name in warned - asking]
    if not _told(day, doubtful=False) <= sum(asking.values()) <= _told(day):
        wrong.append(f"notices: {_told(day)} of {sum(asking.values())}")
    flags = day.server.flags("INBOX")
    for uid, raw in day.server.messages("INBOX").items():
        mail = next((one for one, _hour in day.mails if one.message_id.encode() in raw), None)
        if mail is None:
            continue
        marks = {flag for flag in flags[uid] if flag.startswith("banken-")}
        if mail.asks != bool(marks):
            wrong.append(f"label: {mail} has {marks}")
        if ("\\Seen" in flags[uid]) != ("\\Seen" in mail.flags):
            wrong.append(f"\\Seen changed: {mail}")
    wrong += [f"a password stands in the log: {word}" for word in PASSWORDS if word in day.log]
    if "Traceback" in day.log:
        wrong.append("a traceback stands in the log")
    letters = _letters(day)
    if sorted(letters.values()) != [2, 2]:
        wrong.append(f"letters on the account: {dict(letters)}, wanted two lost and two found again")
    return wrong


def _letters(day: Day) -> Counter[str]:
    """Return the letters that tell of the account itself, by subject."""
    once = {one.message_id: one.message for one in day.sink.messages}.values()
    kinds = [mail for mail in once if not mail.is_multipart()]
    return Counter(str(mail["Subject"]) for mail in kinds)


def report(day: Day, wrong: list[str]) -> str:
    """Return what the day was like."""
    log = day.log
    cpu, looks, listened = day.cpu, log.count('"looked"'), log.count('"listening"')
    repeats = len(day.sink.messages) - len({one.message_id for one in day.sink.messages})
    lines = [
        f"A day in the life, {day.factor:g} times as fast; new addresses by a proxy that lets connections die:",
        *(f"  {line}" for line in day.happened),
        f"{len(day.mails)} mails, {sum(_asking(day).values())} to be warned of; {len(day.site.told)} notices tell of {_told(day)}",
        f"warnings sent again under one Message-ID: {repeats}",
        f"looks {looks}, not reached {log.count('account not reached')}",
        f"reached again {log.count('account reached again')}, listened anew {listened}",
        f"sleeps noticed {log.count('slept')}, letters on the account {sum(_letters(day).values())}",
        f"processor {cpu:.1f} s in all, starts included",
        f"wrong: {'; '.join(wrong) or 'nothing'}",
    ]
    return "\n".join(lines)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _faketime() -> str:
    found = list(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    known = found[0] if found else ctypes.util.find_library("faketimeMT")
    if known is None or shutil.which("faketime") is None:
        sys.exit("The day needs libfaketime: apt-get install faketime")
    return str(known)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--minutes", type=float, default=24, help="below 12 a wait for a silent server takes an hour of the day"
    )
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Day(HOURS * 60 / chosen.minutes, Path(folder)) as day:
        live(day, random.Random(chosen.seed))
        wrong = judge(day)
        print(report(day, wrong))
        if wrong:
            print(day.log, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
