"""A list behind one of Today's boxes: access that ends soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select

from okf.asker import asking
from okf.desk import Desk
from okf.paging import FIRST, AnySelect, Order, Page, Paged, Sort, order_of
from okf.store.models import AccessGrant, Person
from okf.store.rows import from_row
from okf.store.visible import ends_by
from okf.terms import Action, Capacity


@dataclass(frozen=True, slots=True)
class EndingGrant:
    """An access that stops within the week."""

    id: str
    case_ref: str
    name: str
    capacity: Capacity
    until: datetime
    leads: bool


SOONEST: Final = Sort("ends")
SORTS: Final[Mapping[str, Order]] = {
    SOONEST.by: Order((AccessGrant.until, AccessGrant.id)),
    "person": Order((Person.name_folded, AccessGrant.id)),
    "case": Order((AccessGrant.case_ref, AccessGrant.id)),
}
_ENDING: Final[AnySelect] = (
    select(
        AccessGrant.id,
        AccessGrant.case_ref,
        Person.name,
        Person.name_folded,
        AccessGrant.capacity,
        AccessGrant.until,
        AccessGrant.lead_for,
    )
    .join(Person, Person.username == AccessGrant.person)
    .where(ends_by(bindparam("soon", type_=AccessGrant.granted_at.type)))
)


def grants_ending(desk: Desk, page: Page = FIRST, sort: Sort = SOONEST) -> Paged[EndingGrant]:
    """Access that ends within seven days, for managers.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        found = order_of(SORTS, sort).page(
            asker.session, _ENDING, {"at": asker.at, "soon": asker.at + timedelta(days=7)}, page
        )
        rows = tuple(from_row(EndingGrant, row, leads=row.lead_for is not None) for row in found.rows)
        return Paged(rows, found.next, found.previous)
