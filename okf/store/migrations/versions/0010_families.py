"""The keys by which people in enquiries are found, and the links of cases of one family."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals
from okf.store.models import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SEALED = {"case_link": ("UPDATE OF ref, case_ref, other_case, kind, why, asked_at, asked_by", "DELETE")}


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "case_link",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("other_case", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("agreed_at", Instant(), nullable=True),
        sa.Column("agreed_by", sa.String(length=80), nullable=True),
        sa.Column("end_why", sa.Text(), nullable=True),
        sa.Column("end_asked_at", Instant(), nullable=True),
        sa.Column("end_asked_by", sa.String(length=80), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by IS NULL)", name=op.f("ck_case_link_agreed_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "(end_asked_at IS NULL) = (end_asked_by IS NULL)",
            name=op.f("ck_case_link_end_asked_by_someone_at_some_time"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_case_link_ended_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "agreed_at IS NULL OR ended_at IS NULL OR end_asked_at IS NOT NULL",
            name=op.f("ck_case_link_what_stood_is_ended_by_two"),
        ),
        sa.CheckConstraint(
            "agreed_by IS NULL OR agreed_by <> asked_by", name=op.f("ck_case_link_only_somebody_else_agrees")
        ),
        sa.CheckConstraint("case_ref <> other_case", name=op.f("ck_case_link_of_two_cases")),
        sa.CheckConstraint(
            "end_asked_by IS NULL OR ended_by <> end_asked_by", name=op.f("ck_case_link_only_somebody_else_ends_it")
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_case_link_case_ref_case")),
        sa.ForeignKeyConstraint(["other_case"], ["case.ref"], name=op.f("fk_case_link_other_case_case")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_case_link")),
    )
    with op.batch_alter_table("case_link", schema=None) as batch_op:
        batch_op.create_index("ix_case_link_case_ref", ["case_ref"], unique=False)
        batch_op.create_index("ix_case_link_other_case", ["other_case"], unique=False)
        batch_op.create_index(
            "ix_case_link_pair",
            ["case_ref", "other_case"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "enquiry_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("enquiry_person", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enquiry_person"],
            ["enquiry_person.id"],
            name=op.f("fk_enquiry_key_enquiry_person_enquiry_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry_key")),
    )
    with op.batch_alter_table("enquiry_key", schema=None) as batch_op:
        batch_op.create_index("ix_enquiry_key_enquiry_person", ["enquiry_person"], unique=False)
        batch_op.create_index("ix_enquiry_key_key_enquiry_person", ["key", "enquiry_person"], unique=False)
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back to the migration before."""
    with op.batch_alter_table("enquiry_key", schema=None) as batch_op:
        batch_op.drop_index("ix_enquiry_key_key_enquiry_person")
        batch_op.drop_index("ix_enquiry_key_enquiry_person")

    op.drop_table("enquiry_key")
    with op.batch_alter_table("case_link", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_case_link_pair", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index("ix_case_link_other_case")
        batch_op.drop_index("ix_case_link_case_ref")

    op.drop_table("case_link")
