"""The charity's words as enums, those of one noun in a file of its own; they import nothing else of okf."""

from __future__ import annotations

from enum import StrEnum

from okf.terms.actions import Action as Action


class Capacity(StrEnum):
    """In which capacity a person works with OKF; each has its own Confidentiality Agreement (C5, C7)."""

    STAFF = "staff"
    VOLUNTEER = "volunteer"
    THERAPIST = "therapist"
    ALLIED_PARTNER = "allied_partner"


class Role(StrEnum):
    """What a person does for OKF. A role alone opens no case."""

    MANAGER = "manager"
    DSL = "dsl"
    DEPUTY_DSL = "deputy_dsl"
    SAFEGUARDING_TRUSTEE = "safeguarding_trustee"
    DATA_PROTECTION_LEAD = "data_protection_lead"
    CASEWORKER = "caseworker"
    MEDIATOR = "mediator"
    THERAPIST = "therapist"
    ADMINISTRATOR = "administrator"
    COMPLIANCE_VIEWER = "compliance_viewer"
    TRUSTEE = "trustee"
    INTAKE_OFFICER = "intake_officer"
    SECOND_READER = "second_reader"


SAFEGUARDING_LEADS = frozenset({Role.DSL, Role.DEPUTY_DSL})
FOR_SAFETY = SAFEGUARDING_LEADS | {Role.SAFEGUARDING_TRUSTEE}  # the trustee where a concern is about a lead


class CaseStatus(StrEnum):
    """Where a case stands; reopening is an event, not a status."""

    ENQUIRY = "enquiry"
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSING = "closing"
    CLOSED = "closed"


class Standing(StrEnum):
    """How a person stands to the Confidentiality Agreement of one capacity, worst first."""

    NEVER_SIGNED = "never_signed"
    OVERDUE = "overdue"
    RESIGN_DUE = "resign_due"
    CURRENT = "current"
    ENDED = "ended"


class GrantStatus(StrEnum):
    """How an access grant stands at one instant; derived, never stored."""

    PLANNED = "planned"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"
    REVOKED = "revoked"


class Severity(StrEnum):
    """How urgent a concern is, most urgent first."""

    IMMEDIATE = "immediate"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


URGENT = frozenset({Severity.IMMEDIATE, Severity.HIGH})


class ConcernStatus(StrEnum):
    """Where a concern stands."""

    RAISED = "raised"
    TRIAGED = "triaged"
    REFERRED = "referred"
    MONITORING = "monitoring"
    NO_FURTHER_ACTION = "no_further_action"
    CLOSED = "closed"


ENDED_CONCERN = frozenset({ConcernStatus.NO_FURTHER_ACTION, ConcernStatus.CLOSED})


class RecordClass(StrEnum):
    """What kind of record something is; a grant may name the kinds that it covers."""

    NOTE = "note"
    TASK_NOTE = "task_note"
    COMMUNICATION = "communication"
    DOCUMENT = "document"
    LEGAL_PAPER = "legal_paper"
    THERAPY_NOTE = "therapy_note"
    REFERRAL_PACK = "referral_pack"
    MEDIATION_JOINT_NOTE = "mediation_joint_note"
    MEDIATION_PRIVATE_NOTE = "mediation_private_note"
    OUTCOME_SUMMARY = "outcome_summary"


MEDIATION_MATERIAL = frozenset(
    {RecordClass.MEDIATION_JOINT_NOTE, RecordClass.MEDIATION_PRIVATE_NOTE, RecordClass.OUTCOME_SUMMARY}
)


class RecordStatus(StrEnum):
    """Where an outcome summary stands; other records have none."""

    DRAFT = "draft"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class MediationKind(StrEnum):
    """Whether a mediation is formal; the promise protects both alike (C11)."""

    FORMAL = "formal"
    INFORMAL = "informal"


class MediationStatus(StrEnum):
    """Where a mediation stands."""

    ASSESSMENT = "assessment"
    UNSUITABLE = "unsuitable"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    CONCLUDED = "concluded"
    TERMINATED = "terminated"


class Change(StrEnum):
    """Whether a new version of an agreement asks everyone to sign again (C7)."""

    MATERIAL = "material"
    MINOR = "minor"


class CheckKind(StrEnum):
    """A check on a worker that runs out."""

    VETTING = "vetting"
    TRAINING = "training"


class SupportKind(StrEnum):
    """What kind of support a family asked for."""

    SEPARATION_SUPPORT = "separation_support"
    CONTACT_ARRANGEMENTS = "contact_arrangements"
    MEDIATION = "mediation"
    CHILD_THERAPY = "child_therapy"
    PARENTING = "parenting"
    LEGAL_GUIDANCE = "legal_guidance"


class FamilyField(StrEnum):
    """A fact about a family that an access may show or not; "own" is of those whose own part the access covers."""

    OWN_NAME = "own_name"
    OTHER_PARTYS_NAME = "other_partys_name"
    CHILDS_NAME = "childs_name"
    OWN_BIRTHDAY = "own_birthday"
    CHILDS_BIRTHDAY = "childs_birthday"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    CODE_WORD = "code_word"
    OWN_CASEWORKER = "own_caseworker"
    OTHER_CASEWORKER = "other_caseworker"
    WHO_ELSE_WORKS_HERE = "who_else_works_here"
    MEDIATION = "mediation"
    KIND_OF_SUPPORT = "kind_of_support"
    AREA = "area"
    FIRST_CONTACT = "first_contact"


class SignatureMethod(StrEnum):
    """How an agreement was signed."""

    IN_SESSION = "in_session"
    ON_PAPER = "on_paper"
    IMPORTED = "imported"


class ShareStatus(StrEnum):
    """Where an information share stands."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    SENT = "sent"
    REFUSED = "refused"


class ShareRoute(StrEnum):
    """The ways by which something may leave, or not: what an information share stands on once it is decided."""

    IMMEDIATE_DANGER = "immediate_danger"
    LEGAL_COMPULSION = "legal_compulsion"
    COURT_BARRED = "court_barred"
    SAFEGUARDING = "safeguarding"
    DATA_SUBJECT_RIGHT = "data_subject_right"
    OWN_LAWYER_SUMMARY = "own_lawyer_summary"
    PUBLIC_AGREED = "public_agreed"
    EXPRESS_AGREEMENT = "express_agreement"
    NO_EXPRESS_AGREEMENT = "no_express_agreement"


class HowGiven(StrEnum):
    """How somebody told us that they agree to a share."""

    IN_PERSON = "in_person"
    BY_TELEPHONE = "by_telephone"
    IN_WRITING = "in_writing"


class RecordingStatus(StrEnum):
    """Where a recording of a mediation session stands (C13)."""

    REQUESTED = "requested"
    AGREED = "agreed"
    REFUSED = "refused"
    UNAUTHORISED = "unauthorised"


class Outcome(StrEnum):
    """What the policy answers, and what the audit record keeps."""

    ALLOW = "allow"
    ALLOW_WITH_CONDITIONS = "allow_with_conditions"
    DENY = "deny"
    ESCALATE = "escalate"
