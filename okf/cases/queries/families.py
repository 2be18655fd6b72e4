"""The links of cases of one family: for those who may know of both, and those that wait for a second person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from okf.asker import Asker, asking
from okf.cases.queries.case import case_question
from okf.desk import Desk
from okf.errors import unknown
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import CaseFacts, PersonFacts
from okf.policy.table import GRANTERS
from okf.store import facts
from okf.store.case_links import new_parties
from okf.store.models import AccessGrant, CaseLink, Person
from okf.store.rows import from_row
from okf.store.visible import AT, goes_on, not_ended
from okf.terms import Action
from okf.terms.caseload import CaseLinkKind

WAITING_MOST = 50

_NAMES = select(Person.username, Person.name).where(Person.username.in_(bindparam("who", expanding=True)))

_LIVE = (
    select(AccessGrant)
    .where(AccessGrant.case_ref.in_(bindparam("refs", expanding=True)), not_ended(AT), goes_on())
    .order_by(AccessGrant.id)
)

_ASKED, _AGREED, _END_ASKED, _ENDED = (aliased(Person) for _ in range(4))
_ROWS = (
    select(
        CaseLink.ref,
        CaseLink.case_ref,
        CaseLink.other_case,
        CaseLink.kind,
        CaseLink.why,
        CaseLink.asked_at,
        CaseLink.asked_by.label("asker"),
        func.coalesce(_ASKED.name, CaseLink.asked_by).label("asked_by"),
        CaseLink.agreed_at,
        func.coalesce(_AGREED.name, CaseLink.agreed_by).label("agreed_by"),
        CaseLink.end_why,
        CaseLink.end_asked_at,
        CaseLink.end_asked_by.label("end_asker"),
        func.coalesce(_END_ASKED.name, CaseLink.end_asked_by).label("end_asked_by"),
        CaseLink.ended_at,
        func.coalesce(_ENDED.name, CaseLink.ended_by).label("ended_by"),
    )
    .outerjoin(_ASKED, _ASKED.username == CaseLink.asked_by)
    .outerjoin(_AGREED, _AGREED.username == CaseLink.agreed_by)
    .outerjoin(_END_ASKED, _END_ASKED.username == CaseLink.end_asked_by)
    .outerjoin(_ENDED, _ENDED.username == CaseLink.ended_by)
    .order_by(CaseLink.asked_at, CaseLink.ref)
)
_OF_CASE = _ROWS.where(or_(CaseLink.case_ref == bindparam("case"), CaseLink.other_case == bindparam("case")))
_UNANSWERED = (CaseLink.ended_at.is_(None), or_(CaseLink.agreed_at.is_(None), CaseLink.end_asked_at.is_not(None)))
_WAITING = _ROWS.where(*_UNANSWERED).limit(WAITING_MOST)
_WAITING_ON = select(CaseLink.case_ref, CaseLink.other_case, CaseLink.asked_by, CaseLink.end_asked_by).where(
    *_UNANSWERED
)


@dataclass(frozen=True, slots=True)
class Standing:
    """That another case is of the same family, as whoever may know of both sees it; `into` is where one went.

    `new_party_of` is the case to which somebody belongs whose own case the other one of the two is.
    """

    other_case: str
    since: datetime
    into: str | None
    new_party_of: str | None


@dataclass(frozen=True, slots=True)
class LinkOfCases:
    """One link with its history, for those who ask for them or answer. `may_answer` is for whoever did not ask."""

    ref: str
    case_ref: str
    other_case: str
    kind: CaseLinkKind
    why: str
    asked_at: datetime
    asked_by: str
    agreed_at: datetime | None
    agreed_by: str | None
    end_why: str | None
    end_asked_at: datetime | None
    end_asked_by: str | None
    ended_at: datetime | None
    ended_by: str | None
    may_answer: bool

    @property
    def stands(self) -> bool:
        """Whether two agreed on it and it was not taken back."""
        return self.agreed_at is not None and self.ended_at is None

    @property
    def waits(self) -> bool:
        """Whether somebody else has to answer: to the link, or to its being taken back."""
        return self.ended_at is None and (self.agreed_at is None or self.end_asked_at is not None)


@dataclass(frozen=True, slots=True)
class Joining:
    """Whose access ends by a joining, and who goes along to the case that stays; by name, each once.

    `makes_known`: a new party comes into the case by it, and the two sides know of each other.
    """

    case_ref: str
    other_case: str
    ends: tuple[str, ...]
    passes: tuple[str, ...]
    makes_known: bool


def family_of(desk: Desk, case_ref: str) -> tuple[Standing, ...]:
    """The cases of the same family that stand beside this one; only those of which this person may know.

    Raises:
        NotFound: there is no such case, or none that they may know of.
    """
    with desk.reading() as session:
        question = case_question(desk, session, case_ref)
        asker = Asker.of(desk, session)
        found = []
        for row in session.execute(_OF_CASE, {"case": case_ref}):
            other = row.other_case if row.case_ref == case_ref else row.case_ref
            new_party = row.kind is CaseLinkKind.NEW_PARTY
            knows = _on_both(asker, row, Action.AGREE_TO_LINK) if new_party else _may_know(asker, other)
            if row.agreed_at is None or row.ended_at is not None or not knows:
                continue
            into = row.case_ref if row.kind is CaseLinkKind.JOINED else None
            found.append(Standing(other, row.agreed_at, into, row.other_case if new_party else None))
        return tuple(found) if question.case else ()


def links_on(desk: Desk, case_ref: str) -> tuple[LinkOfCases, ...]:
    """Every link of a case, with its history, for those who may ask for one on both cases; none for anybody else.

    Raises:
        NotFound: there is no such case, or none that they may know of.
    """
    with desk.reading() as session:
        case_question(desk, session, case_ref)
        return _allowed(Asker.of(desk, session), session.execute(_OF_CASE, {"case": case_ref}).all(), Action.LINK_CASES)


def joining_of(desk: Desk, link_ref: str) -> Joining:
    """What a joining that waits would do to those who work on the joined case, for those who may answer it.

    Raises:
        NotFound: there is no such link, or none that they may know of.
        Refused: their role does not include it.
    """
    with asking(desk, Action.AGREE_TO_LINK) as asker:
        row = asker.session.get(CaseLink, link_ref)
        if row is None or not _on_both(asker, row, Action.AGREE_TO_LINK):
            raise unknown("link", link_ref)
        found = facts.cases(asker.session, [row.case_ref, row.other_case])
        bound = {"refs": [row.other_case], "at": asker.at}
        ends = [grant.person for grant in asker.session.scalars(_LIVE, bound)]
        here, there = found[row.case_ref], found[row.other_case]
        after = with_new_party(asker.session, here, there)
        passed = passed_on(asker.session, after, there, asker.at)
        names = {row.username: row.name for row in asker.session.execute(_NAMES, {"who": sorted(set(ends))})}
        return Joining(
            row.case_ref,
            row.other_case,
            tuple(sorted({names[who] for who in ends})),
            tuple(sorted({names[grant.person] for grant, _ in passed})),
            after is not here,
        )


def with_new_party(session: Session, here: CaseFacts, there: CaseFacts) -> CaseFacts:
    """A case as it is once the other one, if that is the own case of a new party of it, is joined into it."""
    link = new_parties(session, [there.ref]).get(there.ref)
    if link is None or link.other_case != here.ref:
        return here
    return replace(here, parties=(*here.parties, *(one for one in there.parties if one not in here.parties)))


def passed_on(
    session: Session, here: CaseFacts, there: CaseFacts, at: datetime
) -> list[tuple[AccessGrant, tuple[str, ...]]]:
    """The accesses of a case's leads that go along when it is joined into this one, each with its parts here.

    Of those who lead there for a party of this case for whom nobody leads here: to what is that party's own, and what
    both parties share.
    """
    live = session.scalars(_LIVE, {"refs": [here.ref, there.ref], "at": at}).all()
    led = {grant.lead_for for grant in live if grant.case_ref == here.ref}
    parts = {*(f"child:{child}" for child in here.children), "joint"}
    return [
        (grant, tuple(part for part in grant.compartments if part in {*parts, f"sole:{grant.lead_for}"}))
        for grant in live
        if grant.case_ref == there.ref and grant.lead_for in set(here.parties) - led
    ]


def links_waiting(desk: Desk) -> tuple[LinkOfCases, ...]:
    """The links that wait for a second person, the longest first, at most fifty; of those with no tie to the family.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.AGREE_TO_LINK) as asker:
        return _allowed(asker, asker.session.execute(_WAITING).all(), Action.AGREE_TO_LINK)


