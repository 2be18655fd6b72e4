"""What single tables tell: who is bound, what was refused, and what is held as it should not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.clock import london_date, months_after, start_of
from okf.policy.clauses import Clause
from okf.policy.decision import Reason
from okf.policy.retention import CASE_MONTHS, keep_until
from okf.policy.words import moment
from okf.proof.queries.assurance import attention, checks
from okf.proof.queries.assurance.findings import SHOWN, Behind, Finding, found
from okf.store import facts, kept, match_keys, tallies
from okf.store.models import AccessGrant, AuditEvent, Case, Person, Record, Signature
from okf.store.share_facts import births
from okf.store.visible import account_was_on, not_ended
from okf.terms import Action, Outcome

MOST: Final = 1_000
BATCH: Final = 500

_UNPLACED = (
    select(Record.id, Record.case_ref)
    .where(or_(func.trim(Record.source) == "", func.trim(Record.compartment) == ""))
    .limit(MOST)
)
_STILL_OPEN = (
    select(AccessGrant.id, AccessGrant.person, AccessGrant.case_ref, Case.closed_at)
    .join(Case, Case.ref == AccessGrant.case_ref)
    .where(not_ended(), Case.closed_at.is_not(None), Case.closed_at <= bindparam("at"))
    .limit(MOST)
)
_CLOSED_LONG_AGO = (
    select(Case.ref, Case.closed_at)
    .where(
        Case.closed_at <= bindparam("before"),
        (Case.closed_at > bindparam("closed"))
        | ((Case.closed_at == bindparam("closed")) & (Case.ref > bindparam("ref"))),
    )
    .order_by(Case.closed_at, Case.ref)
    .limit(BATCH)
)

_BY: BindParameter[datetime] = bindparam("at", type_=Signature.signed_at.type)
_BOUND = select(func.count(Signature.person.distinct())).where(Signature.signed_at <= _BY)
_LEFT = _BOUND.join(Person, Person.username == Signature.person).where(~account_was_on(_BY))
_LOADED = (
    select(AuditEvent.seq, AuditEvent.at, AuditEvent.facts)
    .where(
        AuditEvent.action == Action.LOAD_CASELOAD,
        AuditEvent.facts["did"].as_string() == "caseload imported",
        AuditEvent.at <= _BY,
    )
    .order_by(AuditEvent.seq)
)
_REFUSED = (
    select(AuditEvent.seq, AuditEvent.at, AuditEvent.actor, AuditEvent.case_ref, AuditEvent.reasons, AuditEvent.clauses)
    .where(AuditEvent.outcome == Outcome.DENY, AuditEvent.at <= _BY)
    .order_by(AuditEvent.seq)
)


def records_unplaced(session: Session) -> Finding:
    """Records that name no source, or no part of the case; one reading of the table."""
    rows = session.execute(_UNPLACED).all()
    told = [Behind(f"Record {id} of {case_ref}.", case_ref=case_ref, ref=id) for id, case_ref in rows]  # noqa: A001 - the column's name
    return found(checks.RECORDS_UNPLACED, told, more=len(told) == MOST)


def open_after_closure(session: Session, at: datetime) -> Finding:
    """Accesses without an end on cases that are closed."""
    told = [
        Behind(
            f"Access {row.id} of {row.person} is open on {row.case_ref}, which closed {moment(row.closed_at)}.",
            row.person,
            row.case_ref,
            row.id,
        )
        for row in session.execute(_STILL_OPEN, {"at": at})
    ]
    return found(checks.OPEN_AFTER_CLOSURE, told, more=len(told) == MOST)


def kept_too_long(session: Session, at: datetime) -> Finding:
    """Closed cases past the date until which the schedule keeps them; a legal hold is not known here.

    Only cases closed for as long as the shortest term are looked at.
    """
    today = london_date(at)
    told: list[Behind] = []
    for batch in _closed(session, start_of(months_after(today, -CASE_MONTHS))):
        refs = [row.ref for row in batch]
        cases, concerns = facts.cases(session, refs), facts.concerns_on(session, refs)
        about = {who for ref in refs for concern in concerns[ref] for who in concern.about}
        born = births(session, {*about, *(child for case in cases.values() for child in case.children)})
        for ref, case in cases.items():
            until = keep_until(case, concerns[ref], born, at)
            if until is not None and until < today:
                told.append(Behind(f"{ref} was to be kept until {until}.", case_ref=ref))
        if len(told) >= MOST:
            return found(attention.RETENTION, told[:MOST], more=True)
    return found(attention.RETENTION, told)


def kept_astray(session: Session, at: datetime) -> Finding:
    """Rows kept for speed that the facts would make otherwise; costs by everyone and by all cases."""
    figures, cases = tallies.differences(session.connection())
    told = [
        *(Behind(f"The standing of {who}.", who) for who in kept.standings_astray(session, at)),
        *(Behind(f"Since when {ref} has no lead.", case_ref=ref) for ref in kept.allocation_astray(session, at)),
        *(Behind(f"A day that is kept on {ref}.", case_ref=ref) for ref in cases),
        *(Behind(f"When access {one} was last used.", ref=one) for one, _ in kept.openings_astray(session)),
        *(Behind(f"The keys by which {ref} is found.", ref=ref) for ref in match_keys.match_keys_astray(session)),
        *(Behind(f"A figure of the caseload: {one['what']} {one['month']} {one['detail']}.") for one in figures),
    ]
    return found(attention.KEPT_ASTRAY, told)


def _closed(session: Session, before: datetime) -> Iterator[Sequence[Any]]:
    closed, ref = start_of(london_date(before).replace(year=1900)), ""
    while batch := session.execute(_CLOSED_LONG_AGO, {"before": before, "closed": closed, "ref": ref}).all():
        yield batch
        closed, ref = batch[-1].closed_at, batch[-1].ref


def people_bound(session: Session, at: datetime) -> Finding:
    """Everyone who ever signed, leavers included: the duty has no end date."""
    bound = session.execute(_BOUND, {"at": at}).scalar_one()
    left = session.execute(_LEFT, {"at": at}).scalar_one()
    return Finding(checks.BOUND, bound, figures={"still working with OKF": bound - left, "left": left})


def first_loads(session: Session, at: datetime) -> Finding:
    """The files that the host loaded while no family was on file: they alone may name everybody."""
    rows = session.execute(_LOADED, {"at": at}).all()
    return found(
        checks.LOADED,
        [
            Behind(
                f"Event {row.seq:,}, {moment(row.at)}: the host loaded {sum(row.facts['new'].values()):,} rows. Who"
                " granted, signed and wrote in them, and when, is told by that file.",
                ref=str(row.seq),
                at=row.at,
            )
            for row in rows
            if row.facts.get("new")
        ],
    )


def refusals(session: Session, at: datetime) -> tuple[Finding, Finding]:
    """How often each reason stood against what somebody asked for; and refusals for want of an undertaking (C14)."""
    reasons: Counter[str] = Counter()
    count, unhelped = 0, 0
    behind: list[Behind] = []
    with session.execute(_REFUSED.execution_options(yield_per=5_000), {"at": at}) as rows:
        for row in rows:
            count += 1
            # That somebody looked for a concern about them is told as a look for what is not here (C9).
            of_subject = Reason.SUBJECT_OF_CONCERN.key in row.reasons
            reasons.update(["unknown here"] if of_subject else row.reasons or ["unknown here"])
            if Clause.C14.name in row.clauses:
                unhelped += 1
                what = f"Event {row.seq:,}, {moment(row.at)}: {row.actor} was refused."
                behind.append(Behind(what, row.actor, row.case_ref, str(row.seq), row.at))
                del behind[SHOWN:]
    figures = dict(sorted(reasons.items(), key=lambda one: (-one[1], one[0])))
    return Finding(checks.REFUSALS, count, figures=figures), Finding(checks.HELP_REFUSED, unhelped, tuple(behind))
