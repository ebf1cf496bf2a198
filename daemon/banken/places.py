"""Where things lie: the rules that came with the program, the worker's state folder."""

from __future__ import annotations

from pathlib import Path


def rules_root() -> Path:
    """Return the folder `rules/`: inside the installed wheel (`_rules`), or beside `daemon/` in a checkout."""
    package = Path(__file__).parent
    packed = package / "_rules"
    return packed if packed.is_dir() else package.parent.parent / "rules"
