"""Mediations: the door to one; started and given another mediator, paused, concluded or ended by its own (C10)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, select

from okf.cases.commands.grants import NewGrant, let_in, refresh
from okf.cases.commands.mediation_moves import GOING_ON, cancel_planned, move, step
from okf.cases.commands.on_case import case_of, on_case
from okf.clock import london_date, working_day_after
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, unknown
from okf.mediation.queries.mediation import JOINT
from okf.people.commands.passing_on import HELD, end_private_work, move_tasks
from okf.policy.facts import PersonFacts
from okf.policy.mediation import ANOTHER_MEDIATOR, OVER, EndedBecause, stands
from okf.policy.recording import MEDIATOR
from okf.policy.scopes import starting_scope
from okf.store.models import (
    AccessGrant,
    Mediation,
    MediationParticipant,
    MediationProposal,
    MediationSession,
    Person,
    RecordingAgreement,
    Task,
)
from okf.store.visible import live_grants, untied
from okf.terms import (
    MEDIATION_MATERIAL,
    Action,
    MediationKind,
    MediationStatus,
    Outcome,
    RecordClass,
    RecordingStatus,
    Role,
)

Row = TypeVar("Row", MediationProposal, MediationSession)
_LEADS = select(AccessGrant.lead_for, AccessGrant.person).where(
    AccessGrant.case_ref == bindparam("case_ref"), AccessGrant.lead_for.is_not(None), live_grants(), untied()
)
_TELL_THEM: Final = "Tell them that {name} mediates from now on, and that they may say no."
_SPEAK_ANEW: Final = "The mediator before had something to do, or to meet for, with them: speak with them anew."
_CASE_OF = select(Mediation.case_ref, Mediation.mediator).where(Mediation.ref == bindparam("ref"))
_TO_BE_RECORDED = select(RecordingAgreement).where(
    RecordingAgreement.mediation_ref == bindparam("ref"),
    RecordingAgreement.recorded_at.is_(None),
    RecordingAgreement.session_starts > bindparam("at", type_=RecordingAgreement.session_starts.type),
)
_PARTICIPANTS = (
    select(MediationParticipant.service_user)
    .where(MediationParticipant.mediation_ref == bindparam("ref"))
    .order_by(MediationParticipant.position)
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
        case, who = case_of(deed), _mediator(deed)
        if len(case.parties) < 2:
            raise Conflict("A mediation needs two parties, and this case has one.")
        if deed.session.scalars(GOING_ON, {"case_ref": case_ref}).first() is not None:
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
            step(deed, mediation),
        )
        _let_in(desk, deed, who, kind)
        deed.about(mediation.ref, case_ref)
        deed.note(kind=kind, mediator=mediator)
    return mediation.ref


def change_mediator(desk: Desk, ref: str, *, to: str) -> None:
    """Give a mediation that goes on to another mediator, at once; its sessions and what is joint to be done go along.

    The access of the one before ends. What participants told them in
    confidence stays with them: the next one screens each participant alone
    before anybody meets again, and gets of tasks and appointments in a
    participant's own part none, but one task to speak with them. Nothing is
    recorded by a yes of the one before. Whoever leads for a party gets a task
    to tell them, or the next mediator where nobody does.

    Raises:
        NotFound: there is no such mediation, or none that this person may know of.
        Refused: as `start_mediation`, asked about the next mediator.
        Invalid: whoever is named is no mediator, or their account is off.
        Conflict: it is over, or theirs already.
    """
    with on_mediation(desk, Action.CHANGE_MEDIATOR, ref, grantee=to) as (deed, mediation):
        who, before = _mediator(deed), mediation.mediator
        require_going_on(mediation)
        if before == to:
            raise Conflict("They mediate here already.")
        held = [one for one in deed.session.scalars(HELD, _of(before, mediation, deed)) if _mediates(one)]
        for grant in held:
            grant.ended_at = deed.at
        deed.session.flush()
        _let_in(desk, deed, who, mediation.kind)
        if before is not None:
            refresh(deed, {before}, set())
            for part in sorted(end_private_work(deed, mediation.case_ref, before)):
                deed.add(_task(desk, deed, mediation, part, _SPEAK_ANEW, to))
            move_tasks(deed, mediation.case_ref, before, to, held, None)
        _forget_the_mediators_yes(deed, mediation)
        mediation.mediator = to
        deed.add(step(deed, mediation, ANOTHER_MEDIATOR))
        _have_them_told(desk, deed, mediation, who)
        deed.about(ref, mediation.case_ref)
        deed.note(mediator=to, was=before, grants_ended=[grant.id for grant in held])


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
    grantee: str | None = None,
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
                    grantee=grantee,
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


def _mediator(deed: Deed) -> PersonFacts:
    """The mediator whom the deed's question names.

    Raises:
        Invalid: they are none, or their account is off.
    """
    who = deed.question.grantee
    if who is None or Role.MEDIATOR not in who.roles(deed.at) or not who.active(deed.at):
        raise Invalid("Mediator", "choose one of the mediators in the list.")
    return who


def _let_in(desk: Desk, deed: Deed, who: PersonFacts, kind: MediationKind) -> None:
    scope = starting_scope(Role.MEDIATOR, parties=case_of(deed).parties)
    purpose = f"{kind.value} mediation"
    let_in(desk, deed, NewGrant(who.username, who.capacity, scope.compartments, purpose, scope.record_classes))


def _mediates(grant: AccessGrant) -> bool:
    """Whether it is a mediator's access, and no other that the same person may hold."""
    return not MEDIATION_MATERIAL.isdisjoint(grant.record_classes)


def _of(person: str | None, mediation: Mediation, deed: Deed) -> dict[str, Any]:
    return {"person": person, "case_ref": mediation.case_ref, "at": deed.at}


def _have_them_told(desk: Desk, deed: Deed, mediation: Mediation, who: PersonFacts) -> None:
    """Put on each side's list that its party is told: whoever leads for them, else the next mediator."""
    leads = {row.lead_for: row.person for row in deed.session.execute(_LEADS, _of(None, mediation, deed))}
    name = deed.session.get_one(Person, who.username).name
    text = _TELL_THEM.format(name=name)
    deed.add(
        *(
            _task(desk, deed, mediation, f"sole:{party}", text, leads.get(party, who.username))
            for party in participants_of(deed, mediation)
        )
    )


def _task(desk: Desk, deed: Deed, mediation: Mediation, part: str, text: str, who: str) -> Task:
    return Task(
        ref=desk.new_ref("T"),
        case_ref=mediation.case_ref,
        compartment=part,
        text=text,
        assigned_to=who,
        due_on=working_day_after(london_date(deed.at), 1, deed.question.settings.bank_holidays),
    )


def _forget_the_mediators_yes(deed: Deed, mediation: Mediation) -> None:
    """Whoever mediates next has not agreed to be recorded: of sessions to come, it is asked again (C13)."""
    asked_again = deed.session.scalars(_TO_BE_RECORDED, {"ref": mediation.ref, "at": deed.at}).all()
    for recording in asked_again:
        recording.agreed = {
            who: at for who, at in recording.agreed.items() if who not in (MEDIATOR, mediation.mediator)
        }
        if recording.status is RecordingStatus.AGREED:
            recording.status = RecordingStatus.REQUESTED
    deed.note(recordings_asked_again=[one.id for one in asked_again])
