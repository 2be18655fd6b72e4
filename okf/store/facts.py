"""Rows turned into the plain facts that the policy decides on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.errors import NotFound
from okf.policy.access_routes import CUSTODIANS
from okf.policy.facts import (
    CaseFacts,
    CheckFacts,
    ClosureFacts,
    ConcernFacts,
    ConflictFacts,
    CustodyFacts,
    EmergencyFacts,
    FormerFacts,
    GrantFacts,
    LookStepFacts,
    PersonFacts,
    PolicySettings,
    RecordFacts,
    RoleFacts,
    SignatureFacts,
    VersionFacts,
)
from okf.policy.scopes import for_a_mediator, is_own_part, read_through
from okf.store import partner_facts, selects
from okf.store.case_links import joined_cases, looked_at_with
from okf.store.models import AccessGrant, CaseParty, Mediation
from okf.store.once import each, once
from okf.store.rows import from_row, from_rows
from okf.terms import SAFEGUARDING_LEADS, Action, Capacity, CaseStatus, SignatureMethod

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


_WORKS = (
    select(
        AccessGrant.person,
        AccessGrant.capacity,
        AccessGrant.compartments,
        AccessGrant.record_classes,
        AccessGrant.lead_for,
        CaseParty.service_user.label("party"),
    )
    .join(CaseParty, CaseParty.case_ref == AccessGrant.case_ref)
    .where(CaseParty.service_user.in_(bindparam("parties", expanding=True)))
)
_MEDIATORS = (
    select(Mediation.mediator, CaseParty.service_user)
    .join(CaseParty, CaseParty.case_ref == Mediation.case_ref)
    .where(Mediation.mediator.is_not(None), CaseParty.service_user.in_(bindparam("parties", expanding=True)))
    .distinct()
)
_SETTING_NAMES = frozenset(field.name for field in fields(PolicySettings))


@dataclass(frozen=True, slots=True)
class PastWork:
    """That somebody ever worked for one party, or mediated between them and another, which nobody does both of."""

    person: str
    party: str
    mediated: bool


@dataclass(frozen=True, slots=True)
class Past:
    """Who worked for a party of a case, where that bars from mediating in it; and who mediated between its parties."""

    worked: frozenset[str] = frozenset()
    mediated: frozenset[str] = frozenset()


def policy_settings(session: Session, at: datetime) -> PolicySettings:
    """The organisation's settings as they stood at an instant."""
    read = once(session, "settings", lambda: session.execute(selects.SETTINGS).all())
    rows = sorted(read, key=lambda row: row.holds_from or _EPOCH)
    stood = {
        row.name: row.value["is"]
        for row in rows
        if row.name in _SETTING_NAMES and (row.holds_from is None or row.holds_from <= at)
    }
    if "bank_holidays" in stood:
        stood["bank_holidays"] = tuple(date.fromisoformat(day) for day in stood["bank_holidays"])
    return PolicySettings(**stood)


def agreements(session: Session) -> Mapping[Capacity, tuple[VersionFacts, ...]]:
    """Every version of every capacity's agreement, oldest first; of the optional texts the policy hears nothing."""
    return once(session, "agreements", lambda: _agreements(session))


def _agreements(session: Session) -> Mapping[Capacity, tuple[VersionFacts, ...]]:
    kinds: dict[Capacity, list[VersionFacts]] = defaultdict(list)
    for row in session.execute(selects.VERSIONS):
        capacity = row.kind.capacity
        kinds[capacity].append(from_row(VersionFacts, row, kind=capacity))
    return {kind: tuple(versions) for kind, versions in kinds.items()}


def people(session: Session, usernames: Iterable[str]) -> dict[str, PersonFacts]:
    """The people of these usernames who exist; a handful of queries, however many."""
    return each(session, "people", list(usernames), lambda keys: _people(session, {"keys": keys}))


