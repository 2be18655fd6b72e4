"""Which files told where they were made, before that was taken out of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = ("stored_file", "concern_file")


def upgrade() -> None:
    """Towards today."""
    for table in TABLES:
        op.add_column(table, sa.Column("place_removed", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Back to the migration before."""
    for table in TABLES:
        op.drop_column(table, "place_removed")
