"""Where things lie: the rules that came with the program; files that only their owner may read."""

from __future__ import annotations

import os
from pathlib import Path


def rules_root() -> Path:
    """Return the folder `rules/`: inside the installed wheel (`_rules`), or beside `daemon/` in a checkout."""
    package = Path(__file__).parent
    packed = package / "_rules"
    return packed if packed.is_dir() else package.parent.parent / "rules"


def private_folder(path: Path) -> None:
    """Make a folder of its owner alone (0700), unless it is there. Raises OSError."""
    if not path.exists():
        private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        hand_over(path)


def private_file(path: Path, text: str) -> None:
    """Write `text` to a file of its owner alone (0600), as a whole or not at all. Raises OSError."""
    private_folder(path.parent)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    hand_over(new)
    new.replace(path)


def hand_over(path: Path) -> None:
    """Give what root has just made to the owner of its folder: a service that runs as another user has to read it."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
