"""Whose word it is how somebody is reached; `migrate` then gives what is there its source."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals
from okf.store.models import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEALED = {"contact_statement": ("UPDATE", "DELETE")}


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "contact_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("told_by", sa.String(length=80), nullable=True),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("noted_by", sa.String(length=80), nullable=True),
        sa.Column("noted_at", Instant(), nullable=True),
        sa.Column("checked_how", sa.String(40), nullable=True),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.Column("checked_by", sa.String(length=80), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(checked_how IS NULL) = (checked_at IS NULL)", name=op.f("ck_contact_statement_checked_at_some_time")
        ),
        sa.CheckConstraint(
            "(checked_how IS NULL) = (checked_by IS NULL)", name=op.f("ck_contact_statement_checked_by_someone")
        ),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_contact_statement_service_user_service_user")
        ),
        sa.ForeignKeyConstraint(
            ["told_by"], ["service_user.ref"], name=op.f("fk_contact_statement_told_by_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_statement")),
    )
    op.create_index("ix_contact_statement_service_user", "contact_statement", ["service_user", "id"])
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back to the migration before; `migrate` has put what was told back where it stood."""
    op.drop_table("contact_statement")
