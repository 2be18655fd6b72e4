"""Access grants: given, ended and revoked; nobody grants to themselves (C5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from okf.cases.commands.access_requests import answer_with
from okf.cases.commands.granting import NewGrant, give, grantee_of, put, refresh
from okf.cases.commands.handovers import move_left_tasks
from okf.cases.commands.on_case import case_of, on_case
from okf.desk import Deed, Desk
from okf.errors import Conflict, unknown
from okf.store.models import AccessGrant
from okf.terms import Action, Capacity, RecordClass

BATCH = 500

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
    request: str | None = None,
    answer: str | None = None,
) -> str:
    """Let a person into parts of a case; the grant's id. Empty `record_classes` cover every kind of record.

    It opens nothing until they have signed the agreement of this capacity
    (C7). With `request`, it answers what they had asked for.

    Raises:
        NotFound, Refused: as `on_case`; also for a grantee who is not on file.
        Invalid: a compartment or party that the case doesn't have, dates the wrong way round, no purpose.
        Conflict: the party has a lead caseworker already, or the request is answered.
    """
    with on_case(desk, Action.GRANT, case_ref, grantee=to, lead_for=lead_for) as deed:
        new = NewGrant(to, capacity, compartments, purpose, record_classes, from_, until, lead_for)
        grant = give(desk, deed, case_of(deed), grantee_of(deed), new)
        if request is not None:
            answer_with(deed, request, grant, desk.actor, answer)
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


def end_lapsed_grants(desk: Desk) -> int:
    """Put an end on record for every grant whose time ran out; how many.

    It changes nobody's access: the policy reads `until`. It keeps the lists
    of live grants, and who leads what, as they are; what a planned handover
    left to the last day goes to whoever took over.
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
            move_left_tasks(deed, {grant.id: grant for grant in lapsed})
            refresh(deed, {g.person for g in lapsed}, {g.case_ref for g in lapsed if g.lead_for})
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
        refresh(deed, {grant.person}, {case_ref})
        deed.about(grant_id, case_ref)
        deed.note(person=grant.person, revoked=revoked)


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
        id=desk.new_ref("G"),
        person=to,
        case_ref=case.ref,
        capacity=capacity,
        compartments=list(compartments),
        record_classes=[one.value for one in record_classes],
        purpose=purpose,
        from_=deed.at,
        granted_by=desk.actor,
        granted_at=deed.at,
        case_opened_on=case.opened_on,
    )
    put(deed, grant)
    return grant.id
