"""The ladder: somebody hears of every clock, each rung once, by a mail without a confidential word (C9)."""

from __future__ import annotations

import random
import threading
from datetime import date, time
from email.message import Message

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from okf.desk import Desk
from okf.errors import Conflict, Invalid, Refused
from okf.people.commands.outbox import send_at_once
from okf.policy.chasing import MailKind, MailState
from okf.policy.facts import PolicySettings
from okf.policy.ladder import Rung
from okf.proof.queries.record import RecordFilter, record_page, record_to_export
from okf.safeguarding.commands.concerns import end_concern, raise_concern, review_concern, triage_concern
from okf.safeguarding.commands.ladder import climb_clocks
from okf.safeguarding.commands.rota import LADDER, Hours, enter_hours, set_ladder
from okf.safeguarding.commands.subjects import add_subject
from okf.safeguarding.queries.ladder import heard_now
from okf.store.models import ClockTold, Concern, ConcernAbout, Mail, PersonRole, PolicySetting
from okf.terms import Action, ConcernStatus, Role, Severity
from okf.terms.rota import RotaPlace
from okf.today.queries.pending import pending_items
from tests.behind import unrecorded
from tests.conftest import Place
from tests.post_office import PostOffice
from tests.safeguarding.test_concern_pages import open_page, press, shown
from tests.world import World

WORDS = "Pelican bruise that Robin would not speak of"
SECRETS = ("Pelican", "bruise", "Robin", "OKF-1", "K-", "immediate", "high", "severity", "child")
CHANCE = random.SystemRandom()
# A Friday evening, when nobody is at work.
FRIDAY_NIGHT = "2026-11-27T22:00"


@pytest.fixture
def people(world: World) -> World:
    """Those who hear, and no rota."""
    world.manager(email="mona@okf.example")
    world.dsl(name="Dana Lead", email="dana@okf.example")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL], email="dev@okf.example")
    world.person("trustee", name="Tru Stee", roles=[Role.SAFEGUARDING_TRUSTEE], email="tru@okf.example")
    world.volunteer(signed=None)
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", children=["child_c"])
    world.at(FRIDAY_NIGHT)
    return world


@pytest.fixture
def charity(people: World) -> World:
    """The same, with a lead and a deputy on duty at every hour."""
    people.at("2026-11-23T10:00")
    on, always = date(2026, 11, 23), frozenset(range(7))
    rota = [
        Hours("dsl", RotaPlace.LEAD, "020 7946 0100", on, time(0), time(0), always),
        Hours("deputy", RotaPlace.DEPUTY, "020 7946 0101", on, time(0), time(0), always),
    ]
    enter_hours(people.desk("dsl"), rota)
    people.at(FRIDAY_NIGHT)
    return people


def raised(world: World, severity: Severity = Severity.IMMEDIATE, **more: object) -> str:
    return raise_concern(world.desk("volunteer", chance=CHANCE), severity=severity, account=WORDS, **more)  # type: ignore[arg-type]


def said_in(mail: Message) -> str:
    return bytes(mail.get_payload(decode=True)).decode()  # type: ignore[arg-type]


def host_of(world: World) -> Desk:
    return Desk.host(world.store, now=world.clock)


def heard(world: World, office: PostOffice, when: str) -> list[str]:
    """To whom mails go at an instant."""
    world.at(when)
    before = len(office.to)
    climb_clocks(host_of(world))
    send_at_once(world.host())
    return sorted(one.split("@")[0] for one in office.to[before:])


@pytest.mark.both_databases
def test_what_nobody_ends_climbs_from_the_lead_to_the_trustee_each_rung_once(
    charity: World, office: PostOffice
) -> None:
    raised(charity)
    assert heard(charity, office, FRIDAY_NIGHT) == ["dana", "dev"]  # at once
    climbs = {
        "2026-11-27T22:29": [],
        "2026-11-27T22:30": ["dana"],
        "2026-11-27T23:00": ["dana"],
        "2026-11-27T23:30": ["dana", "dev"],
        "2026-11-28T00:00": ["dana", "dev", "tru"],
        "2026-11-28T09:00": [],
    }

    for when, people in climbs.items():
        assert heard(charity, office, when) == people, when
        assert heard(charity, office, when) == [], when

    assert {one.rung for one in charity.all(ClockTold)} == set(Rung)
    for _, mail in office.taken:
        said = f"{mail['Subject']} {said_in(mail)}".casefold()
        assert not [word for word in SECRETS if word.casefold() in said.replace("safeguarding", "")]


