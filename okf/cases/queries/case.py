"""One case, as far as whoever asks may see it: its head, its people, its tasks and what happened when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import may_read_part
from okf.cases.queries.access_routes import Opened, custody_of, emergency_of
from okf.cases.queries.told_here import told_here
from okf.cases.queries.told_of import Reached, ToldOf, contact_of, told_of
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import NotFound, unknown
from okf.intake.contact_details import NEEDS
from okf.policy.access import decide
from okf.policy.allocation import overdue_if_since
from okf.policy.contact import BEHIND_SHOW, in_sight, reached
from okf.policy.decision import Decision
from okf.policy.facts import Question
from okf.policy.least import CONTACT, Least, Work
from okf.policy.mediation import neutral
from okf.policy.scopes import compartment_of
from okf.store.least import least_on
from okf.store.models import AccessGrant, Case, CaseClosure, Mediation, Person, ServiceUser, Task
from okf.store.rows import from_row, from_rows
from okf.store.sealing import astray_said
from okf.store.visible import AT, goes_on, grants_at, not_ended, untied
from okf.terms import Action, CaseStatus, FamilyField, MediationKind, MediationStatus, SupportKind

_HEAD = select(
    Case.status,
    Case.kind_of_support,
    Case.area,
    Case.opened_on,
    Case.closed_at,
    Case.unallocated_since,
    Case.first_contact_at,
    Case.complexity,
).where(Case.ref == bindparam("ref"))
_A_MOMENT: Final = timedelta(microseconds=1)
THE_ADDRESS: Final = "the address of whose part it is"
_FIELDS: Mapping[FamilyField, tuple[str, ...]] = {
    FamilyField.PHONE: (
        "phone",
        "safe_phone",
        "safe_hours",
        "voicemail_safe",
        "do_not_contact_by",
        "safe_contact_notes",
        *NEEDS,
    ),
    FamilyField.EMAIL: ("email",),
    FamilyField.ADDRESS: ("address", "post_safe"),
    FamilyField.CODE_WORD: ("code_word",),
}
_PEOPLE = select(ServiceUser.ref, ServiceUser.name).where(ServiceUser.ref.in_(bindparam("refs", expanding=True)))
_LEADS = (
    select(AccessGrant.lead_for, AccessGrant.person, Person.name)
    .join(Person, Person.username == AccessGrant.person)
    .where(
        AccessGrant.case_ref == bindparam("ref"), AccessGrant.lead_for.is_not(None), not_ended(), goes_on(), untied()
    )
)
# Who led at the last moment before it closed.
_LED = (
    select(AccessGrant.lead_for, AccessGrant.person, Person.name)
    .join(Person, Person.username == AccessGrant.person)
    .where(AccessGrant.case_ref == bindparam("ref"), AccessGrant.lead_for.is_not(None), grants_at(AT))
)
_CLOSED = (
    select(CaseClosure.closed_at, CaseClosure.reopened_at, CaseClosure.reason, CaseClosure.outcome)
    .where(CaseClosure.case_ref == bindparam("ref"), CaseClosure.reopened_at.is_not(None))
    .order_by(CaseClosure.closed_at.desc(), CaseClosure.id)
    .limit(10)
)
_MEDIATIONS = (
    select(Mediation.ref, Mediation.kind, Mediation.status, Person.name)
    .outerjoin(Person, Person.username == Mediation.mediator)
    .where(Mediation.case_ref == bindparam("ref"))
    .order_by(Mediation.ref)
)
_TASKS = (
    select(Task.ref, Task.text, Task.due_on, Task.done_at)
    .where(Task.case_ref == bindparam("ref"), Task.assigned_to == bindparam("who"))
    .order_by(Task.done_at.is_not(None), Task.due_on, Task.ref)
    .limit(100)
)


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """An adult or child of the case. `contact` is None for whoever must leave contact to their caseworker (C2).

    `name` is a neutral word where the reader's work does not need it, and
    `known` says whether it is the name. `contact` has what may be used;
    `behind` names what is on file and shown by a deed alone. `claims` is what
    the reader may know that others told of them, or that was never checked
    with them.
    """

    ref: str
    name: str
    known: bool
    child: bool
    date_of_birth: date | None
    contact: Reached | None
    behind: tuple[str, ...]
    claims: tuple[ToldOf, ...]
    caseworkers: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class MediationRow:
    """A mediation within the case, its status in neutral terms: without prejudice, not legally binding (C10)."""

    ref: str
    kind: MediationKind
    status: MediationStatus
    mediator: str | None


@dataclass(frozen=True, slots=True)
class ClosedBefore:
    """That the case was closed and opened again, why it was closed and what had come of it."""

    closed_at: datetime
    reopened_at: datetime
    reason: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """Something that the reader is to do on the case: nobody else's shows (C2)."""

    ref: str
    text: str
    due_on: date
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """The head of a case.

    `opened` says whether the reader may read in it; without it, for those
    who run the caseload, `family` and `mediations` are empty and `parties`
    counts the adults. `sides` names the parties whose part the reader may read.
    `caseworkers` are those who lead, of a closed case those who led when it closed.
    `closed_before` is for whoever reads what we write for ourselves.
    Area and first contact are what the first party told, and show to who reads that part.
    What the reader's work does not need (`policy.least`) is None or left out; `works` are
    those between which they choose, the one they act in first.
    """

    ref: str
    status: CaseStatus
    kind_of_support: SupportKind | None
    area: str | None
    opened_on: date
    closed_at: datetime | None
    unallocated_since: date | None
    first_contact_at: datetime | None
    complexity: int
    overdue: bool
    opened: bool
    decision: Decision
    parties: int
    least: Least
    works: tuple[Work, ...]
    family: tuple[FamilyMember, ...]
    caseworkers: tuple[str, ...]
    mediations: tuple[MediationRow, ...]
    closed_before: tuple[ClosedBefore, ...]
    sides: tuple[str, ...]
    emergency: Opened | None
    custody: Opened | None
    may: frozenset[Action]

    @property
    def reaches_anybody(self) -> bool:
        """Whether how to reach somebody here is theirs to know."""
        return any(one.contact for one in self.family)

    @property
    def called(self) -> tuple[str, ...]:
        """By whom the case is called: its adults whose names are this reader's to read, else its children."""
        known = [one for one in self.family if one.known]
        return tuple(one.name for one in [one for one in known if not one.child] or known)

    @property
    def both_sides(self) -> bool:
        """Whether the reader holds the parts of more than one party."""
        return len(self.sides) > 1

    def name_of(self, ref: str) -> str:
        """What somebody of this case is called, as far as the reader may know."""
        return next((one.name for one in self.family if one.ref == ref), ref)


