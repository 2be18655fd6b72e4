"""Who will see what of a case: each person beside each part of it, before and after an access is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from okf.cases.queries.access import parts_of
from okf.cases.queries.case import case_question
from okf.desk import Desk
from okf.errors import Refused
from okf.match.fold import folded
from okf.policy.access import decide
from okf.policy.decision import Reason
from okf.policy.facts import GrantFacts, Question
from okf.policy.gates import with_signing
from okf.policy.scopes import compartments_of
from okf.store import facts
from okf.store.models import AccessGrant, Mediation, Person
from okf.store.visible import not_ended
from okf.terms import Action, Capacity, RecordClass

_HOLD = (
    select(AccessGrant, Person.name)
    .join(Person, Person.username == AccessGrant.person)
    .where(AccessGrant.case_ref == bindparam("ref"), not_ended())
)
_MEDIATORS = select(Mediation.mediator).where(Mediation.case_ref == bindparam("ref"))
_NAMES = select(Person.username, Person.name).where(Person.username.in_(bindparam("keys", expanding=True)))
_UNSIGNED = frozenset(
    {
        Reason.NO_AGREEMENT,
        Reason.AGREEMENT_WRONG_CAPACITY,
        Reason.AGREEMENT_SUPERSEDED,
        Reason.ANNUAL_REFRESH_OVERDUE,
        Reason.PARTNER_AGREEMENT_EXPIRED,
    }
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """An access as it would be given."""

    to: str
    capacity: Capacity
    compartments: tuple[str, ...]
    record_classes: tuple[str, ...]
    from_: datetime | None
    until: datetime | None
    lead_for: str | None = None
    with_address: bool = False


@dataclass(frozen=True, slots=True)
class Sees:
    """What somebody may read of one part of a case: which kinds, and whether only once they have signed.

    `address` says that an access of theirs shows the address of whose part it is, where their work does not.
    """

    kinds: tuple[RecordClass, ...]
    once_signed: bool = False
    address: bool = False

    @property
    def everything(self) -> bool:
        """Whether it is every kind of record."""
        return len(self.kinds) == len(RecordClass)


@dataclass(frozen=True, slots=True)
class Row:
    """One person, and what they see of each part, by part, before and after."""

    person: str
    name: str
    before: dict[str, Sees]
    after: dict[str, Sees]

    @property
    def changes(self) -> bool:
        """Whether it makes a difference to them."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Matrix:
    """Everyone who holds access or would, the parts of the case in words, and what each sees."""

    parts: dict[str, str]
    rows: tuple[Row, ...]


def who_sees(desk: Desk, case_ref: str, proposed: Proposed | None = None) -> Matrix:
    """Who sees what of a case now, and who would with one more access; decided person by person, kind by kind.

    Asked for the instant at which the proposed access starts. What a lead may
    open for a concern, and an emergency, stand beside it and are not in it.

    Raises:
        NotFound: there is no such case, or none that they may know of.
        Refused: their role does not include it.
    """
    with desk.reading() as session:
        asked = case_question(desk, session, case_ref)
        seen = decide(replace(asked, action=Action.SEE_CASE_ACCESS))
        if not seen.allowed or asked.case is None:
            raise Refused(seen)
        at = max(asked.at, proposed.from_) if proposed and proposed.from_ else asked.at
        held: dict[str, list[GrantFacts]] = defaultdict(list)
        names: dict[str, str] = {}
        for grant, name in session.execute(_HOLD, {"ref": case_ref}):
            held[grant.person].append(facts.grant(grant))
            names[grant.person] = name
        if proposed and proposed.to not in names:
            names |= {row.username: row.name for row in session.execute(_NAMES, {"keys": [proposed.to]})}
        people = facts.people(session, names)
        parts = compartments_of(asked.case.parties, asked.case.children)
        mediators = set(session.scalars(_MEDIATORS, {"ref": case_ref}))
        rows = []
        for who in sorted(names, key=lambda one: (folded(names[one]), one)):
            question = with_signing(
                replace(
                    asked,
                    at=at,
                    action=Action.READ_RECORD,
                    person=people[who],
                    concerns=(),
                    emergencies=(),
                    custodies=(),
                    grants=tuple(held[who]),
                    about_self=who in mediators,
                )
            )
            before = _seen(question, parts)
            given = (_granted(case_ref, proposed, asked.at),) if proposed and proposed.to == who else ()
            after = _seen(replace(question, grants=(*question.grants, *given)), parts) if given else before
            if before or after:
                rows.append(Row(who, names[who], before, after))
    return Matrix(parts_of(desk, case_ref).parts, tuple(rows))


def _granted(case_ref: str, new: Proposed, at: datetime) -> GrantFacts:
    return GrantFacts(
        "proposed",
        case_ref,
        new.capacity,
        new.compartments,
        new.record_classes,
        from_=new.from_ or at,
        until=new.until,
        granted_at=at,
        lead_for=new.lead_for,
        with_address=new.with_address,
    )


def _seen(question: Question, parts: Sequence[str]) -> dict[str, Sees]:
    found = {}
    for part in parts:
        open_to, waiting = [], []
        for kind in RecordClass:
            answer = decide(replace(question, compartment=part, record_class=kind))
            if answer.allowed:
                open_to.append(kind)
            elif answer.reasons and set(answer.reasons) <= _UNSIGNED:
                waiting.append(kind)
        if open_to or waiting:
            address = ":" in part and any(
                one.with_address and part in one.compartments and not one.over(question.at) for one in question.grants
            )
            found[part] = Sees(tuple(open_to or waiting), once_signed=not open_to, address=address)
    return found
