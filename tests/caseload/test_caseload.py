"""What managers see of the caseload is what SQL of its own counts, and each figure is as long as its list."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from okf.caseload.queries.caseload import areas_tallied, caseload_picture, caseload_team
from okf.cases.queries.cases import caseload_count, caseload_page
from okf.cases.queries.filters import CaseFilters
from okf.cases.queries.loads import CaseloadFilter
from okf.cases.queries.watch import to_watch
from okf.errors import Refused
from okf.store.models import Absence
from okf.terms import CaseStatus, Role, SupportKind
from okf.terms.caseload import ClosureOutcome, WaitBand
from okf.terms.records import Direction
from tests.behind import unrecorded
from tests.world import World

pytestmark = pytest.mark.both_databases

TODAY = date(2026, 11, 23)
YEAR = CaseloadFilter(date(2025, 12, 1), date(2026, 11, 1))


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def charity(world: World) -> World:
    """Eight cases: open and closed, with one, two and no caseworker, of two areas and of none."""
    world.manager()
    for name in ("robin", "sam", "free"):
        world.caseworker(name)
    for number, ago in enumerate((400, 200, 90, 40, 20, 5)):
        kind = SupportKind.MEDIATION if number % 2 else SupportKind.PARENTING
        area = ("North", "South", None)[number % 3]
        ref = world.case(
            f"OKF-{number}", opened_on=days_ago(ago), kind_of_support=kind, area=area, complexity=1 + number % 3
        )
        if number < 4:
            world.grant("robin", ref, lead_for="party_a", from_=days_ago(ago - number * 4))
            world.grant("robin" if number % 2 else "sam", ref, lead_for="party_b", from_=days_ago(ago - 1))
    for number, outcome in enumerate([ClosureOutcome.SUPPORT_COMPLETED, None]):
        closed_at = world.now - timedelta(days=30 + 50 * number)
        world.case(
            f"OKF-C{number}", opened_on=days_ago(300), status=CaseStatus.CLOSED, closed_at=closed_at, outcome=outcome
        )
    spoken = world.now - timedelta(days=33)
    world.record(
        "OKF-3",
        record_class="communication",
        compartment="joint",
        source="joint",
        occurred_at=spoken,
        direction=Direction.FROM_US,
    )
    world.task("OKF-2", "robin", due_on=days_ago(1))
    world.task("OKF-3", "robin", due_on=TODAY)
    return world


def counted(world: World, sql: str) -> dict[object, int]:
    with world.store.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(sql))}


def test_loads_are_counted_by_case_weighed_and_held_against_the_limit(charity: World):
    charity.setting("caseload_most", 3)
    team = caseload_team(charity.desk("manager"), YEAR)

    by_sql = counted(
        charity,
        "SELECT person, SUM(complexity) FROM (SELECT DISTINCT person, case_ref FROM access_grant WHERE lead_for IS NOT"
        ' NULL AND ended_at IS NULL) AS g JOIN "case" ON ref = case_ref WHERE closed_at IS NULL GROUP BY person',
    )
    assert {one.username: one.weight for one in team.loads if one.cases} == by_sql
    assert [(one.username, one.cases, one.weight, one.most, one.over) for one in team.loads] == [
        ("robin", 4, 7, 3, True),
        ("sam", 2, 4, 3, True),
        ("free", 0, 0, 3, False),
    ]
    assert (team.workers, team.over) == (2, 2)


def test_months_kinds_areas_and_outcomes_are_those_of_sql(charity: World):
    picture = caseload_picture(charity.desk("manager"), YEAR)

    opened = {one.month.isoformat()[:7]: one.opened for one in picture.months if one.opened}
    month = "SUBSTR(CAST(opened_on AS VARCHAR(10)), 1, 7)"
    assert opened == {
        key: number
        for key, number in counted(charity, f'SELECT {month}, COUNT(*) FROM "case" GROUP BY 1').items()
        if str(key) >= "2025-12"
    }
    assert [one.open_at_end for one in picture.months][-1] == picture.open_now == 6
    for one in picture.months:
        end = (one.month + timedelta(days=32)).replace(day=1)
        before = f"opened_on < '{end}' AND (closed_at IS NULL OR closed_at >= '{end}')"
        still = f'SELECT 1, COUNT(*) FROM "case" WHERE {before}'
        assert one.open_at_end == counted(charity, still)[1], one.month
    live = 'FROM "case" WHERE closed_at IS NULL GROUP BY 1'
    assert picture.kinds == counted(charity, f"SELECT kind_of_support, COUNT(*) {live}")
    assert picture.areas == counted(charity, f"SELECT area, COUNT(*) {live}")
    assert picture.outcomes == counted(
        charity, 'SELECT outcome, COUNT(*) FROM "case" WHERE closed_at IS NOT NULL GROUP BY 1'
    )
    assert (picture.stands, picture.came_to) == (
        {"open": 5, "closed": 2},
        {ClosureOutcome.SUPPORT_COMPLETED: 1, None: 1},
    )


def test_waits_run_from_the_enquiry_to_the_day_each_party_had_a_caseworker(charity: World):
    picture = caseload_picture(charity.desk("manager"), YEAR)

    assert {band: number for band, number in picture.allocation.items() if number} == {
        WaitBand.WEEK: 1,  # OKF-1: one party after a day, the other after four
        WaitBand.FORTNIGHT: 2,
        WaitBand.NOT_YET: 4,
    }
    assert {band: number for band, number in picture.contact.items() if number} == {
        WaitBand.WEEK: 1,
        WaitBand.NOT_YET: 6,
    }


@pytest.mark.parametrize(
    "wanted",
    [
        YEAR,
        CaseloadFilter(YEAR.first, YEAR.last, kind_of_support=SupportKind.MEDIATION),
        CaseloadFilter(YEAR.first, YEAR.last, area="North"),
        CaseloadFilter(YEAR.first, YEAR.last, SupportKind.PARENTING, "North"),
        CaseloadFilter(YEAR.first, YEAR.last, caseworker="robin"),
        CaseloadFilter(YEAR.first, YEAR.last, area="South", caseworker="robin"),
    ],
    ids=["all", "kind", "area", "both", "worker", "worker and area"],
)
def test_every_figure_is_as_long_as_the_list_behind_it(charity: World, wanted: CaseloadFilter):
    manager = charity.desk("manager")
    picture, watch = caseload_picture(manager, wanted), to_watch(manager, wanted)
    own = {"kind_of_support": wanted.kind_of_support, "area": wanted.area, "caseworker": wanted.caseworker}

    def listed(**more: object) -> int:
        filters = CaseFilters(**{**own, **more})  # type: ignore[arg-type]
        rows = caseload_page(manager, filters=filters).rows
        count = caseload_count(manager, filters)
        assert count is None or count.number == len(rows)
        return len(rows)

    assert picture.open_now == listed(live=True)
    span = {"opened_from": wanted.first, "opened_to": date(2026, 11, 30)}
    live = {"live": True} if wanted.caseworker else {}
    for band in WaitBand:
        assert picture.allocation[band] == listed(**span, **live, allocated_after=band), band
        assert picture.contact[band] == listed(**span, **live, contacted_after=band), band
    for status, number in picture.stands.items():
        assert number == listed(**span, status=status)
    for kind, number in picture.kinds.items():
        assert number == listed(live=True, kind_of_support=kind) or kind is None
    for area, number in picture.areas.items():
        assert area is None or number == listed(live=True, area=area)
    for outcome, number in picture.outcomes.items():
        assert outcome is None or number == listed(closed_from=wanted.first, closed_to=TODAY, outcome=outcome)
    for load in caseload_team(manager, wanted).loads:
        assert load.cases == listed(live=True, caseworker=load.username)
    for month in picture.months:
        end = (month.month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        assert month.opened == listed(opened_from=month.month, opened_to=end, **live)
        assert month.closed == listed(closed_from=month.month, closed_to=end)
    for name in ("unallocated", "overdue", "quiet", "late_tasks", "losing"):
        assert getattr(watch, name).number == listed(**{name: True}), name


def test_what_to_watch_moves_with_the_days_and_needs_no_nightly_run(charity: World):
    def watched() -> tuple[int, int]:
        found = to_watch(charity.desk("manager"), YEAR)
        return found.quiet.number, found.late_tasks.number

    assert watched() == (4, 1)  # OKF-0 to OKF-2 and the one last spoken to 33 days ago
    charity.later(hours=24)
    assert watched() == (4, 2)
    charity.later(hours=8 * 24)
    assert watched() == (5, 2)


def test_a_case_is_about_to_lose_its_caseworker_by_an_end_a_leaver_or_a_long_leave_that_nobody_covers(charity: World):
    manager = charity.desk("manager")

    def losing() -> list[str]:
        return sorted(row.ref for row in caseload_page(manager, filters=CaseFilters(losing=True)).rows)

    def away(person: str, first: int, days: int, **more: object) -> None:
        with unrecorded(manager.store) as session:
            starts_on = TODAY + timedelta(days=first)
            session.add(
                Absence(
                    person=person,
                    starts_on=starts_on,
                    ends_on=starts_on + timedelta(days=days - 1),
                    entered_by="manager",
                    entered_at=charity.now,
                    **more,
                )
            )

    assert losing() == []
    charity.grant("free", "OKF-4", lead_for="party_a", until=charity.now + timedelta(days=15, hours=1))
    assert losing() == []  # after the fourteen days
    charity.later(hours=48)
    assert losing() == ["OKF-4"]

    away("sam", 5, 3)
    away("sam", 7, 20, covered_by="robin")
    assert losing() == ["OKF-4"]
    away("sam", 5, 7)
    assert losing() == ["OKF-0", "OKF-2", "OKF-4"]


def test_figures_are_for_managers_alone(charity: World):
    charity.person("administrator", roles=[Role.ADMINISTRATOR])
    for who in ("robin", "administrator"):
        for ask in (caseload_picture, caseload_team, to_watch):
            with pytest.raises(Refused):
                ask(charity.desk(who), YEAR)  # type: ignore[operator]
        with pytest.raises(Refused):
            areas_tallied(charity.desk(who))

    assert areas_tallied(charity.desk("manager")) == ("North", "South")
