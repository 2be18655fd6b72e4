"""The breach register: what may be one, its clock to the Information Commissioner, and what was decided on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from okf.asker import asking
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.breach import decide_breach
from okf.policy.facts import PersonFacts
from okf.policy.gates import DATA_DECIDERS
from okf.policy.share_facts import BreachQuestion
from okf.records.queries.readers import opened_it
from okf.store.former import names
from okf.store.models import Breach, Misfiling, Record, RecordSubject, ServiceUser
from okf.store.sealing import astray_said
from okf.store.visible import AT, WHO, binds_of, tied_cases
from okf.terms import Action
from okf.terms.breaches import BreachOutcome
from okf.terms.records import MisfilingOutcome

MOST: Final = 200
# Neither where the record lay nor where it belongs: whom it is about is told by the case that it was moved to.
_MOVED_TO_TIED = (
    select(Misfiling.ref).join(Record, Record.id == Misfiling.moved_to).where(Record.case_ref.in_(tied_cases(WHO, AT)))
)
_KNOWN: Final = and_(Breach.case_ref.not_in(tied_cases(WHO, AT)), Breach.misfiling_ref.not_in(_MOVED_TO_TIED))
_REGISTER = (
    select(Breach, Misfiling)
    .join(Misfiling, Misfiling.ref == Breach.misfiling_ref)
    .where(_KNOWN)
    .order_by(Breach.decided_at.is_not(None), Breach.aware_at.desc(), Breach.ref)
    .limit(MOST)
)
_OPEN = select(Breach.aware_at).where(Breach.decided_at.is_(None), _KNOWN).order_by(Breach.aware_at).limit(MOST)
_CONCERNED = (
    select(RecordSubject.record_id, ServiceUser.ref, ServiceUser.name)
    .join(ServiceUser, ServiceUser.ref == RecordSubject.service_user)
    .where(RecordSubject.record_id.in_(bindparam("ids", expanding=True)))
    .order_by(ServiceUser.ref)
)
_TOLD_BY = (
    select(Record.id.label("record_id"), ServiceUser.ref, ServiceUser.name)
    .join(ServiceUser, ServiceUser.ref == Record.source)
    .where(Record.id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class BreachRow:
    """One entry of the register. `concerned` are those whose confidence it was, by reference, with their names."""

    ref: str
    case_ref: str
    record_id: str
    of_file: bool
    aware_at: datetime
    ico_by: datetime
    placed: MisfilingOutcome | None
    read_by: tuple[str, ...]
    opened: tuple[str, ...]
    concerned: tuple[tuple[str, str], ...]
    outcome: BreachOutcome | None
    reason: str | None
    told_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None


def breach_register(desk: Desk) -> tuple[BreachRow, ...]:
    """The register, what is open first and then the newest; without families to whom the reader declared a tie.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_BREACHES) as asker, astray_said(asker.session):
        session = asker.session
        found = session.execute(_REGISTER, binds_of(asker.base.person, asker.at)).all()
        called = names(
            session, {who for breach, misfiling in found for who in (breach.decided_by, *misfiling.read_by) if who}
        )
        openers = opened_it(session, [misfiling for _, misfiling in found])
        concerned = concerned_by(session, [misfiling for _, misfiling in found])
        return tuple(
            BreachRow(
                ref=breach.ref,
                case_ref=breach.case_ref,
                record_id=misfiling.record_id,
                of_file=misfiling.file_ref is not None,
                aware_at=breach.aware_at,
                ico_by=ico_by_of(breach.aware_at, asker.at),
                placed=misfiling.outcome,
                read_by=tuple(called[who].in_words(misfiling.reported_at) for who in misfiling.read_by),
                opened=tuple(
                    called[who].in_words(misfiling.reported_at)
                    for who in misfiling.read_by
                    if who in openers.get(misfiling.ref, ())
                ),
                concerned=concerned[misfiling.ref],
                outcome=breach.outcome,
                reason=breach.reason,
                told_at=breach.told_at,
                decided_by=called[breach.decided_by].in_words(breach.decided_at) if breach.decided_by else None,
                decided_at=breach.decided_at,
            )
            for breach, misfiling in found
        )


def concerned_by(session: Session, misfilings: list[Misfiling]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Whose confidence each misfiled record holds, by misfiling: whom it is about and who told it, at its right place.

    Of one whose right place nobody has said yet, or that has none, it is not known whose it is.
    """
    moved = {one.moved_to: one.ref for one in misfilings if one.moved_to}
    found: dict[str, dict[str, str]] = {one.ref: {} for one in misfilings}
    for statement in (_TOLD_BY, _CONCERNED):
        for row in session.execute(statement, {"ids": list(moved)}):
            found[moved[row.record_id]][row.ref] = row.name or row.ref
    return {ref: tuple(people.items()) for ref, people in found.items()}


def breaches_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: how many breaches wait for a decision, and whether the 72 hours of one are over."""
    if not person.roles(desk.now()) & DATA_DECIDERS:
        return None
    found = session.scalars(_OPEN, binds_of(person, desk.now())).all()
    if not found:
        return None
    said = counted(len(found), "breach waits for a decision", "breaches wait for a decision")
    due = ico_by_of(found[0], desk.now())
    return PendingItem(said, "breaches", overdue=due <= desk.now(), due=due, count=len(found), act="Decide")


def ico_by_of(aware_at: datetime, at: datetime) -> datetime:
    """By when the Information Commissioner is to be told, as the policy says."""
    return cast(datetime, decide_breach(BreachQuestion(at, aware_at)).due["ico_by"])
