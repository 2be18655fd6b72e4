"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import FIRST_HEAD, seals
from okf.store.models import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards today."""
    op.create_table(
        "agreement_version",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("change", sa.String(40), nullable=False),
        sa.Column("resign_by", sa.Date(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("published_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_agreement_version")),
    )
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=True),
        sa.Column("session_id", sa.String(length=80), nullable=True),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_action_seq", ["action", "seq"], unique=False)
        batch_op.create_index("ix_audit_event_actor_seq", ["actor", "seq"], unique=False)
        batch_op.create_index("ix_audit_event_at", ["at"], unique=False)
        batch_op.create_index(
            "ix_audit_event_case_ref_seq",
            ["case_ref", "seq"],
            unique=False,
            sqlite_where=sa.text("case_ref IS NOT NULL"),
            postgresql_where=sa.text("case_ref IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_audit_event_concern_read",
            ["subject", "session_id"],
            unique=False,
            sqlite_where=sa.text("action = 'read_concern'"),
            postgresql_where=sa.text("action = 'read_concern'"),
        )
        batch_op.create_index(
            "ix_audit_event_opened",
            ["session_id", "case_ref"],
            unique=False,
            sqlite_where=sa.text("action = 'open_case'"),
            postgresql_where=sa.text("action = 'open_case'"),
        )
        batch_op.create_index("ix_audit_event_outcome_seq", ["outcome", "seq"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "case",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("kind_of_support", sa.String(40), nullable=True),
        sa.Column("area", sa.String(length=80), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("unallocated_since", sa.Date(), nullable=True),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_case_closed_at_some_time")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_case")),
    )
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index(
            "ix_case_area_kind_of_support_opened_on_ref", ["area", "kind_of_support", "opened_on", "ref"], unique=False
        )
        batch_op.create_index("ix_case_area_opened_on_ref", ["area", "opened_on", "ref"], unique=False)
        batch_op.create_index("ix_case_area_status_opened_on_ref", ["area", "status", "opened_on", "ref"], unique=False)
        batch_op.create_index("ix_case_closed_at_ref", ["closed_at", "ref"], unique=False)
        batch_op.create_index(
            "ix_case_kind_of_support_opened_on_ref", ["kind_of_support", "opened_on", "ref"], unique=False
        )
        batch_op.create_index(
            "ix_case_kind_of_support_status_opened_on_ref",
            ["kind_of_support", "status", "opened_on", "ref"],
            unique=False,
        )
        batch_op.create_index("ix_case_opened_on_ref", ["opened_on", "ref"], unique=False)
        batch_op.create_index("ix_case_ref_begins", ["ref"], unique=False, postgresql_ops={"ref": "text_pattern_ops"})
        batch_op.create_index("ix_case_status_opened_on_ref", ["status", "opened_on", "ref"], unique=False)
        batch_op.create_index(
            "ix_case_unallocated",
            ["unallocated_since", "ref"],
            unique=False,
            sqlite_where=sa.text("unallocated_since IS NOT NULL"),
            postgresql_where=sa.text("unallocated_since IS NOT NULL"),
        )

    op.create_table(
        "express_agreement",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("recipient", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=True),
        sa.Column("channel", sa.String(length=80), nullable=True),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("one_use", sa.Boolean(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_express_agreement")),
    )
    with op.batch_alter_table("express_agreement", schema=None) as batch_op:
        batch_op.create_index("ix_express_agreement_source", ["source"], unique=False)

    op.create_table(
        "partner_organisation",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("agreement_from", sa.Date(), nullable=True),
        sa.Column("agreement_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_partner_organisation")),
    )
    op.create_table(
        "policy_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("holds_from", Instant(), nullable=True),
        sa.Column("set_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_setting")),
        sa.UniqueConstraint("name", "holds_from", name=op.f("uq_policy_setting_name_holds_from")),
    )
    op.create_table(
        "service_user",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(length=80), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("safe_phone", sa.String(length=80), nullable=True),
        sa.Column("safe_hours", sa.String(length=200), nullable=True),
        sa.Column("voicemail_safe", sa.Boolean(), nullable=True),
        sa.Column("post_safe", sa.Boolean(), nullable=True),
        sa.Column("code_word", sa.String(length=200), nullable=True),
        sa.Column("do_not_contact_by", sa.String(length=200), nullable=True),
        sa.Column("safe_contact_notes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_service_user")),
    )
    with op.batch_alter_table("service_user", schema=None) as batch_op:
        batch_op.create_index("ix_service_user_name", ["name"], unique=False)

    op.create_table(
        "sign_in_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_try")),
    )
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_try_at", ["at"], unique=False)
        batch_op.create_index("ix_sign_in_try_source_at", ["source", "at"], unique=False)
        batch_op.create_index("ix_sign_in_try_username_at", ["username", "at"], unique=False)

    op.create_table(
        "case_child",
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_case_child_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_case_child_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("case_ref", "service_user", name=op.f("pk_case_child")),
    )
    with op.batch_alter_table("case_child", schema=None) as batch_op:
        batch_op.create_index("ix_case_child_service_user", ["service_user"], unique=False)

    op.create_table(
        "case_closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("reopened_at", Instant(), nullable=True),
        sa.Column("reopened_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_case_closure_case_ref_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_closure")),
    )
    with op.batch_alter_table("case_closure", schema=None) as batch_op:
        batch_op.create_index("ix_case_closure_case_ref", ["case_ref"], unique=False)

    op.create_table(
        "case_party",
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_case_party_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_case_party_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("case_ref", "service_user", name=op.f("pk_case_party")),
    )
    with op.batch_alter_table("case_party", schema=None) as batch_op:
        batch_op.create_index("ix_case_party_service_user", ["service_user"], unique=False)

    op.create_table(
        "person",
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("capacity", sa.String(40), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=True),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("left_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(capacity = 'allied_partner') = (organisation IS NOT NULL)",
            name=op.f("ck_person_an_allied_partner_has_an_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["partner_organisation.name"], name=op.f("fk_person_organisation_partner_organisation")
        ),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_name", ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_organisation"), ["organisation"], unique=False)

    op.create_table(
        "access_grant",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("capacity", sa.String(40), nullable=False),
        sa.Column("compartments", sa.JSON(), nullable=False),
        sa.Column("record_classes", sa.JSON(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=True),
        sa.Column("from_", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("granted_by", sa.String(length=80), nullable=True),
        sa.Column("granted_at", Instant(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=80), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoked_by", sa.String(length=80), nullable=True),
        sa.Column("lead_for", sa.String(length=80), nullable=True),
        sa.Column("case_opened_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)",
            name=op.f("ck_access_grant_confirmed_by_someone_at_some_time"),
        ),
        sa.CheckConstraint(
            "granted_by IS NULL OR granted_by <> person", name=op.f("ck_access_grant_nobody_grants_to_themselves")
        ),
        sa.CheckConstraint(
            "revoked_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_access_grant_a_revocation_ends_it")
        ),
        sa.CheckConstraint(
            "revoked_by IS NULL OR revoked_at IS NOT NULL", name=op.f("ck_access_grant_revoked_by_someone_at_some_time")
        ),
        sa.CheckConstraint("until IS NULL OR until > from_", name=op.f("ck_access_grant_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_access_grant_case_ref_case")),
        sa.ForeignKeyConstraint(["lead_for"], ["service_user.ref"], name=op.f("fk_access_grant_lead_for_service_user")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_access_grant_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
    )
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.create_index("ix_access_grant_case_ref", ["case_ref"], unique=False)
        batch_op.create_index(
            "ix_access_grant_confirmed",
            ["confirmed_at", "granted_at"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_access_grant_ending",
            ["until", "case_ref"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL AND until IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_access_grant_live",
            ["person", "capacity", "case_opened_on", "case_ref"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_access_grant_person_case_ref", ["person", "case_ref"], unique=False)

    op.create_table(
        "access_receipt",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("prepared_by", sa.String(length=80), nullable=False),
        sa.Column("prepared_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL)",
            name=op.f("ck_access_receipt_approved_by_someone_at_some_time"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> prepared_by",
            name=op.f("ck_access_receipt_only_somebody_else_approves_it"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["person.username"], name=op.f("fk_access_receipt_approved_by_person")
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_access_receipt_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["prepared_by"], ["person.username"], name=op.f("fk_access_receipt_prepared_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_access_receipt_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_access_receipt")),
    )
    with op.batch_alter_table("access_receipt", schema=None) as batch_op:
        batch_op.create_index("ix_access_receipt_case_ref", ["case_ref"], unique=False)

    op.create_table(
        "agreement_standing",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=True),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("overdue_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_agreement_standing_person_person")),
        sa.PrimaryKeyConstraint("person", "kind", name=op.f("pk_agreement_standing")),
    )
    with op.batch_alter_table("agreement_standing", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_standing_kind", ["kind", "overdue_at"], unique=False)
        batch_op.create_index("ix_agreement_standing_overdue_at", ["overdue_at", "person"], unique=False)

    op.create_table(
        "concern",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=True),
        sa.Column("case_opened_on", sa.Date(), nullable=True),
        sa.Column("severity", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("about_as_typed", sa.Text(), nullable=True),
        sa.Column("case_as_typed", sa.String(length=200), nullable=True),
        sa.Column("said_by", sa.String(length=200), nullable=True),
        sa.Column("seen_where", sa.String(length=200), nullable=True),
        sa.Column("seen_when", sa.String(length=200), nullable=True),
        sa.Column("actions_taken", sa.Text(), nullable=True),
        sa.Column("raised_by", sa.String(length=80), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("lead", sa.String(length=80), nullable=True),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("triaged_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(ended_by IS NULL) = (ended_at IS NULL)", name=op.f("ck_concern_ended_by_someone_at_some_time")
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_concern_case_ref_case")),
        sa.ForeignKeyConstraint(["lead"], ["person.username"], name=op.f("fk_concern_lead_person")),
        sa.ForeignKeyConstraint(["raised_by"], ["person.username"], name=op.f("fk_concern_raised_by_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_concern")),
    )
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.create_index("ix_concern_case_ref", ["case_ref"], unique=False)
        batch_op.create_index(
            "ix_concern_on_case",
            ["case_opened_on", "case_ref"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_concern_open",
            ["due_at", "ref"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_concern_open_by_age",
            ["raised_at", "status", "ref"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_concern_raised_by", ["raised_by"], unique=False)
        batch_op.create_index(
            "ix_concern_untriaged",
            ["due_at", "ref"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL AND triaged_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND triaged_at IS NULL"),
        )

    op.create_table(
        "conflict_of_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("declared_at", Instant(), nullable=True),
        sa.Column("declared_by", sa.String(length=80), nullable=True),
        sa.Column("lifted_at", Instant(), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(lifted_by IS NULL) = (lifted_at IS NULL)",
            name=op.f("ck_conflict_of_interest_lifted_by_someone_at_some_time"),
        ),
        sa.CheckConstraint(
            "lifted_by IS NULL OR lifted_by <> person", name=op.f("ck_conflict_of_interest_only_somebody_else_lifts_it")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_conflict_of_interest_person_person")),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_conflict_of_interest_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_of_interest")),
    )
    with op.batch_alter_table("conflict_of_interest", schema=None) as batch_op:
        batch_op.create_index("ix_conflict_of_interest_person", ["person"], unique=False)
        batch_op.create_index("ix_conflict_of_interest_service_user", ["service_user"], unique=False)

    op.create_table(
        "credential",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("totp_secret", sa.String(length=80), nullable=True),
        sa.Column("totp_confirmed_at", Instant(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_credential_person_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_credential")),
    )
    op.create_table(
        "emergency_access",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=80), nullable=True),
        sa.Column("review_finding", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_at IS NULL)",
            name=op.f("ck_emergency_access_reviewed_by_someone_at_some_time"),
        ),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> person",
            name=op.f("ck_emergency_access_only_somebody_else_reviews_it"),
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_emergency_access_case_ref_case")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_emergency_access_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
    )
    with op.batch_alter_table("emergency_access", schema=None) as batch_op:
        batch_op.create_index("ix_emergency_access_case_ref", ["case_ref"], unique=False)
        batch_op.create_index("ix_emergency_access_person_opened_at", ["person", "opened_at"], unique=False)
        batch_op.create_index(
            "ix_emergency_access_unreviewed",
            ["opened_at"],
            unique=False,
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )

    op.create_table(
        "information_share",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("recipient", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=True),
        sa.Column("requested_by", sa.JSON(), nullable=False),
        sa.Column("particulars", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("route", sa.String(length=60), nullable=True),
        sa.Column("agreements", sa.JSON(), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("approvals", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("due", sa.JSON(), nullable=False),
        sa.Column("sent_by", sa.String(length=80), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("sent_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(sent_at IS NULL) = (status <> 'sent')", name=op.f("ck_information_share_sent_at_some_time")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_information_share_decided_by_someone_at_some_time"),
        ),
        sa.CheckConstraint("(sent_at IS NULL) = (sent_by IS NULL)", name=op.f("ck_information_share_sent_by_someone")),
        sa.CheckConstraint(
            "sent_at IS NULL OR route IS NOT NULL", name=op.f("ck_information_share_sent_on_some_authority")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.username"], name=op.f("fk_information_share_asked_by_person")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_information_share_case_ref_case")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_information_share")),
    )
    with op.batch_alter_table("information_share", schema=None) as batch_op:
        batch_op.create_index("ix_information_share_case_ref", ["case_ref"], unique=False)
        batch_op.create_index(
            "ix_information_share_sent",
            ["sent_at", "ref"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NOT NULL"),
            postgresql_where=sa.text("sent_at IS NOT NULL"),
        )

    op.create_table(
        "invitation",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_invitation_person_person")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_invitation")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_person"), ["person"], unique=False)

    op.create_table(
        "mediation",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("mediator", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_mediation_case_ref_case")),
        sa.ForeignKeyConstraint(["mediator"], ["person.username"], name=op.f("fk_mediation_mediator_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_mediation")),
    )
    with op.batch_alter_table("mediation", schema=None) as batch_op:
        batch_op.create_index("ix_mediation_case_ref", ["case_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_mediation_mediator"), ["mediator"], unique=False)

    op.create_table(
        "person_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("since", Instant(), nullable=True),
        sa.Column("until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_person_role_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_role")),
    )
    with op.batch_alter_table("person_role", schema=None) as batch_op:
        batch_op.create_index("ix_person_role_person", ["person"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_recovery_code_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index("ix_recovery_code_person", ["person"], unique=False)

    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("browser", sa.String(length=200), nullable=True),
        sa.Column("browser_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_sign_in_session_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_in_session_token_sha256")),
    )
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_session_browser_sha256", ["browser_sha256"], unique=False)
        batch_op.create_index("ix_sign_in_session_person_started_at", ["person", "started_at"], unique=False)

    op.create_table(
        "sign_in_ticket",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "step IN ('code', 'enrol', 'enrolled', 'cookie')", name=op.f("ck_sign_in_ticket_step_is_known")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_sign_in_ticket_person_person")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sign_in_ticket")),
    )
    with op.batch_alter_table("sign_in_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_ticket_person"), ["person"], unique=False)

    op.create_table(
        "signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("typed_name", sa.String(length=200), nullable=True),
        sa.Column("text_sha256", sa.String(length=64), nullable=True),
        sa.Column("session_id", sa.String(length=80), nullable=True),
        sa.Column("verified_by", sa.String(length=80), nullable=True),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(verified_by IS NULL) = (verified_at IS NULL)", name=op.f("ck_signature_verified_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "verified_by IS NULL OR verified_by <> person", name=op.f("ck_signature_only_somebody_else_verifies_it")
        ),
        sa.ForeignKeyConstraint(
            ["kind", "version"],
            ["agreement_version.kind", "agreement_version.version"],
            name=op.f("fk_signature_kind_version_agreement_version"),
        ),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_signature_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint(
            "person", "kind", "version", "signed_at", name=op.f("uq_signature_person_kind_version_signed_at")
        ),
    )
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.create_index("ix_signature_kind_version", ["kind", "version"], unique=False)

    op.create_table(
        "task",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("assigned_to", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_task_done_by_someone_at_some_time")),
        sa.ForeignKeyConstraint(["assigned_to"], ["person.username"], name=op.f("fk_task_assigned_to_person")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_task_case_ref_case")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_case_ref", ["case_ref"], unique=False)
        batch_op.create_index(
            "ix_task_open",
            ["assigned_to", "due_on", "ref"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "worker_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("blocks_access", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_worker_check_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_check")),
    )
    with op.batch_alter_table("worker_check", schema=None) as batch_op:
        batch_op.create_index("ix_worker_check_person", ["person"], unique=False)

    op.create_table(
        "concern_about",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=True),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(service_user IS NULL) <> (person IS NULL)", name=op.f("ck_concern_about_one_or_the_other")
        ),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_about_concern_ref_concern")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_concern_about_person_person")),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_concern_about_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_about")),
    )
    with op.batch_alter_table("concern_about", schema=None) as batch_op:
        batch_op.create_index("ix_concern_about_concern_ref", ["concern_ref"], unique=False)
        batch_op.create_index("ix_concern_about_person", ["person"], unique=False)
        batch_op.create_index("ix_concern_about_service_user", ["service_user"], unique=False)

    op.create_table(
        "concern_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_entry_concern_ref_concern")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_entry")),
    )
    with op.batch_alter_table("concern_entry", schema=None) as batch_op:
        batch_op.create_index("ix_concern_entry_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "record",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("record_class", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=True),
        sa.Column("mediation_ref", sa.String(length=80), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("compartment", sa.String(length=100), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("written_by", sa.String(length=80), nullable=True),
        sa.Column("written_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "source <> '' AND compartment <> ''", name=op.f("ck_record_told_by_someone_and_kept_somewhere")
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_record_case_ref_case")),
        sa.ForeignKeyConstraint(["mediation_ref"], ["mediation.ref"], name=op.f("fk_record_mediation_ref_mediation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index("ix_record_case_ref_occurred_at", ["case_ref", "occurred_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_mediation_ref"), ["mediation_ref"], unique=False)

    op.create_table(
        "recording_agreement",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("session_starts", Instant(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("delete_by", sa.Date(), nullable=True),
        sa.Column("agreed", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "status <> 'unauthorised' OR recorded_at IS NOT NULL",
            name=op.f("ck_recording_agreement_unauthorised_once_it_was_recorded"),
        ),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_recording_agreement_mediation_ref_mediation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_agreement")),
    )
    with op.batch_alter_table("recording_agreement", schema=None) as batch_op:
        batch_op.create_index("ix_recording_agreement_mediation_ref", ["mediation_ref"], unique=False)

    op.create_table(
        "record_subject",
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_subject_record_id_record")),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_record_subject_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("record_id", "service_user", name=op.f("pk_record_subject")),
    )
    with op.batch_alter_table("record_subject", schema=None) as batch_op:
        batch_op.create_index("ix_record_subject_service_user", ["service_user"], unique=False)

    sealed = {
        "audit_event": ("UPDATE", "DELETE"),
        "signature": (
            "UPDATE OF person, kind, version, signed_at, method, typed_name, text_sha256, session_id",
            "DELETE",
        ),
        "agreement_version": ("UPDATE OF kind, version, text, text_sha256", "DELETE"),
        "concern_entry": ("UPDATE", "DELETE"),
    }
    for statement in [*seals(op.get_bind().dialect.name, sealed), FIRST_HEAD]:
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back again."""
    with op.batch_alter_table("record_subject", schema=None) as batch_op:
        batch_op.drop_index("ix_record_subject_service_user")

    op.drop_table("record_subject")
    with op.batch_alter_table("recording_agreement", schema=None) as batch_op:
        batch_op.drop_index("ix_recording_agreement_mediation_ref")

    op.drop_table("recording_agreement")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_mediation_ref"))
        batch_op.drop_index("ix_record_case_ref_occurred_at")

    op.drop_table("record")
    with op.batch_alter_table("concern_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_entry_concern_ref")

    op.drop_table("concern_entry")
    with op.batch_alter_table("concern_about", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_about_service_user")
        batch_op.drop_index("ix_concern_about_person")
        batch_op.drop_index("ix_concern_about_concern_ref")

    op.drop_table("concern_about")
    with op.batch_alter_table("worker_check", schema=None) as batch_op:
        batch_op.drop_index("ix_worker_check_person")

    op.drop_table("worker_check")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_task_open", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
        )
        batch_op.drop_index("ix_task_case_ref")

    op.drop_table("task")
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.drop_index("ix_signature_kind_version")

    op.drop_table("signature")
    with op.batch_alter_table("sign_in_ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_ticket_person"))

    op.drop_table("sign_in_ticket")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_session_person_started_at")
        batch_op.drop_index("ix_sign_in_session_browser_sha256")

    op.drop_table("sign_in_session")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index("ix_recovery_code_person")

    op.drop_table("recovery_code")
    with op.batch_alter_table("person_role", schema=None) as batch_op:
        batch_op.drop_index("ix_person_role_person")

    op.drop_table("person_role")
    with op.batch_alter_table("mediation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mediation_mediator"))
        batch_op.drop_index("ix_mediation_case_ref")

    op.drop_table("mediation")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_person"))

    op.drop_table("invitation")
    with op.batch_alter_table("information_share", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_information_share_sent",
            sqlite_where=sa.text("sent_at IS NOT NULL"),
            postgresql_where=sa.text("sent_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_information_share_case_ref")

    op.drop_table("information_share")
    with op.batch_alter_table("emergency_access", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_emergency_access_unreviewed",
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )
        batch_op.drop_index("ix_emergency_access_person_opened_at")
        batch_op.drop_index("ix_emergency_access_case_ref")

    op.drop_table("emergency_access")
    op.drop_table("credential")
    with op.batch_alter_table("conflict_of_interest", schema=None) as batch_op:
        batch_op.drop_index("ix_conflict_of_interest_service_user")
        batch_op.drop_index("ix_conflict_of_interest_person")

    op.drop_table("conflict_of_interest")
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_concern_untriaged",
            sqlite_where=sa.text("ended_at IS NULL AND triaged_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND triaged_at IS NULL"),
        )
        batch_op.drop_index("ix_concern_raised_by")
        batch_op.drop_index(
            "ix_concern_open_by_age",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_concern_open", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(
            "ix_concern_on_case", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index("ix_concern_case_ref")

    op.drop_table("concern")
    with op.batch_alter_table("agreement_standing", schema=None) as batch_op:
        batch_op.drop_index("ix_agreement_standing_overdue_at")
        batch_op.drop_index("ix_agreement_standing_kind")

    op.drop_table("agreement_standing")
    with op.batch_alter_table("access_receipt", schema=None) as batch_op:
        batch_op.drop_index("ix_access_receipt_case_ref")

    op.drop_table("access_receipt")
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_access_grant_person_case_ref")
        batch_op.drop_index(
            "ix_access_grant_live",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_access_grant_ending",
            sqlite_where=sa.text("ended_at IS NULL AND until IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND until IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_access_grant_confirmed",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index("ix_access_grant_case_ref")

    op.drop_table("access_grant")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_organisation"))
        batch_op.drop_index("ix_person_name")

    op.drop_table("person")
    with op.batch_alter_table("case_party", schema=None) as batch_op:
        batch_op.drop_index("ix_case_party_service_user")

    op.drop_table("case_party")
    with op.batch_alter_table("case_closure", schema=None) as batch_op:
        batch_op.drop_index("ix_case_closure_case_ref")

    op.drop_table("case_closure")
    with op.batch_alter_table("case_child", schema=None) as batch_op:
        batch_op.drop_index("ix_case_child_service_user")

    op.drop_table("case_child")
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_try_username_at")
        batch_op.drop_index("ix_sign_in_try_source_at")
        batch_op.drop_index("ix_sign_in_try_at")

    op.drop_table("sign_in_try")
    with op.batch_alter_table("service_user", schema=None) as batch_op:
        batch_op.drop_index("ix_service_user_name")

    op.drop_table("service_user")
    op.drop_table("policy_setting")
    op.drop_table("partner_organisation")
    with op.batch_alter_table("express_agreement", schema=None) as batch_op:
        batch_op.drop_index("ix_express_agreement_source")

    op.drop_table("express_agreement")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_case_unallocated",
            sqlite_where=sa.text("unallocated_since IS NOT NULL"),
            postgresql_where=sa.text("unallocated_since IS NOT NULL"),
        )
        batch_op.drop_index("ix_case_status_opened_on_ref")
        batch_op.drop_index("ix_case_ref_begins", postgresql_ops={"ref": "text_pattern_ops"})
        batch_op.drop_index("ix_case_opened_on_ref")
        batch_op.drop_index("ix_case_kind_of_support_status_opened_on_ref")
        batch_op.drop_index("ix_case_kind_of_support_opened_on_ref")
        batch_op.drop_index("ix_case_closed_at_ref")
        batch_op.drop_index("ix_case_area_status_opened_on_ref")
        batch_op.drop_index("ix_case_area_opened_on_ref")
        batch_op.drop_index("ix_case_area_kind_of_support_opened_on_ref")

    op.drop_table("case")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_outcome_seq")
        batch_op.drop_index(
            "ix_audit_event_opened",
            sqlite_where=sa.text("action = 'open_case'"),
            postgresql_where=sa.text("action = 'open_case'"),
        )
        batch_op.drop_index(
            "ix_audit_event_concern_read",
            sqlite_where=sa.text("action = 'read_concern'"),
            postgresql_where=sa.text("action = 'read_concern'"),
        )
        batch_op.drop_index(
            "ix_audit_event_case_ref_seq",
            sqlite_where=sa.text("case_ref IS NOT NULL"),
            postgresql_where=sa.text("case_ref IS NOT NULL"),
        )
        batch_op.drop_index("ix_audit_event_at")
        batch_op.drop_index("ix_audit_event_actor_seq")
        batch_op.drop_index("ix_audit_event_action_seq")

    op.drop_table("audit_event")
    op.drop_table("agreement_version")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS casebook_sealed()")
