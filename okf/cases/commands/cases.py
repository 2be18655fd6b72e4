"""Cases: opened, changed, closed, reopened, and looked into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select, update

from okf.cases.commands.grants import NewGrant, as_facts, give
from okf.cases.commands.match_reports import keep_match_report
from okf.cases.commands.mediation_moves import end_with_the_case
from okf.cases.commands.on_case import on_case
from okf.cases.commands.people import Noted, state_within
from okf.cases.commands.tell_leads import tell_of_closing, tell_writers
from okf.cases.queries.openings import opened_in_this_session
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused, unknown
from okf.intake.commands.matching import carry_over
from okf.intake.contact_details import ContactTold, checked_contact
from okf.policy.access import decide
from okf.policy.decision import Decision
from okf.policy.facts import Question
from okf.policy.gates import GRANT_GATES
from okf.policy.least import Work
from okf.store import kept
from okf.store.case_links import joined_cases
from okf.store.models import AccessGrant, Case, CaseChild, CaseClosure, CaseParty, CustodyAccess, ServiceUser
from okf.store.visible import AT, ends_later, not_ended
from okf.terms import Action, CaseStatus, SupportKind
from okf.terms.caseload import ClosureOutcome
from okf.terms.intake import ContactCheck
from okf.validation import past_day, words, words_or_none

_LIVE_GRANTS = select(AccessGrant).where(AccessGrant.case_ref == bindparam("case_ref"), not_ended(AT))
_LAST_CLOSURE = (
    select(CaseClosure)
    .where(CaseClosure.case_ref == bindparam("case_ref"), CaseClosure.reopened_at.is_(None))
    .order_by(CaseClosure.closed_at.desc())
    .limit(1)
)
_OPENED = update(AccessGrant).where(AccessGrant.id.in_(bindparam("ids", expanding=True)))
HEAVIEST = 5


@dataclass(frozen=True, slots=True)
class NewServiceUser(ContactTold):
    """An adult or child as they are taken in, with what was told of how they are reached.

    It is the word of the first adult, who asks for help; `checked` says how it
    was checked with the person themselves. `told_age` stands in where the date
    of birth is not known.
    """

    name: str
    date_of_birth: date | None = None
    told_age: int | None = None
    told_age_on: date | None = None
    checked: ContactCheck | None = None


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case just made: its reference, and the references of its people in the order in which they were given."""

    ref: str
    parties: tuple[str, ...]
    children: tuple[str, ...]


def open_case(
    desk: Desk,
    *,
    kind_of_support: SupportKind,
    area: str | None = None,
    parties: Sequence[NewServiceUser | str],
    children: Sequence[NewServiceUser | str] = (),
    opened_on: date | None = None,
    status: CaseStatus = CaseStatus.ENQUIRY,
) -> str:
    """Open a case for a family; its reference. Somebody already on file is named by their reference.

    The case has no lead caseworker yet, and shows as unallocated (C3).

    Raises:
        Invalid: nobody to help, somebody twice, a date to come, or a status that no new case has.
        NotFound: a reference names nobody on file.
    """
    with desk.permitted(Action.OPEN_NEW_CASE) as deed:
        opened = open_within(
            desk,
            deed,
            kind_of_support=kind_of_support,
            area=area,
            parties=parties,
            children=children,
            opened_on=opened_on,
            status=status,
        )
    return opened.ref


def change_case_status(desk: Desk, case_ref: str, *, status: CaseStatus) -> None:
    """Move a case to another status; closing and reopening are deeds of their own.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: the status is `closed`.
    """
    if status is CaseStatus.CLOSED:
        raise Invalid("Status", "close the case instead: closing ends everybody's access.")
    with on_case(desk, Action.CHANGE_CASE, case_ref) as deed:
        case = deed.session.get_one(Case, case_ref)
        deed.note(was=case.status, status=status)
        case.status = status


def close_case(
    desk: Desk, case_ref: str, *, reason: str, outcome: str | None = None, came_to: ClosureOutcome | None = None
) -> None:
    """Close a case and end every access to it, and each mediation in it, in one transaction (C6).

    `came_to` is the outcome in one word, for the figures.
    Whoever left a draft on it is told, and has a day to save it. The leads of
    an open concern about whoever closes it hear of the closing, which changes
    nothing that this person sees (C9).

    Raises:
        NotFound, Refused: as `on_case`; a case with an open concern needs the safeguarding lead's word.
        Invalid: no reason is given.
    """
    why = words("Reason for closing", reason, at_most=500)
    came_of_it = words_or_none("What came of it", outcome, at_most=20_000)
    if came_to is ClosureOutcome.JOINED:
        raise Invalid("In one word", "two people join a case into another, on its page.")
    with on_case(desk, Action.CLOSE_CASE, case_ref) as deed:
        close_within(desk, deed, deed.question, why=why, came_of_it=came_of_it, came_to=came_to)


