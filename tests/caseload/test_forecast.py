"""The coming weeks: each figure is what SQL counts and opens its list; a concern is no figure for its subject."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from okf.caseload.queries.coming import ComingRow, what_comes
from okf.caseload.queries.coming_lists import LISTED, coming_list
from okf.caseload.queries.expected import expected_enquiries
from okf.errors import Refused
from okf.paging import Page
from okf.safeguarding.queries.leave import leave_ahead
from okf.store.models import AccessGrant, Enquiry
from okf.terms import ConcernStatus
from okf.terms.caseload import Coming
from tests.cases.test_case_lists import everything
from tests.world import World

pytestmark = pytest.mark.both_databases

MONDAYS = [date(2026, 11, 23) + timedelta(weeks=number) for number in range(9)]


@pytest.fixture
def charity(world: World) -> World:
    """On Monday, 23 November 2026, 10:00."""
    world.manager()
    world.manager("other_manager")
    world.caseworker("cora")
    world.volunteer("vera", signed=None)
    world.case("OKF-1", children=["child_c"])
    world.case("OKF-2")
    return world


def row(world: World, kind: Coming, by: str = "manager") -> ComingRow:
    return next(one for one in what_comes(world.desk(by)).rows if one.kind is kind)


def counts(world: World, kind: Coming, by: str = "manager") -> list[int]:
    return [one.number for one in row(world, kind, by).weeks]


def a_busy_autumn(world: World) -> None:
    for number, until in enumerate(
        (
            "2026-11-23T09:00",
            "2026-11-23T11:00",
            "2026-11-29T23:59",
            "2026-11-30",
            "2026-12-24",
            "2027-01-17T23:00",
            "2027-01-18",
        )
    ):
        world.grant("cora", "OKF-1", ref=f"ends-{number}", from_="2026-11-02", until=until)
    world.grant("vera", "OKF-2", from_="2026-06-01", granted_at=world.now - timedelta(days=95))
    world.grant("vera", "OKF-2", from_="2026-09-10", granted_at=world.now - timedelta(days=74))
    world.emergency("vera", "OKF-1", "2026-11-20T12:00")
    world.emergency("manager", "OKF-1", "2026-11-20T12:00")
    world.check("cora", date(2026, 11, 29))
    world.check("cora", date(2027, 2, 1))
    world.check("vera", date(2026, 12, 6))
    world.absence("cora", date(2026, 12, 3), date(2026, 12, 8), covered_by="manager")
    world.absence("cora", date(2026, 12, 10), date(2026, 12, 11))
    for when in ("2026-11-23T09:00", "2026-11-23T15:00", "2026-12-07", "2026-12-13T23:30"):
        world.appointment("OKF-1", "cora", when)
    world.enquiry("2025-11-20", decided_at="2025-11-25T12:00")
    world.enquiry("2025-11-20", decided_at="2025-11-21T12:00")


def test_each_number_is_what_falls_into_its_week(charity: World):
    a_busy_autumn(charity)

    assert counts(charity, Coming.GRANTS_END) == [2, 1, 0, 0, 1, 0, 0, 1]
    assert counts(charity, Coming.CONFIRMING_DUE) == [0, 0, 1, 0, 0, 0, 0, 0]
    assert row(charity, Coming.CONFIRMING_DUE).behind.number == 1
    assert counts(charity, Coming.EMERGENCY_REVIEWS) == [1, 0, 0, 0, 0, 0, 0, 0]
    assert counts(charity, Coming.CHECKS_END) == [0, 1, 0, 0, 0, 0, 0, 0], "the longer of two of a kind counts"
    assert counts(charity, Coming.AWAY) == [0, 1, 1, 0, 0, 0, 0, 0], "a person counts once a week"
    assert counts(charity, Coming.APPOINTMENTS) == [1, 0, 2, 0, 0, 0, 0, 0]
    assert counts(charity, Coming.ENQUIRIES_KEPT) == [1, 0, 0, 0, 0, 0, 0, 0]
    assert row(charity, Coming.ENQUIRIES_KEPT).behind.number == 1
    assert row(charity, Coming.SIGNING_DUE).behind.number == 1


def test_sql_of_another_hand_counts_the_same(charity: World):
    a_busy_autumn(charity)

    with charity.store.reading() as session:
        for number, count in enumerate(counts(charity, Coming.GRANTS_END)):
            begins = datetime.combine(MONDAYS[number], datetime.min.time(), UTC)
            ends = begins + timedelta(weeks=1)
            until = AccessGrant.until
            some = select(func.count()).where(
                AccessGrant.ended_at.is_(None), until >= max(begins, charity.now), until < ends
            )
            assert session.scalar(some) == count


def test_each_number_opens_exactly_its_list(charity: World):
    a_busy_autumn(charity)
    desk = charity.desk("manager")
    figures = [one for one in what_comes(desk).rows if one.kind in LISTED]
    assert {one.kind for one in figures} == LISTED

    for found in figures:
        for week, count in enumerate([found.behind, *found.weeks]):
            if count is None:
                continue
            listed = everything(lambda page, kind=found.kind, week=week: coming_list(desk, kind, week, page)[1])
            people = {one.username for one in listed} if found.kind is Coming.AWAY else listed
            assert len(people) == count.number, (found.kind, week)


def test_a_case_is_kept_six_years_longer_for_its_children_and_longest_for_one_of_concern(charity: World):
    closed = datetime(2020, 12, 8, 12, tzinfo=UTC)
    for ref, child, born in (
        ("OKF-plain", None, None),
        ("OKF-grown", "of_age", date(2001, 1, 1)),
        ("OKF-young", "young", date(2015, 1, 1)),
        ("OKF-eighteen", "eighteen", date(2008, 12, 26)),
        ("OKF-unknown", "unknown", None),
    ):
        if child:
            charity.service_user(child, date_of_birth=born)
        charity.case(ref, parties=[f"party of {ref}"], children=[child] if child else [], opened_on=date(2020, 1, 6))
        charity.close(ref, closed)

    assert counts(charity, Coming.CASES_KEPT) == [0, 0, 2, 0, 1, 0, 0, 0]
    _, page = coming_list(charity.desk("manager"), Coming.CASES_KEPT, 3)
    assert {(one.case_ref, one.at) for one in page.rows} == {
        ("OKF-plain", date(2026, 12, 8)),
        ("OKF-grown", date(2026, 12, 8)),
    }


def test_C9_of_a_concern_about_a_worker_managers_see_neither_its_review_nor_a_day_that_follows_of_it(charity: World):
    charity.concern("OKF-1", about_people=["manager"], status=ConcernStatus.MONITORING, due_at="2026-12-10")
    charity.concern("OKF-1", status=ConcernStatus.MONITORING, due_at="2026-12-02")
    charity.service_user("grown", date_of_birth=date(2001, 12, 20))
    charity.case("OKF-old", children=["grown"], parties=["party_o"], opened_on=date(2015, 1, 6))
    charity.close("OKF-old", "2016-12-08")
    charity.concern(
        "OKF-old", about=["grown"], about_people=["manager"], raised_at="2015-06-01", status=ConcernStatus.CLOSED
    )

    for who in ("manager", "other_manager"):  # neither whom it is about nor anybody else
        assert counts(charity, Coming.CONCERN_REVIEWS, who) == [0, 1, 0, 0, 0, 0, 0, 0]
        assert sum(counts(charity, Coming.CASES_KEPT, who)) == 0


def test_of_concerns_there_is_no_list(charity: World):
    with pytest.raises(KeyError):
        coming_list(charity.desk("manager"), Coming.CONCERN_REVIEWS, 1).rows  # noqa: B018


def test_leave_tells_who_stands_in_and_how_many_cases_wait(charity: World):
    charity.grant("cora", "OKF-1", lead_for="party_a")
    charity.grant("cora", "OKF-2", lead_for="party_b")
    a_busy_autumn(charity)

    first, second = leave_ahead(charity.desk("manager"))

    assert (first.username, first.covered_by, first.led) == ("cora", "Manager", 2)
    assert (second.starts_on, second.covered_by) == (date(2026, 12, 10), None)


def test_it_is_for_managers(charity: World):
    for asked in (
        what_comes,
        expected_enquiries,
        leave_ahead,
        lambda desk: coming_list(desk, Coming.GRANTS_END, 1, Page()),
    ):
        with pytest.raises(Refused):
            asked(charity.desk("cora"))


def test_from_little_history_no_number_is_made_up(charity: World):
    for week in range(1, 12):
        charity.enquiry(charity.now - timedelta(weeks=week))

    found = expected_enquiries(charity.desk("manager"))

    assert (len(found.counts), found.outlook) == (10, None), "the week of the very first may not be whole"


def test_enquiries_are_counted_by_londons_weeks(charity: World):
    """In summer London's Monday begins at 23:00 UTC on Sunday."""
    for number in range(1, 41):
        for _ in range(number % 3):
            charity.enquiry(charity.now - timedelta(weeks=number))
    charity.enquiry(charity.now)
    charity.enquiry("2026-08-02T23:30")  # the last half hour of its week
    charity.enquiry("2026-08-03T00:30")  # the first of the next

    found = expected_enquiries(charity.desk("manager"))

    with charity.store.reading() as session:
        total = session.scalar(select(func.count()).select_from(Enquiry))
    first_week = 40 % 3
    assert sum(found.counts) == total - 1 - first_week, "neither the first week, nor this one, which is not over"
    week = {found.first + timedelta(weeks=n): count for n, count in enumerate(found.counts)}
    ago = {date(2026, 11, 23) - timedelta(weeks=number): number % 3 for number in range(1, 40)}
    assert week[date(2026, 7, 27)] == ago[date(2026, 7, 27)] + 1
    assert week[date(2026, 8, 3)] == ago[date(2026, 8, 3)] + 1
    assert found.outlook is not None
