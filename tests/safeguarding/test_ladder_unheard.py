"""Nothing keeps anybody from hearing: no broken clock, no rung without anybody, no mail that is refused (C9)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from okf.safeguarding.commands.ladder import AT_ONE_GO
from okf.store.models import ClockTold, ConcernClock
from okf.terms import Action, Role, Severity
from okf.terms.duties import Duty
from tests.behind import behind_casebook, unrecorded
from tests.post_office import PostOffice
from tests.safeguarding.test_ladder import heard, raised
from tests.world import World

ALL = ("dsl", "deputy", "trustee")
EARLIEST, LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)
MONDAY = "2026-11-23T10:00"


@pytest.fixture
def charity(world: World) -> World:
    world.dsl(name="Dana Lead", email="dana@okf.example")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL], email="dev@okf.example")
    world.person("trustee", name="Tru Stee", roles=[Role.SAFEGUARDING_TRUSTEE], email="tru@okf.example")
    world.volunteer(signed=None)
    world.at(MONDAY)
    return world


def clocks(world: World, *spans: tuple[datetime, datetime]) -> None:
    """Clocks by hand, of a concern of their own."""
    ref = world.concern(raised_at=MONDAY)
    with unrecorded(world.store) as session:
        session.add_all(
            ConcernClock(concern_ref=ref, duty=Duty.REVIEW, started_at=began, due_at=due) for began, due in spans
        )


# Each clock by itself.


@pytest.mark.both_databases
@pytest.mark.parametrize("began", [EARLIEST, LATEST])
def test_a_clock_of_which_no_rung_can_be_reckoned_keeps_nobody_from_hearing_of_another(
    charity: World, office: PostOffice, caplog: pytest.LogCaptureFixture, began: datetime
) -> None:
    clocks(charity, *[(began, EARLIEST)] * (AT_ONE_GO + 1))
    raised(charity)

    with caplog.at_level(logging.ERROR, "casebook"):
        assert heard(charity, office, "2026-11-23T10:30") == ["dana", "dana", "dev"]  # at once, and before it is due

    assert caplog.text.count("OverflowError") == AT_ONE_GO + 1
    assert caplog.text.count(" E-") == AT_ONE_GO + 1


def test_what_fails_as_it_is_told_is_undone_logged_and_tried_again_after_the_others(
    charity: World, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    broken = [raised(charity) for _ in range(AT_ONE_GO)]
    whole = raised(charity, Severity.HIGH)
    heard(charity, office, MONDAY)
    with behind_casebook(charity.store) as connection:
        connection.execute(text("UPDATE concern SET status = 'nonsense' WHERE severity = 'immediate'"))

    with caplog.at_level(logging.ERROR, "casebook"):
        assert heard(charity, office, "2026-11-24T00:00") == []
        assert caplog.text.count(" E-") == AT_ONE_GO
        assert heard(charity, office, "2026-11-24T00:00:10") == ["dana"]
    assert charity.count(ClockTold) == 1

    with behind_casebook(charity.store) as connection:
        connection.execute(text("UPDATE concern SET status = 'raised' WHERE severity = 'immediate'"))
    assert "tru" in heard(charity, office, "2026-11-24T00:01")
    assert {one.concern_ref for one in charity.all(ConcernClock) if charity.all(ClockTold, clock=one.id)} == {
        whole,
        *broken,
    }


# Nobody who may hear.


def test_who_comes_later_hears_of_what_nobody_could_be_told_of(charity: World, office: PostOffice) -> None:
    charity.concern(about_people=ALL, raised_at=MONDAY, due_at="2026-11-23T11:00", severity=Severity.IMMEDIATE)
    assert heard(charity, office, "2026-11-23T13:00") == []
    events = len(charity.events(action=Action.CLIMB_LADDER))
    charity.person("eve", name="Eve Second", roles=[Role.DEPUTY_DSL], email="eve@okf.example")

    assert heard(charity, office, "2026-11-23T13:01") == ["eve"]
    assert events == 0  # what told nobody is no deed


def test_clocks_that_nobody_may_hear_of_come_after_the_others(charity: World, office: PostOffice) -> None:
    for _ in range(AT_ONE_GO):
        charity.concern(about_people=ALL, raised_at=MONDAY, due_at="2026-11-23T11:00", severity=Severity.IMMEDIATE)
    charity.concern(raised_at=MONDAY, due_at="2026-11-23T12:00", severity=Severity.IMMEDIATE)

    assert heard(charity, office, "2026-11-23T12:00") == []
    assert heard(charity, office, "2026-11-23T12:00:10") == ["dana"]
