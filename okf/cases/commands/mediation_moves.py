"""A mediation's moves from one status to another, and its end with its case (C6, C10)."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from okf.desk import Deed
from okf.errors import Conflict
from okf.policy.mediation import OVER, EndedBecause, SessionStatus, may_move, stands
from okf.store.models import Mediation, MediationSession, MediationStep
from okf.terms import MediationStatus

GOING_ON = select(Mediation).where(Mediation.case_ref == bindparam("case_ref"), Mediation.status.not_in(sorted(OVER)))
_PLANNED = select(MediationSession).where(
    MediationSession.mediation_ref == bindparam("ref"), MediationSession.status == SessionStatus.PLANNED
)
_DONE = {
    MediationStatus.ASSESSMENT: "assessed",
    MediationStatus.IN_PROGRESS: "gone on with",
    MediationStatus.PAUSED: "paused",
    MediationStatus.UNSUITABLE: "ended",
    MediationStatus.CONCLUDED: "concluded",
    MediationStatus.TERMINATED: "ended",
}


def end_with_the_case(deed: Deed, case_ref: str) -> list[str]:
    """End each mediation of a case that goes on, with the case, and cancel what is planned; their references."""
    ended = []
    for mediation in deed.session.scalars(GOING_ON, {"case_ref": case_ref}).all():
        move(deed, mediation, MediationStatus.TERMINATED, EndedBecause.WITH_THE_CASE)
        cancel_planned(deed, mediation)
        ended.append(mediation.ref)
    return ended


def move(deed: Deed, mediation: Mediation, to: MediationStatus, because: str | None = None) -> None:
    """Move a mediation to another status, and keep the move as a step.

    Raises:
        Conflict: from where it stands it can't go there.
    """
    if not may_move(mediation.status, to):
        raise Conflict(f"This mediation is {stands(mediation.status)}: it can't be {_DONE[to]} now.")
    mediation.status = to
    deed.add(step(deed, mediation, because))


def step(deed: Deed, mediation: Mediation, because: str | None = None) -> MediationStep:
    """The step that leads to where a mediation stands now."""
    return MediationStep(
        case_ref=mediation.case_ref,
        mediation_ref=mediation.ref,
        at=deed.at,
        by=str(deed.question.person.username),
        to=mediation.status.value,
        because=because,
    )


def cancel_planned(deed: Deed, mediation: Mediation) -> None:
    """Cancel every planned session of a mediation that is over."""
    for session in deed.session.scalars(_PLANNED, {"ref": mediation.ref}):
        session.status = SessionStatus.CANCELLED
