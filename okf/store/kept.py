"""Rows kept for speed, made from others in the transaction that changes those: standings and allocation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, union, update
from sqlalchemy.orm import Session

from okf.clock import is_past, london_date
from okf.policy.standing import FAR, standing
from okf.store import facts
from okf.store.case_links import joined_cases
from okf.store.models import (
    AccessGrant,
    AgreementStanding,
    AuditEvent,
    Case,
    CaseClosure,
    CaseParty,
    ConflictOfInterest,
    Person,
)
from okf.store.visible import families, not_ended
from okf.terms import Action, Capacity, CaseStatus, Outcome

BATCH = 500

_HELD = (
    select(
        AccessGrant.person,
        AccessGrant.capacity,
        func.count().label("grants"),
        func.count(AccessGrant.case_ref.distinct()).label("cases"),
        func.min(AccessGrant.from_).label("since"),
    )
    .where(not_ended(), AccessGrant.person.in_(bindparam("keys", expanding=True)))
    .group_by(AccessGrant.person, AccessGrant.capacity)
)
_NEED = union(
    select(AgreementStanding.person).where(AgreementStanding.kind == bindparam("capacity")),
    select(Person.username).where(Person.capacity == bindparam("capacity")),
)
_CASES = select(Case.ref, Case.opened_on, Case.status, CaseParty.service_user).where(
    Case.ref == CaseParty.case_ref, Case.ref.in_(bindparam("keys", expanding=True))
)
_REOPENED = (
    select(CaseClosure.case_ref, func.max(CaseClosure.reopened_at).label("at"))
    .where(CaseClosure.reopened_at.is_not(None), CaseClosure.case_ref.in_(bindparam("keys", expanding=True)))
    .group_by(CaseClosure.case_ref)
)
_LEADS = select(
    AccessGrant.case_ref,
    AccessGrant.lead_for,
    AccessGrant.person,
    AccessGrant.from_,
    AccessGrant.ended_at,
    AccessGrant.until,
).where(AccessGrant.lead_for.is_not(None), AccessGrant.case_ref.in_(bindparam("keys", expanding=True)))
_FAMILIES = families()
_TIED = (
    select(_FAMILIES.c.case_ref, ConflictOfInterest.person, func.min(ConflictOfInterest.declared_at).label("since"))
    .join(ConflictOfInterest, ConflictOfInterest.service_user == _FAMILIES.c.service_user)
    .where(ConflictOfInterest.lifted_at.is_(None), _FAMILIES.c.case_ref.in_(bindparam("keys", expanding=True)))
    .group_by(_FAMILIES.c.case_ref, ConflictOfInterest.person)
)
_CASES_OF = select(_FAMILIES.c.case_ref).where(_FAMILIES.c.service_user.in_(bindparam("keys", expanding=True)))
_STORED = select(*AgreementStanding.__table__.columns).where(
    AgreementStanding.person.in_(bindparam("keys", expanding=True))
)
_ENDS = ("due_at", "overdue_at", "ended_at", "partner_stops_at")
_LAST_BY_HOLDER = (
    select(func.max(AuditEvent.at))
    .where(
        AuditEvent.case_ref == AccessGrant.case_ref,
        AuditEvent.actor == AccessGrant.person,
        AuditEvent.action == Action.OPEN_CASE,
        AuditEvent.outcome != Outcome.DENY,
        AuditEvent.at >= AccessGrant.from_,
    )
    .scalar_subquery()
)
_OPENED = (
    select(
        AccessGrant.id,
        AccessGrant.case_ref,
        AccessGrant.person,
        AccessGrant.from_,
        AccessGrant.last_opened_at.label("kept"),
    )
    .where(
        AccessGrant.id > bindparam("after"), not_ended(), AccessGrant.last_opened_at.is_distinct_from(_LAST_BY_HOLDER)
    )
    .order_by(AccessGrant.id)
    .limit(BATCH)
)
_OPENINGS = select(AuditEvent.at, AuditEvent.facts).where(
    AuditEvent.case_ref == bindparam("case"),
    AuditEvent.actor == bindparam("who"),
    AuditEvent.action == Action.OPEN_CASE,
    AuditEvent.outcome != Outcome.DENY,
    AuditEvent.at >= bindparam("since", type_=AccessGrant.from_.type),
)
_OPENED_AT = (
    update(AccessGrant)
    .where(AccessGrant.id == bindparam("key"))
    .values(last_opened_at=bindparam("last", type_=AccessGrant.last_opened_at.type))
)
_A_DEED_WAITS = timedelta(minutes=5)  # for other writers, between its instant and its event's
_SINCE = select(Case.ref, Case.unallocated_since).where(Case.ref.in_(bindparam("keys", expanding=True)))
_ALLOCATED = update(Case).where(Case.ref == bindparam("key")).values(unallocated_since=bindparam("since"))


def who_need(session: Session, capacity: Capacity) -> list[str]:
    """The people whose standing a new version of one capacity's agreement can change."""
    return list(session.scalars(_NEED, {"capacity": capacity}))


