"""Referrals are chased until they are answered, escalated where they are not accepted; due for the lead alone (C9)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.safeguarding.commands.referrals import note_on_referral
from okf.safeguarding.queries.decisions_due import Due, decisions_due
from okf.store.models import ConcernClock, ConcernEntry, Referral
from okf.terms import Role
from okf.terms.decisions import ReferralStatus, ReferralStep
from okf.terms.duties import Duty
from okf.today.queries.pending import pending_items
from tests.safeguarding.conftest import TICKED, decide, sharing
from tests.safeguarding.test_decisions import when
from tests.world import World


@pytest.fixture
def sent(charity: World) -> str:
    """A referral to children's services, on a Monday at ten."""
    decide(charity, sharing=sharing())
    return charity.all(Referral)[0].ref


def note(world: World, ref: str, step: ReferralStep, by: str = "dsl", **other: object) -> Referral:
    """Something is put on record of a referral; the referral then."""
    note_on_referral(world.desk(by), "K-1", ref, step=step, text="They said so.", **other)  # type: ignore[arg-type]
    found = world.one(Referral, ref=ref)
    assert found is not None
    return found


def due(world: World, who: str = "dsl") -> list[Due]:
    """What is to be followed up."""
    return [one.what for one in decisions_due(world.desk(who)).follow_ups]


def test_C9_a_chase_that_is_due_waits_for_the_leads_and_for_nobody_else(charity: World, sent: str) -> None:
    charity.at("2026-11-25T09:00")

    told = [one.text for one in pending_items(charity.desk("dsl"))]
    assert "3 decisions or referrals to follow up" in told
    assert due(charity) == [Due.CONFIRM, Due.ANSWER, Due.CHASE]
    for who in ("manager", "caseworker", "trustee"):
        assert not [one for one in pending_items(charity.desk(who)) if "referral" in one.text]
        with pytest.raises((Refused, NotFound)):
            note(charity, sent, ReferralStep.CHASED, by=who)


def test_C9_the_answer_keeps_its_place_in_the_chronology_and_ends_the_chase(charity: World, sent: str) -> None:
    acknowledged = note(charity, sent, ReferralStep.ACKNOWLEDGED, their_reference="CS-7")
    assert (acknowledged.status, acknowledged.their_reference) == (ReferralStatus.ACKNOWLEDGED, "CS-7")
    assert when(acknowledged.chase_at) == "2026-11-25T09:00"

    accepted = note(charity, sent, ReferralStep.ACCEPTED)

    assert (accepted.status, accepted.chase_at) == (ReferralStatus.ACCEPTED, None)
    assert [entry.what for entry in charity.all(ConcernEntry, concern_ref="K-1")][-2:] == [
        "Referral to Local authority, children's services: acknowledged",
        "Referral to Local authority, children's services: accepted",
    ]
    with pytest.raises(Conflict):
        note(charity, sent, ReferralStep.ESCALATED)


def test_C9_what_is_not_accepted_is_escalated_or_left_with_a_reason(charity: World, sent: str) -> None:
    with pytest.raises(Conflict, match="have not said no"):
        note(charity, sent, ReferralStep.LEFT)
    refused = note(charity, sent, ReferralStep.NOT_ACCEPTED)
    assert when(refused.chase_at) == "2026-11-24T09:00"
    assert Due.ESCALATE in due(charity)

    escalated = note(charity, sent, ReferralStep.ESCALATED, by="deputy")
    assert (escalated.status, when(escalated.chase_at)) == (ReferralStatus.ESCALATED, "2026-11-25T09:00")

    note(charity, sent, ReferralStep.NOT_ACCEPTED)
    assert note(charity, sent, ReferralStep.LEFT).chase_at is None


def test_C9_an_urgent_one_is_confirmed_in_writing_within_24_hours(charity: World, sent: str) -> None:
    charity.later(hours=25)
    [row] = [one for one in decisions_due(charity.desk("dsl")).follow_ups if one.what is Due.CONFIRM]
    assert row.overdue(charity.now)

    note(charity, sent, ReferralStep.CONFIRMED)

    assert Due.CONFIRM not in due(charity)
    assert Due.CHASE in due(charity)


def test_a_day_to_chase_again_is_still_to_come_and_something_is_said(charity: World, sent: str) -> None:
    assert (
        when(note(charity, sent, ReferralStep.CHASED, chase_again_on=date(2026, 12, 1)).chase_at) == "2026-12-01T09:00"
    )
    with pytest.raises(Invalid):
        note(charity, sent, ReferralStep.CHASED, chase_again_on=date(2026, 11, 23))
    with pytest.raises(Invalid):
        note_on_referral(charity.desk("dsl"), "K-1", sent, step=ReferralStep.CHASED, text=" ")


def test_C9_who_has_no_clock_of_their_own_is_chased_when_the_lead_expects_an_answer(charity: World) -> None:
    decide(charity, sharing=sharing(recipient="gp", expected_on=date(2026, 11, 30)))

    assert when(charity.all(Referral)[0].chase_at) == "2026-11-30T09:00"


def test_C9_of_an_allegation_its_subject_is_told_nothing_that_is_due(charity: World) -> None:
    charity.person("other", roles=[Role.DEPUTY_DSL])
    charity.concern("OKF-1", "K-2", about_people=["other"])
    more = (*TICKED, "before_internal_enquiry", "nobody_tells_the_person")
    decide(charity, ref="K-2", sharing=sharing(recipient="lado", ticked=more))
    charity.later(days=9)

    assert due(charity, "other") == []
    assert not [one for one in pending_items(charity.desk("other")) if "decision" in one.text or "referral" in one.text]
    assert due(charity, "deputy") == [Due.CONFIRM, Due.ANSWER, Due.CHASE]


def test_C9_no_chase_is_put_off_for_longer_than_a_month(charity: World, sent: str) -> None:
    for day in (date(2126, 1, 1), date(9999, 12, 31)):
        with pytest.raises(Invalid, match="within a month"):
            note(charity, sent, ReferralStep.CHASED, chase_again_on=day)


def test_C9_what_was_given_up_comes_alive_no_more(charity: World, sent: str) -> None:
    note(charity, sent, ReferralStep.GIVEN_UP)
    for step in (ReferralStep.CHASED, ReferralStep.ACKNOWLEDGED, ReferralStep.ACCEPTED, ReferralStep.ESCALATED):
        with pytest.raises(Conflict, match="given up"):
            note(charity, sent, step)
    assert not charity.all(ConcernClock, duty=Duty.CHASE, ended_at=None)


@pytest.mark.parametrize("acted_at", [datetime(1, 1, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)])
def test_C9_nothing_was_done_about_a_concern_before_it_was_raised_or_seen(charity: World, acted_at: datetime) -> None:
    with pytest.raises(Invalid, match="Done on: this is before"):
        decide(charity, sharing=sharing(acted_at=acted_at))
    assert charity.count(Referral) == 0
