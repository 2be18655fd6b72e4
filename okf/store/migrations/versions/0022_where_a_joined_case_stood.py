"""Where a case stood before it was joined into another, to be put back; the figures count it with that one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards today; empty means that it was not closed by its joining, so that no row's mark changes."""
    op.add_column("case_link", sa.Column("stood_as", sa.String(40), nullable=True))


def downgrade() -> None:
    """Back again."""
    op.drop_column("case_link", "stood_as")
