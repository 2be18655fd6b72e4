"""A directory of local authorities, and the steps of a professional disagreement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.errors import Misconfigured
from okf.store.guards import seals
from okf.store.models import Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SEALED = {
    "referral_escalation": (
        "UPDATE OF id, referral_ref, concern_ref, place, authority, written_to, said, written_at, written_by, due_at",
        "DELETE",
    )
}


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "local_authority",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=True),
        sa.Column("children_phone", sa.String(length=40), nullable=True),
        sa.Column("children_email", sa.String(length=200), nullable=True),
        sa.Column("out_of_hours_phone", sa.String(length=40), nullable=True),
        sa.Column("lado_name", sa.String(length=120), nullable=True),
        sa.Column("lado_phone", sa.String(length=40), nullable=True),
        sa.Column("lado_email", sa.String(length=200), nullable=True),
        sa.Column("adults_phone", sa.String(length=40), nullable=True),
        sa.Column("adults_email", sa.String(length=200), nullable=True),
        sa.Column("police_force", sa.String(length=120), nullable=True),
        sa.Column("police_unit", sa.String(length=120), nullable=True),
        sa.Column("police_phone", sa.String(length=40), nullable=True),
        sa.Column("threshold_document", sa.String(length=500), nullable=True),
        sa.Column("notes", sa.String(length=2000), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checked_by", sa.String(length=120), nullable=True),
        sa.Column("name_folded", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "(checked_on IS NULL) = (checked_by IS NULL)",
            name=op.f("ck_local_authority_checked_by_someone_on_some_day"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_authority")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_local_authority_name_folded")),
    )
    op.create_index(
        "ix_local_authority_default",
        "local_authority",
        ["is_default"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )

    op.create_table(
        "authority_step",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=True),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("working_days > 0", name=op.f("ck_authority_step_some_time_to_answer")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["local_authority.id"], name=op.f("fk_authority_step_authority_id_local_authority")
        ),
        sa.PrimaryKeyConstraint("authority_id", "place", name=op.f("pk_authority_step")),
    )
    op.create_table(
        "referral_escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(length=120), nullable=True),
        sa.Column("written_to", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("ended_how", sa.String(40), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_how IS NULL)",
            name=op.f("ck_referral_escalation_ended_by_someone_at_some_time"),
        ),
        sa.ForeignKeyConstraint(
            ["concern_ref"], ["concern.ref"], name=op.f("fk_referral_escalation_concern_ref_concern")
        ),
        sa.ForeignKeyConstraint(
            ["referral_ref"], ["referral.ref"], name=op.f("fk_referral_escalation_referral_ref_referral")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_escalation")),
        sa.UniqueConstraint("referral_ref", "place", name=op.f("uq_referral_escalation_referral_ref_place")),
    )
    op.create_index("ix_referral_escalation_concern_ref", "referral_escalation", ["concern_ref"])
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back again."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM referral_escalation")):
        raise Misconfigured(
            "A disagreement with an authority climbed a step, which an earlier Casebook can't hold. It stays as it is."
        )
    op.drop_table("referral_escalation")
    op.drop_table("authority_step")
    op.drop_table("local_authority")
