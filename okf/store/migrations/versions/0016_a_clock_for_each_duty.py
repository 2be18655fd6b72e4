"""A clock for each duty; `migrate` then starts those of what is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.models import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_RUNNING = sa.text("ended_at IS NULL")
_AT_ONCE = sa.text("decide_by IS NOT NULL AND severity = 'immediate'")
_UNTRIAGED = sa.text("ended_at IS NULL AND triaged_at IS NULL AND severity = 'immediate'")


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "concern_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("duty", sa.String(40), nullable=False),
        sa.Column("of", sa.String(length=80), nullable=True),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("ended_how", sa.String(40), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_concern_clock_ended_by_someone_at_some_time")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_concern_clock_ended_somehow")),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_clock_concern_ref_concern")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_clock")),
    )
    op.create_index("ix_concern_clock_concern_ref", "concern_clock", ["concern_ref"])
    _index("ix_concern_clock_due", "concern_clock", ["due_at", "concern_ref"], _RUNNING)
    _index("ix_concern_clock_running", "concern_clock", ["duty", "due_at", "concern_ref"], _RUNNING)
    op.add_column("concern", sa.Column("taken_at", Instant(), nullable=True))
    op.drop_index("ix_concern_at_once", "concern")
    _index("ix_concern_at_once", "concern", ["decide_by", "ref"], _AT_ONCE)


def downgrade() -> None:
    """Back to the migration before; `migrate` has left on each concern what it was to be decided by."""
    op.drop_index("ix_concern_at_once", "concern")
    _index("ix_concern_at_once", "concern", ["due_at", "ref"], _UNTRIAGED)
    op.drop_column("concern", "taken_at")
    op.drop_table("concern_clock")


def _index(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
