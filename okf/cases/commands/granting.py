"""How an access grant comes about, whichever command gives it: what is checked, what is kept, what goes on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.policy.facts import CaseFacts, PersonFacts
from okf.policy.scopes import compartments_of
from okf.store import kept, marks
from okf.store.models import AccessGrant
from okf.store.visible import not_ended
from okf.terms import Capacity, RecordClass
from okf.validation import words

LEADS = select(AccessGrant).where(
    AccessGrant.case_ref == bindparam("case_ref"),
    AccessGrant.lead_for == bindparam("party"),
    not_ended(),
)


@dataclass(frozen=True, slots=True)
class NewGrant:
    """An access as it is asked for. Empty `record_classes` cover every kind of record."""

    to: str
    capacity: Capacity
    compartments: Sequence[str]
    purpose: str
    record_classes: Sequence[RecordClass] = ()
    from_: datetime | None = None
    until: datetime | None = None
    lead_for: str | None = None


def give(desk: Desk, deed: Deed, case: CaseFacts, grantee: PersonFacts, new: NewGrant) -> AccessGrant:
    """Put a grant into a deed that the policy permitted for this grantee.

    Raises:
        Invalid: a compartment or party that the case doesn't have, dates the wrong way round, no purpose.
        Conflict: the party has a lead caseworker already.
    """
    starts = new.from_ or deed.at
    if new.until is not None and new.until <= max(starts, deed.at):
        raise Invalid("Until", "the end must lie after the start, and still be to come.")
    check_grantee(grantee, new.capacity, deed.at)
    _check_scope(case, new.compartments, new.lead_for)
    if new.lead_for is not None:
        _require_no_lead(deed, case.ref, new.lead_for)
    grant = AccessGrant(
        id=desk.new_ref("G"),
        person=new.to,
        case_ref=case.ref,
        capacity=new.capacity,
        compartments=list(dict.fromkeys(new.compartments)),
        record_classes=[RecordClass(one).value for one in dict.fromkeys(new.record_classes)],
        purpose=words("Purpose", new.purpose, at_most=200),
        from_=starts,
        until=new.until,
        granted_by=desk.actor,
        granted_at=deed.at,
        lead_for=new.lead_for,
        case_opened_on=case.opened_on,
    )
    put(deed, grant)
    return grant


def put(deed: Deed, grant: AccessGrant, *others: str) -> None:
    """Keep a grant, with what hangs on it, and put its mark on the record; `others` lost something by it."""
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
        grants=[*deed.facts.get("grants", ()), marks.grant_mark(grant)],
    )


def refresh(deed: Deed, people: set[str], case_refs: set[str]) -> None:
    """Make anew what is kept for speed of these people and cases."""
    kept.refresh_standings(deed.session, deed.at, people)
    kept.refresh_allocation(deed.session, deed.at, case_refs)


def grantee_of(deed: Deed) -> PersonFacts:
    """Whom the deed's question named."""
    if deed.question.grantee is None:
        raise LookupError("nobody is named to grant to")
    return deed.question.grantee


def check_grantee(grantee: PersonFacts, capacity: Capacity, at: datetime) -> None:
    """Whether somebody can hold an access of this capacity at all.

    Raises:
        Invalid: their account is off, or they are of no partner organisation.
    """
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
    held = deed.session.scalars(LEADS, {"case_ref": case_ref, "party": party}).all()
    if any(grant.until is None or grant.until > deed.at for grant in held):
        raise Conflict("This party has a lead caseworker already: hand over instead.")
