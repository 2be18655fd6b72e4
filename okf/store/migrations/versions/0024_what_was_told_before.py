"""What was told of the people in an enquiry before it was corrected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.models import Instant

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "enquiry_correction",
        sa.Column("enquiry_ref", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stood", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enquiry_ref"], ["enquiry.ref"], name=op.f("fk_enquiry_correction_enquiry_ref_enquiry")
        ),
        sa.PrimaryKeyConstraint("enquiry_ref", "version", name=op.f("pk_enquiry_correction")),
    )


def downgrade() -> None:
    """Back again: what was told before a correction goes."""
    op.drop_table("enquiry_correction")
