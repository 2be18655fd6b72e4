"""Outcome summaries: drafted, issued as one text for all participants with its hash, withdrawn; never changed."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager

from sqlalchemy import bindparam, func, select

from okf.desk import Deed, Desk
from okf.errors import Conflict
from okf.mediation.commands.mediations import on_mediation, participants_of
from okf.mediation.queries.mediation import JOINT
from okf.policy.mediation import stands
from okf.store.models import Mediation, OutcomeSummary, Record, RecordSubject, SummaryDraft
from okf.terms import Action, MediationStatus, RecordClass, RecordStatus
from okf.validation import words

LONGEST = 50_000
TITLE = "Mediation outcome summary"
ISSUED_FROM = frozenset({MediationStatus.IN_PROGRESS, MediationStatus.PAUSED, MediationStatus.CONCLUDED})

_LAST_DRAFT = (
    select(SummaryDraft)
    .where(SummaryDraft.mediation_ref == bindparam("ref"), SummaryDraft.saved_by == bindparam("who"))
    .order_by(SummaryDraft.id.desc())
    .limit(1)
)
_STANDING = select(OutcomeSummary).where(
    OutcomeSummary.mediation_ref == bindparam("ref"), OutcomeSummary.withdrawn_at.is_(None)
)
_VERSIONS = select(func.max(OutcomeSummary.version)).where(OutcomeSummary.mediation_ref == bindparam("ref"))


def sha256_of(text: str) -> str:
    """The hash of a summary's exact text, in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def save_summary_draft(desk: Desk, mediation: str, *, text: str, upon: int | None) -> int:
    """Save the draft of an outcome summary; its number. `upon` is the number of the draft that it was based on, if any.

    A draft stays with the mediator who wrote it: whoever takes over begins anew.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: somebody saved another draft meanwhile, a summary stands issued, or the mediation did not go ahead.
        Invalid: it has no words.
    """
    with _on_summary(desk, mediation) as (deed, row):
        _require_open(deed, row)
        _require_last(deed, mediation, upon)
        draft = SummaryDraft(
            case_ref=row.case_ref,
            mediation_ref=mediation,
            text=words("Outcome summary", text, at_most=LONGEST),
            saved_at=deed.at,
            saved_by=desk.actor,
        )
        deed.add(draft)
        deed.session.flush()
        deed.note(draft=draft.id)
        return draft.id


def issue_summary(desk: Desk, mediation: str, *, draft: int) -> int:
    """Issue a draft, the same for all participants; its version. It never changes again.

    Its record on the case stands for it wherever records are read and shared.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: another draft was saved meanwhile, a summary is issued already, or the mediation did not go ahead.
    """
    with _on_summary(desk, mediation) as (deed, row):
        _require_open(deed, row)
        last = _require_last(deed, mediation, draft)
        if last is None:
            raise Conflict("There is no draft to issue: write it down first.")
        record = Record(
            id=desk.new_ref("N"),
            case_ref=row.case_ref,
            record_class=RecordClass.OUTCOME_SUMMARY,
            status=RecordStatus.ISSUED,
            mediation_ref=mediation,
            source=JOINT,
            compartment=JOINT,
            occurred_at=deed.at,
            title=TITLE,
            text=str(last.text),
            written_by=desk.actor,
            written_at=deed.at,
        )
        deed.add(record)
        deed.session.flush()
        version = (deed.session.scalar(_VERSIONS, {"ref": mediation}) or 0) + 1
        summary = OutcomeSummary(
            mediation_ref=mediation,
            version=version,
            case_ref=row.case_ref,
            record_id=record.id,
            text=str(last.text),
            sha256=sha256_of(last.text),
            issued_at=deed.at,
            issued_by=desk.actor,
        )
        deed.add(summary)
        deed.add(*(RecordSubject(record_id=record.id, service_user=who) for who in participants_of(deed, row)))
        deed.note(version=version, sha256=summary.sha256, record=record.id)
    return version


def withdraw_summary(desk: Desk, mediation: str, *, version: int, because: str) -> None:
    """Withdraw an issued summary; it stays on file as it was issued, and another version may be issued instead.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: this version is not the one that stands.
        Invalid: no reason is given.
    """
    with _on_summary(desk, mediation) as (deed, _):
        summary = deed.session.scalars(_STANDING, {"ref": mediation}).first()
        if summary is None or summary.version != version:
            raise Conflict("This version does not stand any more: look again.")
        summary.withdrawn_because = words("Why it is withdrawn", because, at_most=2_000)
        summary.withdrawn_at, summary.withdrawn_by = deed.at, desk.actor
        deed.session.get_one(Record, summary.record_id).status = RecordStatus.WITHDRAWN
        deed.note(version=version, withdrawn=True)


def _on_summary(desk: Desk, mediation: str) -> AbstractContextManager[tuple[Deed, Mediation]]:
    return on_mediation(desk, Action.ISSUE_OUTCOME, mediation, record_class=RecordClass.OUTCOME_SUMMARY)


def _require_open(deed: Deed, mediation: Mediation) -> None:
    if mediation.status not in ISSUED_FROM:
        raise Conflict(f"This mediation is {stands(mediation.status)}: there is no outcome to write down.")
    if deed.session.scalars(_STANDING, {"ref": mediation.ref}).first() is not None:
        raise Conflict("A summary is issued already. Withdraw it first to issue another version.")


def _require_last(deed: Deed, mediation: str, known: int | None) -> SummaryDraft | None:
    bound = {"ref": mediation, "who": deed.question.person.username}
    last = deed.session.scalars(_LAST_DRAFT, bound).first()
    if (last.id if last else None) != known:
        raise Conflict("Another draft was saved meanwhile. Read it first; what you typed is still here.")
    return last
