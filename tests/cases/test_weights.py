"""What a case counts as, how much somebody carries, and figures put right."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from okf.caseload.commands.caseload import limit_caseload, mend_figures
from okf.caseload.queries.recount import check_figures
from okf.cases.commands.cases import close_case, reopen_case, weigh_case
from okf.errors import Invalid, NotFound, Refused
from okf.store.models import Case, Person
from okf.terms.caseload import ClosureOutcome
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.caseworker("robin")
    world.case("OKF-1", granted_to=["robin"])
    return world


def test_a_manager_says_as_how_many_ordinary_cases_one_counts(charity: World):
    weigh_case(charity.desk("manager"), "OKF-1", complexity=3)

    assert charity.all(Case)[0].complexity == 3
    (event,) = charity.events(case_ref="OKF-1")
    assert event.facts == {"was": 1, "complexity": 3}


@pytest.mark.parametrize("complexity", [0, 6])
def test_a_case_counts_as_one_to_five(charity: World, complexity: int):
    with pytest.raises(Invalid, match="from 1 to 5"):
        weigh_case(charity.desk("manager"), "OKF-1", complexity=complexity)


def test_a_caseworker_does_not_weigh_their_own_case_nor_raise_their_own_limit(charity: World):
    with pytest.raises(Refused):
        weigh_case(charity.desk("robin"), "OKF-1", complexity=5)
    with pytest.raises(Refused):
        limit_caseload(charity.desk("robin"), "robin", most=1)

    assert charity.all(Case)[0].complexity == 1


def test_somebody_carries_less_than_others_until_the_settings_number_is_theirs_again(charity: World):
    limit_caseload(charity.desk("manager"), "robin", most=12)
    assert charity.all(Person, username="robin")[0].caseload_most == 12

    limit_caseload(charity.desk("manager"), "robin", most=None)
    assert charity.all(Person, username="robin")[0].caseload_most is None

    with pytest.raises(NotFound):
        limit_caseload(charity.desk("manager"), "nobody", most=1)


def test_a_closing_keeps_what_it_came_to_and_a_reopening_takes_it_back(charity: World):
    close_case(charity.desk("manager"), "OKF-1", reason="Done", came_to=ClosureOutcome.REFERRED_ELSEWHERE)
    assert charity.all(Case)[0].outcome is ClosureOutcome.REFERRED_ELSEWHERE

    reopen_case(charity.desk("manager"), "OKF-1")
    assert charity.all(Case)[0].outcome is None


def test_the_host_finds_a_figure_that_is_not_the_facts_and_counts_anew(charity: World):
    with charity.store.engine.begin() as connection:
        connection.execute(text("UPDATE case_tally SET cases = 9 WHERE what = 'open' AND kind = '*' AND area = '*'"))

    found = check_figures(charity.host())

    assert not found.good
    assert "open, *, *, open: kept 9 cases, weight 1; counted 1, weight 1." in found.in_words()

    mend_figures(charity.host())

    assert check_figures(charity.host()).in_words() == [
        "Every figure is that of the facts, and the database is as Casebook made it."
    ]
    with pytest.raises(Refused):
        mend_figures(charity.desk("manager"))
