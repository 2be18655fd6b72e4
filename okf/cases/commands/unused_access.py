"""Accesses that nobody uses, ended: one of them, or all that one person holds (C5)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, bindparam, or_, select

from okf.cases.commands.granting import refresh
from okf.cases.commands.on_case import on_case
from okf.desk import Deed, Desk
from okf.errors import Conflict, unknown
from okf.store.models import AccessGrant
from okf.terms import Action

AT_ONCE = 200

_CASE_OF = select(AccessGrant.case_ref).where(AccessGrant.id == bindparam("id"))
_THEIRS = (
    select(AccessGrant.id)
    .where(
        AccessGrant.person == bindparam("person"),
        AccessGrant.ended_at.is_(None),
        AccessGrant.lead_for.is_(None),
        or_(AccessGrant.until.is_(None), AccessGrant.until > bindparam("at", type_=AccessGrant.from_.type)),
        and_(
            AccessGrant.from_ <= bindparam("before", type_=AccessGrant.from_.type),
            or_(
                AccessGrant.last_opened_at.is_(None),
                AccessGrant.last_opened_at <= bindparam("before", type_=AccessGrant.from_.type),
            ),
        ),
    )
    .order_by(AccessGrant.from_, AccessGrant.id)
    .limit(AT_ONCE)
)


def end_unused_grant(desk: Desk, grant_id: str) -> None:
    """End an access whose holder has not opened the case for long; it stops at the next click, and is not undone.

    Raises:
        NotFound, Refused: as `on_case`.
        Conflict: it was opened meanwhile, has ended, is one's own, or a party has its caseworker by it.
    """
    with desk.reading() as session:
        case_ref = session.scalar(_CASE_OF, {"id": grant_id})
    if case_ref is None:
        desk.require(Action.END_GRANT)  # so that a reference tried by chance tells nobody that there is one
        raise unknown("access grant", grant_id)
    with on_case(desk, Action.END_GRANT, case_ref) as deed:
        grant = deed.session.get_one(AccessGrant, grant_id)
        _require_unused(desk, deed, grant)
        grant.ended_at = deed.at
        deed.session.flush()
        refresh(deed, {grant.person}, {case_ref})
        deed.about(grant_id, case_ref)
        days = deed.question.settings.unused_days
        deed.note(
            person=grant.person, revoked=False, because=f"not opened in {days} days", last_opened=grant.last_opened_at
        )


def end_unused_grants_of(desk: Desk, person: str) -> int:
    """End every access of one person that they have not opened for long, each on record by itself; how many.

    Those by which they are a party's caseworker stay: they are handed over.
    At most two hundred at a time. One that is opened meanwhile stays too.

    Raises:
        Refused: their role does not include it.
        Conflict: they are one's own.
    """
    if person == desk.actor:
        raise Conflict("Your own access is ended by somebody else.")
    desk.require(Action.END_GRANT)
    with desk.reading() as session:
        question = desk.question(session, Action.END_GRANT)
        before = question.at - timedelta(days=question.settings.unused_days)
        found = session.scalars(_THEIRS, {"person": person, "at": question.at, "before": before}).all()
    ended = 0
    for grant_id in found:
        try:
            end_unused_grant(desk, grant_id)
        except Conflict:
            continue  # opened or ended in this very moment
        ended += 1
    return ended


def _require_unused(desk: Desk, deed: Deed, grant: AccessGrant) -> None:
    before = deed.at - timedelta(days=deed.question.settings.unused_days)
    if any(end is not None and end <= deed.at for end in (grant.ended_at, grant.until)):
        raise Conflict("This access has ended already.")
    if grant.person == desk.actor:
        raise Conflict("Your own access is ended by somebody else.")
    if grant.lead_for is not None:
        raise Conflict("A party has its caseworker by this access: hand the case over first.")
    if grant.from_ > before or (grant.last_opened_at is not None and grant.last_opened_at > before):
        raise Conflict("This access was opened meanwhile, and stays.")
