"""The door to a mediation: a refusal that would give away that it exists reads as if it did not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import bindparam, select

from okf.cases.commands.on_case import case_of, on_case
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, unknown
from okf.policy.mediation import OVER, may_move, stands
from okf.store.models import Mediation, MediationParticipant, MediationStep
from okf.terms import Action, MediationStatus, Outcome, RecordClass

JOINT = "joint"

_CASE_OF = select(Mediation.case_ref, Mediation.mediator).where(Mediation.ref == bindparam("ref"))
_PARTICIPANTS = (
    select(MediationParticipant.service_user)
    .where(MediationParticipant.mediation_ref == bindparam("ref"))
    .order_by(MediationParticipant.position)
)


@contextmanager
def on_mediation(
    desk: Desk,
    action: Action,
    ref: str,
    *,
    compartment: str = JOINT,
    record_class: RecordClass | None = RecordClass.MEDIATION_JOINT_NOTE,
    named: tuple[str, str] | None = None,
) -> Iterator[tuple[Deed, Mediation]]:
    """A permitted deed on a mediation, in one part of its case; `named` is what the person asked for by its name.

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
            raise unknown(*(named or ("mediation", ref))) from None  # the case's reference is not theirs to know
        deed.about(ref, found.case_ref)
        yield deed, deed.session.get_one(Mediation, ref)


def participants_of(deed: Deed, mediation: Mediation) -> tuple[str, ...]:
    """Who takes part: those named when it started, or for an older one the parties of its case."""
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
    """Stop where a mediation is over.

    Raises:
        Conflict: it is.
    """
    if mediation.status in OVER:
        raise Conflict(f"This mediation is {stands(mediation.status)}: nothing more can be added to it.")


def move(deed: Deed, mediation: Mediation, to: MediationStatus, because: str | None = None) -> None:
    """Take a mediation to another status, kept as a step that is never changed.

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


_DONE = {
    MediationStatus.ASSESSMENT: "assessed",
    MediationStatus.IN_PROGRESS: "gone on with",
    MediationStatus.PAUSED: "paused",
    MediationStatus.UNSUITABLE: "ended",
    MediationStatus.CONCLUDED: "concluded",
    MediationStatus.TERMINATED: "ended",
}
