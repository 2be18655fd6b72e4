"""True numbers of what was late on concerns, by duty, for leads and trustees: nobody's name, no word, nothing hidden.

They are the same for every reader, so that two who compare theirs learn
nothing. Counted are the clocks of concerns that were not said to be about somebody
who works here when they were raised, so that no number moves by a later tie;
and of those about people who work here the designated officer's alone, where it is about
nobody who reads these numbers, ever did or is to, as it was when the clock started: whoever reads them finds
nothing of themselves in them. They never stand in a file beside the figures
for others, whose small cells stay hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import start_of
from okf.desk import Desk
from okf.policy.figures import Period
from okf.safeguarding.queries.safeguarding_figures import Part, quarter_of
from okf.store.models import Concern, ConcernClock
from okf.store.visible import about_workers, meant_by
from okf.terms import FOR_SAFETY, Action, Role
from okf.terms.duties import ClockEnd, Duty

READERS: Final = FOR_SAFETY | {Role.TRUSTEE}
DUTIES: Final[Mapping[Duty, str]] = {
    Duty.DECIDE: "Decide on a concern",
    Duty.LADO: "Tell the designated officer",
    Duty.CONFIRM: "Confirm a referral in writing",
    Duty.ANSWER: "Have the local authority's answer",
    Duty.CHASE: "Chase an answer",
    Duty.SECOND: "Read a decision again",
    Duty.THIRD: "Read it a third time",
    Duty.REVIEW: "Review an open concern",
    Duty.ESCALATE: "Have a disagreement's step answered",
    Duty.CHECKLIST: "Do what a checklist asks for",
}
_WHEN: Final = ("In time", "Late", "Not yet")

_INSTANT = ConcernClock.due_at.type
_FROM, _TO = bindparam("from_", type_=_INSTANT), bindparam("to", type_=_INSTANT)
_AT = bindparam("at", type_=_INSTANT)
_COUNTED = and_(
    # Another clock took its place, and is counted itself.
    func.coalesce(ConcernClock.ended_how != ClockEnd.REPLACED, True),
    # And what was given up, or went with its concern's end, before its time was neither in time nor late.
    func.coalesce(or_(ConcernClock.ended_how == ClockEnd.MET, ConcernClock.ended_at > ConcernClock.due_at), True),
    or_(
        and_(ConcernClock.duty != Duty.LADO, Concern.sealed.is_not(True)),
        and_(
            ConcernClock.duty == Duty.LADO,
            Concern.ref.in_(about_workers()),
            # As of when the clock started: who comes to be meant later sees no number move.
            ~meant_by(READERS, ConcernClock.concern_ref, ConcernClock.started_at),
        ),
    ),
)
_RUNS = ConcernClock.ended_at.is_(None)
_IN_TIME = func.coalesce(ConcernClock.ended_at <= ConcernClock.due_at, False)
_DUE = (
    select(ConcernClock.duty, _RUNS.label("runs"), _IN_TIME.label("in_time"), func.count().label("many"))
    .join(Concern, Concern.ref == ConcernClock.concern_ref)
    .where(_COUNTED, ConcernClock.due_at >= _FROM, ConcernClock.due_at < _TO)
    .group_by(ConcernClock.duty, "runs", "in_time")
)
_NOW = (
    select(ConcernClock.duty, func.count())
    .join(Concern, Concern.ref == ConcernClock.concern_ref)
    .where(_COUNTED, _RUNS, ConcernClock.due_at <= _AT)
    .group_by(ConcernClock.duty)
)


@dataclass(frozen=True, slots=True)
class LateFigures:
    """What was due in a quarter and what is past its time now, each part as `okf/policy/figures.py` tells it."""

    period: Period
    parts: tuple[Part, ...]
    at: datetime


def late_figures(desk: Desk, first: date | None = None) -> LateFigures:
    """What was late in the quarter that begins on a day, or in the last one that is over, and what is late now.

    Raises:
        Refused: the reader is neither a lead nor a trustee.
        Invalid: no such quarter is over, or it is longer ago than is offered.
    """
    question = permitted_reader(desk, Action.SEE_SAFEGUARDING_FIGURES)
    with desk.reading() as session:
        return _counted(session, question.at, first)


def late_to_export(desk: Desk, first: date, *, form: str) -> LateFigures:
    """The same for a file; that it left is on the audit record.

    Raises:
        Refused, Invalid: as `late_figures`.
    """
    with desk.permitted(Action.SEE_SAFEGUARDING_FIGURES) as deed:
        found = _counted(deed.session, deed.at, first)
        deed.note(export=form, part="late", quarter=found.period.first.isoformat())
        return found


def _counted(session: Session, at: datetime, first: date | None) -> LateFigures:
    period = quarter_of(at, first)
    due = {duty: [0] * len(_WHEN) for duty in DUTIES}
    for row in session.execute(_DUE, {"from_": start_of(period.first), "to": start_of(period.until)}):
        due[row.duty][2 if row.runs else 0 if row.in_time else 1] += row.many
    now: dict[Duty, int] = {row[0]: row[1] for row in session.execute(_NOW, {"at": at})}
    parts = (
        _of("late", "Late in the quarter", [late + not_yet for _, late, not_yet in due.values()]),
        _table(list(due.values())),
        _of("late_now", "Past its time now, whenever it was due", [now.get(duty, 0) for duty in DUTIES]),
    )
    return LateFigures(period, parts, at)


def _of(key: str, title: str, cells: Sequence[int]) -> Part:
    rows = list(DUTIES.values())
    told: dict[str, Any] = {"key": key, "title": title, "across": "What was to be done", "of": "Late"}
    return told | {"rows": rows, "cells": list(cells), "total": sum(cells)}


def _table(cells: Sequence[Sequence[int]]) -> Part:
    return {
        "key": "late_due",
        "title": "What was due in the quarter, and when it was done",
        "across": "What was to be done",
        "of": "Due",
        "rows": list(DUTIES.values()),
        "columns": list(_WHEN),
        "cells": cells,
        "row_totals": [sum(row) for row in cells],
        "column_totals": [sum(column) for column in zip(*cells, strict=True)],
        "total": sum(map(sum, cells)),
    }
