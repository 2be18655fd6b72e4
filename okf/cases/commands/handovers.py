"""A person's work on a case passed on, whole or not at all: accesses, tasks, and what the next one must know (C3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, bindparam, select

from okf.cases.commands.grants import keep_grant, refresh
from okf.cases.commands.on_case import on_case
from okf.clock import is_past
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused
from okf.people.commands.passing_on import HELD, move_tasks
from okf.policy.access import decide
from okf.policy.least import work_of
from okf.store import facts, marks
from okf.store.models import AccessGrant, Handover, Person
from okf.store.visible import account_on, goes_on, not_called_off, not_ended
from okf.terms import Action, Role
from okf.validation import words_or_none

_PLANNED = select(AccessGrant.id).where(
    AccessGrant.case_ref == bindparam("case_ref"),
    AccessGrant.lead_for == bindparam("party"),
    not_ended(),
    AccessGrant.from_ > bindparam("at", type_=AccessGrant.from_.type),
)
BATCH = 500
_LAPSED = (
    select(AccessGrant, AccessGrant.until.label("end"))
    .where(not_ended(), ~goes_on())
    .order_by(AccessGrant.until)
    .limit(BATCH)
)
_LEFT_OPEN = (
    select(AccessGrant, Person.left_at.label("end"))
    .join(Person, Person.username == AccessGrant.person)
    .where(not_ended(), ~account_on())
    .order_by(AccessGrant.id)
    .limit(BATCH)
)


def hand_over(
    desk: Desk,
    case_ref: str,
    *,
    from_person: str,
    to_person: str,
    party: str | None = None,
    on: datetime | None = None,
    note: str | None = None,
) -> str:
    """Pass what somebody holds on a case to somebody else: one's access ends as the other's starts, or neither (C3).

    With `party`, their work as its lead caseworker alone; without, all that
    they hold here. What they held until their account was switched off counts
    as held still. A mediator's access is passed on by `change_mediator` alone.
    `on` is when, by default now. Open tasks and appointments of the parts that
    are passed on go along, and those of no part once nothing else is held: at
    once all of them, on a date those due from then on, and the rest when the
    old access is put on record as ended. The first new grant's id.

    Raises:
        NotFound, Refused: as `on_case`, asked about the person who takes over.
        Invalid: the date has gone by, or lies past the end of what is handed over.
        Conflict: `from_person` holds nothing to hand over now, or a mediator's access, or both are the same.
    """
    if from_person == to_person:
        raise Conflict("They hold this access already.")
    what = words_or_none("What they must know", note, at_most=20_000)
    with on_case(desk, Action.GRANT, case_ref, grantee=to_person, lead_for=party) as deed:
        if is_past(on, deed.at):
            raise Invalid("On", "this date has gone by: choose one to come, or hand over at once.")
        held = _handed(deed, case_ref, from_person, party)
        starts = on or deed.at
        for old in held:
            _require(desk, deed, old, to_person, starts)
        made = [_pass_on(desk, deed, old, to_person, starts, what) for old in held]
        moved = move_tasks(deed, case_ref, from_person, to_person, held, on)
        deed.about(made[0].id, case_ref)
        deed.note(
            ended=held[0].id if on is None else None,
            handed_over_from=from_person,
            tasks_moved=moved,
            **({"grants_ended": [old.id for old in held]} if on is None else {}),
        )
    return made[0].id


def move_left_tasks(deed: Deed, lapsed: dict[str, AccessGrant]) -> None:
    """Move the tasks that a planned handover left with the holders of these grants."""
    query = select(Handover).where(Handover.old_grant.in_(bindparam("keys", expanding=True)), not_called_off())
    for one in deed.session.scalars(query, {"keys": sorted(lapsed)}):
        move_tasks(deed, one.case_ref, one.from_person, one.to_person, [lapsed[one.old_grant]], None)


def end_lapsed_grants(desk: Desk) -> int:
    """Put an end on record for every grant whose time ran out, or whose holder's account is off; how many.

    It changes nobody's access: the policy reads `until` and the account. It
    keeps the lists of live grants, and who leads what, as they are; what a
    planned handover left to the last day goes to whoever took over. Most
    grants end with their account: here those whose holder left on a day that
    had been told ahead, or in an earlier Casebook.
    """
    return _end_all(desk, _LAPSED) + _end_all(desk, _LEFT_OPEN, did="ended with their account")


def _end_all(desk: Desk, which: Select[AccessGrant, datetime | None], **noted: str) -> int:
    ended = 0
    while True:
        with desk.reading() as session:
            if session.execute(which.limit(1), {"at": desk.now()}).first() is None:
                return ended
        with desk.permitted(Action.END_LAPSED_GRANTS) as deed:
            grants = []
            for grant, end in deed.session.execute(which, {"at": deed.at}).all():
                grant.ended_at = end
                grants.append(grant)
            deed.session.flush()
            move_left_tasks(deed, {grant.id: grant for grant in grants})
            refresh(deed, {g.person for g in grants}, {g.case_ref for g in grants if g.lead_for})
            deed.note(grants_ended=sorted(g.id for g in grants) if noted else len(grants), **noted)
        ended += len(grants)


def _handed(deed: Deed, case_ref: str, from_person: str, party: str | None) -> list[AccessGrant]:
    bound = {"case_ref": case_ref, "person": from_person, "at": deed.at}
    held = [
        grant
        for grant in deed.session.scalars(HELD, bound)
        if (party is None or grant.lead_for == party) and grant.from_ <= deed.at
    ]
    if not held:
        what = "is not the lead caseworker for this party" if party else "holds no access to this case"
        raise Conflict(f"{from_person} {what} any more: look again.")
    for grant in held:
        if grant.lead_for is None:
            continue
        bound = {"case_ref": case_ref, "party": grant.lead_for, "at": deed.at}
        if deed.session.scalar(_PLANNED, bound) is not None:
            raise Conflict("A handover is planned already: end the planned access first.")
    return held


def _require(desk: Desk, deed: Deed, old: AccessGrant, to_person: str, starts: datetime) -> None:
    """Ask the policy whether this access could be given to them anew, over as it may be: each is its own question."""
    anew = replace(facts.grant(old), from_=starts, ended_at=None, revoked_at=None)
    question = desk.question(
        deed.session, Action.GRANT, old.case_ref, grantee=to_person, lead_for=old.lead_for, giving=anew
    )
    decision = decide(question)
    if not decision.allowed:
        raise Refused(decision)
    if work_of(anew, facts.person(deed.session, old.person).roles(deed.at)) is Role.MEDIATOR:
        raise Conflict("A mediator's access is not handed over: name another mediator, or end it.")


def _pass_on(
    desk: Desk, deed: Deed, old: AccessGrant, to_person: str, starts: datetime, note: str | None
) -> AccessGrant:
    if old.until is not None and old.until <= starts:
        raise Invalid("On", "the access to be handed over has ended by then: choose an earlier date.")
    grant = AccessGrant(
        id=desk.new_ref("G"),
        person=to_person,
        case_ref=old.case_ref,
        capacity=old.capacity,
        compartments=list(old.compartments),
        record_classes=list(old.record_classes),
        actions=list(old.actions),
        purpose=old.purpose,
        from_=starts,
        until=old.until,
        granted_by=desk.actor,
        granted_at=deed.at,
        lead_for=old.lead_for,
        with_address=old.with_address,
        case_opened_on=old.case_opened_on,
    )
    if is_past(old.ended_at, deed.at):
        pass  # it ended with its holder's account
    elif starts > deed.at:
        old.until = starts
        deed.note(grants=[*deed.facts.get("grants", ()), marks.grant_mark(old)])
    else:
        old.ended_at = deed.at
    keep_grant(deed, grant, old.person)
    deed.add(
        Handover(
            ref=desk.new_ref("H"),
            case_ref=old.case_ref,
            party=old.lead_for,
            from_person=old.person,
            to_person=to_person,
            old_grant=old.id,
            new_grant=grant.id,
            takes_effect_at=starts,
            decided_by=str(desk.actor),
            decided_at=deed.at,
            note=note,
        )
    )
    return grant
