"""After all is quiet: was every mail examined once, labelled, warned about once, and left as it was?"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from email import message_from_bytes

from tests.soak.world import WATCHED, Mail, World

_LOUD = ("banken-warning", "banken-danger")


@dataclass(slots=True)
class Findings:
    """What was wrong with the mails of one stretch; all empty when nothing was."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    repeated: int = 0
    """Warnings that came again under the same Message-ID where nobody could look whether they had arrived."""
    mails: int = 0
    warnings: int = 0
    histories: dict[str, list[str]] = field(default_factory=dict)
    """What is known of the mails that something is wrong with."""

    @property
    def bad(self) -> int:
        """How much is wrong."""
        return len(self.lost) + len(self.doubled) + len(self.changed)


def left_over(world: World) -> list[str]:
    """Return what is still owed or held, in words."""
    with closing(sqlite3.connect(world.ledger, timeout=30)) as raw:
        owed = raw.execute(
            "SELECT action, target, state, tries, due, result FROM outbox WHERE state IN ('planned', 'trying', 'retry')"
        )
        held = raw.execute(
            "SELECT folder, uidvalidity, uid, step, reason, tries, last FROM quarantine WHERE state = 'held'"
        )
        return [str(row) for row in (*owed, *held)]


def history(world: World, mail: Mail) -> list[str]:
    """Return what became of the actions for a mail, step by step, to find out what went wrong."""
    with closing(sqlite3.connect(world.ledger, timeout=30)) as raw:
        rows = raw.execute(
            "SELECT at, action, target, state, doubtful, tried, result FROM soak_outbox WHERE fingerprint IN"
            " (SELECT fingerprint FROM seen WHERE message_id = ?) ORDER BY id",
            [mail.message_id],
        ).fetchall()
    handed_on = [f"provider {line}" for line in world.handed_on_at if mail.message_id in line]
    return [*(" ".join(map(str, row)) for row in rows), *handed_on]


def open_rows(world: World) -> int:
    """Return how many actions are still owed."""
    with closing(sqlite3.connect(world.ledger, timeout=30)) as raw:
        (owed,) = raw.execute("SELECT count(*) FROM outbox WHERE state IN ('planned', 'trying', 'retry')").fetchone()
        (held,) = raw.execute("SELECT count(*) FROM quarantine WHERE state = 'held'").fetchone()
    return int(owed) + int(held)


def check(world: World, mails: list[Mail]) -> Findings:
    """Compare what the servers and the ledger hold with what has to be, for the given mails."""
    lying = {folder: dict(_lying(world, folder)) for folder in (*WATCHED, "控え")}
    examined = _examined(world)
    warned = _warned(world)
    found = Findings(mails=len(mails), warnings=sum(map(len, warned.values())))
    for mail in mails:
        before = found.bad
        _check_mail(mail, world, found, lying, examined[mail.message_id], warned[mail.message_id])
        if found.bad > before:
            found.histories[str(mail.number)] = history(world, mail)
    return found


def _check_mail(
    mail: Mail,
    world: World,
    found: Findings,
    lying: dict[str, dict[str, set[str]]],
    examined: int,
    warned: Counter[str],
) -> None:
    if mail.folder in WATCHED and not examined:
        found.lost.append(f"{mail}: not examined")
    if examined > 1:
        found.doubled.append(f"{mail}: examined {examined} times")
    _check_warnings(mail, world, found, examined, warned)
    if mail.folder is not None:
        flags = lying[mail.folder].get(mail.message_id)
        if flags is None:
            found.lost.append(f"{mail}: the mail itself is gone")
        else:
            _check_flags(mail, found, flags)


def _check_warnings(mail: Mail, world: World, found: Findings, examined: int, warned: Counter[str]) -> None:
    if mail.asks and examined and not warned:
        found.lost.append(f"{mail}: no warning")
    if not mail.asks and warned:
        found.doubled.append(f"{mail}: a warning about nothing")
    if len(warned) > 1:
        found.doubled.append(f"{mail}: warned under {len(warned)} Message-IDs")
    again = sum(warned.values()) - len(warned)
    if world.way == "foreign":
        found.repeated += again
    elif again:
        found.doubled.append(f"{mail}: {again} warnings more under the same Message-ID")


def _check_flags(mail: Mail, found: Findings, flags: set[str]) -> None:
    ours = {flag for flag in flags if flag.lower().startswith("banken-")}
    if mail.folder in WATCHED and mail.asks and not ours & set(_LOUD):
        found.lost.append(f"{mail}: no label")
    if not mail.asks and ours:
        found.doubled.append(f"{mail}: a label for nothing")
    if flags - ours - {"\\Recent"} != mail.flags:
        found.changed.append(f"{mail}: {sorted(mail.flags)} became {sorted(flags)}")


def _lying(world: World, folder: str) -> Iterator[tuple[str, set[str]]]:
    """Yield Message-ID and flags of what lies in a folder."""
    world.client.select_folder(folder, readonly=True)
    field_name = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
    for items in world.client.fetch(world.client.search() or [999_999], ["FLAGS", field_name]).values():
        header = items[field_name.replace(".PEEK", "").encode()].decode()
        yield header.partition(":")[2].strip(), {flag.decode() for flag in items[b"FLAGS"]}


def _examined(world: World) -> Counter[str]:
    with closing(sqlite3.connect(world.ledger, timeout=30)) as raw:
        rows = raw.execute("SELECT message_id, count(*) FROM soak_seen WHERE state = 'examined' GROUP BY message_id")
        return Counter(dict(rows.fetchall()))


def _warned(world: World) -> defaultdict[str, Counter[str]]:
    """Return how often each warning was put out by the program, by the mail it is about and its own Message-ID."""
    out = [(about, name, 1) for about, name in map(_names, (one.raw for one in world.sink.messages))]
    # In the inbox lies what the provider put there, and what the program put there itself.
    out += [(about, name, 1) for about, name in map(_names, _in_the_inbox(world))]
    copies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for about, name, count in out:
        copies[about][name] += count
    handed_on = Counter(world.handed_on)
    for counter in copies.values():
        for name in list(counter):
            counter[name] -= handed_on[name]
    return defaultdict(Counter, {about: +counter for about, counter in copies.items()})


def _in_the_inbox(world: World) -> Iterator[bytes]:
    world.client.select_folder("INBOX", readonly=True)
    uids = world.client.search(["HEADER", "X-Banken", "warning"])
    for items in world.client.fetch(uids, ["BODY.PEEK[HEADER]"]).values() if uids else ():
        yield items[b"BODY[HEADER]"]


def _names(raw: bytes) -> tuple[str, str]:
    head = message_from_bytes(re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0] + b"\r\n\r\n")
    return str(head["In-Reply-To"]).strip(), str(head["Message-ID"]).strip()
