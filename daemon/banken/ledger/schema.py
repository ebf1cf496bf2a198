"""Bring a ledger's tables to the shape this Banken knows, and refuse a shape it does not know."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from banken.i18n import _
from banken.ledger import tables
from banken.ledger.errors import LedgerDamagedError, LedgerUnusableError

HEAD = "v0001"
"""The newest step in `migrations/versions` (a test compares); here so that a current ledger opens without alembic."""


def version(connection: Connection) -> str:
    """Return the step a ledger stands at, "" for an empty database. Raises LedgerDamagedError when it is no ledger."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    if tables:
        raise LedgerDamagedError(
            _("this database holds other tables, it is not a ledger of Banken"), _("give `state` a folder of its own")
        )
    return ""


def create(connection: Connection) -> None:
    """Create the newest tables at once, for a ledger in memory: it meets no other version, and need not wait."""
    tables.metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": HEAD})


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Run the missing steps in the transaction of `connection`. Raises LedgerUnusableError for a ledger of a newer Banken."""
    now = version(connection)
    if now == to:
        return
    # Imported here: alembic takes half a second that an up-to-date ledger need not wait for.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "banken.ledger:migrations")
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if now and now not in known:
        raise LedgerUnusableError(
            _("this ledger was written by a newer Banken (its version is {version})").format(version=now),
            _("update Banken, or give `state` another folder"),
        )
    command.upgrade(config, to)
