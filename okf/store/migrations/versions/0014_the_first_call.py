"""The first call, and looking first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals
from okf.store.models import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SEALED = {"look_first_step": ("UPDATE", "DELETE")}


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "look_first_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_look_first_step_case_ref_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_first_step")),
    )
    op.create_index("ix_look_first_step_case_ref", "look_first_step", ["case_ref", "id"])
    op.create_table(
        "enquiry_triage",
        sa.Column("enquiry_ref", sa.String(length=80), nullable=False),
        sa.Column("safe_now", sa.Boolean(), nullable=True),
        sa.Column("abuse", sa.String(40), nullable=True),
        sa.Column("children_present", sa.Boolean(), nullable=True),
        sa.Column("who_may_know", sa.Text(), nullable=True),
        sa.Column("interpreter", sa.Boolean(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("access_needs", sa.Text(), nullable=True),
        sa.Column("danger", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["enquiry_ref"], ["enquiry.ref"], name=op.f("fk_enquiry_triage_enquiry_ref_enquiry")),
        sa.PrimaryKeyConstraint("enquiry_ref", name=op.f("pk_enquiry_triage")),
    )
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back again."""
    op.drop_table("enquiry_triage")
    op.drop_table("look_first_step")
