"""Shares in lists: those of a case, one's own, what waits for whoever is here; each one decided before it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, allowed_on, may_read
from okf.cases.queries.case import opened_question
from okf.desk import Desk
from okf.paging import FIRST, AnySelect, Order, Page, Paged, Sort, batches, filled, mark, order_of
from okf.policy.access import decide
from okf.policy.facts import RecordFacts
from okf.policy.gates import no_conflict
from okf.policy.share_deciders import CLOSE, DECIDING, routes_for
from okf.policy.share_words import recipient_in_words
from okf.store import facts
from okf.store.models import InformationShare, Person, Redaction, StoredFile
from okf.store.shares import asked_of, concerns_of, of_concerns_about
from okf.store.visible import file_in_its_place
from okf.terms import FOR_SAFETY, Action, Role, ShareStatus

OF_CASE: Final = 100

_OF_CASE = (
    select(InformationShare)
    .where(InformationShare.case_ref == bindparam("case_ref"))
    .order_by(InformationShare.asked_at.desc(), InformationShare.ref)
    .limit(OF_CASE)
)
_FILE_MISPLACED = (
    select(Redaction.ref)
    .join(StoredFile, StoredFile.ref == Redaction.file_ref)
    .where(Redaction.share_ref == bindparam("share"), Redaction.replaced_at.is_(None), ~file_in_its_place())
    .limit(1)
)
_NAMES = select(Person.username, Person.name).where(Person.username.in_(bindparam("keys", expanding=True)))


SORTS: Final[Mapping[str, Order]] = {"asked": Order((InformationShare.asked_at, InformationShare.ref))}
NEWEST: Final = Sort("asked", descending=True)


class ShareList(StrEnum):
    """Which shares a list is of."""

    WAITING = "waiting"
    OWN = "own"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ShareFilter:
    """What a list of shares is narrowed to; `sort` is its order."""

    status: ShareStatus | None = None
    recipient: str | None = None
    reference: str | None = None
    sort: Sort = NEWEST

    @property
    def shape(self) -> tuple[bool, ...]:
        """Which of its parts are set: one statement each."""
        return (self.status is not None, self.recipient is not None, self.reference is not None)


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One share as a list shows it; `to` is None for somebody who may not read what is in it."""

    ref: str
    case_ref: str | None
    status: ShareStatus
    route: str
    recipient: str
    to: str | None
    purpose: str | None
    records: int
    asked_by: str
    asked_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """A share that somebody may know of; whether they may read all in it, have a tie to its family, know its case."""

    share: InformationShare
    readable: bool
    case_ref: str | None
    tied: bool = False


