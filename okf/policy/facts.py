"""The plain values that a question is decided on; the store fills them, rehearsals and tests too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from okf.clock import is_past
from okf.policy.decision import Reason
from okf.terms import (
    ENDED_CONCERN,
    SAFEGUARDING_LEADS,
    Action,
    Capacity,
    CaseStatus,
    Change,
    CheckKind,
    ConcernStatus,
    RecordClass,
    RecordStatus,
    Role,
    Severity,
)
from okf.terms.look_first import LookStep


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """The organisation's own numbers, as they stood at the instant of the question (`our default` each)."""

    resign_grace_days: int = 14
    annual_refresh_days: int = 365
    refresh_grace_days: int = 14
    sign_early_days: int = 28  # before the yearly signing is due, from which it may be made
    wind_down_days: int = 0
    break_glass_hours: int = 4
    small_cell: int = 5
    unallocated_days: int = 2
    reconfirm_days: int = 90
    unused_days: int = 90
    file_megabytes: int = 20
    vetting_blocks: int = 0  # 1: whoever's vetting has run out opens nothing
    training_blocks: int = 0
    vetting_warning_days: int = 60
    training_warning_days: int = 30
    partner_warning_days: int = 30
    custody_days: int = 7
    caseload_most: int = 25  # ordinary cases that a caseworker can carry; a person may have a number of their own
    no_contact_days: int = 28
    losing_days: int = 14
    second_reading_days: int = 2  # working days, after which the next one of the pool is asked
    ladder_before_hours: int = 4  # before a clock is due, at most half of it; 0: nobody hears before
    ladder_deputy_minutes: int = 30  # after an immediate or high one was due to be decided, at any hour
    ladder_trustee_minutes: int = 60
    ladder_deputy_hours: int = 4  # after the lead heard that any other is past, within the hours
    ladder_trustee_hours: int = 8
    ladder_from_hour: int = 8
    ladder_to_hour: int = 18
    directory_check_days: int = 183  # after which somebody looks again whether an authority's numbers are right
    bank_holidays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One version of the agreement of one capacity."""

    kind: Capacity
    version: str
    effective_on: date
    change: Change
    resign_by: date | None = None


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """One signing; a paper one counts from its verification, and its year runs from the day it was signed."""

    kind: Capacity
    version: str
    signed_at: datetime
    verified_at: datetime | None = None

    def counts(self, at: datetime) -> bool:
        """Whether it was made, and verified if it had to be, by an instant."""
        return self.signed_at <= at and (self.verified_at is None or self.verified_at <= at)


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """The spans of a partner organisation's own agreements: the first, half-open in London dates, and further ones.

    The first is over at `ended_at`, if it was ended before its time; the
    further ones are instants already, half-open too.
    """

    name: str
    agreement_from: date | None
    agreement_until: date | None
    ended_at: datetime | None = None
    further: tuple[tuple[datetime, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """A check that runs out as a London date begins: like every interval, half-open.

    It holds from its start, and never before it was put on record; without
    either it always did.
    """

    kind: CheckKind
    expires_on: date
    blocks_access: bool
    starts_on: date | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConflictFacts:
    """A declared tie to a service user, until somebody else lifted it."""

    service_user: str
    declared_at: datetime | None = None
    lifted_at: datetime | None = None

    def stands(self, at: datetime) -> bool:
        """Whether it bars access at an instant."""
        return (self.declared_at is None or self.declared_at <= at) and not is_past(self.lifted_at, at)


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """A role over a span of time, half-open; no start means always."""

    role: Role
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FormerFacts:
    """What somebody was until an instant, when their capacity or organisation changed, or their account came back."""

    until: datetime
    capacity: Capacity
    organisation: OrganisationFacts | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Somebody who works with OKF, with all they ever signed and declared, and what they were before, oldest first."""

    username: str
    capacity: Capacity
    held_roles: tuple[RoleFacts, ...] = ()
    left_at: datetime | None = None
    organisation: OrganisationFacts | None = None
    signatures: tuple[SignatureFacts, ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    conflicts: tuple[ConflictFacts, ...] = ()
    former: tuple[FormerFacts, ...] = ()
    is_host: bool = False

    def as_of(self, at: datetime) -> PersonFacts | FormerFacts:
        """What holds the capacity, organisation and account that were theirs at an instant."""
        return next((once for once in self.former if at < once.until), self)

    def roles(self, at: datetime) -> frozenset[Role]:
        """The roles they held at an instant."""
        return frozenset(
            held.role
            for held in self.held_roles
            if (held.since is None or held.since <= at) and not is_past(held.until, at)
        )

    @property
    def ever_led(self) -> bool:
        """Whether they are, were or are to be a safeguarding lead: what is about them is the trustee's too (C9)."""
        return any(held.role in SAFEGUARDING_LEADS for held in self.held_roles)

    def active(self, at: datetime) -> bool:
        """Whether the account was on at an instant."""
        return not is_past(self.as_of(at).left_at, at)


@dataclass(frozen=True, slots=True)
class ClosureFacts:
    """One closing of a case, and its reopening if there was one."""

    closed_at: datetime
    reopened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LookStepFacts:
    """One step of looking first at a case, in its order."""

    kind: LookStep
    by: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case, as far as a decision rests on it.

    `looks` are its steps of looking first (`okf/policy/look_first.py`), `linked_looks` those of each linked case.
    """

    ref: str
    status: CaseStatus
    opened_on: date
    parties: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    closures: tuple[ClosureFacts, ...] = ()
    has_mediation: bool = False
    looks: tuple[LookStepFacts, ...] = ()
    linked_looks: tuple[tuple[LookStepFacts, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """An access grant, half-open `[from_, until)`; empty classes and actions mean all.

    `with_address`: it shows the address of those whose own part it covers, whatever its work does. `through`: it is one
    on the case into which this one was joined, and only reads here.
    """

    id: str
    case_ref: str
    capacity: Capacity
    compartments: tuple[str, ...]
    record_classes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    from_: datetime | None = None
    until: datetime | None = None
    granted_at: datetime | None = None
    ended_at: datetime | None = None
    revoked_at: datetime | None = None
    lead_for: str | None = None
    with_address: bool = False
    through: bool = False

    def over(self, at: datetime) -> bool:
        """Whether it is over at an instant, and opens nothing from then on."""
        return any(is_past(end, at) for end in (self.until, self.ended_at, self.revoked_at))

    def on_record(self, at: datetime) -> bool:
        """Whether it had been given by an instant: the past knows of no later one."""
        return self.granted_at is None or self.granted_at <= at


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """A record, as far as a decision rests on it: never its words.

    `away` is since when it is sealed as lying in the wrong place.
    """

    id: str
    case_ref: str
    record_class: RecordClass
    source: str
    compartment: str
    subjects: tuple[str, ...] = ()
    status: RecordStatus | None = None
    mediation_ref: str | None = None
    mediator: str | None = None
    away: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConcernFacts:
    """A concern, as far as a decision rests on it. `about_people` are workers, `about` service users.

    `disputed` says that one of its decisions waits for a third reader;
    `sealed` that it was said to be about a worker when it was raised. `ties`
    has each tie of `about_people` with since when, None for from the first.
    """

    ref: str
    case_ref: str | None
    severity: Severity
    status: ConcernStatus
    raised_by: str
    raised_at: datetime
    about: tuple[str, ...] = ()
    about_people: tuple[str, ...] = ()
    about_lead: bool = False
    ended_at: datetime | None = None
    disputed: bool = False
    sealed: bool = False
    ties: tuple[tuple[str, datetime | None], ...] = ()

    def open(self, at: datetime) -> bool:
        """Whether it was raised and not yet ended at an instant."""
        if at < self.raised_at:
            return False
        if self.ended_at is not None:
            return at < self.ended_at
        return self.status not in ENDED_CONCERN


@dataclass(frozen=True, slots=True)
class EmergencyFacts:
    """One emergency access and its review; `ended_at` is set where its holder ended it early."""

    id: str
    case_ref: str
    opened_at: datetime
    reviewed_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustodyFacts:
    """A custodian's stated purpose and the term of it, half-open `[opened_at, until)`, or until they ended it."""

    id: str
    case_ref: str
    opened_at: datetime
    until: datetime
    ended_at: datetime | None = None

    def lasts(self, at: datetime) -> bool:
        """Whether it was open at an instant."""
        return self.opened_at <= at < min(self.until, self.ended_at or self.until)


@dataclass(frozen=True, slots=True)
class SigningFacts:
    """What is wrong with one person's signing of each capacity's agreement, as far as asked, and what it rests on.

    It belongs to the asker, and is shared by all the questions made from theirs.
    """

    signatures: tuple[SignatureFacts, ...]
    agreements: Mapping[Capacity, tuple[VersionFacts, ...]]
    settings: PolicySettings
    at: datetime
    reasons: dict[Capacity, tuple[Reason, ...]] = field(default_factory=dict)

    def answers(self, q: Question) -> bool:
        """Whether a question rests on the very same facts."""
        same = self.signatures is q.person.signatures and self.agreements is q.agreements
        return same and self.settings is q.settings and self.at is q.at


@dataclass(frozen=True, slots=True)
class Question:
    """May this person do this, to this, at this instant?

    `grants` are the person's own on this case, `concerns` the case's,
    `emergencies` and `custodies` the person's own on any case. `grantee_past` says whether the
    grantee worked for either party of the case, `grantee_mediated` whether they
    mediate or mediated between them, and `grantee_across` whether they work on another case for somebody who stands
    against the one they would lead for (`lead_for`), or have a tie to somebody there. `undecided` says that
    somebody of the case may be in another one, and that nobody decided on it.
    `across` says that the person works in somebody's own part of this case or a linked one, whatever work they act
    in; of an enquiry, that somebody in it may be of such a family. `handed_up` says of an enquiry that no manager is
    free to read it.
    `giving` is the access that the grantee would have by it.
    `about_self` says that what is asked about is the person's own: a grant,
    a review, a mediation of theirs. `works` are those of which they hold
    accesses here at once, the one that they act in first: `grants` are its own
    alone then; empty where there is no choice. `signing` spares a list from asking the
    same of one person on case after case; the answer is the same without.
    """

    at: datetime
    action: Action
    person: PersonFacts
    agreements: Mapping[Capacity, tuple[VersionFacts, ...]] = field(default_factory=dict)
    settings: PolicySettings = PolicySettings()
    case: CaseFacts | None = None
    record: RecordFacts | None = None
    concern: ConcernFacts | None = None
    concerns: tuple[ConcernFacts, ...] = ()
    grants: tuple[GrantFacts, ...] = ()
    emergencies: tuple[EmergencyFacts, ...] = ()
    custodies: tuple[CustodyFacts, ...] = ()
    grantee: PersonFacts | None = None
    across: bool = False
    handed_up: bool = False
    grantee_past: bool = False
    grantee_mediated: bool = False
    grantee_across: bool = False
    giving: GrantFacts | None = None
    lead_for: str | None = None
    undecided: bool = False
    compartment: str | None = None
    record_class: RecordClass | None = None
    purpose: str | None = None
    about_self: bool = False
    works: tuple[Role | Capacity, ...] = ()
    signing: SigningFacts | None = field(default=None, compare=False, repr=False)
