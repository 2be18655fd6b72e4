"""What was handed over to the side that it belongs to, what was misfiled, and the breach register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals
from okf.store.models import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


SEALED = {
    "handed_record": ("UPDATE OF record_id, case_ref, handed_by, handed_at", "DELETE"),
    "misfiling": ("UPDATE OF ref, record_id, case_ref, note, read_by, reported_by, reported_at", "DELETE"),
    "breach": ("UPDATE OF ref, case_ref, misfiling_ref, aware_at", "DELETE"),
}


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "handed_record",
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("handed_by", sa.String(length=80), nullable=False),
        sa.Column("handed_at", Instant(), nullable=False),
        sa.Column("seen_by", sa.String(length=80), nullable=True),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(seen_by IS NULL) = (seen_at IS NULL)", name=op.f("ck_handed_record_seen_by_someone_at_some_time")
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_handed_record_case_ref_case")),
        sa.ForeignKeyConstraint(["handed_by"], ["person.username"], name=op.f("fk_handed_record_handed_by_person")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_handed_record_record_id_record")),
        sa.ForeignKeyConstraint(["seen_by"], ["person.username"], name=op.f("fk_handed_record_seen_by_person")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_handed_record")),
    )
    with op.batch_alter_table("handed_record", schema=None) as batch_op:
        batch_op.create_index("ix_handed_record_handed_by", ["handed_by"], unique=False)
        batch_op.create_index(
            "ix_handed_record_waiting",
            ["case_ref"],
            unique=False,
            sqlite_where=sa.text("seen_at IS NULL"),
            postgresql_where=sa.text("seen_at IS NULL"),
        )

    op.create_table(
        "misfiling",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("read_by", sa.JSON(), nullable=False),
        sa.Column("reported_by", sa.String(length=80), nullable=False),
        sa.Column("reported_at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("moved_to", sa.String(length=80), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(moved_to IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'moved')",
            name=op.f("ck_misfiling_moved_somewhere"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_misfiling_decided_by_someone_at_some_time"),
        ),
        sa.CheckConstraint("decided_by <> reported_by", name=op.f("ck_misfiling_decided_by_somebody_else")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_misfiling_case_ref_case")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.username"], name=op.f("fk_misfiling_decided_by_person")),
        sa.ForeignKeyConstraint(["moved_to"], ["record.id"], name=op.f("fk_misfiling_moved_to_record")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_misfiling_record_id_record")),
        sa.ForeignKeyConstraint(["reported_by"], ["person.username"], name=op.f("fk_misfiling_reported_by_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_misfiling")),
    )
    with op.batch_alter_table("misfiling", schema=None) as batch_op:
        batch_op.create_index("ix_misfiling_case_ref", ["case_ref"], unique=False)
        batch_op.create_index("ix_misfiling_moved_to", ["moved_to"], unique=False)
        batch_op.create_index(
            "ix_misfiling_open",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.create_index("ix_misfiling_record_id", ["record_id"], unique=False)

    op.create_table(
        "breach",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("misfiling_ref", sa.String(length=80), nullable=False),
        sa.Column("aware_at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(told_at IS NULL) = (outcome IS NULL OR outcome <> 'ico_told')", name=op.f("ck_breach_told_at_a_time")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_breach_decided_by_someone_at_some_time"),
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_breach_case_ref_case")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.username"], name=op.f("fk_breach_decided_by_person")),
        sa.ForeignKeyConstraint(["misfiling_ref"], ["misfiling.ref"], name=op.f("fk_breach_misfiling_ref_misfiling")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_breach")),
        sa.UniqueConstraint("misfiling_ref", name=op.f("uq_breach_misfiling_ref")),
    )
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.create_index(
            "ix_breach_open",
            ["aware_at"],
            unique=False,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back to the migration before: whatever was sealed as misfiled opens again, so decide on it first."""
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_breach_open", sqlite_where=sa.text("decided_at IS NULL"), postgresql_where=sa.text("decided_at IS NULL")
        )

    op.drop_table("breach")
    with op.batch_alter_table("misfiling", schema=None) as batch_op:
        batch_op.drop_index("ix_misfiling_record_id")
        batch_op.drop_index(
            "ix_misfiling_open",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.drop_index("ix_misfiling_moved_to")
        batch_op.drop_index("ix_misfiling_case_ref")

    op.drop_table("misfiling")
    with op.batch_alter_table("handed_record", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_handed_record_waiting",
            sqlite_where=sa.text("seen_at IS NULL"),
            postgresql_where=sa.text("seen_at IS NULL"),
        )
        batch_op.drop_index("ix_handed_record_handed_by")

    op.drop_table("handed_record")