def links_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """What of it waits for somebody who did not ask."""
    if not person.roles(desk.now()) & GRANTERS:
        return None
    asker = Asker.of(desk, session)
    rows = [row for row in session.execute(_WAITING_ON) if asker.who != (row.end_asked_by or row.asked_by)]
    theirs = sum(1 for row in rows if _on_both(asker, row, Action.AGREE_TO_LINK))
    said = counted(theirs, "link of cases waits", "links of cases wait")
    return PendingItem(f"{said} for a second person", "conflicts", count=theirs, act="Decide") if theirs else None


def _allowed(asker: Asker, rows: Sequence[Any], action: Action) -> tuple[LinkOfCases, ...]:
    return tuple(
        from_row(LinkOfCases, row, may_answer=asker.who != (row.end_asker or row.asker))
        for row in rows
        if _on_both(asker, row, action)
    )


def _on_both(asker: Asker, row: Any, action: Action) -> bool:
    questions = asker.questions([row.case_ref, row.other_case], action)
    return len(questions) == 2 and all(decide(one).allowed for one in questions.values())


def _may_know(asker: Asker, case_ref: str) -> bool:
    """Whether a case is in one of their lists, and no tie of theirs bars them from it."""
    return bool(asker.listed([case_ref])) or all(
        decide(one).allowed for one in asker.questions([case_ref], Action.LINK_CASES).values()
    )
