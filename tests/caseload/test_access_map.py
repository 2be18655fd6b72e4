"""The access map: who holds how much, whom a missing signature stops, and that closed cases have no access left."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from okf.caseload.queries.access_map import MapOrder, access_figures, holders, left_open
from okf.cases.commands.grants import NewGrant, end_grant, grant_access
from okf.errors import Refused
from okf.paging import Page
from okf.terms import Capacity, Role
from tests.behind import behind_casebook
from tests.cases.test_case_lists import everything
from tests.world import World

pytestmark = pytest.mark.both_databases

_HELD = text(
    "SELECT person, capacity, COUNT(*), COUNT(DISTINCT case_ref) FROM access_grant"
    " WHERE ended_at IS NULL GROUP BY person, capacity ORDER BY person, capacity"
)


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.caseworker("cora")
    world.volunteer("vera", signed=None)
    world.volunteer("vic")
    for number in range(1, 6):
        world.case(f"OKF-{number}")
    for number in (1, 2, 3):
        world.grant("cora", f"OKF-{number}", lead_for="party_a")
    world.grant("cora", "OKF-1", lead_for="party_b")
    world.grant("cora", "OKF-4", capacity=Capacity.VOLUNTEER)
    world.grant("vera", "OKF-1")
    return world


def test_what_people_hold_is_what_sql_counts_after_every_change(charity: World):
    desk = charity.desk("manager")
    scope = {"capacity": Capacity.VOLUNTEER, "compartments": ["joint"], "purpose": "help"}
    given = [grant_access(desk, f"OKF-{number}", NewGrant(to="vic", **scope)) for number in (1, 2, 5)]
    grant_access(desk, "OKF-1", NewGrant(to="vic", **scope))
    end_grant(desk, given[0])
    charity.close("OKF-5")

    found = everything(lambda page: holders(desk, MapOrder.GRANTS, page))

    with charity.store.reading() as session:
        counted = [tuple(row) for row in session.execute(_HELD)]
    assert sorted((one.username, one.capacity.value, one.grants, one.cases) for one in found) == counted
    assert [one.grants for one in found] == sorted((one.grants for one in found), reverse=True)


def test_people_stand_by_their_accesses_or_by_their_cases(charity: World):
    desk = charity.desk("manager")
    by_cases = everything(lambda page: holders(desk, MapOrder.CASES, page))

    assert (by_cases[0].username, by_cases[0].capacity) == ("cora", Capacity.STAFF)
    assert [one.cases for one in by_cases] == [3, 1, 1]
    assert holders(desk, MapOrder.GRANTS, Page(size=1)).rows[0].since.date() == date(2026, 5, 31)


def test_C7_who_holds_access_without_a_signature_is_found(charity: World):
    charity.grant("cora", "OKF-5", capacity=Capacity.THERAPIST)
    charity.sign("cora", kind=Capacity.THERAPIST)

    figures = access_figures(charity.desk("manager"))
    rows = holders(charity.desk("manager"), MapOrder.SUSPENDED).rows

    assert {(one.username, one.capacity) for one in rows} == {
        ("vera", Capacity.VOLUNTEER),
        ("cora", Capacity.VOLUNTEER),
    }
    assert str(figures.suspended) == "2"
    charity.sign("vera")
    assert [one.username for one in holders(charity.desk("manager"), MapOrder.SUSPENDED).rows] == ["cora"]


def test_C7_who_lacks_two_signatures_counts_once_on_the_map(charity: World):
    charity.grant("vera", "OKF-5", capacity=Capacity.THERAPIST)

    assert str(access_figures(charity.desk("manager")).suspended) == "2"


def test_C6_closed_cases_have_no_access_left_and_one_that_has_is_an_alarm(charity: World):
    charity.close("OKF-1")
    desk = charity.desk("manager")
    assert (access_figures(desk).left_open, left_open(desk)) == ((), ())

    with behind_casebook(charity.store) as connection:  # past Casebook
        connection.execute(text("UPDATE access_grant SET ended_at = NULL WHERE case_ref = 'OKF-1' AND person = 'vera'"))

    assert [(one.case_ref, one.username) for one in access_figures(desk).left_open] == [("OKF-1", "vera")]
    assert [(one.case_ref, one.username) for one in left_open(desk)] == [("OKF-1", "vera")]


def test_an_emergency_that_lasts_is_open_now_and_one_that_is_over_is_not(charity: World):
    charity.emergency("cora", "OKF-5", charity.now.replace(hour=8))
    charity.emergency("vic", "OKF-5", "2026-11-23T01:00")

    assert [(one.username, one.custody) for one in access_figures(charity.desk("manager")).open_now] == [
        ("cora", False)
    ]


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.ADMINISTRATOR, Role.COMPLIANCE_VIEWER, Role.INTAKE_OFFICER])
def test_it_is_for_those_who_oversee_access(charity: World, role: Role):
    charity.person("other", roles=[role])

    for asked in (access_figures, left_open, lambda desk: holders(desk, MapOrder.GRANTS)):
        with pytest.raises(Refused):
            asked(charity.desk("other"))