def close_within(
    desk: Desk, deed: Deed, closing: Question, *, why: str, came_of_it: str | None, came_to: ClosureOutcome | None
) -> None:
    """Close the case of a question within a deed that permits it: every access ends, and each mediation."""
    if closing.case is None:
        raise LookupError("this question is on no case")
    case = deed.session.get_one(Case, closing.case.ref)
    case.status, case.closed_at, case.outcome = CaseStatus.CLOSED, deed.at, came_to
    deed.add(CaseClosure(case_ref=case.ref, closed_at=deed.at, closed_by=desk.actor, reason=why, outcome=came_of_it))
    ends = deed.at + timedelta(days=closing.settings.wind_down_days)
    grants = deed.session.scalars(_LIVE_GRANTS, {"case_ref": case.ref, "at": deed.at}).all()
    for grant in grants:
        grant.ended_at = min(ends, grant.until) if grant.until else ends
    mediations = end_with_the_case(deed, case.ref)
    deed.session.flush()
    kept.refresh_allocation(deed.session, deed.at, [case.ref])
    kept.refresh_standings(deed.session, deed.at, {grant.person for grant in grants})
    tell_of_closing(desk, deed, closing)
    tell_writers(desk, deed, case.ref)
    deed.note(grants_ended=sorted(grant.id for grant in grants), came_to=came_to)
    deed.note(**({"mediations_ended": mediations} if mediations else {}))


def reopen_case(desk: Desk, case_ref: str, *, grants: Sequence[NewGrant] = ()) -> None:
    """Reopen a closed case with the accesses given here, or not at all; no earlier access comes back (C6).

    Raises:
        NotFound, Refused: as `on_case`; refused too where one of the grants is.
        Invalid: a grant does not fit the case.
        Conflict: it is not closed.
    """
    refused: list[tuple[Decision, Question]] = []
    try:
        _reopen(desk, case_ref, grants, refused)
    except Refused:
        for decision, question in refused:
            who = question.grantee.username if question.grantee else None
            desk.note_refusal(Action.GRANT, decision, question, who)
        raise


def open_case_file(desk: Desk, case_ref: str) -> None:
    """Put on the audit record that this person looked into the case: once a person, case and sign-in (C5).

    When it is on record already nothing is decided here: what may be read is
    decided each time by the query that reads it.

    Raises:
        NotFound: there is no such case, or none that this person may know of.
        Refused: a manager may know of it, and may not open it.
    """
    with desk.reading() as session:
        if opened_in_this_session(desk, session, case_ref):
            return
    _put_opening_on_record(desk, case_ref)


def act_as(desk: Desk, case_ref: str, work: Work) -> None:
    """Work on a case from now on by the accesses of one work alone, for whoever holds those of two (C5).

    The opening goes on record anew, by those accesses.

    Raises:
        NotFound, Refused: as `open_case_file`.
    """
    desk.acting[case_ref] = work
    _put_opening_on_record(desk, case_ref)


def _put_opening_on_record(desk: Desk, case_ref: str) -> None:
    with on_case(desk, Action.OPEN_CASE, case_ref) as deed:
        at = deed.at
        custody = [c.id for c in deed.question.custodies if c.case_ref == case_ref and c.lasts(at)]
        emergencies = [e.id for e in deed.question.emergencies if e.case_ref == case_ref and e.opened_at <= at]
        rested_on = [g.id for g in deed.question.grants if not any(gate(deed.question, g) for gate in GRANT_GATES)]
        deed.note(grants=rested_on, conditions=deed.decision.conditions)
        deed.session.connection().execute(_OPENED.values(last_opened_at=at), {"ids": rested_on})
        if deed.decision.conditions:  # which of the ways that somebody reviews
            deed.note(by=custody[-1:] or emergencies[-1:])


def open_within(
    desk: Desk,
    deed: Deed,
    *,
    kind_of_support: SupportKind,
    area: str | None,
    parties: Sequence[NewServiceUser | str],
    children: Sequence[NewServiceUser | str],
    opened_on: date | None = None,
    first_contact_at: datetime | None = None,
    status: CaseStatus = CaseStatus.ENQUIRY,
    subjects: Sequence[str] = (),
    noted: Noted | None = None,
) -> OpenedCase:
    """Make a case within a deed that permits it. Somebody already on file is named by their reference.

    Everyone is compared with those on file, and the report kept with the case.
    `subjects` names the people, adults first, as the look for them before did. What is told of how they are reached
    is the first adult's word, `noted` by whom and when.

    Raises:
        Invalid: nobody to help, somebody twice, a date to come, or a status that no new case has.
        NotFound: a reference names nobody on file.
    """
    if status not in (CaseStatus.ENQUIRY, CaseStatus.OPEN):
        raise Invalid("Status", "a new case is an enquiry or open.")
    if not parties:
        raise Invalid("Parties", "name at least one adult.")
    case = Case(
        ref=desk.new_ref("OKF"),
        status=status,
        kind_of_support=kind_of_support,
        area=words_or_none("Area", area, at_most=80),
        first_contact_at=first_contact_at,
        opened_on=past_day("Opened on", opened_on, deed.at) if opened_on else london_date(deed.at),
    )
    deed.add(case)
    refs = [_on_file(desk, deed, one) for one in (*parties, *children)]
    if len(set(refs)) < len(refs):
        raise Invalid("Parties", "the same person is named twice.")
    deed.session.flush()
    adults, young = tuple(refs[: len(parties)]), tuple(refs[len(parties) :])
    for ref, one in zip(refs, (*parties, *children), strict=True):
        if isinstance(one, NewServiceUser):
            state_of(deed, ref, one, told_by=refs[0], told_at=first_contact_at or deed.at, noted=noted)
    deed.add(*(CaseParty(case_ref=case.ref, service_user=ref, position=n) for n, ref in enumerate(adults)))
    deed.add(*(CaseChild(case_ref=case.ref, service_user=ref, position=n) for n, ref in enumerate(young)))
    deed.session.flush()
    carry_over(deed, dict(zip(subjects, refs, strict=True)) if subjects else {})
    keep_match_report(desk, deed, case.ref, refs)
    kept.refresh_allocation(deed.session, deed.at, [case.ref])
    deed.about(case.ref, case.ref)
    deed.note(status=status, kind_of_support=kind_of_support, parties=len(adults), children=len(young))
    return OpenedCase(case.ref, adults, young)


