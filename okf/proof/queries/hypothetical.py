"""Questions put to the policy in an imagined case: nothing of a real one is read, and nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from okf.clock import london_date
from okf.desk import Desk
from okf.policy.access import decide
from okf.policy.decision import Decision
from okf.policy.facts import (
    CaseFacts,
    ClosureFacts,
    ConcernFacts,
    ConflictFacts,
    GrantFacts,
    OrganisationFacts,
    PersonFacts,
    Question,
    RecordFacts,
    RoleFacts,
    SignatureFacts,
    VersionFacts,
)
from okf.policy.scopes import STARTING, starting_scope
from okf.policy.share_facts import CompulsionFacts, ExpressAgreementFacts, RecipientFacts, ShareQuestion
from okf.policy.sharing import decide_share
from okf.terms import Action, Capacity, CaseStatus, Change, ConcernStatus, RecordClass, RecordStatus, Role, Severity

PARTY, OTHER_PARTY, CHILD, JOINT = "party_a", "party_b", "child_c", "joint"
TOLD_BY = {PARTY: "one party", OTHER_PARTY: "the other party", CHILD: "the child", JOINT: "both parties together"}
COMPARTMENT = {PARTY: "sole:party_a", OTHER_PARTY: "sole:party_b", CHILD: "child:child_c", JOINT: JOINT}


class GrantHeld(StrEnum):
    """How the imagined person's grant stands."""

    LIVE = "live"
    NONE = "none"
    NOT_STARTED = "not started"
    RUN_OUT = "run out"
    REVOKED = "revoked"


class Signed(StrEnum):
    """Whether the imagined person signed the agreement of their capacity."""

    CURRENT = "current"
    NEVER = "never"
    ANOTHER = "another capacity's"
    LONG_AGO = "a year and more ago"


