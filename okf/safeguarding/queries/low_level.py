"""The log of low-level concerns: each decided on by whom it is about, and how many are about the same person (C9)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from okf.asker import asking
from okf.desk import Desk
from okf.match.fold import folded
from okf.policy.access import decide
from okf.store import facts
from okf.store.models import AuditEvent, LowLevelConcern, LowLevelStep, Person
from okf.store.rows import from_row
from okf.terms import Action, Outcome
from okf.terms.concerns import LowLevelStepKind

MOST: Final = 200

_ABOUT, _BY = aliased(Person), aliased(Person)
_LOG = (
    select(
        LowLevelConcern.ref,
        LowLevelConcern.person,
        _ABOUT.name.label("name"),
        LowLevelConcern.about_as_typed,
        LowLevelConcern.happened_on,
        LowLevelConcern.conduct,
        LowLevelConcern.done,
        LowLevelConcern.noted_at,
        _BY.name.label("by"),
    )
    .outerjoin(_ABOUT, _ABOUT.username == LowLevelConcern.person)
    .outerjoin(_BY, _BY.username == LowLevelConcern.noted_by)
    .order_by(LowLevelConcern.noted_at.desc(), LowLevelConcern.ref)
    .limit(MOST)
)
_READ_ALREADY = (
    select(AuditEvent.seq)
    .where(
        AuditEvent.actor == bindparam("me"),
        AuditEvent.session_id == bindparam("session_id"),
        AuditEvent.action == Action.LIST_LOW_LEVEL,
        AuditEvent.outcome == Outcome.ALLOW,
    )
    .limit(1)
)
_ONE = select(LowLevelConcern.ref, LowLevelConcern.person).where(LowLevelConcern.ref == bindparam("ref"))
_STEPS = (
    select(
        LowLevelStep.low_level_ref,
        LowLevelStep.kind,
        LowLevelStep.concern_ref,
        LowLevelStep.text,
        LowLevelStep.entered_at,
        Person.name,
    )
    .outerjoin(Person, Person.username == LowLevelStep.entered_by)
    .where(LowLevelStep.low_level_ref.in_(bindparam("keys", expanding=True)))
    .order_by(LowLevelStep.id)
)


@dataclass(frozen=True, slots=True)
class LowLevelLine:
    """Something added later; `concern_ref` is the allegation that it was raised to."""

    kind: LowLevelStepKind
    text: str
    at: datetime
    by: str
    concern_ref: str | None


@dataclass(frozen=True, slots=True)
class LowLevelRow:
    """One low-level concern; `same_person` is how many of the log are about the same person, this one too."""

    ref: str
    person: str | None
    name: str
    happened_on: date
    conduct: str
    done: str
    noted_at: datetime
    by: str
    same_person: int
    steps: tuple[LowLevelLine, ...]

    @property
    def raised(self) -> str | None:
        """The allegation that it was raised to, if it was."""
        return next((one.concern_ref for one in self.steps if one.concern_ref), None)


def low_level_log(desk: Desk, person: str | None = None) -> tuple[LowLevelRow, ...]:
    """The low-level concerns that this reader may know of, the newest first; of one person alone where named.

    None about the reader is counted or told, and the trustee has those about
    a lead alone. That the log was read goes on record, once a sign-in.

    Raises:
        Refused: it is not for them.
    """
    with asking(desk, Action.LIST_LOW_LEVEL) as asker:
        rows = asker.session.execute(_LOG if person is None else _LOG.where(LowLevelConcern.person == person)).all()
        people = facts.people(asker.session, {row.person for row in rows if row.person})
        ask = replace(asker.base, action=Action.NOTE_LOW_LEVEL)
        seen = [r for r in rows if decide(replace(ask, grantee=people[r.person] if r.person else None)).allowed]
        counts = Counter(_key(row) for row in seen)
        steps: dict[str, list[LowLevelLine]] = {row.ref: [] for row in seen}
        for ref, kind, concern, text, at, by in asker.session.execute(_STEPS, {"keys": list(steps)}):
            steps[ref].append(LowLevelLine(kind, text, at, by or "", concern))
        found = tuple(
            from_row(
                LowLevelRow,
                row,
                name=row.name or row.about_as_typed,
                by=row.by or "",
                same_person=counts[_key(row)],
                steps=tuple(steps[row.ref]),
            )
            for row in seen
        )
        read = {"me": asker.who, "session_id": desk.session_id}
        on_record = asker.session.execute(_READ_ALREADY, read).first() is not None
    if not on_record:
        desk.note_event(Action.LIST_LOW_LEVEL)
    return found


def about_of_low_level(session: Session, ref: str) -> Any:
    """Whom a low-level concern is about; None where there is none of this reference."""
    return session.execute(_ONE, {"ref": ref}).first()


def _key(row: Any) -> str:
    """Whoever is not on file is told apart by the words they were named in."""
    return row.person or f"“{folded(row.about_as_typed) or row.about_as_typed}”"
