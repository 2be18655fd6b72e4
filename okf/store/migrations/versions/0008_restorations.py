"""What was put back from an earlier copy, who signed for it, and what the ledger of endings is owed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals
from okf.store.models import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SEALED = {
    "restoration": ("UPDATE OF ref, how, at, seq, hash, line, ledger_fault, manifest, ended, lacking", "DELETE"),
    "restoration_signature": ("UPDATE", "DELETE"),
}


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "ledger_owed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deed", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_owed")),
    )
    op.create_table(
        "restoration",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("how", sa.String(40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("ledger_fault", sa.String(length=200), nullable=True),
        sa.Column("manifest", sa.JSON(), nullable=True),
        sa.Column("ended", sa.JSON(), nullable=False),
        sa.Column("lacking", sa.JSON(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_restoration")),
    )
    with op.batch_alter_table("restoration", schema=None) as batch_op:
        batch_op.create_index(
            "ix_restoration_waits",
            ["at"],
            unique=False,
            sqlite_where=sa.text("opened_at IS NULL"),
            postgresql_where=sa.text("opened_at IS NULL"),
        )

    op.create_table(
        "restoration_signature",
        sa.Column("restoration", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_restoration_signature_person_person")),
        sa.ForeignKeyConstraint(
            ["restoration"], ["restoration.ref"], name=op.f("fk_restoration_signature_restoration_restoration")
        ),
        sa.PrimaryKeyConstraint("restoration", "person", name=op.f("pk_restoration_signature")),
    )
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back to the migration before."""
    op.drop_table("restoration_signature")
    with op.batch_alter_table("restoration", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_restoration_waits",
            sqlite_where=sa.text("opened_at IS NULL"),
            postgresql_where=sa.text("opened_at IS NULL"),
        )

    op.drop_table("restoration")
    op.drop_table("ledger_owed")
