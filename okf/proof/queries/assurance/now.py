"""How the promise stands when somebody opens its page: what costs little is asked anew, the rest was proved before.

A small store is proved whole at every look. In a large one the page says when
the last full proof was made, takes its figures from the audit record, where
nobody changes them without breaking the chain, and decides the newest accesses
since then again: of the last 500 events, at most 50. What was not proved
within a week needs attention, whatever the proof said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import Asker
from okf.desk import Desk
from okf.errors import Refused
from okf.policy.access import decide
from okf.policy.clauses import Clause
from okf.proof.queries.assurance import attention, checks
from okf.proof.queries.assurance.accesses import accesses_without_right
from okf.proof.queries.assurance.errands import Errand, errands
from okf.proof.queries.assurance.findings import Assurance, Behind, Check, Finding, Kind, State, found, worst
from okf.proof.queries.assurance.proof import cheap_checks, full_checks, readable
from okf.proof.queries.assurance.put_back import ledger_whole
from okf.proof.queries.assurance.waiting import Scope
from okf.safeguarding.queries.inbox import in_inbox
from okf.store import audit, row_marks
from okf.store.audit import GENESIS, Head
from okf.store.models import AccessGrant, AuditEvent
from okf.store.models.base import unknown_words_told
from okf.terms import Action, Outcome

SMALL: Final = 300
NEWEST: Final = 50
WINDOW: Final = 500
COUNTED_TO: Final = 100
PROOF_LASTS: Final = timedelta(days=7)

_TAIL = select(*audit.COLUMNS).order_by(AuditEvent.seq.desc()).limit(NEWEST + 1)
# Not by outcome too: SQLite would then read the record by that.
_PROOFS = (
    select(AuditEvent.seq, AuditEvent.at, AuditEvent.outcome, AuditEvent.facts)
    .where(AuditEvent.action == Action.ASSURE)
    .order_by(AuditEvent.seq.desc())
    .limit(10)
)
_GRANTS = select(func.count()).select_from(select(AccessGrant.id).limit(bindparam("most")).subquery())


@dataclass(frozen=True, slots=True)
class Line:
    """One check as the viewer may see it; without figures and rows for those who may not see them.

    `errand` leads to where it is answered, where somebody must act; `by` is
    the instant up to which evidence was counted.
    """

    key: str
    state: State
    sentence: str
    remedy: str = ""
    figures: Mapping[str, int] | None = None
    behind: tuple[Behind, ...] = ()
    proved_at: datetime | None = None
    count: int = 0
    errand: Errand | None = None
    by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """How the promise stands for whoever looks; `proved_at` and `events` are the last full proof's."""

    state: State
    clauses: Mapping[Clause, tuple[State, tuple[Line, ...]]]
    at: datetime
    proved_at: datetime | None
    events: int
    shows_figures: bool
    head: Head | None

    def to_act_on(self) -> tuple[Line, ...]:
        """Every line that somebody must act on, once, the broken ones first."""
        every = {line.key: line for _, lines in self.clauses.values() for line in lines if line.state is not State.KEPT}
        return tuple(sorted(every.values(), key=lambda line: line.state is not State.BROKEN))


def promise_now(desk: Desk) -> Promise:
    """How every clause stands now.

    Everyone here sees the clauses and their states; figures, the record's
    head and what is behind an exception are for those who may (managers,
    leads, data protection lead), and concerns only for who may read each.

    Raises:
        Refused: the account is not active.
    """
    with desk.reading() as session, unknown_words_told():
        question = desk.question(session, Action.SEE_COMMITMENT)
        decision = decide(question)
        if not decision.allowed:
            raise Refused(decision)
        shows = decide(replace(question, action=Action.ASSURE)).allowed
        most = COUNTED_TO if shows else 1
        scope = Scope(question.at, question.settings, most, desk.actor, machine=desk.machine(), inbox=in_inbox(desk))
        assurance, proved_at, events = _assured(desk, session, scope)
        findings = [readable(session, question, one) if shows else one for one in assurance.findings]
        findings = [replace(one, behind=tuple(dict.fromkeys(one.behind))) for one in findings]
        leading = errands(Asker(session, question), findings) if shows else {}
    clauses = {}
    for clause in Clause:
        of_clause = [finding for finding in findings if clause in finding.check.clauses]
        lines = tuple(
            _line(finding, assurance.at, leading.get(finding.check.key), shows=shows) for finding in of_clause
        )
        clauses[clause] = (worst(finding.state for finding in of_clause), lines)
    state = worst(finding.state for finding in findings)
    return Promise(state, clauses, assurance.at, proved_at, events, shows, assurance.head if shows else None)


