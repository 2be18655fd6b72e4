"""Who may be chosen for a task: by the role that they hold at this instant, neither before nor after."""

from __future__ import annotations

from datetime import date

from okf.asker import Asker
from okf.cases.queries.loads import CaseloadFilter, loads_of
from okf.people.queries.workers import caseworkers
from okf.terms import Role
from tests.world import World


def _with_spans(world: World) -> str:
    for name in ("begins_later", "ends_later", "is_over"):
        world.person(name)
    world.role("begins_later", Role.CASEWORKER, since="2026-12-01")
    world.role("ends_later", Role.CASEWORKER, since="2026-01-01", until="2026-12-01")
    world.role("is_over", Role.CASEWORKER, since="2026-01-01", until="2026-11-01")
    world.caseworker()
    return world.manager()


def test_caseworkers_are_those_who_hold_the_role_at_this_instant(world: World) -> None:
    """A future end leaves them in, a future start keeps them out, and the role begins and ends on its instant."""
    desk = world.desk(_with_spans(world))
    assert [one.username for one in caseworkers(desk)] == ["caseworker", "ends_later"]
    world.at("2026-12-01")
    assert [one.username for one in caseworkers(desk)] == ["begins_later", "caseworker"]


def test_who_has_room_is_asked_of_those_who_hold_the_role_at_this_instant(world: World) -> None:
    """The loads show caseworkers who lead nothing: those who are caseworkers now."""
    desk = world.desk(_with_spans(world))
    with desk.reading() as session:
        rows, _, _ = loads_of(Asker.of(desk, session), CaseloadFilter(date(2026, 6, 1), date(2026, 11, 1)))
    assert [one.username for one in rows] == ["caseworker", "ends_later"]
