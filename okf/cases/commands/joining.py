"""What a joining does to the case that goes into another, and what taking it back puts back (C5, C6)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select

from okf.cases.commands.cases import close_within, reopen_within
from okf.cases.commands.grants import NewGrant, as_facts, give, refresh
from okf.cases.commands.mediation_moves import GOING_ON
from okf.cases.queries.families import passed_on, with_new_party
from okf.desk import Deed, Desk
from okf.errors import Conflict
from okf.policy.access import decide
from okf.policy.facts import CaseFacts, Question
from okf.policy.gates import is_closed
from okf.policy.look_first import stands
from okf.store.case_links import new_parties
from okf.store.models import AccessGrant, CaseLink, CaseParty, LookFirstStep
from okf.store.visible import not_ended
from okf.terms import Action, RecordClass
from okf.terms.caseload import ClosureOutcome
from okf.terms.look_first import LookStep

_GRANTS = select(AccessGrant).where(AccessGrant.case_ref == bindparam("case_ref"), AccessGrant.revoked_at.is_(None))
_PASSED_ON = select(AccessGrant).where(
    AccessGrant.case_ref == bindparam("case_ref"),
    AccessGrant.granted_at == bindparam("at", type_=AccessGrant.granted_at.type),
    AccessGrant.lead_for.is_not(None),
    not_ended(),
)


def join(desk: Desk, deed: Deed, link: CaseLink, closing: Question) -> None:
    """Close the joined case with every access to it, and pass its leads on to sides of this one that have none.

    Of a new party's own case, they are a party of this one from now on.
    `closing` is the question of its closing. What is to be looked at first there is so here from now on.

    Raises:
        Conflict: a mediation goes on there, or this case is closed.
    """
    here, there = deed.question.case, closing.case
    if here is None or there is None:
        raise LookupError("a joining is of two cases")
    if is_closed(deed.question):
        raise Conflict(f"Case {here.ref} is closed: join the other way round, or reopen it first.")
    if deed.session.scalars(GOING_ON, {"case_ref": there.ref}).first():
        raise Conflict(f"A mediation goes on in case {there.ref}: end it first, or join the other way round.")
    here = _with_new_party(deed, link, here, there)
    if is_closed(closing):
        return
    link.stood_as = there.status
    passed = passed_on(deed.session, here, there, deed.at)
    close_within(
        desk, deed, closing, why=f"Joined into case {here.ref}.", came_of_it=None, came_to=ClosureOutcome.JOINED
    )
    if stands(there.looks) and not stands(here.looks):
        why = f"It stood on case {there.ref}, which was joined into this one."
        deed.add(LookFirstStep(case_ref=here.ref, kind=LookStep.SET, at=deed.at, by=str(desk.actor), reason=why))
    giving = copy(deed)
    giving.question = replace(deed.question, case=here)
    let_in = [_given(desk, giving, here.ref, _again(old, parts, deed.at)) for old, parts in passed]
    deed.about(link.ref, link.case_ref)
    deed.note(passed_on=[one for one in let_in if one])


def _with_new_party(deed: Deed, link: CaseLink, here: CaseFacts, there: CaseFacts) -> CaseFacts:
    """This case once those come in who were kept apart as new parties of it: two people said that both may know."""
    kept_apart = new_parties(deed.session, [there.ref]).get(there.ref)
    after = with_new_party(deed.session, here, there)
    for position, party in list(enumerate(after.parties))[len(here.parties) :]:
        deed.add(CaseParty(case_ref=here.ref, service_user=party, position=position))
    if kept_apart is not None and after is not here:
        kept_apart.end_why, kept_apart.end_asked_at, kept_apart.end_asked_by = link.why, link.asked_at, link.asked_by
        kept_apart.ended_at, kept_apart.ended_by = deed.at, str(deed.question.person.username)
    deed.session.flush()
    return after


def part(desk: Desk, deed: Deed, link: CaseLink) -> None:
    """Reopen the joined case where it stood, its accesses given anew to whoever may hold them, and end those passed on.

    Two people have agreed by then that the link is over, and the link says so.
    """
    if link.stood_as is None:
        return
    closed_at = reopen_within(desk, deed, link.other_case, link.stood_as)
    here = deed.session.scalars(_PASSED_ON, {"case_ref": link.case_ref, "at": link.agreed_at}).all()
    for grant in here:
        grant.ended_at = deed.at
    deed.session.flush()
    refresh(deed, {grant.person for grant in here}, {link.case_ref})
    there = copy(deed)
    there.question = desk.question(deed.session, Action.GRANT, link.other_case)
    ended = [
        grant
        for grant in deed.session.scalars(_GRANTS, {"case_ref": link.other_case}).all()
        if grant.ended_at is not None and grant.ended_at >= closed_at
    ]
    lasting = [old for old in ended if old.until is None or old.until > deed.at]
    back = [_given(desk, there, link.other_case, _again(old, old.compartments, deed.at)) for old in lasting]
    deed.about(link.ref, link.case_ref)
    deed.note(given_back=[one for one in back if one], grants_ended=[grant.id for grant in here])


def _again(old: AccessGrant, parts: Sequence[str], at: datetime) -> NewGrant:
    return NewGrant(
        to=old.person,
        capacity=old.capacity,
        compartments=parts,
        purpose=old.purpose or "As before the joining",
        record_classes=[RecordClass(one) for one in old.record_classes or ()],
        actions=old.actions or (),
        from_=old.from_ if old.from_ is not None and old.from_ > at else None,
        until=old.until,
        lead_for=old.lead_for,
        with_address=bool(old.with_address),
    )


def _given(desk: Desk, deed: Deed, case_ref: str, new: NewGrant) -> str | None:
    """An access given by the rules of giving, or None where they bar whoever would have it."""
    question = desk.question(
        deed.session, Action.GRANT, case_ref, grantee=new.to, lead_for=new.lead_for, giving=as_facts(case_ref, new)
    )
    return give(desk, deed, new).id if decide(question).allowed else None
