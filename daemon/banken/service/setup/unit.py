"""The units for systemd: one for the worker's own session, one for the whole machine."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

_UNITS = Path(__file__).parent
KINDS = ("user", "system")


def unit(kind: str, config: Path) -> str:
    """Return the text of the unit (`user` or `system`) that watches by `config`."""
    text = (_UNITS / f"banken.{kind}.service").read_text(encoding="utf-8")
    path = str(config)
    text = text.replace("@BANKEN@", program()).replace("@CONFIG@", one_word(path))
    return text.replace("@CONFIG_PATH@", path.replace("%", "%%"))  # where a whole line is one path, nothing is quoted


def program() -> str:
    """Return how this very Banken is started, as systemd wants it: with an absolute path."""
    beside = Path(sys.executable).with_name("banken")
    found = str(beside) if beside.exists() else shutil.which("banken")
    return one_word(found) if found else f"{one_word(sys.executable)} -m banken"


def one_word(text: str) -> str:
    """Return `text` quoted for systemd's command lines (systemd.syntax(7)): spaces, and % which begins a specifier."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != text or " " in text else text


def user_unit_place() -> Path:
    """Return where the unit of the worker's own session lies."""
    return Path.home() / ".config" / "systemd" / "user" / "banken.service"
