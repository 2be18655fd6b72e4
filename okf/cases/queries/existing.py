"""The case that the family of an enquiry may have already, for whoever may put the enquiry on it: by place, no name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.desk import Desk
from okf.intake.queries.alike import NOBODY, alike, cases_of
from okf.intake.queries.enquiry import asked_of
from okf.match.compare import Match
from okf.policy.access import decide
from okf.store.case_links import joined_cases
from okf.store.models import AccessGrant, EnquiryPerson, Person
from okf.store.visible import account_on, live_grants, untied
from okf.terms import Action
from okf.terms.intake import Confidence, EnquiryPart

_PEOPLE = select(EnquiryPerson).where(EnquiryPerson.enquiry_ref == bindparam("ref")).order_by(EnquiryPerson.position)
_LEADS = (
    select(AccessGrant.case_ref, AccessGrant.lead_for, Person.name)
    .join(Person, Person.username == AccessGrant.person)
    .where(
        AccessGrant.case_ref.in_(bindparam("refs", expanding=True)),
        AccessGrant.lead_for.is_not(None),
        live_grants(),
        account_on(),
        untied(),
    )
    .order_by(Person.name_folded, Person.username)
)


@dataclass(frozen=True, slots=True)
class Side:
    """A party of a case on whose side an enquiry may belong: their place there, who leads for them, and how alike.

    `confidence` is None where only others of the enquiry are like somebody of this case.
    """

    case_ref: str
    party: str
    place: str
    caseworkers: tuple[str, ...]
    confidence: Confidence | None
    reasons: tuple[str, ...]


def look_for_case(desk: Desk, ref: str) -> tuple[Side, ...]:
    """The same as `existing_sides`, with the look put on record.

    Raises:
        Refused: as `existing_sides`.
    """
    with desk.permitted(Action.PUT_ON_CASE, enquiry=ref) as deed:
        found = _sides(Asker.of(desk, deed.session, enquiry=ref), ref)
        deed.about(ref)
        deed.note(did="looked for the family's case", cases=sorted({one.case_ref for one in found}))
    return found


def existing_sides(desk: Desk, ref: str) -> tuple[Side, ...]:
    """The sides of living cases to which an enquiry may belong, the likeliest first.

    A side that is like somebody else in the enquiry, and not like who asks, is left out.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.PUT_ON_CASE, enquiry=ref) as asker:
        return _sides(asker, ref)


def _sides(asker: Asker, ref: str) -> tuple[Side, ...]:
    session = asker.session
    caller: dict[str, Match] = {}
    others: set[str] = set()
    for one in session.scalars(_PEOPLE, {"ref": ref}):
        asked = asked_of(ref, one)
        found = {like.ref: like.match for like in alike(session, asked.applicant, subject=asked.subject)}
        if one.part is EnquiryPart.CALLER:
            caller = found
        else:
            others |= found.keys()
    cases = {case for refs in cases_of(session, {*caller, *others}).values() for case in refs}
    cases -= joined_cases(session, cases or {NOBODY}).keys()
    leads = _leads(session, cases, asker)
    sides = []
    for case_ref, question in asker.questions(sorted(cases), Action.PUT_ON_CASE).items():
        if question.case is None or not decide(question).allowed:
            continue
        for number, party in enumerate(question.case.parties, 1):
            match = caller.get(party)
            if match is None and party in others:
                continue
            workers = tuple(leads.get((case_ref, party), ()))
            told = (match.confidence, match.reasons) if match else (None, ())
            sides.append((-match.weight if match else 0, Side(case_ref, party, f"Party {number}", workers, *told)))
    return tuple(side for _, side in sorted(sides, key=lambda one: (one[0], one[1].case_ref, one[1].place)))


def _leads(session: Session, refs: Collection[str], asker: Asker) -> Mapping[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in session.execute(_LEADS, {"refs": sorted(refs) or [NOBODY], "at": asker.at}):
        found[row.case_ref, row.lead_for].append(row.name)
    return found
