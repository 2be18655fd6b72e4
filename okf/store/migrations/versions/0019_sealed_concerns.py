"""A concern that was said to be about a worker is sealed from the first, and who may be meant is barred by doubt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards today; empty means no, so that no row's mark changes. `migrate` then seals what is there."""
    op.add_column("concern", sa.Column("sealed", sa.Boolean(), nullable=True))
    op.add_column("concern_about", sa.Column("doubt", sa.Boolean(), nullable=True))
    op.create_index(
        "ix_concern_sealed", "concern", ["ref"], sqlite_where=sa.text("sealed"), postgresql_where=sa.text("sealed")
    )


def downgrade() -> None:
    """Back again; who may only have been meant is about it for an older Casebook, which knows no doubt."""
    op.drop_index("ix_concern_sealed", "concern")
    op.drop_column("concern_about", "doubt")
    op.drop_column("concern", "sealed")
