"""The links of cases of one family: for those who may know of both, and those that wait for a second person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from okf.asker import Asker, asking
from okf.cases.queries.case import case_question
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts
from okf.policy.table import GRANTERS
from okf.store.models import CaseLink, Person
from okf.store.rows import from_row
from okf.terms import Action
from okf.terms.caseload import CaseLinkKind

WAITING_MOST = 50

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
    """That another case is of the same family, as whoever may know of both sees it; `into` is where one went."""

    other_case: str
    since: datetime
    into: str | None


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
            if row.agreed_at is None or row.ended_at is not None or not _may_know(asker, other):
                continue
            into = row.case_ref if row.kind is CaseLinkKind.JOINED else None
            found.append(Standing(other, row.agreed_at, into))
        return tuple(found) if question.case else ()


def links_on(desk: Desk, case_ref: str) -> tuple[LinkOfCases, ...]:
    """Every link of a case, with its history, for those who may ask for one on both cases; none for anybody else.

    Raises:
        NotFound: there is no such case, or none that they may know of.
    """
    with desk.reading() as session:
        case_question(desk, session, case_ref)
        return _allowed(Asker.of(desk, session), session.execute(_OF_CASE, {"case": case_ref}).all(), Action.LINK_CASES)


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
    return PendingItem(f"{said} for a second person", "conflicts") if theirs else None


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
