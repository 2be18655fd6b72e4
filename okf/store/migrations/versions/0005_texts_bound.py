"""Texts, files and keys bound to the place in which they lie, and the secrets of the second factor sealed."""

from __future__ import annotations

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import context, op

from okf.store.resealing import Resealing

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# What was encrypted in the application until now.
TEXTS = {
    "access_grant": "purpose",
    "access_request": "reason answer",
    "appointment": "about place",
    "case_closure": "reason outcome",
    "concern": "account opinion about_as_typed case_as_typed said_by seen_where seen_when late_because actions_taken",
    "concern_about_end": "reason",
    "concern_decision": "rationale alternatives least consent_why recipient_name",
    "concern_entry": "text late_because",
    "concern_file": "name sha256",
    "concern_informed": "named why",
    "concern_mark": "size colour words",
    "concern_paper": "recipient purpose parts passages reason remark",
    "concern_review": "found",
    "concern_voice": "words",
    "conflict_of_interest": "reason",
    "contact_marker_step": "reason",
    "custody_access": "purpose",
    "decision_reading": "reason",
    "declared_tie": "name born phone reason",
    "draft": "words",
    "emergency_access": "reason review_finding",
    "enquiry": "words note reason",
    "enquiry_person": "address safe_hours code_word do_not_contact_by safe_contact_notes",
    "express_agreement": "recipient_words purpose conditions evidence withdrawn_words",
    "figure_set": "withdrawn_because",
    "figure_words": "text",
    "handover": "note",
    "incident_report": "words",
    "information_share": "purpose words refused_because review",
    "lado_notice": "reference words",
    "low_level_concern": "about_as_typed conduct done",
    "low_level_step": "text",
    "match_decision": "why",
    "match_report": "compared",
    "mediation_proposal": "text",
    "mediation_screening": "found conditions",
    "mediation_session": "place",
    "outcome_summary": "text withdrawn_because",
    "paper_signature": "rejected_because",
    "record": "title text with_whom",
    "record_correction": "title text reason",
    "record_relabel": "reason",
    "recording_agreement": "purpose",
    "recording_incident": "what finding",
    "redaction": "passages reason remark",
    "referral": "their_reference",
    "safe_contact_change": "before why",
    "service_user": "address safe_hours code_word do_not_contact_by safe_contact_notes",
    "stored_file": "name sha256",
    "summary_draft": "text",
    "task": "text",
}
FILES = {
    "concern_file": "content",
    "concern_paper_copy": "content",
    "paper_signature": "scan",
    "share_package": "content",
    "stored_file": "content",
}


def _resealing() -> AbstractContextManager[Resealing]:
    handed = context.config.attributes
    return Resealing.within(op.get_bind(), handed["keyring"], handed["progress"])


def upgrade() -> None:
    """Towards today."""
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.alter_column("totp_secret", existing_type=sa.String(80), type_=sa.Text())
    with _resealing() as resealing:
        resealing.bind_keys()
        resealing.bind(TEXTS, FILES)
        resealing.seal_secrets("credential", "totp_secret", "sign-in")


def downgrade() -> None:
    """Back to the migration before."""
    with _resealing() as resealing:
        resealing.unseal_secrets("credential", "totp_secret")
        resealing.unbind(TEXTS, FILES)
        resealing.unbind_keys()
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.alter_column("totp_secret", existing_type=sa.Text(), type_=sa.String(80))