def refresh_standings(session: Session, at: datetime, usernames: Collection[str] | None = None) -> None:
    """Make the standings of these people anew, or of everyone: after a signature, a version, a grant, a setting.

    People need the agreement of their own capacity and of every capacity in
    which they hold a grant that has not ended; what they once signed and no
    longer need stays listed as ended. Costs by the people, in batches.
    """
    for batch, made in _standings(session, at, usernames):
        session.execute(delete(AgreementStanding).where(AgreementStanding.person.in_(batch)))
        if made:
            session.execute(insert(AgreementStanding), made)


def standings_astray(session: Session, at: datetime) -> Iterator[str]:
    """The people whose standing is not what their signatures, versions and accesses make it; costs by everyone."""
    for batch, made in _standings(session, at, None):
        stored = [dict(one) for one in session.execute(_STORED, {"keys": batch}).mappings()]
        held = {(one["person"], one["kind"]): one for one in stored}
        anew = {(one["person"], one["kind"]): one for one in made}
        yield from sorted({key[0] for key in held.keys() | anew.keys() if _differ(held.get(key), anew.get(key), at)})


def _differ(held: Mapping[str, Any] | None, anew: Mapping[str, Any] | None, at: datetime) -> bool:
    """What was over already when it was made anew, or is by now, is over in both."""
    if held is None or anew is None:
        return held is not anew
    over = {name for name in _ENDS if is_past(held[name], at) and is_past(anew[name], at)}
    if is_past(anew["ended_at"], at):
        over.add("overdue_at")
    return any(held[name] != value for name, value in anew.items() if name not in over)


def _standings(
    session: Session, at: datetime, usernames: Collection[str] | None
) -> Iterator[tuple[list[str], list[dict[str, Any]]]]:
    """The standings as the facts make them now, some hundred people at a time."""
    versions = facts.agreements(session)
    settings = facts.policy_settings(session, at)
    keys = list(usernames) if usernames is not None else list(session.scalars(select(Person.username)))
    for batch in _batches(keys):
        held: dict[str, dict[Capacity, Any]] = defaultdict(dict)
        for row in session.execute(_HELD, {"keys": batch}):
            held[row.person][row.capacity] = row
        made = []
        for username, person in facts.people(session, batch).items():
            needed = {person.capacity, *held[username]}
            for kind in {*needed, *(s.kind for s in person.signatures)}:
                stands = standing(kind, person.signatures, versions.get(kind, ()), settings, at, person.organisation)
                holds = held[username].get(kind)
                ended_at = person.left_at or (None if kind in needed else stands.signed_at)
                made.append(
                    {
                        "person": username,
                        "kind": kind,
                        "version": stands.version,
                        "signed_at": stands.signed_at,
                        "due_at": stands.due_at,
                        "overdue_at": FAR if is_past(ended_at, at) else stands.overdue_at,
                        "ended_at": ended_at,
                        "partner_stops_at": stands.partner_stops_at,
                        "grants_held": holds.grants if holds else 0,
                        "cases_held": holds.cases if holds else 0,
                        "held_since": holds.since if holds else None,
                    }
                )
        yield batch, made


