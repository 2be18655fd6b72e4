"""Safeguarding and figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from okf.store.guards import seals, unseals
from okf.store.models import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


BEFORE = {
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
SEALED = {
    "audit_event": ("UPDATE", "DELETE"),
    "signature": ("UPDATE OF person, kind, version, signed_at, method, typed_name, text_sha256, session_id", "DELETE"),
    "agreement_version": ("UPDATE OF kind, version, text, text_sha256", "DELETE"),
    "concern": (
        "UPDATE OF ref, account, opinion, about_as_typed, case_as_typed, said_by, seen_where, seen_when, actions_taken, seen_on, seen_at, late_because",
        "DELETE",
    ),
    "concern_entry": ("UPDATE", "DELETE"),
    "concern_category_also": ("UPDATE OF id, concern_ref, category, noted_by, noted_at", "DELETE"),
    "concern_paper": (
        "UPDATE OF ref, concern_ref, recipient, purpose, parts, passages, reason, made_by, made_at",
        "DELETE",
    ),
    "concern_paper_copy": ("UPDATE", "DELETE"),
    "incident_report": ("UPDATE OF ref, concern_ref, number, words, written_by, written_at", "DELETE"),
    "concern_decision": (
        "UPDATE OF ref, concern_ref, number, to_share, decided_by, decided_at, entries_before, threshold, legal_basis, rationale, alternatives, least, consent, consent_why, recipient, recipient_name, sent_how, acted_at, share_ref, replaces",
        "DELETE",
    ),
    "concern_informed": ("UPDATE", "DELETE"),
    "decision_reading": ("UPDATE", "DELETE"),
    "referral": ("UPDATE OF ref, concern_ref, decision_ref, recipient, sent_at, confirm_by", "DELETE"),
    "concern_mark": ("UPDATE", "DELETE"),
    "concern_voice": ("UPDATE", "DELETE"),
    "concern_file": ("UPDATE", "DELETE"),
    "concern_about_end": ("UPDATE", "DELETE"),
    "concern_review": ("UPDATE", "DELETE"),
    "lado_notice": ("UPDATE", "DELETE"),
    "low_level_concern": ("UPDATE", "DELETE"),
    "low_level_step": ("UPDATE", "DELETE"),
    "contact_marker_step": ("UPDATE", "DELETE"),
    "contact_marker": ("UPDATE OF ref, kind, case_ref, service_user, concern_ref, set_at, set_by", "DELETE"),
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
    "figure_set": ("UPDATE OF ref, from_on, until_on, body, prepared_by, prepared_at", "DELETE"),
    "figure_words": ("UPDATE", "DELETE"),
    "redaction": ("UPDATE OF ref, share_ref, record_id, case_ref, text_sha256, passages, made_by, made_at", "DELETE"),
}


def upgrade() -> None:
    """Towards today."""
    for statement in unseals(op.get_bind().dialect.name, BEFORE):
        op.execute(sa.text(statement.replace(":", r"\:")))
    op.create_table(
        "case_tally",
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("area", sa.String(length=90), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("detail", sa.String(length=80), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "kind", "area", "month", "detail", name=op.f("pk_case_tally")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("covered_by", sa.String(length=80), nullable=True),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by IS NULL)", name=op.f("ck_absence_cancelled_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "covered_by IS NULL OR covered_by <> person", name=op.f("ck_absence_somebody_else_stands_in")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_absence_it_ends_on_or_after_its_first_day")),
        sa.ForeignKeyConstraint(["covered_by"], ["person.username"], name=op.f("fk_absence_covered_by_person")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_absence_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index("ix_absence_ends_on", ["ends_on"], unique=False)
        batch_op.create_index("ix_absence_person", ["person", "ends_on"], unique=False)

    op.create_table(
        "digest_choice",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_digest_choice_person_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_digest_choice")),
    )
    op.create_table(
        "figure_set",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("prepared_by", sa.String(length=80), nullable=False),
        sa.Column("prepared_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("approved_sha256", sa.String(length=64), nullable=True),
        sa.Column("filed_by", sa.String(length=80), nullable=True),
        sa.Column("filed_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL)", name=op.f("ck_figure_set_approved_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_sha256 IS NULL)",
            name=op.f("ck_figure_set_what_was_approved_has_its_mark"),
        ),
        sa.CheckConstraint(
            "(filed_by IS NULL) = (filed_at IS NULL)", name=op.f("ck_figure_set_filed_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "(withdrawn_by IS NULL) = (withdrawn_at IS NULL)",
            name=op.f("ck_figure_set_withdrawn_by_someone_at_some_time"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> prepared_by",
            name=op.f("ck_figure_set_only_somebody_else_approves_it"),
        ),
        sa.CheckConstraint(
            "filed_at IS NULL OR approved_at IS NOT NULL", name=op.f("ck_figure_set_filed_once_approved")
        ),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_figure_set_it_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["approved_by"], ["person.username"], name=op.f("fk_figure_set_approved_by_person")),
        sa.ForeignKeyConstraint(["filed_by"], ["person.username"], name=op.f("fk_figure_set_filed_by_person")),
        sa.ForeignKeyConstraint(["prepared_by"], ["person.username"], name=op.f("fk_figure_set_prepared_by_person")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.username"], name=op.f("fk_figure_set_withdrawn_by_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_figure_set")),
    )
    with op.batch_alter_table("figure_set", schema=None) as batch_op:
        batch_op.create_index("ix_figure_set_from_on", ["from_on"], unique=False)
        batch_op.create_index("ix_figure_set_prepared_at_ref", ["prepared_at", "ref"], unique=False)

    op.create_table(
        "low_level_concern",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("about_as_typed", sa.Text(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("conduct", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(person IS NULL) <> (about_as_typed IS NULL)", name=op.f("ck_low_level_concern_about_one_or_the_other")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_low_level_concern_person_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_low_level_concern")),
    )
    with op.batch_alter_table("low_level_concern", schema=None) as batch_op:
        batch_op.create_index("ix_low_level_concern_noted_at", ["noted_at", "ref"], unique=False)
        batch_op.create_index("ix_low_level_concern_person", ["person"], unique=False)

    op.create_table(
        "concern_about_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=True),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(service_user IS NULL) <> (person IS NULL)", name=op.f("ck_concern_about_end_one_or_the_other")
        ),
        sa.ForeignKeyConstraint(
            ["concern_ref"], ["concern.ref"], name=op.f("fk_concern_about_end_concern_ref_concern")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_concern_about_end_person_person")),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_concern_about_end_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_about_end")),
    )
    with op.batch_alter_table("concern_about_end", schema=None) as batch_op:
        batch_op.create_index("ix_concern_about_end_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "concern_category_also",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)",
            name=op.f("ck_concern_category_also_ended_by_someone_at_some_time"),
        ),
        sa.ForeignKeyConstraint(
            ["concern_ref"], ["concern.ref"], name=op.f("fk_concern_category_also_concern_ref_concern")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_category_also")),
    )
    with op.batch_alter_table("concern_category_also", schema=None) as batch_op:
        batch_op.create_index("ix_concern_category_also_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "concern_decision",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("to_share", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("entries_before", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.String(40), nullable=True),
        sa.Column("legal_basis", sa.JSON(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("alternatives", sa.Text(), nullable=False),
        sa.Column("least", sa.Text(), nullable=True),
        sa.Column("consent", sa.String(40), nullable=False),
        sa.Column("consent_why", sa.Text(), nullable=True),
        sa.Column("recipient", sa.String(length=60), nullable=True),
        sa.Column("recipient_name", sa.Text(), nullable=True),
        sa.Column("sent_how", sa.String(40), nullable=True),
        sa.Column("acted_at", Instant(), nullable=True),
        sa.Column("share_ref", sa.String(length=80), nullable=True),
        sa.Column("replaces", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(share_ref IS NULL) = (recipient IS NULL)", name=op.f("ck_concern_decision_shared_with_somebody")
        ),
        sa.CheckConstraint("to_share = (share_ref IS NOT NULL)", name=op.f("ck_concern_decision_shared_as_it_says")),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_decision_concern_ref_concern")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.username"], name=op.f("fk_concern_decision_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["replaces"], ["concern_decision.ref"], name=op.f("fk_concern_decision_replaces_concern_decision")
        ),
        sa.ForeignKeyConstraint(
            ["share_ref"], ["information_share.ref"], name=op.f("fk_concern_decision_share_ref_information_share")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_concern_decision")),
        sa.UniqueConstraint("concern_ref", "number", name=op.f("uq_concern_decision_concern_ref_number")),
    )
    with op.batch_alter_table("concern_decision", schema=None) as batch_op:
        batch_op.create_index("ix_concern_decision_share_ref", ["share_ref"], unique=False)
        batch_op.create_index(
            "ix_concern_decision_unread",
            ["due_at", "ref"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "concern_file",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_file_concern_ref_concern")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_concern_file")),
    )
    with op.batch_alter_table("concern_file", schema=None) as batch_op:
        batch_op.create_index("ix_concern_file_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "concern_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("region", sa.String(40), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("size", sa.Text(), nullable=True),
        sa.Column("colour", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_mark_concern_ref_concern")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_mark")),
    )
    with op.batch_alter_table("concern_mark", schema=None) as batch_op:
        batch_op.create_index("ix_concern_mark_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "concern_paper",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("passages", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("replaced_at", Instant(), nullable=True),
        sa.Column("read_by", sa.String(length=80), nullable=True),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint("(read_by IS NULL) = (approved IS NULL)", name=op.f("ck_concern_paper_read_with_an_answer")),
        sa.CheckConstraint(
            "(read_by IS NULL) = (read_at IS NULL)", name=op.f("ck_concern_paper_read_by_someone_at_some_time")
        ),
        sa.CheckConstraint(
            "read_by IS NULL OR read_by <> made_by", name=op.f("ck_concern_paper_only_somebody_else_reads_it_again")
        ),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_paper_concern_ref_concern")),
        sa.ForeignKeyConstraint(["made_by"], ["person.username"], name=op.f("fk_concern_paper_made_by_person")),
        sa.ForeignKeyConstraint(["read_by"], ["person.username"], name=op.f("fk_concern_paper_read_by_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_concern_paper")),
    )
    with op.batch_alter_table("concern_paper", schema=None) as batch_op:
        batch_op.create_index("ix_concern_paper_concern_ref", ["concern_ref"], unique=False)
        batch_op.create_index(
            "ix_concern_paper_waiting",
            ["made_at", "ref"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
        )

    op.create_table(
        "concern_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("severity_before", sa.String(40), nullable=False),
        sa.Column("severity", sa.String(40), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("found", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'closed') = (next_review_on IS NULL)", name=op.f("ck_concern_review_looked_at_next_while_open")
        ),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_review_concern_ref_concern")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_review")),
    )
    with op.batch_alter_table("concern_review", schema=None) as batch_op:
        batch_op.create_index("ix_concern_review_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "concern_voice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("how", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_voice_concern_ref_concern")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_voice")),
    )
    with op.batch_alter_table("concern_voice", schema=None) as batch_op:
        batch_op.create_index("ix_concern_voice_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "contact_marker",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=True),
        sa.Column("service_user", sa.String(length=80), nullable=True),
        sa.Column("concern_ref", sa.String(length=80), nullable=True),
        sa.Column("shown_to_subjects", sa.Boolean(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("lifted_at", Instant(), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(case_ref IS NULL) <> (service_user IS NULL)", name=op.f("ck_contact_marker_on_one_or_the_other")
        ),
        sa.CheckConstraint(
            "(lifted_by IS NULL) = (lifted_at IS NULL)", name=op.f("ck_contact_marker_lifted_by_someone_at_some_time")
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name=op.f("fk_contact_marker_case_ref_case")),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_contact_marker_concern_ref_concern")),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_contact_marker_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_contact_marker")),
    )
    with op.batch_alter_table("contact_marker", schema=None) as batch_op:
        batch_op.create_index("ix_contact_marker_case_ref", ["case_ref"], unique=False)
        batch_op.create_index("ix_contact_marker_concern_ref", ["concern_ref"], unique=False)
        batch_op.create_index("ix_contact_marker_service_user", ["service_user"], unique=False)
        batch_op.create_index(
            "ix_contact_marker_standing",
            ["review_on", "ref"],
            unique=False,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "figure_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("figure_set", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["figure_set"], ["figure_set.ref"], name=op.f("fk_figure_words_figure_set_figure_set")),
        sa.ForeignKeyConstraint(["written_by"], ["person.username"], name=op.f("fk_figure_words_written_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_words")),
    )
    with op.batch_alter_table("figure_words", schema=None) as batch_op:
        batch_op.create_index("ix_figure_words_figure_set", ["figure_set", "id"], unique=False)

    op.create_table(
        "incident_report",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("handed_over_by", sa.String(length=80), nullable=True),
        sa.Column("handed_over_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(handed_over_by IS NULL) = (handed_over_at IS NULL)",
            name=op.f("ck_incident_report_handed_over_by_someone_at_some_time"),
        ),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_incident_report_concern_ref_concern")),
        sa.ForeignKeyConstraint(
            ["handed_over_by"], ["person.username"], name=op.f("fk_incident_report_handed_over_by_person")
        ),
        sa.ForeignKeyConstraint(["written_by"], ["person.username"], name=op.f("fk_incident_report_written_by_person")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_incident_report")),
        sa.UniqueConstraint("concern_ref", "number", name=op.f("uq_incident_report_concern_ref_number")),
    )
    with op.batch_alter_table("incident_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_incident_report_handed_over",
            ["handed_over_at", "ref"],
            unique=False,
            sqlite_where=sa.text("handed_over_at IS NOT NULL"),
            postgresql_where=sa.text("handed_over_at IS NOT NULL"),
        )

    op.create_table(
        "lado_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_lado_notice_concern_ref_concern")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lado_notice")),
    )
    with op.batch_alter_table("lado_notice", schema=None) as batch_op:
        batch_op.create_index("ix_lado_notice_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "low_level_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("low_level_ref", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(kind = 'raised') = (concern_ref IS NOT NULL)", name=op.f("ck_low_level_step_raised_to_a_concern")
        ),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_low_level_step_concern_ref_concern")),
        sa.ForeignKeyConstraint(
            ["low_level_ref"], ["low_level_concern.ref"], name=op.f("fk_low_level_step_low_level_ref_low_level_concern")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_low_level_step")),
    )
    with op.batch_alter_table("low_level_step", schema=None) as batch_op:
        batch_op.create_index("ix_low_level_step_concern_ref", ["concern_ref"], unique=False)
        batch_op.create_index("ix_low_level_step_low_level_ref", ["low_level_ref"], unique=False)

    op.create_table(
        "concern_informed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("service_user", sa.String(length=80), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.Column("informed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_concern_informed_concern_ref_concern")),
        sa.ForeignKeyConstraint(
            ["decision_ref"], ["concern_decision.ref"], name=op.f("fk_concern_informed_decision_ref_concern_decision")
        ),
        sa.ForeignKeyConstraint(
            ["service_user"], ["service_user.ref"], name=op.f("fk_concern_informed_service_user_service_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_informed")),
    )
    with op.batch_alter_table("concern_informed", schema=None) as batch_op:
        batch_op.create_index("ix_concern_informed_decision_ref", ["decision_ref"], unique=False)

    op.create_table(
        "concern_paper_copy",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("paper_ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_ref"], ["concern.ref"], name=op.f("fk_concern_paper_copy_concern_ref_concern")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.username"], name=op.f("fk_concern_paper_copy_made_by_person")),
        sa.ForeignKeyConstraint(
            ["paper_ref"], ["concern_paper.ref"], name=op.f("fk_concern_paper_copy_paper_ref_concern_paper")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_concern_paper_copy")),
    )
    with op.batch_alter_table("concern_paper_copy", schema=None) as batch_op:
        batch_op.create_index("ix_concern_paper_copy_paper_ref", ["paper_ref"], unique=False)

    op.create_table(
        "contact_marker_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("marker_ref", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["marker_ref"], ["contact_marker.ref"], name=op.f("fk_contact_marker_step_marker_ref_contact_marker")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_marker_step")),
    )
    with op.batch_alter_table("contact_marker_step", schema=None) as batch_op:
        batch_op.create_index("ix_contact_marker_step_marker_ref", ["marker_ref"], unique=False)

    op.create_table(
        "decision_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("reader", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("place IN (2, 3)", name=op.f("ck_decision_reading_second_or_third")),
        sa.CheckConstraint("reader <> decided_by", name=op.f("ck_decision_reading_never_the_same_person")),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_decision_reading_concern_ref_concern")),
        sa.ForeignKeyConstraint(
            ["decision_ref"], ["concern_decision.ref"], name=op.f("fk_decision_reading_decision_ref_concern_decision")
        ),
        sa.ForeignKeyConstraint(["reader"], ["person.username"], name=op.f("fk_decision_reading_reader_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_reading")),
        sa.UniqueConstraint("decision_ref", "place", name=op.f("uq_decision_reading_decision_ref_place")),
        sa.UniqueConstraint("decision_ref", "reader", name=op.f("uq_decision_reading_decision_ref_reader")),
    )
    with op.batch_alter_table("decision_reading", schema=None) as batch_op:
        batch_op.create_index("ix_decision_reading_concern_ref", ["concern_ref"], unique=False)

    op.create_table(
        "digest_week",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("mail", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["mail"], ["mail.id"], name=op.f("fk_digest_week_mail_mail")),
        sa.ForeignKeyConstraint(["person"], ["person.username"], name=op.f("fk_digest_week_person_person")),
        sa.PrimaryKeyConstraint("person", "monday", name=op.f("pk_digest_week")),
    )
    with op.batch_alter_table("digest_week", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_week_mail"), ["mail"], unique=False)

    op.create_table(
        "referral",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("concern_ref", sa.String(length=80), nullable=False),
        sa.Column("decision_ref", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.String(length=60), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("their_reference", sa.Text(), nullable=True),
        sa.Column("chase_at", Instant(), nullable=True),
        sa.Column("confirm_by", Instant(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["concern_ref"], ["concern.ref"], name=op.f("fk_referral_concern_ref_concern")),
        sa.ForeignKeyConstraint(
            ["decision_ref"], ["concern_decision.ref"], name=op.f("fk_referral_decision_ref_concern_decision")
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_referral")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(
            "ix_referral_chased",
            ["chase_at", "ref"],
            unique=False,
            sqlite_where=sa.text("chase_at IS NOT NULL"),
            postgresql_where=sa.text("chase_at IS NOT NULL"),
        )
        batch_op.create_index("ix_referral_concern_ref", ["concern_ref"], unique=False)
        batch_op.create_index(
            "ix_referral_unconfirmed",
            ["confirm_by", "ref"],
            unique=False,
            sqlite_where=sa.text("confirm_by IS NOT NULL AND confirmed_at IS NULL"),
            postgresql_where=sa.text("confirm_by IS NOT NULL AND confirmed_at IS NULL"),
        )

    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_opened_at", Instant(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_access_grant_live"), sqlite_where=sa.text("ended_at IS NULL"))
        batch_op.create_index(
            "ix_access_grant_live",
            ["person", "capacity", "case_opened_on", "case_ref", "from_"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_access_grant_opened",
            ["last_opened_at", "from_"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("agreement_standing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("grants_held", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("cases_held", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("held_since", Instant(), nullable=True))
        batch_op.create_index(
            "ix_agreement_standing_cases",
            ["cases_held", "person", "kind"],
            unique=False,
            sqlite_where=sa.text("grants_held > 0"),
            postgresql_where=sa.text("grants_held > 0"),
        )
        batch_op.create_index(
            "ix_agreement_standing_held",
            ["grants_held", "person", "kind"],
            unique=False,
            sqlite_where=sa.text("grants_held > 0"),
            postgresql_where=sa.text("grants_held > 0"),
        )
        batch_op.create_index(
            "ix_agreement_standing_suspended",
            ["overdue_at", "person", "kind"],
            unique=False,
            sqlite_where=sa.text("grants_held > 0"),
            postgresql_where=sa.text("grants_held > 0"),
        )

    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_appointment_coming",
            ["starts_at", "ref"],
            unique=False,
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )

    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("complexity", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("outcome", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("allocated_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("contacted_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("quiet_since", sa.Date(), nullable=True))
        batch_op.create_index(
            "ix_case_live",
            ["opened_on", "ref"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index("ix_case_outcome_closed_at_ref", ["outcome", "closed_at", "ref"], unique=False)
        batch_op.create_index(
            "ix_case_quiet",
            ["quiet_since", "ref"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_case_counts_as_one_to_five_cases"), "complexity BETWEEN 1 AND 5"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_case_only_a_closed_case_has_an_outcome"), "outcome IS NULL OR closed_at IS NOT NULL"
        )

    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.add_column(sa.Column("threshold", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("disputed_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("seen_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("seen_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("late_because", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("handed_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("decide_by", Instant(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_concern_open"), sqlite_where=sa.text("ended_at IS NULL"))
        batch_op.drop_index(
            batch_op.f("ix_concern_untriaged"), sqlite_where=sa.text("ended_at IS NULL AND triaged_at IS NULL")
        )
        batch_op.create_index(
            "ix_concern_at_once",
            ["due_at", "ref"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL AND triaged_at IS NULL AND severity = 'immediate'"),
            postgresql_where=sa.text("ended_at IS NULL AND triaged_at IS NULL AND severity = 'immediate'"),
        )
        batch_op.create_index(
            "ix_concern_by_severity",
            ["severity", "due_at", "ref", "ended_at"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_concern_handed",
            ["lead"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL AND handed_at IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND handed_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_concern_queue",
            ["due_at", "ref", "severity", "status", "category", "lead", "raised_at", "case_ref", "ended_at"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_concern_raised_at", ["raised_at"], unique=False)
        batch_op.create_index(
            "ix_concern_to_triage",
            ["due_at", "ref", "ended_at", "triaged_at"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL AND triaged_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND triaged_at IS NULL"),
        )

    with op.batch_alter_table("concern_about", schema=None) as batch_op:
        batch_op.add_column(sa.Column("added_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("added_by", sa.String(length=80), nullable=True))

    with op.batch_alter_table("concern_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("corrects", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("happened_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("happened_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("late_because", sa.Text(), nullable=True))
        batch_op.create_index(
            "ix_concern_entry_added_by_raiser",
            ["concern_ref", "id"],
            unique=False,
            sqlite_where=sa.text("what = 'Added by who raised it'"),
            postgresql_where=sa.text("what = 'Added by who raised it'"),
        )
        batch_op.create_unique_constraint("uq_concern_entry_corrects", ["corrects"])
        batch_op.create_foreign_key(
            batch_op.f("fk_concern_entry_corrects_concern_entry"), "concern_entry", ["corrects"], ["id"]
        )

    with op.batch_alter_table("custody_access", schema=None) as batch_op:
        batch_op.create_index("ix_custody_access_until", ["until"], unique=False)

    with op.batch_alter_table("emergency_access", schema=None) as batch_op:
        batch_op.create_index("ix_emergency_access_opened_at", ["opened_at"], unique=False)

    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_enquiry_not_taken_on",
            ["decided_at", "ref"],
            unique=False,
            sqlite_where=sa.text("decided_at IS NOT NULL AND case_ref IS NULL"),
            postgresql_where=sa.text("decided_at IS NOT NULL AND case_ref IS NULL"),
        )

    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("concern_ref", sa.String(length=80), nullable=True))
        batch_op.create_index(batch_op.f("ix_mail_concern_ref"), ["concern_ref"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_mail_concern_ref_concern"), "concern", ["concern_ref"], ["ref"])

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("caseload_most", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_person_a_caseload_is_never_below_nothing"), "caseload_most >= 0"
        )

    with op.batch_alter_table("redaction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file_ref", sa.String(length=80), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_redaction_file_ref_stored_file"), "stored_file", ["file_ref"], ["ref"]
        )

    with op.batch_alter_table("service_user", schema=None) as batch_op:
        batch_op.create_index("ix_service_user_date_of_birth", ["date_of_birth"], unique=False)

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("compartment", sa.String(length=100), nullable=True))
    for statement in seals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Back again."""
    for statement in unseals(op.get_bind().dialect.name, SEALED):
        op.execute(sa.text(statement.replace(":", r"\:")))
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("compartment")

    with op.batch_alter_table("service_user", schema=None) as batch_op:
        batch_op.drop_index("ix_service_user_date_of_birth")

    with op.batch_alter_table("redaction", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_redaction_file_ref_stored_file"), type_="foreignkey")
        batch_op.drop_column("file_ref")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_person_a_caseload_is_never_below_nothing"), type_="check")
        batch_op.drop_column("caseload_most")

    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_mail_concern_ref_concern"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_mail_concern_ref"))
        batch_op.drop_column("concern_ref")

    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_enquiry_not_taken_on",
            sqlite_where=sa.text("decided_at IS NOT NULL AND case_ref IS NULL"),
            postgresql_where=sa.text("decided_at IS NOT NULL AND case_ref IS NULL"),
        )

    with op.batch_alter_table("emergency_access", schema=None) as batch_op:
        batch_op.drop_index("ix_emergency_access_opened_at")

    with op.batch_alter_table("custody_access", schema=None) as batch_op:
        batch_op.drop_index("ix_custody_access_until")

    with op.batch_alter_table("concern_entry", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_concern_entry_corrects_concern_entry"), type_="foreignkey")
        batch_op.drop_constraint("uq_concern_entry_corrects", type_="unique")
        batch_op.drop_index(
            "ix_concern_entry_added_by_raiser",
            sqlite_where=sa.text("what = 'Added by who raised it'"),
            postgresql_where=sa.text("what = 'Added by who raised it'"),
        )
        batch_op.drop_column("late_because")
        batch_op.drop_column("happened_at")
        batch_op.drop_column("happened_on")
        batch_op.drop_column("corrects")

    with op.batch_alter_table("concern_about", schema=None) as batch_op:
        batch_op.drop_column("added_by")
        batch_op.drop_column("added_at")

    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_concern_to_triage",
            sqlite_where=sa.text("ended_at IS NULL AND triaged_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND triaged_at IS NULL"),
        )
        batch_op.drop_index("ix_concern_raised_at")
        batch_op.drop_index(
            "ix_concern_queue", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(
            "ix_concern_handed",
            sqlite_where=sa.text("ended_at IS NULL AND handed_at IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND handed_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_concern_by_severity",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_concern_at_once",
            sqlite_where=sa.text("ended_at IS NULL AND triaged_at IS NULL AND severity = 'immediate'"),
            postgresql_where=sa.text("ended_at IS NULL AND triaged_at IS NULL AND severity = 'immediate'"),
        )
        batch_op.create_index(
            batch_op.f("ix_concern_untriaged"),
            ["due_at", "ref"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL AND triaged_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_concern_open"), ["due_at", "ref"], unique=False, sqlite_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_column("decide_by")
        batch_op.drop_column("handed_at")
        batch_op.drop_column("late_because")
        batch_op.drop_column("seen_at")
        batch_op.drop_column("seen_on")
        batch_op.drop_column("disputed_at")
        batch_op.drop_column("threshold")

    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_case_counts_as_one_to_five_cases"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_case_only_a_closed_case_has_an_outcome"), type_="check")
        batch_op.drop_index(
            "ix_case_quiet", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")
        )
        batch_op.drop_index("ix_case_outcome_closed_at_ref")
        batch_op.drop_index(
            "ix_case_live", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")
        )
        batch_op.drop_column("quiet_since")
        batch_op.drop_column("contacted_on")
        batch_op.drop_column("allocated_on")
        batch_op.drop_column("outcome")
        batch_op.drop_column("complexity")

    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_appointment_coming",
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )

    with op.batch_alter_table("agreement_standing", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_agreement_standing_suspended",
            sqlite_where=sa.text("grants_held > 0"),
            postgresql_where=sa.text("grants_held > 0"),
        )
        batch_op.drop_index(
            "ix_agreement_standing_held",
            sqlite_where=sa.text("grants_held > 0"),
            postgresql_where=sa.text("grants_held > 0"),
        )
        batch_op.drop_index(
            "ix_agreement_standing_cases",
            sqlite_where=sa.text("grants_held > 0"),
            postgresql_where=sa.text("grants_held > 0"),
        )
        batch_op.drop_column("held_since")
        batch_op.drop_column("cases_held")
        batch_op.drop_column("grants_held")

    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_access_grant_opened",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_access_grant_live",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_access_grant_live"),
            ["person", "capacity", "case_opened_on", "case_ref"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_column("last_opened_at")

    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_referral_unconfirmed",
            sqlite_where=sa.text("confirm_by IS NOT NULL AND confirmed_at IS NULL"),
            postgresql_where=sa.text("confirm_by IS NOT NULL AND confirmed_at IS NULL"),
        )
        batch_op.drop_index("ix_referral_concern_ref")
        batch_op.drop_index(
            "ix_referral_chased",
            sqlite_where=sa.text("chase_at IS NOT NULL"),
            postgresql_where=sa.text("chase_at IS NOT NULL"),
        )

    op.drop_table("referral")
    with op.batch_alter_table("digest_week", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_week_mail"))

    op.drop_table("digest_week")
    with op.batch_alter_table("decision_reading", schema=None) as batch_op:
        batch_op.drop_index("ix_decision_reading_concern_ref")

    op.drop_table("decision_reading")
    with op.batch_alter_table("contact_marker_step", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_marker_step_marker_ref")

    op.drop_table("contact_marker_step")
    with op.batch_alter_table("concern_paper_copy", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_paper_copy_paper_ref")

    op.drop_table("concern_paper_copy")
    with op.batch_alter_table("concern_informed", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_informed_decision_ref")

    op.drop_table("concern_informed")
    with op.batch_alter_table("low_level_step", schema=None) as batch_op:
        batch_op.drop_index("ix_low_level_step_low_level_ref")
        batch_op.drop_index("ix_low_level_step_concern_ref")

    op.drop_table("low_level_step")
    with op.batch_alter_table("lado_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_lado_notice_concern_ref")

    op.drop_table("lado_notice")
    with op.batch_alter_table("incident_report", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_incident_report_handed_over",
            sqlite_where=sa.text("handed_over_at IS NOT NULL"),
            postgresql_where=sa.text("handed_over_at IS NOT NULL"),
        )

    op.drop_table("incident_report")
    with op.batch_alter_table("figure_words", schema=None) as batch_op:
        batch_op.drop_index("ix_figure_words_figure_set")

    op.drop_table("figure_words")
    with op.batch_alter_table("contact_marker", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_contact_marker_standing",
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )
        batch_op.drop_index("ix_contact_marker_service_user")
        batch_op.drop_index("ix_contact_marker_concern_ref")
        batch_op.drop_index("ix_contact_marker_case_ref")

    op.drop_table("contact_marker")
    with op.batch_alter_table("concern_voice", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_voice_concern_ref")

    op.drop_table("concern_voice")
    with op.batch_alter_table("concern_review", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_review_concern_ref")

    op.drop_table("concern_review")
    with op.batch_alter_table("concern_paper", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_concern_paper_waiting",
            sqlite_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND replaced_at IS NULL"),
        )
        batch_op.drop_index("ix_concern_paper_concern_ref")

    op.drop_table("concern_paper")
    with op.batch_alter_table("concern_mark", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_mark_concern_ref")

    op.drop_table("concern_mark")
    with op.batch_alter_table("concern_file", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_file_concern_ref")

    op.drop_table("concern_file")
    with op.batch_alter_table("concern_decision", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_concern_decision_unread",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index("ix_concern_decision_share_ref")

    op.drop_table("concern_decision")
    with op.batch_alter_table("concern_category_also", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_category_also_concern_ref")

    op.drop_table("concern_category_also")
    with op.batch_alter_table("concern_about_end", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_about_end_concern_ref")

    op.drop_table("concern_about_end")
    with op.batch_alter_table("low_level_concern", schema=None) as batch_op:
        batch_op.drop_index("ix_low_level_concern_person")
        batch_op.drop_index("ix_low_level_concern_noted_at")

    op.drop_table("low_level_concern")
    with op.batch_alter_table("figure_set", schema=None) as batch_op:
        batch_op.drop_index("ix_figure_set_prepared_at_ref")
        batch_op.drop_index("ix_figure_set_from_on")

    op.drop_table("figure_set")
    op.drop_table("digest_choice")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index("ix_absence_person")
        batch_op.drop_index("ix_absence_ends_on")

    op.drop_table("absence")
    op.drop_table("case_tally")
    for statement in seals(op.get_bind().dialect.name, BEFORE):
        op.execute(sa.text(statement.replace(":", r"\:")))