def _assured(desk: Desk, session: Session, scope: Scope) -> tuple[Assurance, datetime | None, int]:
    at, head = scope.at, audit.head(session)
    asked = cheap_checks(session, scope)
    if head.seq <= SMALL and session.execute(_GRANTS, {"most": SMALL + 1}).scalar_one() <= SMALL:
        verdict = audit.verify(session)
        proved, decided = full_checks(session, at, viewer=scope.viewer)
        chain = found(checks.CHAIN, [] if verdict.whole else [Behind(f"{verdict.in_words()}.")])
        return (
            Assurance(at, at, (chain, *proved, *ledger_whole(session, desk), *asked), head, verdict, decided),
            at,
            head.seq,
        )
    proof = _last_proof(session)
    lately = proof is not None and at - proof.at <= PROOF_LASTS
    asked.append(found(attention.UNPROVED, [] if lately else [Behind("Older than a week, or never made.")]))
    since = max(proof.seq if proof else 0, head.seq - WINDOW)
    newest, _ = accesses_without_right(session, at, newest=NEWEST, after=since)
    chain = found(checks.CHAIN, _tail_faults(session, head))
    proved = [_worse(one, {f.check.key: f for f in (newest, chain)}) for one in _proved(proof)]
    assurance = Assurance(at, at, (*proved, *asked), head, None, proof.facts["accesses"] if proof else 0)
    return assurance, proof.at if proof else None, proof.facts["events"] if proof else 0


def _last_proof(session: Session) -> Any:
    """The last full proof of a present instant on the record."""
    proofs = (row for row in session.execute(_PROOFS) if row.outcome is Outcome.ALLOW)
    return next((row for row in proofs if not row.facts.get("past", True)), None)


def _proved(proof: Any) -> list[Finding]:
    told = proof.facts["found"] if proof else {}
    return [_from_record(check, told[check.key], proof.at) for check in checks.CHECKS if check.key in told] + [
        Finding(check, 0) for check in checks.CHECKS if not check.is_live and check.key not in told and proof is None
    ]


def _from_record(check: Check, told: Mapping[str, Any], at: datetime) -> Finding:
    behind = tuple(Behind(one["what"], one.get("who"), one.get("case"), one.get("ref")) for one in told["behind"])
    unanswered = told.get("unanswered", False)
    return Finding(check, told["count"], behind, told["more"], told["figures"], at, unanswered)


def _worse(proved: Finding, seen: Mapping[str, Finding]) -> Finding:
    """What the newest part of the record shows now, where that is worse than what was proved."""
    now = seen.get(proved.check.key)
    return now if now is not None and now.count > proved.count else proved


def _tail_faults(session: Session, head: Head) -> list[Behind]:
    """Whether the newest events follow from one another, up to the head."""
    rows = list(reversed(session.execute(_TAIL).mappings().all()))
    secret = row_marks.secret_of(session)
    last: Head | None = Head(0, GENESIS) if len(rows) <= NEWEST else None
    for row in rows:
        if why := audit.fault(row, last, secret):
            return [Behind(f"Event {row['seq']:,}: {why}.", ref=str(row["seq"]))]
        last = Head(row["seq"], row["hash"])
    if (last or Head(0, GENESIS)) != head:
        return [Behind(f"The record's head says {head.seq:,} events, and it does not end so.", ref=str(head.seq))]
    return []


def _line(finding: Finding, at: datetime, errand: Errand | None, *, shows: bool) -> Line:
    by = (finding.proved_at or at) if finding.check.kind is Kind.EVIDENCE else None
    if shows:
        remedy = finding.check.remedy if finding.state is not State.KEPT else ""
        figures = finding.figures or None
        return Line(
            finding.check.key,
            finding.state,
            finding.sentence,
            remedy,
            figures,
            finding.behind,
            finding.proved_at,
            finding.count,
            errand,
            by,
        )
    sentence = finding.check.none if finding.state is State.KEPT else _SOMEBODY_ACTS[finding.state]
    return Line(finding.check.key, finding.state, sentence, by=by)


_SOMEBODY_ACTS: Final = {
    State.ATTENTION: "Somebody is to act on something here; managers and leads see what.",
    State.BROKEN: "This did not hold; managers, leads and the data protection lead see what happened.",
}
