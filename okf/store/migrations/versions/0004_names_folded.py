"""Names in the form in which they are compared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.backfill import fold_names, forget_keys_of_accented_names
from okf.store.models.base import FOLDED

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The index of each table before and after, by the columns of the latter.
INDEXES = {
    "enquiry_person": ("ix_enquiry_person_name", ["name_folded"]),
    "partner_organisation": (None, ["name_folded", "name"]),
    "person": ("ix_person_name", ["name_folded", "username"]),
    "service_user": ("ix_service_user_name", ["name_folded"]),
}


def upgrade() -> None:
    """Towards today."""
    for table in INDEXES:
        op.add_column(table, sa.Column("name_folded", FOLDED, nullable=True))
    fold_names(op.get_bind(), INDEXES)
    forget_keys_of_accented_names(op.get_bind())
    for table, (before, columns) in INDEXES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("name_folded", existing_type=FOLDED, nullable=False)
            if before:
                batch_op.drop_index(before)
            batch_op.create_index(f"ix_{table}_name_folded", columns, unique=False)


def downgrade() -> None:
    """Back to the migration before."""
    for table, (before, _) in INDEXES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(f"ix_{table}_name_folded")
            if before:
                batch_op.create_index(before, ["name"], unique=False)
            batch_op.drop_column("name_folded")
