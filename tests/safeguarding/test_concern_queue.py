"""The queue narrowed, sorted and searched; whose a concern is while its lead is away; its clocks (C9)."""

from __future__ import annotations

from datetime import date

import pytest

from okf.errors import Invalid, Refused
from okf.paging import Page, Sort
from okf.proof.queries.record import RecordFilter, record_page
from okf.safeguarding.commands.absences import enter_absence
from okf.safeguarding.commands.concerns import raise_concern
from okf.safeguarding.queries.concerns import Leading, queue_view
from okf.safeguarding.queries.figures import live_figures, queue_picture
from okf.safeguarding.queries.filters import QueueFilter, QueueOrder
from okf.safeguarding.queries.search import search_concerns
from okf.store.models import Concern
from okf.terms import Action, ConcernStatus, Role, Severity
from okf.terms.concerns import ConcernCategory
from tests.world import World

pytestmark = pytest.mark.both_databases

XMAS, NEW_YEAR = date(2026, 12, 24), date(2027, 1, 3)


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("eve", name="Eve Second", roles=[Role.DEPUTY_DSL])
    world.person("data_lead", roles=[Role.DATA_PROTECTION_LEAD])
    world.volunteer()
    world.service_user("child_c", name="Zoë Brontë-Example")
    world.case("OKF-7351", children=["child_c"])
    return world


def queue(world: World, by: str = "dsl", **wanted: object) -> list[str]:
    return [row.ref for row in queue_view(world.desk(by), QueueFilter(**wanted)).page.rows]  # type: ignore[arg-type]


def leading(world: World, ref: str, by: str = "eve") -> Leading:
    [row] = [row for row in queue_view(world.desk(by)).page.rows if row.ref == ref]
    return row.lead


def test_it_is_narrowed_by_category_and_by_how_a_reference_begins(charity):
    charity.concern("OKF-7351", "K-AAA", category=ConcernCategory.CHILD_NEGLECT)
    charity.concern(None, "K-AAB", category=ConcernCategory.ONLINE_HARM)
    charity.concern(None, "K-B")

    assert queue(charity, category=ConcernCategory.ONLINE_HARM) == ["K-AAB"]
    assert queue(charity, find="k-aa") == ["K-AAA", "K-AAB"]
    assert queue(charity, find=" okf-73") == ["K-AAA"]
    assert queue(charity, find="K-AA", category=ConcernCategory.CHILD_NEGLECT) == ["K-AAA"]
    assert queue(charity, find="AA") == queue(charity, find="%") == []


@pytest.mark.parametrize(
    "order, refs",
    [
        (Sort(QueueOrder.TIME_LEFT), ["K-1", "K-2", "K-3", "K-4"]),
        (Sort(QueueOrder.SEVERITY), ["K-3", "K-2", "K-4", "K-1"]),
        (Sort(QueueOrder.RAISED, descending=True), ["K-1", "K-4", "K-2", "K-3"]),
        (Sort(QueueOrder.RAISED), ["K-3", "K-2", "K-4", "K-1"]),
    ],
)
def test_it_is_sorted_by_time_left_by_urgency_and_by_age_page_after_page(charity, order, refs):
    told = [("K-1", "low", 1, 4), ("K-2", "high", 2, 2), ("K-3", "immediate", 3, 1), ("K-4", "high", 4, 3)]
    for ref, severity, due, raised in told:
        when = {"due_at": f"2026-11-2{due + 3}T09:00", "raised_at": f"2026-11-1{raised}T09:00"}
        charity.concern(None, ref, severity=severity, **when)
    desk, wanted = charity.desk("dsl"), QueueFilter(sort=order)

    first = queue_view(desk, wanted, Page(size=3)).page
    second = queue_view(desk, wanted, Page(after=first.next, size=3)).page
    back = queue_view(desk, wanted, Page(before=second.previous, size=3)).page

    assert [row.ref for row in (*first.rows, *second.rows)] == refs
    assert [row.ref for row in back.rows] == refs[:3]


def test_while_its_lead_is_away_a_concern_is_the_covers_and_then_the_leads_again(charity):
    charity.concern(None, "K-1", lead="dsl")
    charity.concern(None, "K-NEW")
    enter_absence(charity.desk("dsl"), person="dsl", starts_on=XMAS, ends_on=NEW_YEAR, covered_by="deputy")
    assert (leading(charity, "K-1"), leading(charity, "K-NEW")) == (Leading("Dana Lead"), Leading(None))
    assert (queue(charity, "dsl", mine=True), queue(charity, "deputy", mine=True)) == (["K-1", "K-NEW"], [])

    charity.at("2026-12-24T08:00")

    instead = Leading("Dev Uty", "Dana Lead", NEW_YEAR)
    assert (leading(charity, "K-1"), leading(charity, "K-NEW")) == (instead, instead)
    assert queue(charity, "deputy", mine=True) == ["K-1", "K-NEW"]
    assert queue(charity, "eve", mine=True) == []

    charity.at("2027-01-04T00:00")

    assert leading(charity, "K-1") == Leading("Dana Lead")
    assert queue(charity, "deputy", mine=True) == []


def test_C9_what_is_about_the_cover_falls_to_somebody_else(charity):
    charity.concern(None, "K-1", lead="dsl", about_people=["deputy"])
    enter_absence(charity.desk("dsl"), person="dsl", starts_on=XMAS, ends_on=NEW_YEAR, covered_by="deputy")
    charity.at("2026-12-24T08:00")

    assert leading(charity, "K-1") == Leading("Eve Second", "Dana Lead", NEW_YEAR)
    assert queue(charity, "deputy") == queue(charity, "deputy", mine=True) == []


