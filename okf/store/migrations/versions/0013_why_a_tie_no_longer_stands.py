"""Why a tie no longer stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("conflict_of_interest", "declared_tie")


def upgrade() -> None:
    """Towards today."""
    for table in TABLES:
        op.add_column(table, sa.Column("lifted_because", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back again."""
    for table in reversed(TABLES):
        op.drop_column(table, "lifted_because")
