"""Every concern about the same family, across cases, as one chronology: for leads alone (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, or_, select, union
from sqlalchemy.orm import Session

from okf.asker import allowed_on, family
from okf.desk import Desk
from okf.errors import unknown
from okf.paging import FIRST, Page, Paged, instant_of, keyset, mark, paged, values_of
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.safeguarding.queries.about import about_of, names_of
from okf.safeguarding.queries.reads import put_reading_on_record, read_in_this_sign_in
from okf.store.models import CaseChild, CaseParty, Concern, ConcernAbout, ConcernEntry, Person
from okf.store.rows import from_row
from okf.store.selects import NO_LONGER_ABOUT
from okf.store.visible import binds_for, concerns_worked_by
from okf.terms import Action, ConcernStatus, Severity

MOST: Final = 200  # concerns of one family
NOTES: Final = ("Note",)

_FAMILY: Any = bindparam("family", expanding=True)
_THEIR_CASES = union(
    select(CaseParty.case_ref).where(CaseParty.service_user.in_(_FAMILY)),
    select(CaseChild.case_ref).where(CaseChild.service_user.in_(_FAMILY)),
)
_ABOUT_THEM = select(ConcernAbout.concern_ref).where(ConcernAbout.service_user.in_(_FAMILY), ~NO_LONGER_ABOUT)
# Binds `ref`, the concern from which one looks, and `family`.
OF_THE_FAMILY: Final = or_(
    Concern.ref == bindparam("ref"),
    Concern.case_ref.in_(select(_THEIR_CASES.subquery().c.case_ref)),
    Concern.ref.in_(_ABOUT_THEM),
)
_CONCERNS = (
    select(Concern.ref, Concern.case_ref, Concern.severity, Concern.status, Concern.raised_at)
    .where(OF_THE_FAMILY, concerns_worked_by())
    .order_by(Concern.raised_at.desc(), Concern.ref)
    .limit(MOST)
)
_ENTRIES = (
    select(
        ConcernEntry.id,
        ConcernEntry.concern_ref,
        ConcernEntry.entered_at,
        func.coalesce(Person.name, ConcernEntry.entered_by).label("by"),
        ConcernEntry.what,
        ConcernEntry.text,
    )
    .outerjoin(Person, Person.username == ConcernEntry.entered_by)
    .where(
        ConcernEntry.concern_ref.in_(bindparam("refs", expanding=True)),
        ConcernEntry.what.not_in(bindparam("but", expanding=True)),
    )
    .limit(bindparam("size"))
)
_ACCOUNTS = select(Concern.ref, Concern.account).where(Concern.ref.in_(bindparam("refs", expanding=True)))
_KEYS = (ConcernEntry.entered_at, ConcernEntry.id)
_FROM = (bindparam("from_at", type_=ConcernEntry.entered_at.type), bindparam("from_id", type_=ConcernEntry.id.type))


@dataclass(frozen=True, slots=True)
class RelatedConcern:
    """One concern of the family, with whom it is about as far as they are known."""

    ref: str
    case_ref: str | None
    severity: Severity
    status: ConcernStatus
    raised_at: datetime
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyEntry:
    """One line of one of these concerns; of its raising, `text` is what was seen or said."""

    id: int
    concern_ref: str
    entered_at: datetime
    by: str
    what: str
    text: str | None


@dataclass(frozen=True, slots=True)
class FamilyChronology:
    """The family's concerns, newest first, and their lines, oldest first, one page of them."""

    concerns: tuple[RelatedConcern, ...]
    entries: Paged[FamilyEntry]


def family_chronology(desk: Desk, ref: str, page: Page = FIRST, *, notes: bool = False) -> FamilyChronology:
    """Every concern of the people whom this one is about and of its case's family, across cases, oldest line first.

    Narrowed by their references and never to one about the reader, then each
    decided by the policy; the words shown put their concerns on record as
    read. Plain notes are left out unless asked for. At most 200 concerns.

    Raises:
        NotFound: there is no such concern, or none that the reader works.
    """
    with desk.reading() as session:
        question = desk.question(session, Action.TRIAGE_CONCERN, concern=ref)
        if question.concern is None or not decide(question).allowed:
            raise unknown("concern", ref)
        rows, about = _related(session, question, ref)
        entries = _page(session, [row.ref for row in rows], page, () if notes else NOTES)
        shown = dict.fromkeys(one.concern_ref for one in entries.rows)
        unread = [one for one in shown if one not in read_in_this_sign_in(desk, session, list(shown))]
    for one in unread:
        put_reading_on_record(desk, one)
    related = [from_row(RelatedConcern, row, about=names_of(about[row.ref])) for row in rows]
    return FamilyChronology(tuple(related), entries)


def family_of(question: Question) -> list[str]:
    """The service users whom the question's concern is about, and its case's family."""
    concern, case = question.concern, question.case
    return [*(concern.about if concern else ()), *(family(case) if case else ())]


def _related(session: Session, question: Question, ref: str) -> tuple[list[Any], dict[str, list[Any]]]:
    rows = session.execute(_CONCERNS, {"ref": ref, "family": family_of(question), **binds_for(question)}).all()
    about = about_of(session, [row.ref for row in rows])
    theirs = allowed_on(session, question, about, Action.TRIAGE_CONCERN)
    return [row for row in rows if row.ref in theirs], about


def _page(session: Session, refs: Sequence[str], page: Page, but: Sequence[str]) -> Paged[FamilyEntry]:
    backwards = page.after is None and page.before is not None
    start = values_of(page.before if backwards else page.after, instant_of, int)
    bounds: dict[str, Any] = {"refs": list(refs), "but": list(but), "size": page.size + 1}
    if start:
        bounds |= {"from_at": start[0], "from_id": start[1]}
    found = paged(
        session.execute(_ordered(start is not None, backwards), bounds).all(),
        page,
        lambda row: mark((row.entered_at, row.id)),
        backwards=backwards,
        started=start is not None,
    )
    raised = [row.concern_ref for row in found.rows if row.what == "Raised"]
    accounts = {row.ref: row.account for row in session.execute(_ACCOUNTS, {"refs": raised})} if raised else {}
    lines = tuple(
        from_row(FamilyEntry, row, text=row.text or (accounts.get(row.concern_ref) if row.what == "Raised" else None))
        for row in found.rows
    )
    return Paged(lines, found.next, found.previous)


@cache
def _ordered(started: bool, backwards: bool) -> Select[Any]:
    return keyset(_ENTRIES, _KEYS, _FROM if started else None, descending=backwards)
