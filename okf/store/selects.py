"""The rows that facts are made of: each statement is built once, of plain columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, bindparam, cast, exists, func, literal_column, null, or_, select, union_all

from okf.policy.mediation import ANOTHER_MEDIATOR
from okf.store.models import (
    AccessGrant,
    AgreementVersion,
    Case,
    CaseChild,
    CaseClosure,
    CaseLink,
    CaseParty,
    Concern,
    ConcernAbout,
    ConcernAboutEnd,
    ConflictOfInterest,
    CustodyAccess,
    EmergencyAccess,
    FormerPerson,
    LookFirstStep,
    Mediation,
    MediationStep,
    Misfiling,
    PartnerAgreement,
    PartnerOrganisation,
    Person,
    PersonRole,
    PolicySetting,
    Record,
    RecordSubject,
    Signature,
    WorkerCheck,
)
from okf.terms.agreements import OPTIONAL_KINDS
from okf.terms.caseload import CaseLinkKind
from okf.terms.records import MisfilingOutcome


def _of(attribute: Any) -> Any:
    # The table's own column: rows of facts need nothing of what an entity's cost.
    return attribute.property.columns[0]


def _plain(*attributes: Any) -> Any:
    return select(*map(_of, attributes))


def _by(key: Any, *attributes: Any) -> Any:
    return _plain(*attributes).where(_of(key).in_(bindparam("keys", expanding=True)))


_ORGANISATION = (
    PartnerOrganisation.name,
    PartnerOrganisation.agreement_from,
    PartnerOrganisation.agreement_until,
    PartnerOrganisation.agreement_ended_at,
)
PEOPLE = (
    _by(Person.username, Person.username, Person.capacity, Person.left_at, *_ORGANISATION)
    .outerjoin_from(
        Person.__table__, PartnerOrganisation.__table__, _of(Person.organisation) == _of(PartnerOrganisation.name)
    )
    .add_columns(
        exists().where(_of(WorkerCheck.person) == _of(Person.username)).label("has_checks"),
        exists().where(_of(PartnerAgreement.organisation) == _of(Person.organisation)).label("has_further"),
        exists().where(_of(ConflictOfInterest.person) == _of(Person.username)).label("has_conflicts"),
        exists().where(_of(FormerPerson.person) == _of(Person.username)).label("has_former"),
    )
)
FORMER = (
    _by(
        FormerPerson.person,
        FormerPerson.person,
        FormerPerson.until,
        FormerPerson.capacity,
        FormerPerson.left_at,
        *_ORGANISATION,
    )
    .outerjoin_from(
        FormerPerson.__table__,
        PartnerOrganisation.__table__,
        _of(FormerPerson.organisation) == _of(PartnerOrganisation.name),
    )
    .order_by(_of(FormerPerson.until), _of(FormerPerson.id))
)
ROLES = _by(PersonRole.person, PersonRole.person, PersonRole.role, PersonRole.since, PersonRole.until)
SIGNATURES = _by(
    Signature.person,
    Signature.person,
    Signature.kind,
    Signature.version,
    Signature.signed_at,
    Signature.method,
    Signature.verified_at,
)
CHECKS = _by(
    WorkerCheck.person,
    WorkerCheck.person,
    WorkerCheck.kind,
    WorkerCheck.expires_on,
    WorkerCheck.blocks_access,
    WorkerCheck.starts_on,
    WorkerCheck.recorded_at,
)
PARTNER_AGREEMENTS = _by(
    PartnerAgreement.organisation,
    PartnerAgreement.organisation,
    PartnerAgreement.from_on,
    PartnerAgreement.until,
    PartnerAgreement.recorded_at,
    PartnerAgreement.ended_at,
).order_by(_of(PartnerAgreement.from_on))
CONFLICTS = _by(
    ConflictOfInterest.person,
    ConflictOfInterest.person,
    ConflictOfInterest.service_user,
    ConflictOfInterest.declared_at,
    ConflictOfInterest.lifted_at,
)
EMERGENCIES = _by(
    EmergencyAccess.person,
    EmergencyAccess.id,
    EmergencyAccess.case_ref,
    EmergencyAccess.opened_at,
    EmergencyAccess.reviewed_at,
    EmergencyAccess.ended_at,
).order_by(_of(EmergencyAccess.opened_at))
CUSTODIES = _by(
    CustodyAccess.person,
    CustodyAccess.id,
    CustodyAccess.case_ref,
    CustodyAccess.opened_at,
    CustodyAccess.until,
    CustodyAccess.ended_at,
).order_by(_of(CustodyAccess.opened_at))
CASES = _by(Case.ref, Case.ref, Case.status, Case.opened_on).add_columns(
    exists().where(_of(Mediation.case_ref) == _of(Case.ref)).label("has_mediation"),
    exists().where(_of(LookFirstStep.case_ref) == _of(Case.ref)).label("has_looks"),
    or_(*(exists().where(_of(end) == _of(Case.ref)) for end in (CaseLink.case_ref, CaseLink.other_case))).label(
        "has_links"
    ),
)
LOOKS = _by(LookFirstStep.case_ref, LookFirstStep.case_ref, LookFirstStep.kind, LookFirstStep.by).order_by(
    _of(LookFirstStep.id)
)
# Adults and children in one statement: every list of cases asks for both.
FAMILIES = union_all(
    _by(CaseParty.case_ref, CaseParty.case_ref, CaseParty.service_user, CaseParty.position).add_columns(
        literal_column("0", Integer).label("child")
    ),
    _by(CaseChild.case_ref, CaseChild.case_ref, CaseChild.service_user, CaseChild.position).add_columns(
        literal_column("1", Integer).label("child")
    ),
).order_by("child", "position")
CLOSURES = _by(CaseClosure.case_ref, CaseClosure.case_ref, CaseClosure.closed_at, CaseClosure.reopened_at)
_GRANT = (
    AccessGrant.id,
    AccessGrant.person,
    AccessGrant.case_ref,
    AccessGrant.capacity,
    AccessGrant.compartments,
    AccessGrant.record_classes,
    AccessGrant.actions,
    AccessGrant.from_,
    AccessGrant.until,
    AccessGrant.granted_at,
    AccessGrant.ended_at,
    AccessGrant.revoked_at,
    AccessGrant.lead_for,
    AccessGrant.with_address,
)
# Somebody's grants on cases, and those on the case into which one of them was joined (`joined`, since when).
GRANTS = union_all(
    _by(AccessGrant.case_ref, *_GRANT)
    .add_columns(
        cast(null(), _of(CaseLink.other_case).type).label("joined"),
        cast(null(), _of(CaseLink.agreed_at).type).label("joined_at"),
    )
    .where(_of(AccessGrant.person) == bindparam("person")),
    _plain(*_GRANT, CaseLink.other_case, CaseLink.agreed_at)
    .join_from(AccessGrant.__table__, CaseLink.__table__, _of(CaseLink.case_ref) == _of(AccessGrant.case_ref))
    .where(
        _of(AccessGrant.person) == bindparam("person"),
        _of(CaseLink.other_case).in_(bindparam("keys", expanding=True)),
        _of(CaseLink.kind) == CaseLinkKind.JOINED,
        _of(CaseLink.agreed_at).is_not(None),
        _of(CaseLink.ended_at).is_(None),
    ),
).order_by("id")
CONCERN = (
    Concern.ref,
    Concern.case_ref,
    Concern.severity,
    Concern.status,
    Concern.raised_by,
    Concern.raised_at,
    Concern.ended_at,
    Concern.disputed_at,
    Concern.sealed,
)
CONCERNS_OF = _by(Concern.case_ref, *CONCERN)
CONCERNS = _by(Concern.ref, *CONCERN)
# A lead may have found since that it is not about them: said by a row of its own, newer than the tie.
NO_LONGER_ABOUT = (
    exists()
    .where(
        _of(ConcernAboutEnd.concern_ref) == _of(ConcernAbout.concern_ref),
        or_(
            _of(ConcernAboutEnd.person) == _of(ConcernAbout.person),
            _of(ConcernAboutEnd.service_user) == _of(ConcernAbout.service_user),
        ),
        or_(_of(ConcernAbout.added_at).is_(None), _of(ConcernAboutEnd.ended_at) >= _of(ConcernAbout.added_at)),
    )
    .correlate(ConcernAbout.__table__)
)
ABOUT = _by(
    ConcernAbout.concern_ref,
    ConcernAbout.concern_ref,
    ConcernAbout.service_user,
    ConcernAbout.person,
    ConcernAbout.added_at,
    ConcernAbout.doubt,
).add_columns(NO_LONGER_ABOUT.label("ended"))
RECORDS = _by(
    Record.id,
    Record.id,
    Record.case_ref,
    Record.record_class,
    Record.source,
    Record.compartment,
    Record.status,
    Record.mediation_ref,
).add_columns(
    select(_of(Mediation.mediator))
    .where(
        _of(Mediation.ref) == _of(Record.mediation_ref),
        # What was told a mediator stays with them when another takes over (`visible.taken_over`).
        ~exists().where(
            _of(MediationStep.mediation_ref) == _of(Record.mediation_ref),
            _of(MediationStep.because) == ANOTHER_MEDIATOR,
            _of(MediationStep.at) > _of(Record.written_at),
        ),
    )
    .scalar_subquery()
    .label("mediator"),
    # One that somebody else found where it belongs is sealed no more.
    select(func.min(_of(Misfiling.reported_at)))
    .where(
        _of(Misfiling.record_id) == _of(Record.id),
        _of(Misfiling.file_ref).is_(None),
        or_(_of(Misfiling.outcome).is_(None), _of(Misfiling.outcome) != MisfilingOutcome.RIGHT_PLACE),
    )
    .correlate(Record.__table__)
    .scalar_subquery()
    .label("away"),
)
SUBJECTS = _by(RecordSubject.record_id, RecordSubject.record_id, RecordSubject.service_user)
VERSIONS = (
    _plain(
        AgreementVersion.kind,
        AgreementVersion.version,
        AgreementVersion.effective_on,
        AgreementVersion.change,
        AgreementVersion.resign_by,
    )
    .where(_of(AgreementVersion.kind).not_in(OPTIONAL_KINDS))
    .order_by(_of(AgreementVersion.effective_on))
)
SETTINGS = _plain(PolicySetting.name, PolicySetting.value, PolicySetting.holds_from)
