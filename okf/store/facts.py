"""Rows turned into the plain facts that the policy decides on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from okf.errors import NotFound
from okf.policy.facts import (
    CaseFacts,
    CheckFacts,
    ClosureFacts,
    ConcernFacts,
    ConflictFacts,
    EmergencyFacts,
    GrantFacts,
    OrganisationFacts,
    PersonFacts,
    PolicySettings,
    RecordFacts,
    RoleFacts,
    SignatureFacts,
    VersionFacts,
)
from okf.store.models import (
    AccessGrant,
    AgreementVersion,
    Case,
    CaseChild,
    CaseClosure,
    CaseParty,
    Concern,
    ConcernAbout,
    ConflictOfInterest,
    EmergencyAccess,
    Mediation,
    PartnerOrganisation,
    Person,
    PersonRole,
    PolicySetting,
    Record,
    RecordSubject,
    Signature,
    WorkerCheck,
)
from okf.terms import SAFEGUARDING_LEADS, Capacity, SignatureMethod

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _by(column: Any, *columns: Any) -> Any:
    return select(*columns).where(column.in_(bindparam("keys", expanding=True)))


_PEOPLE = _by(
    Person.username,
    Person.username, Person.capacity, Person.left_at,
    PartnerOrganisation.name, PartnerOrganisation.agreement_from, PartnerOrganisation.agreement_until,
).outerjoin_from(Person, PartnerOrganisation, Person.organisation == PartnerOrganisation.name)  # fmt: skip
_ROLES = _by(PersonRole.person, PersonRole.person, PersonRole.role, PersonRole.since, PersonRole.until)
_SIGNATURES = _by(
    Signature.person, Signature.person, Signature.kind, Signature.version, Signature.signed_at,
    Signature.method, Signature.verified_at,
)  # fmt: skip
_CHECKS = _by(
    WorkerCheck.person, WorkerCheck.person, WorkerCheck.kind, WorkerCheck.expires_on, WorkerCheck.blocks_access
)
_CONFLICTS = _by(
    ConflictOfInterest.person, ConflictOfInterest.person, ConflictOfInterest.service_user,
    ConflictOfInterest.declared_at, ConflictOfInterest.lifted_at,
)  # fmt: skip
_EMERGENCIES = _by(
    EmergencyAccess.person,
    EmergencyAccess.id, EmergencyAccess.case_ref, EmergencyAccess.opened_at, EmergencyAccess.reviewed_at,
).order_by(EmergencyAccess.opened_at)  # fmt: skip
_CASES = _by(Case.ref, Case.ref, Case.status, Case.opened_on)
_PARTIES = _by(CaseParty.case_ref, CaseParty.case_ref, CaseParty.service_user).order_by(CaseParty.position)
_CHILDREN = _by(CaseChild.case_ref, CaseChild.case_ref, CaseChild.service_user).order_by(CaseChild.position)
_CLOSURES = _by(CaseClosure.case_ref, CaseClosure.case_ref, CaseClosure.closed_at, CaseClosure.reopened_at)
_MEDIATED = _by(Mediation.case_ref, Mediation.case_ref)
_GRANTS = _by(
    AccessGrant.case_ref,
    AccessGrant.id, AccessGrant.person, AccessGrant.case_ref, AccessGrant.capacity, AccessGrant.compartments,
    AccessGrant.record_classes, AccessGrant.actions, AccessGrant.from_, AccessGrant.until, AccessGrant.granted_at,
    AccessGrant.ended_at, AccessGrant.revoked_at,
).where(AccessGrant.person == bindparam("person")).order_by(AccessGrant.id)  # fmt: skip
_CONCERN = (
    Concern.ref, Concern.case_ref, Concern.severity, Concern.status, Concern.raised_by, Concern.raised_at,
    Concern.ended_at,
)  # fmt: skip
_CONCERNS_OF = _by(Concern.case_ref, *_CONCERN)
_CONCERNS = _by(Concern.ref, *_CONCERN)
_ABOUT = _by(ConcernAbout.concern_ref, ConcernAbout.concern_ref, ConcernAbout.service_user, ConcernAbout.person)
_RECORDS = _by(
    Record.id,
    Record.id, Record.case_ref, Record.record_class, Record.source, Record.compartment, Record.status,
    Record.mediation_ref,
)  # fmt: skip
_SUBJECTS = _by(RecordSubject.record_id, RecordSubject.record_id, RecordSubject.service_user)
_VERSIONS = select(
    AgreementVersion.kind, AgreementVersion.version, AgreementVersion.effective_on, AgreementVersion.change,
    AgreementVersion.resign_by,
).order_by(AgreementVersion.effective_on)  # fmt: skip
_SETTINGS = select(PolicySetting.name, PolicySetting.value, PolicySetting.holds_from)
_SETTING_NAMES = frozenset(field.name for field in fields(PolicySettings))


def policy_settings(session: Session, at: datetime) -> PolicySettings:
    """The organisation's settings as they stood at an instant."""
    rows = sorted(session.execute(_SETTINGS), key=lambda row: row.holds_from or _EPOCH)
    stood = {
        row.name: row.value["is"]
        for row in rows
        if row.name in _SETTING_NAMES and (row.holds_from is None or row.holds_from <= at)
    }
    if "bank_holidays" in stood:
        stood["bank_holidays"] = tuple(date.fromisoformat(day) for day in stood["bank_holidays"])
    return PolicySettings(**stood)


