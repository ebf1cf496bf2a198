"""Where things lie: the rules that came with the program; files that only their owner may read."""

from __future__ import annotations

import os
from pathlib import Path


def rules_root() -> Path:
    """Return the folder `rules/`: inside the installed wheel (`_rules`), or beside `daemon/` in a checkout."""
    package = Path(__file__).parent
    packed = package / "_rules"
    return packed if packed.is_dir() else package.parent.parent / "rules"


def private_file(path: Path, text: str) -> None:
    """Write `text` to a file of its owner alone (0600), as a whole or not at all. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)
