"""Enquiries in a list: those that wait, the longest first; whoever is not of intake sees what they took themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.desk import Desk
from okf.match.fold import folded
from okf.paging import COUNT_MOST, FIRST, Count, Order, Page, Paged, Sort, count_of, order_of
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts
from okf.store.enquiry_sides import handed_up, kept_from
from okf.store.models import Enquiry, EnquiryPerson, Person
from okf.store.rows import from_rows
from okf.terms import Action, SupportKind
from okf.terms.intake import EnquiryChannel, EnquiryPart, EnquiryStatus

FOUND_MOST: Final = 50
OVERDUE_DAYS: Final = 2  # our default


@dataclass(frozen=True, slots=True)
class EnquiryRow:
    """One enquiry. `caller` is empty once it is registered: who it was about opens with the case alone.

    `case_ref` is for those who know of every case; `own`: they took it. `kept`: it waits for somebody who works for
    no side of that family, and nothing but its place in the queue is told.
    """

    ref: str
    status: EnquiryStatus
    channel: EnquiryChannel
    kind_of_support: SupportKind | None
    area: str | None
    received_at: datetime
    taken_by: str
    case_ref: str | None
    caller: str | None
    own: bool
    kept: bool = False


@dataclass(frozen=True, slots=True)
class EnquiryList:
    """One page of enquiries at the instant of its reading; `of_all` says whether the reader sees everybody's."""

    page: Paged[EnquiryRow]
    count: Count
    at: datetime
    of_all: bool


_ME = bindparam("me", type_=Enquiry.taken_by.type)
_HANDED: Final[Any] = bindparam("handed", expanding=True)
_ROWS = (
    select(
        Enquiry.ref,
        Enquiry.status,
        Enquiry.channel,
        Enquiry.kind_of_support,
        Enquiry.area,
        Enquiry.received_at,
        func.coalesce(Person.name, Enquiry.taken_by).label("taken_by"),
        Enquiry.case_ref,
        EnquiryPerson.name.label("caller"),
        (Enquiry.taken_by == _ME).label("own"),
    )
    .outerjoin(Person, Person.username == Enquiry.taken_by)
    .outerjoin(EnquiryPerson, (EnquiryPerson.enquiry_ref == Enquiry.ref) & (EnquiryPerson.part == EnquiryPart.CALLER))
)
SORTS: Final[Mapping[str, Order]] = {"came": Order((Enquiry.received_at, Enquiry.ref))}
_OLDEST = select(Enquiry.received_at).where(Enquiry.status == EnquiryStatus.NEW).order_by(Enquiry.received_at)
_WAITING = _OLDEST.limit(COUNT_MOST + 1)
_HANDED_UP = _WAITING.where(Enquiry.ref.in_(_HANDED))
_OWN_WAITING = and_(Enquiry.taken_by == _ME, Enquiry.status == EnquiryStatus.NEW)


def enquiries_in_view(
    desk: Desk, *, status: EnquiryStatus | None = EnquiryStatus.NEW, page: Page = FIRST, sort: Sort | None = None
) -> EnquiryList:
    """The enquiries that this person may read, one page of them: waiting ones the longest first, others the newest.

    Or the other way round, if it is asked for.

    Intake and managers see all, of those of a family for one side of which they work nothing but that they wait;
    whoever else takes calls sees their own, and a safeguarding lead those that no manager is free to read.

    Raises:
        Refused: they take no enquiries.
    """
    with asking(desk, Action.TAKE_ENQUIRY) as asker:
        bounds = _theirs(asker) | {"status": status}
        statement = _narrowed(_scope(asker), status is not None)
        found = order_of(SORTS, sort or sort_of(status)).page(asker.session, statement, bounds, page)
        count = count_of(asker.session, statement, bounds)
        kept = kept_from(asker.session, asker.who, asker.at)
        rows = tuple(_as_known(asker, row, kept) for row in from_rows(EnquiryRow, found.rows))
        page_of_all = Paged(rows, found.next, found.previous)
        return EnquiryList(page_of_all, count, asker.at, asker.may(Action.LIST_ENQUIRIES))


def sort_of(status: EnquiryStatus | None) -> Sort:
    """How the list stands by itself: those that wait the longest first, others the newest."""
    return Sort("came", descending=status is not EnquiryStatus.NEW)


def search_enquiries(desk: Desk, words: str) -> tuple[EnquiryRow, ...]:
    """Enquiries in which somebody's name has all these words, the newest fifty; on record with what was found.

    Raises:
        Refused: they take no enquiries.
    """
    sought = folded(words).split()[:5]
    if not sought:
        return ()
    with desk.permitted(Action.TAKE_ENQUIRY) as deed:
        asker = Asker.of(desk, deed.session)
        kept = kept_from(asker.session, asker.who, asker.at)
        statement = _narrowed(_scope(asker), False).where(
            or_(Enquiry.ref.not_in(sorted(kept)), _OWN_WAITING),
            Enquiry.ref.in_(
                select(EnquiryPerson.enquiry_ref).where(
                    *(EnquiryPerson.name_folded.contains(one, autoescape=True) for one in sought)
                )
            ),
        )
        found = deed.session.execute(
            statement.order_by(Enquiry.received_at.desc()).limit(FOUND_MOST), _theirs(asker)
        ).all()
        deed.note(search="names", hits=len(found), enquiries=[row.ref for row in found])
        return tuple(_as_known(asker, row, kept) for row in from_rows(EnquiryRow, found))


def enquiries_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """What of the enquiries waits for intake and managers; for a safeguarding lead what no manager is free to read."""
    question = desk.question(session, Action.TAKE_ENQUIRY)
    if not decide(question).allowed:
        return None
    if decide(replace(question, action=Action.LIST_ENQUIRIES)).allowed:
        since = session.scalars(_WAITING).all()
    else:
        since = session.scalars(_HANDED_UP, {"handed": sorted(handed_up(session, person, question.at))}).all()
    if not since:
        return None
    days = (desk.now() - since[0]).days
    longest = "" if days < 1 else f", the longest for {counted(days, 'day', 'days')}"
    waits = counted(min(len(since), COUNT_MOST), "enquiry waits", "enquiries wait")
    due = since[0] + timedelta(days=OVERDUE_DAYS)
    said = f"{waits} to be registered{longest}"
    return PendingItem(said, "enquiries", overdue=days >= OVERDUE_DAYS, due=due, count=len(since), act="Register")


def _as_known(asker: Asker, row: EnquiryRow, kept: frozenset[str]) -> EnquiryRow:
    if not asker.may(Action.LIST_CASELOAD):
        row = replace(row, case_ref=None)
    if row.ref not in kept or (row.own and row.status is EnquiryStatus.NEW):
        return row
    return replace(row, caller=None, area=None, kind_of_support=None, kept=True)


def _scope(asker: Asker) -> bool:
    """Whether only their own are for them."""
    return not asker.may(Action.LIST_ENQUIRIES)


@cache
def _narrowed(own: bool, by_status: bool) -> Any:
    statement: Any = _ROWS
    if own:
        statement = statement.where(or_(Enquiry.taken_by == _ME, Enquiry.ref.in_(_HANDED)))
    if by_status:
        statement = statement.where(Enquiry.status == bindparam("status", type_=Enquiry.status.type))
    return statement


def _theirs(asker: Asker) -> dict[str, Any]:
    return {"me": asker.who, "handed": sorted(handed_up(asker.session, asker.base.person, asker.at))}
