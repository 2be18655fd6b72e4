"""The rota of safeguarding, and who heard of which clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.models import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "rota_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("removed_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(person IS NULL) = (phone IS NULL)", name=op.f("ck_rota_shift_who_is_on_duty_has_a_number")
        ),
        sa.CheckConstraint(
            "weekday IS NOT NULL OR last_on = first_on", name=op.f("ck_rota_shift_without_a_weekday_it_is_one_day")
        ),
        sa.CheckConstraint(
            "weekday IS NULL OR person IS NOT NULL", name=op.f("ck_rota_shift_nobody_is_said_of_one_day")
        ),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_rota_shift_it_ends_on_or_after_its_first_day")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_rota_shift_a_week_has_seven_days")),
        sa.CheckConstraint(
            "starts BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439", name=op.f("ck_rota_shift_minutes_of_a_day")
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_rota_shift_removed_by_someone_at_some_time")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_rota_shift_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_shift")),
    )
    op.create_index("ix_rota_shift_last_on", "rota_shift", ["removed_at", "last_on"])
    op.create_index("ix_rota_shift_person", "rota_shift", ["person"])
    op.create_table(
        "clock_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(40), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("told_at", Instant(), nullable=False),
        sa.Column("mail", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["clock"], ["concern_clock.id"], name=op.f("fk_clock_told_clock_concern_clock")),
        sa.ForeignKeyConstraint(["mail"], ["mail.id"], name=op.f("fk_clock_told_mail_mail")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_clock_told_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_told")),
        sa.UniqueConstraint("clock", "rung", "person", name=op.f("uq_clock_told_once")),
    )
    op.create_index("ix_clock_told_mail", "clock_told", ["mail"])
    op.create_index("ix_clock_told_person", "clock_told", ["person"])


def downgrade() -> None:
    """Back again."""
    op.drop_table("clock_told")
    op.drop_table("rota_shift")
