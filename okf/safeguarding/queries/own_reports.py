"""What whoever raised a concern is told of it: that it was read and taken up, and by when to hear something (C9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, literal, select

from okf.asker import permitted_reader
from okf.desk import Desk
from okf.policy.clocks import decide_by
from okf.store.models import AuditEvent, Concern
from okf.store.visible import WHO
from okf.terms import Action, Outcome, Severity

# Not narrowed by whom it is about: what a reporter was told may not change when somebody is tied to it later.
_MINE = select(Concern.ref, Concern.raised_at, Concern.taken_at).where(
    Concern.raised_by == WHO, Concern.ref.in_(bindparam("refs", expanding=True))
)
_ON_RECORD = (AuditEvent.subject.in_(bindparam("refs", expanding=True)), AuditEvent.outcome == Outcome.ALLOW)
_READ = (
    select(AuditEvent.subject, func.min(AuditEvent.at, type_=AuditEvent.at.type).label("at"))
    .where(
        # Written out and not bound: the index is of this action alone.
        AuditEvent.action == literal(Action.READ_CONCERN, AuditEvent.action.type, literal_execute=True),
        AuditEvent.actor != WHO,
        *_ON_RECORD,
    )
    .group_by(AuditEvent.subject)
)
_RAISED = select(AuditEvent.subject, AuditEvent.facts).where(
    AuditEvent.action == Action.RAISE_CONCERN, AuditEvent.actor == WHO, *_ON_RECORD
)


@dataclass(frozen=True, slots=True)
class Received:
    """When somebody who answers for safeguarding first read it and took it up, and by when its reporter should hear.

    The last comes of how urgent they said it was, and not of what was made of it since; None where that is not on
    record.
    """

    read_at: datetime | None = None
    hear_by: datetime | None = None
    taken_at: datetime | None = None


def received_reports(desk: Desk, refs: Collection[str]) -> Mapping[str, Received]:
    """Of each of these that this person raised, what they are told of it.

    Raises:
        Refused: their account is not active.
    """
    question = permitted_reader(desk, Action.LIST_OWN_CONCERNS)
    asked = {"who": desk.actor, "refs": list(refs)}
    with desk.reading() as session:
        mine = session.execute(_MINE, asked).all()
        read = {row.subject: row.at for row in session.execute(_READ, asked)}
        said = {row.subject: row.facts.get("severity") for row in session.execute(_RAISED, asked)}
    holidays = question.settings.bank_holidays
    return {
        row.ref: Received(
            read.get(row.ref),
            decide_by(Severity(said[row.ref]), row.raised_at, holidays) if said.get(row.ref) else None,
            row.taken_at,
        )
        for row in mine
    }
