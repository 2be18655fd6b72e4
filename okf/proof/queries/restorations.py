"""What was put back from an earlier copy of the database: when, what it lacked, and who signed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import Refused
from okf.policy.access import decide
from okf.store.models import Person, Restoration, RestorationSignature
from okf.terms import FOR_SAFETY, Action
from okf.terms.endings import LineKind, PutBack

_ALL = select(Restoration).order_by(Restoration.at.desc())
_SIGNED = (
    select(RestorationSignature.restoration, RestorationSignature.signed_at, Person.username, Person.name)
    .join(Person, Person.username == RestorationSignature.person)
    .order_by(RestorationSignature.signed_at)
)


@dataclass(frozen=True, slots=True)
class Lacking:
    """One thing that the ledger names and the copy has not, by reference, time and who did it."""

    kind: LineKind
    ref: str
    at: datetime | None
    by: str | None
    case: str | None


@dataclass(frozen=True, slots=True)
class Signed:
    """One of the two."""

    username: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PutBackThen:
    """One restoration; `concerns_hidden` counts those that the reader isn't told of one by one."""

    ref: str
    how: PutBack
    at: datetime
    made_at: datetime | None
    ledger_fault: str | None
    ended: Mapping[str, int]
    lacking: tuple[Lacking, ...]
    concerns_hidden: int
    signed: tuple[Signed, ...]
    opened_at: datetime | None


def restorations(desk: Desk) -> tuple[PutBackThen, ...]:
    """Every restoration, the newest first, for whoever may sign for one.

    Which concerns are lacking is told to safeguarding leads and their trustee
    alone: one of them may be about whoever else reads this (C9).

    Raises:
        Refused: their role does not include it.
    """
    with desk.reading() as session:
        question = desk.question(session, Action.SIGN_RESTORATION)
        decision = decide(question)
        if not decision.allowed:
            raise Refused(decision)
        leads = bool(question.person.roles(question.at) & FOR_SAFETY)
        return tuple(_read(session, row, leads) for row in session.scalars(_ALL))


def _read(session: Session, row: Restoration, leads: bool) -> PutBackThen:
    lacking = [_lacking(one) for one in row.lacking]
    shown = tuple(one for one in lacking if leads or one.kind is not LineKind.CONCERN_RAISED)
    signed = session.execute(_SIGNED.where(RestorationSignature.restoration == row.ref))
    return PutBackThen(
        row.ref,
        row.how,
        row.at,
        datetime.fromisoformat(row.manifest["made_at"]) if row.manifest else None,
        row.ledger_fault,
        row.ended,
        shown,
        len(lacking) - len(shown),
        tuple(Signed(one.username, one.name, one.signed_at) for one in signed),
        row.opened_at,
    )


def _lacking(told: Mapping[str, Any]) -> Lacking:
    at = datetime.fromisoformat(told["at"]) if told["at"] else None
    return Lacking(LineKind(told["kind"]), told["ref"], at, told["by"], told["case"])
