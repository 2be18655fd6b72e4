"""Access grants: given, ended, revoked and handed over; nobody grants to themselves (C5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from okf.commands.checked import words
from okf.commands.on_case import case_of, on_case
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.policy.facts import CaseFacts, PersonFacts
from okf.policy.scopes import compartments_of
from okf.queries.known import unknown
from okf.store import kept, marks
from okf.store.models import AccessGrant
from okf.terms import Action, Capacity, RecordClass

BATCH = 500

_LEADS = select(AccessGrant).where(
    AccessGrant.case_ref == bindparam("case_ref"),
    AccessGrant.lead_for == bindparam("party"),
    AccessGrant.ended_at.is_(None),
)
_LAPSED = (
    select(AccessGrant)
    .where(AccessGrant.ended_at.is_(None), AccessGrant.until.is_not(None), AccessGrant.until <= bindparam("at"))
    .order_by(AccessGrant.until)
    .limit(BATCH)
)
_CASE_OF = select(AccessGrant.case_ref).where(AccessGrant.id == bindparam("id"))


def grant_access(
    desk: Desk,
    case_ref: str,
    *,
    to: str,
    capacity: Capacity,
    compartments: Sequence[str],
    record_classes: Sequence[RecordClass] = (),
    purpose: str,
    from_: datetime | None = None,
    until: datetime | None = None,
    lead_for: str | None = None,
) -> str:
    """Let a person into parts of a case; the grant's id. Empty `record_classes` cover every kind of record.

    It opens nothing until they have signed the agreement of this capacity (C7).

    Raises:
        NotFound, Refused: as `on_case`; also for a grantee who is not on file.
        Invalid: a compartment or party that the case doesn't have, dates the wrong way round, no purpose.
        Conflict: the party has a lead caseworker already.
    """
    with on_case(desk, Action.GRANT, case_ref, grantee=to, lead_for=lead_for) as deed:
        case, grantee = case_of(deed), _grantee(deed)
        starts = from_ or deed.at
        _check_dates(deed, starts, until)
        _check_grantee(grantee, capacity, deed.at)
        _check_scope(case, compartments, lead_for)
        if lead_for is not None:
            _require_no_lead(deed, case_ref, lead_for)
        grant = AccessGrant(
            id=desk.new_ref("G"),
            person=to,
            case_ref=case_ref,
            capacity=capacity,
            compartments=list(dict.fromkeys(compartments)),
            record_classes=[RecordClass(one).value for one in dict.fromkeys(record_classes)],
            purpose=words("Purpose", purpose, at_most=200),
            from_=starts,
            until=until,
            granted_by=desk.actor,
            granted_at=deed.at,
            lead_for=lead_for,
            case_opened_on=case.opened_on,
        )
        _put(deed, grant)
    return grant.id


def end_grant(desk: Desk, grant_id: str) -> None:
    """End an access that is no longer needed; it stops at the next click.

    Raises:
        NotFound: there is no such grant, or none that this person may know of.
        Refused: their role does not include it.
        Conflict: it has ended already.
    """
    _end(desk, grant_id, revoked=False)


def revoke_grant(desk: Desk, grant_id: str) -> None:
    """Take an access away; it stops at the next click, and the record says that it was revoked.

    Raises:
        As `end_grant`.
    """
    _end(desk, grant_id, revoked=True)


def hand_over(desk: Desk, case_ref: str, *, party: str, from_person: str, to_person: str) -> str:
    """Make somebody else a party's lead caseworker: one access starts and the other ends, or neither (C3).

    The new grant's id; it covers what the old one did.

    Raises:
        NotFound, Refused: as `on_case`, asked about the person who takes over.
        Conflict: `from_person` does not lead for this party now, or both are the same.
    """
    if from_person == to_person:
        raise Conflict("They are the lead caseworker already.")
    with on_case(desk, Action.GRANT, case_ref, grantee=to_person, lead_for=party) as deed:
        held = deed.session.scalars(_LEADS, {"case_ref": case_ref, "party": party}).all()
        old = next((grant for grant in held if grant.person == from_person), None)
        if old is None:
            raise Conflict(f"{from_person} is not the lead caseworker for this party any more: look again.")
        _check_grantee(_grantee(deed), old.capacity, deed.at)
        grant = AccessGrant(
            id=desk.new_ref("G"),
            person=to_person,
            case_ref=case_ref,
            capacity=old.capacity,
            compartments=list(old.compartments),
            record_classes=list(old.record_classes),
            actions=list(old.actions),
            purpose=old.purpose,
            from_=deed.at,
            until=old.until if old.until and old.until > deed.at else None,
            granted_by=desk.actor,
            granted_at=deed.at,
            lead_for=party,
            case_opened_on=old.case_opened_on,
        )
        old.ended_at = deed.at
        deed.note(ended=old.id, handed_over_from=from_person)
        _put(deed, grant, from_person)
    return grant.id


def end_lapsed_grants(desk: Desk) -> int:
    """Put an end on record for every grant whose time ran out; how many.

    It changes nobody's access: the policy reads `until`. It keeps the lists
    of live grants, and who leads what, as they are.
    """
    ended = 0
    while True:
        with desk.reading() as session:
            if session.scalars(_LAPSED.limit(1), {"at": desk.now()}).first() is None:
                return ended
        with desk.permitted(Action.END_LAPSED_GRANTS) as deed:
            lapsed = deed.session.scalars(_LAPSED, {"at": deed.at}).all()
            for grant in lapsed:
                grant.ended_at = grant.until
            deed.session.flush()
            _refresh(deed, {g.person for g in lapsed}, {g.case_ref for g in lapsed if g.lead_for})
            deed.note(grants_ended=len(lapsed))
        ended += len(lapsed)


def _end(desk: Desk, grant_id: str, *, revoked: bool) -> None:
    with desk.reading() as session:
        case_ref = session.scalar(_CASE_OF, {"id": grant_id})
    if case_ref is None:
        raise unknown("access grant", grant_id)
    with on_case(desk, Action.END_GRANT, case_ref) as deed:
        grant = deed.session.get_one(AccessGrant, grant_id)
        if grant.ended_at is not None and grant.ended_at <= deed.at:
            raise Conflict("This access has ended already.")
        grant.ended_at = deed.at
        if revoked:
            grant.revoked_at, grant.revoked_by = deed.at, desk.actor
        deed.session.flush()
        _refresh(deed, {grant.person}, {case_ref})
        deed.about(grant_id, case_ref)
        deed.note(person=grant.person, revoked=revoked)


def _put(deed: Deed, grant: AccessGrant, *others: str) -> None:
    deed.add(grant)
    deed.session.flush()
    _refresh(deed, {grant.person, *others}, {grant.case_ref})
    deed.about(grant.id, grant.case_ref)
    deed.note(
        person=grant.person, capacity=grant.capacity, compartments=grant.compartments,
        record_classes=grant.record_classes, from_=grant.from_, until=grant.until, leads=grant.lead_for is not None,
        grants=[marks.grant_mark(grant)],
    )  # fmt: skip


def _refresh(deed: Deed, people: set[str], case_refs: set[str]) -> None:
    kept.refresh_standings(deed.session, deed.at, people)
    kept.refresh_allocation(deed.session, deed.at, case_refs)


def _grantee(deed: Deed) -> PersonFacts:
    if deed.question.grantee is None:
        raise LookupError("nobody is named to grant to")
    return deed.question.grantee


def _check_dates(deed: Deed, starts: datetime, until: datetime | None) -> None:
    if until is not None and until <= max(starts, deed.at):
        raise Invalid("Until", "the end must lie after the start, and still be to come.")


def _check_grantee(grantee: PersonFacts, capacity: Capacity, at: datetime) -> None:
    if not grantee.active(at):
        raise Invalid("Person", "their account is switched off.")
    if capacity is Capacity.ALLIED_PARTNER and grantee.organisation is None:
        raise Invalid("Capacity", "only somebody of a partner organisation is an allied partner.")


def _check_scope(case: CaseFacts, compartments: Sequence[str], lead_for: str | None) -> None:
    if not compartments:
        raise Invalid("Parts of the case", "choose at least one.")
    if set(compartments) - set(compartments_of(case.parties, case.children)):
        raise Invalid("Parts of the case", "one of them does not belong to this case.")
    if lead_for is not None and lead_for not in case.parties:
        raise Invalid("Lead caseworker for", "this person is not a party of the case.")
    if lead_for is not None and f"sole:{lead_for}" not in compartments:
        raise Invalid("Parts of the case", "a lead caseworker needs their own party's part.")


def _require_no_lead(deed: Deed, case_ref: str, party: str) -> None:
    held = deed.session.scalars(_LEADS, {"case_ref": case_ref, "party": party}).all()
    if any(grant.until is None or grant.until > deed.at for grant in held):
        raise Conflict("This party has a lead caseworker already: hand over instead.")


def let_in(
    desk: Desk,
    deed: Deed,
    *,
    to: str,
    capacity: Capacity,
    compartments: Sequence[str],
    record_classes: Sequence[RecordClass],
    purpose: str,
) -> str:
    """Let a person in as part of another deed, whose policy has already looked at them; the grant's id."""
    case = case_of(deed)
    grant = AccessGrant(
        id=desk.new_ref("G"), person=to, case_ref=case.ref, capacity=capacity, compartments=list(compartments),
        record_classes=[one.value for one in record_classes], purpose=purpose, from_=deed.at, granted_by=desk.actor,
        granted_at=deed.at, case_opened_on=case.opened_on,
    )  # fmt: skip
    _put(deed, grant)
    return grant.id
