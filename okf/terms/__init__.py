"""The charity's words as enums, those of one noun in a file of its own; they import nobody in the house."""

from __future__ import annotations

from enum import StrEnum


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


SAFEGUARDING_LEADS = frozenset({Role.DSL, Role.DEPUTY_DSL})


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


class Action(StrEnum):
    """Whatever somebody may ask to do. Every action has a row in the policy's table."""

    LIST_CASELOAD = "list_caseload"
    LIST_OWN_CASES = "list_own_cases"
    LIST_CASE = "list_case"
    OPEN_CASE = "open_case"
    READ_RECORD = "read_record"
    ADD_RECORD = "add_record"
    CHANGE_RECORD = "change_record"
    EXPORT_RECORD = "export_record"
    APPROVE_RELABEL = "approve_relabel"
    SEE_CASE_ACCESS = "see_case_access"
    OPEN_NEW_CASE = "open_new_case"
    TAKE_ENQUIRY = "take_enquiry"
    LIST_ENQUIRIES = "list_enquiries"
    READ_ENQUIRY = "read_enquiry"
    CHANGE_ENQUIRY = "change_enquiry"
    REGISTER_ENQUIRY = "register_enquiry"
    CHANGE_SAFE_CONTACT = "change_safe_contact"
    NOTE_UNDERTAKING = "note_undertaking"
    CHANGE_CASE = "change_case"
    CLOSE_CASE = "close_case"
    REOPEN_CASE = "reopen_case"
    GRANT = "grant"
    END_GRANT = "end_grant"
    END_LAPSED_GRANTS = "end_lapsed_grants"
    FORGET_OLD_DRAFTS = "forget_old_drafts"
    DECLARE_CONFLICT = "declare_conflict"
    LIFT_CONFLICT = "lift_conflict"
    LIST_CONFLICTS = "list_conflicts"
    CHECK_KNOWN = "check_known"
    SEE_PROTECTED_MATCH = "see_protected_match"
    TELL_APART = "tell_apart"
    DECIDE_MATCH = "decide_match"
    KEEP_MATCH_KEYS = "keep_match_keys"
    OPEN_EMERGENCY_ACCESS = "open_emergency_access"
    END_EMERGENCY_ACCESS = "end_emergency_access"
    REVIEW_EMERGENCY_ACCESS = "review_emergency_access"
    OPEN_CUSTODY = "open_custody"
    END_CUSTODY = "end_custody"
    REQUEST_ACCESS = "request_access"
    DECIDE_ACCESS_REQUEST = "decide_access_request"
    CONFIRM_GRANT = "confirm_grant"
    AGREE_TO_SHARE = "agree_to_share"
    WITHDRAW_AGREEMENT = "withdraw_agreement"
    SHARE = "share"
    APPROVE_SHARE = "approve_share"
    DECIDE_SHARE = "decide_share"
    SEND_SHARE = "send_share"
    START_MEDIATION = "start_mediation"
    LIST_MEDIATIONS = "list_mediations"
    MEDIATE = "mediate"
    ISSUE_OUTCOME = "issue_outcome"
    REVIEW_SHARE = "review_share"
    OPEN_PACKAGE = "open_package"
    BLACK_OUT = "black_out"
    SECOND_READ = "second_read"
    AGREE_RECORDING = "agree_recording"
    REVIEW_INCIDENT = "review_incident"
    ADD_TASK = "add_task"
    COMPLETE_TASK = "complete_task"
    MAKE_APPOINTMENT = "make_appointment"
    RAISE_CONCERN = "raise_concern"
    LIST_CONCERNS = "list_concerns"
    LIST_OWN_CONCERNS = "list_own_concerns"
    READ_CONCERN = "read_concern"
    TRIAGE_CONCERN = "triage_concern"
    COUNT_CONCERNS = "count_concerns"
    LIST_AGREEMENTS = "list_agreements"
    LIST_OWN_AGREEMENTS = "list_own_agreements"
    SIGN_AGREEMENT = "sign_agreement"
    DRAFT_AGREEMENT = "draft_agreement"
    PUBLISH_AGREEMENT = "publish_agreement"
    FILE_PAPER_SIGNATURE = "file_paper_signature"
    VERIFY_PAPER_SIGNATURE = "verify_paper_signature"
    REMIND_TO_SIGN = "remind_to_sign"
    SEND_MAIL = "send_mail"
    MANAGE_PARTNERS = "manage_partners"
    LIST_CHECKS = "list_checks"
    RECORD_CHECK = "record_check"
    RECORD_LEAVER = "record_leaver"
    REASSIGN_TASK = "reassign_task"
    MANAGE_ACCOUNTS = "manage_accounts"
    CHANGE_SETTINGS = "change_settings"
    ROTATE_KEYS = "rotate_keys"
    MANAGE_OWN_ACCOUNT = "manage_own_account"
    SEE_OWN_ACCESS = "see_own_access"
    READ_AUDIT = "read_audit"
    PREPARE_RECEIPT = "prepare_receipt"
    APPROVE_RECEIPT = "approve_receipt"
    SEE_COMMITMENT = "see_commitment"
    ASSURE = "assure"
    IMPORT_CASELOAD = "import_caseload"
    IMPORT_ENQUIRIES = "import_enquiries"
    ASK_WHY = "ask_why"
    ASK_WHY_OF_OTHERS = "ask_why_of_others"
