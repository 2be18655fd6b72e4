"""One mediation, as far as whoever asks may see it: its head, its participants and how it came to where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.cases.queries.case import family_names, opened_question
from okf.desk import Desk
from okf.errors import NotFound, unknown
from okf.mediation.queries.state import agreed_of
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.policy.mediation import (
    ANOTHER_MEDIATOR,
    ENDED_IN_WORDS,
    OVER,
    AgreedHow,
    EndedBecause,
    ScreeningArea,
    Suitability,
    neutral,
    stands,
)
from okf.store.least import least_on
from okf.store.models import Mediation, MediationParticipant, MediationScreening, MediationStep, Person
from okf.store.rows import from_row
from okf.terms import Action, FamilyField, MediationKind, MediationStatus, RecordClass

JOINT = "joint"

_HEAD = (
    select(Mediation.ref, Mediation.case_ref, Mediation.kind, Mediation.status, Mediation.mediator, Person.name)
    .outerjoin(Person, Person.username == Mediation.mediator)
    .where(Mediation.ref == bindparam("ref"))
)
_PARTICIPANTS = (
    select(MediationParticipant.service_user)
    .where(MediationParticipant.mediation_ref == bindparam("ref"))
    .order_by(MediationParticipant.position)
)
_SCREENINGS = (
    select(
        MediationScreening.service_user,
        MediationScreening.screened_by,
        MediationScreening.suitability,
        MediationScreening.screened_at,
        MediationScreening.found,
        MediationScreening.conditions,
        MediationScreening.asked,
        Person.name,
    )
    .join(Person, Person.username == MediationScreening.screened_by)
    .where(
        MediationScreening.mediation_ref == bindparam("ref"),
        MediationScreening.service_user.in_(bindparam("whose", expanding=True)),
    )
    .order_by(MediationScreening.id.desc())
)
_STEPS = (
    select(MediationStep.at, MediationStep.to, MediationStep.because)
    .where(MediationStep.mediation_ref == bindparam("ref"))
    .order_by(MediationStep.id)
    .limit(200)
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A mediation with the question about its case, for the queries that read within it."""

    ref: str
    case_ref: str
    kind: MediationKind
    status: MediationStatus
    mediator: str | None
    mediator_name: str | None
    participants: tuple[str, ...]
    names: dict[str, str]
    question: Question

    def may(self, action: Action, compartment: str = JOINT, record_class: RecordClass | None = None) -> bool:
        """Whether the reader may do this to it, in one part of its case."""
        asked = replace(
            self.question,
            action=action,
            compartment=compartment,
            record_class=record_class,
            about_self=self.mediator == self.question.person.username,
        )
        return decide(asked).allowed

    def may_know_of(self, told: str) -> bool:
        """Whether the reader may know what was told this mediator alone; who took over from them may not (C2)."""
        who = self.question.person.username
        return who != self.mediator or told == who

    def reads(self, compartment: str) -> bool:
        """Whether the reader reads the mediator's notes in this part of the case."""
        kind = RecordClass.MEDIATION_JOINT_NOTE if compartment == JOINT else RecordClass.MEDIATION_PRIVATE_NOTE
        return self.may(Action.READ_RECORD, compartment, kind)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the case in which the reader may read what the mediator keeps."""
        return tuple(part for part in (JOINT, *(f"sole:{who}" for who in self.participants)) if self.reads(part))


@dataclass(frozen=True, slots=True)
class Screening:
    """What one screening found."""

    suitability: Suitability
    screened_at: datetime
    found: str
    conditions: str | None
    asked: tuple[ScreeningArea, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Participant:
    """Who takes part. `screenings` and the agreement are for those who read in their part of the case; else empty."""

    ref: str
    name: str
    readable: bool
    screenings: tuple[Screening, ...]
    agreed_at: datetime | None
    how: AgreedHow | None
    text_version: str | None

    @property
    def found(self) -> Suitability | None:
        """What their last screening found, if the reader may know."""
        return self.screenings[0].suitability if self.screenings else None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of how the mediation came to where it stands, in neutral words."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class MediationView:
    """The head of a mediation. `status` is neutral for everyone but its mediator; `mine` says that the reader is it."""

    ref: str
    case_ref: str
    kind: MediationKind
    status: MediationStatus
    mediator: str | None
    mediator_name: str | None
    mine: bool
    may_agree_recording: bool
    reads_joint: bool
    reads_private: tuple[str, ...]
    participants: tuple[Participant, ...]
    steps: tuple[Step, ...]

    @property
    def over(self) -> bool:
        """Whether it is over."""
        return self.status in OVER

    @property
    def ready(self) -> bool:
        """Whether everybody has been found suitable and agreed, as far as its mediator knows."""
        return all(one.agreed_at and one.found is not Suitability.NOT_SUITABLE for one in self.participants)

    def name_of(self, who: str) -> str:
        """What somebody who takes part is called."""
        if who in ("mediator", self.mediator):
            return self.mediator_name or "The mediator"
        return next((one.name for one in self.participants if one.ref == who), who)


def mediation_in_view(desk: Desk, ref: str) -> MediationView:
    """A mediation as this person may see it.

    Of screening and agreement they see the participants in whose part of the
    case they read; that one was found unsuitable shows to its mediator alone.

    Raises:
        NotFound: there is no such mediation, or none in a case that they may open.
    """
    with desk.reading() as session:
        opened = opened_mediation(desk, session, ref)
        return _view(session, opened)


def opened_mediation(desk: Desk, session: Session, ref: str) -> Opened:
    """The mediation and the question about its case, for somebody who may open that.

    Raises:
        NotFound: there is no such mediation, or none in a case that they may open; also where their work needs none.
    """
    head = session.execute(_HEAD, {"ref": ref}).first()
    if head is None:
        raise unknown("mediation", ref)
    try:
        question = opened_question(desk, session, head.case_ref)
    except NotFound:
        raise unknown("mediation", ref) from None
    seen = least_on(session, question)
    if not seen.shows(FamilyField.MEDIATION):
        raise unknown("mediation", ref)  # that there is one is not theirs to know (C11)
    named = tuple(session.scalars(_PARTICIPANTS, {"ref": ref}))
    return from_row(
        Opened,
        head,
        mediator_name=head.name,
        participants=named or (question.case.parties if question.case else ()),
        names=family_names(session, question, seen),
        question=question,
    )


def _view(session: Session, opened: Opened) -> MediationView:
    mine = opened.may(Action.MEDIATE, JOINT, RecordClass.MEDIATION_JOINT_NOTE)
    return MediationView(
        ref=opened.ref,
        case_ref=opened.case_ref,
        kind=opened.kind,
        status=opened.status if mine else neutral(opened.status),
        mediator=opened.mediator,
        mediator_name=opened.mediator_name,
        mine=mine,
        may_agree_recording=opened.may(Action.AGREE_RECORDING),
        reads_joint=opened.reads(JOINT),
        reads_private=tuple(who for who in opened.participants if opened.reads(f"sole:{who}")),
        participants=_participants(session, opened),
        steps=tuple(_step(row, mine) for row in session.execute(_STEPS, {"ref": opened.ref})),
    )


def _participants(session: Session, opened: Opened) -> tuple[Participant, ...]:
    reads = [who for who in opened.participants if opened.reads(f"sole:{who}")]
    found: dict[str, list[Screening]] = {}
    for row in session.execute(_SCREENINGS, {"ref": opened.ref, "whose": reads}):
        if not opened.may_know_of(row.screened_by):
            continue
        found.setdefault(row.service_user, []).append(
            from_row(Screening, row, asked=tuple(ScreeningArea(one) for one in row.asked), by=row.name)
        )
    own = {who for who in opened.participants if opened.may(Action.READ_RECORD, f"sole:{who}")}
    agreed = {who: row for who, row in agreed_of(session, opened.ref).items() if who in own}
    return tuple(
        Participant(
            who, opened.names.get(who, who), who in reads, tuple(found.get(who, ())), *_agreement(agreed.get(who))
        )
        for who in opened.participants
    )


def _agreement(row: Any) -> tuple[datetime | None, AgreedHow | None, str | None]:
    return (row.given_at, row.how, row.text_version) if row else (None, None, None)


def _step(row: Any, mine: bool) -> Step:
    to = MediationStatus(row.to)
    what = stands(to if mine else neutral(to)).capitalize()
    if row.because == ANOTHER_MEDIATOR:
        return Step(row.at, "Another mediator took it over")
    because = f". {ENDED_IN_WORDS[EndedBecause(row.because)]}" if row.because else ""
    return Step(row.at, f"{what}{because}")
