"""The migrations lead from every older version to the tables that the code describes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text

from banken.ledger import Ledger, schema, tables
from banken.ledger.desk import Desk, engine_for


def steps() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "banken.ledger:migrations")
    return [step.revision for step in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]


def test_the_code_knows_the_newest_step():
    assert steps()[-1] == schema.HEAD


@contextmanager
def in_memory() -> Iterator[Desk]:
    desk = Desk(engine_for(URL.create("sqlite")))
    yield desk
    desk.engine.dispose()


@pytest.mark.parametrize("start", ["", *steps()])
def test_every_version_becomes_the_newest(start):
    with in_memory() as desk, desk.transaction() as connection:
        if start:
            schema.upgrade(connection, start)
        schema.upgrade(connection)
        assert schema.version(connection) == schema.HEAD
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        found = shape(connection)
    with in_memory() as desk, desk.transaction() as connection:
        tables.metadata.create_all(connection)
        assert found == shape(connection)


def shape(connection: Connection) -> dict[str, object]:
    """Return every column with its type, NOT NULL, default and part in the key, and every index and foreign key."""
    found: dict[str, object] = {}
    for name in tables.metadata.tables:
        columns = connection.execute(text(f"PRAGMA table_info({name})")).all()
        keys = connection.execute(text(f"PRAGMA foreign_key_list({name})")).all()
        found[name] = (sorted(row[1:] for row in columns), sorted(row[2:] for row in keys))
        unique = connection.execute(text(f"PRAGMA index_list({name})")).all()
        parts = [(row[2], row[4], tuple(_columns(connection, row[1]))) for row in unique]
        found[f"indexes of {name}"] = sorted(parts)
    indexes = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''"))
    return found | dict(indexes.all())


def _columns(connection: Connection, index: str) -> list[str]:
    return [row[2] for row in connection.execute(text(f"PRAGMA index_info({index})"))]


def test_a_step_that_fails_leaves_the_ledger_as_it_was(tmp_path, monkeypatch):
    def breaks(_connection):
        raise RuntimeError("power cut")

    monkeypatch.setattr(
        schema, "upgrade", lambda connection, to=schema.HEAD: (real(connection, to), breaks(connection))
    )
    with pytest.raises(RuntimeError, match="power cut"):
        Ledger.open(tmp_path)
    desk = Desk(engine_for(URL.create("sqlite", database=f"{tmp_path}/ledger.db")))
    with desk.transaction() as connection:
        assert schema.version(connection) == ""
    desk.engine.dispose()


real = schema.upgrade
