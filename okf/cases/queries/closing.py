"""What stands open on a case before it is closed, and who loses access by it: figures, and no words of anybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import bindparam, func, select

from okf.cases.queries.access import access_to
from okf.cases.queries.case import case_question
from okf.desk import Desk
from okf.errors import Refused
from okf.policy.access import decide
from okf.policy.facts import ClosureFacts
from okf.policy.mediation import OVER
from okf.policy.retention import keep_until
from okf.policy.sealed import counted
from okf.store.models import Appointment, Draft, InformationShare, Mediation, Task
from okf.store.share_facts import births
from okf.terms import Action, Outcome, ShareStatus

_WAITING = (ShareStatus.DRAFT, ShareStatus.AWAITING_APPROVAL)
_COUNTS = tuple(
    select(func.count()).where(*where)
    for where in (
        (Task.case_ref == bindparam("ref"), Task.done_at.is_(None)),
        (
            Appointment.case_ref == bindparam("ref"),
            Appointment.cancelled_at.is_(None),
            Appointment.starts_at > bindparam("at", type_=Appointment.starts_at.type),
        ),
        (Draft.case_ref == bindparam("ref"), Draft.form != "closing"),
        (InformationShare.case_ref == bindparam("ref"), InformationShare.status.in_(_WAITING)),
        (Mediation.case_ref == bindparam("ref"), Mediation.status.not_in(sorted(OVER))),
    )
)


@dataclass(frozen=True, slots=True)
class Checklist:
    """What a closing would leave open. `kept_until` is a proposal; its day is for those who may read the case."""

    tasks: int
    appointments: int
    drafts: int
    shares: int
    mediations: int
    losing: tuple[str, ...]
    kept_until: date | None
    to_the_day: bool


def may_ask_to_close(desk: Desk, case_ref: str) -> bool:
    """Whether closing is offered: also where it will ask for the lead's word, so that the offer tells nothing."""
    return desk.decide(Action.CLOSE_CASE, case_ref).decision is not Outcome.DENY


def closing_checklist(desk: Desk, case_ref: str) -> Checklist:
    """What stands open on a case, who loses access when it closes, and until when it would be kept.

    Concerns are not counted here: the count would tell whoever one is about
    why the lead's word is asked for (C9). The date is proposed without those.

    Raises:
        NotFound: there is no such case, or none that they may know of.
        Refused: they may not close it.
    """
    with desk.reading() as session:
        question = case_question(desk, session, case_ref)
        asked = decide(replace(question, action=Action.CLOSE_CASE))
        if asked.decision is Outcome.DENY or question.case is None:
            raise Refused(asked)
        bound = {"ref": case_ref, "at": question.at}
        tasks, appointments, drafts, shares, mediations = (session.scalar(one, bound) or 0 for one in _COUNTS)
        concerns = counted(question.concerns, question.person, question.at)
        about = {one for concern in concerns for one in concern.about}
        closed = replace(question.case, closures=(*question.case.closures, ClosureFacts(question.at)))
        until = keep_until(closed, concerns, births(session, {*about, *closed.children}), question.at)
        opened = decide(question).allowed
    losing = tuple(dict.fromkeys(row.name for row in access_to(desk, case_ref).live))
    return Checklist(tasks, appointments, drafts, shares, mediations, losing, until, opened)
