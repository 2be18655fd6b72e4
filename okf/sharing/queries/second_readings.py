"""Blacked-out texts that wait for a second reader: for whoever may read the record, or is asked in turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, bindparam, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, may_read
from okf.desk import Desk
from okf.paging import Page
from okf.pending import PendingItem, counted
from okf.policy.facts import PersonFacts
from okf.sharing.queries.lists import ShareFilter, ShareList, known, names_of, shares_in_list
from okf.sharing.queries.second_readers import is_asked
from okf.store import facts
from okf.store.models import InformationShare, Redaction
from okf.store.rows import from_row
from okf.store.visible import binds_for, cases_held
from okf.terms import Role, ShareStatus

MOST = 50
_WAITING = (
    select(
        Redaction.ref,
        Redaction.share_ref,
        Redaction.record_id,
        Redaction.case_ref,
        Redaction.made_by,
        Redaction.made_at,
        InformationShare,
    )
    .join(InformationShare, InformationShare.ref == Redaction.share_ref)
    .where(
        Redaction.read_at.is_(None),
        Redaction.replaced_at.is_(None),
        Redaction.made_by != bindparam("who"),
        InformationShare.status.in_((ShareStatus.DRAFT, ShareStatus.AWAITING_APPROVAL)),
        or_(bindparam("leads", type_=Boolean), Redaction.case_ref.in_(cases_held())),
    )
    .order_by(Redaction.made_at, Redaction.ref)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A text that somebody blacked out, and the share it is for."""

    share_ref: str
    record_id: str
    case_ref: str
    made_by: str
    made_at: datetime
    in_turn: str | None = None  # the version's reference, for one of the pool


def readings_waiting(desk: Desk) -> tuple[ReadingRow, ...]:
    """The blacked-out texts that this person may read a second time, oldest first, at most some dozens."""
    with desk.reading() as session:
        return _readings(desk, session)


def share_readings_pending(desk: Desk, session: Session, _: PersonFacts) -> PendingItem | None:
    """For Today: how many texts wait for this person as second reader."""
    count = len(_readings(desk, session))
    said = counted(count, "blacked-out text waits for a second reader", "blacked-out texts wait for a second reader")
    return PendingItem(said, "shares", {"list": "Waiting for you"}, count=count, act="Read") if count else None


def shares_to_decide(desk: Desk, _: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: how many shares this person must decide or can send."""
    if person.is_host:
        return None
    rows = shares_in_list(desk, ShareList.WAITING, ShareFilter(), Page(size=MOST)).rows
    said = counted(len(rows), "share waits for you to decide or send", "shares wait for you to decide or send")
    return PendingItem(said, "shares", {"list": "Waiting for you"}, count=len(rows), act="Decide") if rows else None


def _readings(desk: Desk, session: Session) -> tuple[ReadingRow, ...]:
    asker = Asker.of(desk, session)
    pooled = Role.SECOND_READER in asker.roles
    binds = binds_for(asker.base)
    found = session.execute(_WAITING, {**binds, "leads": True} if pooled else binds).all()
    if not found:
        return ()
    questions = asker.questions(list({row.case_ref for row in found}))
    records = facts.records(session, {row.record_id for row in found})
    names = names_of(session, [row.made_by for row in found])
    heard_of = {one.share.ref for one in known(desk, session, [row.InformationShare for row in found])}
    rows = []
    for row in found:
        told = {"made_by": names.get(row.made_by, row.made_by)}
        heard = row.share_ref in heard_of and row.record_id in records
        if heard and may_read(questions[row.case_ref], records[row.record_id]):
            rows.append(from_row(ReadingRow, row, **told))
        elif pooled and is_asked(desk, session, session.get_one(Redaction, row.ref), row.InformationShare):
            rows.append(from_row(ReadingRow, row, **told, in_turn=row.ref))
    return tuple(rows)
