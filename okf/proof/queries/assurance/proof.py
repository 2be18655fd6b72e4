"""The full proof: every check on the whole store and the whole record, and its result put on the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from okf.asker import allowed_on
from okf.desk import Desk
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.proof.queries.assurance import attention, checks
from okf.proof.queries.assurance.accesses import Distrusted, accesses_without_right
from okf.proof.queries.assurance.backups import backups_overdue
from okf.proof.queries.assurance.chronologies import chronologies
from okf.proof.queries.assurance.clock import clock_behind, clock_steps
from okf.proof.queries.assurance.clocks import clocks_astray
from okf.proof.queries.assurance.findings import Assurance, Behind, Finding, State, asked, found, worst
from okf.proof.queries.assurance.held import (
    first_loads,
    kept_astray,
    kept_too_long,
    open_after_closure,
    people_bound,
    records_unplaced,
    refusals,
)
from okf.proof.queries.assurance.left import recordings, shares_that_left
from okf.proof.queries.assurance.on_record import compared_with_record
from okf.proof.queries.assurance.put_back import ledger_whole, restorations_made
from okf.proof.queries.assurance.readings import read_again
from okf.proof.queries.assurance.rows import logic_altered, rows_and_marks
from okf.proof.queries.assurance.texts import agreement_texts_changed, commitment_changed, figures_changed, words_astray
from okf.proof.queries.assurance.waiting import Scope, waiting
from okf.proof.queries.assurance.words import unknown_words
from okf.safeguarding.queries.inbox import in_inbox
from okf.store import audit, facts
from okf.store.audit import Head, Verdict
from okf.store.models.base import unknown_words_told
from okf.terms import Action

COUNTED_TO: Final = 100_000
KEPT_ROWS: Final = 20
_ORDER: Final = {check.key: place for place, check in enumerate(checks.CHECKS)}
Progress = Callable[[str, int], None]


def assure(
    desk: Desk, as_at: datetime | None = None, *, against: Iterable[Head] = (), progress: Progress | None = None
) -> Assurance:
    """Prove the whole promise: the record read from its first event, and every access decided again.

    `as_at` asks of an earlier instant: what happened by then is decided with
    the facts of then; whether rows and record agree, and which cases have no
    caseworker, is always told as it stands now. `against` are heads kept
    elsewhere, without which a tail cut off together with its head shows only
    by what it leaves behind. The result goes on the record while the record
    is whole. Costs by the record and the grants: minutes at a million cases.

    Raises:
        Refused: their role does not include it.
    """
    desk.require(Action.ASSURE)
    at = desk.now()
    past = as_at is not None and as_at < at
    with desk.reading() as session, unknown_words_told():
        scope = Scope(
            as_at if past and as_at else at,
            facts.policy_settings(session, as_at if past and as_at else at),
            COUNTED_TO,
            None if desk.is_host else desk.actor,
            is_now=not past,
            machine=desk.machine(),
            inbox=in_inbox(desk),
        )
        verdict = audit.verify(session, against=against, progress=_named(progress, "Reading the audit record"))
        again = _named(progress, "Deciding every access again")
        proved, decided = full_checks(session, scope.at, again, viewer=scope.viewer)
        findings = [_chain(verdict), *proved, *cheap_checks(session, scope), *ledger_whole(session, desk)]
        if not desk.is_host:
            question = desk.question(session, Action.ASSURE)
            findings = [readable(session, question, finding) for finding in findings]
    findings.sort(key=lambda finding: _ORDER[finding.check.key])
    assurance = Assurance(at, scope.at, tuple(findings), verdict.head, verdict, decided)
    if verdict.whole:
        desk.note_event(Action.ASSURE, **_noted(assurance, past=past))
    return assurance


def full_checks(
    session: Session, at: datetime, progress: Callable[[int], None] | None = None, *, viewer: str | None = None
) -> tuple[list[Finding], int]:
    """The checks that read whole tables or the whole record, and how many accesses were decided again."""
    decided, distrusted = 0, Distrusted()

    def on_record() -> list[Finding]:
        nonlocal distrusted
        compared, distrusted = compared_with_record(session)
        return compared

    def accesses() -> Finding:
        nonlocal decided
        without_right, decided = accesses_without_right(session, at, distrusted, progress=progress)
        return without_right

    return asked(
        [one for one in checks.CHECKS if not one.is_live and one not in (checks.CHAIN, checks.LEDGER)],
        on_record,
        accesses,
        lambda: open_after_closure(session, at),
        lambda: records_unplaced(session),
        lambda: shares_that_left(session, at),
        lambda: recordings(session, at),
        lambda: refusals(session, at),
        lambda: kept_too_long(session, at),
        lambda: chronologies(session, at, viewer),
        lambda: clocks_astray(session, viewer),
        lambda: unknown_words(session),
        lambda: words_astray(session, at, viewer),
        lambda: rows_and_marks(session, viewer),
        lambda: logic_altered(session),
        lambda: kept_astray(session, at),
    ), decided


def cheap_checks(session: Session, scope: Scope) -> list[Finding]:
    """The checks that cost little at any size."""
    return asked(
        [one for one in checks.CHECKS if one.is_live and one is not attention.UNPROVED],
        lambda: agreement_texts_changed(session),
        commitment_changed,
        lambda: figures_changed(session),
        lambda: waiting(session, scope),
        lambda: read_again(session, scope.at, scope.viewer),
        lambda: people_bound(session, scope.at),
        lambda: first_loads(session, scope.at),
        lambda: restorations_made(session),
        lambda: backups_overdue(session, scope),
        lambda: clock_steps(session, scope.at),
        lambda: clock_behind(session, scope.machine or scope.at),
    )


def _chain(verdict: Verdict) -> Finding:
    return found(checks.CHAIN, [] if verdict.whole else [Behind(f"{verdict.in_words()}.", ref=str(verdict.broken_at))])


def _named(progress: Progress | None, what: str) -> Callable[[int], None] | None:
    return (lambda done: progress(what, done)) if progress else None


def _noted(assurance: Assurance, *, past: bool) -> dict[str, Any]:
    """What the record keeps of a proof: figures, and references of the first exceptions; no confidential words."""
    told = {
        finding.check.key: {
            "count": finding.count,
            "more": finding.more,
            "unanswered": finding.unanswered,
            "figures": dict(finding.figures),
            "behind": [one.as_json() for one in finding.behind[:KEPT_ROWS]],
        }
        for finding in assurance.findings
        if not finding.check.is_live
    }
    return {
        "as_at": assurance.as_at,
        "past": past,
        "events": assurance.head.seq,
        "head": assurance.head.hash,
        "accesses": assurance.accesses,
        "state": worst(f.state for f in assurance.findings if f.state is not State.ATTENTION),
        "found": told,
    }


def readable(session: Session, question: Question, finding: Finding) -> Finding:
    """Of concerns, only those that are in this person's list; other rows as they are."""
    if finding.check.rows_for is not Action.READ_CONCERN or not finding.behind:
        return finding
    if not decide(replace(question, action=Action.LIST_CONCERNS)).allowed:
        return replace(finding, behind=())
    may = allowed_on(session, question, {one.ref for one in finding.behind if one.ref}, Action.LIST_CONCERNS)
    return replace(finding, behind=tuple(one for one in finding.behind if one.ref in may))
