"""Which enquiries whoever works for one side of a family must not read, and which then are a safeguarding lead's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, select, union_all
from sqlalchemy.orm import Session

from okf.match.compare import compare
from okf.match.normal import Described
from okf.policy.facts import PersonFacts
from okf.policy.scopes import for_a_mediator, is_own_part
from okf.policy.table import MANAGERS
from okf.store.case_links import linked_with
from okf.store.contact import statements_of
from okf.store.match_keys import DESCRIBED, TOLD_OF, applicant_of
from okf.store.models import (
    AccessGrant,
    CaseChild,
    CaseParty,
    EnquiryKey,
    EnquiryPerson,
    MatchKey,
    Person,
    ServiceUser,
    ToldApart,
)
from okf.store.once import once
from okf.store.visible import AT, account_on, goes_on, holds_role, not_ended
from okf.terms import SAFEGUARDING_LEADS
from okf.terms.intake import EnquiryPart

BATCH: Final = 500

_OWN_PARTS = select(AccessGrant.case_ref, AccessGrant.compartments, AccessGrant.record_classes).where(
    AccessGrant.person == bindparam("person"), not_ended(AT), goes_on()
)
_CASES: Final[Any] = bindparam("cases", expanding=True)
_FAMILY = union_all(
    select(CaseParty.service_user).where(CaseParty.case_ref.in_(_CASES)),
    select(CaseChild.service_user).where(CaseChild.case_ref.in_(_CASES)),
)
_SHARE_A_KEY = (
    select(EnquiryKey.enquiry_person, MatchKey.service_user)
    .join(MatchKey, MatchKey.key == EnquiryKey.key)
    .where(MatchKey.service_user.in_(bindparam("refs", expanding=True)))
    .distinct()
)
_DESCRIBED = select(*DESCRIBED).where(ServiceUser.ref.in_(bindparam("refs", expanding=True)))
_TOLD = select(*TOLD_OF, EnquiryPerson.enquiry_ref, EnquiryPerson.part).where(
    EnquiryPerson.id.in_(bindparam("people", expanding=True))
)
_APART = select(ToldApart.subject, ToldApart.service_user).where(
    ToldApart.service_user.in_(bindparam("refs", expanding=True)),
    ToldApart.undone_at.is_(None),
    ToldApart.decided_by != bindparam("person"),  # nobody lets themselves in by it
)
# Those first who work for no side, and may read every one.
_MANAGERS = (
    select(Person.username)
    .where(holds_role(MANAGERS), account_on())
    .order_by(exists().where(AccessGrant.person == Person.username, not_ended(AT), goes_on()), Person.username)
)


def kept_from(session: Session, person: str, at: datetime) -> frozenset[str]:
    """The enquiries in which somebody may be of a family for one side of which this person works.

    Not those of the very person for whom they work. Costs by the families in whose own parts they work, and nothing
    for whoever works in none.
    """
    bound = {"person": person, "at": at}
    return once(session, ("kept_from", person, at), lambda: _kept_from(session, bound))


def handed_up(session: Session, person: PersonFacts, at: datetime) -> frozenset[str]:
    """For a safeguarding lead, the enquiries that no manager may read; none for anybody else."""
    if not person.roles(at) & SAFEGUARDING_LEADS:
        return frozenset()
    managers = session.scalars(_MANAGERS, {"at": at}).all()
    found: frozenset[str] | None = None
    for one in managers:
        kept = kept_from(session, one, at)
        found = kept if found is None else found & kept
        if not found:  # somebody may read each of them: the others need not be asked
            break
    return found or frozenset()


def _kept_from(session: Session, bound: dict[str, Any]) -> frozenset[str]:
    held: set[str] = set()
    mine: set[str] = set()
    for case_ref, compartments, classes in session.execute(_OWN_PARTS, bound).all():
        own = [part.partition(":")[2] for part in compartments if is_own_part(part)]
        held.update([case_ref] if own else ())
        mine.update(() if for_a_mediator(classes) else own)  # a mediator works for neither
    if not held:
        return frozenset()
    cases = held.union(*linked_with(session, held).values())
    family = set(session.scalars(_FAMILY, {"cases": sorted(cases)}))
    found: dict[str, set[str]] = {}
    callers: dict[str, set[str]] = {}
    for enquiry, part, service_user in _alike(session, family, str(bound["person"])):
        found.setdefault(enquiry, set()).add(service_user)
        if part is EnquiryPart.CALLER:
            callers.setdefault(enquiry, set()).add(service_user)
    return frozenset(ref for ref in found if not callers.get(ref) or not callers[ref] <= mine)


def _alike(session: Session, family: Collection[str], person: str) -> list[tuple[str, EnquiryPart, str]]:
    """Each person of an enquiry, by it and their part there, with whom of these service users they may be."""
    refs = {"refs": sorted(family)}
    pairs = [(one, other) for one, other in session.execute(_SHARE_A_KEY, refs).all()]
    if not pairs:
        return []
    statements = statements_of(session, refs["refs"])
    on_file = {
        row.ref: Described.of(applicant_of(row, statements.get(row.ref, ())))
        for row in session.execute(_DESCRIBED, refs).all()
    }
    apart = {(row.subject, row.service_user) for row in session.execute(_APART, {**refs, "person": person})}
    people = sorted({one for one, _ in pairs})
    told: dict[int, Any] = {}
    for start in range(0, len(people), BATCH):
        told |= {row.id: row for row in session.execute(_TOLD, {"people": people[start : start + BATCH]})}
    described = {number: Described.of(applicant_of(row)) for number, row in told.items()}
    return [
        (told[one].enquiry_ref, told[one].part, other)
        for one, other in pairs
        if one in told
        and (f"enquiry:{told[one].enquiry_ref}:{one}", other) not in apart
        and compare(described[one], on_file[other])
    ]