def _people(session: Session, keys: dict[str, Any]) -> dict[str, PersonFacts]:
    people = session.execute(selects.PEOPLE, keys).all()
    roles = _grouped(session.execute(selects.ROLES, keys).all(), lambda r: from_row(RoleFacts, r))
    signatures = _grouped(session.execute(selects.SIGNATURES, keys).all(), _signature)
    checks: dict[str, list[CheckFacts]] = defaultdict(list)
    conflicts: dict[str, list[ConflictFacts]] = defaultdict(list)
    if any(row.has_checks for row in people):  # few have: for the others it is not asked
        checks = _grouped(session.execute(selects.CHECKS, keys).all(), lambda r: from_row(CheckFacts, r))
    former: dict[str, list[Any]] = defaultdict(list)
    if any(row.has_former for row in people):
        former = _grouped(session.execute(selects.FORMER, keys).all(), lambda r: r)
    organisations = {row.name for row in people if row.has_further}
    organisations |= {row.name for rows in former.values() for row in rows if row.name}
    further = partner_facts.spans(session, organisations) if organisations else {}
    if any(row.has_conflicts for row in people):
        conflicts = _grouped(session.execute(selects.CONFLICTS, keys).all(), lambda r: from_row(ConflictFacts, r))
    return {
        row.username: from_row(
            PersonFacts,
            row,
            held_roles=tuple(roles[row.username]),
            organisation=partner_facts.organisation(row, further),
            signatures=tuple(fact for fact in signatures[row.username] if fact),
            checks=tuple(checks[row.username]),
            conflicts=tuple(conflicts[row.username]),
            former=tuple(
                from_row(FormerFacts, one, organisation=partner_facts.organisation(one, further))
                for one in former[row.username]
            ),
        )
        for row in people
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
    return each(session, "cases", list(refs), lambda keys: _cases(session, {"keys": keys}))


def _cases(session: Session, keys: dict[str, Any]) -> dict[str, CaseFacts]:
    adults: dict[str, list[str]] = defaultdict(list)
    children: dict[str, list[str]] = defaultdict(list)
    for ref, who, _, is_child in session.execute(selects.FAMILIES, keys).all():
        (children if is_child else adults)[ref].append(who)
    closures = _grouped(session.execute(selects.CLOSURES, keys).all(), lambda r: from_row(ClosureFacts, r))
    rows = session.execute(selects.CASES, keys).all()
    linked = looked_at_with(session, [row.ref for row in rows if row.has_links])
    joined = joined_cases(session, set().union(*linked.values())) if linked else {}  # what stood there stands here
    looked = {row.ref for row in rows if row.has_looks}.union(*linked.values())  # few have
    looks: dict[str, list[LookStepFacts]] = defaultdict(list)
    if looked:
        found = session.execute(selects.LOOKS, {"keys": sorted(looked)}).all()
        looks = _grouped(found, lambda r: from_row(LookStepFacts, r))
    return {
        row.ref: from_row(
            CaseFacts,
            row,
            parties=tuple(adults[row.ref]),
            children=tuple(children[row.ref]),
            closures=tuple(closures[row.ref]),
            has_mediation=bool(row.has_mediation),
            looks=tuple(looks[row.ref]),
            linked_looks=tuple(tuple(looks[other]) for other in sorted(linked.get(row.ref, set()) - joined.keys())),
        )
        for row in rows
    }


def grants(session: Session, username: str, case_refs: Iterable[str]) -> dict[str, tuple[GrantFacts, ...]]:
    """One person's grants on each of these cases, ended ones too, and as what they read of one that was joined."""

    def read(keys: Collection[str]) -> dict[str, tuple[GrantFacts, ...]]:
        rows = session.execute(selects.GRANTS, {"keys": keys, "person": username}).all()
        here = [row for row in rows if row.joined is None]
        through = [row for row in rows if row.joined is not None]
        if not through:
            return _tuples(here, lambda row: row.case_ref, grant)
        there = cases(session, {ref for row in through for ref in (row.case_ref, row.joined)})
        found = [*map(grant, here), *filter(None, (_through(row, there) for row in through))]
        return _tuples(found, lambda one: one.case_ref, lambda one: one)

    return defaultdict(tuple, each(session, ("grants", username), list(case_refs), read))


def grant(row: Any) -> GrantFacts:
    """One grant, from a row or a model that has its columns."""
    return GrantFacts(
        id=row.id,
        case_ref=row.case_ref,
        capacity=row.capacity,
        compartments=tuple(row.compartments),
        record_classes=tuple(row.record_classes or ()),
        actions=tuple(row.actions or ()),
        from_=row.from_,
        until=row.until,
        granted_at=row.granted_at,
        ended_at=row.ended_at,
        revoked_at=row.revoked_at,
        lead_for=row.lead_for,
        with_address=bool(row.with_address),
    )


def _through(row: Any, there: Mapping[str, CaseFacts]) -> GrantFacts | None:
    """A grant on the case into which one was joined, as what it reads of the joined one; None where that is nothing."""
    into, joined = there[row.case_ref], there[row.joined]
    same = set(into.parties) == set(joined.parties)
    parts = read_through(row.compartments, joined.parties, joined.children, same=same)
    if not parts or into.status is CaseStatus.CLOSED:
        return None
    return replace(
        grant(row),
        case_ref=joined.ref,
        compartments=tuple(parts),
        granted_at=max(filter(None, (row.granted_at, row.joined_at))),
        lead_for=row.lead_for if same else None,
        through=True,
    )


def concerns_on(session: Session, case_refs: Iterable[str]) -> dict[str, tuple[ConcernFacts, ...]]:
    """Every concern on each of these cases."""

    def read(keys: Collection[str]) -> dict[str, tuple[ConcernFacts, ...]]:
        found = _concerns(session, session.execute(selects.CONCERNS_OF, {"keys": keys}).all())
        return _tuples(found, lambda fact: fact.case_ref or "", lambda fact: fact)

    return defaultdict(tuple, each(session, "concerns_on", list(case_refs), read))


def concerns(session: Session, refs: Iterable[str]) -> dict[str, ConcernFacts]:
    """The concerns of these references that exist."""
    return {
        fact.ref: fact for fact in _concerns(session, session.execute(selects.CONCERNS, {"keys": list(refs)}).all())
    }


def records(session: Session, ids: Iterable[str]) -> dict[str, RecordFacts]:
    """The records of these ids that exist, without their words."""
    keys = {"keys": list(ids)}
    rows = session.execute(selects.RECORDS, keys).all()
    subjects = _grouped(session.execute(selects.SUBJECTS, keys), lambda r: r.service_user)
    return {row.id: from_row(RecordFacts, row, subjects=tuple(subjects[row.id])) for row in rows}


def emergencies(session: Session, username: str) -> tuple[EmergencyFacts, ...]:
    """One person's emergency accesses, oldest first."""
    read = once(
        session, ("emergencies", username), lambda: session.execute(selects.EMERGENCIES, {"keys": [username]}).all()
    )
    return from_rows(EmergencyFacts, read)


def custodies(session: Session, person: PersonFacts) -> tuple[CustodyFacts, ...]:
    """One person's custody accesses, oldest first; asked only of those who ever were custodians."""
    if not any(held.role in CUSTODIANS for held in person.held_roles):
        return ()
    who = person.username
    read = once(session, ("custodies", who), lambda: session.execute(selects.CUSTODIES, {"keys": [who]}).all())
    return from_rows(CustodyFacts, read)


def works_of(session: Session, parties: Sequence[str]) -> Iterator[PastWork]:
    """Who ever worked for, or mediated between, each of these parties, on whichever case of theirs."""
    for row in session.execute(_WORKS, {"parties": list(parties)}):
        if for_a_mediator(row.record_classes or ()):
            yield PastWork(row.person, row.party, mediated=True)
        elif row.lead_for or row.capacity is Capacity.THERAPIST or any(map(is_own_part, row.compartments)):
            yield PastWork(row.person, row.party, mediated=False)
    for person, party in session.execute(_MEDIATORS, {"parties": list(parties)}):
        if person is not None:
            yield PastWork(person, party, mediated=True)


def past_of(session: Session, case: CaseFacts, action: Action) -> Past:
    """Who worked for a party of a case, if there is a mediation in it or is to be one; and who ever mediated there."""
    works = list(works_of(session, case.parties))
    mediates = case.has_mediation or action is Action.START_MEDIATION
    return Past(
        frozenset(one.person for one in works if mediates and not one.mediated),
        frozenset(one.person for one in works if one.mediated),
    )


def _signature(row: Any) -> SignatureFacts | None:
    """A paper signature counts from its verification, never before; an optional text's never (C7)."""
    capacity = row.kind.capacity
    if capacity is None:
        return None
    on_paper = row.method is SignatureMethod.ON_PAPER
    if on_paper and row.verified_at is None:
        return None
    return from_row(SignatureFacts, row, kind=capacity, verified_at=row.verified_at if on_paper else None)


def _concerns(session: Session, rows: Sequence[Any]) -> list[ConcernFacts]:
    if not rows:
        return []
    about = session.execute(selects.ABOUT, {"keys": [row.ref for row in rows]}).all()
    about = [row for row in about if not (row.doubt and row.ended)]
    accused = {row.person for row in about if row.person}
    roles = session.execute(selects.ROLES, {"keys": list(accused)}).all() if accused else []
    leads = {row.person for row in roles if row.role in SAFEGUARDING_LEADS}
    users: dict[str, list[str]] = defaultdict(list)
    workers: dict[str, list[tuple[str, datetime | None]]] = defaultdict(list)
    for row in about:  # whom of the workers it ever was about sees nothing of it, whatever was found since
        if row.person:
            workers[row.concern_ref].append((row.person, row.added_at))
        elif not row.ended:
            users[row.concern_ref].append(row.service_user)
    return [
        from_row(
            ConcernFacts,
            row,
            about=tuple(users[row.ref]),
            about_people=tuple(dict.fromkeys(who for who, _ in workers[row.ref])),
            about_lead=any(who in leads for who, _ in workers[row.ref]),
            disputed=row.disputed_at is not None,
            sealed=bool(row.sealed),
            ties=tuple(workers[row.ref]),
        )
        for row in rows
    ]


def _grouped(rows: Iterable[Any], fact: Any) -> dict[str, list[Any]]:
    """Each row's fact, under the row's first column."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(fact(row))
    return groups


def _tuples(rows: Iterable[Any], key: Callable[[Any], str], fact: Callable[[Any], Any]) -> dict[str, tuple[Any, ...]]:
    """The facts of each key."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(fact(row))
    return {name: tuple(found) for name, found in groups.items()}
