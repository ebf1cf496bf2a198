"""The migrations lead from every older version to the tables that the code describes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, make_url, text
from tests.ledger.by_hand import by_hand

from banken.ledger import Ledger, schema, tables
from banken.ledger.desk import Desk, engine_for


def steps() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "banken.ledger:migrations")
    return [step.revision for step in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]


def test_the_code_knows_the_newest_step():
    assert steps()[-1] == schema.HEAD


def opened(url: URL) -> Iterator[Desk]:
    desk = Desk(engine_for(url))
    yield desk
    desk.engine.dispose()


@contextmanager
def in_memory() -> Iterator[Desk]:
    yield from opened(URL.create("sqlite"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def empty(request):
    """Return how an empty database is opened."""
    if request.param == "sqlite":
        return in_memory
    return contextmanager(lambda: opened(make_url(request.getfixturevalue("postgres").schema())))


@pytest.mark.parametrize("start", ["", *steps()])
def test_every_version_becomes_the_newest(start, empty):
    with empty() as desk, desk.transaction() as connection:
        if start:
            schema.upgrade(connection, start)
        schema.upgrade(connection)
        assert schema.version(connection) == schema.HEAD
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        found = shape(connection)
    with empty() as desk, desk.transaction() as connection:
        tables.metadata.create_all(connection)
        assert found == shape(connection)


OLD = Path(__file__).parent / "old"


def test_a_ledger_of_every_older_version_is_kept_here():
    assert sorted(path.stem for path in OLD.glob("*.sql")) == steps()


@pytest.mark.parametrize("version", steps())
def test_a_ledger_of_an_older_version_loses_nothing(version, tmp_path):
    """`old/*.sql` are ledgers as a Banken of that version wrote them; they are never written anew."""
    with by_hand(tmp_path) as plain:
        plain.executescript((OLD / f"{version}.sql").read_text(encoding="utf-8"))
    with Ledger.open(tmp_path) as ledger:
        assert ledger.check() == []
        assert [(one.client, one.subject) for one in ledger.seen.same("home", "print1")] == [
            ("山田商店", "合言葉-山田商店")
        ]
        assert [one.excerpt for one in ledger.findings.of(1)] == ["合言葉-山田商店"]
        assert [one.client for one in ledger.deals.all()] == ["山田商店"]
        assert [one.value for one in ledger.deals.ties("home")] == ["c1@client.example"]
        assert [(one.kind, one.undone) for one in ledger.events.all("home")] == [
            ("contract", False),
            ("contract", True),
        ]
        assert [row.payload for row in ledger.outbox.open()] == ["合言葉-山田商店"]
        assert [held.uid for held in ledger.quarantine.held()] == [1]
        assert ledger.marks.get("home", "INBOX").uid == 41
        assert ledger.secret == bytes.fromhex("00112233" * 8)
        with ledger._desk.transaction() as connection:
            found = shape(connection)
    with in_memory() as desk, desk.transaction() as connection:
        tables.metadata.create_all(connection)
        assert found == shape(connection)


def shape(connection: Connection) -> dict[str, object]:
    """Return every column with its type, NOT NULL, default and part in the key, and every index and foreign key."""
    if connection.dialect.name == "postgresql":
        return {query: connection.execute(text(query)).all() for query in _CATALOGUE}
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


_CATALOGUE = (
    """SELECT table_name, column_name, data_type, is_nullable, regexp_replace(column_default, 'place[0-9]+.', '')
       FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name <> 'alembic_version' ORDER BY 1, 2""",
    """SELECT tablename, indexname, regexp_replace(indexdef, 'place[0-9]+.', '') FROM pg_indexes
       WHERE schemaname = current_schema() AND tablename <> 'alembic_version' ORDER BY 1, 2""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text <> 'alembic_version'
       ORDER BY 1, 2""",
)
"""Questions whose answers tell all that `shape` tells of SQLite."""


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
