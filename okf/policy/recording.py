"""Recording a mediation session: authorised only when everyone agreed before it began (C13)."""

from __future__ import annotations

from collections.abc import Iterable

from okf.clock import london_date
from okf.policy.decision import C13, Decision, Reason, refusal
from okf.policy.fault import refused_on_fault
from okf.policy.share_facts import RecordingQuestion
from okf.terms import Outcome

MEDIATOR = "mediator"


@refused_on_fault
def decide_recording(q: RecordingQuestion) -> Decision:
    """Whether a session may be recorded, by any device or note-taking assistant.

    Whoever else is named among those asked counts as a participant too.
    """
    if not q.participants or not all(agreed_in_time(q, who) for who in {*q.participants, *_others(q)}):
        return refusal([Reason.NOT_AGREED_IN_ADVANCE])
    if not any(agreed_in_time(q, name) for name in (MEDIATOR, q.mediator) if name):
        return refusal([Reason.NOT_AGREED_IN_ADVANCE])
    return Decision(
        Outcome.ALLOW_WITH_CONDITIONS,
        clauses=(C13,),
        conditions=("delete_on_time",) if q.delete_by else ("delete_on_time", "set_delete_by"),
        due={"delete_by": q.delete_by} if q.delete_by else {},
    )


def may_be_kept(recordings: Iterable[RecordingQuestion]) -> bool:
    """Whether sound or film belongs to a mediation's record: one of its sessions was recorded by everyone's agreement.

    One that is to be deleted by now is none.
    """
    return any(q.session_starts <= q.at and not _to_be_gone(q) and decide_recording(q).allowed for q in recordings)


def _to_be_gone(q: RecordingQuestion) -> bool:
    return q.delete_by is not None and q.delete_by < london_date(q.at)


def agreed_in_time(q: RecordingQuestion, who: str) -> bool:
    """Whether somebody has agreed, by the instant of the question and strictly before the session began."""
    agreed_at = q.agreed.get(who)
    return agreed_at is not None and agreed_at < q.session_starts and agreed_at <= q.at


def _others(q: RecordingQuestion) -> set[str]:
    return set(q.agreed) - {MEDIATOR, q.mediator}