def agreements(session: Session) -> Mapping[Capacity, tuple[VersionFacts, ...]]:
    """Every version of every agreement, by capacity, oldest first."""
    kinds: dict[Capacity, list[VersionFacts]] = defaultdict(list)
    for row in session.execute(_VERSIONS):
        kinds[row.kind].append(VersionFacts(*row))
    return {kind: tuple(versions) for kind, versions in kinds.items()}


def people(session: Session, usernames: Iterable[str]) -> dict[str, PersonFacts]:
    """The people of these usernames who exist; a handful of queries, however many."""
    keys = {"keys": list(usernames)}
    roles = _grouped(session.execute(_ROLES, keys), lambda r: RoleFacts(r.role, r.since, r.until))
    signatures = _grouped(session.execute(_SIGNATURES, keys), _signature)
    checks = _grouped(session.execute(_CHECKS, keys), lambda r: CheckFacts(*r[1:]))
    conflicts = _grouped(session.execute(_CONFLICTS, keys), lambda r: ConflictFacts(*r[1:]))
    return {
        row.username: PersonFacts(
            row.username,
            row.capacity,
            tuple(roles[row.username]),
            row.left_at,
            OrganisationFacts(*row[3:]) if row.name else None,
            tuple(fact for fact in signatures[row.username] if fact),
            tuple(checks[row.username]),
            tuple(conflicts[row.username]),
        )
        for row in session.execute(_PEOPLE, keys)
    }


def person(session: Session, username: str) -> PersonFacts:
    """One person.

    Raises:
        NotFound: nobody has this username.
    """
    found = people(session, [username])
    if username not in found:
        raise NotFound(f"Nobody here has the username {username!r}.")
    return found[username]


def cases(session: Session, refs: Iterable[str]) -> dict[str, CaseFacts]:
    """The cases of these references that exist, with parties, children and closures."""
    keys = {"keys": list(refs)}
    parties = _grouped(session.execute(_PARTIES, keys), lambda r: r.service_user)
    children = _grouped(session.execute(_CHILDREN, keys), lambda r: r.service_user)
    closures = _grouped(session.execute(_CLOSURES, keys), lambda r: ClosureFacts(r.closed_at, r.reopened_at))
    mediated = {row.case_ref for row in session.execute(_MEDIATED, keys)}
    return {
        row.ref: CaseFacts(
            row.ref, row.status, row.opened_on,
            tuple(parties[row.ref]), tuple(children[row.ref]), tuple(closures[row.ref]), row.ref in mediated,
        )
        for row in session.execute(_CASES, keys)
    }  # fmt: skip


def grants(session: Session, username: str, case_refs: Iterable[str]) -> dict[str, tuple[GrantFacts, ...]]:
    """One person's grants on each of these cases, ended ones too."""
    rows = session.execute(_GRANTS, {"keys": list(case_refs), "person": username})
    found: dict[str, list[GrantFacts]] = defaultdict(list)
    for row in rows:
        found[row.case_ref].append(grant(row))
    return defaultdict(tuple, {ref: tuple(facts) for ref, facts in found.items()})


