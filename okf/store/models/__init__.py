"""The tables, split by noun."""

from okf.store.models.absences import Absence
from okf.store.models.access_routes import AccessRequest, CustodyAccess, Handover
from okf.store.models.agreements import AgreementDraft, AgreementStanding, AgreementVersion, PaperSignature, Signature
from okf.store.models.allegations import ConcernAboutEnd, ConcernReview, LadoNotice, LowLevelConcern, LowLevelStep
from okf.store.models.appointments import Appointment
from okf.store.models.audit import AuditEvent, AuditHead, RowMark
from okf.store.models.base import Base, Confidential, Instant, Named, Narrative, Own, Sealed
from okf.store.models.cases import Case, CaseChild, CaseClosure, CaseLink, CaseParty, Mediation, Task
from okf.store.models.certificates import SignatureCertificate
from okf.store.models.checklists import ChecklistVersion, FilledChecklist
from okf.store.models.chronology_papers import ChronologyCopy, ChronologyPaper
from okf.store.models.clock_told import ClockTold
from okf.store.models.concern_clocks import ConcernClock
from okf.store.models.concern_decisions import (
    ConcernCategoryAlso,
    ConcernDecision,
    ConcernInformed,
    DecisionReading,
    Referral,
)
from okf.store.models.concern_papers import ConcernPaper, ConcernPaperCopy
from okf.store.models.concern_parts import ConcernFile, ConcernMark, ConcernVoice
from okf.store.models.concerns import Concern, ConcernAbout, ConcernEntry
from okf.store.models.decision_recipients import DecisionRecipientAlso
from okf.store.models.digests import DigestChoice, DigestWeek
from okf.store.models.directory import AuthorityStep, LocalAuthority, ReferralEscalation
from okf.store.models.drafts import Draft
from okf.store.models.enquiries import Enquiry, EnquiryCorrection, EnquiryPerson, EnquiryTriage
from okf.store.models.families import ContactStatement, PrivacyNoticeGiven, SafeContactChange, ServiceUser, Undertaking
from okf.store.models.figures import FigureSet, FigureWords
from okf.store.models.grants import AccessGrant, ConflictOfInterest, EmergencyAccess, ExpressAgreement
from okf.store.models.keys import DataKey, MasterKey
from okf.store.models.look_first import LookFirstStep
from okf.store.models.mail import Mail, Reminder
from okf.store.models.markers import ContactMarker, ContactMarkerStep
from okf.store.models.matching import (
    DeclaredTie,
    EnquiryKey,
    MatchDecision,
    MatchFinding,
    MatchKey,
    MatchReport,
    ToldApart,
)
from okf.store.models.mediations import (
    MediationAgreement,
    MediationParticipant,
    MediationProposal,
    MediationScreening,
    MediationSession,
    MediationStep,
    OutcomeSummary,
    RecordingIncident,
    SummaryDraft,
)
from okf.store.models.misfilings import Breach, HandedRecord, Misfiling
from okf.store.models.packages import Redaction, SharePackage
from okf.store.models.people import FormerPerson, PartnerAgreement, PartnerOrganisation, Person, PersonRole, WorkerCheck
from okf.store.models.receipts import AccessReceipt
from okf.store.models.records import Record, RecordCorrection, RecordRelabel, RecordSubject, StoredFile
from okf.store.models.restorations import LedgerOwed, Restoration, RestorationSignature
from okf.store.models.rota import RotaShift
from okf.store.models.serious_incidents import IncidentReport
from okf.store.models.settings import PolicySetting
from okf.store.models.shares import InformationShare, RecordingAgreement
from okf.store.models.sign_in import Credential, Invitation, RecoveryCode, SignInSession, SignInTicket, SignInTry
from okf.store.models.tallies import CaseTally

__all__ = [
    "IncidentReport",
    "Absence",
    "SignatureCertificate",
    "AccessGrant",
    "AccessReceipt",
    "AgreementDraft",
    "AccessRequest",
    "AgreementStanding",
    "AgreementVersion",
    "Appointment",
    "AuthorityStep",
    "AuditEvent",
    "AuditHead",
    "Base",
    "Breach",
    "HandedRecord",
    "Misfiling",
    "Case",
    "CaseChild",
    "CaseClosure",
    "ChecklistVersion",
    "FilledChecklist",
    "CaseLink",
    "CaseParty",
    "CaseTally",
    "ChronologyCopy",
    "ChronologyPaper",
    "ClockTold",
    "Concern",
    "ConcernAbout",
    "ConcernAboutEnd",
    "ConcernEntry",
    "ConcernPaper",
    "ConcernPaperCopy",
    "ConcernCategoryAlso",
    "ConcernClock",
    "ConcernDecision",
    "ConcernInformed",
    "DecisionReading",
    "DecisionRecipientAlso",
    "Referral",
    "ReferralEscalation",
    "ConcernFile",
    "ConcernMark",
    "ConcernVoice",
    "ConcernReview",
    "ContactMarker",
    "ContactMarkerStep",
    "LadoNotice",
    "LedgerOwed",
    "LocalAuthority",
    "LookFirstStep",
    "LowLevelConcern",
    "LowLevelStep",
    "Confidential",
    "ConflictOfInterest",
    "CustodyAccess",
    "ContactStatement",
    "Credential",
    "DataKey",
    "DeclaredTie",
    "DigestChoice",
    "DigestWeek",
    "Draft",
    "EmergencyAccess",
    "Enquiry",
    "EnquiryKey",
    "EnquiryCorrection",
    "EnquiryPerson",
    "EnquiryTriage",
    "ExpressAgreement",
    "FigureSet",
    "FigureWords",
    "FormerPerson",
    "Handover",
    "InformationShare",
    "Instant",
    "Invitation",
    "Mail",
    "MasterKey",
    "MatchDecision",
    "MatchFinding",
    "MatchKey",
    "MatchReport",
    "Mediation",
    "Named",
    "Narrative",
    "Own",
    "PaperSignature",
    "PartnerAgreement",
    "MediationAgreement",
    "MediationParticipant",
    "MediationProposal",
    "MediationScreening",
    "MediationSession",
    "MediationStep",
    "OutcomeSummary",
    "RecordingIncident",
    "SummaryDraft",
    "PartnerOrganisation",
    "Person",
    "PersonRole",
    "PolicySetting",
    "PrivacyNoticeGiven",
    "Record",
    "RecordCorrection",
    "RecordRelabel",
    "RecordSubject",
    "RecordingAgreement",
    "RecoveryCode",
    "Reminder",
    "Restoration",
    "RestorationSignature",
    "Redaction",
    "RotaShift",
    "RowMark",
    "Sealed",
    "SafeContactChange",
    "ServiceUser",
    "SharePackage",
    "SignInSession",
    "SignInTicket",
    "SignInTry",
    "Signature",
    "StoredFile",
    "Task",
    "Undertaking",
    "ToldApart",
    "WorkerCheck",
]