@pytest.mark.parametrize("who", ["datalead", "dsl"])
def test_C9_nobody_but_the_host_reads_in_the_record_that_a_clock_climbed(
    charity: World, office: PostOffice, who: str
) -> None:
    charity.person("datalead", roles=[Role.DATA_PROTECTION_LEAD])
    raised(charity)
    assert heard(charity, office, "2026-11-27T23:00")

    desk = charity.desk(who)
    for rows in (record_page(desk, RecordFilter()).rows, record_to_export(desk, RecordFilter(), form="csv")):
        assert rows
        assert Action.CLIMB_LADDER not in {row.action for row in rows}
    assert {str(one.facts) for one in charity.events(action=Action.CLIMB_LADDER)} == {"{}"}


@pytest.mark.parametrize("severity", [Severity.IMMEDIATE, Severity.HIGH])
def test_what_is_urgent_is_mailed_at_once_on_a_friday_evening(
    charity: World, office: PostOffice, severity: Severity
) -> None:
    raised(charity, severity)
    send_at_once(charity.host())

    assert sorted(office.to) == ["dana@okf.example", "dev@okf.example"]
    assert office.taken[0][1]["Subject"] == "An urgent concern waits: sign in to Casebook"


def test_what_becomes_urgent_at_a_triage_or_a_review_is_mailed_at_once_and_what_stays_so_is_not(
    charity: World, office: PostOffice
) -> None:
    ref = raised(charity, Severity.LOW)
    lead = charity.desk("dsl", chance=CHANCE)
    wanted = {"status": ConcernStatus.TRIAGED, "lead": "dsl", "note": "Looked at."}
    triage_concern(lead, ref, severity=Severity.HIGH, **wanted)  # type: ignore[arg-type]
    send_at_once(charity.host())
    assert office.to == ["dev@okf.example"]  # whoever does it knows
    triage_concern(lead, ref, severity=Severity.HIGH, **wanted)  # type: ignore[arg-type]
    send_at_once(charity.host())
    assert len(office.to) == 1

    review_concern(lead, ref, severity=Severity.IMMEDIATE, found="It is worse.")
    send_at_once(charity.host())

    assert office.to[1:] == ["dev@okf.example"]


def test_with_nobody_on_duty_the_trustee_hears_of_what_is_urgent_at_once(people: World, office: PostOffice) -> None:
    day = frozenset(range(5))
    office_hours = Hours("dsl", RotaPlace.LEAD, "020 7946 0100", date(2026, 11, 27), time(9), time(17), day)
    enter_hours(people.desk("dsl"), [office_hours])

    raised(people, Severity.HIGH)
    send_at_once(people.host())

    assert sorted(office.to) == ["dana@okf.example", "dev@okf.example", "tru@okf.example"]
    [to_trustee] = [mail for to, mail in office.taken if to == "tru@okf.example"]
    assert "ring the lead or a deputy now" in said_in(to_trustee)


def test_on_christmas_eve_with_every_lead_away_the_trustee_hears_on_the_first_rung(
    charity: World, office: PostOffice
) -> None:
    for who in ("dsl", "deputy"):
        charity.absent(who, date(2026, 12, 24), date(2027, 1, 3))
    charity.at("2026-12-24T16:30")
    raised(charity, Severity.HIGH)

    assert heard(charity, office, "2026-12-24T16:30") == ["dana", "dev", "tru"]
    assert heard(charity, office, "2026-12-24T20:15") == ["dana", "dev", "tru"]  # before it is due
    assert heard(charity, office, "2026-12-25T00:00") == ["dana", "dev", "tru"]


def test_while_the_lead_is_away_whoever_covers_hears_in_their_place(charity: World, office: PostOffice) -> None:
    charity.person("eve", name="Eve Second", roles=[Role.DEPUTY_DSL], email="eve@okf.example")
    charity.absent("dsl", date(2026, 11, 27), covered_by="eve")
    raised(charity)
    heard(charity, office, FRIDAY_NIGHT)

    assert heard(charity, office, "2026-11-27T22:30") == ["eve"]
    assert heard(charity, office, "2026-11-27T23:30") == ["dana", "dev", "eve"]


