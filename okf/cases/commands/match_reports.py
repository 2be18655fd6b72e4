"""The report on a registered family: which of its people may be in another case, and the decisions on that.

It is made in the transaction that makes the case, with one writer at a time:
whoever registers second finds whom the first one registered.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy import bindparam, select

from okf.cases.commands.conflicts import bind_known_ties
from okf.cases.commands.on_case import on_case
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused, unknown
from okf.intake.queries.alike import NOBODY, alike, cases_of
from okf.match.normal import Applicant
from okf.store.contact import statements_of
from okf.store.match_keys import DESCRIBED, applicant_of
from okf.store.models import Case, CaseParty, MatchDecision, MatchFinding, MatchReport, ServiceUser, ToldApart
from okf.terms import Action, CaseStatus
from okf.terms.intake import Confidence, MatchOutcome
from okf.validation import words

FINDINGS_MOST = 30
ADULT_FROM = 16  # years: who is younger is in a case as a child
SAME_REFERENCE = "named by the same reference"

_PEOPLE = select(*DESCRIBED).where(ServiceUser.ref.in_(bindparam("refs", expanding=True)))
_LIVING = select(Case.ref).where(
    Case.ref.in_(bindparam("refs", expanding=True)), Case.status != CaseStatus.CLOSED, Case.ref != bindparam("case")
)
_ADULTS = select(CaseParty.case_ref, CaseParty.service_user).where(
    CaseParty.service_user.in_(bindparam("refs", expanding=True))
)
_FINDINGS = select(MatchFinding).where(MatchFinding.report_ref == bindparam("report")).order_by(MatchFinding.position)
_LAST = (
    select(MatchDecision)
    .where(MatchDecision.report_ref == bindparam("report"))
    .order_by(MatchDecision.id.desc())
    .limit(1)
)
_PAIR = select(ToldApart).where(
    ToldApart.subject == bindparam("subject"),
    ToldApart.service_user == bindparam("service_user"),
    ToldApart.undone_at.is_(None),
)


def keep_match_report(desk: Desk, deed: Deed, case_ref: str, people: Sequence[str]) -> None:
    """Compare the people of a new case with everyone on file, and keep what was found, frozen.

    Somebody who is, or may be, a person of another open case stops the
    allocation until that is decided (C2, C5). Workers who declared a tie to
    one of them get a conflict of interest.
    """
    session = deed.session
    rows = {row.ref: row for row in session.execute(_PEOPLE, {"refs": list(people)})}
    statements = statements_of(session, people)
    applicants = {ref: applicant_of(rows[ref], statements.get(ref, ())) for ref in people}
    bind_known_ties(deed, applicants)
    likes = {ref: alike(session, one, subject=ref) for ref, one in applicants.items()}
    others = {*people, *(one.ref for found in likes.values() for one in found)}
    cases = cases_of(session, sorted(others))
    every_case = sorted({case for refs in cases.values() for case in refs}) or [NOBODY]
    living = set(session.scalars(_LIVING, {"refs": every_case, "case": case_ref}))
    report = MatchReport(
        ref=desk.new_ref("M"),
        case_ref=case_ref,
        made_at=deed.at,
        made_by=desk.actor,
        compared=json.dumps({ref: _told(one) | {"alike": len(likes[ref])} for ref, one in applicants.items()}),
    )
    deed.add(report)
    session.flush()
    adults = {(row.case_ref, row.service_user) for row in session.execute(_ADULTS, {"refs": sorted(others)})}
    born = {one.ref: one.told.born for likely in likes.values() for one in likely}

    def of_another_age(ref: str, other: str, case: str) -> bool:
        here, there = (case_ref, ref) in adults, (case, other) in adults
        return (here and not there and _is_young(born.get(other), deed.at)) or (
            there and not here and _is_young(applicants[ref].born, deed.at)
        )

    found = [
        (ref, other, case, confidence, reasons)
        for ref in people
        for other, confidence, reasons in (
            (ref, Confidence.THE_SAME, [SAME_REFERENCE]),
            *((one.ref, one.match.confidence, list(one.match.reasons)) for one in likes[ref] if one.ref not in people),
        )
        for case in cases[other]
        if case in living and not of_another_age(ref, other, case)
    ]
    for position, (ref, other, case, confidence, reasons) in enumerate(islice(found, FINDINGS_MOST)):
        deed.add(
            MatchFinding(
                report_ref=report.ref,
                position=position,
                case_ref=case_ref,
                service_user=ref,
                other=other,
                other_case=case,
                confidence=confidence,
                reasons=reasons,
            )
        )
    session.flush()
    deed.note(match_report=report.ref, findings=len(found))


def decide_match(desk: Desk, case_ref: str, report_ref: str, *, outcome: MatchOutcome, why: str) -> None:
    """Decide on a report whether its case may go on; a later decision stands in the place of an earlier one.

    Not the same person: remembered of each pair. Kept apart: it goes on, with
    workers who don't work on the other case for anybody else. Not taken on:
    nobody may be allocated.

    Raises:
        NotFound, Refused: as `on_case`; also for a conflict with anybody of the other cases.
        Invalid: no reason is given, or the same reference is to be of two people.
        Conflict: it is decided so already.
    """
    reason = words("Why", why, at_most=2000)
    for other in _other_cases(desk, report_ref):
        decision = desk.decide(Action.DECIDE_MATCH, other)
        if not decision.allowed:
            desk.note_event(Action.DECIDE_MATCH, subject=report_ref, outcome=decision.decision)
            raise Refused(decision)
    with on_case(desk, Action.DECIDE_MATCH, case_ref) as deed:
        report = deed.session.get(MatchReport, report_ref)
        findings = deed.session.scalars(_FINDINGS, {"report": report_ref}).all()
        if report is None or report.case_ref != case_ref or not findings:
            raise unknown("report", report_ref)
        last = deed.session.scalars(_LAST, {"report": report_ref}).first()
        if last is not None and last.outcome is outcome:
            raise Conflict("It is decided so already: look again.")
        distinct = outcome is MatchOutcome.NOT_THE_SAME
        if distinct and any(one.confidence is Confidence.THE_SAME for one in findings):
            raise Invalid("Decision", "somebody was registered as one who is on file, so they are the same.")
        deed.add(
            MatchDecision(
                report_ref=report_ref,
                case_ref=case_ref,
                outcome=outcome,
                why=reason,
                decided_at=deed.at,
                decided_by=str(desk.actor),
            )
        )
        for pair in dict.fromkeys((one.service_user, one.other) for one in findings):
            _remember(desk, deed, *pair, distinct=distinct)
        deed.about(report_ref, case_ref)
        deed.note(outcome=outcome, instead_of=last.outcome if last else None)


def _remember(desk: Desk, deed: Deed, subject: str, service_user: str, *, distinct: bool) -> None:
    said = deed.session.scalars(_PAIR, {"subject": subject, "service_user": service_user}).first()
    if distinct and said is None:
        deed.add(ToldApart(subject=subject, service_user=service_user, decided_at=deed.at, decided_by=str(desk.actor)))
    elif said is not None and not distinct:
        said.undone_at, said.undone_by = deed.at, desk.actor


def _other_cases(desk: Desk, report_ref: str) -> list[str]:
    with desk.reading() as session:
        return sorted({one.other_case for one in session.scalars(_FINDINGS, {"report": report_ref})})


def _is_young(born: date | None, at: datetime) -> bool:
    """Whether somebody is too young to be a party."""
    return born is not None and born > london_date(at) - timedelta(days=round(365.25 * ADULT_FROM))


def _told(one: Applicant) -> dict[str, object]:
    return {
        "name": one.name,
        "born": one.born.isoformat() if one.born else None,
        "phones": list(one.phones),
        "email": one.email,
        "address": one.address,
    }
