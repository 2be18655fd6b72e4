"""A family's chronology on paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals
from okf.store.models import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


SEALED = {
    "chronology_paper": (
        "UPDATE OF ref, concern_ref, purpose, recipient, rationale, reference, asks, first_day, last_day, lines,"
        " places, left_out, lines_sha256, made_by, made_at",
        "DELETE",
    ),
    "chronology_copy": ("UPDATE", "DELETE"),
}


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "chronology_paper",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("lines_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("replaced_at", Instant(), nullable=True),
        sa.Column("read_by", sa.String(length=80), nullable=True),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("share_ref", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(read_by IS NULL) = (approved IS NULL)", name=op.f("ck_chronology_paper_read_with_an_answer")
        ),
        sa.CheckConstraint(
            "(read_by IS NULL) = (read_at IS NULL)", name=op.f("ck_chronology_paper_read_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "read_by IS NULL OR read_by <> made_by", name=op.f("ck_chronology_paper_only_somebody_else_reads_it_again")
        ),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_chronology_paper_concern_ref_concern")),
        sa.ForeignKeyConstraint(["made_by"], ["person.username"], name=op.f("fk_chronology_paper_made_by_person")),
        sa.ForeignKeyConstraint(["read_by"], ["person.username"], name=op.f("fk_chronology_paper_read_by_person")),
        sa.ForeignKeyConstraint(
            ["share_ref"], ["information_share.ref"], name=op.f("fk_chronology_paper_share_ref_information_share")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_chronology_paper")),
    )
    with op.batch_alter_table("chronology_paper", schema=None) as batch_op:
        batch_op.create_index("ix_chronology_paper_concern_ref", ["concern_ref"], unique=False)
        batch_op.create_index("ix_chronology_paper_share_ref", ["share_ref"], unique=False)
        batch_op.create_index(
            "ix_chronology_paper_waiting",
            ["made_at", "ref"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
        )

    op.create_table(
        "chronology_copy",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("paper_ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_chronology_copy_concern_ref_concern")),
        sa.ForeignKeyConstraint(["made_by"], ["person.username"], name=op.f("fk_chronology_copy_made_by_person")),
        sa.ForeignKeyConstraint(
            ["paper_ref"], ["chronology_paper.ref"], name=op.f("fk_chronology_copy_paper_ref_chronology_paper")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_chronology_copy")),
    )
    with op.batch_alter_table("chronology_copy", schema=None) as batch_op:
        batch_op.create_index("ix_chronology_copy_paper_ref", ["paper_ref"], unique=False)
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back again."""
    with op.batch_alter_table("chronology_copy", schema=None) as batch_op:
        batch_op.drop_index("ix_chronology_copy_paper_ref")

    op.drop_table("chronology_copy")
    with op.batch_alter_table("chronology_paper", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_chronology_paper_waiting",
            sqlite_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
        )
        batch_op.drop_index("ix_chronology_paper_share_ref")
        batch_op.drop_index("ix_chronology_paper_concern_ref")

    op.drop_table("chronology_paper")