def test_a_concern_of_a_lead_who_left_says_that_nobody_leads_it(charity):
    charity.person("gone", name="Gone Lead", roles=[Role.DSL], left_at="2026-11-01T09:00")
    charity.concern(None, "K-1", lead="gone")

    assert leading(charity, "K-1") == Leading(None, "Gone Lead")


@pytest.mark.parametrize("words", ["zoe", "Bronte", "ZOË exam", "brontë zo"])
def test_whom_it_is_about_is_found_without_accents_and_in_any_order(charity, words):
    charity.concern("OKF-7351", "K-1", about=["child_c"])
    charity.concern(None, "K-2", about_as_typed="Zoe Bronte, or Example\nher aunt")
    charity.concern(None, "K-OTHER", about_as_typed="Robin")
    charity.concern(None, "K-ENDED", about=["child_c"], status=ConcernStatus.CLOSED)

    assert {row.ref for row in search_concerns(charity.desk("dsl"), words)} == {"K-1", "K-2"}


def test_C9_a_search_finds_nothing_about_the_reader_and_tells_nobody_else_of_it(charity):
    charity.concern(None, "K-DPL", about_people=["data_lead"], about_as_typed="Zoe")
    charity.concern(None, "K-DEV", about_people=["deputy"], about_as_typed="Zoe")
    charity.concern(None, "K-PLAIN", about_as_typed="Zoe")

    assert {row.ref for row in search_concerns(charity.desk("deputy"), "zoe")} == {"K-DPL", "K-PLAIN"}

    [event] = charity.events(action=Action.LIST_CONCERNS, actor="deputy")
    assert (event.facts["hits"], sorted(event.facts["concerns"])) == (2, ["K-DPL", "K-PLAIN"])
    assert "zoe" not in str(event.facts).casefold()
    assert record_page(charity.desk("data_lead"), RecordFilter(person="deputy")).rows == ()
    assert len(record_page(charity.desk("dsl"), RecordFilter(person="deputy")).rows) == 1


def test_one_letter_and_whoever_is_no_lead_are_not_searched_for(charity):
    with pytest.raises(Invalid):
        search_concerns(charity.desk("dsl"), " z ")
    for by in ("manager", "volunteer"):
        with pytest.raises(Refused):
            search_concerns(charity.desk(by), "zoe")


def test_the_live_count_is_exact_says_nothing_of_the_readers_own_and_leaves_no_refusal(charity):
    charity.concern(None, severity="immediate", due_at="2026-11-23T09:00")
    charity.concern(None, severity="immediate", due_at="2026-11-24T09:00", triaged_at=charity.now, status="triaged")
    charity.concern(None, about_people=["dsl"], severity="immediate")

    figures = live_figures(charity.desk("dsl"))

    assert [str(one) for one in (figures.open, figures.overdue, figures.immediate, figures.undecided)] == [
        "2",
        "1",
        "2",
        "2",
    ]
    assert live_figures(charity.desk("volunteer")) is None
    assert charity.events() == []


def test_C9_the_picture_counts_by_severity_and_time_left_and_nothing_about_the_reader(charity):
    charity.concern(None, severity="high", due_at="2026-11-23T09:00")
    charity.concern(None, severity="high", due_at="2026-11-23T18:00")
    charity.concern(None, severity="low", due_at="2026-11-25T18:00")
    charity.concern(None, severity="low", about_people=["dsl"], due_at="2026-11-25T18:00")

    assert queue_picture(charity.desk("dsl")).rows == (
        (Severity.IMMEDIATE, 0, 0, 0),
        (Severity.HIGH, 1, 1, 0),
        (Severity.MEDIUM, 0, 0, 0),
        (Severity.LOW, 0, 0, 1),
    )


@pytest.mark.one_database
@pytest.mark.parametrize(
    "raised, severity, due",
    [
        # Christmas Eve is a Thursday, and the 28th makes up for Boxing Day on a Saturday.
        ("2026-12-24T16:00", Severity.IMMEDIATE, "2026-12-24T17:00"),
        ("2026-12-24T23:50", Severity.IMMEDIATE, "2026-12-25T00:50"),
        ("2026-12-24T16:00", Severity.HIGH, "2026-12-25T00:00"),
        ("2026-12-24T16:00", Severity.MEDIUM, "2026-12-30T00:00"),
        ("2026-12-24T16:00", Severity.LOW, "2026-12-31T00:00"),
        # Maundy Thursday: Good Friday and Easter Monday are no working days.
        ("2027-03-25T18:00", Severity.MEDIUM, "2027-03-31T00:00"),
        ("2027-03-25T18:00", Severity.LOW, "2027-04-01T00:00"),
        # The night in which the clocks go forward is an hour shorter, and the one in which they go back longer.
        ("2027-03-28T00:30", Severity.IMMEDIATE, "2027-03-28T02:30"),
        ("2027-03-28T00:30", Severity.HIGH, "2027-03-29T00:00"),
        ("2026-10-24T23:30", Severity.IMMEDIATE, "2026-10-25T00:30"),
        ("2026-10-25T00:30", Severity.HIGH, "2026-10-26T00:00"),
    ],
)
def test_its_clocks_know_christmas_easter_and_the_changes_of_the_clock(charity, raised, severity, due):
    charity.at(raised)
    ref = raise_concern(charity.desk("volunteer"), severity=severity, account="Something was said.")

    due_at = charity.at(due)

    assert charity.one(Concern, ref=ref).due_at == due_at
    assert queue(charity, due="overdue") == [ref]
    charity.later(seconds=-1)
    assert queue(charity, due="overdue") == []