def test_what_was_missed_while_nothing_ran_is_made_up_for_by_the_highest_rung(
    charity: World, office: PostOffice
) -> None:
    raised(charity)
    heard(charity, office, FRIDAY_NIGHT)

    assert heard(charity, office, "2026-11-30T09:00") == ["dana", "dev", "tru"]
    assert {one.rung for one in charity.all(ClockTold)} == {Rung.TRUSTEE}


def test_what_can_wait_waits_for_the_hours_of_the_day(charity: World, office: PostOffice) -> None:
    charity.at("2026-11-23T10:00")
    raised(charity, Severity.MEDIUM)  # by the end of Tuesday
    assert office.to == []
    climbs = {
        "2026-11-24T13:59": [],
        "2026-11-24T14:00": ["dana"],
        "2026-11-25T00:01": [],
        "2026-11-25T08:00": ["dana"],
        "2026-11-25T12:00": ["dana", "dev"],
        "2026-11-25T16:00": ["dana", "dev", "tru"],
    }
    for when, people in climbs.items():
        assert heard(charity, office, when) == people, when


# Never to whom it is about.


def test_nobody_hears_of_what_is_about_them(charity: World, office: PostOffice) -> None:
    raised(charity, about=["dsl"])

    assert heard(charity, office, FRIDAY_NIGHT) == ["dev", "tru"]  # about a lead: it is the trustee's too
    for when in ("2026-11-27T22:30", "2026-11-27T23:00", "2026-11-27T23:30", "2026-11-28T00:00"):
        assert heard(charity, office, when) == ["dev", "tru"], when
    assert {one.kind for one in charity.all(Mail, person="trustee")} == {
        MailKind.CONCERN_AT_ONCE,
        MailKind.CLOCK_RUNS_OUT,
        MailKind.CLOCK_IS_PAST,
    }
    assert waits(charity, "dsl") == []


def test_a_trustee_whom_it_is_about_does_not_hear_either(charity: World, office: PostOffice) -> None:
    raised(charity, about=["trustee"])
    heard(charity, office, FRIDAY_NIGHT)

    assert heard(charity, office, "2026-11-28T00:00") == ["dana", "dev"]


def test_who_has_a_tie_to_the_family_does_not_hear(charity: World, office: PostOffice) -> None:
    charity.conflict("dsl", "child_c")
    raised(charity, case_ref="OKF-1")

    assert heard(charity, office, FRIDAY_NIGHT) == ["dev"]
    assert heard(charity, office, "2026-11-27T22:30") == ["dev"]


def written(world: World, row: ConcernAbout) -> None:
    with unrecorded(world.store) as session:
        session.add(row)


def no_longer(world: World, who: str) -> None:
    with unrecorded(world.store) as session:
        session.scalars(select(PersonRole).where(PersonRole.person == who)).one().until = world.now


AFTER = {
    "it is about them": lambda world, ref: written(world, ConcernAbout(concern_ref=ref, person="dsl")),
    "they declared a tie": lambda world, _: world.conflict("dsl", "child_c"),
    "they lead no longer": lambda world, _: no_longer(world, "dsl"),
    "their account is off": lambda world, _: world.leave("dsl"),
    "it has ended": lambda world, ref: end_concern(
        world.desk("deputy"), ref, status=ConcernStatus.NO_FURTHER_ACTION, outcome="A fall.", lessons="None."
    ),
}


@pytest.mark.parametrize("what", AFTER)
def test_it_is_asked_again_as_the_mail_goes(charity: World, office: PostOffice, what: str) -> None:
    ref = raised(charity, case_ref="OKF-1")
    heard(charity, office, FRIDAY_NIGHT)
    charity.at("2026-11-27T22:30")
    climb_clocks(host_of(charity))
    [mail] = charity.all(Mail, kind=MailKind.CLOCK_RUNS_OUT)

    AFTER[what](charity, ref)
    send_at_once(charity.host())

    assert "dana@okf.example" not in office.to[2:]
    assert charity.one(Mail, id=mail.id).state is MailState.WITHDRAWN  # type: ignore[union-attr]


