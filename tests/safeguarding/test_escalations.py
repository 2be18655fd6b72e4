"""What is not accepted climbs the authority's steps, each with a name and a clock, to an answer or a reason (C9)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from okf.errors import Conflict
from okf.proof.queries.assurance.clocks import clocks_astray
from okf.safeguarding.commands.directory import enter_authority, remove_authority
from okf.safeguarding.commands.referrals import note_on_referral
from okf.safeguarding.queries.decisions import Climbed, decisions_in_view
from okf.safeguarding.queries.decisions_due import Due, decisions_due
from okf.store.models import AuditEvent, ConcernClock, Referral
from okf.terms.decisions import ReferralStatus, ReferralStep
from okf.terms.duties import ClockEnd, Duty
from okf.terms.escalations import EscalationEnd
from tests.behind import behind_casebook
from tests.safeguarding.conftest import decide, sharing
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.safeguarding.test_decision_pages import labelled, press
from tests.safeguarding.test_decisions import when
from tests.safeguarding.test_directory import NORTH, SOUTH
from tests.world import World


@pytest.fixture
def refused(charity: World) -> str:
    """A referral that Northshire did not accept, on a Monday at ten."""
    enter_authority(charity.desk("dsl"), NORTH)
    decide(charity, sharing=sharing())
    ref = charity.all(Referral)[0].ref
    note(charity, ref, ReferralStep.NOT_ACCEPTED)
    return ref


def note(world: World, ref: str, step: ReferralStep, said: str = "They said so.", **more: object) -> Referral:
    """The lead puts something on record of the referral; the referral then."""
    note_on_referral(world.desk("dsl"), "K-1", ref, step=step, text=said, **more)  # type: ignore[arg-type]
    found = world.one(Referral, ref=ref)
    assert found is not None
    return found


def climbed(world: World) -> tuple[Climbed, ...]:
    """The steps as whoever works the concern sees them."""
    [made] = decisions_in_view(world.desk("deputy"), "K-1").decisions
    assert made.recipients
    return made.recipients[0].referral.climbed


def clocks(world: World) -> list[tuple[str, ClockEnd | None]]:
    """The clocks of the disagreement: when each is due, and how it ended."""
    return [(when(one.due_at), one.ended_how) for one in world.all(ConcernClock, duty=Duty.ESCALATE)]


def due(world: World, at: datetime | None = None) -> list[tuple[Due, str]]:
    """What is to be done about the answer, and by when."""
    rows = decisions_due(world.desk("deputy")).follow_ups
    return [(one.what, when(one.due_at)) for one in rows if one.what is not Due.CONFIRM]


def test_C9_each_step_has_who_was_written_to_what_was_said_and_the_directorys_days(
    charity: World, refused: str
) -> None:
    sent = note(charity, refused, ReferralStep.ESCALATED, "We disagree: it is the third bruise.")

    assert (sent.status, when(sent.chase_at)) == (ReferralStatus.ESCALATED, "2026-11-26T00:00")
    [step] = climbed(charity)
    assert (step.place, step.authority, step.written_to) == (1, NORTH.name, "Team manager, MASH, 01632 960106")
    assert (step.said, when(step.due_at)) == ("We disagree: it is the third bruise.", "2026-11-26T00:00")
    assert clocks(charity) == [("2026-11-26T00:00", None)]
    assert due(charity) == [(Due.CLIMB, "2026-11-26T00:00")]


def test_C9_without_an_answer_it_climbs_to_the_last_step_and_no_further(charity: World, refused: str) -> None:
    note(charity, refused, ReferralStep.ESCALATED)
    charity.at("2026-11-26T09:00")
    note(charity, refused, ReferralStep.ESCALATED, "Nobody answered.", written_to="Asta Head, by e-mail")

    first, second = climbed(charity)
    assert (first.ended_how, first.answer) == (EscalationEnd.CLIMBED, None)
    assert (second.written_to, when(second.due_at)) == ("Asta Head, by e-mail", "2026-12-04T00:00")
    assert clocks(charity) == [("2026-11-26T00:00", ClockEnd.REPLACED), ("2026-12-04T00:00", None)]
    with pytest.raises(Conflict, match="last of their steps"):
        note(charity, refused, ReferralStep.ESCALATED)
    assert len(climbed(charity)) == 2


@pytest.mark.parametrize(
    "step, how, status",
    [
        (ReferralStep.ACCEPTED, EscalationEnd.ACCEPTED, ReferralStatus.ACCEPTED),
        (ReferralStep.GIVEN_UP, EscalationEnd.GIVEN_UP, ReferralStatus.GIVEN_UP),
    ],
)
def test_C9_an_answer_or_a_reason_to_give_up_ends_it(
    charity: World, refused: str, step: ReferralStep, how: EscalationEnd, status: ReferralStatus
) -> None:
    note(charity, refused, ReferralStep.ESCALATED)

    sent = note(charity, refused, step, "Their director rang.")

    assert (sent.status, sent.chase_at) == (status, None)
    [ended] = climbed(charity)
    assert (ended.ended_how, ended.answer, ended.ended_at) == (how, "Their director rang.", charity.now)
    assert clocks(charity)[0][1] is not None
    assert due(charity) == []


def test_C9_a_second_no_ends_its_step_and_asks_for_the_next(charity: World, refused: str) -> None:
    note(charity, refused, ReferralStep.ESCALATED)
    note(charity, refused, ReferralStep.NOT_ACCEPTED, "Not their threshold.")
    [first] = climbed(charity)
    assert (first.ended_how, first.answer) == (EscalationEnd.NOT_ACCEPTED, "Not their threshold.")
    assert due(charity) == [(Due.ESCALATE, "2026-11-24T09:00")]

    note(charity, refused, ReferralStep.ESCALATED)

    assert [one.written_to for one in climbed(charity)][1:] == ["Head of service"]
    assert due(charity) == [(Due.CLIMB, "2026-12-01T00:00")]


def test_C9_that_they_have_it_or_were_chased_is_no_answer(charity: World, refused: str) -> None:
    note(charity, refused, ReferralStep.ESCALATED)
    charity.at("2026-11-24T11:00")

    had = note(charity, refused, ReferralStep.ACKNOWLEDGED)
    chased = note(charity, refused, ReferralStep.CHASED)

    assert [one.status for one in (had, chased)] == [ReferralStatus.ESCALATED] * 2
    assert when(chased.chase_at) == "2026-11-25T09:00"
    assert [one.ended_how for one in climbed(charity)] == [None]
    assert clocks(charity) == [("2026-11-26T00:00", None)]
    with charity.store.reading() as session:
        assert clocks_astray(session).behind == ()


def test_C9_a_step_keeps_what_the_directory_said_when_it_was_taken(charity: World, refused: str) -> None:
    note(charity, refused, ReferralStep.ESCALATED)
    remove_authority(charity.desk("dsl"), 1)

    assert [(one.authority, one.written_to) for one in climbed(charity)] == [
        (NORTH.name, "Team manager, MASH, 01632 960106")
    ]


def test_C9_where_the_directory_has_no_steps_it_says_whom_and_is_answered_by_the_day_that_is_said(
    charity: World,
) -> None:
    enter_authority(charity.desk("dsl"), SOUTH)
    decide(charity, sharing=sharing(name="Southshire Council, children's front door (MASH)"))
    ref = charity.all(Referral)[0].ref

    note(charity, ref, ReferralStep.ESCALATED, written_to="The duty manager")
    note(charity, ref, ReferralStep.ESCALATED, chase_again_on=date(2026, 12, 7))

    assert [(one.authority, one.written_to, when(one.due_at)) for one in climbed(charity)] == [
        (SOUTH.name, "The duty manager", "2026-11-25T09:00"),
        (
            SOUTH.name,
            "Local authority, children's services, Southshire Council, children's front door (MASH)",
            "2026-12-07T09:00",
        ),
    ]


@pytest.mark.parametrize(
    "asked, due_at", [(date(2026, 11, 25), "2026-11-25T09:00"), (date(2026, 12, 7), "2026-11-26T00:00")]
)
def test_C9_a_day_that_is_said_makes_a_step_shorter_and_never_longer_than_the_directory_does(
    charity: World, refused: str, asked: date, due_at: str
) -> None:
    note(charity, refused, ReferralStep.ESCALATED, chase_again_on=asked)

    assert clocks(charity) == [(due_at, None)]
    assert [when(one.due_at) for one in climbed(charity)] == [due_at]


def test_C9_what_was_written_is_sealed_and_its_words_are_in_no_event(charity: World, refused: str) -> None:
    note(charity, refused, ReferralStep.ESCALATED, "Kestrel", written_to="Pelican")
    note(charity, refused, ReferralStep.ACCEPTED, "Juniper")

    assert not [
        one for one in charity.all(AuditEvent) if {"Kestrel", "Pelican", "Juniper"} & set(str(one.facts).split())
    ]
    with charity.store.reading() as session:
        raw = str(session.execute(text("SELECT written_to, said, answer FROM referral_escalation")).all())
    assert not [word for word in ("Kestrel", "Pelican", "Juniper") if word in raw]
    with pytest.raises(DatabaseError, match="sealed"), behind_casebook(charity.store) as connection:
        connection.execute(text("UPDATE referral_escalation SET due_at = written_at"))


@pytest.mark.one_database
def test_C9_the_tab_says_the_next_step_whom_to_ring_and_what_was_climbed(charity: World, refused: str) -> None:
    page = open_page(charity, "dsl", "concern", ref="K-1", part="Decisions")
    assert "01632 960101, mash@northshire.example, Monday to Friday, 9:00 to 17:00" in shown(page)
    labelled(page.selectbox, "What happened").set_value("escalated").run()
    [told] = [one.value.replace("\\", "") for one in page.info if "Step" in one.value]
    assert told == (
        "Step 1 of 2 at Northshire Council: Team manager, MASH, 01632 960106. They answer within 2 working days."
    )

    labelled(page.text_area, "Who said what, and when").set_value("It is the third bruise.")
    press(page, "Put it on record")

    told = shown(page)
    assert "Professional disagreement, step by step" in told
    assert "2 days left (by the end of Wed 25 Nov 2026)" in told
    assert "An answer was asked for by the end of Wed 25 Nov 2026" in told
