"""A list behind one of the overview's boxes: access that ends soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from okf.asker import asking
from okf.desk import Desk
from okf.paging import FIRST, AnySelect, Page, Paged, instant_of, keyset, mark, paged, values_of
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


def grants_ending(desk: Desk, page: Page = FIRST) -> Paged[EndingGrant]:
    """Access that ends within seven days, the soonest first, for managers.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        start = values_of(page.before or page.after, instant_of, str)
        backwards = page.before is not None and start is not None
        bound: dict[str, Any] = {"at": asker.at, "soon": asker.at + timedelta(days=7), "size": page.size + 1}
        bound |= {f"key_{n}": value for n, value in enumerate(start or ())}
        rows = [
            from_row(EndingGrant, row, leads=row.lead_for is not None)
            for row in asker.session.execute(_ending(start is not None, backwards), bound)
        ]
        return paged(rows, page, lambda row: mark((row.until, row.id)), backwards=backwards, started=start is not None)


@cache
def _ending(started: bool, backwards: bool) -> AnySelect:
    instant = AccessGrant.granted_at.type
    statement = (
        select(
            AccessGrant.id,
            AccessGrant.case_ref,
            Person.name,
            AccessGrant.capacity,
            AccessGrant.until,
            AccessGrant.lead_for,
        )
        .join(Person, Person.username == AccessGrant.person)
        .where(ends_by(bindparam("soon", type_=instant)))
    )
    binds = [bindparam("key_0", type_=instant), bindparam("key_1", type_=AccessGrant.id.type)] if started else None
    return keyset(statement, (AccessGrant.until, AccessGrant.id), binds, descending=backwards).limit(bindparam("size"))
