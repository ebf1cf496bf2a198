"""Holds `banken scan` against the mailbox: prints how much of it is right, and every miss with what was expected.

Run it as `python -m tests.inbox.measure [TABLE]`; tables are `mailbox` (the default) and `planted`.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from tests.inbox.build import MAILBOX, Mail, write

CONFIG = """\
state: {folder}/state
accounts:
  - name: home
    imap: {{host: imap.example.jp, user: worker@example.jp, password: {{env: NONE}}}}
    authserv: mx.example.jp
warn: {{to: [worker@example.jp], via: append}}
clients:
  - {{name: リンクステップ合同会社, addresses: [sano@linkstep.example]}}
  - {{name: ミドリ出版, addresses: [henshu@midori-pub.example]}}
"""
LOUD = {"warning", "danger"}

Got = dict[str, Any]


class Row(NamedTuple):
    """A mail beside the scan's line about it."""

    mail: Mail
    got: Got

    def right(self, name: str) -> list[Any]:
        """The values that may stand under a name; a level that the table leaves out is null."""
        value = self.mail.right.get(name)
        return value if isinstance(value, list) else [value]

    def fits(self, name: str) -> bool:
        """Whether the scan says one of the right values."""
        return self.got[name] in self.right(name)


class Count(NamedTuple):
    """One line of the summary: what was counted, how many are right, of how many, and the misses."""

    name: str
    right: int
    of: int
    misses: list[str]


def scan(folder: Path, table: str = MAILBOX) -> list[Row]:
    """Builds the mailbox in a folder, scans it with the command a user runs, and pairs every mail with its line.

    Raises CalledProcessError when the scan fails, and KeyError when it leaves out a mail.
    """
    box = folder / "box"
    box.mkdir()
    config = folder / "config.yaml"
    config.write_text(CONFIG.format(folder=folder), encoding="utf-8")
    config.chmod(0o600)
    mails = write(box, table)
    command = [sys.executable, "-m", "banken", "scan", "--from", str(box), "--json", "--config", str(config)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True)
    lines = {line["file"]: line for line in map(json.loads, run.stdout.splitlines())}
    return [Row(mail, lines[f"{mail.id}.eml"]) for mail in mails]


def counts(rows: list[Row]) -> Iterator[Count]:
    """Every figure of the summary, in the order in which it is printed."""
    for name in ("stage", "channel", "permission", "authentic"):
        yield _values(name, [row for row in rows if row.mail.right.get(name) is not None])
    yield _values("stage, one answer only", _strict(rows), key="stage")
    yield _tally("events believed", [r for r in rows if r.mail.right.get("events") is True], _believed)
    yield _tally("events that none may believe", [r for r in rows if r.mail.right.get("events") is False], _disbelieved)
    quiet = [row for row in rows if _is_loud(row) is False]
    outside = [row for row in quiet if {"unrelated", "platform"} & set(row.right("channel"))]
    yield _tally("no warning on unrelated and platform mail", outside, _silent)
    yield _tally("no warning where none is due", quiet, _silent)
    loud = [row for row in rows if _is_loud(row)]
    yield _tally("warnings found", loud, lambda row: row.got["level"] in LOUD)
    yield _values("level", rows)
    yield _tally("categories", [row for row in rows if row.mail.right.get("categories")], _categories)
    yield from _pairs([row for row in rows if row.mail.right.get("deal") is not None])


def _strict(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.right("stage") != [None] and len(row.right("stage")) == 1]


def _is_loud(row: Row) -> bool | None:
    """Whether a warning is due; None where the table lets both stand."""
    answers = {level in LOUD for level in row.right("level")}
    return answers.pop() if len(answers) == 1 else None


def _values(title: str, rows: list[Row], key: str = "") -> Count:
    return _tally(title, rows, lambda row: row.fits(key or title), key or title)


def _tally(title: str, rows: list[Row], good: Callable[[Row], bool], key: str = "") -> Count:
    bad = [row for row in rows if not good(row)]
    return Count(title, len(rows) - len(bad), len(rows), [_line(row, key) for row in bad])


def _line(row: Row, key: str) -> str:
    got, right = row.got, row.mail.right
    said = " ".join(f"{name}={got[name]}" for name in ("channel", "kind", "stage", "authentic", "level"))
    found = ",".join(sorted({f"{f['category']}:{f['level']}:{f['by']}" for f in got["findings"]}))
    events = ",".join(f"{e['kind']}{'' if e['believed'] else '?'}" for e in got["events"])
    want = (
        right.get(key)
        if key
        else {name: right.get(name) for name in ("level", "categories", "events") if name in right}
    )
    return f"{row.mail.id} want {want}, got {got[key] if key else ''} [{said} found={found} events={events}] {got['subject']}"


def _believed(row: Row) -> bool:
    return any(event["believed"] for event in row.got["events"])


def _disbelieved(row: Row) -> bool:
    return not _believed(row)


def _silent(row: Row) -> bool:
    return row.got["level"] not in LOUD


def _categories(row: Row) -> bool:
    return set(row.mail.right["categories"]) <= {finding["category"] for finding in row.got["findings"]}


def _pairs(rows: list[Row]) -> Iterator[Count]:
    """How many pairs of mails of one deal are tied together, and how many tied pairs belong together."""
    pairs = list(combinations(rows, 2))
    same = [(a, b) for a, b in pairs if _deal(a) == _deal(b)]
    tied = [(a, b) for a, b in pairs if _is_tied(a, b)]
    apart = [(a, b) for a, b in same if not _is_tied(a, b)]
    mixed = [(a, b) for a, b in tied if _deal(a) != _deal(b)]
    yield Count("pairs of one deal tied", len(same) - len(apart), len(same), _often(apart))
    yield Count("tied pairs that are one deal", len(tied) - len(mixed), len(tied), _often(mixed))


def _deal(row: Row) -> str:
    return str(row.mail.right["deal"])


def _is_tied(a: Row, b: Row) -> bool:
    return a.got["deal"] is not None and a.got["deal"] == b.got["deal"]


def _often(pairs: list[tuple[Row, Row]]) -> list[str]:
    """The mails in the wrong pairs, the most frequent first: a mail that strays from its deal leads the list."""
    often = Counter(row.mail.id for pair in pairs for row in pair)
    known = {row.mail.id: row for pair in pairs for row in pair}
    return [f"{n} pairs: {_line(known[name], 'deal')}" for name, n in often.most_common()]


def main() -> None:
    """Prints the summary, then the misses of each figure."""
    with tempfile.TemporaryDirectory() as folder:
        summary = list(counts(scan(Path(folder), *sys.argv[1:2])))
    for count in summary:
        print(f"{count.name:45} {count.right:5} of {count.of:5}  {100 * count.right / max(count.of, 1):6.2f} %")
    for count in summary:
        if count.misses:
            print(f"\n# {count.name}", *count.misses, sep="\n")


if __name__ == "__main__":
    main()