@pytest.mark.parametrize("what", [one for one in AFTER if one != "it has ended"])
def test_so_it_is_of_the_mail_that_goes_at_once(charity: World, office: PostOffice, what: str) -> None:
    ref = raised(charity, Severity.HIGH, case_ref="OKF-1")

    AFTER[what](charity, ref)
    send_at_once(charity.host())

    assert office.to == ["dev@okf.example"]


def test_one_mail_for_several_clocks_goes_while_one_of_them_runs(charity: World, office: PostOffice) -> None:
    concerns = [raised(charity), raised(charity), raised(charity)]
    heard(charity, office, FRIDAY_NIGHT)
    charity.at("2026-11-27T22:30")
    climb_clocks(host_of(charity))
    [waits] = charity.all(Mail, kind=MailKind.CLOCK_RUNS_OUT)

    for ref in (concerns[0], concerns[2]):
        end_concern(
            charity.desk("deputy"), ref, status=ConcernStatus.NO_FURTHER_ACTION, outcome="A fall.", lessons="None."
        )
    send_at_once(charity.host())
    assert charity.one(Mail, id=waits.id).state is MailState.SENT  # the second concern's clock runs


def test_a_mail_that_clocks_told_is_withdrawn_once_none_of_them_runs(charity: World, office: PostOffice) -> None:
    concerns = [raised(charity), raised(charity)]
    heard(charity, office, FRIDAY_NIGHT)
    charity.at("2026-11-27T22:30")
    climb_clocks(host_of(charity))
    for ref in concerns:
        end_concern(
            charity.desk("deputy"), ref, status=ConcernStatus.NO_FURTHER_ACTION, outcome="A fall.", lessons="None."
        )

    send_at_once(charity.host())

    [waits] = charity.all(Mail, kind=MailKind.CLOCK_RUNS_OUT)
    assert waits.state is MailState.WITHDRAWN