def state_of(
    deed: Deed,
    ref: str,
    one: NewServiceUser,
    *,
    told_by: str,
    told_at: datetime,
    noted: Noted | None,
    sure: bool = True,
) -> None:
    """Keep what was told of how somebody is reached, within a deed, as what it is: their own word or the teller's.

    Without being `sure` that it was they who called, even their own name makes it nobody's word yet.
    """
    given = asdict(one)
    told = checked_contact(given) | {name: given[name] for name in ("date_of_birth", "told_age", "told_age_on")}
    if said := {name: value for name, value in told.items() if value is not None}:
        how = one.checked or (ContactCheck.OWN_WORD if ref == told_by and sure else None)
        state_within(deed, ref, said, told_by=ref if how else told_by, told_at=told_at, how=how, noted=noted)


def weigh_case(desk: Desk, case_ref: str, *, complexity: int) -> None:
    """Set as how many ordinary cases this one counts against its caseworker's limit.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: not from one to five.
    """
    if not 1 <= complexity <= HEAVIEST:
        raise Invalid("Counts as", f"choose from 1 to {HEAVIEST}.")
    with on_case(desk, Action.CHANGE_CASE, case_ref) as deed:
        case = deed.session.get_one(Case, case_ref)
        deed.note(was=case.complexity, complexity=complexity)
        case.complexity = complexity


def _reopen(desk: Desk, case_ref: str, grants: Sequence[NewGrant], refused: list[tuple[Decision, Question]]) -> None:
    with on_case(desk, Action.REOPEN_CASE, case_ref) as deed:
        if into := joined_cases(deed.session, [case_ref]).get(case_ref):
            raise Conflict(f"Case {case_ref} was joined into {into}: two people take that back, on its page.")
        reopen_within(desk, deed, case_ref)
        for new in grants:
            question = desk.question(
                deed.session,
                Action.GRANT,
                case_ref,
                grantee=new.to,
                lead_for=new.lead_for,
                giving=as_facts(case_ref, new),
            )
            decision = decide(question)
            if not decision.allowed:
                refused.append((decision, question))
                raise Refused(decision)
            give(desk, deed, new)
        deed.about(case_ref, case_ref)


def reopen_within(desk: Desk, deed: Deed, case_ref: str, status: CaseStatus = CaseStatus.OPEN) -> datetime:
    """Reopen a closed case within a deed that permits it, and let nobody in; when it was closed.

    Raises:
        Conflict: it is not closed.
    """
    case = deed.session.get_one(Case, case_ref)
    closure = deed.session.scalars(_LAST_CLOSURE, {"case_ref": case_ref}).first()
    if case.status is not CaseStatus.CLOSED or closure is None:
        raise Conflict(f"Case {case_ref} is not closed.")
    case.status, case.closed_at, case.outcome = status, None, None
    closure.reopened_at, closure.reopened_by = deed.at, desk.actor
    # What was to end after the closing (a winding-down) ends now: nothing is revived.
    deed.session.execute(
        update(AccessGrant).where(AccessGrant.case_ref == case_ref, ends_later(deed.at)).values(ended_at=deed.at)
    )
    end_with_the_case(deed, case_ref)  # of a closing by a file, or one in an earlier Casebook
    # A custodian's access is to the closing that is over.
    deed.session.execute(
        update(CustodyAccess)
        .where(CustodyAccess.case_ref == case_ref, CustodyAccess.ended_at.is_(None))
        .values(ended_at=deed.at)
    )
    deed.session.flush()
    kept.refresh_allocation(deed.session, deed.at, [case_ref])
    return closure.closed_at


def _on_file(desk: Desk, deed: Deed, one: NewServiceUser | str) -> str:
    if isinstance(one, str):
        if deed.session.get(ServiceUser, one) is None:
            raise unknown("service user", one)
        return one
    name = words("Name", one.name, at_most=200)
    if one.date_of_birth:
        past_day("Date of birth", one.date_of_birth, deed.at)
    checked_contact(asdict(one))
    ref = desk.new_ref("SU")
    deed.add(ServiceUser(ref=ref, name=name))
    return ref
