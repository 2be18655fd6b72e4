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
from okf.policy.facts import CaseFacts
from okf.store.case_links import joined_cases, new_parties
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
        found = _look(Asker.of(desk, deed.session, enquiry=ref), ref)
        deed.about(ref)
        deed.note(did="looked for the family's case", cases=sorted(found.cases))
    return found.sides()


def existing_cases(desk: Desk, ref: str) -> tuple[str, ...]:
    """The living cases of somebody like a person of the enquiry, of which its caller may be a new party.

    A new party's own is not among them.

    Raises:
        Refused: as `existing_sides`.
    """
    with asking(desk, Action.PUT_ON_CASE, enquiry=ref) as asker:
        found = _look(asker, ref).cases
        return tuple(sorted(found.keys() - new_parties(asker.session, found).keys()))


def existing_sides(desk: Desk, ref: str) -> tuple[Side, ...]:
    """The sides of living cases to which an enquiry may belong, the likeliest first.

    A side that is like somebody else in the enquiry, and not like who asks, is left out.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.PUT_ON_CASE, enquiry=ref) as asker:
        return _look(asker, ref).sides()


@dataclass(frozen=True, slots=True)
class _Look:
    """The living cases of those like somebody in an enquiry, who is like its caller and like others, and who leads."""

    cases: Mapping[str, CaseFacts]
    caller: Mapping[str, Match]
    others: Collection[str]
    leads: Mapping[tuple[str, str], list[str]]

    def sides(self) -> tuple[Side, ...]:
        """The sides on which the caller may stand, the likeliest first."""
        sides = []
        for case_ref, case in self.cases.items():
            for number, party in enumerate(case.parties, 1):
                match = self.caller.get(party)
                if match is None and party in self.others:
                    continue
                workers = tuple(self.leads.get((case_ref, party), ()))
                told = (match.confidence, match.reasons) if match else (None, ())
                sides.append((-match.weight if match else 0, Side(case_ref, party, f"Party {number}", workers, *told)))
        return tuple(side for _, side in sorted(sides, key=lambda one: (one[0], one[1].case_ref, one[1].place)))


def _look(asker: Asker, ref: str) -> _Look:
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
    questions = asker.questions(sorted(cases), Action.PUT_ON_CASE)
    living = {case: one.case for case, one in questions.items() if one.case is not None and decide(one).allowed}
    return _Look(living, caller, others, leads)


def _leads(session: Session, refs: Collection[str], asker: Asker) -> Mapping[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in session.execute(_LEADS, {"refs": sorted(refs) or [NOBODY], "at": asker.at}):
        found[row.case_ref, row.lead_for].append(row.name)
    return found
