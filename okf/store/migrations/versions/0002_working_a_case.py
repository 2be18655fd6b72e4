"""Working a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals, unseals
from okf.store.models import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


BEFORE = {
    "audit_event": ("UPDATE", "DELETE"),
    "signature": ("UPDATE OF person, kind, version, signed_at, method, typed_name, text_sha256, session_id", "DELETE"),
    "agreement_version": ("UPDATE OF kind, version, text, text_sha256", "DELETE"),
    "concern_entry": ("UPDATE", "DELETE"),
}
SEALED = {
    "audit_event": ("UPDATE", "DELETE"),
    "signature": ("UPDATE OF person, kind, version, signed_at, method, typed_name, text_sha256, session_id", "DELETE"),
    "agreement_version": ("UPDATE OF kind, version, text, text_sha256", "DELETE"),
    "concern_entry": ("UPDATE", "DELETE"),
    "signature_certificate": ("UPDATE", "DELETE"),
    "record": (
        "UPDATE OF id, case_ref, record_class, occurred_at, title, text, written_by, written_at, channel, direction, with_whom",
        "DELETE",
    ),
    "record_correction": ("UPDATE", "DELETE"),
    "record_relabel": (
        "UPDATE OF ref, record_id, case_ref, source, compartment, subjects, was_source, was_compartment, was_subjects, reason, proposed_by, proposed_at",
        "DELETE",
    ),
    "stored_file": ("UPDATE", "DELETE"),
    "paper_signature": (
        "UPDATE OF ref, person, kind, version, signed_on, scan, scan_sha256, filed_by, filed_at",
        "DELETE",
    ),
    "safe_contact_change": ("UPDATE", "DELETE"),
    "privacy_notice_given": ("UPDATE", "DELETE"),
    "undertaking": ("UPDATE", "DELETE"),
    "match_report": ("UPDATE", "DELETE"),
    "match_finding": ("UPDATE", "DELETE"),
    "match_decision": ("UPDATE", "DELETE"),
    "mediation_screening": ("UPDATE", "DELETE"),
    "mediation_agreement": ("UPDATE", "DELETE"),
    "mediation_step": ("UPDATE", "DELETE"),
    "mediation_proposal": ("UPDATE OF mediation_ref, case_ref, made_by, text, made_at, written_by", "DELETE"),
    "summary_draft": ("UPDATE", "DELETE"),
    "outcome_summary": (
        "UPDATE OF mediation_ref, version, case_ref, record_id, text, sha256, issued_at, issued_by",
        "DELETE",
    ),
    "recording_incident": ("UPDATE OF case_ref, mediation_ref, recording_id, what, noted_at, noted_by", "DELETE"),
    "share_package": ("UPDATE", "DELETE"),
    "redaction": ("UPDATE OF ref, share_ref, record_id, case_ref, text_sha256, passages, made_by, made_at", "DELETE"),
}


def upgrade() -> None:
    """Towards today."""
    for statement in unseals(op.get_bind().dialect.name, BEFORE):
        op.execute(sa.text(statement.replace(":", r"\:")))
    op.create_table(
        "agreement_draft",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("change", sa.String(40), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("resign_by", sa.Date(), nullable=True),
        sa.Column("saved_by", sa.String(length=80), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_agreement_draft")),
    )
    op.create_table(
        "data_key",
        sa.Column("scope", sa.String(length=100), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_data_key")),
        sa.UniqueConstraint("id", name=op.f("uq_data_key_id")),
    )
    op.create_table(
        "master_key",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_key")),
    )
    op.create_table(
        "enquiry",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("submission_id", sa.String(length=120), nullable=True),
        sa.Column("kind_of_support", sa.String(40), nullable=True),
        sa.Column("area", sa.String(length=80), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("case_ref", sa.String(length=80), nullable=True),
        sa.CheckConstraint("(status = 'new') = (decided_at IS NULL)", name=op.f("ck_enquiry_decided_at_some_time")),
        sa.CheckConstraint(
            "(status = 'registered') = (case_ref IS NOT NULL)", name=op.f("ck_enquiry_registered_as_a_case")
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_enquiry_decided_by_someone")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_enquiry_case_ref_case")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_enquiry")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_enquiry_submission_id")),
    )
    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enquiry_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index("ix_enquiry_received_at_ref", ["received_at", "ref"], unique=False)
        batch_op.create_index("ix_enquiry_taken_by_received_at_ref", ["taken_by", "received_at", "ref"], unique=False)
        batch_op.create_index(
            "ix_enquiry_waiting",
            ["received_at", "ref"],
            unique=False,
            sqlite_where=sa.text("status = 'new'"),
            postgresql_where=sa.text("status = 'new'"),
        )

    op.create_table(
        "match_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_match_key_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_key")),
    )
    with op.batch_alter_table("match_key", schema=None) as batch_op:
        batch_op.create_index("ix_match_key_key_service_user", ["key", "service_user"], unique=False)
        batch_op.create_index("ix_match_key_service_user", ["service_user"], unique=False)

    op.create_table(
        "match_report",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=True),
        sa.Column("compared", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_match_report_case_ref_case")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_match_report")),
    )
    with op.batch_alter_table("match_report", schema=None) as batch_op:
        batch_op.create_index("ix_match_report_case_ref", ["case_ref"], unique=False)

    op.create_table(
        "partner_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("signed_for_them_by", sa.String(length=200), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_partner_agreement_ended_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "until IS NULL OR until > from_on", name=op.f("ck_partner_agreement_it_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["partner_organisation.name"],
            name=op.f("fk_partner_agreement_organisation_partner_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_agreement")),
    )
    with op.batch_alter_table("partner_agreement", schema=None) as batch_op:
        batch_op.create_index("ix_partner_agreement_organisation", ["organisation"], unique=False)

    op.create_table(
        "privacy_notice_given",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_privacy_notice_given_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_notice_given")),
    )
    with op.batch_alter_table("privacy_notice_given", schema=None) as batch_op:
        batch_op.create_index("ix_privacy_notice_given_service_user", ["service_user", "id"], unique=False)

    op.create_table(
        "safe_contact_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_safe_contact_change_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safe_contact_change")),
    )
    with op.batch_alter_table("safe_contact_change", schema=None) as batch_op:
        batch_op.create_index("ix_safe_contact_change_service_user", ["service_user", "id"], unique=False)

    op.create_table(
        "told_apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_told_apart_undone_by_someone_at_some_time")
        ),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_told_apart_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_apart")),
    )
    with op.batch_alter_table("told_apart", schema=None) as batch_op:
        batch_op.create_index("ix_told_apart_service_user", ["service_user"], unique=False)
        batch_op.create_index(
            "ix_told_apart_stands",
            ["subject", "service_user"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "undertaking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.String(40), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_undertaking_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undertaking")),
    )
    with op.batch_alter_table("undertaking", schema=None) as batch_op:
        batch_op.create_index("ix_undertaking_service_user", ["service_user", "id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("compartment", sa.String(length=100), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by IS NULL)",
            name=op.f("ck_appointment_cancelled_by_someone_at_some_time"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_appointment_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_appointment_case_ref_case")),
        sa.ForeignKeyConstraint(["worker"], ["person.username"], name=op.f("fk_appointment_worker_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index("ix_appointment_case_ref_starts_at", ["case_ref", "starts_at"], unique=False)
        batch_op.create_index("ix_appointment_worker_starts_at", ["worker", "starts_at"], unique=False)

    op.create_table(
        "custody_access",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint("until > opened_at", name=op.f("ck_custody_access_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_custody_access_case_ref_case")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_custody_access_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_access")),
    )
    with op.batch_alter_table("custody_access", schema=None) as batch_op:
        batch_op.create_index("ix_custody_access_case_ref", ["case_ref"], unique=False)
        batch_op.create_index("ix_custody_access_person_opened_at", ["person", "opened_at"], unique=False)

    op.create_table(
        "declared_tie",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("born", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_at", Instant(), nullable=False),
        sa.Column("lifted_at", Instant(), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(lifted_by IS NULL) = (lifted_at IS NULL)", name=op.f("ck_declared_tie_lifted_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "lifted_by IS NULL OR lifted_by <> person", name=op.f("ck_declared_tie_only_somebody_else_lifts_it")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_declared_tie_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_tie")),
    )
    with op.batch_alter_table("declared_tie", schema=None) as batch_op:
        batch_op.create_index("ix_declared_tie_person", ["person"], unique=False)

    op.create_table(
        "draft",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=True),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_draft_case_ref_case")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_draft_person_person")),
        sa.PrimaryKeyConstraint("person", "form", "subject", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(
            "ix_draft_case_ref",
            ["case_ref"],
            unique=False,
            sqlite_where=sa.text("case_ref IS NOT NULL"),
            postgresql_where=sa.text("case_ref IS NOT NULL"),
        )
        batch_op.create_index("ix_draft_kept_at", ["kept_at"], unique=False)

    op.create_table(
        "enquiry_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_ref", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=80), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("safe_phone", sa.String(length=80), nullable=True),
        sa.Column("safe_hours", sa.Text(), nullable=True),
        sa.Column("voicemail_safe", sa.Boolean(), nullable=True),
        sa.Column("post_safe", sa.Boolean(), nullable=True),
        sa.Column("code_word", sa.Text(), nullable=True),
        sa.Column("do_not_contact_by", sa.Text(), nullable=True),
        sa.Column("safe_contact_notes", sa.Text(), nullable=True),
        sa.Column("notice_on", sa.Date(), nullable=True),
        sa.Column("notice_way", sa.String(40), nullable=True),
        sa.Column("undertaking", sa.String(40), nullable=True),
        sa.Column("undertaking_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["enquiry_ref"], ["enquiry.ref"], name=op.f("fk_enquiry_person_enquiry_ref_enquiry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry_person")),
    )
    with op.batch_alter_table("enquiry_person", schema=None) as batch_op:
        batch_op.create_index("ix_enquiry_person_enquiry_ref", ["enquiry_ref", "position"], unique=False)
        batch_op.create_index("ix_enquiry_person_name", ["name"], unique=False)

    op.create_table(
        "mail",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("queued_by", sa.String(length=80), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=80), nullable=True),
        sa.Column("claimed_at", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.CheckConstraint("(state = 'sending') = (claim IS NOT NULL)", name=op.f("ck_mail_claimed_while_sending")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_mail_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index("ix_mail_person_kind", ["person", "kind"], unique=False)
        batch_op.create_index("ix_mail_state_next_try_at", ["state", "next_try_at"], unique=False)

    op.create_table(
        "match_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_match_decision_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["report_ref"], ["match_report.ref"], name=op.f("fk_match_decision_report_ref_match_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_decision")),
    )
    with op.batch_alter_table("match_decision", schema=None) as batch_op:
        batch_op.create_index("ix_match_decision_report_ref", ["report_ref"], unique=False)

    op.create_table(
        "match_finding",
        sa.Column("report_ref", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("other", sa.String(length=80), nullable=False),
        sa.Column("other_case", sa.String(length=80), nullable=False),
        sa.Column("confidence", sa.String(40), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_match_finding_case_ref_case")),
        sa.ForeignKeyConstraint(["other"], ["service_user.ref"], name=op.f("fk_match_finding_other_service_user")),
        sa.ForeignKeyConstraint(["other_case"], ["case.ref"], name=op.f("fk_match_finding_other_case_case")),
        sa.ForeignKeyConstraint(
            ["report_ref"], ["match_report.ref"], name=op.f("fk_match_finding_report_ref_match_report")
        ),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_match_finding_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("report_ref", "position", name=op.f("pk_match_finding")),
    )
    with op.batch_alter_table("match_finding", schema=None) as batch_op:
        batch_op.create_index("ix_match_finding_case_ref", ["case_ref"], unique=False)
        batch_op.create_index("ix_match_finding_other_case", ["other_case"], unique=False)

    op.create_table(
        "access_request",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("asked_for", sa.String(length=80), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("grant_id", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_access_request_decided_by_someone_at_some_time"),
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (granted IS NULL)", name=op.f("ck_access_request_decided_one_way")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_access_request_only_somebody_else_decides")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.username"], name=op.f("fk_access_request_asked_by_person")),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["access_grant.id"], name=op.f("fk_access_request_grant_id_access_grant")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_access_request")),
    )
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.create_index("ix_access_request_asked_by_asked_at", ["asked_by", "asked_at"], unique=False)
        batch_op.create_index(
            "ix_access_request_open",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "handover",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("party", sa.String(length=80), nullable=True),
        sa.Column("from_person", sa.String(length=80), nullable=False),
        sa.Column("to_person", sa.String(length=80), nullable=False),
        sa.Column("old_grant", sa.String(length=80), nullable=False),
        sa.Column("new_grant", sa.String(length=80), nullable=False),
        sa.Column("takes_effect_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("from_person <> to_person", name=op.f("ck_handover_to_somebody_else")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_handover_case_ref_case")),
        sa.ForeignKeyConstraint(["from_person"], ["person.username"], name=op.f("fk_handover_from_person_person")),
        sa.ForeignKeyConstraint(["new_grant"], ["access_grant.id"], name=op.f("fk_handover_new_grant_access_grant")),
        sa.ForeignKeyConstraint(["old_grant"], ["access_grant.id"], name=op.f("fk_handover_old_grant_access_grant")),
        sa.ForeignKeyConstraint(["party"], ["service_user.ref"], name=op.f("fk_handover_party_service_user")),
        sa.ForeignKeyConstraint(["to_person"], ["person.username"], name=op.f("fk_handover_to_person_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index("ix_handover_case_ref", ["case_ref"], unique=False)
        batch_op.create_index("ix_handover_old_grant", ["old_grant"], unique=False)

    op.create_table(
        "mediation_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("how", sa.String(40), nullable=False),
        sa.Column("text_version", sa.String(length=40), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_mediation_agreement_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_mediation_agreement_mediation_ref_mediation")
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["person.username"], name=op.f("fk_mediation_agreement_noted_by_person")),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_mediation_agreement_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_agreement")),
    )
    with op.batch_alter_table("mediation_agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mediation_agreement_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index("ix_mediation_agreement_mediation_ref", ["mediation_ref", "service_user"], unique=False)

    op.create_table(
        "mediation_participant",
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_mediation_participant_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_mediation_participant_mediation_ref_mediation")
        ),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_mediation_participant_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("mediation_ref", "service_user", name=op.f("pk_mediation_participant")),
    )
    with op.batch_alter_table("mediation_participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mediation_participant_case_ref"), ["case_ref"], unique=False)

    op.create_table(
        "mediation_proposal",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("compartment", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_mediation_proposal_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_mediation_proposal_mediation_ref_mediation")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["person.username"], name=op.f("fk_mediation_proposal_written_by_person")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_mediation_proposal")),
    )
    with op.batch_alter_table("mediation_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mediation_proposal_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index("ix_mediation_proposal_mediation_ref", ["mediation_ref"], unique=False)

    op.create_table(
        "mediation_screening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=False),
        sa.Column("screened_at", Instant(), nullable=False),
        sa.Column("screened_by", sa.String(length=80), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("suitability", sa.String(40), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("written_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_mediation_screening_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_mediation_screening_mediation_ref_mediation")
        ),
        sa.ForeignKeyConstraint(
            ["screened_by"], ["person.username"], name=op.f("fk_mediation_screening_screened_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_mediation_screening_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_screening")),
    )
    with op.batch_alter_table("mediation_screening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mediation_screening_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index("ix_mediation_screening_mediation_ref", ["mediation_ref", "service_user"], unique=False)

    op.create_table(
        "mediation_session",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("compartment", sa.String(length=100), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("attended", sa.JSON(), nullable=False),
        sa.Column("planned_by", sa.String(length=80), nullable=False),
        sa.Column("planned_at", Instant(), nullable=False),
        sa.Column("held_noted_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(status = 'held') = (held_noted_at IS NOT NULL)", name=op.f("ck_mediation_session_held_at_some_time")
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_mediation_session_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_mediation_session_mediation_ref_mediation")
        ),
        sa.ForeignKeyConstraint(
            ["planned_by"], ["person.username"], name=op.f("fk_mediation_session_planned_by_person")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_mediation_session")),
    )
    with op.batch_alter_table("mediation_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mediation_session_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index("ix_mediation_session_mediation_ref", ["mediation_ref", "starts_at"], unique=False)

    op.create_table(
        "mediation_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("to", sa.String(length=40), nullable=False),
        sa.Column("because", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.username"], name=op.f("fk_mediation_step_by_person")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_mediation_step_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_mediation_step_mediation_ref_mediation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_step")),
    )
    with op.batch_alter_table("mediation_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mediation_step_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index("ix_mediation_step_mediation_ref", ["mediation_ref"], unique=False)

    op.create_table(
        "paper_signature",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("scan", sa.LargeBinary(), nullable=False),
        sa.Column("scan_sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("filed_by", sa.String(length=80), nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("rejected_because", sa.Text(), nullable=True),
        sa.Column("signature_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_paper_signature_decided_by_someone_at_some_time"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> filed_by", name=op.f("ck_paper_signature_who_filed_it_does_not_decide")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> person", name=op.f("ck_paper_signature_the_signer_does_not_decide")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.username"], name=op.f("fk_paper_signature_decided_by_person")),
        sa.ForeignKeyConstraint(["filed_by"], ["person.username"], name=op.f("fk_paper_signature_filed_by_person")),
        sa.ForeignKeyConstraint(
            ["kind", "version"],
            ["agreement_version.kind", "agreement_version.version"],
            name=op.f("fk_paper_signature_kind_version_agreement_version"),
        ),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_paper_signature_person_person")),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name=op.f("fk_paper_signature_signature_id_signature")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_paper_signature")),
    )
    with op.batch_alter_table("paper_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_signature_person"), ["person"], unique=False)
        batch_op.create_index(
            "ix_paper_signature_waiting",
            ["filed_at", "ref"],
            unique=False,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("mail", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["mail"], ["mail.id"], name=op.f("fk_reminder_mail_mail")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_reminder_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("person", "kind", "reminded_on", name="uq_reminder_a_day"),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_mail"), ["mail"], unique=False)

    op.create_table(
        "share_package",
        sa.Column("share_ref", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.username"], name=op.f("fk_share_package_made_by_person")),
        sa.ForeignKeyConstraint(
            ["share_ref"], ["information_share.ref"], name=op.f("fk_share_package_share_ref_information_share")
        ),
        sa.PrimaryKeyConstraint("share_ref", name=op.f("pk_share_package")),
    )
    op.create_table(
        "signature_certificate",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.Integer(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("says", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["signature"], ["signature.id"], name=op.f("fk_signature_certificate_signature_signature")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_signature_certificate")),
    )
    with op.batch_alter_table("signature_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signature_certificate_signature"), ["signature"], unique=False)

    op.create_table(
        "summary_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("saved_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_summary_draft_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_summary_draft_mediation_ref_mediation")
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["person.username"], name=op.f("fk_summary_draft_saved_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_draft")),
    )
    with op.batch_alter_table("summary_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_summary_draft_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index("ix_summary_draft_mediation_ref", ["mediation_ref"], unique=False)

    op.create_table(
        "outcome_summary",
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_outcome_summary_withdrawn_by_someone_at_some_time"),
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_outcome_summary_case_ref_case")),
        sa.ForeignKeyConstraint(["issued_by"], ["person.username"], name=op.f("fk_outcome_summary_issued_by_person")),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_outcome_summary_mediation_ref_mediation")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_outcome_summary_record_id_record")),
        sa.PrimaryKeyConstraint("mediation_ref", "version", name=op.f("pk_outcome_summary")),
    )
    with op.batch_alter_table("outcome_summary", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcome_summary_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index(
            "ix_outcome_summary_standing",
            ["mediation_ref"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "record_correction",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_record_correction_counted_from_one")),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_record_correction_case_ref_case")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_correction_record_id_record")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_record_correction")),
        sa.UniqueConstraint("record_id", "number", name=op.f("uq_record_correction_record_id_number")),
    )
    op.create_table(
        "record_relabel",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("compartment", sa.String(length=100), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("was_source", sa.String(length=80), nullable=False),
        sa.Column("was_compartment", sa.String(length=100), nullable=False),
        sa.Column("was_subjects", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("answer", sa.String(40), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "answer <> 'approved' OR answered_by <> proposed_by",
            name=op.f("ck_record_relabel_approved_by_somebody_else"),
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name=op.f("ck_record_relabel_answered_by_someone_at_some_time"),
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_record_relabel_case_ref_case")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_relabel_record_id_record")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_record_relabel")),
    )
    with op.batch_alter_table("record_relabel", schema=None) as batch_op:
        batch_op.create_index(
            "ix_record_relabel_open",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.create_index(
            "ix_record_relabel_open_case",
            ["case_ref"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "recording_incident",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("mediation_ref", sa.String(length=80), nullable=False),
        sa.Column("recording_id", sa.String(length=80), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("review_by", Instant(), nullable=False),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=80), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(reviewed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_recording_incident_reviewed_with_an_outcome")
        ),
        sa.CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_at IS NULL)",
            name=op.f("ck_recording_incident_reviewed_by_someone_at_some_time"),
        ),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> noted_by",
            name=op.f("ck_recording_incident_only_somebody_else_reviews_it"),
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_recording_incident_case_ref_case")),
        sa.ForeignKeyConstraint(
            ["mediation_ref"], ["mediation.ref"], name=op.f("fk_recording_incident_mediation_ref_mediation")
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["person.username"], name=op.f("fk_recording_incident_noted_by_person")),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording_agreement.id"],
            name=op.f("fk_recording_incident_recording_id_recording_agreement"),
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_recording_incident")),
    )
    with op.batch_alter_table("recording_incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_incident_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index("ix_recording_incident_mediation_ref", ["mediation_ref"], unique=False)
        batch_op.create_index(
            "ix_recording_incident_waiting",
            ["review_by"],
            unique=False,
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )

    op.create_table(
        "redaction",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("share_ref", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("passages", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("replaced_at", Instant(), nullable=True),
        sa.Column("read_by", sa.String(length=80), nullable=True),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint("(read_by IS NULL) = (approved IS NULL)", name=op.f("ck_redaction_read_with_an_answer")),
        sa.CheckConstraint(
            "(read_by IS NULL) = (read_at IS NULL)", name=op.f("ck_redaction_read_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "read_by IS NULL OR read_by <> made_by", name=op.f("ck_redaction_only_somebody_else_reads_it_again")
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_redaction_case_ref_case")),
        sa.ForeignKeyConstraint(["made_by"], ["person.username"], name=op.f("fk_redaction_made_by_person")),
        sa.ForeignKeyConstraint(["read_by"], ["person.username"], name=op.f("fk_redaction_read_by_person")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_redaction_record_id_record")),
        sa.ForeignKeyConstraint(
            ["share_ref"], ["information_share.ref"], name=op.f("fk_redaction_share_ref_information_share")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_redaction")),
    )
    with op.batch_alter_table("redaction", schema=None) as batch_op:
        batch_op.create_index("ix_redaction_share_ref", ["share_ref", "record_id"], unique=False)
        batch_op.create_index(
            "ix_redaction_waiting",
            ["case_ref", "made_at"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
        )

    op.create_table(
        "stored_file",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_stored_file_case_ref_case")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_stored_file_record_id_record")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index("ix_stored_file_record_id", ["record_id"], unique=False)

    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.alter_column("purpose", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True)

    with op.batch_alter_table("agreement_standing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("partner_stops_at", Instant(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_agreement_standing_kind"))
        batch_op.create_index("ix_agreement_standing_kind", ["kind", "overdue_at", "due_at", "ended_at"], unique=False)

    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_event_enquiry_read",
            ["subject", "session_id"],
            unique=False,
            sqlite_where=sa.text("action = 'read_enquiry'"),
            postgresql_where=sa.text("action = 'read_enquiry'"),
        )
        batch_op.create_index(
            "ix_audit_event_looked",
            ["session_id", "subject"],
            unique=False,
            sqlite_where=sa.text("action = 'check_known' OR action = 'see_protected_match'"),
            postgresql_where=sa.text("action = 'check_known' OR action = 'see_protected_match'"),
        )

    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_contact_at", Instant(), nullable=True))

    with op.batch_alter_table("case_closure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outcome", sa.Text(), nullable=True))
        batch_op.alter_column("reason", existing_type=sa.VARCHAR(length=500), type_=sa.Text(), existing_nullable=True)

    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.alter_column(
            "case_as_typed", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True
        )
        batch_op.alter_column("said_by", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True)
        batch_op.alter_column(
            "seen_where", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True
        )
        batch_op.alter_column(
            "seen_when", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True
        )

    with op.batch_alter_table("conflict_of_interest", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tie_id", sa.Integer(), nullable=True))
        batch_op.alter_column("reason", existing_type=sa.VARCHAR(length=500), type_=sa.Text(), existing_nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_conflict_of_interest_tie_id_declared_tie"), "declared_tie", ["tie_id"], ["id"]
        )

    with op.batch_alter_table("emergency_access", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("justified", sa.Boolean(), nullable=True))

    with op.batch_alter_table("express_agreement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_ref", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("recipient_words", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("conditions", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("given_how", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("evidence", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("recorded_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("recorded_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_words", sa.Text(), nullable=True))
        batch_op.alter_column("purpose", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True)
        batch_op.create_index("ix_express_agreement_case_ref", ["case_ref"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_express_agreement_case_ref_case"), "case", ["case_ref"], ["ref"])
        batch_op.create_check_constraint(
            batch_op.f("ck_express_agreement_withdrawn_at_some_time"),
            "withdrawn_by IS NULL OR withdrawn_at IS NOT NULL",
        )

    with op.batch_alter_table("information_share", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("ticked", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("refused_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("refused_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("refused_because", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("reviewed_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("reviewed_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("review", sa.Text(), nullable=True))
        batch_op.alter_column("purpose", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True)
        batch_op.drop_index(batch_op.f("ix_information_share_case_ref"))
        batch_op.create_index("ix_information_share_case_ref", ["case_ref", "asked_at"], unique=False)
        batch_op.create_index("ix_information_share_asked_at", ["asked_at", "ref"], unique=False)
        batch_op.create_index("ix_information_share_asked_by", ["asked_by", "asked_at", "ref"], unique=False)
        batch_op.create_index(
            "ix_information_share_unreviewed",
            ["sent_at"],
            unique=False,
            sqlite_where=sa.text("reviewed_at IS NULL AND sent_at IS NOT NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL AND sent_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_information_share_waiting",
            ["route", "asked_at"],
            unique=False,
            sqlite_where=sa.text("status = 'awaiting_approval'"),
            postgresql_where=sa.text("status = 'awaiting_approval'"),
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_information_share_only_somebody_else_reviews_it"),
            "reviewed_by IS NULL OR reviewed_by <> sent_by",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_information_share_refused_by_someone_at_some_time"),
            "(refused_by IS NULL) = (refused_at IS NULL)",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_information_share_reviewed_by_someone_at_some_time"),
            "(reviewed_by IS NULL) = (reviewed_at IS NULL)",
        )

    with op.batch_alter_table("partner_organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreement_ended_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("agreement_ended_by", sa.String(length=80), nullable=True))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_team", ["team"], unique=False)

    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("direction", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("with_whom", sa.Text(), nullable=True))
        batch_op.alter_column("title", existing_type=sa.VARCHAR(length=300), type_=sa.Text(), existing_nullable=True)

    with op.batch_alter_table("recording_agreement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_ref", sa.String(length=80), nullable=True))
        batch_op.create_index(batch_op.f("ix_recording_agreement_case_ref"), ["case_ref"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_recording_agreement_case_ref_case"), "case", ["case_ref"], ["ref"])

    with op.batch_alter_table("service_user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_age", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("told_age_on", sa.Date(), nullable=True))
        batch_op.alter_column(
            "safe_hours", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True
        )
        batch_op.alter_column(
            "code_word", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True
        )
        batch_op.alter_column(
            "do_not_contact_by", existing_type=sa.VARCHAR(length=200), type_=sa.Text(), existing_nullable=True
        )

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.alter_column("text", existing_type=sa.VARCHAR(length=500), type_=sa.Text(), existing_nullable=False)
        batch_op.create_index(
            "ix_task_due",
            ["due_on", "ref"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    with op.batch_alter_table("worker_check", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("recorded_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("recorded_by", sa.String(length=80), nullable=True))
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back again."""
    for statement in unseals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))
    with op.batch_alter_table("worker_check", schema=None) as batch_op:
        batch_op.drop_column("recorded_by")
        batch_op.drop_column("recorded_at")
        batch_op.drop_column("starts_on")

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_task_due", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
        )
        batch_op.alter_column("text", existing_type=sa.Text(), type_=sa.VARCHAR(length=500), existing_nullable=False)

    with op.batch_alter_table("service_user", schema=None) as batch_op:
        batch_op.alter_column(
            "do_not_contact_by", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True
        )
        batch_op.alter_column(
            "code_word", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True
        )
        batch_op.alter_column(
            "safe_hours", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True
        )
        batch_op.drop_column("told_age_on")
        batch_op.drop_column("told_age")

    with op.batch_alter_table("recording_agreement", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_recording_agreement_case_ref_case"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_recording_agreement_case_ref"))
        batch_op.drop_column("case_ref")

    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.alter_column("title", existing_type=sa.Text(), type_=sa.VARCHAR(length=300), existing_nullable=True)
        batch_op.drop_column("with_whom")
        batch_op.drop_column("direction")
        batch_op.drop_column("channel")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_team")

    with op.batch_alter_table("partner_organisation", schema=None) as batch_op:
        batch_op.drop_column("agreement_ended_by")
        batch_op.drop_column("agreement_ended_at")

    with op.batch_alter_table("information_share", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_information_share_only_somebody_else_reviews_it"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_information_share_refused_by_someone_at_some_time"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_information_share_reviewed_by_someone_at_some_time"), type_="check")
        batch_op.drop_index(
            "ix_information_share_waiting",
            sqlite_where=sa.text("status = 'awaiting_approval'"),
            postgresql_where=sa.text("status = 'awaiting_approval'"),
        )
        batch_op.drop_index(
            "ix_information_share_unreviewed",
            sqlite_where=sa.text("reviewed_at IS NULL AND sent_at IS NOT NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL AND sent_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_information_share_asked_by")
        batch_op.drop_index("ix_information_share_asked_at")
        batch_op.drop_index("ix_information_share_case_ref")
        batch_op.create_index(batch_op.f("ix_information_share_case_ref"), ["case_ref"], unique=False)
        batch_op.alter_column("purpose", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True)
        batch_op.drop_column("review")
        batch_op.drop_column("reviewed_at")
        batch_op.drop_column("reviewed_by")
        batch_op.drop_column("refused_because")
        batch_op.drop_column("refused_at")
        batch_op.drop_column("refused_by")
        batch_op.drop_column("ticked")
        batch_op.drop_column("words")

    with op.batch_alter_table("express_agreement", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_express_agreement_withdrawn_at_some_time"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_express_agreement_case_ref_case"), type_="foreignkey")
        batch_op.drop_index("ix_express_agreement_case_ref")
        batch_op.alter_column("purpose", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True)
        batch_op.drop_column("withdrawn_words")
        batch_op.drop_column("withdrawn_by")
        batch_op.drop_column("recorded_at")
        batch_op.drop_column("recorded_by")
        batch_op.drop_column("evidence")
        batch_op.drop_column("given_how")
        batch_op.drop_column("conditions")
        batch_op.drop_column("recipient_words")
        batch_op.drop_column("case_ref")

    with op.batch_alter_table("emergency_access", schema=None) as batch_op:
        batch_op.drop_column("justified")
        batch_op.drop_column("ended_at")

    with op.batch_alter_table("conflict_of_interest", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_conflict_of_interest_tie_id_declared_tie"), type_="foreignkey")
        batch_op.alter_column("reason", existing_type=sa.Text(), type_=sa.VARCHAR(length=500), existing_nullable=False)
        batch_op.drop_column("tie_id")

    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.alter_column(
            "seen_when", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True
        )
        batch_op.alter_column(
            "seen_where", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True
        )
        batch_op.alter_column("said_by", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True)
        batch_op.alter_column(
            "case_as_typed", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True
        )

    with op.batch_alter_table("case_closure", schema=None) as batch_op:
        batch_op.alter_column("reason", existing_type=sa.Text(), type_=sa.VARCHAR(length=500), existing_nullable=True)
        batch_op.drop_column("outcome")

    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_column("first_contact_at")

    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_audit_event_looked",
            sqlite_where=sa.text("action = 'check_known' OR action = 'see_protected_match'"),
            postgresql_where=sa.text("action = 'check_known' OR action = 'see_protected_match'"),
        )
        batch_op.drop_index(
            "ix_audit_event_enquiry_read",
            sqlite_where=sa.text("action = 'read_enquiry'"),
            postgresql_where=sa.text("action = 'read_enquiry'"),
        )

    with op.batch_alter_table("agreement_standing", schema=None) as batch_op:
        batch_op.drop_index("ix_agreement_standing_kind")
        batch_op.create_index(batch_op.f("ix_agreement_standing_kind"), ["kind", "overdue_at"], unique=False)
        batch_op.drop_column("partner_stops_at")

    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.alter_column("purpose", existing_type=sa.Text(), type_=sa.VARCHAR(length=200), existing_nullable=True)

    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index("ix_stored_file_record_id")

    op.drop_table("stored_file")
    with op.batch_alter_table("redaction", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_redaction_waiting",
            sqlite_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
        )
        batch_op.drop_index("ix_redaction_share_ref")

    op.drop_table("redaction")
    with op.batch_alter_table("recording_incident", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_recording_incident_waiting",
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )
        batch_op.drop_index("ix_recording_incident_mediation_ref")
        batch_op.drop_index(batch_op.f("ix_recording_incident_case_ref"))

    op.drop_table("recording_incident")
    with op.batch_alter_table("record_relabel", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_record_relabel_open_case",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_record_relabel_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.drop_table("record_relabel")
    op.drop_table("record_correction")
    with op.batch_alter_table("outcome_summary", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outcome_summary_standing",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_outcome_summary_case_ref"))

    op.drop_table("outcome_summary")
    with op.batch_alter_table("summary_draft", schema=None) as batch_op:
        batch_op.drop_index("ix_summary_draft_mediation_ref")
        batch_op.drop_index(batch_op.f("ix_summary_draft_case_ref"))

    op.drop_table("summary_draft")
    with op.batch_alter_table("signature_certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signature_certificate_signature"))

    op.drop_table("signature_certificate")
    op.drop_table("share_package")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_mail"))

    op.drop_table("reminder")
    with op.batch_alter_table("paper_signature", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_paper_signature_waiting",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_paper_signature_person"))

    op.drop_table("paper_signature")
    with op.batch_alter_table("mediation_step", schema=None) as batch_op:
        batch_op.drop_index("ix_mediation_step_mediation_ref")
        batch_op.drop_index(batch_op.f("ix_mediation_step_case_ref"))

    op.drop_table("mediation_step")
    with op.batch_alter_table("mediation_session", schema=None) as batch_op:
        batch_op.drop_index("ix_mediation_session_mediation_ref")
        batch_op.drop_index(batch_op.f("ix_mediation_session_case_ref"))

    op.drop_table("mediation_session")
    with op.batch_alter_table("mediation_screening", schema=None) as batch_op:
        batch_op.drop_index("ix_mediation_screening_mediation_ref")
        batch_op.drop_index(batch_op.f("ix_mediation_screening_case_ref"))

    op.drop_table("mediation_screening")
    with op.batch_alter_table("mediation_proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_mediation_proposal_mediation_ref")
        batch_op.drop_index(batch_op.f("ix_mediation_proposal_case_ref"))

    op.drop_table("mediation_proposal")
    with op.batch_alter_table("mediation_participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mediation_participant_case_ref"))

    op.drop_table("mediation_participant")
    with op.batch_alter_table("mediation_agreement", schema=None) as batch_op:
        batch_op.drop_index("ix_mediation_agreement_mediation_ref")
        batch_op.drop_index(batch_op.f("ix_mediation_agreement_case_ref"))

    op.drop_table("mediation_agreement")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index("ix_handover_old_grant")
        batch_op.drop_index("ix_handover_case_ref")

    op.drop_table("handover")
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_access_request_open",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.drop_index("ix_access_request_asked_by_asked_at")

    op.drop_table("access_request")
    with op.batch_alter_table("match_finding", schema=None) as batch_op:
        batch_op.drop_index("ix_match_finding_other_case")
        batch_op.drop_index("ix_match_finding_case_ref")

    op.drop_table("match_finding")
    with op.batch_alter_table("match_decision", schema=None) as batch_op:
        batch_op.drop_index("ix_match_decision_report_ref")

    op.drop_table("match_decision")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_state_next_try_at")
        batch_op.drop_index("ix_mail_person_kind")

    op.drop_table("mail")
    with op.batch_alter_table("enquiry_person", schema=None) as batch_op:
        batch_op.drop_index("ix_enquiry_person_name")
        batch_op.drop_index("ix_enquiry_person_enquiry_ref")

    op.drop_table("enquiry_person")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index("ix_draft_kept_at")
        batch_op.drop_index(
            "ix_draft_case_ref",
            sqlite_where=sa.text("case_ref IS NOT NULL"),
            postgresql_where=sa.text("case_ref IS NOT NULL"),
        )

    op.drop_table("draft")
    with op.batch_alter_table("declared_tie", schema=None) as batch_op:
        batch_op.drop_index("ix_declared_tie_person")

    op.drop_table("declared_tie")
    with op.batch_alter_table("custody_access", schema=None) as batch_op:
        batch_op.drop_index("ix_custody_access_person_opened_at")
        batch_op.drop_index("ix_custody_access_case_ref")

    op.drop_table("custody_access")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index("ix_appointment_worker_starts_at")
        batch_op.drop_index("ix_appointment_case_ref_starts_at")

    op.drop_table("appointment")
    with op.batch_alter_table("undertaking", schema=None) as batch_op:
        batch_op.drop_index("ix_undertaking_service_user")

    op.drop_table("undertaking")
    with op.batch_alter_table("told_apart", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_told_apart_stands",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index("ix_told_apart_service_user")

    op.drop_table("told_apart")
    with op.batch_alter_table("safe_contact_change", schema=None) as batch_op:
        batch_op.drop_index("ix_safe_contact_change_service_user")

    op.drop_table("safe_contact_change")
    with op.batch_alter_table("privacy_notice_given", schema=None) as batch_op:
        batch_op.drop_index("ix_privacy_notice_given_service_user")

    op.drop_table("privacy_notice_given")
    with op.batch_alter_table("partner_agreement", schema=None) as batch_op:
        batch_op.drop_index("ix_partner_agreement_organisation")

    op.drop_table("partner_agreement")
    with op.batch_alter_table("match_report", schema=None) as batch_op:
        batch_op.drop_index("ix_match_report_case_ref")

    op.drop_table("match_report")
    with op.batch_alter_table("match_key", schema=None) as batch_op:
        batch_op.drop_index("ix_match_key_service_user")
        batch_op.drop_index("ix_match_key_key_service_user")

    op.drop_table("match_key")
    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_enquiry_waiting", sqlite_where=sa.text("status = 'new'"), postgresql_where=sa.text("status = 'new'")
        )
        batch_op.drop_index("ix_enquiry_taken_by_received_at_ref")
        batch_op.drop_index("ix_enquiry_received_at_ref")
        batch_op.drop_index(batch_op.f("ix_enquiry_case_ref"))

    op.drop_table("enquiry")
    op.drop_table("master_key")
    op.drop_table("data_key")
    op.drop_table("agreement_draft")
    for statement in seals(op.get_bind().dialect.name, BEFORE):
        op.execute(sa.text(statement.replace(":", r"\:")))
