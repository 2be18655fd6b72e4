"""What was told of the people in an enquiry before it was corrected, and files that are misfiled by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals, unseals
from okf.store.models import Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BEFORE = {"misfiling": ("UPDATE OF ref, record_id, case_ref, note, read_by, reported_by, reported_at", "DELETE")}
SEALED = {
    "misfiling": ("UPDATE OF ref, record_id, file_ref, case_ref, note, read_by, reported_by, reported_at", "DELETE")
}
_OPEN = sa.text("decided_at IS NULL")
_OPEN_RECORD = sa.text("decided_at IS NULL AND file_ref IS NULL")


def upgrade() -> None:
    """Towards today; what is misfiled already is a whole record, and its mark stays as it is."""
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
    _execute(unseals, BEFORE)
    with op.batch_alter_table("misfiling", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file_ref", sa.String(length=80), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_misfiling_file_ref_stored_file"), "stored_file", ["file_ref"], ["ref"]
        )
        batch_op.drop_index("ix_misfiling_open")
        batch_op.create_index(
            "ix_misfiling_open", ["record_id"], unique=True, sqlite_where=_OPEN_RECORD, postgresql_where=_OPEN_RECORD
        )
        batch_op.create_index(
            "ix_misfiling_file_open", ["file_ref"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        )
        batch_op.create_index("ix_misfiling_file_ref", ["file_ref"], unique=False)
    _execute(seals, SEALED)


def downgrade() -> None:
    """Back again: what was told before a correction goes, and a misfiled file seals its whole record.

    Where a record and a file of it wait, or two files of one, it goes no further: decide on them first.
    """
    _execute(unseals, SEALED)
    with op.batch_alter_table("misfiling", schema=None) as batch_op:
        batch_op.drop_index("ix_misfiling_file_ref")
        batch_op.drop_index("ix_misfiling_file_open")
        batch_op.drop_index("ix_misfiling_open")
        batch_op.drop_constraint(batch_op.f("fk_misfiling_file_ref_stored_file"), type_="foreignkey")
        batch_op.drop_column("file_ref")
        batch_op.create_index(
            "ix_misfiling_open", ["record_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        )
    _execute(seals, BEFORE)
    op.drop_table("enquiry_correction")


def _execute(statements: Callable[..., list[str]], sealed: Mapping[str, Sequence[str]]) -> None:
    for statement in statements(op.get_bind().dialect.name, sealed):
        op.execute(sa.text(statement.replace(":", r"\:")))
