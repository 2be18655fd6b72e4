"""The lead's queue, one concern, and what a raiser may read again (C9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from okf.errors import NotFound, Refused
from okf.paging import Page
from okf.people.queries.workers import safeguarding_leads
from okf.safeguarding.commands.concerns import raise_concern, triage_concern
from okf.safeguarding.queries.concern import ConcernInView, OwnReport, concern_in_view, own_concerns
from okf.safeguarding.queries.concerns import queue_view
from okf.safeguarding.queries.figures import QueueFigures, live_figures, queue_picture
from okf.safeguarding.queries.filters import QueueFilter
from okf.terms import Action, ConcernStatus, Role, Severity
from tests.world import World

pytestmark = pytest.mark.both_databases

HIDDEN = "Marked-Words-7351"


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.volunteer()
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", children=["child_c"])
    return world


def queue(world: World, by: str = "dsl", **wanted: object) -> list[str]:
    return [row.ref for row in queue_view(world.desk(by), QueueFilter(**wanted)).page.rows]  # type: ignore[arg-type]


def figures_for(world: World, by: str) -> QueueFigures:
    found = live_figures(world.desk(by))
    assert found is not None
    return found


def test_the_queue_goes_by_time_left_and_says_what_is_overdue(charity):
    charity.concern("OKF-1", "K-LATER", due_at="2026-11-24T00:00")
    charity.concern(None, "K-OVERDUE", due_at="2026-11-23T09:59", about=["child_c"])
    charity.concern(None, "K-ENDED", status=ConcernStatus.CLOSED)

    rows = queue_view(charity.desk("dsl")).page.rows

    assert [(row.ref, row.overdue(charity.now)) for row in rows] == [("K-OVERDUE", True), ("K-LATER", False)]
    assert (rows[0].about, rows[1].case_ref) == (("Robin Example",), "OKF-1")


def test_C9_a_concern_about_the_reader_is_in_no_list_no_page_and_no_figure(charity):
    charity.concern("OKF-1", "K-ABOUT", about_people=["dsl"], severity=Severity.IMMEDIATE)
    charity.concern("OKF-1", "K-OTHER")

    assert queue(charity) == ["K-OTHER"]
    assert set(queue(charity, by="deputy")) == {"K-ABOUT", "K-OTHER"}
    figures = figures_for(charity, "dsl")
    assert (str(figures.open), str(figures.immediate)) == ("1", "0")
    with pytest.raises(NotFound):
        concern_in_view(charity.desk("dsl"), "K-ABOUT")


def test_filters_narrow_by_due_severity_status_and_lead(charity):
    charity.concern(None, "K-1", due_at="2026-11-23T09:00", severity="high", lead="dsl", status="triaged")
    charity.concern(None, "K-2", due_at="2026-11-23T18:00", severity="low")
    charity.concern(None, "K-3", due_at="2026-11-28T00:00", severity="low", lead="deputy")
    charity.concern(None, "K-4", due_at="2027-01-28T00:00", severity="medium")

    assert queue(charity, due="overdue") == ["K-1"]
    assert queue(charity, due="today") == ["K-2"]
    assert queue(charity, due="next") == ["K-3", "K-4"]
    assert queue(charity, due="this_week") == ["K-2", "K-3"]
    assert queue(charity, severity=Severity.LOW) == ["K-2", "K-3"]
    assert queue(charity, status=ConcernStatus.TRIAGED) == ["K-1"]
    assert queue(charity, lead="nobody") == ["K-2", "K-4"]
    assert queue(charity, lead="deputy", severity=Severity.LOW) == ["K-3"]


def test_pages_follow_each_other_when_many_are_due_at_the_same_instant(charity):
    for number in range(7):
        charity.concern(None, f"K-{number}", due_at="2026-11-24T00:00")
    desk, seen, after = charity.desk("dsl"), [], None

    for _ in range(3):
        page = queue_view(desk, QueueFilter(), Page(after=after, size=3)).page
        seen += [row.ref for row in page.rows]
        after = page.next

    assert (seen, after) == ([f"K-{number}" for number in range(7)], None)
    back = queue_view(desk, QueueFilter(), Page(before=page.previous, size=3)).page
    assert [row.ref for row in back.rows] == ["K-3", "K-4", "K-5"]


@pytest.mark.parametrize("who", ["volunteer", "manager"])
def test_C9_nobody_but_a_lead_has_the_queue_and_the_refusal_is_on_record(charity, who):
    with pytest.raises(Refused):
        queue_view(charity.desk(who))
    with pytest.raises(Refused):
        queue_picture(charity.desk(who))

    assert [event.outcome for event in charity.events(actor=who)] == ["deny", "deny"]


def test_a_manager_counts_them_and_learns_nothing_more(charity):
    charity.concern("OKF-1", due_at="2026-11-23T09:00")
    charity.concern("OKF-1", about_people=["manager"])

    figures = figures_for(charity, "manager")

    assert (str(figures.open), str(figures.overdue), str(figures.undecided)) == ("1", "1", "1")


def test_the_declared_tie_of_a_lead_to_the_family_keeps_its_concerns_from_them(charity):
    charity.concern("OKF-1", "K-1")
    charity.conflict("dsl", "party_b")

    assert queue(charity) == []


def test_who_leads_are_those_here_now(charity):
    charity.person("gone", roles=[Role.DSL], left_at="2026-11-01T09:00")
    charity.person("future")
    charity.role("future", Role.DEPUTY_DSL, since="2026-12-01T00:00")

    assert safeguarding_leads(charity.desk("volunteer")) == (("dsl", "Dana Lead"), ("deputy", "Dev Uty"))


def raised(world: World, by: str = "volunteer", **other: object) -> str:
    wanted = {"case_ref": "OKF-1", "about": ["dsl"], "opinion": "I am worried."} | other
    return raise_concern(world.desk(by), severity=Severity.HIGH, account=HIDDEN, **wanted)  # type: ignore[arg-type]


def test_C9_whoever_raised_it_reads_their_own_words_again_and_nothing_of_what_came_of_it(charity):
    ref = raised(charity)
    note = "Known to the police."
    triage_concern(
        charity.desk("deputy"), ref, severity=Severity.LOW, status=ConcernStatus.MONITORING, lead="deputy", note=note
    )

    seen = concern_in_view(charity.desk("volunteer"), ref)

    assert isinstance(seen, OwnReport)
    assert (seen.account, seen.about, seen.case, seen.opinion) == (HIDDEN, "dsl", "OKF-1", "I am worried.")
    assert own_concerns(charity.desk("volunteer")) == [seen]
    assert own_concerns(charity.desk("manager")) == []
    for word in (note, "Dana", "monitoring", "deputy", "Robin"):
        assert word not in repr(seen)


def test_a_lead_reads_it_whole_with_its_chronology(charity):
    ref = raised(charity, about=["child_c"])
    charity.later(minutes=5)
    triage_concern(
        charity.desk("dsl"), ref, severity=Severity.LOW, status=ConcernStatus.MONITORING, lead="dsl", note="Rang."
    )

    seen = concern_in_view(charity.desk("deputy"), ref)

    assert isinstance(seen, ConcernInView)
    assert (seen.about, seen.raised_by, seen.lead_name) == (("Robin Example",), "Volunteer", "Dana Lead")
    assert [(entry.by, entry.text) for entry in seen.entries] == [("Volunteer", None), ("Dana Lead", "Rang.")]


def test_reading_one_is_on_record_once_a_sign_in(charity):
    ref = raised(charity, about=["child_c"])

    for session_id in ("s1", "s1", "s2", "s1"):
        concern_in_view(charity.desk("dsl", session_id=session_id), ref)

    read = charity.events(action=Action.READ_CONCERN)
    assert [(event.session_id, event.subject, event.case_ref) for event in read] == [
        ("s1", ref, None),
        ("s2", ref, None),
    ]


@pytest.mark.parametrize("who", ["manager", "volunteer", "dsl"])
def test_C2_a_concern_one_may_not_know_of_reads_as_one_that_is_not_there(charity, who):
    ref = raised(charity, by="deputy")

    told = []
    for asked in (ref, "K-NOTHERE"):
        with pytest.raises(NotFound) as error:
            concern_in_view(charity.desk(who), asked)
        told.append(str(error.value).replace(asked, ""))

    assert told[0] == told[1]
    refused = charity.events(actor=who, action=Action.READ_CONCERN)
    assert [(event.outcome, event.case_ref) for event in refused] == [("deny", None), ("deny", None)]


@pytest.mark.one_database
def test_five_thousand_open_concerns_are_counted_to_a_thousand(charity):
    for number in range(1_005):
        charity.concern(None, f"K-{number:04}", due_at=charity.now + timedelta(hours=number))

    assert str(figures_for(charity, "dsl").open) == "1,000+"
