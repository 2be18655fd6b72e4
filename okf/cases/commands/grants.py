"""Access grants: given, confirmed, ended and revoked; nobody grants to themselves (C5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, or_, select

from okf.cases.commands.access_requests import answer_with
from okf.cases.commands.on_case import case_of, on_case
from okf.cases.commands.to_read import left_to_read
from okf.cases.queries.confirmations import StaleGrant, grants_as_they_are
from okf.clock import is_past
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, Refused, unknown
from okf.people.commands.passing_on import call_off_handovers
from okf.policy.facts import CaseFacts, GrantFacts
from okf.policy.scopes import compartments_of
from okf.store import facts, kept, marks
from okf.store.models import AccessGrant
from okf.store.visible import begun, goes_on, not_ended
from okf.terms import Action, Capacity, RecordClass
from okf.validation import words

AT_ONCE: Final = 200
_GRANT = select(AccessGrant).where(AccessGrant.id == bindparam("id"))
_LEADS = select(AccessGrant).where(
    AccessGrant.case_ref == bindparam("case_ref"), AccessGrant.lead_for == bindparam("party"), not_ended()
)
_PLANNED_LEADS = select(AccessGrant).where(
    AccessGrant.case_ref.in_(bindparam("case_refs", expanding=True)),
    AccessGrant.lead_for.is_not(None),
    AccessGrant.from_ > bindparam("at", type_=AccessGrant.from_.type),
    not_ended(),
)
_UNUSED = (
    select(AccessGrant.id)
    .where(
        AccessGrant.person == bindparam("person"),
        not_ended(),
        AccessGrant.lead_for.is_(None),
        goes_on(),
        and_(
            begun(bindparam("before", type_=AccessGrant.from_.type)),
            or_(
                AccessGrant.last_opened_at.is_(None),
                AccessGrant.last_opened_at <= bindparam("before", type_=AccessGrant.from_.type),
            ),
        ),
    )
    .order_by(AccessGrant.from_, AccessGrant.id)
    .limit(AT_ONCE)
)


@dataclass(frozen=True, slots=True)
class NewGrant:
    """An access as it is asked for. Empty `record_classes` cover every kind of record, empty `actions` every action.

    `with_address` shows the address of those whose own part it covers, where its work does not.
    """

    to: str
    capacity: Capacity
    compartments: Sequence[str]
    purpose: str
    record_classes: Sequence[RecordClass] = ()
    from_: datetime | None = None
    until: datetime | None = None
    lead_for: str | None = None
    with_address: bool = False
    actions: Sequence[str] = ()


def grant_access(
    desk: Desk, case_ref: str, new: NewGrant, *, request: str | None = None, answer: str | None = None
) -> str:
    """Let a person into parts of a case; the grant's id.

    It opens nothing until they have signed the agreement of this capacity
    (C7). With `request`, it answers what they had asked for.

    Raises:
        NotFound, Refused: as `on_case`; also for a grantee who is not on file.
        Invalid: a compartment or party that the case doesn't have, dates the wrong way round, no purpose.
        Conflict: the party has a lead caseworker already, or the request is answered.
    """
    asked = {"grantee": new.to, "lead_for": new.lead_for, "giving": as_facts(case_ref, new)}
    with on_case(desk, Action.GRANT, case_ref, **asked) as deed:
        grant = give(desk, deed, new)
        if request is not None:
            answer_with(deed, request, grant, desk.actor, answer)
    return grant.id


def as_facts(case_ref: str, new: NewGrant) -> GrantFacts:
    """An access as it is asked for, to ask the policy about."""
    kinds = tuple(RecordClass(one).value for one in new.record_classes)
    return GrantFacts(
        "",
        case_ref,
        new.capacity,
        tuple(new.compartments),
        kinds,
        tuple(new.actions),
        from_=new.from_,
        until=new.until,
        with_address=new.with_address,
    )


def give(desk: Desk, deed: Deed, new: NewGrant) -> AccessGrant:
    """Put a grant into a deed that the policy permitted for this grantee.

    Raises:
        Invalid: a compartment or party that the case doesn't have, dates the wrong way round, no purpose.
        Conflict: the party has a lead caseworker already.
    """
    case = case_of(deed)
    if new.until is not None and new.until <= max(new.from_ or deed.at, deed.at):
        raise Invalid("Until", "the end must lie after the start, and still be to come.")
    _check_scope(case, new.compartments, new.lead_for)
    if new.lead_for is not None:
        _require_no_lead(deed, case.ref, new.lead_for)
    return let_in(desk, deed, replace(new, purpose=words("Purpose", new.purpose, at_most=200)))


def let_in(desk: Desk, deed: Deed, new: NewGrant) -> AccessGrant:
    """Put a grant into a deed whose policy has already looked at the grantee."""
    case = case_of(deed)
    grant = AccessGrant(
        id=desk.new_ref("G"),
        person=new.to,
        case_ref=case.ref,
        capacity=new.capacity,
        compartments=list(dict.fromkeys(new.compartments)),
        record_classes=[RecordClass(one).value for one in dict.fromkeys(new.record_classes)],
        actions=list(new.actions),
        purpose=new.purpose,
        from_=new.from_ or deed.at,
        until=new.until,
        granted_by=desk.actor,
        granted_at=deed.at,
        lead_for=new.lead_for,
        with_address=new.with_address or None,
        case_opened_on=case.opened_on,
    )
    keep_grant(deed, grant)
    if new.lead_for is not None:
        left_to_read(desk, deed, case.ref, new.lead_for, new.to, grant.from_)
    return grant


def keep_grant(deed: Deed, grant: AccessGrant, *others: str) -> None:
    """Keep a grant and put its mark on the audit record; `others` are people who lost access by it."""
    deed.add(grant)
    deed.session.flush()
    refresh(deed, {grant.person, *others}, {grant.case_ref})
    deed.about(grant.id, grant.case_ref)
    deed.note(
        person=grant.person,
        capacity=grant.capacity,
        compartments=grant.compartments,
        record_classes=grant.record_classes,
        from_=grant.from_,
        until=grant.until,
        leads=grant.lead_for is not None,
        **({"with_address": True} if grant.with_address else {}),
        grants=[*deed.facts.get("grants", ()), marks.grant_mark(grant)],
    )


def refresh(deed: Deed, people: set[str], case_refs: set[str]) -> None:
    """Update the standings of these people and the allocation of these cases."""
    kept.refresh_standings(deed.session, deed.at, people)
    kept.refresh_allocation(deed.session, deed.at, case_refs)


def confirm_grant(desk: Desk, shown: StaleGrant) -> None:
    """Say of an access, as it was shown, that it is still needed; it opens nothing new.

    Raises:
        NotFound, Refused: as `on_case`; also for an access of one's own.
        Conflict: it has ended, or is no longer what was shown.
    """
    with _on_grant(desk, Action.CONFIRM_GRANT, shown.id) as (deed, grant):
        now = grants_as_they_are(deed.session, deed.at, deed.question.settings, [shown.id])
        if now[shown.id] != shown:
            raise Conflict("This access is no longer as you saw it: look at it again.")
        grant.confirmed_at, grant.confirmed_by = deed.at, desk.actor
        deed.note(person=grant.person)


def confirm_grants(desk: Desk, shown: Sequence[StaleGrant]) -> tuple[str, ...]:
    """Confirm each of these as it was shown, each on record by itself; why not, by name, of each that was left out.

    Raises:
        Refused: their role does not include it.
    """
    desk.require(Action.CONFIRM_GRANT)
    left_out = []
    for one in shown:
        try:
            confirm_grant(desk, one)
        except (NotFound, Refused, Conflict) as why:
            left_out.append(f"{one.name}, case {one.case_ref}: {why}")
    return tuple(left_out)


def end_grant(desk: Desk, grant_id: str) -> None:
    """End an access that is no longer needed; it stops at the next click. A planned handover is called off by it.

    Raises:
        NotFound: there is no such grant, or none that this person may know of.
        Refused: their role does not include it.
        Conflict: it has ended already.
    """
    with _on_grant(desk, Action.END_GRANT, grant_id) as (deed, grant):
        _end(deed, grant, revoked=False)


def revoke_grant(desk: Desk, grant_id: str) -> None:
    """Take an access away; it stops at the next click, and the record says that it was revoked.

    Raises:
        As `end_grant`.
    """
    with _on_grant(desk, Action.END_GRANT, grant_id) as (deed, grant):
        grant.revoked_at, grant.revoked_by = deed.at, desk.actor
        _end(deed, grant, revoked=True)


def end_planned_leads(deed: Deed, case_refs: Collection[str]) -> None:
    """End each lead's access on these cases that has not begun; a planned handover is called off by it."""
    planned = deed.session.scalars(_PLANNED_LEADS, {"case_refs": list(case_refs), "at": deed.at}).all()
    if not planned:
        return
    for grant in planned:
        grant.ended_at = deed.at
    call_off_handovers(deed, planned)
    deed.session.flush()
    refresh(deed, {grant.person for grant in planned}, {grant.case_ref for grant in planned})
    deed.note(grants_ended=sorted(grant.id for grant in planned))


