"""A quarter's safeguarding figures for leads and trustees: counted by the database, small cells hidden (C2, C9).

Whoever works concerns knows each but those about themselves: a figure over
all of them, less what they know, would tell that there is one. So every part
is over concerns about service users alone, the same for every reader. Of
those about people who work here there is one number, for trustees who work no
concerns, without one about its reader. The true numbers of what was late are
apart (`late_figures.py`): no file of these figures holds any of them. Only quarters that are over are
counted: the next day's figures less today's would be somebody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import london_date, start_of
from okf.desk import Desk
from okf.errors import Invalid
from okf.policy.facts import Question
from okf.policy.figures import Period, periods_over
from okf.policy.suppression import count_shown, list_shown
from okf.store.hiding import Order, hiding_order
from okf.store.models import (
    Concern,
    ConcernAbout,
    ConcernCategoryAlso,
    ConcernClock,
    ConcernDecision,
    DecisionReading,
    Referral,
)
from okf.store.spans import hours_between
from okf.store.visible import about_them, about_workers, first_about_them
from okf.terms import SAFEGUARDING_LEADS, Action, Role, Severity
from okf.terms.concerns import ConcernCategory
from okf.terms.decisions import ReferralStatus
from okf.terms.duties import ClockEnd, Duty

QUARTERS: Final = 8
MANY: Final = 10  # times a small cell: from so many concerns on, their single kinds are told
TRUSTEES: Final = frozenset({Role.TRUSTEE, Role.SAFEGUARDING_TRUSTEE})
WORKER: Final = ConcernCategory.ABOUT_A_WORKER
Part = dict[str, Any]

_BANDS: Final = (("Within an hour", 1), ("Within a day", 24), ("Within 3 days", 72), ("Within a week", 168))
_LATER, _UNDECIDED = "Later than a week", "Not decided yet"
_IN_TIME, _LATE, _PAST, _NOT_KNOWN = "In time", "Late", "Not yet, and past its time", "Not yet, or not known by when"
_READ: Final = ("Read again in time", "Read again late", "Not yet, and past its time", "Not yet, in time")
_ADULT: Final = ("adult", "modern", "discriminatory", "organisational", "self_neglect")
_GROUPS: Final = ("A child", "An adult", "Suicide or self-harm", "Not said yet")

_INSTANT = Concern.raised_at.type
_FROM, _TO = bindparam("from_", type_=_INSTANT), bindparam("to", type_=_INSTANT)
_AT = bindparam("at", type_=_INSTANT)
_OF_WORKERS = or_(
    func.coalesce(Concern.category == WORKER, False),
    Concern.ref.in_(about_workers()),
    Concern.ref.in_(select(ConcernCategoryAlso.concern_ref).where(ConcernCategoryAlso.category == WORKER)),
)
# By what it was when it was raised: a tie that comes later moves no number in front of whom it is about (C9).
_COUNTED = Concern.sealed.is_not(True)
_RAISED = and_(Concern.raised_at >= _FROM, Concern.raised_at < _TO)
# A decision ends its clock, and so does an end with its reason; one in whose place a tighter came does not count.
_DECIDED = (
    select(
        ConcernClock.concern_ref,
        func.min(ConcernClock.ended_at, type_=_INSTANT).label("at"),
        func.max(case((ConcernClock.ended_at > ConcernClock.due_at, 1), else_=0)).label("late"),
        func.max(case((and_(ConcernClock.ended_at.is_(None), ConcernClock.due_at <= _AT), 1), else_=0)).label("past"),
    )
    .where(ConcernClock.duty == Duty.DECIDE, func.coalesce(ConcernClock.ended_how != ClockEnd.REPLACED, true()))
    .group_by(ConcernClock.concern_ref)
    .subquery()
)
# Of one that a file brought in, decided on elsewhere, the file says when.
_DECIDED_AT = case((_DECIDED.c.concern_ref.is_(None), Concern.triaged_at), else_=_DECIDED.c.at)
_HOURS = hours_between(Concern.raised_at, _DECIDED_AT)
_BAND = case((_DECIDED_AT.is_(None), _UNDECIDED), *((hours >= _HOURS, said) for said, hours in _BANDS), else_=_LATER)
_IN_WHAT_TIME = case(
    (_DECIDED.c.past == 1, _PAST),
    (_DECIDED.c.late == 1, _LATE),
    (_DECIDED.c.at.is_not(None), _IN_TIME),
    else_=_NOT_KNOWN,
)
_CONCERNS = (
    select(Concern.severity, Concern.category, _BAND.label("band"), _IN_WHAT_TIME.label("in_time"), func.count())
    .outerjoin(_DECIDED, _DECIDED.c.concern_ref == Concern.ref)
    .where(_RAISED, _COUNTED)
    .group_by(Concern.severity, Concern.category, "band", "in_time")
)
_MIDDLE = (
    select(_HOURS)
    .outerjoin(_DECIDED, _DECIDED.c.concern_ref == Concern.ref)
    .where(_RAISED, _COUNTED, _DECIDED_AT.is_not(None))
    .order_by(_HOURS)
    .offset(bindparam("skip"))
    .limit(bindparam("most"))
)
_REFERRED = (
    select(Referral.status, func.count())
    .join(Concern, Concern.ref == Referral.concern_ref)
    .where(Referral.sent_at >= _FROM, Referral.sent_at < _TO, _COUNTED)
    .group_by(Referral.status)
)
_SECOND = case(
    (DecisionReading.read_at <= DecisionReading.due_at, _READ[0]),
    (DecisionReading.read_at > DecisionReading.due_at, _READ[1]),
    (ConcernDecision.settled_at.is_not(None), _READ[0]),
    (ConcernDecision.due_at <= _AT, _READ[2]),
    else_=_READ[3],
)
_READINGS = (
    select(_SECOND.label("read"), func.count())
    .select_from(ConcernDecision)
    .join(Concern, Concern.ref == ConcernDecision.concern_ref)
    .outerjoin(DecisionReading, and_(DecisionReading.decision_ref == ConcernDecision.ref, DecisionReading.place == 2))
    .where(ConcernDecision.decided_at >= _FROM, ConcernDecision.decided_at < _TO, _COUNTED)
    .group_by("read")
)
# A declared tie hides none of them: a number that fell by it would tell that there is one on that family.
# Nor does it move by a tie for whom it is about: they go on counting what was counted before, and nothing more.
_MINE = and_(
    Concern.ref.in_(first_about_them()),
    or_(Concern.sealed.is_not(True), Concern.ref.in_(about_them().where(ConcernAbout.added_at.is_(None)))),
)
_WORKERS = select(func.count()).select_from(Concern).where(_RAISED, _OF_WORKERS, ~_MINE)


@dataclass(frozen=True, slots=True)
class QuarterFigures:
    """The figures of one quarter as this reader may see them, each part as `okf/policy/figures.py` tells it."""

    period: Period
    parts: tuple[Part, ...]
    at: datetime
    for_trustees: bool


def quarters_over(today: date) -> list[Period]:
    """The quarters that can be asked for: the last eight that are over, the newest first."""
    return periods_over(today, 3, QUARTERS)


def quarter_of(at: datetime, first: date | None) -> Period:
    """The quarter over at an instant that begins on a day, or the last one.

    Raises:
        Invalid: no such quarter is over, or it is longer ago than is offered.
    """
    period = next((one for one in quarters_over(london_date(at)) if first in (None, one.first)), None)
    if period is None:
        raise Invalid("Quarter", "choose one of the last eight that are over.")
    return period


def quarter_figures(desk: Desk, first: date | None = None) -> QuarterFigures:
    """The figures of the quarter that begins on a day, or of the last one that is over.

    Raises:
        Refused: the reader is neither a lead nor a trustee.
        Invalid: no such quarter is over, or it is longer ago than is offered.
    """
    question = permitted_reader(desk, Action.SEE_SAFEGUARDING_FIGURES)
    with desk.reading() as session:
        return _counted(session, question, first)


def figures_to_export(desk: Desk, first: date, *, form: str) -> QuarterFigures:
    """The same for a file; that it left is on the audit record.

    Raises:
        Refused, Invalid: as `quarter_figures`.
    """
    with desk.permitted(Action.SEE_SAFEGUARDING_FIGURES) as deed:
        found = _counted(deed.session, deed.question, first)
        deed.note(export=form, quarter=found.period.first.isoformat())
        return found


def _counted(session: Session, question: Question, first: date | None) -> QuarterFigures:
    at, roles, small = question.at, question.person.roles(question.at), question.settings.small_cell
    period = quarter_of(at, first)
    span = {"from_": start_of(period.first), "to": start_of(period.until), "at": at}
    rows = session.execute(_CONCERNS, span).all()
    for_trustees = bool(roles & TRUSTEES) and not roles & SAFEGUARDING_LEADS
    lists = _Lists(small, hiding_order(session))
    parts = [
        lists.of(
            "severity", "By severity", "Severity", "Concerns", _sums(rows, 0), [(_said(one), one) for one in Severity]
        ),
        _kinds(_sums(rows, 1), lists),
        lists.of(
            "time",
            "Time to the lead's decision",
            "Decided",
            "Concerns",
            _sums(rows, 2),
            [(said, said) for said in (*(said for said, _ in _BANDS), _LATER, _UNDECIDED)],
        ),
        _median(session, span, sum(row[-1] for row in rows), small),
        lists.of(
            "in_time",
            "Decided in time",
            "Decided",
            "Concerns",
            _sums(rows, 3),
            [(said, said) for said in (_IN_TIME, _LATE, _PAST, _NOT_KNOWN)],
        ),
        lists.of(
            "referrals",
            "Referrals and what came of them",
            "It stands as",
            "Referrals",
            _pairs(session.execute(_REFERRED, span)),
            [(_said(one), one) for one in ReferralStatus],
        ),
        lists.of(
            "second",
            "Second readings of decisions",
            "Second reading",
            "Decisions",
            _pairs(session.execute(_READINGS, span)),
            [(said, said) for said in _READ],
        ),
    ]
    if for_trustees:
        parts.append(_workers(session, span, question.person.username, small))
    return QuarterFigures(period, tuple(parts), at, for_trustees)


@dataclass(frozen=True, slots=True)
class _Lists:
    """Makes lists of groups in which small numbers are hidden, in this order."""

    small: int
    order: Order

    def of(
        self, key: str, title: str, across: str, of: str, counts: Mapping[Any, int], groups: Sequence[tuple[str, Any]]
    ) -> Part:
        names = [said for said, _ in groups]
        order = self.order(f"safeguarding {title}, {across}", names)
        shown = list_shown([counts.get(one, 0) for _, one in groups], order, small=self.small)
        return {
            "key": key,
            "title": title,
            "across": across,
            "of": of,
            "rows": names,
            "cells": list(shown.cells),
            "total": shown.total,
        }


def _pairs(rows: Iterable[Any]) -> dict[Any, int]:
    return {row[0]: row[1] for row in rows}


def _sums(rows: Sequence[Any], column: int) -> dict[Any, int]:
    sums: dict[Any, int] = {}
    for row in rows:
        sums[row[column]] = sums.get(row[column], 0) + row[-1]
    return sums


def _kinds(counts: Mapping[ConcernCategory | None, int], lists: _Lists) -> Part:
    """By category where there are many; else by whom the harm is to.

    Never both: they add up to each other. Which of them it is follows from the
    number of all, which stands there, so that it tells nothing of any kind.
    """
    title = "By kind of harm"
    if sum(counts.values()) < MANY * lists.small:
        sums: dict[str, int] = {}
        for category, count in counts.items():
            sums[_group(category)] = sums.get(_group(category), 0) + count
        return lists.of("kinds", title, "Harm to", "Concerns", sums, [(one, one) for one in _GROUPS])
    groups = [(_said(one), one) for one in ConcernCategory if one is not WORKER] + [("Not said yet", None)]
    part = lists.of("kinds", title, "Kind of harm", "Concerns", counts, groups)
    told = [(said, count) for said, count in zip(part["rows"], part["cells"], strict=True) if count is not None]
    rows, cells = [said for said, _ in told], [count for _, count in told]
    hidden = len(part["rows"]) > len(told)
    return part | {"rows": [*rows, *["Other kinds"] * hidden], "cells": [*cells, *[None] * hidden]}


def _group(category: ConcernCategory | None) -> str:
    if category is None:
        return _GROUPS[3]
    if category is ConcernCategory.SUICIDE_OR_SELF_HARM:
        return _GROUPS[2]
    return _GROUPS[1] if category.value.startswith(_ADULT) else _GROUPS[0]


def _median(session: Session, span: Mapping[str, Any], raised: int, small: int) -> Part:
    """The time within which half of all were decided, where there are so many that it is nobody's own.

    Those not decided yet count as the longest: that a time is told must not
    tell how many they are.
    """
    middle = None
    if raised >= 2 * small:
        skip, most = (raised - 1) // 2, 2 - raised % 2
        hours = list(session.scalars(_MIDDLE, {**span, "skip": skip, "most": most}))
        middle = round(sum(hours) / most) if len(hours) == most else None
    return {
        "key": "median",
        "title": "Half were decided within",
        "across": "Of all that were raised",
        "of": "Hours",
        "rows": ["Half, in hours"],
        "cells": [middle],
    }


def _workers(session: Session, span: Mapping[str, Any], me: str, small: int) -> Part:
    count = int(session.scalar(_WORKERS, {**span, "who": me}) or 0)
    return {
        "key": "workers",
        "title": "About somebody who works here: for trustees alone",
        "across": "Raised",
        "of": "Concerns",
        "rows": ["About somebody who works here"],
        "cells": [count_shown(count, small=small)],
    }


def _said(value: Any) -> str:
    return str(value.value).replace("_", " ").capitalize()
