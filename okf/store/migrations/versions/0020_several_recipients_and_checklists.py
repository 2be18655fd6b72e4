"""Several recipients and checklists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.errors import Misconfigured
from okf.store.guards import seals
from okf.store.models import Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


SEALED = {
    "checklist_version": ("UPDATE", "DELETE"),
    "filled_checklist": ("UPDATE", "DELETE"),
    "decision_recipient_also": ("UPDATE", "DELETE"),
}


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "checklist_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_checklist_version_the_sample_is_none")),
        sa.ForeignKeyConstraint(["set_by"], ["person.username"], name=op.f("fk_checklist_version_set_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_version")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_checklist_version_key_version")),
    )
    op.create_table(
        "filled_checklist",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("filled_by", sa.String(length=80), nullable=False),
        sa.Column("filled_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_filled_checklist_concern_ref_concern")),
        sa.ForeignKeyConstraint(["filled_by"], ["person.username"], name=op.f("fk_filled_checklist_filled_by_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_filled_checklist")),
    )
    with op.batch_alter_table("filled_checklist", schema=None) as batch_op:
        batch_op.create_index("ix_filled_checklist_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "decision_recipient_also",
        sa.Column("referral_ref", sa.String(length=80), nullable=False),
        sa.Column("decision_ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=60), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=True),
        sa.Column("least", sa.Text(), nullable=False),
        sa.Column("sent_how", sa.String(40), nullable=False),
        sa.Column("acted_at", Instant(), nullable=True),
        sa.Column("share_ref", sa.String(length=80), nullable=False),
        sa.CheckConstraint("place > 1", name=op.f("ck_decision_recipient_also_beside_the_first")),
        sa.ForeignKeyConstraint(
            ["concern_ref"], ["concern.ref"], name=op.f("fk_decision_recipient_also_concern_ref_concern")
        ),
        sa.ForeignKeyConstraint(
            ["decision_ref"],
            ["concern_decision.ref"],
            name=op.f("fk_decision_recipient_also_decision_ref_concern_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["referral_ref"], ["referral.ref"], name=op.f("fk_decision_recipient_also_referral_ref_referral")
        ),
        sa.ForeignKeyConstraint(
            ["share_ref"],
            ["information_share.ref"],
            name=op.f("fk_decision_recipient_also_share_ref_information_share"),
        ),
        sa.PrimaryKeyConstraint("referral_ref", name=op.f("pk_decision_recipient_also")),
        sa.UniqueConstraint("decision_ref", "place", name=op.f("uq_decision_recipient_also_decision_ref_place")),
    )
    with op.batch_alter_table("decision_recipient_also", schema=None) as batch_op:
        batch_op.create_index("ix_decision_recipient_also_concern_ref", ["concern_ref"], unique=False)
        batch_op.create_index("ix_decision_recipient_also_share_ref", ["share_ref"], unique=False)
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back again."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM decision_recipient_also")):
        raise Misconfigured(
            "A decision on a concern names several recipients, which an earlier Casebook can't hold: it would show what"
            " went to them as shares of no concern. It stays as it is."
        )
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM filled_checklist")):
        raise Misconfigured(
            "A checklist was filled in on a concern, which an earlier Casebook can't hold. It stays as it is."
        )
    with op.batch_alter_table("decision_recipient_also", schema=None) as batch_op:
        batch_op.drop_index("ix_decision_recipient_also_share_ref")
        batch_op.drop_index("ix_decision_recipient_also_concern_ref")

    op.drop_table("decision_recipient_also")
    with op.batch_alter_table("filled_checklist", schema=None) as batch_op:
        batch_op.drop_index("ix_filled_checklist_concern_ref")

    op.drop_table("filled_checklist")
    op.drop_table("checklist_version")
