"""Tasks across cases: one's own with their words, a team's without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from okf.asker import Asker, may_read_part
from okf.desk import Desk
from okf.paging import FIRST, AnySelect, Page, Paged, batches, filled, keyset, mark, values_of
from okf.policy.facts import Question
from okf.store.least import leasts
from okf.store.models import AccessGrant, Person, Task
from okf.store.rows import from_row
from okf.store.visible import binds_for, cases_held
from okf.terms import Action, FamilyField

MOST = 200

_KEYS = (Task.due_on, Task.ref)
_BOUND: tuple[BindParameter[Any], ...] = (bindparam("day", type_=Task.due_on.type), bindparam("ref"))
_MINE: AnySelect = select(Task.ref, Task.case_ref, Task.text, Task.due_on).where(
    Task.assigned_to == bindparam("who"), Task.done_at.is_(None)
)
_TEAM: AnySelect = (
    select(Task.ref, Task.case_ref, Person.name.label("who"), Task.due_on, Task.compartment.label("part"))
    .join(Person, Person.username == Task.assigned_to)
    .where(Task.done_at.is_(None))
)
_ON_MY_CASES = _TEAM.where(
    Task.assigned_to != bindparam("who"), cases_held().where(AccessGrant.case_ref == Task.case_ref).exists()
)
_BETWEEN = _MINE.where(Task.due_on.between(bindparam("first"), bindparam("last"))).order_by(*_KEYS).limit(MOST)


@dataclass(frozen=True, slots=True)
class OwnTask:
    """Something that the reader is to do, with its words."""

    ref: str
    case_ref: str
    text: str
    due_on: date


@dataclass(frozen=True, slots=True)
class TeamTask:
    """Something that somebody else is to do: whose it is and when it is due, without its words (C2)."""

    ref: str
    case_ref: str
    who: str
    due_on: date
    part: str | None


def own_tasks(desk: Desk, page: Page = FIRST) -> Paged[OwnTask]:
    """This person's tasks to do, the earliest due first; of cases that they may open alone."""
    with desk.reading() as session:
        asker = Asker.of(desk, session)
        return _page(asker, _MINE, page, OwnTask)


def own_tasks_between(desk: Desk, first: date, last: date) -> tuple[OwnTask, ...]:
    """This person's tasks due from one date to another, at most 200; of cases that they may open alone."""
    with desk.reading() as session:
        asker = Asker.of(desk, session)
        found = session.execute(_BETWEEN, {"who": asker.who, "first": first, "last": last}).all()
        open_to_me = asker.listed(dict.fromkeys(row.case_ref for row in found))
        return tuple(from_row(OwnTask, row) for row in found if row.case_ref in open_to_me)


def team_tasks(desk: Desk, page: Page = FIRST) -> Paged[TeamTask]:
    """What others are to do, the earliest due first.

    For who runs the caseload on every case; for the rest on their own, in the
    parts that they read: what comes up on another side is not theirs to see (C2).
    """
    with desk.reading() as session:
        asker = Asker.of(desk, session)
        manages = asker.may(Action.LIST_CASELOAD)
        return _page(asker, _TEAM if manages else _ON_MY_CASES, page, TeamTask, every=manages)


def _page(asker: Asker, statement: AnySelect, page: Page, kind: Any, *, every: bool = False) -> Paged[Any]:
    backwards = page.before is not None and page.after is None
    start = values_of(page.before if backwards else page.after, date.fromisoformat, str)

    def fetch(start: tuple[Any, ...] | None, size: int) -> list[Any]:
        values = binds_for(asker.base) | (dict(zip(("day", "ref"), start, strict=True)) if start else {})
        fetched = keyset(statement, _KEYS, _BOUND if start else None, descending=backwards).limit(size)
        return [from_row(kind, row) for row in asker.session.execute(fetched, values)]

    def shown(rows: Sequence[Any]) -> list[tuple[Any, Any]]:
        if every:
            return [(row, row) for row in rows]
        open_to_me = asker.listed(dict.fromkeys(row.case_ref for row in rows))
        if kind is TeamTask:
            seen = leasts(asker.session, open_to_me)
            open_to_me = {ref: q for ref, q in open_to_me.items() if seen[ref].shows(FamilyField.WHO_ELSE_WORKS_HERE)}
            return [(row, row) for row in rows if row.case_ref in open_to_me and _reads(open_to_me, row)]
        return [(row, row) for row in rows if row.case_ref in open_to_me]

    found = batches(fetch, start, _key, first=page.size + 1)
    return filled(found, shown, page, lambda row: mark(_key(row)), backwards=backwards, started=start is not None)


def _reads(questions: Mapping[str, Question], row: TeamTask) -> bool:
    return row.part is None or may_read_part(questions[row.case_ref], row.part)


def _key(row: OwnTask | TeamTask) -> tuple[date, str]:
    return row.due_on, row.ref
