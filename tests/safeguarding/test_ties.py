"""A lead with a declared tie to a family: lists, counts, pictures and searches all leave its concerns out (C9)."""

from __future__ import annotations

import pytest

from okf.cases.queries.access import concerns_on
from okf.paging import Page
from okf.safeguarding.commands.concerns import triage_concern
from okf.safeguarding.queries.alarm import waiting_at_once
from okf.safeguarding.queries.concern import OwnReport, concern_in_view, own_concerns
from okf.safeguarding.queries.concerns import queue_view
from okf.safeguarding.queries.decisions_due import count_overdue
from okf.safeguarding.queries.figures import live_figures, queue_picture
from okf.safeguarding.queries.filters import QueueFilter
from okf.safeguarding.queries.search import search_concerns
from okf.terms import ConcernStatus, Role, Severity
from okf.today.queries.overview import overview
from tests.world import World

FAMILY = "OKF-0001"


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl()
    world.person("tied", roles=[Role.DEPUTY_DSL])
    world.service_user("child_c", name="Zora Example")
    world.case(FAMILY, children=["child_c"])
    world.case("OKF-0002", parties=["party_x", "party_y"])
    world.conflict("tied", "child_c", declared_at="2026-11-01")
    return world


def counted(world: World, by: str) -> tuple[object, ...]:
    """What of the open concerns every figure tells somebody: one number each where the list has one row."""
    desk = world.desk(by)
    live, queue = live_figures(desk), overview(desk).queue
    assert live is not None
    assert queue is not None
    return (
        len(queue_view(desk).page.rows),
        live.open.number,
        live_figures(desk).immediate.number,
        queue.overdue.number,
        sum(sum(row[1:]) for row in queue_picture(desk).rows),
        len(search_concerns(desk, "Zora")),
        len(waiting_at_once(desk)),
    )


def test_C9_a_tied_lead_sees_the_familys_concerns_in_no_figure_as_in_no_list(charity: World) -> None:
    charity.concern(FAMILY, about=["child_c"], severity=Severity.IMMEDIATE, due_at="2026-11-23T09:30")

    assert counted(charity, "dsl") == (1, 1, 1, 1, 1, 1, 1)
    assert counted(charity, "tied") == (0, 0, 0, 0, 0, 0, 0)


def test_C9_what_does_not_touch_the_family_and_what_a_lifted_tie_hid_is_counted(charity: World) -> None:
    charity.concern("OKF-0002", severity=Severity.IMMEDIATE, due_at="2026-11-23T09:30")
    charity.concern(None, severity=Severity.IMMEDIATE, due_at="2026-11-23T09:30")
    charity.person("was_tied", roles=[Role.DEPUTY_DSL])
    charity.conflict("was_tied", "party_a", declared_at="2026-01-01", lifted_at="2026-11-23T10:00")
    charity.concern(FAMILY, severity=Severity.IMMEDIATE, due_at="2026-11-23T09:30")

    assert counted(charity, "tied") == (2, 2, 2, 2, 2, 0, 2)
    assert counted(charity, "was_tied") == (3, 3, 3, 3, 3, 0, 3)


def test_C9_a_manager_who_is_tied_counts_as_many_as_the_caseload_shows_them(charity: World) -> None:
    charity.concern(FAMILY)
    charity.conflict("manager", "party_b")

    assert live_figures(charity.desk("manager")).open.number == 0
    assert count_overdue(charity.desk("manager")).number == 0


def test_C9_a_tied_lead_who_raised_a_concern_keeps_their_words_and_hears_nothing_of_what_came_of_it(
    charity: World,
) -> None:
    ref = charity.concern(FAMILY, severity=Severity.IMMEDIATE, raised_by="tied", account="She was crying.")

    assert queue_view(charity.desk("tied")).page.rows == ()
    assert waiting_at_once(charity.desk("tied")) == ()

    triage_concern(
        charity.desk("dsl"),
        ref,
        severity=Severity.HIGH,
        lead="dsl",
        status=ConcernStatus.TRIAGED,
        note="We look at it.",
    )

    assert queue_view(charity.desk("tied")).page.rows == ()
    report = concern_in_view(charity.desk("tied"), ref)
    assert isinstance(report, OwnReport)
    assert report.account == own_concerns(charity.desk("tied"))[0].account == "She was crying."
    assert report.added == ()


def test_C9_whoever_raised_a_concern_sees_on_the_case_neither_how_urgent_it_is_nor_where_it_stands(
    charity: World,
) -> None:
    charity.caseworker()
    charity.grant("caseworker", FAMILY)
    charity.concern(FAMILY, raised_by="caseworker")

    assert concerns_on(charity.desk("caseworker"), FAMILY).listed == ()
    assert len(concerns_on(charity.desk("dsl"), FAMILY).listed) == 1


def test_a_lead_who_raised_a_concern_works_it_like_any_other(charity: World) -> None:
    ref = charity.concern(FAMILY, severity=Severity.IMMEDIATE, raised_by="dsl")

    assert [row.ref for row in queue_view(charity.desk("dsl")).page.rows] == [ref]
    assert [one.ref for one in waiting_at_once(charity.desk("dsl"))] == [ref]


def test_a_page_of_the_queue_is_full_whatever_comes_first_of_what_is_hidden(charity: World) -> None:
    for number in range(5):
        charity.concern(FAMILY, f"K-HIDDEN-{number}", due_at=f"2026-11-23T1{number}:00")
    for number in range(3):
        charity.concern("OKF-0002", f"K-{number}", due_at=f"2026-11-24T1{number}:00")
    desk = charity.desk("tied")

    first = queue_view(desk, QueueFilter(), Page(size=2)).page
    second = queue_view(desk, QueueFilter(), Page(after=first.next, size=2)).page
    back = queue_view(desk, QueueFilter(), Page(before=second.previous, size=2)).page

    assert [row.ref for row in first.rows] == [row.ref for row in back.rows] == ["K-0", "K-1"]
    assert [row.ref for row in second.rows] == ["K-2"]
    assert (first.previous, second.next) == (None, None)


def test_C9_the_trustees_alarm_is_not_filled_up_by_what_is_for_the_leads(charity: World) -> None:
    """What is about a lead comes to the trustee, however many others wait before it."""
    charity.person("trustee", roles=[Role.SAFEGUARDING_TRUSTEE])
    for number in range(25):
        charity.concern(None, severity=Severity.IMMEDIATE, due_at=f"2026-11-23T10:{number:02}")
    ref = charity.concern(None, about_people=["dsl"], severity=Severity.IMMEDIATE, due_at="2026-11-23T12:00")

    assert [one.ref for one in waiting_at_once(charity.desk("trustee"))] == [ref]
    assert ref not in {one.ref for one in waiting_at_once(charity.desk("dsl"))}