@pytest.mark.both_databases
def test_two_processes_tell_nobody_twice(charity: World, office: PostOffice, place: Place) -> None:
    raised(charity)
    heard(charity, office, FRIDAY_NIGHT)
    charity.at("2026-11-27T23:30")
    ready = threading.Barrier(2)

    def climbs() -> None:
        store = place.open()
        try:
            host = Desk.host(store, now=charity.clock)
            ready.wait()
            climb_clocks(host)
            send_at_once(host)
        finally:
            store.close()

    both = [threading.Thread(target=climbs) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(office.to[2:]) == ["dana@okf.example", "dev@okf.example"]
    assert charity.count(ClockTold) == 2


# Today.


def waits(world: World, who: str) -> list[tuple[str, str]]:
    return [(one.text, one.page) for one in pending_items(world.desk(who)) if "past" in one.text or "needs" in one.text]


def test_today_says_it_to_the_lead_and_to_the_trustee_without_a_way_in(charity: World, office: PostOffice) -> None:
    ref = raised(charity)
    heard(charity, office, FRIDAY_NIGHT)
    heard(charity, office, "2026-11-28T00:00")

    assert waits(charity, "dsl") == [("1 concern is past its time", "concern")]
    told = "Something of safeguarding needs somebody now and nobody has acted on it: ring whoever is on duty"
    assert waits(charity, "trustee") == [(told, "on_duty")]
    assert not charity.desk("trustee").decide(Action.READ_CONCERN, concern=ref).allowed
    assert waits(charity, "manager") == []

    end_concern(charity.desk("dsl"), ref, status=ConcernStatus.NO_FURTHER_ACTION, outcome="A fall.", lessons="None.")

    assert waits(charity, "dsl") == waits(charity, "trustee") == []


def test_the_mail_says_that_somebody_has_taken_it_up_which_stops_no_rung(charity: World, office: PostOffice) -> None:
    ref = raised(charity)
    heard(charity, office, FRIDAY_NIGHT)
    with unrecorded(charity.store) as session:
        session.get_one(Concern, ref).taken_at = charity.now

    assert heard(charity, office, "2026-11-27T23:30") == ["dana", "dev"]
    assert "Somebody has taken it up, and has not ended it." in said_in(office.taken[-1][1])


# The banner.


def banner_of(world: World, who: str) -> str:
    def script(desk):  # type: ignore[no-untyped-def]  # Streamlit runs its source alone
        from okf.safeguarding.views.alarm import banner

        banner(desk)

    desk = world.desk(who, session_id=f"session of {who}")
    return shown(AppTest.from_function(script, kwargs={"desk": desk}, default_timeout=30).run())


def test_the_banner_tells_each_what_they_may_know(charity: World, office: PostOffice) -> None:
    charity.at("2026-11-23T10:00")
    ref = raised(charity, Severity.MEDIUM)
    heard(charity, office, "2026-11-25T16:00")

    assert "1 concern is past its time" in banner_of(charity, "dsl")
    assert f"concern?ref={ref}" in banner_of(charity, "deputy") or ref in banner_of(charity, "deputy")
    told = banner_of(charity, "trustee")
    assert "needs somebody now and nobody has acted on it" in told
    assert ref not in told
    assert banner_of(charity, "manager") == ""


# The settings.


def test_the_ladder_is_set_by_leads_and_managers_within_its_bounds(charity: World, office: PostOffice) -> None:
    usual = {name: getattr(PolicySettings(), name) for name in LADDER}
    for wrong in (
        {"ladder_from_hour": 18},
        {"ladder_deputy_minutes": 1441},
        {"ladder_before_hours": -1},
        {"ladder_deputy_minutes": 600, "ladder_trustee_minutes": 0},
        {"ladder_deputy_hours": 9},
    ):
        with pytest.raises(Invalid):
            set_ladder(charity.desk("dsl"), usual | wrong, seen=usual)
    with pytest.raises(Conflict, match="different"):
        set_ladder(charity.desk("dsl"), usual, seen=usual)
    with pytest.raises(Refused):
        set_ladder(charity.desk("trustee"), usual | {"ladder_deputy_minutes": 5}, seen=usual)

    set_ladder(charity.desk("manager"), usual | {"ladder_deputy_minutes": 5}, seen=usual)
    raised(charity)
    heard(charity, office, FRIDAY_NIGHT)

    assert heard(charity, office, "2026-11-27T23:05") == ["dana", "dev"]


@pytest.mark.parametrize(
    "who, told",
    [
        ("dsl", ("2026-11-27T23:00", "2026-11-27T23:10")),
        ("trustee", ("2026-11-27T23:00", "2026-11-27T23:30", "2026-11-28T00:00")),
    ],
)
def test_C9_what_somebody_heard_of_counts_on_when_it_comes_to_be_about_them(
    charity: World, office: PostOffice, who: str, told: tuple[str, ...]
) -> None:
    ref = raised(charity)
    raised(charity)
    for at in told:
        heard(charity, office, at)
    before = heard_now(charity.desk(who))

    add_subject(charity.desk("deputy"), ref, who=who, reason="She says so")

    after = heard_now(charity.desk(who))
    assert (after.past_count, after.count, after.others) == (before.past_count, before.count, before.others)
    assert before.past_count or before.others
    assert ref not in after.refs


@pytest.mark.both_databases
def test_two_who_set_the_ladder_at_once_undo_nothing_of_each_other(charity: World) -> None:
    usual = {name: getattr(PolicySettings(), name) for name in LADDER}
    set_ladder(charity.desk("manager"), usual | {"ladder_deputy_minutes": 5}, seen=usual)

    with pytest.raises(Conflict, match="Now it is Immediate or high, minutes past until the deputies hear: 5"):
        set_ladder(charity.desk("dsl"), usual | {"ladder_trustee_minutes": 90}, seen=usual)

    assert charity.one(PolicySetting).name == "ladder_deputy_minutes"


@pytest.mark.one_database
def test_the_page_keeps_the_numbers_that_were_chosen_and_takes_them_once_the_others_were_read(charity: World) -> None:
    usual = {name: getattr(PolicySettings(), name) for name in LADDER}
    page = open_page(charity, "dsl", "on_duty")
    page.number_input(key="okf_ladder_trustee_minutes").set_value(90)
    set_ladder(charity.desk("manager"), usual | {"ladder_deputy_minutes": 5}, seen=usual)

    press(page, "Set it")
    assert "Somebody else set the ladder meanwhile" in shown(page)
    assert page.number_input(key="okf_ladder_trustee_minutes").value == 90
    page.number_input(key="okf_ladder_deputy_minutes").set_value(5)
    press(page, "Set it")

    assert {one.name: one.value["is"] for one in charity.all(PolicySetting)} == {
        "ladder_deputy_minutes": 5,
        "ladder_trustee_minutes": 90,
    }