# What the page offers: each is asked of the policy about this case.
_OFFERED = (
    Action.ADD_RECORD,
    Action.ADD_TASK,
    Action.COMPLETE_TASK,
    Action.SEE_CASE_ACCESS,
    Action.GRANT,
    Action.END_GRANT,
    Action.CLOSE_CASE,
    Action.REOPEN_CASE,
    Action.CHANGE_CASE,
    Action.OPEN_EMERGENCY_ACCESS,
    Action.COUNT_CONCERNS,
    Action.LIST_CONCERNS,
    Action.EXPORT_RECORD,
    Action.MAKE_APPOINTMENT,
    Action.LINK_CASES,
    Action.START_MEDIATION,
    Action.OPEN_CUSTODY,
)


def case_in_view(desk: Desk, case_ref: str) -> CaseView:
    """A case as this person may see it: with its people for those who may open it, by figures for managers.

    That it was opened goes on record through `open_case_file`, not here.

    Raises:
        NotFound: there is no such case, or none that this person may know of.
    """
    with desk.reading() as session:
        question = case_question(desk, session, case_ref)
        with astray_said(session):
            return _view(session, question)


def case_question(desk: Desk, session: Session, case_ref: str) -> Question:
    """The question whether this person may open the case, for somebody who may know of it.

    Raises:
        NotFound: there is no such case, or none that this person may know of.
    """
    try:
        question = desk.question(session, Action.OPEN_CASE, case_ref)
    except NotFound:
        raise unknown("case", case_ref) from None
    if decide(question).allowed or _asked(question, Action.LIST_CASELOAD).allowed:
        return question
    raise unknown("case", case_ref)


def opened_question(desk: Desk, session: Session, case_ref: str) -> Question:
    """The same, for somebody who may open the case.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    question = case_question(desk, session, case_ref)
    if not decide(question).allowed:
        raise unknown("case", case_ref)
    return question


def tasks_on(desk: Desk, case_ref: str) -> tuple[TaskRow, ...]:
    """This person's own tasks on a case that they may open: those to do by date, then those done; at most a hundred.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        opened_question(desk, session, case_ref)
        return from_rows(TaskRow, session.execute(_TASKS, {"ref": case_ref, "who": desk.actor}))


def family_names(session: Session, question: Question, seen: Least | None = None) -> dict[str, str]:
    """What the people of a case are called for a reader who may open it: the names that their work needs, by reference.

    Of the others a neutral word. `seen` is what they see of the family, where it has been asked already.
    """
    case = question.case
    if case is None:
        return {}
    rows = session.execute(_PEOPLE, {"refs": [*case.parties, *case.children]})
    seen = seen or least_on(session, question)
    return seen.called(case, {row.ref: row.name or row.ref for row in rows})


def _asked(question: Question, action: Action) -> Decision:
    return decide(replace(question, action=action))


