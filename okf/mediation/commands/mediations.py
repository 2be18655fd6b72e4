"""Mediations: started with a mediator who is free to mediate, paused, gone on with, concluded or ended."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from okf.cases.commands.grants import NewGrant, let_in
from okf.cases.commands.on_case import case_of, on_case
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.mediation.commands.on_mediation import move, on_mediation
from okf.policy.mediation import OVER, EndedBecause, SessionStatus
from okf.policy.scopes import starting_scope
from okf.store.models import Mediation, MediationParticipant, MediationSession, MediationStep
from okf.terms import Action, MediationKind, MediationStatus, Role

_GOING_ON = select(Mediation.ref).where(
    Mediation.case_ref == bindparam("case_ref"), Mediation.status.not_in(list(OVER))
)
_PLANNED = select(MediationSession).where(
    MediationSession.mediation_ref == bindparam("ref"), MediationSession.status == SessionStatus.PLANNED
)


def start_mediation(desk: Desk, case_ref: str, *, kind: MediationKind, mediator: str) -> str:
    """Start a mediation between the parties of a case, without prejudice and not legally binding; its reference.

    The mediator is let into what they need in the same transaction: what is
    joint, and their own private notes. Nobody meets before everyone was
    screened, found suitable and agreed (C10).

    Raises:
        NotFound, Refused: as `on_case`, asked about the mediator: nobody with a tie to the family, or who worked for
            one of the parties, mediates between them.
        Invalid: whoever is named is no mediator, or their account is off.
        Conflict: the case has fewer than two parties, or a mediation that goes on.
    """
    with on_case(desk, Action.START_MEDIATION, case_ref, grantee=mediator) as deed:
        case, who = case_of(deed), deed.question.grantee
        if who is None or Role.MEDIATOR not in who.roles(deed.at) or not who.active(deed.at):
            raise Invalid("Mediator", "choose one of the mediators in the list.")
        if len(case.parties) < 2:
            raise Conflict("A mediation needs two parties, and this case has one.")
        if deed.session.scalars(_GOING_ON, {"case_ref": case_ref}).first() is not None:
            raise Conflict("A mediation goes on in this case already.")
        mediation = Mediation(
            ref=desk.new_ref("MED"), case_ref=case_ref, kind=kind, status=MediationStatus.ASSESSMENT, mediator=mediator
        )
        deed.add(mediation)
        deed.session.flush()
        deed.add(
            *(
                MediationParticipant(mediation_ref=mediation.ref, service_user=party, case_ref=case_ref, position=n)
                for n, party in enumerate(case.parties)
            ),
            MediationStep(
                case_ref=case_ref, mediation_ref=mediation.ref, at=deed.at, by=str(desk.actor), to=mediation.status
            ),
        )
        scope = starting_scope(Role.MEDIATOR, parties=case.parties)
        purpose = f"{kind.value} mediation"
        let_in(desk, deed, NewGrant(mediator, who.capacity, scope.compartments, purpose, scope.record_classes))
        deed.about(mediation.ref, case_ref)
        deed.note(kind=kind, mediator=mediator)
    return mediation.ref


def pause_mediation(desk: Desk, ref: str) -> None:
    """Park a mediation: nobody meets until it goes on.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: it is not in progress.
    """
    with on_mediation(desk, Action.MEDIATE, ref) as (deed, mediation):
        move(deed, mediation, MediationStatus.PAUSED)
        deed.note(status=mediation.status)


def resume_mediation(desk: Desk, ref: str) -> None:
    """Go on with a mediation that was paused.

    Raises:
        NotFound, Refused: as `pause_mediation`.
        Conflict: it is not paused.
    """
    with on_mediation(desk, Action.MEDIATE, ref) as (deed, mediation):
        if mediation.status is not MediationStatus.PAUSED:
            raise Conflict("This mediation is not paused.")
        move(deed, mediation, MediationStatus.IN_PROGRESS)
        deed.note(status=mediation.status)


def conclude_mediation(desk: Desk, ref: str) -> None:
    """Put on record that a mediation came to its end; its outcome summary may still be issued.

    Raises:
        NotFound, Refused: as `pause_mediation`.
        Conflict: it has not begun, or is over already.
    """
    with on_mediation(desk, Action.MEDIATE, ref) as (deed, mediation):
        move(deed, mediation, MediationStatus.CONCLUDED)
        cancel_planned(deed, mediation)
        deed.note(status=mediation.status)


def end_mediation(desk: Desk, ref: str, *, because: EndedBecause) -> None:
    """End a mediation for a neutral reason, the same words for everyone.

    Raises:
        NotFound, Refused: as `pause_mediation`.
        Conflict: it is over already.
    """
    with on_mediation(desk, Action.MEDIATE, ref) as (deed, mediation):
        move(deed, mediation, MediationStatus.TERMINATED, because)
        cancel_planned(deed, mediation)
        deed.note(status=mediation.status, because=because)


def cancel_planned(deed: Deed, mediation: Mediation) -> None:
    """Take every planned session off the calendar, since the mediation is over."""
    for session in deed.session.scalars(_PLANNED, {"ref": mediation.ref}):
        session.status = SessionStatus.CANCELLED
