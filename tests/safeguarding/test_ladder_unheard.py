"""Nothing keeps anybody from hearing: no broken clock, no rung without anybody, no mail that is refused (C9)."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import event, text

from okf.policy.chasing import MailKind
from okf.safeguarding.commands.concerns import end_concern
from okf.safeguarding.commands.ladder import AT_ONE_GO, climb_clocks
from okf.safeguarding.commands.rota import Hours, enter_hours
from okf.store.models import ClockTold, ConcernClock, Mail, Person
from okf.terms import Action, ConcernStatus, Role, Severity
from okf.terms.duties import Duty
from okf.terms.rota import RotaPlace
from tests.behind import behind_casebook, unrecorded
from tests.post_office import PostOffice
from tests.safeguarding.test_ladder import heard, host_of, raised
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


@pytest.mark.parametrize("table, column", [("concern", "severity"), ("concern_clock", "duty"), ("clock_told", "rung")])
def test_a_word_that_nobody_knows_keeps_nobody_from_hearing_of_another(
    charity: World, office: PostOffice, table: str, column: str
) -> None:
    raised(charity)
    heard(charity, office, "2026-11-23T10:30")
    with behind_casebook(charity.store) as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = 'nonsense'"))
    raised(charity, Severity.HIGH)
    heard(charity, office, "2026-11-23T10:30")

    assert "dana" in heard(charity, office, "2026-11-23T20:00")  # before the end of the day


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


# Until the clock ends.


@pytest.mark.parametrize(
    "severity, again",
    [
        (
            Severity.IMMEDIATE,
            {
                "2026-11-23T12:00": True,
                "2026-11-23T23:59": False,
                "2026-11-24T00:00": True,
                "2026-11-24T09:00": False,
                "2026-11-25T03:00": True,
            },
        ),
        (
            Severity.HIGH,
            {
                "2026-11-24T01:00": True,
                "2026-11-24T09:00": False,
                "2026-11-25T07:59": False,
                "2026-11-25T08:00": True,
                "2026-11-26T18:00": False,  # nothing ran by day
                "2026-11-27T08:00": True,
            },
        ),
    ],
)
def test_from_the_highest_rung_on_everybody_hears_again_each_day_until_the_clock_ends(
    charity: World, office: PostOffice, severity: Severity, again: dict[str, bool]
) -> None:
    ref = raised(charity, severity)
    heard(charity, office, MONDAY)
    for when, hear in again.items():
        assert heard(charity, office, when) == (["dana", "dev", "tru"] if hear else []), when
        assert heard(charity, office, when) == [], when
    told = charity.count(ClockTold)

    charity.person("eve", name="Eve Second", roles=[Role.DEPUTY_DSL], email="eve@okf.example")
    charity.leave("deputy")
    assert heard(charity, office, "2026-11-28T08:00") == ["dana", "eve", "tru"]
    assert charity.count(ClockTold) == told + 1

    end_concern(charity.desk("dsl"), ref, status=ConcernStatus.NO_FURTHER_ACTION, outcome="A fall.", lessons="None.")
    assert heard(charity, office, "2026-11-29T08:00") == []


@pytest.mark.both_databases
def test_a_round_in_which_nobody_is_due_to_hear_costs_the_same_however_many_clocks_are_past(
    charity: World, office: PostOffice
) -> None:
    def cost() -> int:
        asked: list[str] = []
        event.listen(charity.store.engine, "before_cursor_execute", tell := lambda *of: asked.append(of[2]))
        climb_clocks(host_of(charity))
        event.remove(charity.store.engine, "before_cursor_execute", tell)
        return sum("concern_clock" in one or "clock_told" in one for one in asked)

    charity.concern(raised_at=MONDAY, due_at=MONDAY)
    assert heard(charity, office, "2026-11-24T08:00") == ["dana", "dev", "tru"]
    assert cost() == 1
    for _ in range(5):
        charity.concern(raised_at=MONDAY, due_at=MONDAY)
    heard(charity, office, "2026-11-24T08:00")

    assert cost() == 1
    charity.at("2026-11-25T07:00")  # of another day, and not yet its hours
    assert cost() == 2


def test_what_is_heard_again_comes_after_what_nobody_has_heard_yet(charity: World, office: PostOffice) -> None:
    for _ in range(AT_ONE_GO):
        charity.concern(raised_at=MONDAY, due_at=MONDAY)
    assert heard(charity, office, "2026-11-23T18:00") == ["dana", "dev", "tru"]
    fresh = raised(charity)
    heard(charity, office, "2026-11-23T18:00")
    charity.at("2026-11-24T08:00")

    climb_clocks(host_of(charity))

    [clock] = charity.all(ConcernClock, concern_ref=fresh, duty=Duty.DECIDE)
    assert charity.all(ClockTold, clock=clock.id)


# Mails that are refused.

NO_SUCH = "550 no such mailbox"


def refuses(office: PostOffice, *names: str, said: str = NO_SUCH) -> None:
    office.refused = {f"{name}@okf.example": said for name in names}


@pytest.mark.both_databases
def test_where_every_mail_that_went_at_once_is_refused_the_next_rung_hears_at_once(
    charity: World, office: PostOffice
) -> None:
    refuses(office, "dana", "dev")
    raised(charity)
    assert heard(charity, office, MONDAY) == []

    assert heard(charity, office, "2026-11-23T10:00:10") == ["tru"]
    assert heard(charity, office, "2026-11-23T10:00:20") == []
    assert heard(charity, office, "2026-11-23T10:30") == []  # before it is due somebody has heard
    assert heard(charity, office, "2026-11-23T11:30") == []
    assert heard(charity, office, "2026-11-23T11:30:10") == ["tru"]


@pytest.mark.parametrize("refused, said", [(["dana"], NO_SUCH), (["dana", "dev"], "450 try again later")])
def test_of_mails_that_went_at_once_it_is_enough_that_one_is_taken_or_waits(
    charity: World, office: PostOffice, refused: list[str], said: str
) -> None:
    refuses(office, *refused, said=said)
    raised(charity)
    heard(charity, office, MONDAY)

    assert heard(charity, office, "2026-11-23T10:00:10") == []


def test_where_a_rungs_every_mail_is_refused_the_next_hears_at_once_and_nobody_is_written_to_twice(
    charity: World, office: PostOffice
) -> None:
    raised(charity)
    heard(charity, office, MONDAY)
    refuses(office, "dana")

    assert heard(charity, office, "2026-11-23T10:30") == []
    assert heard(charity, office, "2026-11-23T10:30:10") == ["dev"]
    assert heard(charity, office, "2026-11-23T10:30:20") == []

    refuses(office, "dana", "dev")
    assert heard(charity, office, "2026-11-23T11:30") == []
    assert heard(charity, office, "2026-11-23T11:30:10") == ["tru"]
    assert heard(charity, office, "2026-11-23T11:30:20") == []


def test_where_everybody_refuses_their_mails_it_is_tried_again_the_next_day(charity: World, office: PostOffice) -> None:
    raised(charity)
    refuses(office, "dana", "dev", "tru")
    assert heard(charity, office, "2026-11-23T12:00") == []
    before = charity.count(Mail), len(charity.events(action=Action.CLIMB_LADDER))
    assert heard(charity, office, "2026-11-23T12:00:10") == []
    assert heard(charity, office, "2026-11-23T13:00") == []
    assert (charity.count(Mail), len(charity.events(action=Action.CLIMB_LADDER))) == before

    charity.person("eve", name="Eve Second", roles=[Role.DEPUTY_DSL], email="eve@okf.example")
    assert heard(charity, office, "2026-11-23T14:00") == ["eve"]
    refuses(office)
    assert heard(charity, office, "2026-11-24T00:00") == ["dana", "dev", "eve", "tru"]


def test_where_whoever_was_told_may_not_hear_any_more_as_the_mail_goes_others_hear_at_once(
    charity: World, office: PostOffice
) -> None:
    charity.case("OKF-1", children=["child_c"])
    raised(charity, case_ref="OKF-1")
    heard(charity, office, MONDAY)
    charity.at("2026-11-23T10:30")
    climb_clocks(host_of(charity))
    charity.conflict("dsl", "child_c")

    assert heard(charity, office, "2026-11-23T10:30") == []
    assert heard(charity, office, "2026-11-23T10:30:10") == ["dev"]


# Nobody there as it is raised.


@pytest.mark.parametrize(
    "when, severity, trustee",
    [
        ("2026-11-24T03:00", Severity.IMMEDIATE, True),
        ("2026-11-24T07:59", Severity.IMMEDIATE, True),
        ("2026-11-24T08:00", Severity.IMMEDIATE, False),
        ("2026-11-24T18:00", Severity.IMMEDIATE, True),
        ("2026-11-28T11:00", Severity.IMMEDIATE, True),  # a Saturday
        ("2026-12-25T11:00", Severity.IMMEDIATE, True),
        ("2026-11-24T03:00", Severity.HIGH, False),
    ],
)
def test_without_a_rota_the_trustee_hears_at_once_of_what_is_immediate_outside_working_time(
    charity: World, office: PostOffice, when: str, severity: Severity, trustee: bool
) -> None:
    charity.at(when)
    raised(charity, severity)

    assert heard(charity, office, when) == ["dana", "dev", *["tru"] * trustee]
    assert len(charity.all(Mail, kind=MailKind.NOBODY_ACTS)) == trustee


def test_with_a_rota_it_is_the_rota_that_says_whether_somebody_is_there_at_night(
    charity: World, office: PostOffice
) -> None:
    night = Hours("dsl", RotaPlace.LEAD, "020 7946 0100", date(2026, 11, 23), time(18), time(8), frozenset(range(7)))
    enter_hours(charity.desk("dsl"), [night])
    charity.at("2026-11-24T03:00")
    raised(charity)

    assert heard(charity, office, "2026-11-24T03:00") == ["dana", "dev"]


def test_where_nobody_on_duty_has_an_address_the_trustee_hears_at_once(charity: World, office: PostOffice) -> None:
    with unrecorded(charity.store) as session:
        for who in ("dsl", "deputy"):
            session.get_one(Person, who).email = None
    raised(charity, Severity.HIGH)

    assert heard(charity, office, MONDAY) == ["tru"]
