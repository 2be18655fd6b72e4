"""Marks of rows, and events sealed by a secret that is not in the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store import guards

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SEALED = {"row_mark": ("UPDATE", "DELETE")}


def upgrade() -> None:
    """Towards today; `migrate` then seals the events and marks the rows, since that needs the key file."""
    op.add_column("audit_event", sa.Column("mac", sa.String(32), nullable=True))
    op.create_table(
        "row_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("was", sa.String(32), nullable=True),
        sa.Column("mark", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_mark")),
    )
    op.create_index("ix_row_mark_row", "row_mark", ["row"], unique=False)
    _run(guards.seals(op.get_bind().dialect.name, SEALED))


def downgrade() -> None:
    """Back to the migration before."""
    _run(guards.unseals(op.get_bind().dialect.name, SEALED))
    op.drop_table("row_mark")
    op.drop_column("audit_event", "mac")


def _run(statements: list[str]) -> None:
    for statement in statements:
        op.execute(sa.text(statement.replace(":", r"\:")))
