"""An access may show the address of those whose own part it covers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards today; empty means no, so that no row's mark changes."""
    op.add_column("access_grant", sa.Column("with_address", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Back again."""
    op.drop_column("access_grant", "with_address")