def shares_of_case(desk: Desk, case_ref: str) -> tuple[ShareRow, ...]:
    """The shares of a case that this person may know of, newest first.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        opened_question(desk, session, case_ref)
        shares = session.scalars(_OF_CASE, {"case_ref": case_ref}).all()
        return _rows(session, known(desk, session, shares))


def shares_in_list(
    desk: Desk, which: ShareList, wanted: ShareFilter = ShareFilter(), page: Page = FIRST
) -> Paged[ShareRow]:
    """One page of a list of shares; of what it finds, those that this person may know of.

    Raises:
        Refused: all of them are for the data protection lead and the safeguarding leads.
    """
    if which is ShareList.ALL:
        desk.require(Action.READ_AUDIT)
    order = order_of(SORTS, wanted.sort)
    start, backwards = order.start(page)
    with desk.reading() as session:
        roles = desk.person(session).roles(desk.now())
        bound: dict[str, Any] = {"who": desk.actor, "routes": routes_for(roles)}
        bound |= {"status": wanted.status, "recipient": wanted.recipient, "reference": wanted.reference}

        def fetch(start: tuple[Any, ...] | None, size: int) -> Sequence[InformationShare]:
            statement = _narrowed(which, wanted.shape)
            return [row[0] for row in order.fetch(session, statement, bound, start, size, backwards=backwards)]

        def shown(shares: Sequence[InformationShare]) -> list[tuple[InformationShare, Known]]:
            return [(one.share, one) for one in known(desk, session, shares)]

        found = batches(fetch, start, order.values, first=page.size + 1)
        cut = filled(
            found, shown, page, lambda one: mark(order.values(one)), backwards=backwards, started=start is not None
        )
        return Paged(_rows(session, cut.rows), cut.next, cut.previous)


def known(desk: Desk, session: Session, shares: Sequence[InformationShare]) -> list[Known]:
    """Of these shares those that this person may know of.

    Nobody hears of a share that is about them. Of one made for safety hear
    its asker and the leads; of the others whoever may read every record in
    it, since its very being tells that they are there (C2); who must decide
    it, and the data protection lead, know that there is one.
    """
    asker = Asker.of(desk, session)
    refs = {share.case_ref for share in shares if share.case_ref}
    questions = {ref: replace(q) for ref, q in asker.questions(list(refs)).items()}
    records = facts.records(session, {record for share in shares for record in share.records})
    hidden = of_concerns_about(session, asker.who) if shares else set()
    # What went out with a decision on a concern is for whoever may read that concern and its decisions.
    of_concern = concerns_of(session, [share.ref for share in shares])
    theirs = {"", *allowed_on(session, asker.base, of_concern.values(), Action.REVIEW_DECISION)}
    found = []
    for share in shares:
        if share.ref in hidden or of_concern.get(share.ref, "") not in theirs:
            continue
        readable = _readable(share, questions, records)
        if _may_know(asker, share, readable):
            case = questions.get(share.case_ref or "")
            decides = bool(asker.roles & DECIDING)
            lists = case is not None and (decides or decide(replace(case, action=Action.LIST_CASE)).allowed)
            tied = case is not None and bool(no_conflict(case))
            found.append(Known(share, readable and bool(share.records), share.case_ref if lists else None, tied))
    return found


def may_open(desk: Desk, session: Session, one: Known) -> bool:
    """Whether this person may open what went out with a share that they know of.

    Without a record in it, it is for whoever asked and for who may look at it
    again; who approved it opens it as long as they hold that role.
    """
    share = one.share
    if not decide(desk.question(session, Action.OPEN_PACKAGE, share.case_ref)).allowed:
        return False
    if misplaced(session, share.records) or session.scalar(_FILE_MISPLACED, {"share": share.ref}):
        return False
    if any(by == desk.actor and role in desk.person(session).roles(desk.now()) for role, by in share.approvals.items()):
        return True
    reviews = decide(desk.question(session, Action.REVIEW_SHARE, share.case_ref)).allowed
    return one.readable or (not share.records and (share.asked_by == desk.actor or reviews))


def misplaced(session: Session, records: Sequence[str]) -> bool:
    """Whether one of these records is sealed as lying in the wrong place: then nobody shares it or opens what went."""
    return any(one.away is not None for one in facts.records(session, records).values())


def _readable(share: InformationShare, questions: Mapping[str, Any], records: Mapping[str, RecordFacts]) -> bool:
    question = questions.get(share.case_ref or "")
    return all(question is not None and one in records and may_read(question, records[one]) for one in share.records)


def _may_know(asker: Asker, share: InformationShare, readable: bool) -> bool:
    who, roles = asker.who, asker.roles
    if who in share.particulars.get("about", ()):
        return False
    theirs = who in (share.asked_by, share.decided_by, share.sent_by, *share.approvals.values())
    leads = bool(roles & FOR_SAFETY)
    if share.route in CLOSE:
        return leads or (theirs and readable)
    decides = share.route in routes_for(roles) or Role.DATA_PROTECTION_LEAD in roles
    return decides or (readable and (theirs or bool(share.records)))


def _rows(session: Session, found: Sequence[Known]) -> tuple[ShareRow, ...]:
    names = names_of(session, [one.share.asked_by for one in found])
    rows = []
    for one in found:
        share, told = one.share, one.readable or (not one.share.records and not one.tied)
        rows.append(
            ShareRow(
                ref=share.ref,
                case_ref=one.case_ref,
                status=share.status,
                route=share.route or "",
                recipient=recipient_in_words(share.recipient),
                to=recipient_in_words(asked_of(share)["recipient"]) if told else None,
                purpose=share.purpose if told else None,
                records=len(share.records),
                asked_by=names.get(share.asked_by, share.asked_by),
                asked_at=share.asked_at,
                sent_at=share.sent_at,
            )
        )
    return tuple(rows)


def names_of(session: Session, usernames: Iterable[str | None]) -> dict[str, str]:
    """What workers are called."""
    keys = sorted({one for one in usernames if one})
    return {row.username: row.name for row in session.execute(_NAMES, {"keys": keys})} if keys else {}


@cache
def _narrowed(which: ShareList, shape: tuple[bool, ...]) -> AnySelect:
    share = InformationShare
    who: Any = bindparam("who")
    draft_of = and_(share.status == ShareStatus.DRAFT, or_(share.asked_by == who, share.decided_by == who))
    waits = and_(share.status == ShareStatus.AWAITING_APPROVAL, share.route.in_(bindparam("routes", expanding=True)))
    narrowed = {ShareList.WAITING: or_(draft_of, waits), ShareList.OWN: share.asked_by == who}.get(which)
    statement: Any = select(share)
    if narrowed is not None:
        statement = statement.where(narrowed)
    status, recipient, reference = shape
    if status:
        statement = statement.where(share.status == bindparam("status", type_=share.status.type))
    if recipient:
        statement = statement.where(share.recipient["type"].as_string() == bindparam("recipient"))
    if reference:
        statement = statement.where(or_(share.ref == bindparam("reference"), share.case_ref == bindparam("reference")))
    return statement
