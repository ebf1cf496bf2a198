"""Notice that the configuration or the rules were changed, and read them again: as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from banken.config import Config, load
from banken.config.secrets import secret_files
from banken.config.servers import logins_below
from banken.i18n import language, set_language
from banken.places import rules_root
from banken.service import house as rooms

Signature = frozenset[tuple[str, int, int]]
"""Name, time of change (ns) and size of each file."""


class Settings(NamedTuple):
    """A house, and what is careless in its configuration."""

    house: rooms.House
    doubts: tuple[str, ...]


def read(path: Path) -> Settings:
    """Return the house as `path` and the rules describe it now.

    Raises strictyaml.ProblemsError with every mistake in them; the language spoken stays then as it was.
    """
    before = language()
    try:
        loaded = load(path)
        loaded.need_accounts()
        return Settings(rooms.build(loaded.config), tuple(map(str, loaded.warnings)))
    except BaseException:
        set_language(before)
        raise


@dataclass(slots=True)
class Files:
    """The files that a house was read from; `changed` tells once when they have become others."""

    path: Path
    config: Config
    _known: Signature = field(init=False)
    _seen: Signature = field(init=False)

    def __post_init__(self) -> None:
        self._known = self._seen = self._signature()

    def changed(self) -> bool:
        """Return whether the files are others than before, and at rest: the same as at the last call."""
        now = self._signature()
        at_rest, self._seen = now == self._seen, now
        if now == self._known or not at_rest:
            return False
        self._known = now
        return True

    def _signature(self) -> Signature:
        return frozenset(self._facts())

    def _facts(self) -> Iterator[tuple[str, int, int]]:
        # A login by OAuth renews its lock's time: then the account is looked at at once, whatever its wait.
        logins = logins_below(self.config.state.folder).glob("*.lock")
        # A password that was corrected is tried at once, too.
        secrets = secret_files(self.config)
        for place in (self.path, rules_root(), *self.config.rules.add, *logins, *secrets):
            for file in [place] if not place.is_dir() else place.rglob("*"):
                try:
                    stat = file.stat()
                except OSError:
                    continue  # it is being replaced
                if not file.is_dir():
                    yield str(file), stat.st_mtime_ns, stat.st_size
