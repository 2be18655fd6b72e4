"""Who is away in the coming weeks, who stands in, and how many cases are without their caseworker meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from okf.asker import asking
from okf.caseload.queries.weeks import coming_weeks
from okf.clock import london_date
from okf.desk import Desk
from okf.store.models import Absence, CaseTally, Person
from okf.store.rows import from_row
from okf.terms import Action
from okf.terms.caseload import Tally

MOST: Final = 100
_PERSON, _COVER = aliased(Person), aliased(Person)
_AWAY: Any = (
    select(Absence.person, _PERSON.name, Absence.starts_on, Absence.ends_on, _COVER.name.label("cover"))
    .join(_PERSON, _PERSON.username == Absence.person)
    .outerjoin(_COVER, _COVER.username == Absence.covered_by)
    .where(
        Absence.cancelled_at.is_(None), Absence.ends_on >= bindparam("today"), Absence.starts_on < bindparam("before")
    )
    .order_by(Absence.starts_on, _PERSON.name_folded)
    .limit(MOST)
)
_LED = select(CaseTally.detail, CaseTally.cases).where(
    CaseTally.what == Tally.LEAD,
    CaseTally.kind == "*",
    CaseTally.area == "*",
    CaseTally.month == "",
    CaseTally.detail.in_(bindparam("people", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Leave:
    """Days on which somebody is away, both ends included; `led` is how many open cases they lead."""

    username: str
    name: str
    starts_on: date
    ends_on: date
    covered_by: str | None
    led: int


def leave_ahead(desk: Desk) -> tuple[Leave, ...]:
    """Everybody's days away in the next eight weeks, the soonest first, for managers.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        spans = {"today": london_date(asker.at), "before": coming_weeks(asker.at)[-1].days[1]}
        rows = asker.session.execute(_AWAY, spans).all()
        counted = asker.session.execute(_LED, {"people": [row.person for row in rows]})
        led = {row.detail: row.cases for row in counted}
        return tuple(
            from_row(Leave, row, username=row.person, covered_by=row.cover, led=led.get(row.person, 0)) for row in rows
        )