class AgreementHeld(StrEnum):
    """How the imagined express agreements stand."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"
    RUN_OUT = "run out"


@dataclass(frozen=True, slots=True)
class Opening:
    """May this kind of person do this to that kind of record? Each field is one choice on the form.

    Their grant is the one with which such work begins, for one party; `covers`
    are other parts of the case that it has instead, and `every_kind` whether
    it was widened to every kind of record.
    """

    action: Action
    capacity: Capacity
    role: Role | None = None
    signed: Signed = Signed.CURRENT
    grant: GrantHeld = GrantHeld.LIVE
    covers: tuple[str, ...] = ()
    every_kind: bool = False
    record_class: RecordClass = RecordClass.NOTE
    told_by: str = PARTY
    closed: bool = False
    conflict: bool = False
    concern: bool = False


@dataclass(frozen=True, slots=True)
class Sharing:
    """May this kind of record go to that recipient? Each field is one choice on the form."""

    role: Role | Capacity | None
    record_class: RecordClass
    told_by: str
    issued: bool
    recipient: str
    acts_for: str | None
    verified: bool
    asked_by: str | None
    purpose: str
    agreed: tuple[str, ...] = ()
    agreements: AgreementHeld = AgreementHeld.LIVE
    danger: bool = False
    severity: Severity | None = None
    complete: bool = False
    order: bool = False


def rehearse_opening(desk: Desk, asked: Opening, at: datetime | None = None) -> Decision:
    """What the policy answers to a question of access in an imagined case.

    Raises:
        Refused: rehearsing is for those who may ask about others.
    """
    desk.require(Action.REHEARSE)
    at = at or desk.now()
    case = CaseFacts(
        "IMAGINED",
        CaseStatus.CLOSED if asked.closed else CaseStatus.OPEN,
        london_date(at - timedelta(days=300)),
        (PARTY, OTHER_PARTY),
        (CHILD,),
        (ClosureFacts(at - timedelta(days=3)),) if asked.closed else (),
    )
    worry = ConcernFacts(
        "IMAGINED-CONCERN",
        case.ref,
        Severity.MEDIUM,
        ConcernStatus.TRIAGED,
        "somebody",
        at - timedelta(days=1),
        (CHILD,),
    )
    compartment = COMPARTMENT[asked.told_by]
    person = _person(at, asked.capacity, asked.role, asked.signed, asked.conflict)
    mediator = person.username if asked.role is Role.MEDIATOR else None
    record = RecordFacts("IMAGINED-RECORD", case.ref, asked.record_class, asked.told_by, compartment, mediator=mediator)
    adding = asked.action is Action.ADD_RECORD
    return decide(
        Question(
            at=at,
            action=asked.action,
            person=person,
            agreements={
                c: (VersionFacts(c, "1", london_date(at - timedelta(days=900)), Change.MATERIAL),) for c in Capacity
            },
            case=case,
            record=None if adding or asked.action is Action.LIST_CASE else record,
            compartment=compartment if adding else None,
            record_class=asked.record_class if adding else None,
            concerns=(worry,) if asked.concern else (),
            grants=_grants(at, asked),
            about_self=asked.role is Role.MEDIATOR,  # a mediator is asked about as that mediation's own
        )
    )


def rehearse_sharing(desk: Desk, asked: Sharing, at: datetime | None = None) -> Decision:
    """What the policy answers to a question of sharing in an imagined case.

    Raises:
        Refused: rehearsing is for those who may ask about others.
    """
    desk.require(Action.REHEARSE)
    at = at or desk.now()
    case = CaseFacts("IMAGINED", CaseStatus.OPEN, london_date(at - timedelta(days=300)), (PARTY, OTHER_PARTY), (CHILD,))
    status = None
    if asked.record_class is RecordClass.OUTCOME_SUMMARY:
        status = RecordStatus.ISSUED if asked.issued else RecordStatus.DRAFT
    record = RecordFacts(
        "IMAGINED-RECORD", case.ref, asked.record_class, asked.told_by, COMPARTMENT[asked.told_by], status=status
    )
    recipient = {"type": asked.recipient, **({"acts_for": asked.acts_for} if asked.acts_for else {})}
    given = at - timedelta(days=40)
    agreements = tuple(
        ExpressAgreementFacts(
            f"IMAGINED-{person}",
            person,
            (record.id,),
            recipient,
            given,
            expires_on=london_date(at - timedelta(days=1)) if asked.agreements is AgreementHeld.RUN_OUT else None,
            withdrawn_at=at - timedelta(days=1) if asked.agreements is AgreementHeld.WITHDRAWN else None,
        )
        for person in asked.agreed
    )
    return decide_share(
        ShareQuestion(
            at=at,
            actor=_person(at, *_works(asked.role), Signed.CURRENT, False),
            recipient=RecipientFacts(asked.recipient, None, asked.acts_for, asked.verified, recipient),
            records=(record,),
            cases={case.ref: case},
            requested_by=(asked.asked_by,) if asked.asked_by else (),
            purpose=asked.purpose,
            agreements=agreements,
            children=frozenset({CHILD}),
            danger=asked.danger,
            severity=asked.severity,
            legal_basis=("dpa18_s1_p18",) if asked.complete else (),
            rationale="as decided" if asked.complete else None,
            compulsion=CompulsionFacts("order", sealed=True) if asked.order else None,
        )
    )


def _person(at: datetime, capacity: Capacity, role: Role | None, signed: Signed, conflict: bool) -> PersonFacts:
    days = 400 if signed is Signed.LONG_AGO else 30
    kinds = {Signed.NEVER: [], Signed.ANOTHER: [c for c in Capacity if c is not capacity][:1]}.get(signed, [capacity])
    partner = capacity is Capacity.ALLIED_PARTNER
    return PersonFacts(
        "somebody.imagined",
        capacity,
        (RoleFacts(role),) if role else (),
        organisation=OrganisationFacts("imagined", london_date(at - timedelta(days=100)), None) if partner else None,
        signatures=tuple(SignatureFacts(kind, "1", at - timedelta(days=days)) for kind in kinds),
        conflicts=(ConflictFacts(OTHER_PARTY),) if conflict else (),
    )


def _works(role: Role | Capacity | None) -> tuple[Capacity, Role | None]:
    """A role in the capacity of staff; or a capacity in which people hold no role."""
    return (role, None) if isinstance(role, Capacity) else (Capacity.STAFF, role)


def _work(asked: Opening) -> Role | Capacity:
    """What decides with which scope a grant begins: a mediator's work, else the capacity's, else the role's."""
    if asked.role is not None and (asked.role is Role.MEDIATOR or asked.capacity not in STARTING):
        return asked.role
    return asked.capacity


def _grants(at: datetime, asked: Opening) -> tuple[GrantFacts, ...]:
    if asked.grant is GrantHeld.NONE:
        return ()
    week = timedelta(days=7)
    begins = starting_scope(_work(asked), parties=(PARTY, OTHER_PARTY), children=(CHILD,), own=PARTY)
    return (
        GrantFacts(
            "IMAGINED-GRANT",
            "IMAGINED",
            asked.capacity,
            tuple(COMPARTMENT[part] for part in asked.covers) or begins.compartments,
            () if asked.every_kind else begins.record_classes,
            from_=at + week if asked.grant is GrantHeld.NOT_STARTED else at - 4 * week,
            until=at - week if asked.grant is GrantHeld.RUN_OUT else None,
            ended_at=at - week if asked.grant is GrantHeld.REVOKED else None,
            revoked_at=at - week if asked.grant is GrantHeld.REVOKED else None,
        ),
    )
