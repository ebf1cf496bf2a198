"""Where the memory of the service goes, by library and by what is loaded: `python -m tests.bench.memory`.

Each module is counted with what its own execution added to the resident memory (without that of the modules it
imports), then each thing that the service loads before it waits for mail.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

_STATM = Path("/proc/self/statm")
CONFIG = """
accounts: [{name: home, imap: {host: imap.example.jp, user: w@example.jp, password: {env: NONE}}}]
warn: {to: [w@example.jp], via: append}
"""
_SMALL = 400
"""KB; what is smaller is summed up."""


def resident() -> int:
    """Return the resident memory of this process in KB."""
    return int(_STATM.read_text().split()[1]) * 4


class Ledger:
    """What each module added, in KB."""

    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self._open: list[int] = []
        for loader in (SourceFileLoader, ExtensionFileLoader):
            loader.exec_module = self._watched(loader.exec_module)

    def _watched(self, execute: Callable[..., None]) -> Callable[..., None]:
        def exec_module(loader: object, module: ModuleType) -> None:
            before = resident()
            self._open.append(0)
            try:
                execute(loader, module)
            finally:
                added, within = resident() - before, self._open.pop()
                self.own[_package(module.__name__)] += added - within
                if self._open:
                    self._open[-1] += added

        return exec_module


def _package(name: str) -> str:
    first = name.partition(".")[0]
    return "Python's own library" if first in sys.stdlib_module_names else first


def main() -> None:
    """Print the table."""
    print(f"{resident():7} KB  Python itself")
    books = Ledger()
    from banken.service import memory

    memory.leave_out("rich")  # as the service does
    from banken.service import apart
    from banken.service import program as _program  # noqa: F401

    small = sum(size for size in books.own.values() if size < _SMALL)
    for name, size in books.own.most_common():
        if size >= _SMALL:
            print(f"{size:7} KB  {name}")
    print(f"{small:7} KB  libraries that take less than {_SMALL} KB each")
    before = resident()
    with TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(CONFIG)
        whole = apart.read(config).house
    print(f"{resident() - before:7} KB  platform, rules, advice and reader, read and checked in another process")
    before = resident()
    whole.knowledge.judge.book.compile()
    print(f"{resident() - before:7} KB  the rules, compiled")
    before = resident()
    memory.give_back()
    print(f"{resident() - before:7} KB  given back")
    print(f"{resident():7} KB  together, before any connection, thread and ledger")


if __name__ == "__main__":
    main()