def _view(session: Session, question: Question) -> CaseView:
    case = question.case
    if case is None:
        raise LookupError("a question about a case")
    decision = decide(question)
    head = session.execute(_HEAD, {"ref": case.ref}).one()
    if head.closed_at:
        leads = session.execute(_LED, {"ref": case.ref, "at": head.closed_at - _A_MOMENT}).all()
    else:
        leads = session.execute(_LEADS, {"ref": case.ref, "at": question.at}).all()
    opened = decision.allowed
    sides = tuple(party for party in case.parties if opened and may_read_part(question, f"sole:{party}"))
    since = overdue_if_since(london_date(question.at), question.settings)
    callers_side = case.parties[:1] == sides[:1] != ()  # who asked for help is the first adult
    seen = least_on(session, question) if opened else Least()
    whole = seen.shows(FamilyField.OTHER_CASEWORKER)
    return CaseView(
        ref=case.ref,
        status=head.status,
        kind_of_support=head.kind_of_support if seen.shows(FamilyField.KIND_OF_SUPPORT) else None,
        area=head.area if callers_side and seen.shows(FamilyField.AREA) else None,
        opened_on=head.opened_on,
        closed_at=head.closed_at,
        unallocated_since=head.unallocated_since if whole else None,
        first_contact_at=head.first_contact_at if callers_side and seen.shows(FamilyField.FIRST_CONTACT) else None,
        complexity=head.complexity,
        overdue=whole and head.unallocated_since is not None and head.unallocated_since <= since,
        opened=opened,
        decision=decision,
        parties=len(case.parties),
        least=seen,
        works=question.works,
        family=_family(session, question, seen, leads) if opened else (),
        caseworkers=tuple(dict.fromkeys(row.name for row in leads)) if whole else (),
        mediations=tuple(
            from_row(MediationRow, row, status=neutral(row.status), mediator=row.name)
            for row in session.execute(_MEDIATIONS, {"ref": case.ref})
        )
        if opened and seen.shows(FamilyField.MEDIATION)
        else (),
        closed_before=from_rows(ClosedBefore, session.execute(_CLOSED, {"ref": case.ref}))
        if opened and may_read_part(question, "internal")
        else (),
        sides=sides,
        emergency=emergency_of(question, decision),
        custody=custody_of(question, decision),
        may=frozenset(action for action in _OFFERED if _asked(question, action).allowed),
    )


def _family(session: Session, question: Question, seen: Least, leads: Collection[Any]) -> tuple[FamilyMember, ...]:
    case = question.case
    if case is None:
        return ()
    names = family_names(session, question, seen)
    shared = may_read_part(question, "joint")
    whole = all(map(seen.shows, CONTACT))  # what others told of somebody is for those who see all of it
    everybody = (*case.parties, *case.children)
    reads = {ref for ref in everybody if may_read_part(question, str(compartment_of(ref, case.parties, case.children)))}
    told = told_here(session, case, everybody, question.person.username)
    made = []
    for ref in everybody:
        child, in_reach, statements = ref in case.children, ref in reads, told.get(ref, [])
        stands = reached(statements)
        made.append(
            FamilyMember(
                ref=ref,
                name=names.get(ref, ref),
                known=seen.names(ref, case),
                child=child,
                date_of_birth=stands.get("date_of_birth")
                if (in_reach or (child and shared)) and seen.shows_birthday(ref)
                else None,
                contact=contact_of(shown_of(stands, seen, ref)) if in_reach else None,
                behind=tuple(name for name in BEHIND_SHOW if in_reach and shown_of(stands, seen, ref).get(name)),
                claims=told_of(in_sight(statements, ref, reads.__contains__), names) if whole else (),
                caseworkers=tuple(lead.name for lead in leads if lead.lead_for == ref)
                if seen.shows_caseworker(ref)
                else None,
            )
        )
    return tuple(made)


def shown_of(values: Mapping[str, Any], seen: Least, ref: str) -> dict[str, Any]:
    """Somebody's values of contact by column: the channel that the reader's work needs, the rest where it is theirs.

    What must not be done is always in sight.
    """
    hidden = {name for one, names in _FIELDS.items() if not seen.shows_of(ref, one) for name in names}
    return {name: value for name, value in values.items() if name not in hidden or value is False}


def part_in_words(compartment: str, names: dict[str, str]) -> str:
    """To whom a part of the case is restricted, in words."""
    kind, _, whose = compartment.partition(":")
    if kind == "sole":
        return f"{names.get(whose, 'One party')}'s side"
    if kind == "child":
        return f"{names.get(whose, 'The child')}'s own part"
    return {"joint": "Shared by both parties", "external": "From outside", "internal": "Our Kids First"}.get(
        kind, "Safeguarding"
    )
