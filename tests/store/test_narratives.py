"""Whatever people write about a family is a narrative: a new column for words fails here until somebody decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from okf.store.models import Base, Confidential
from okf.store.narrative import Narrative, Sealed

WORDS_FROM = 120  # a shorter column holds a reference, a username, a hash or a term

# Readable in the database, each with the reason.
READABLE = {
    "service_user.name": "lists are sorted and searched by it in SQL",
    "service_user.name_folded": "the same name, as it is compared",
    "service_user.email": "how to reach somebody, not what they told; searched by the duplicate check",
    "enquiry_person.name": "as a service user's",
    "enquiry_person.name_folded": "as a service user's",
    "enquiry_person.email": "as a service user's",
    "enquiry.submission_id": "the website's own number of a form",
    "agreement_draft.title": "the charity's own text, to be published",
    "agreement_draft.text": "the charity's own text, to be published",
    "concern_decision.legal_basis": "terms of a closed list",
    "checklist_version.data": "the charity's own questions, from its Safeguarding Policy",
    "concern_entry.what": "one of our own sentences",
    "misfiling.read_by": "usernames of those who could have read it",
    "signature.typed_name": "a worker's own name, part of the evidence",
    "access_receipt.body": "who opened a case and when, by names of staff; no words of the family",
    "figure_set.body": "numbers about groups, small ones hidden before they are kept",
    "express_agreement.records": "references",
    "express_agreement.recipient": "what the policy decides on, told again by `assure`",
    "information_share.records": "references",
    "information_share.recipient": "what the policy decides on, told again by `assure`",
    "information_share.requested_by": "references",
    "information_share.particulars": "what the policy decides on, told again by `assure`",
    "information_share.agreements": "references",
    "information_share.clauses": "clauses",
    "information_share.approvals": "usernames by role",
    "information_share.conditions": "terms of the policy",
    "information_share.due": "instants by name",
    "information_share.ticked": "terms of the policy",
    "access_grant.compartments": "parts of a case by reference",
    "access_grant.record_classes": "terms",
    "access_grant.actions": "terms",
    "match_finding.reasons": "terms",
    "mediation_proposal.answers": "terms by reference",
    "mediation_screening.asked": "terms",
    "mediation_session.attended": "references",
    "record_relabel.subjects": "references",
    "record_relabel.was_subjects": "references",
    "recording_agreement.agreed": "instants by reference",
    "safe_contact_change.changed": "names of columns",
    "referral_escalation.authority": "an authority's name, as the directory has it",
    **dict.fromkeys(
        (
            "authority_step.contact",
            "authority_step.who",
            "local_authority.adults_email",
            "local_authority.areas",
            "local_authority.checked_by",
            "local_authority.children_email",
            "local_authority.hours",
            "local_authority.lado_email",
            "local_authority.lado_name",
            "local_authority.name",
            "local_authority.name_folded",
            "local_authority.notes",
            "local_authority.police_force",
            "local_authority.police_unit",
            "local_authority.threshold_document",
        ),
        "whom anybody may ring at an authority: no word of a family",
    ),
}
SEALED_BYTES = {
    "chronology_copy.content",
    "concern_file.content",
    "concern_paper_copy.content",
    "paper_signature.scan",
    "share_package.content",
    "stored_file.content",
}


def wordy() -> Iterator[tuple[str, Any]]:
    """The columns of confidential tables that could hold somebody's words, by name."""
    for mapper in Base.registry.mappers:
        if not issubclass(mapper.class_, Confidential):
            continue
        for name, column in mapper.columns.items():
            kind = column.type
            long = isinstance(kind, sa.String) and not isinstance(kind, sa.Enum) and (kind.length or 999) >= WORDS_FROM
            if long or isinstance(kind, sa.JSON | sa.LargeBinary):
                yield f"{mapper.class_.__tablename__}.{name}", kind


def test_C1_every_column_for_words_is_encrypted_or_says_why_not():
    assert {name for name, _ in wordy()} - SEALED_BYTES == set(READABLE)


def test_every_table_with_narratives_says_under_which_key():
    for mapper in Base.registry.mappers:
        if any(isinstance(column.type, Narrative) for column in mapper.columns):
            assert issubclass(mapper.class_, Sealed), mapper.class_.__name__
            own = "sealed_under" in vars(mapper.class_) or "case_ref" in mapper.columns
            assert own, f"{mapper.class_.__name__} has neither a case nor a scope of its own"