def grant(row: Any) -> GrantFacts:
    """One grant, from a row or a model that has its columns."""
    return GrantFacts(
        row.id, row.case_ref, row.capacity, tuple(row.compartments), tuple(row.record_classes or ()),
        tuple(row.actions or ()), row.from_, row.until, row.granted_at, row.ended_at, row.revoked_at,
    )  # fmt: skip


def concerns_on(session: Session, case_refs: Iterable[str]) -> dict[str, tuple[ConcernFacts, ...]]:
    """Every concern on each of these cases."""
    found: dict[str, list[ConcernFacts]] = defaultdict(list)
    for fact in _concerns(session, session.execute(_CONCERNS_OF, {"keys": list(case_refs)}).all()):
        found[fact.case_ref or ""].append(fact)
    return defaultdict(tuple, {ref: tuple(facts) for ref, facts in found.items()})


def concerns(session: Session, refs: Iterable[str]) -> dict[str, ConcernFacts]:
    """The concerns of these references that exist."""
    return {fact.ref: fact for fact in _concerns(session, session.execute(_CONCERNS, {"keys": list(refs)}).all())}


def records(session: Session, ids: Iterable[str]) -> dict[str, RecordFacts]:
    """The records of these ids that exist, without their words."""
    keys = {"keys": list(ids)}
    rows = session.execute(_RECORDS, keys).all()
    subjects = _grouped(session.execute(_SUBJECTS, keys), lambda r: r.service_user)
    return {
        row.id: RecordFacts(
            row.id, row.case_ref, row.record_class, row.source, row.compartment,
            tuple(subjects[row.id]), row.status, row.mediation_ref,
        )
        for row in rows
    }  # fmt: skip


def emergencies(session: Session, username: str) -> tuple[EmergencyFacts, ...]:
    """One person's emergency accesses, oldest first."""
    return tuple(EmergencyFacts(*row) for row in session.execute(_EMERGENCIES, {"keys": [username]}))


def worked_for(session: Session, username: str, parties: Sequence[str]) -> bool:
    """Whether a person was ever granted a party's own part, or a child's as therapist, on a case of these parties."""
    theirs = (
        select(AccessGrant.compartments, AccessGrant.capacity)
        .join(CaseParty, CaseParty.case_ref == AccessGrant.case_ref)
        .where(AccessGrant.person == username, CaseParty.service_user.in_(parties))
        .where(or_(AccessGrant.lead_for.is_not(None), AccessGrant.capacity == Capacity.THERAPIST))
        .limit(1)
    )
    return session.execute(theirs).first() is not None


def _signature(row: Any) -> SignatureFacts | None:
    """A paper signature counts from its verification, never before (C7)."""
    if row.method is SignatureMethod.ON_PAPER:
        if row.verified_at is None:
            return None
        return SignatureFacts(row.kind, row.version, max(row.signed_at, row.verified_at))
    return SignatureFacts(row.kind, row.version, row.signed_at)


def _concerns(session: Session, rows: Sequence[Any]) -> list[ConcernFacts]:
    if not rows:
        return []
    about = session.execute(_ABOUT, {"keys": [row.ref for row in rows]}).all()
    accused = {row.person for row in about if row.person}
    leads = {row.person for row in session.execute(_ROLES, {"keys": list(accused)}) if row.role in SAFEGUARDING_LEADS}
    users: dict[str, list[str]] = defaultdict(list)
    workers: dict[str, list[str]] = defaultdict(list)
    for row in about:
        (workers if row.person else users)[row.concern_ref].append(row.person or row.service_user)
    return [
        ConcernFacts(
            row.ref, row.case_ref, row.severity, row.status, row.raised_by, row.raised_at,
            tuple(users[row.ref]), tuple(workers[row.ref]), bool(leads.intersection(workers[row.ref])), row.ended_at,
        )
        for row in rows
    ]  # fmt: skip


def _grouped(rows: Iterable[Any], fact: Any) -> dict[str, list[Any]]:
    """Each row's fact, under the row's first column."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(fact(row))
    return groups
