"""Working a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals, unseals

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


BEFORE = {
    "audit_event": ("UPDATE", "DELETE"),
    "signature": (
        "UPDATE OF person, kind, version, signed_at, method, typed_name, text_sha256, session_id",
        "DELETE",
    ),
    "agreement_version": ("UPDATE OF kind, version, text, text_sha256", "DELETE"),
    "concern_entry": ("UPDATE", "DELETE"),
}
SEALED = {
    "audit_event": ("UPDATE", "DELETE"),
    "signature": ("UPDATE OF person, kind, version, signed_at, method, typed_name, text_sha256, session_id", "DELETE"),
    "agreement_version": ("UPDATE OF kind, version, text, text_sha256", "DELETE"),
    "concern_entry": ("UPDATE", "DELETE"),
}


def upgrade() -> None:
    """Towards today."""
    for statement in unseals(op.get_bind().dialect.name, BEFORE):
        op.execute(sa.text(statement.replace(":", r"\:")))
    op.create_table(
        "data_key",
        sa.Column("scope", sa.String(length=100), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_data_key")),
        sa.UniqueConstraint("id", name=op.f("uq_data_key_id")),
    )
    op.create_table(
        "master_key",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_key")),
    )
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back again."""
    for statement in unseals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))
    op.drop_table("master_key")
    op.drop_table("data_key")
    for statement in seals(op.get_bind().dialect.name, BEFORE):
        op.execute(sa.text(statement.replace(":", r"\:")))
