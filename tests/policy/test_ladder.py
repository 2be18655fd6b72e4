"""The ladder of the clocks: which rung is due to hear, and when the next one does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from okf.policy.facts import PolicySettings
from okf.policy.ladder import Rung, due_rung, hears_again, ladder
from tests.world import instant

SETTINGS = PolicySettings()


def rungs(started: str, due: str, *, urgent: bool = False, **settings: int) -> dict[str, str]:
    found = ladder(instant(started), instant(due), urgent=urgent, settings=replace(SETTINGS, **settings))
    return {rung.value: f"{at:%d %H:%M}" for rung, at in found}


def test_what_is_immediate_climbs_at_any_hour_within_two_hours() -> None:
    assert rungs("2026-11-23T22:00", "2026-11-23T23:00", urgent=True) == {
        "before": "23 22:30",
        "past": "23 23:00",
        "deputy": "23 23:30",
        "trustee": "24 00:00",
    }


def test_what_can_wait_climbs_within_the_hours_alone() -> None:
    """Due at midnight: the lead hears in the afternoon before, and the morning after."""
    assert rungs("2026-11-23T10:00", "2026-11-25") == {
        "before": "24 14:00",
        "past": "25 08:00",
        "deputy": "25 12:00",
        "trustee": "25 16:00",
    }


def test_what_would_be_heard_in_the_evening_waits_for_the_morning() -> None:
    found = rungs("2026-11-23T10:00", "2026-11-24T16:00")
    assert (found["past"], found["deputy"], found["trustee"]) == ("24 16:00", "25 08:00", "25 08:00")


def test_the_hours_are_londons_in_summer_too() -> None:
    assert rungs("2026-06-01T10:00", "2026-06-03")["past"] == "03 07:00"  # 08:00 in London, in UTC


def test_nobody_hears_before_half_of_the_time_is_over() -> None:
    assert rungs("2026-11-24T08:00", "2026-11-24T10:00")["before"] == "24 09:00"
    assert rungs("2026-11-23T10:00", "2026-11-24T00:00", urgent=True)["before"] == "23 20:00"


def test_every_step_is_a_setting() -> None:
    found = rungs("2026-11-23T10:00", "2026-11-25", ladder_before_hours=0, ladder_from_hour=9, ladder_deputy_hours=1)
    assert found == {"past": "25 09:00", "deputy": "25 10:00", "trustee": "25 17:00"}
    soon = rungs("2026-11-23T22:00", "2026-11-23T23:00", urgent=True, ladder_deputy_minutes=5, ladder_trustee_minutes=0)
    assert (soon["deputy"], soon["trustee"]) == ("23 23:05", "23 23:05")  # the trustee never before the deputies


def test_hours_that_make_no_sense_keep_nobody_from_hearing() -> None:
    found = rungs("2026-11-23T10:00", "2026-11-24T22:00", ladder_from_hour=18, ladder_to_hour=8)
    assert found["past"] == "24 22:00"


@pytest.mark.parametrize(
    "at, told, due",
    [
        ("2026-11-23T22:29", None, None),
        ("2026-11-23T22:30", None, Rung.BEFORE),
        ("2026-11-23T22:59", Rung.BEFORE, None),
        ("2026-11-23T23:00", Rung.BEFORE, Rung.PAST),
        ("2026-11-26T00:00", Rung.BEFORE, Rung.TRUSTEE),  # what was missed is made up for by the highest alone
        ("2026-11-26T00:00", Rung.TRUSTEE, None),
    ],
)
def test_each_rung_hears_once(at: str, told: Rung | None, due: Rung | None) -> None:
    climbs = ladder(instant("2026-11-23T22:00"), instant("2026-11-23T23:00"), urgent=True, settings=SETTINGS)
    assert due_rung(climbs, instant(at), told) is due


@pytest.mark.parametrize(
    "told, at, any_hour, again",
    [
        ("2026-11-25T16:00", "2026-11-25T17:59", False, False),
        ("2026-11-25T16:00", "2026-11-26T07:59", False, False),
        ("2026-11-25T16:00", "2026-11-26T08:00", False, True),
        ("2026-11-25T16:00", "2026-11-26T18:00", False, False),
        ("2026-11-25T16:00", "2026-11-25T23:59", True, False),
        ("2026-11-25T16:00", "2026-11-26T00:00", True, True),
        ("2026-06-01T23:30", "2026-06-02T00:00", True, True),  # one day in UTC
    ],
)
def test_the_highest_rung_hears_again_once_a_day_of_london(told: str, at: str, any_hour: bool, again: bool) -> None:
    assert hears_again(instant(told), instant(at), any_hour=any_hour, settings=SETTINGS) is again