def openings_astray(session: Session) -> Iterator[tuple[str, datetime | None]]:
    """The live accesses whose last opening is not the record's, each with what that tells; costs by all of them."""
    after = ""
    while batch := session.execute(_OPENED, {"after": after}).all():
        for grant in batch:
            openings = session.execute(_OPENINGS, {"case": grant.case_ref, "who": grant.person, "since": grant.from_})
            last = max((one.at for one in openings if grant.id in one.facts.get("grants", (grant.id,))), default=None)
            if last is None or grant.kept is None:
                fits = last is grant.kept
            else:
                fits = timedelta() <= last - grant.kept <= _A_DEED_WAITS
            if not fits:
                yield grant.id, last
        after = batch[-1].id


def mend_openings(session: Session) -> None:
    """Write the last opening of each such access as the record tells it."""
    for grant, last in list(openings_astray(session)):
        session.connection().execute(_OPENED_AT, {"key": grant, "last": last})


def refresh_allocation(session: Session, at: datetime, case_refs: Collection[str]) -> None:
    """Make `unallocated_since` of these cases anew: after a grant starts or ends, a case opens or closes (C3).

    A case is unallocated while one of its parties has no lead caseworker;
    one with a tie to the family is none (C5). One that was joined into
    another is no longer allocated by itself.
    """
    for since in _allocation(session, at, case_refs):
        session.connection().execute(_ALLOCATED, [{"key": ref, "since": gap} for ref, gap in since.items()])


def refresh_allocation_of(session: Session, at: datetime, service_users: Collection[str]) -> None:
    """The same of the cases that these people are in: after somebody's tie to one of them is declared or lifted."""
    refs = {ref for batch in _batches(sorted(service_users)) for ref in session.scalars(_CASES_OF, {"keys": batch})}
    refresh_allocation(session, at, sorted(refs))


def allocation_astray(session: Session, at: datetime) -> Iterator[str]:
    """The cases whose `unallocated_since` is not what their lead caseworkers' accesses make it; costs by all cases."""
    refs = list(session.scalars(select(Case.ref).order_by(Case.ref)))
    # An access that ran out counts on until it is ended, at night.
    for now, before in zip(_allocation(session, at, refs), _allocation(session, at, refs, lapse=False), strict=True):
        held = session.execute(_SINCE, {"keys": list(now)})
        yield from sorted(ref for ref, since in held if since not in (now[ref], before[ref]))


def _allocation(
    session: Session, at: datetime, case_refs: Collection[str], *, lapse: bool = True
) -> Iterator[dict[str, date | None]]:
    """Since when each case is unallocated, some hundred at a time; where accesses `lapse`, also by their last day."""
    for batch in _batches(list(case_refs)):
        leads: dict[tuple[str, str], list[datetime | None]] = defaultdict(list)
        tied = {(row.case_ref, row.person): row.since for row in session.execute(_TIED, {"keys": batch})}
        for row in session.execute(_LEADS, {"keys": batch}):
            barred = tied[row.case_ref, row.person] or row.from_ if (row.case_ref, row.person) in tied else None
            ends = [end for end in (row.ended_at, row.until if lapse else None, barred) if end is not None]
            leads[row.case_ref, row.lead_for].append(min(ends) if ends else None)
        # A case that was reopened has been without a lead since then, not since it was closed.
        begun = {row.case_ref: london_date(row.at) for row in session.execute(_REOPENED, {"keys": batch})}
        joined = joined_cases(session, batch)
        since: dict[str, date | None] = {}
        for case in session.execute(_CASES, {"keys": batch}):
            gap = _gap(leads[case.ref, case.service_user], begun.get(case.ref, case.opened_on), at)
            lives = case.status is not CaseStatus.CLOSED and case.ref not in joined
            earlier = since.get(case.ref)
            since[case.ref] = min(filter(None, (earlier, gap)), default=None) if lives else None
        if since:
            yield since


def _gap(ends: Sequence[datetime | None], opened_on: date, at: datetime) -> date | None:
    """The date since which a party has had no lead; None if there is one now."""
    if any(not is_past(end, at) for end in ends):
        return None
    return max([opened_on, *(london_date(end) for end in ends if end is not None)])


def _batches(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]
