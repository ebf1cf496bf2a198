"""The ledger's file as SQLite alone sees it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def by_hand(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger in `folder` past all of our code; what was done is committed."""
    with closing(sqlite3.connect(folder / "ledger.db")) as connection, connection:
        yield connection
