"""Conflicts of interest and declared ties: declared by whoever has one, lifted only by somebody else (C5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import bindparam, select, union

from okf.asker import may_know_case, on_file
from okf.desk import Deed, Desk
from okf.errors import Conflict, unknown
from okf.intake.queries.alike import alike
from okf.match.compare import compare
from okf.match.normal import Applicant, Described
from okf.people.commands.outbox import put_in_outbox
from okf.people.queries.workers import leads_at
from okf.policy.chasing import MailKind
from okf.policy.table import MANAGERS
from okf.store import kept
from okf.store.models import AccessGrant, CaseChild, CaseParty, ConflictOfInterest, DeclaredTie, Person
from okf.store.visible import account_on, families, goes_on, not_ended
from okf.terms import Action
from okf.validation import past_day, words, words_or_none

_CASES_OF = union(
    select(CaseParty.case_ref).where(CaseParty.service_user == bindparam("service_user")),
    select(CaseChild.case_ref).where(CaseChild.service_user == bindparam("service_user")),
)
_STANDING = select(ConflictOfInterest.id).where(
    ConflictOfInterest.person == bindparam("person"),
    ConflictOfInterest.service_user == bindparam("service_user"),
    ConflictOfInterest.lifted_at.is_(None),
)
_TIES = (
    select(DeclaredTie)
    .join(Person, Person.username == DeclaredTie.person)
    .where(DeclaredTie.lifted_at.is_(None), account_on())
)
_CONFLICTS = select(ConflictOfInterest).where(
    ConflictOfInterest.person == bindparam("person"), ConflictOfInterest.lifted_at.is_(None)
)

_FAMILIES = families()
_LED = (
    select(AccessGrant.id)
    .join(_FAMILIES, _FAMILIES.c.case_ref == AccessGrant.case_ref)
    .where(
        AccessGrant.person == bindparam("person"),
        AccessGrant.lead_for.is_not(None),
        _FAMILIES.c.service_user.in_(bindparam("refs", expanding=True)),
        not_ended(),
        goes_on(),
    )
    .limit(1)
)


def declare_conflict(desk: Desk, service_user: str, *, reason: str) -> int:
    """Declare one's own tie to somebody in a case: it bars one's access from now on; its number.

    Whose caseworker one was is without one, and the managers hear of it (C3).

    Raises:
        NotFound: there is no such service user, or none in a case that this person may know of.
        Conflict: it is declared already.
        Invalid: no reason is given.
    """
    why = words("Reason", reason, at_most=500)
    with desk.permitted(Action.DECLARE_CONFLICT) as deed:
        refs = deed.session.scalars(_CASES_OF, {"service_user": service_user}).all()
        if not any(may_know_case(desk, deed.session, ref) for ref in refs):
            raise unknown("service user", service_user)
        if deed.session.scalar(_STANDING, {"person": desk.actor, "service_user": service_user}) is not None:
            raise Conflict("You have declared this already.")
        tie = ConflictOfInterest(
            person=str(desk.actor), service_user=service_user, reason=why, declared_at=deed.at, declared_by=desk.actor
        )
        deed.add(tie)
        _leads_no_more(desk, deed, [service_user])
        deed.note(conflict=tie.id)
    return tie.id


def lift_conflict(desk: Desk, conflict: int, *, reason: str) -> None:
    """Lift somebody else's declared conflict, for a reason; their grants count again from now on.

    Raises:
        NotFound: there is no such conflict.
        Refused: it is one's own, or their role does not include it.
        Invalid: no reason is given.
        Conflict: it is lifted already.
    """
    why = words("Why it no longer stands", reason, at_most=500)
    found = on_file(desk, ConflictOfInterest, conflict, "conflict of interest")
    with desk.permitted(Action.LIFT_CONFLICT, about=found.person) as deed:
        tie = deed.session.get_one(ConflictOfInterest, conflict)
        if tie.lifted_at is not None:
            raise Conflict("This conflict is lifted already.")
        tie.lifted_at, tie.lifted_by, tie.lifted_because = deed.at, desk.actor, why
        deed.session.flush()
        kept.refresh_allocation_of(deed.session, deed.at, [tie.service_user])
        deed.note(conflict=conflict)


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
        found = [one.ref for one in alike(deed.session, _applicant(tie))]
        _add_conflicts(deed, tie, found)
        _leads_no_more(desk, deed, found)
        deed.note(tie=tie.id)
    return tie.id


def lift_tie(desk: Desk, tie: int, *, reason: str) -> None:
    """Lift somebody else's declared tie, for a reason, with every conflict of interest that came of it.

    Raises:
        NotFound: there is no such tie.
        Refused: it is one's own, or their role does not include it.
        Invalid: no reason is given.
        Conflict: it is lifted already.
    """
    why = words("Why it no longer stands", reason, at_most=500)
    found = on_file(desk, DeclaredTie, tie, "declared tie")
    with desk.permitted(Action.LIFT_CONFLICT, about=found.person) as deed:
        held = deed.session.get_one(DeclaredTie, tie)
        if held.lifted_at is not None:
            raise Conflict("This tie is lifted already.")
        came_of_it = [one for one in deed.session.scalars(_CONFLICTS, {"person": held.person}) if one.tie_id == tie]
        ties: tuple[ConflictOfInterest | DeclaredTie, ...] = (held, *came_of_it)
        for one in ties:
            one.lifted_at, one.lifted_by, one.lifted_because = deed.at, desk.actor, why
        deed.session.flush()
        kept.refresh_allocation_of(deed.session, deed.at, [one.service_user for one in came_of_it])
        deed.note(tie=tie)


def bind_known_ties(deed: Deed, people: Mapping[str, Applicant]) -> None:
    """Turn the ties that fit people just registered into conflicts of interest."""
    described = {ref: Described.of(one) for ref, one in people.items()}
    for tie in deed.session.scalars(_TIES, {"at": deed.at}).all():
        told = Described.of(_applicant(tie))
        _add_conflicts(deed, tie, [ref for ref, one in described.items() if compare(told, one)])


def _leads_no_more(desk: Desk, deed: Deed, service_users: Collection[str]) -> None:
    """Count whoever declares a tie to these people as nobody's caseworker, and tell the managers if they were one."""
    deed.session.flush()
    kept.refresh_allocation_of(deed.session, deed.at, service_users)
    led = {"person": desk.actor, "at": deed.at, "refs": sorted(service_users)}
    if service_users and deed.session.scalar(_LED, led) is not None:
        managers = [username for username, _ in leads_at(deed.session, deed.at, MANAGERS) if username != desk.actor]
        put_in_outbox(deed, desk, MailKind.CASE_WITHOUT_LEAD, managers)


def _add_conflicts(deed: Deed, tie: DeclaredTie, refs: list[str]) -> None:
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
