"""`python -m banken.config example` prints `config.example.yaml`; `… tables FILE…` renews the tables in `docs/`."""

from __future__ import annotations

import sys
from pathlib import Path

from banken.config.example import example
from banken.config.tables import updated

_USAGE = "usage: python -m banken.config example | tables FILE.md FILE.ja.md …"


def main(arguments: list[str]) -> int:
    """Do what `arguments` say; return the exit code (2 for arguments that say nothing known)."""
    match arguments:
        case ["example"]:
            sys.stdout.write(example())
        case ["tables", *files] if files:
            for path in map(Path, files):
                language = "ja" if path.name.endswith(".ja.md") else "en"
                path.write_text(updated(path.read_text(encoding="utf-8"), language), encoding="utf-8")
        case _:
            sys.stderr.write(f"{_USAGE}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
