"""Mediations: the door to one; started, paused, gone on with, concluded or ended by its mediator (C10)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

from sqlalchemy import bindparam, select

from okf.cases.commands.grants import NewGrant, let_in
from okf.cases.commands.on_case import case_of, on_case
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, unknown
from okf.mediation.queries.mediation import JOINT
from okf.policy.mediation import OVER, EndedBecause, SessionStatus, may_move, stands
from okf.policy.scopes import starting_scope
from okf.store.models import Mediation, MediationParticipant, MediationProposal, MediationSession, MediationStep
from okf.terms import Action, MediationKind, MediationStatus, Outcome, RecordClass, Role

Row = TypeVar("Row", MediationProposal, MediationSession)
_GOING_ON = select(Mediation.ref).where(
    Mediation.case_ref == bindparam("case_ref"), Mediation.status.not_in(list(OVER))
)
_PLANNED = select(MediationSession).where(
    MediationSession.mediation_ref == bindparam("ref"), MediationSession.status == SessionStatus.PLANNED
)
_CASE_OF = select(Mediation.case_ref, Mediation.mediator).where(Mediation.ref == bindparam("ref"))
_PARTICIPANTS = (
    select(MediationParticipant.service_user)
    .where(MediationParticipant.mediation_ref == bindparam("ref"))
    .order_by(MediationParticipant.position)
)
_DONE = {
    MediationStatus.ASSESSMENT: "assessed",
    MediationStatus.IN_PROGRESS: "gone on with",
    MediationStatus.PAUSED: "paused",
    MediationStatus.UNSUITABLE: "ended",
    MediationStatus.CONCLUDED: "concluded",
    MediationStatus.TERMINATED: "ended",
}


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
    """Pause a mediation: nobody meets until it is resumed.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: it is not in progress.
    """
    with mediating(desk, ref) as (deed, mediation):
        move(deed, mediation, MediationStatus.PAUSED)
        deed.note(status=mediation.status)


def resume_mediation(desk: Desk, ref: str) -> None:
    """Resume a mediation that was paused.

    Raises:
        NotFound, Refused: as `pause_mediation`.
        Conflict: it is not paused.
    """
    with mediating(desk, ref) as (deed, mediation):
        if mediation.status is not MediationStatus.PAUSED:
            raise Conflict("This mediation is not paused.")
        move(deed, mediation, MediationStatus.IN_PROGRESS)
        deed.note(status=mediation.status)


def conclude_mediation(desk: Desk, ref: str) -> None:
    """Conclude a mediation; its outcome summary may still be issued.

    Raises:
        NotFound, Refused: as `pause_mediation`.
        Conflict: it has not begun, or is over already.
    """
    with mediating(desk, ref) as (deed, mediation):
        move(deed, mediation, MediationStatus.CONCLUDED)
        cancel_planned(deed, mediation)
        deed.note(status=mediation.status)


def end_mediation(desk: Desk, ref: str, *, because: EndedBecause) -> None:
    """End a mediation for a neutral reason, the same words for everyone.

    Raises:
        NotFound, Refused: as `pause_mediation`.
        Conflict: it is over already.
    """
    with mediating(desk, ref) as (deed, mediation):
        move(deed, mediation, MediationStatus.TERMINATED, because)
        cancel_planned(deed, mediation)
        deed.note(status=mediation.status, because=because)


@contextmanager
def on_mediation(
    desk: Desk,
    action: Action,
    ref: str,
    *,
    compartment: str = JOINT,
    record_class: RecordClass | None = None,
    named: tuple[str, str] | None = None,
) -> Iterator[tuple[Deed, Mediation]]:
    """A permitted deed on a mediation, in one part of its case.

    A refusal that would give away that it exists reads as if it did not;
    `named` is what the person named, if that was not the mediation itself.

    Raises:
        NotFound: there is no such mediation, or none that this person may know of.
        Refused: the policy said no, about a case that they may know of.
    """
    with desk.reading() as session:
        found = session.execute(_CASE_OF, {"ref": ref}).first()
    if found is None:
        desk.note_event(action, outcome=Outcome.DENY, unknown="mediation")
        raise unknown(*(named or ("mediation", ref)))
    with ExitStack() as stack:
        try:
            deed = stack.enter_context(
                on_case(
                    desk,
                    action,
                    found.case_ref,
                    compartment=compartment,
                    record_class=record_class,
                    about=found.mediator,
                )
            )
        except NotFound:
            raise unknown(*(named or ("mediation", ref))) from None  # they may not learn the case's reference
        deed.about(ref, found.case_ref)
        yield deed, deed.session.get_one(Mediation, ref)


def mediating(
    desk: Desk, ref: str, part: str = JOINT, *, named: tuple[str, str] | None = None
) -> AbstractContextManager[tuple[Deed, Mediation]]:
    """A mediator's deed on what is joint, or on one participant's own part; as `on_mediation`."""
    notes = RecordClass.MEDIATION_JOINT_NOTE if part == JOINT else RecordClass.MEDIATION_PRIVATE_NOTE
    return on_mediation(desk, Action.MEDIATE, ref, compartment=part, record_class=notes, named=named)


@contextmanager
def mediating_row(desk: Desk, model: type[Row], ref: str, noun: str) -> Iterator[tuple[Deed, Mediation, Row]]:
    """A mediator's deed on a proposal or session, in the part of the case that it is in; as `on_mediation`."""
    with desk.reading() as session:
        found = session.get(model, ref)
    if found is None:
        raise unknown(noun, ref)
    with mediating(desk, found.mediation_ref, found.compartment, named=(noun, ref)) as (deed, mediation):
        yield deed, mediation, deed.session.get_one(model, ref)


def participants_of(deed: Deed, mediation: Mediation) -> tuple[str, ...]:
    """The participants: those named when it started; for an imported one the parties of its case."""
    named = tuple(deed.session.scalars(_PARTICIPANTS, {"ref": mediation.ref}))
    return named or case_of(deed).parties


def require_participant(deed: Deed, mediation: Mediation, who: str) -> None:
    """Stop unless somebody takes part in it.

    Raises:
        Invalid: they don't.
    """
    if who not in participants_of(deed, mediation):
        raise Invalid("Participant", "choose somebody who takes part in this mediation.")


def require_going_on(mediation: Mediation) -> None:
    """Stop if a mediation is over.

    Raises:
        Conflict: it is.
    """
    if mediation.status in OVER:
        raise Conflict(f"This mediation is {stands(mediation.status)}: nothing more can be added to it.")


def move(deed: Deed, mediation: Mediation, to: MediationStatus, because: str | None = None) -> None:
    """Move a mediation to another status, and keep the move as a step.

    Raises:
        Conflict: from where it stands it can't go there.
    """
    if not may_move(mediation.status, to):
        raise Conflict(f"This mediation is {stands(mediation.status)}: it can't be {_DONE[to]} now.")
    mediation.status = to
    deed.add(
        MediationStep(
            case_ref=mediation.case_ref,
            mediation_ref=mediation.ref,
            at=deed.at,
            by=str(deed.question.person.username),
            to=to.value,
            because=because,
        )
    )


def cancel_planned(deed: Deed, mediation: Mediation) -> None:
    """Cancel every planned session of a mediation that is over."""
    for session in deed.session.scalars(_PLANNED, {"ref": mediation.ref}):
        session.status = SessionStatus.CANCELLED
