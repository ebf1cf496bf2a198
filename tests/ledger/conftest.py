"""The ledger in each of its places: what is true of it must be true in SQLite and in PostgreSQL."""

from __future__ import annotations

import pytest
from tests.postgres import Postgres

from banken.ledger import Ledger


@pytest.fixture(scope="session")
def postgres():
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def place(request, tmp_path):
    """Where a ledger can be opened, closed and opened again."""
    return str(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres").schema()


@pytest.fixture(params=["memory", pytest.param("postgresql", marks=pytest.mark.server)])
def ledger(request):
    where = ":memory:" if request.param == "memory" else request.getfixturevalue("postgres").schema()
    with Ledger.open(where) as opened:
        yield opened
