"""Ties declared by a name that may or may not be known here, and turned into conflicts without a word (C5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import bindparam, or_, select

from okf.desk import Deed, Desk
from okf.errors import Conflict, unknown
from okf.intake.queries.alike import alike
from okf.match.compare import compare
from okf.match.normal import Applicant, Described
from okf.store.models import ConflictOfInterest, DeclaredTie, Person
from okf.terms import Action
from okf.validation import past_day, words, words_or_none

_STANDING = (
    select(DeclaredTie)
    .join(Person, Person.username == DeclaredTie.person)
    .where(
        DeclaredTie.lifted_at.is_(None),
        or_(Person.left_at.is_(None), Person.left_at > bindparam("at", type_=Person.left_at.type)),
    )
)
_CONFLICTS = select(ConflictOfInterest).where(
    ConflictOfInterest.person == bindparam("person"), ConflictOfInterest.lifted_at.is_(None)
)


def declare_tie(desk: Desk, *, name: str, born: date | None = None, phone: str | None = None, reason: str) -> int:
    """Declare one's own tie to somebody by their name, whether or not they are known here; its number.

    Whoever fits, now or when they are registered, bars one from their case.
    Neither the answer nor its time tells whether anybody does.

    Raises:
        Invalid: no name or no reason is given, or the date of birth is to come.
    """
    called, why = words("Their name", name, at_most=200, at_least=2), words("Your tie to them", reason, at_most=500)
    number = words_or_none("Telephone", phone, at_most=80)
    with desk.permitted(Action.DECLARE_CONFLICT) as deed:
        if born:
            past_day("Date of birth", born, deed.at)
        tie = DeclaredTie(
            person=str(desk.actor),
            name=called,
            born=born.isoformat() if born else None,
            phone=number,
            reason=why,
            declared_at=deed.at,
        )
        deed.add(tie)
        deed.session.flush()
        _bar(deed, tie, [one.ref for one in alike(deed.session, _applicant(tie))])
        deed.note(tie=tie.id)
    return tie.id


def lift_tie(desk: Desk, tie: int) -> None:
    """Lift somebody else's declared tie, with every conflict of interest that came of it.

    Raises:
        NotFound: there is no such tie.
        Refused: it is one's own, or their role does not include it.
        Conflict: it is lifted already.
    """
    with desk.reading() as session:
        found = session.get(DeclaredTie, tie)
    if found is None:
        raise unknown("declared tie", str(tie))
    with desk.permitted(Action.LIFT_CONFLICT, about=found.person) as deed:
        held = deed.session.get_one(DeclaredTie, tie)
        if held.lifted_at is not None:
            raise Conflict("This tie is lifted already.")
        held.lifted_at, held.lifted_by = deed.at, desk.actor
        for conflict in deed.session.scalars(_CONFLICTS, {"person": held.person}):
            if conflict.tie_id == tie:
                conflict.lifted_at, conflict.lifted_by = deed.at, desk.actor
        deed.note(tie=tie)


def bind_known_ties(deed: Deed, people: Mapping[str, Applicant]) -> None:
    """Turn the ties that fit people just registered into conflicts of interest."""
    described = {ref: Described.of(one) for ref, one in people.items()}
    for tie in deed.session.scalars(_STANDING, {"at": deed.at}).all():
        told = Described.of(_applicant(tie))
        _bar(deed, tie, [ref for ref, one in described.items() if compare(told, one)])


def _bar(deed: Deed, tie: DeclaredTie, refs: list[str]) -> None:
    barred = {one.service_user for one in deed.session.scalars(_CONFLICTS, {"person": tie.person})}
    for ref in refs:
        if ref not in barred:
            deed.add(
                ConflictOfInterest(
                    person=tie.person,
                    service_user=ref,
                    reason=tie.reason,
                    declared_at=deed.at,
                    declared_by=tie.person,
                    tie_id=tie.id,
                )
            )


def _applicant(tie: DeclaredTie) -> Applicant:
    born = date.fromisoformat(tie.born) if tie.born else None
    return Applicant(tie.name, born, (tie.phone,) if tie.phone else ())
