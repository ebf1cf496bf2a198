"""Run the steps on the connection that `banken.ledger.schema` hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    transactional_ddl=True,  # SQLite rolls DDL back as well; alembic only assumes that it does not
)
with context.begin_transaction():
    context.run_migrations()
