"""The first ledger."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def _id() -> sa.Column[int]:
    return sa.Column("id", NUMBER, autoincrement=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False, server_default="") for name in names]


def _wholes(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, NUMBER, nullable=False, server_default="0") for name in names]


def _instants(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _create(name: str, *items: Any, keys: tuple[str, ...] = ()) -> None:
    """Create a STRICT table; one without `keys` has row numbers that are never given out twice."""
    if keys:
        op.create_table(name, *items, sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"), sqlite_strict=True)
    else:
        key = sa.PrimaryKeyConstraint("id", name=f"pk_{name}")
        op.create_table(name, _id(), *items, key, sqlite_strict=True, sqlite_autoincrement=True)


def upgrade() -> None:
    """Create all tables."""
    _create_mail()
    _create_deals()
    _create_outbox()


def _create_mail() -> None:
    place = ("account", "folder", "uidvalidity", "uid", "file")
    _create(
        "seen",
        *_words("account", "folder", "file", "fingerprint", "message_id", "sender", "subject", "channel", "kind"),
        *_words("client", "deal", "stage", "permission", "authentic", "level", "state", "reason", "rules_version"),
        *_wholes("uidvalidity", "uid"),
        *_instants("arrived", "examined"),
        sa.UniqueConstraint(*place, name="uq_seen_account_folder_uidvalidity_uid_file"),
    )
    op.create_index("ix_seen_account_fingerprint", "seen", ["account", "fingerprint"])
    op.create_index("ix_seen_message_id", "seen", ["message_id"])
    op.create_index("ix_seen_arrived", "seen", ["arrived"])
    _create(
        "findings",
        sa.Column(
            "seen", NUMBER, sa.ForeignKey("seen.id", ondelete="CASCADE", name="fk_findings_seen"), nullable=False
        ),
        *_words("category", "level", "rule", "rules_version", "title", "by", "advice", "excerpt", "how"),
        *_wholes("start", "end"),
    )
    op.create_index("ix_findings_seen", "findings", ["seen"])
    _create(
        "marks",
        *_words("account", "folder"),
        *_wholes("uidvalidity", "uid"),
        *_instants("at"),
        keys=("account", "folder"),
    )
    _create(
        "quarantine",
        *_words("account", "folder", "file", "message_id", "step", "reason", "state"),
        *_wholes("uidvalidity", "uid", "tries"),
        *_instants("first", "last"),
        sa.UniqueConstraint(*place, name="uq_quarantine_account_folder_uidvalidity_uid_file"),
    )
    _create("learned", *_words("account", "name", "value"), *_instants("at"), keys=("account", "name"))


def _create_deals() -> None:
    _create(
        "deals",
        *_words("account", "id", "platform", "client", "job", "note"),
        *_instants("opened"),
        keys=("account", "id"),
    )
    _create(
        "ties",
        *_words("account", "deal", "kind", "value"),
        *_instants("at"),
        sa.UniqueConstraint("account", "deal", "kind", "value", name="uq_ties_account_deal_kind_value"),
    )
    op.create_index("ix_ties_account_kind_value", "ties", ["account", "kind", "value"])
    _create(
        "events",
        *_words("account", "deal", "kind", "why", "source", "note"),
        *_wholes("believed"),
        sa.Column("undoes", NUMBER, sa.ForeignKey("events.id", name="fk_events_undoes"), nullable=True),
        *_instants("at", "recorded"),
        sa.UniqueConstraint("undoes", name="uq_events_undoes"),
    )
    op.create_index("ix_events_account_deal_at", "events", ["account", "deal", "at"])
    from_mail = sa.text("source <> 'worker'")
    op.create_index(
        "uq_events_mail",
        "events",
        ["account", "source", "kind", "deal"],
        unique=True,
        sqlite_where=from_mail,
        postgresql_where=from_mail,
    )


def _create_outbox() -> None:
    _create(
        "outbox",
        *_words("account", "fingerprint", "action", "target", "deal", "lane", "message_id", "payload", "state"),
        *_words("runner", "result"),
        *_wholes("tries", "doubtful"),
        *_instants("planned", "due", "tried", "touched"),
        sa.UniqueConstraint(
            "account", "fingerprint", "action", "target", name="uq_outbox_account_fingerprint_action_target"
        ),
    )
    op.create_index("ix_outbox_state_due", "outbox", ["state", "due"])
    op.create_index("ix_outbox_lane_state", "outbox", ["lane", "state"])
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
