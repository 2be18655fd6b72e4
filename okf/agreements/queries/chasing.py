"""Whose signatures are outstanding, when they were last reminded of it, and whether that mail really went (C7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.agreements.queries.agreements import people_page
from okf.agreements.queries.board import BoardFilter, BoardRow
from okf.asker import permitted_reader
from okf.clock import last_day_of
from okf.desk import Desk
from okf.paging import COUNT_MOST, FIRST, Count, Page, Paged
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.chasing import MailState
from okf.policy.facts import PersonFacts
from okf.policy.standing import NOT_COVERED
from okf.policy.table import OVERSEERS
from okf.store.models import AgreementStanding, Mail, PaperSignature, Person, Reminder
from okf.terms import Action, Role, Standing

TO_SIGN: Final = (Standing.NEVER_SIGNED, Standing.OVERDUE, Standing.RESIGN_DUE)
PAGE: Final = 20

_INSTANT: Any = AgreementStanding.due_at.type
_AT: Any = bindparam("at", type_=_INSTANT)
_LAST = (
    select(Reminder.person, func.max(Reminder.id).label("last"))
    .where(Reminder.person.in_(bindparam("people", expanding=True)))
    .group_by(Reminder.person)
    .subquery()
)
_REMINDED = (
    select(Reminder.person, Reminder.reminded_on, Mail.state)
    .join(_LAST, _LAST.c.last == Reminder.id)
    .outerjoin(Mail, Mail.id == Reminder.mail)
)
_REACHABLE = select(Person.username).where(
    Person.username.in_(bindparam("people", expanding=True)), Person.email.is_not(None), Person.email != ""
)
_PAPERS = select(PaperSignature.person, PaperSignature.kind).where(
    PaperSignature.person.in_(bindparam("people", expanding=True)), PaperSignature.decided_at.is_(None)
)
_ASKED: Any = (
    AgreementStanding.due_at <= _AT,
    or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > _AT),
)
_COUNT = select(func.count()).select_from(
    select(AgreementStanding.person).where(*_ASKED).distinct().limit(COUNT_MOST + 1).subquery()
)
_LATE: Any = select(AgreementStanding.person).where(*_ASKED, AgreementStanding.overdue_at <= _AT).limit(1)
_OWN: Any = select(AgreementStanding.overdue_at).where(*_ASKED, AgreementStanding.person == bindparam("who"))


@dataclass(frozen=True, slots=True)
class ToSign:
    """One agreement that somebody is to sign, and the last day for it; None where it was never signed.

    `paper_waits`: they signed it on paper, and somebody else is to verify that.
    """

    row: BoardRow
    last_day: date | None
    paper_waits: bool


@dataclass(frozen=True, slots=True)
class Outstanding:
    """One person with something to sign, the worst first, and the last reminder that they had."""

    username: str
    name: str
    team: str | None
    to_sign: tuple[ToSign, ...]
    has_address: bool
    reminded_on: date | None
    mail: MailState | None


@dataclass(frozen=True, slots=True)
class OutstandingView:
    """The list as its page shows it."""

    page: Paged[Outstanding]
    people: Count
    may_remind: bool


def outstanding(desk: Desk, wanted: BoardFilter, page: Page = FIRST) -> OutstandingView:
    """Whoever is asked to sign now, the worst first, one page of them.

    Raises:
        Refused: the reader may not see who signed what.
    """
    question = permitted_reader(desk, Action.LIST_AGREEMENTS)
    with desk.reading() as session:
        found = people_page(session, question, replace(wanted, outstanding=True), page)
        keys = {"people": [one.username for one in found.rows]}
        reminded = {row.person: row for row in session.execute(_REMINDED, keys)}
        papers = {(row.person, row.kind.capacity) for row in session.execute(_PAPERS, keys)}
        reachable = set(session.scalars(_REACHABLE, keys))
        people = Count.capped(session.scalar(_COUNT, {"at": question.at}) or 0)
    rows = tuple(
        Outstanding(
            one.username,
            one.name,
            one.team,
            tuple(
                _to_sign(row, (row.username, row.kind) in papers)
                for row in one.cells.values()
                if row.standing in TO_SIGN
            ),
            one.username in reachable,
            reminded[one.username].reminded_on if one.username in reminded else None,
            reminded[one.username].state if one.username in reminded else None,
        )
        for one in found.rows
    )
    may_remind = decide(replace(question, action=Action.REMIND_TO_SIGN)).allowed
    return OutstandingView(Paged(rows, found.next, found.previous), people, may_remind)


def people_to_sign(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For whoever reminds: how many people have something to sign."""
    reminders = OVERSEERS | {Role.COMPLIANCE_VIEWER}
    if not person.roles(desk.now()) & reminders or not decide(desk.question(session, Action.REMIND_TO_SIGN)).allowed:
        return None
    at = desk.now()
    count = Count.capped(session.scalar(_COUNT, {"at": at}) or 0)
    if not count.number:
        return None
    late = session.scalars(_LATE, {"at": at}).first() is not None
    said = counted(count.number, "person has", "people have").replace(f"{count.number:,}", str(count), 1)
    why = "Access is suspended until whoever is past their last day signs." if late else ""
    return PendingItem(f"{said} something to sign", "chasing", overdue=late, why=why, count=count.number, act="Remind")


def own_to_sign(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For everybody: what they themselves have to sign."""
    at = desk.now()
    rows: list[datetime] = list(session.scalars(_OWN, {"at": at, "who": person.username}))
    if not rows:
        return None
    said = f"You have {counted(len(rows), 'agreement', 'agreements')} to sign"
    first = min(rows)
    if first <= at:
        why = "What needs it stays shut until you sign."
        return PendingItem(said, "my_agreements", overdue=True, why=why, count=len(rows), act="Sign")
    return PendingItem(said, "my_agreements", due=first, count=len(rows), act="Sign")


def _to_sign(row: BoardRow, paper_waits: bool) -> ToSign:
    dated = row.overdue_at is not None and row.overdue_at > NOT_COVERED
    return ToSign(row, last_day_of(row.overdue_at) if dated and row.overdue_at else None, paper_waits)
