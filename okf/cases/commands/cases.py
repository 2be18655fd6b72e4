"""Cases: opened, changed, closed, reopened, and looked into."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import bindparam, select, update

from okf.cases.commands.granting import NewGrant, give
from okf.cases.commands.on_case import on_case
from okf.cases.commands.opening import NewServiceUser as NewServiceUser, open_within
from okf.cases.commands.tell_leads import (
    tell_of_closing,
)
from okf.cases.queries.openings import opened_in_this_session
from okf.desk import Desk
from okf.errors import Conflict, Invalid, Refused
from okf.policy.access import decide
from okf.policy.decision import Decision
from okf.policy.facts import Question
from okf.policy.gates import GRANT_GATES
from okf.shell.drafts.commands import forget_drafts_on
from okf.store import kept
from okf.store.models import (
    AccessGrant,
    Case,
    CaseClosure,
    CustodyAccess,
)
from okf.terms import Action, CaseStatus, SupportKind
from okf.terms.caseload import ClosureOutcome
from okf.validation import words, words_or_none

_LIVE_GRANTS = select(AccessGrant).where(
    AccessGrant.case_ref == bindparam("case_ref"),
    (AccessGrant.ended_at.is_(None)) | (AccessGrant.ended_at > bindparam("at")),
)
_LAST_CLOSURE = (
    select(CaseClosure)
    .where(CaseClosure.case_ref == bindparam("case_ref"), CaseClosure.reopened_at.is_(None))
    .order_by(CaseClosure.closed_at.desc())
    .limit(1)
)
_OPENED = update(AccessGrant).where(AccessGrant.id.in_(bindparam("ids", expanding=True)))


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
    """Close a case and end every access to it, in one transaction (C6).

    `came_to` is the outcome in one word, for the figures.
    The leads of an open concern about whoever closes it hear of the closing,
    which changes nothing that this person sees (C9).

    Raises:
        NotFound, Refused: as `on_case`; a case with an open concern needs the safeguarding lead's word.
        Invalid: no reason is given.
    """
    why = words("Reason for closing", reason, at_most=500)
    came_of_it = words_or_none("What came of it", outcome, at_most=20_000)
    with on_case(desk, Action.CLOSE_CASE, case_ref) as deed:
        case = deed.session.get_one(Case, case_ref)
        case.status, case.closed_at, case.outcome = CaseStatus.CLOSED, deed.at, came_to
        deed.add(
            CaseClosure(case_ref=case_ref, closed_at=deed.at, closed_by=desk.actor, reason=why, outcome=came_of_it)
        )
        ends = deed.at + timedelta(days=deed.question.settings.wind_down_days)
        grants = deed.session.scalars(_LIVE_GRANTS, {"case_ref": case_ref, "at": deed.at}).all()
        for grant in grants:
            grant.ended_at = min(ends, grant.until) if grant.until else ends
        deed.session.flush()
        kept.refresh_allocation(deed.session, deed.at, [case_ref])
        kept.refresh_standings(deed.session, deed.at, {grant.person for grant in grants})
        forget_drafts_on(deed, case_ref)
        tell_of_closing(desk, deed)
        deed.note(grants_ended=sorted(grant.id for grant in grants), came_to=came_to)


def reopen_case(desk: Desk, case_ref: str, *, grants: Sequence[NewGrant] = ()) -> None:
    """Reopen a closed case; no earlier access comes back with it, only those given here anew, or nothing of it (C6).

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


def _reopen(desk: Desk, case_ref: str, grants: Sequence[NewGrant], refused: list[tuple[Decision, Question]]) -> None:
    with on_case(desk, Action.REOPEN_CASE, case_ref) as deed:
        case = deed.session.get_one(Case, case_ref)
        closure = deed.session.scalars(_LAST_CLOSURE, {"case_ref": case_ref}).first()
        if case.status is not CaseStatus.CLOSED or closure is None:
            raise Conflict(f"Case {case_ref} is not closed.")
        case.status, case.closed_at, case.outcome = CaseStatus.OPEN, None, None
        closure.reopened_at, closure.reopened_by = deed.at, desk.actor
        # What was to end after the closing (a winding-down) ends now: nothing is revived.
        deed.session.execute(
            update(AccessGrant)
            .where(AccessGrant.case_ref == case_ref, AccessGrant.ended_at > deed.at)
            .values(ended_at=deed.at)
        )
        # A custodian's access is to the closing that is over.
        deed.session.execute(
            update(CustodyAccess)
            .where(CustodyAccess.case_ref == case_ref, CustodyAccess.ended_at.is_(None))
            .values(ended_at=deed.at)
        )
        deed.session.flush()
        kept.refresh_allocation(deed.session, deed.at, [case_ref])
        for new in grants:
            question = desk.question(deed.session, Action.GRANT, case_ref, grantee=new.to, lead_for=new.lead_for)
            decision = decide(question)
            if not decision.allowed:
                refused.append((decision, question))
                raise Refused(decision)
            if question.case is not None and question.grantee is not None:
                give(desk, deed, question.case, question.grantee, new)
        deed.about(case_ref, case_ref)


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
    with on_case(desk, Action.OPEN_CASE, case_ref) as deed:
        at = deed.at
        custody = [c.id for c in deed.question.custodies if c.case_ref == case_ref and c.lasts(at)]
        emergencies = [e.id for e in deed.question.emergencies if e.case_ref == case_ref and e.opened_at <= at]
        rested_on = [g.id for g in deed.question.grants if not any(gate(deed.question, g) for gate in GRANT_GATES)]
        deed.note(grants=rested_on, conditions=deed.decision.conditions)
        deed.session.connection().execute(_OPENED.values(last_opened_at=at), {"ids": rested_on})
        if deed.decision.conditions:  # which of the ways that somebody reviews
            deed.note(by=custody[-1:] or emergencies[-1:])
