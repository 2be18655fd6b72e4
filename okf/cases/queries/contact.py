"""How to reach the people of a case, how that changed, and what they were told and promised; part by part (C2)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import may_read_part
from okf.cases.queries.case import SafeContact, contact_shown, opened_question
from okf.desk import Desk
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.policy.least import CONTACT
from okf.policy.scopes import compartment_of
from okf.policy.undertaking import asked_for
from okf.store.least import least_on
from okf.store.models import Person, PrivacyNoticeGiven, SafeContactChange, ServiceUser, Undertaking
from okf.store.rows import from_row, from_rows
from okf.terms import Action
from okf.terms.intake import NoticeWay, UndertakingAnswer

_REFS: Any = bindparam("refs", expanding=True)
_PEOPLE = select(
    ServiceUser.ref,
    ServiceUser.name,
    ServiceUser.told_age,
    ServiceUser.told_age_on,
    ServiceUser.phone,
    ServiceUser.email,
    ServiceUser.address,
    ServiceUser.safe_phone,
    ServiceUser.safe_hours,
    ServiceUser.voicemail_safe,
    ServiceUser.post_safe,
    ServiceUser.code_word,
    ServiceUser.do_not_contact_by,
    ServiceUser.safe_contact_notes,
).where(ServiceUser.ref.in_(_REFS))
_CHANGES = (
    select(
        SafeContactChange.service_user,
        SafeContactChange.changed_at.label("at"),
        func.coalesce(Person.name, SafeContactChange.changed_by).label("by"),
        SafeContactChange.changed,
        SafeContactChange.before,
        SafeContactChange.why,
    )
    .outerjoin(Person, Person.username == SafeContactChange.changed_by)
    .where(SafeContactChange.service_user.in_(_REFS))
    .order_by(SafeContactChange.id.desc())
)
_NOTICES = (
    select(
        PrivacyNoticeGiven.service_user,
        PrivacyNoticeGiven.given_on.label("on"),
        PrivacyNoticeGiven.way.label("what"),
        func.coalesce(Person.name, PrivacyNoticeGiven.noted_by).label("by"),
    )
    .outerjoin(Person, Person.username == PrivacyNoticeGiven.noted_by)
    .where(PrivacyNoticeGiven.service_user.in_(_REFS))
    .order_by(PrivacyNoticeGiven.id.desc())
)
_UNDERTAKINGS = (
    select(
        Undertaking.service_user,
        Undertaking.answered_on.label("on"),
        Undertaking.answer.label("what"),
        func.coalesce(Person.name, Undertaking.noted_by).label("by"),
    )
    .outerjoin(Person, Person.username == Undertaking.noted_by)
    .where(Undertaking.service_user.in_(_REFS))
    .order_by(Undertaking.id.desc())
)


@dataclass(frozen=True, slots=True)
class ContactChange:
    """One change of safe contact: when, by whom, and what stood before, by column."""

    at: datetime
    by: str
    before: Mapping[str, Any]
    why: str | None


@dataclass(frozen=True, slots=True)
class Noted:
    """One answer or notice: the day, what it was, and who noted it."""

    on: date
    what: NoticeWay | UndertakingAnswer
    by: str


@dataclass(frozen=True, slots=True)
class PersonReached:
    """Somebody of a case, for a reader of their part. The newest stands first in each list."""

    ref: str
    name: str
    child: bool
    told_age: int | None
    told_age_on: date | None
    contact: SafeContact
    changes: tuple[ContactChange, ...]
    notices: tuple[Noted, ...]
    undertakings: tuple[Noted, ...]
    may_change: bool
    may_note: bool

    @property
    def to_ask(self) -> bool:
        """Whether the undertaking is still to be asked for; nothing waits for it (C14)."""
        return not self.child and asked_for(registered=True, given=bool(self.undertakings))


def people_reached(desk: Desk, case_ref: str) -> tuple[PersonReached, ...]:
    """Everybody of a case whose own part this person may read.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        case = question.case
        if case is None:
            return ()
        parts = {
            ref: part
            for ref in (*case.parties, *case.children)
            if (part := compartment_of(ref, case.parties, case.children)) and may_read_part(question, part)
        }
        return _people(session, question, parts, case.children)


def _people(
    session: Session, question: Question, parts: Mapping[str, str], children: Iterable[str]
) -> tuple[PersonReached, ...]:
    refs, seen = {"refs": list(parts)}, least_on(session, question)
    whole = all(map(seen.shows, CONTACT))  # how it changed tells what stood before
    rows = {row.ref: row for row in session.execute(_PEOPLE, refs)}
    changes, notices, undertakings = (_by_person(session, one, refs) for one in (_CHANGES, _NOTICES, _UNDERTAKINGS))
    return tuple(
        PersonReached(
            ref=ref,
            name=rows[ref].name or ref,
            child=ref in children,
            told_age=rows[ref].told_age if seen.shows_birthday(ref) else None,
            told_age_on=rows[ref].told_age_on if seen.shows_birthday(ref) else None,
            contact=contact_shown(rows[ref], seen),
            changes=tuple(from_row(ContactChange, one, before=json.loads(one.before or "{}")) for one in changes[ref])
            if whole
            else (),
            notices=from_rows(Noted, notices[ref]),
            undertakings=from_rows(Noted, undertakings[ref]),
            may_change=_may(question, Action.CHANGE_SAFE_CONTACT, part),
            may_note=_may(question, Action.NOTE_UNDERTAKING, part),
        )
        for ref, part in parts.items()
        if ref in rows
    )


def _by_person(session: Session, statement: Any, refs: Mapping[str, Any]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(statement, refs):
        found[row.service_user].append(row)
    return found


def _may(question: Question, action: Action, part: str) -> bool:
    return decide(replace(question, action=action, compartment=part)).allowed
