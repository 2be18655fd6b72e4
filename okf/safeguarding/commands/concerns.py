"""Concerns: raised by anyone, then triaged, reviewed and ended by a safeguarding lead (C9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.cases.commands.tell_leads import tell_if_about_a_lead, tell_leads_at_once
from okf.clock import end_of, london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.people.queries.workers import leads_at
from okf.policy.access import decide
from okf.policy.clocks import review_due
from okf.policy.decision import Reason
from okf.policy.duty import lead_roles
from okf.policy.words import day, moment
from okf.safeguarding.commands.about import bar_who_may_be_meant, find_about, known_worker
from okf.safeguarding.commands.categories import categories_set
from okf.safeguarding.commands.chronology import (
    LINE,
    NARRATIVE,
    NOTHING,
    UNSAID,
    Happened,
    Parts,
    append_entry,
    keep_off_the_case,
    on_concern,
    put_parts,
    when_it_happened,
)
from okf.safeguarding.commands.clocks import put_act
from okf.safeguarding.commands.reports import Report
from okf.safeguarding.queries.allegations import is_allegation
from okf.safeguarding.queries.unfinished import unfinished
from okf.store import facts
from okf.store.models import Case, Concern, ConcernAbout, ConcernReview, Person
from okf.terms import ENDED_CONCERN, SAFEGUARDING_LEADS, URGENT, Action, ConcernStatus, Role, Severity
from okf.terms.concerns import ConcernCategory, ReviewOutcome
from okf.terms.decisions import Threshold
from okf.terms.duties import ActKind
from okf.validation import words

TRIAGED_AS: Final = (ConcernStatus.TRIAGED, ConcernStatus.REFERRED, ConcernStatus.MONITORING)
FOUND: Final = 20_000


@dataclass(frozen=True, slots=True)
class Delayed:
    """That a report waited in the inbox: since when, and which leads were mailed meanwhile."""

    raised_at: datetime
    mailed: Sequence[str] = ()


def raise_concern(
    desk: Desk,
    *,
    severity: Severity,
    account: str,
    case_ref: str | None = None,
    about: Sequence[str] = (),
    about_a_worker: bool = False,
    said_by: str | None = None,
    seen_where: str | None = None,
    seen_when: str | None = None,
    seen: Happened = UNSAID,
    actions_taken: str | None = None,
    opinion: str | None = None,
    category: ConcernCategory | None = None,
    parts: Parts = NOTHING,
) -> str:
    """Put a worry about harm on record, in the words it was given in; its reference, as `put_report` does."""
    report = Report(
        severity,
        account,
        case_ref,
        about,
        about_a_worker,
        said_by,
        seen_where,
        seen_when,
        seen,
        actions_taken,
        opinion,
        category,
        parts,
    )
    return put_report(desk, report, desk.new_ref("K"))


def put_report(desk: Desk, report: Report, ref: str, delayed: Delayed | None = None) -> str:
    """Put a report on record as the concern of this reference, which is returned.

    Nothing gates it and nothing comes back but the reference: whether the case
    or the people named are known here changes nothing that the raiser can see.
    Where they are known the concern is tied to them; where not, their words
    are kept. About a person who works with OKF it is an allegation, and from
    this instant nothing of it is open to them, nor to a lead, deputy or trustee
    whom its words may mean; then it counts for nobody but its leads. One that is immediate or high
    is mailed to the leads at once. Its clocks run from when it was raised.

    Raises:
        Invalid: nothing was said of what was seen or said, a line is too long, or a file is not kept here.
    """
    told = report.in_columns()
    severity, category = report.severity, report.category
    with desk.permitted(Action.RAISE_CONCERN) as deed:
        raised_at = delayed.raised_at if delayed else deed.at
        on, at, late_because = when_it_happened(report.seen, raised_at)
        case = _case(deed.session, told["case_as_typed"])
        found = find_about(deed.session, report.about, case, worker_meant=report.worker_meant)
        workers = sorted({*found.workers, *known_worker(deed.session, report.worker)})
        if workers or report.worker_meant:
            category = category or ConcernCategory.ABOUT_A_WORKER
        concern = Concern(
            ref=ref,
            case_ref=case,
            severity=severity,
            status=ConcernStatus.RAISED,
            category=category,
            raised_by=str(desk.actor),
            raised_at=raised_at,
            due_at=raised_at,  # until its clocks run, in this deed
            seen_on=on,
            seen_at=at,
            late_because=late_because,
            **told,
        )
        deed.add(concern)
        deed.session.flush()
        deed.add(*(ConcernAbout(concern_ref=ref, service_user=one) for one in found.service_users))
        deed.add(*(ConcernAbout(concern_ref=ref, person=one) for one in workers))
        leads = leads_at(deed.session, deed.at, SAFEGUARDING_LEADS) if report.about_a_lead else ()
        about_worker = bool(workers or report.worker_meant)
        by_role = report.written if about_worker else report.about
        doubted = bar_who_may_be_meant(desk, deed, ref, report.written, by_role=by_role, also=[who for who, _ in leads])
        concern.sealed = about_worker or bool(doubted) or None
        put_act(deed, concern, ActKind.RAISED, at=raised_at, severity=severity, about_worker=about_worker)
        append_entry(deed, ref, "Raised", _how_it_came(delayed) if delayed else None)
        put_parts(desk, deed, ref, report.parts)
        keep_off_the_case(deed, ref)
        deed.note(severity=severity)
        if delayed:
            deed.note(came_by="the inbox", raised_at=raised_at, mailed=list(delayed.mailed))
        tell = tell_leads_at_once if severity in URGENT else tell_if_about_a_lead
        tell(desk, deed, ref)
    return ref


def _how_it_came(delayed: Delayed) -> str:
    return (
        f"Written down on {moment(delayed.raised_at)}, when Casebook could not write to its database, and kept in the"
        " inbox until it could."
    )


def triage_concern(
    desk: Desk,
    ref: str,
    *,
    severity: Severity,
    status: ConcernStatus,
    lead: str,
    note: str,
    category: ConcernCategory | None = None,
    also: Collection[ConcernCategory] | None = None,
    threshold: Threshold | None = None,
    entries_seen: int | None = None,
) -> None:
    """Judge an open concern: how urgent, what kind, who leads and where it stands. It is still to be decided on.

    `category` is its first, `also` are all further ones; None leaves them as
    they are, and so does no `threshold`. A higher severity starts the tighter
    clock, a lower one keeps the older where that is tighter. `entries_seen`
    is the length of the chronology that the reader had before them.

    Raises:
        Refused, NotFound: they may not work it, or it is not there.
        Conflict: somebody wrote to it meanwhile, or it has ended.
        Invalid: the lead can't lead it.
    """
    note = words("Why", note, at_most=NARRATIVE)
    if status not in TRIAGED_AS:
        raise Invalid("Status", "choose triaged, referred or monitoring; to end it, give its outcome.")
    with on_concern(desk, Action.TRIAGE_CONCERN, ref, entries_seen, still_open=True) as (deed, concern):
        lead_name = _refuse_lead(deed, lead)
        changes = _judged(concern, severity, status, lead, lead_name, category, threshold)
        if also is not None:
            changes += categories_set(deed, ref, also, but=category or concern.category)
        line = f"Triaged: {', '.join(changes) or 'as it stands'}"
        append_entry(deed, ref, line[:LINE], note if len(line) <= LINE else f"{line}\n\n{note}")
        _move_severity(desk, deed, concern, severity)
        concern.status, concern.category = status, category or concern.category
        concern.threshold, concern.lead = threshold or concern.threshold, lead
        concern.triaged_at = concern.triaged_at or deed.at
        if is_allegation(deed.session, ref):
            put_act(deed, concern, ActKind.TIED)
        deed.note(severity=severity, status=status)


def review_concern(
    desk: Desk,
    ref: str,
    *,
    severity: Severity,
    found: str,
    next_review_on: date | None = None,
    entries_seen: int | None = None,
) -> date:
    """Review an open concern and leave it open, at this severity; the London day of the next review.

    Without `next_review_on` it is what the severity asks for: in a day, a
    week, a fortnight, a month; an earlier day may be chosen, a later one not.

    Raises:
        Refused, NotFound: they may not work it, or it is not there.
        Conflict: somebody wrote to it meanwhile, it has ended, or nobody has triaged it.
        Invalid: nothing was found, or the next day is past or too late for the severity.
    """
    said = words("What the review found", found, at_most=FOUND)
    with on_concern(desk, Action.TRIAGE_CONCERN, ref, entries_seen, still_open=True) as (deed, concern):
        if concern.triaged_at is None:
            raise Conflict("Nobody has triaged it yet: triage it first.")
        today = london_date(deed.at)
        following = next_look(severity, today, next_review_on)
        change = "" if severity is concern.severity else f", severity {concern.severity.value} → {severity.value}"
        what = f"Reviewed: still open{change}, next review {day(following)}"
        put_review(desk, deed, concern, ReviewOutcome.STILL_OPEN, severity, following, said)
        append_entry(deed, ref, what, said)
        _move_severity(desk, deed, concern, severity)
        put_act(deed, concern, ActKind.REVIEWED, by=end_of(following))
        deed.note(did="review", severity=severity, next_review_on=following)
    return following


def end_concern(
    desk: Desk, ref: str, *, status: ConcernStatus, outcome: str, lessons: str, entries_seen: int | None = None
) -> None:
    """Close an open concern, or end it with no further action; its outcome and what was learnt in the chronology.

    Both are asked for: where there is nothing to learn, `lessons` says so. It
    ends once its referrals are answered or given up, its decisions read and
    what its checklists make due settled; without a decision the outcome says why there is none.

    Raises:
        Refused, NotFound: they may not work it, or it is not there.
        Conflict: somebody wrote to it meanwhile, it has ended already, or something of it is unfinished.
        Invalid: no outcome is given, or nothing about lessons.
    """
    outcome = words("Outcome", outcome, at_most=NARRATIVE)
    lessons = words("Lessons", lessons, at_most=NARRATIVE)
    if status not in ENDED_CONCERN:
        raise Invalid("Status", "choose closed or no further action.")
    with on_concern(desk, Action.TRIAGE_CONCERN, ref, entries_seen, still_open=True) as (deed, concern):
        if waits := unfinished(deed.session, ref):
            raise Conflict(f"It can't end yet, see its tabs Decisions and Checklists: {'; '.join(waits)}.")
        put_review(desk, deed, concern, ReviewOutcome.CLOSED, concern.severity, None, outcome)
        append_entry(deed, ref, f"Ended: {status.replace('_', ' ')}", outcome)
        append_entry(deed, ref, "Lessons", lessons)
        put_act(deed, concern, ActKind.ENDED)
        concern.status, concern.ended_at, concern.ended_by = status, deed.at, str(desk.actor)
        deed.note(status=status)


def _move_severity(desk: Desk, deed: Deed, concern: Concern, severity: Severity) -> None:
    """Move a concern to a severity; the leads hear at once of one that becomes urgent, or more so."""
    if severity is not concern.severity:
        if severity in URGENT and (concern.severity not in URGENT or severity is Severity.IMMEDIATE):
            tell_leads_at_once(desk, deed, concern.ref)
        put_act(deed, concern, ActKind.SEVERITY, severity=severity)
        concern.severity = severity


def next_look(severity: Severity, today: date, wanted: date | None) -> date:
    """The London day of the next review: the wanted one, or else the last that the severity allows.

    Raises:
        Invalid: the wanted day is past, or too late for the severity.
    """
    latest = review_due(severity, today)
    if wanted is not None and not today <= wanted <= latest:
        raise Invalid("Next review", f"at {severity.value} severity, choose a day from today to {day(latest)}.")
    return wanted or latest


def put_review(
    desk: Desk,
    deed: Deed,
    concern: Concern,
    outcome: ReviewOutcome,
    severity: Severity,
    following: date | None,
    said: str,
) -> None:
    """Put a review of a concern on record within its deed, with its outcome and when it was due."""
    deed.add(
        ConcernReview(
            concern_ref=concern.ref,
            due_on=concern.next_review_on,
            reviewed_at=deed.at,
            reviewed_by=str(desk.actor),
            outcome=outcome,
            severity_before=concern.severity,
            severity=severity,
            next_review_on=following,
            found=said,
        )
    )


def _case(session: Session, typed: str | None) -> str | None:
    if typed is None:
        return None
    return session.scalars(select(Case.ref).where(Case.ref.in_({typed, typed.upper()})).limit(1)).one_or_none()


def _refuse_lead(deed: Deed, username: str) -> str:
    """The name of somebody who may lead it; Invalid for anybody else."""
    lead = facts.people(deed.session, [username]).get(username)
    concern = deed.question.concern
    roles = lead.roles(deed.at) if lead and lead.active(deed.at) else frozenset[Role]()
    trusted = lead_roles(concern is not None and concern.about_lead)
    tied = lead is not None and Reason.CONFLICT_OF_INTEREST in decide(replace(deed.question, person=lead)).reasons
    if not roles & trusted or tied or (concern and username in concern.about_people):
        raise Invalid("Lead", "choose a safeguarding lead or deputy who is here now and whom it is not about.")
    return deed.session.get_one(Person, username).name


def _judged(
    was: Concern,
    severity: Severity,
    status: ConcernStatus,
    lead: str,
    lead_name: str,
    category: ConcernCategory | None,
    threshold: Threshold | None,
) -> list[str]:
    """The changes of a triage, in a few words each."""
    changes = [
        f"{name} {before.value.replace('_', ' ') + ' → ' if before else ''}{after.value.replace('_', ' ')}"
        for name, before, after in (
            ("severity", was.severity, severity),
            ("status", was.status, status),
            ("category", was.category, category),
            ("threshold", was.threshold, threshold),
        )
        if after is not None and after is not before
    ]
    if lead != was.lead:
        changes.append(f"lead {lead_name}")
    return changes
