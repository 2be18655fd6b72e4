"""The figures of the weekly digest, for whoever it goes to, and how their own choice stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.clock import london_date
from okf.desk import Desk
from okf.policy.access import decide
from okf.policy.digest import SUBJECT, SUBJECT_OF_HEAD, DigestLine, digest_text, head_text, mail_of_head
from okf.policy.facts import Question
from okf.settings import settings
from okf.store import audit
from okf.store.models import AccessGrant, AgreementStanding, Case, CaseTally, DigestChoice, Task
from okf.store.tallies import ALL
from okf.store.visible import ends_by
from okf.terms import Action, CaseStatus
from okf.terms.caseload import Tally

_INSTANT = Case.closed_at.type
_AT: Any = bindparam("at", type_=_INSTANT)
_LIVE = (Case.closed_at.is_(None), Case.status != CaseStatus.ENQUIRY)
_FOR_CASELOAD: Final = (
    (
        "Open cases",
        select(func.sum(CaseTally.cases)).where(
            CaseTally.what == Tally.OPEN,
            CaseTally.kind == ALL,
            CaseTally.area == ALL,
            CaseTally.detail != CaseStatus.ENQUIRY.value,
        ),
    ),
    (
        "Cases begun in the last seven days",
        select(func.count(Case.ref)).where(
            Case.opened_on > bindparam("week_ago_on"),
            Case.opened_on <= bindparam("today"),
            Case.status != CaseStatus.ENQUIRY,
        ),
    ),
    (
        "Cases closed in the last seven days",
        select(func.count(Case.ref)).where(Case.closed_at > bindparam("week_ago", type_=_INSTANT)),
    ),
    (
        "Cases that wait for a lead caseworker",
        select(func.count(Case.ref)).where(Case.unallocated_since.is_not(None), *_LIVE),
    ),
    (
        "Tasks past their day",
        select(func.count(Task.ref)).where(Task.done_at.is_(None), Task.due_on < bindparam("today")),
    ),
)
_FOR_SIGNATURES: Final = (
    (
        "People whose signature is overdue",
        select(func.count(AgreementStanding.person.distinct())).where(
            AgreementStanding.overdue_at <= _AT,
            or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > _AT),
        ),
    ),
)
_FOR_GRANTS: Final = (
    (
        "Accesses that end in the next seven days",
        select(func.count(AccessGrant.id)).where(ends_by(bindparam("in_a_week", type_=_INSTANT))),
    ),
)
# What each figure needs; none is over concerns, and none depends on one (C9).
_PARTS: Final = (
    (Action.LIST_CASELOAD, _FOR_CASELOAD),
    (Action.LIST_AGREEMENTS, _FOR_SIGNATURES),
    (Action.CONFIRM_GRANT, _FOR_GRANTS),
)
_STANDS = select(DigestChoice.asked_at).where(DigestChoice.person == bindparam("who"), DigestChoice.ended_at.is_(None))


@dataclass(frozen=True, slots=True)
class OwnDigest:
    """Whether somebody may have the digest, whether they asked for it, and what it would say now."""

    offered: bool
    wanted: bool
    has_address: bool
    preview: str


def own_digest(desk: Desk, *, email: str | None) -> OwnDigest:
    """How one's own choice stands, with the mail as it would read now; `email` is one's own address."""
    with desk.reading() as session:
        question = desk.question(session, Action.TAKE_DIGEST)
        offered = decide(question).allowed
        wanted = session.scalar(_STANDS, {"who": desk.actor}) is not None
        preview = _text(session, question) if offered else ""
    return OwnDigest(offered, wanted, bool(email), preview)


def digest_for(desk: Desk, session: Session, who: str) -> tuple[str, str] | None:
    """The subject and the text of somebody's digest now, with the record's head for who keeps it; None for nothing.

    The figures are for who asked for them and may have them, the head for trustees and the data protection lead.
    """
    question = desk.question(session, Action.TAKE_DIGEST, actor=who)
    figures = decide(question).allowed and session.scalar(_STANDS, {"who": who}) is not None
    head = _head(session, question) if decide(replace(question, action=Action.TAKE_HEAD)).allowed else ""
    if figures:
        return SUBJECT, _text(session, question, head)
    return (SUBJECT_OF_HEAD, mail_of_head(head)) if head else None


def _head(session: Session, question: Question) -> str:
    head = audit.head(session)
    return head_text(head.seq, head.hash, question.at)


def _text(session: Session, question: Question, head: str = "") -> str:
    at = question.at
    today = london_date(at)
    bound = {
        "at": at,
        "today": today,
        "week_ago": at - timedelta(days=7),
        "week_ago_on": today - timedelta(days=7),
        "in_a_week": at + timedelta(days=7),
    }
    lines = [
        DigestLine(what, int(session.scalar(statement, bound) or 0), nearest_ten=what == "Open cases")
        for action, figures in _PARTS
        if decide(replace(question, action=action)).allowed
        for what, statement in figures
    ]
    return digest_text(lines, at, settings().address, question.settings.small_cell, head)