def end_unused_grant(desk: Desk, grant_id: str) -> None:
    """End an access whose holder has not opened the case for long; it stops at the next click, and is not undone.

    Raises:
        NotFound, Refused: as `on_case`.
        Conflict: it was opened meanwhile, has ended, is one's own, or a party has its caseworker by it.
    """
    with _on_grant(desk, Action.END_GRANT, grant_id) as (deed, grant):
        _require_unused(desk, deed, grant)
        because = f"not opened in {deed.question.settings.unused_days} days"
        _end(deed, grant, revoked=False, because=because, last_opened=grant.last_opened_at)


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
        found = session.scalars(_UNUSED, {"person": person, "at": question.at, "before": before}).all()
    ended = 0
    for grant_id in found:
        try:
            end_unused_grant(desk, grant_id)
        except Conflict:
            continue  # opened or ended in this very moment
        ended += 1
    return ended


@contextmanager
def _on_grant(desk: Desk, action: Action, grant_id: str) -> Iterator[tuple[Deed, AccessGrant]]:
    """A permitted deed on a grant that has not ended."""
    with desk.reading() as session:
        found = session.scalars(_GRANT, {"id": grant_id}).first()
    if found is None:
        desk.require(action)  # so that a reference tried by chance tells nobody that there is one
        raise unknown("access grant", grant_id)
    asked: dict[str, Any] = {}
    if action is Action.CONFIRM_GRANT:
        asked = {"grantee": found.person, "lead_for": found.lead_for, "giving": facts.grant(found)}
    with on_case(desk, action, found.case_ref, **asked) as deed:
        grant = deed.session.get_one(AccessGrant, grant_id)
        if is_past(grant.ended_at, deed.at):
            raise Conflict("This access has ended already.")
        deed.about(grant_id, found.case_ref)
        yield deed, grant


def _end(deed: Deed, grant: AccessGrant, **noted: Any) -> None:
    grant.ended_at = deed.at
    call_off_handovers(deed, [grant])
    deed.session.flush()
    refresh(deed, {grant.person}, {grant.case_ref})
    deed.note(person=grant.person, **noted)


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
    if any(not is_past(grant.until, deed.at) for grant in held):
        raise Conflict("This party has a lead caseworker already: hand over instead.")


def _require_unused(desk: Desk, deed: Deed, grant: AccessGrant) -> None:
    before = deed.at - timedelta(days=deed.question.settings.unused_days)
    if is_past(grant.until, deed.at):
        raise Conflict("This access has ended already.")
    if grant.person == desk.actor:
        raise Conflict("Your own access is ended by somebody else.")
    if grant.lead_for is not None:
        raise Conflict("A party has its caseworker by this access: hand the case over first.")
    if grant.from_ > before or (grant.last_opened_at is not None and grant.last_opened_at > before):
        raise Conflict("This access was opened meanwhile, and stays.")
