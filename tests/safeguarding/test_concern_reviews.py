"""Reviews of an open concern, by its severity, until it ends with its outcome and lessons (C9)."""

from __future__ import annotations

from datetime import date

import pytest

from okf.clock import london
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.safeguarding.commands.concerns import end_concern, review_concern, triage_concern
from okf.safeguarding.queries.reviews import reviews_of
from okf.store.models import Concern, ConcernClock, ConcernEntry, ConcernReview
from okf.terms import ConcernStatus, Role, Severity
from okf.terms.concerns import ReviewOutcome
from okf.terms.duties import Duty
from okf.today.queries.pending import pending_items
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl()
    world.person("deputy", roles=[Role.DEPUTY_DSL])
    world.person("trustee", roles=[Role.SAFEGUARDING_TRUSTEE])
    world.case("OKF-1")
    world.concern("OKF-1", "K-1", severity=Severity.HIGH)
    return world


def triage(world: World, ref: str = "K-1", severity: Severity = Severity.HIGH) -> None:
    triage_concern(
        world.desk("deputy"), ref, severity=severity, status=ConcernStatus.TRIAGED, lead="deputy", note="Spoke to them."
    )


def said(world: World, who: str) -> list[str]:
    return [one.text for one in pending_items(world.desk(who)) if "review of a concern" in one.text]


@pytest.mark.parametrize(
    "severity, following",
    [
        (Severity.IMMEDIATE, date(2026, 11, 24)),
        (Severity.HIGH, date(2026, 11, 30)),
        (Severity.MEDIUM, date(2026, 12, 7)),
        (Severity.LOW, date(2026, 12, 23)),
    ],
)
def test_C9_an_open_concern_is_looked_at_again_as_its_severity_asks(
    charity: World, severity: Severity, following: date
) -> None:
    triage(charity)

    on = review_concern(charity.desk("dsl"), "K-1", severity=severity, found="Their aunt is with them.")

    concern, [clock] = charity.one(Concern, ref="K-1"), charity.all(ConcernClock, duty=Duty.REVIEW)
    assert concern is not None
    assert (on, concern.next_review_on, concern.severity) == (following, following, severity)
    assert f"{london(clock.due_at):%Y-%m-%d %H:%M}" == f"{date.fromordinal(following.toordinal() + 1)} 00:00"


def test_a_review_is_a_row_and_a_line_of_the_chronology_with_what_changed(charity: World) -> None:
    triage(charity)
    review_concern(charity.desk("dsl"), "K-1", severity=Severity.HIGH, found="Their aunt is with them.")
    charity.later(days=3)

    review_concern(charity.desk("dsl"), "K-1", severity=Severity.MEDIUM, found="Calmer since he moved out.")

    [_, made] = reviews_of(charity.desk("deputy"), "K-1")
    assert (made.due_on, made.outcome, made.severity_before, made.severity, made.next_review_on) == (
        date(2026, 11, 30),
        ReviewOutcome.STILL_OPEN,
        Severity.HIGH,
        Severity.MEDIUM,
        date(2026, 12, 10),
    )
    last = charity.all(ConcernEntry, concern_ref="K-1")[-1]
    assert last.what == "Reviewed: still open, severity high → medium, next review 10 December 2026"
    assert last.text == "Calmer since he moved out."
    assert "Calmer" not in str([event.facts for event in charity.events()])


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2026, 11, 22)])
def test_a_next_day_that_is_past_or_later_than_the_severity_allows_is_told(charity: World, day: date) -> None:
    triage(charity)

    with pytest.raises(Invalid) as told:
        review_concern(charity.desk("dsl"), "K-1", severity=Severity.HIGH, found="Quiet.", next_review_on=day)

    assert told.value.field == "Next review"
    assert charity.count(ConcernReview) == 0


def test_a_concern_is_triaged_before_it_is_reviewed_and_ended_ones_are_not(charity: World) -> None:
    with pytest.raises(Conflict):
        review_concern(charity.desk("dsl"), "K-1", severity=Severity.HIGH, found="Quiet.")
    triage(charity)
    end_concern(charity.desk("dsl"), "K-1", status=ConcernStatus.CLOSED, outcome="All well.", lessons="None.")
    with pytest.raises(Conflict):
        review_concern(charity.desk("dsl"), "K-1", severity=Severity.HIGH, found="Quiet.")


def test_C9_an_overdue_review_waits_for_the_leads_and_for_nobody_whom_it_is_about(charity: World) -> None:
    charity.concern("OKF-1", "K-2", about_people=["dsl"])
    for ref in ("K-1", "K-2"):
        triage(charity, ref)
        review_concern(charity.desk("deputy"), ref, severity=Severity.HIGH, found="Quiet.")
    assert said(charity, "dsl") == []
    charity.at("2026-11-30T23:59")
    assert said(charity, "dsl") == said(charity, "deputy") == []

    charity.at("2026-12-01T00:00")

    assert said(charity, "dsl") == ["1 review of a concern is overdue"]
    assert said(charity, "trustee") == ["1 review of a concern is overdue"]
    assert [one for one in pending_items(charity.desk("deputy")) if one.text == "2 reviews of concerns are overdue"]
    assert said(charity, "manager") == []
    review_concern(charity.desk("dsl"), "K-1", severity=Severity.HIGH, found="Quiet.")
    assert said(charity, "dsl") == []


@pytest.mark.parametrize("missing", ["outcome", "lessons"])
def test_a_concern_ends_with_its_outcome_and_its_lessons_in_words(charity: World, missing: str) -> None:
    triage(charity)
    words = {"outcome": "All well.", "lessons": "Ring the school on the first day."}
    with pytest.raises(Invalid):
        end_concern(charity.desk("dsl"), "K-1", status=ConcernStatus.CLOSED, **(words | {missing: " "}))

    end_concern(charity.desk("dsl"), "K-1", status=ConcernStatus.CLOSED, **words)

    entries = [(one.what, one.text) for one in charity.all(ConcernEntry, concern_ref="K-1")][-2:]
    assert entries == [("Ended: closed", "All well."), ("Lessons", "Ring the school on the first day.")]
    assert [(one.outcome, one.next_review_on) for one in charity.all(ConcernReview)] == [(ReviewOutcome.CLOSED, None)]


@pytest.mark.parametrize("who", ["manager", "trustee"])
def test_C9_nobody_but_those_who_work_it_reviews_it_or_reads_the_reviews(charity: World, who: str) -> None:
    triage(charity)
    review_concern(charity.desk("dsl"), "K-1", severity=Severity.HIGH, found="Quiet.")

    with pytest.raises((Refused, NotFound)):
        review_concern(charity.desk(who), "K-1", severity=Severity.LOW, found="Nothing to see.")
    assert reviews_of(charity.desk(who), "K-1") == ()
