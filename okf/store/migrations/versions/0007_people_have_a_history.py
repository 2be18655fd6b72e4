"""People have a history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.backfill import recall_absences
from okf.store.guards import seals
from okf.store.models import Instant
from okf.store.models.base import FOLDED

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SEALED = {"former_person": ("UPDATE", "DELETE")}


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "former_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("until", Instant(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("left_at", Instant(timezone=True), nullable=True),
        sa.Column("name_folded", FOLDED, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["partner_organisation.name"],
            name=op.f("fk_former_person_organisation_partner_organisation"),
        ),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_former_person_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_person")),
    )
    op.create_index("ix_former_person_person_until", "former_person", ["person", "until"])
    recall_absences(op.get_bind())
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back to the migration before."""
    op.drop_table("former_person")
