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
from okf.cases.queries.case import family_names, opened_question, shown_of
from okf.cases.queries.told_here import children_elsewhere, told_here
from okf.cases.queries.told_of import veiled
from okf.desk import Desk
from okf.policy.access import decide
from okf.policy.contact import BEHIND_SHOW, BIRTH, Statement, claims, in_sight, reached
from okf.policy.facts import CaseFacts, Question
from okf.policy.least import CONTACT, Least
from okf.policy.scopes import compartment_of
from okf.policy.undertaking import asked_for
from okf.store.least import least_on
from okf.store.models import Person, PrivacyNoticeGiven, SafeContactChange, Undertaking
from okf.store.rows import from_row, from_rows
from okf.terms import Action, FamilyField
from okf.terms.intake import ContactCheck, NoticeWay, UndertakingAnswer

_REFS: Any = bindparam("refs", expanding=True)
_NAMES = select(Person.username, Person.name).where(Person.username.in_(_REFS))
_CHANGES = (  # of the time before statements
    select(
        SafeContactChange.id,
        SafeContactChange.service_user,
        SafeContactChange.changed_at.label("at"),
        func.coalesce(Person.name, SafeContactChange.changed_by).label("by"),
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
class Heard:
    """One statement on how somebody is reached: what was told, when, who noted it, and how it was checked with them.

    `told_by` is a name, or None where the source is unknown.
    """

    at: datetime | None
    noted_by: str | None
    told_by: str | None
    how: ContactCheck | None
    values: Mapping[str, Any]
    why: str | None


@dataclass(frozen=True, slots=True)
class ContactChange:
    """A change of the time before statements: when, by whom, and what stood before, by column."""

    at: datetime
    by: str
    before: Mapping[str, Any]
    why: str | None


@dataclass(frozen=True, slots=True)
class Noted:
    """One answer or notice: the day, what it was, and who noted it, for those who are shown who works on the case."""

    on: date
    what: NoticeWay | UndertakingAnswer
    by: str | None


@dataclass(frozen=True, slots=True)
class PersonReached:
    """Somebody of a case, for a reader of their part. The newest stands first in each list.

    `stands` is what the form for checking it with them begins with: what may be used, and beside it what
    was never checked; `seen` is on how many statements that rests.
    """

    ref: str
    name: str
    child: bool
    stands: Mapping[str, Any]
    behind: tuple[str, ...]
    heard: tuple[Heard, ...]
    changes: tuple[ContactChange, ...]
    seen: int
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
        return _people(session, question, case, parts)


def _people(
    session: Session, question: Question, case: CaseFacts, parts: Mapping[str, str]
) -> tuple[PersonReached, ...]:
    refs = {"refs": list(parts)}
    told, seen = told_here(session, case, parts, question.person.username), least_on(session, question)
    elsewhere = children_elsewhere(session, case, parts)
    whole = all(map(seen.shows, CONTACT))  # how it changed tells what stood before
    names = family_names(session, question, seen)
    noted = {str(one.noted_by) for of_one in told.values() for one in of_one}
    workers = {row.username: row.name for row in session.execute(_NAMES, {"refs": sorted(noted)})}
    changes, notices, undertakings = (_by_person(session, one, refs) for one in (_CHANGES, _NOTICES, _UNDERTAKINGS))
    made = []
    for ref, part in parts.items():
        statements = in_sight(told.get(ref, []), ref, parts.__contains__)
        theirs = [one for one in statements if one.is_theirs]
        unchecked = {name: value for one in reversed(claims(theirs)) for name, value in one.values.items()}
        stands = shown_of((unchecked if whole else {}) | reached(told.get(ref, [])), seen, ref)
        if not seen.shows_birthday(ref):
            stands = {name: value for name, value in stands.items() if name not in BIRTH}
        made.append(
            PersonReached(
                ref=ref,
                name=names.get(ref, ref),
                child=ref in case.children,
                stands={name: value for name, value in stands.items() if name not in BEHIND_SHOW},
                behind=tuple(name for name in BEHIND_SHOW if stands.get(name)),
                heard=tuple(_heard(one, names, workers) for one in reversed(statements) if one.told) if whole else (),
                changes=tuple(
                    from_row(ContactChange, one, before=veiled(json.loads(one.before or "{}"))) for one in changes[ref]
                )
                if whole and ref not in elsewhere
                else (),
                seen=len(theirs),
                notices=_noted(notices[ref], seen),
                undertakings=_noted(undertakings[ref], seen),
                may_change=_may(question, Action.CHANGE_SAFE_CONTACT, part),
                may_note=_may(question, Action.NOTE_UNDERTAKING, part),
            )
        )
    return tuple(made)


def _heard(one: Statement, names: Mapping[str, str], workers: Mapping[str, str]) -> Heard:
    return Heard(
        at=one.told_at or one.noted_at,
        noted_by=workers.get(one.noted_by, one.noted_by) if one.noted_by else None,
        told_by=names.get(one.told_by, one.told_by) if one.told_by else None,
        how=one.checked_how,
        values=veiled(one.told),
        why=one.why,
    )


def _noted(rows: Iterable[Any], seen: Least) -> tuple[Noted, ...]:
    noted = from_rows(Noted, rows)
    return noted if seen.shows(FamilyField.WHO_ELSE_WORKS_HERE) else tuple(replace(one, by=None) for one in noted)


def _by_person(session: Session, statement: Any, refs: Mapping[str, Any]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(statement, refs):
        found[row.service_user].append(row)
    return found


def _may(question: Question, action: Action, part: str) -> bool:
    return decide(replace(question, action=action, compartment=part)).allowed
