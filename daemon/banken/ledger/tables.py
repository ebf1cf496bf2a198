"""The tables of the ledger, as the newest migration leaves them (a test compares the two).

Rules of the house: every column has a meaning that never changes, NOT NULL with a default; row numbers are never
used twice; a stranger's words stand only in columns with a limit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, MetaData, Table, UniqueConstraint, event, text
from sqlalchemy.schema import SchemaItem

from banken.ledger.columns import instant, key, number, whole, words

EXCERPT = 240
"""Code points of a client's words that are kept at most in one place."""

LINE = 998
"""Code points of what is compared as a whole: Message-IDs, addresses, job titles."""

_FROM_MAIL = text("source <> 'worker'")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *items: SchemaItem, counted: bool = True) -> Table:
    options: dict[str, Any] = {"sqlite_strict": True}
    if counted:
        options["sqlite_autoincrement"] = True
    return Table(name, metadata, *items, **options)


seen = _table(
    "seen",
    key(),
    words("account"),
    words("folder"),
    whole("uidvalidity"),
    whole("uid"),
    words("file"),
    words("fingerprint"),
    words("message_id", LINE),
    instant("arrived"),
    words("sender", 320),
    words("subject", EXCERPT),
    words("channel"),
    words("kind"),
    words("client", EXCERPT),
    words("deal"),
    words("stage"),
    words("permission"),
    words("authentic"),
    words("level"),
    words("state"),
    words("reason", EXCERPT),
    words("rules_version"),
    instant("examined"),
    UniqueConstraint("account", "folder", "uidvalidity", "uid", "file"),
    Index(None, "account", "fingerprint"),
    Index(None, "message_id"),
    Index(None, "arrived"),
)
"""One row for each place where a message lay when it was examined."""

findings = _table(
    "findings",
    key(),
    Column("seen", number(), ForeignKey("seen.id", ondelete="CASCADE"), nullable=False),
    words("category"),
    words("level"),
    words("rule"),
    words("rules_version"),
    words("title", EXCERPT),
    words("by"),
    words("advice"),
    words("excerpt", EXCERPT),
    whole("start"),
    whole("end"),
    words("how"),
    Index(None, "seen"),
)
"""What was found in a message: one row for each piece of evidence (one without, when a finding has none)."""

marks = _table(
    "marks",
    words("account", primary_key=True),
    words("folder", primary_key=True),
    whole("uidvalidity"),
    whole("uid"),
    instant("at"),
    counted=False,
)
"""How far each folder has been read: the last UID the server really answered for."""

deals = _table(
    "deals",
    words("account", primary_key=True),
    words("id", primary_key=True),
    words("platform"),
    words("client", EXCERPT),
    words("job", EXCERPT),
    words("note", EXCERPT),
    instant("opened"),
    counted=False,
)

ties = _table(
    "ties",
    key(),
    words("account"),
    words("deal"),
    words("kind"),
    words("value", LINE),
    instant("at"),
    UniqueConstraint("account", "deal", "kind", "value"),
    Index(None, "account", "kind", "value"),
)
"""What leads from a mail to its deal: numbers in links, addresses, message ids of the thread, names, titles."""

events = _table(
    "events",
    key(),
    words("account"),
    words("deal"),
    words("kind"),
    instant("at"),
    whole("believed"),
    words("why", EXCERPT),
    words("source"),
    words("note", LINE + 16),
    Column("undoes", number(), ForeignKey("events.id"), nullable=True, unique=True),
    instant("recorded"),
    Index(None, "account", "deal", "at"),
    Index(
        "uq_events_mail",
        "account",
        "source",
        "kind",
        "deal",
        unique=True,
        sqlite_where=_FROM_MAIL,
    ),
)
"""What moved a deal; rows are only ever added. An undo is a row that names the row it takes back."""


@event.listens_for(events, "before_create")
def _on_postgresql(table: Table, connection: Connection, **_more: Any) -> None:
    """Let the index be partial there too; named above, it would load 3 MB that most ledgers do without."""
    if connection.dialect.name == "postgresql":
        (index,) = (index for index in table.indexes if index.unique)
        index.dialect_options["postgresql"]["where"] = _FROM_MAIL


outbox = _table(
    "outbox",
    key(),
    words("account"),
    words("fingerprint"),
    words("action"),
    words("target", LINE),
    words("deal"),
    words("lane"),
    words("message_id", LINE),
    words("payload"),
    words("state"),
    whole("tries"),
    whole("doubtful"),
    words("runner"),
    words("result", EXCERPT),
    instant("planned"),
    instant("due"),
    instant("tried"),
    instant("touched"),
    UniqueConstraint("account", "fingerprint", "action", "target"),
    Index(None, "state", "due"),
    Index(None, "lane", "state"),
    Index(None, "message_id"),
)
"""What is owed to the worker: each action planned here before it is tried."""

quarantine = _table(
    "quarantine",
    key(),
    words("account"),
    words("folder"),
    whole("uidvalidity"),
    whole("uid"),
    words("file"),
    words("message_id", LINE),
    words("step"),
    words("reason", EXCERPT),
    whole("tries"),
    words("state"),
    instant("first"),
    instant("last"),
    UniqueConstraint("account", "folder", "uidvalidity", "uid", "file"),
)
"""Messages that broke something: where they lie and what they broke, never their text."""

learned = _table(
    "learned",
    words("account", primary_key=True),
    words("name", primary_key=True),
    words("value"),
    instant("at"),
    counted=False,
)
"""What was found out about an account: whose Authentication-Results to believe, how labels are put."""
