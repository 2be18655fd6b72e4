"""The clocks, retention, and the undertaking: over weekends, holidays, month ends and both changes of the clocks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from okf.clock import is_working_day, london, months_after
from okf.policy import clocks, undertaking
from okf.policy.retention import keep_until, signature_kept_until
from okf.policy.rights import decide_rights
from okf.policy.share_facts import RightsQuestion
from okf.terms import Role, Severity
from tests.policy.plain import case, concern
from tests.world import instant

HOLIDAYS = tuple(map(date.fromisoformat, ("2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26", "2027-03-29")))
CLOSED = ("2026-10-30T17:00", None)
BORN = {"child_c": date(2015, 5, 20)}
days = st.dates(date(2026, 1, 1), date(2029, 12, 31))


def told(when) -> str:
    """An instant as London tells it."""
    return f"{london(when):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    "severity, raised_at, by",
    [
        (Severity.IMMEDIATE, "2026-11-21T23:30", "2026-11-22T00:30"),
        (Severity.HIGH, "2026-11-21T22:59", "2026-11-22T00:00"),
        (Severity.HIGH, "2026-11-21T23:59", "2026-11-22T00:59"),
        (Severity.HIGH, "2026-11-22T00:00", "2026-11-23T00:00"),
        (Severity.MEDIUM, "2026-11-20T16:00", "2026-11-24T00:00"),
        (Severity.MEDIUM, "2026-12-24T16:00", "2026-12-30T00:00"),
        (Severity.LOW, "2026-11-20T16:00", "2026-11-25T00:00"),
        (Severity.LOW, "2027-03-25T16:00", "2027-04-01T00:00"),
    ],
)
def test_C9_the_lead_decides_by_the_clock_of_the_severity(severity, raised_at, by):
    assert told(clocks.decide_by(severity, instant(raised_at), HOLIDAYS)) == by


def test_C9_an_hour_is_an_hour_on_the_night_that_the_clocks_change():
    back = clocks.decide_by(Severity.IMMEDIATE, instant("2026-10-25T01:30+01:00"))
    forward = clocks.decide_by(Severity.IMMEDIATE, instant("2027-03-28T00:30"))

    assert (told(back), back - instant("2026-10-25T01:30+01:00")) == ("2026-10-25T01:30", timedelta(hours=1))
    assert told(forward) == "2027-03-28T02:30"


@pytest.mark.parametrize(
    "severity, next_on",
    [
        (Severity.IMMEDIATE, "2027-02-01"),
        (Severity.HIGH, "2027-02-07"),
        (Severity.MEDIUM, "2027-02-14"),
        (Severity.LOW, "2027-02-28"),
    ],
)
def test_C9_an_open_concern_is_looked_at_again(severity, next_on):
    assert clocks.review_due(severity, date(2027, 1, 31)) == date.fromisoformat(next_on)


@given(days, st.booleans())
def test_C1_an_answer_is_due_on_a_working_day_within_days_of_the_same_date(received_on, extended):
    by = clocks.answer_by(received_on, HOLIDAYS, extended=extended)

    months = 3 if extended else 1
    assert is_working_day(by, HOLIDAYS)
    assert timedelta(days=28 * months) <= by - received_on <= timedelta(days=31 * months + 5)


@given(days, st.booleans(), st.integers(0, 60))
def test_C1_the_days_on_which_clarification_was_awaited_are_added(received_on, extended, awaited):
    by = clocks.answer_by(received_on, HOLIDAYS, extended=extended, awaited=awaited)

    assert is_working_day(by, HOLIDAYS)
    first = months_after(received_on, 3 if extended else 1) + timedelta(days=awaited)
    assert timedelta() <= by - first <= timedelta(days=5)


@given(days, st.timedeltas(timedelta(), timedelta(days=1)))
def test_C1_a_breach_is_told_within_72_hours_that_passed(day, later):
    aware_at = instant(day) + later

    assert clocks.ico_by(aware_at) - aware_at == timedelta(hours=72)


def test_C15_an_open_case_has_no_date_of_disposal_and_a_reopened_one_neither():
    reopened = case(("2026-10-30T17:00", "2026-11-05T09:00"))
    at = instant("2026-11-23")

    assert keep_until(case(), (), BORN, at) is None
    assert keep_until(reopened, (), BORN, at) is None
    assert keep_until(reopened, (), BORN, instant("2026-11-01")) == date(2033, 5, 20)
    assert keep_until(case(CLOSED), (), BORN, instant("2026-10-30T16:59")) is None


def test_C15_without_the_date_of_birth_nothing_may_be_disposed_of():
    assert keep_until(case(CLOSED), (), {}, instant("2026-11-23")) is None
    assert keep_until(case(CLOSED, children=()), (concern(),), {}, instant("2026-11-23")) is None


def test_C15_a_concern_about_a_child_from_outside_the_family_counts():
    outside = concern()

    kept = keep_until(case(CLOSED, children=()), (outside,), BORN, instant("2026-11-23"))

    assert kept == date(2040, 5, 20)


def test_C15_a_concern_raised_after_the_question_is_not_known_to_it():
    later = concern(raised_at="2026-11-24T10:00")
    asked = RightsQuestion(instant("2026-11-23"), "erasure", date(2026, 11, 23), case(CLOSED), (later,), BORN)

    decision = decide_rights(asked)

    assert decision.to == (Role.DATA_PROTECTION_LEAD,)
    assert decision.due["keep_until"] == date(2033, 5, 20)


def test_C15_signatures_outlive_the_file_they_protected():
    assert signature_kept_until(date(2026, 11, 23)) == date(2032, 11, 23)
    assert signature_kept_until(date(2026, 11, 23), date(2040, 5, 20)) == date(2040, 5, 20)


@pytest.mark.parametrize(
    "who", ["police_999", "Police", "lawyer", "solicitor", "regulator", "support service", "close_family", "gp", "ICO"]
)
def test_C14_seeking_help_or_complaining_is_never_a_breach(who):
    assert not undertaking.breached_by_telling(who)


@pytest.mark.parametrize("who", ["social_media", "press", "neighbour", "another_service_user"])
def test_C14_telling_anyone_else_may_be(who):
    assert undertaking.breached_by_telling(who)


def test_C14_it_is_asked_for_at_registration_and_never_blocks_help():
    assert undertaking.asked_for(registered=True, given=False)
    assert not undertaking.asked_for(registered=True, given=True)
    assert not undertaking.asked_for(registered=False, given=False)
    assert not undertaking.blocks_help(given=False)
    assert not undertaking.blocks_help(given=True)
