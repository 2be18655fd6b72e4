"""Leaving (C15): everything ends at once, the duty and the signatures stay, and who is bound stays on the register."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st
from pypdf import PdfReader

from okf.agreements.commands.signatures import record_signature, text_sha256
from okf.agreements.commands.texts import publish_agreement
from okf.agreements.papers import duty_letter
from okf.agreements.queries.bound import GONE, HERE, LEFT, NAME, SIGNED, BoundFilter, bound_to_export, people_bound
from okf.agreements.queries.duty_letter import duty_letter_of
from okf.caseload.commands.digest import send_mails
from okf.cases.commands.grants import NewGrant, grant_access
from okf.cases.commands.tasks import reassign_task
from okf.cases.queries.own_cases import cases_in_view
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.paging import Page, Sort
from okf.people.commands.leaving import end_leavers, plan_leaver, record_leaver
from okf.people.commands.tickets import Ticket
from okf.people.queries.leaving import CaseHeld, leaver, people_here
from okf.people.queries.sessions import live_session
from okf.proof.queries.assurance import assure
from okf.store.engine import Store
from okf.store.models import AccessGrant, Case, Invitation, Mail, Person, Signature, SignInSession, Task
from okf.terms import Action, Capacity, Change, Role
from okf.terms.agreements import AgreementKind
from tests.behind import behind_casebook
from tests.people.steps import PASSWORD, account, door, sign_in, tries
from tests.post_office import PostOffice
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.world import World


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mona Ger")
    world.caseworker("wanda", name="Wanda Leaver", email="wanda@okf.example")
    world.caseworker("willem", name="Willem Stays")
    world.case("OKF-1")
    world.grant("wanda", "OKF-1", lead_for="party_a")
    world.grant("willem", "OKF-1", lead_for="party_b")
    world.task("OKF-1", "wanda", ref="T-1")
    return world


@pytest.mark.both_databases
def test_C15_one_action_ends_everything_but_the_signatures(charity: World) -> None:
    charity.case("OKF-2")
    charity.grant("wanda", "OKF-2", from_="2026-12-01T09:00", capacity="volunteer")  # it was still to come

    left = record_leaver(charity.desk("manager"), "wanda")

    assert (left.grants, left.tasks) == (2, 1)
    assert all(grant.ended_at == charity.now for grant in charity.all(AccessGrant, person="wanda"))
    assert not charity.may("wanda", Action.OPEN_CASE, "OKF-1")
    assert len(charity.all(Signature, person="wanda")) == 1
    assert charity.one(Case, ref="OKF-1").unallocated_since == date(2026, 11, 23)
    [event] = charity.events(action=Action.RECORD_LEAVER)
    assert event.facts["grants_ended"] == sorted(g.id for g in charity.all(AccessGrant, person="wanda"))
    assert charity.may("willem", Action.OPEN_CASE, "OKF-1")


@pytest.mark.both_databases
def test_C15_leaving_on_a_day_to_come_holds_to_its_end_with_the_cases_to_hand_over(
    charity: World, office: PostOffice
) -> None:
    desk = charity.desk("manager")
    with pytest.raises(Invalid):
        plan_leaver(desk, "wanda", date(2026, 11, 22))
    plan_leaver(desk, "wanda", date(2026, 11, 30))

    found = leaver(desk, "wanda")
    assert (found.left_at, found.last_day) == (None, date(2026, 11, 30))
    assert found.cases == (CaseHeld("OKF-1", 1),)
    charity.at("2026-11-30T23:59")
    assert charity.may("wanda", Action.OPEN_CASE, "OKF-1")
    assert end_leavers(charity.host()) == 0

    charity.at("2026-12-01T00:00")
    assert not charity.may("wanda", Action.OPEN_CASE, "OKF-1")
    assert end_leavers(charity.host()) == 1
    assert leaver(charity.desk("manager"), "wanda").grants == 0
    assert [mail.person for mail in charity.all(Mail)] == ["wanda"]
    assert end_leavers(charity.host()) == 0
    with pytest.raises(Conflict):
        plan_leaver(charity.desk("manager"), "wanda", date(2026, 12, 30))


def test_a_planned_leaving_is_called_off_and_the_last_lead_is_replaced_first(charity: World) -> None:
    plan_leaver(charity.desk("manager"), "wanda", date(2026, 11, 30))
    plan_leaver(charity.desk("manager"), "wanda", None)
    charity.dsl()
    with pytest.raises(Conflict):
        plan_leaver(charity.desk("manager"), "dsl", date(2026, 11, 30))
    with pytest.raises(Invalid):
        plan_leaver(charity.desk("manager"), "manager", date(2026, 11, 30))
    with pytest.raises(Refused):
        plan_leaver(charity.desk("willem"), "wanda", date(2026, 11, 30))

    assert leaver(charity.desk("manager"), "wanda").last_day is None
    charity.at("2026-12-01T09:00")
    assert charity.may("wanda", Action.OPEN_CASE, "OKF-1")
    assert charity.one(Person, username="dsl").left_at is None


def test_C15_a_leaver_is_signed_out_at_once_and_stays_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKF_SECOND_FACTOR", "0")
    world.manager()
    session, _ = sign_in(world, account(world))
    assert live_session(door(world), session.id)

    left = record_leaver(world.desk("manager"), "amelia.h")

    assert left.sessions == 1
    assert live_session(door(world), session.id) is None
    assert not isinstance(tries(world, "amelia.h", PASSWORD), Ticket)
    assert [one for one in world.all(Invitation) if one.used_at is None] == []


@given(st.data())
@hypothesis_settings(max_examples=20)
@pytest.mark.one_database
def test_C15_whatever_they_held_a_leaver_holds_nothing(data: st.DataObject) -> None:
    store = Store.in_memory()
    world = World(store)
    world.manager()
    world.person("others", roles=[Role.DSL, Role.DEPUTY_DSL])  # or a leaver who is the last of them would stay
    roles = data.draw(st.sets(st.sampled_from(list(Role)), max_size=3))
    world.person("leaver", roles=roles)
    for number in range(data.draw(st.integers(0, 3))):
        ref = world.case(f"OKF-{number}")
        starts = world.now + timedelta(days=data.draw(st.integers(-30, 30)))
        until = data.draw(st.sampled_from([None, starts + timedelta(days=40)]))
        world.grant(
            "leaver", ref, from_=starts, until=until, capacity=data.draw(st.sampled_from(["staff", "volunteer"]))
        )
        if data.draw(st.booleans()):
            world.emergency("leaver", ref)

    record_leaver(world.host(), "leaver")
    world.later(days=data.draw(st.integers(0, 60)))

    assert [g for g in world.all(AccessGrant, person="leaver") if g.ended_at is None] == []
    assert [s for s in world.all(SignInSession, person="leaver") if s.ended_at is None] == []
    assert not [case.ref for case in world.all(Case) if world.may("leaver", Action.OPEN_CASE, case.ref)]
    assert cases_in_view(world.desk("leaver")).rows == ()
    store.close()


def test_only_managers_and_administrators_and_nobody_their_own(charity: World) -> None:
    charity.person("admin", roles=[Role.ADMINISTRATOR], signed=None)
    with pytest.raises(Refused):
        record_leaver(charity.desk("willem"), "wanda")
    with pytest.raises(Invalid):
        record_leaver(charity.desk("manager"), "manager")
    with pytest.raises(NotFound):
        record_leaver(charity.desk("manager"), "nobody")

    record_leaver(charity.desk("admin"), "wanda")

    with pytest.raises(Conflict):
        record_leaver(charity.desk("manager"), "wanda")
    assert leaver(charity.desk("admin"), "wanda").tasks is None  # an administrator knows of no case
    with pytest.raises(Refused):
        leaver(charity.desk("willem"), "wanda")


def test_their_open_tasks_go_to_somebody_with_access(charity: World) -> None:
    charity.caseworker("outsider")
    record_leaver(charity.desk("manager"), "wanda")
    [task] = leaver(charity.desk("manager"), "wanda").tasks or ()
    assert (task.ref, task.may_go_to) == ("T-1", (("willem", "Willem Stays"),))

    with pytest.raises(Invalid):
        reassign_task(charity.desk("manager"), "T-1", to="outsider")
    with pytest.raises(Invalid):
        reassign_task(charity.desk("manager"), "T-1", to="wanda")
    with pytest.raises(Refused):
        reassign_task(charity.desk("willem"), "T-1", to="willem")
    reassign_task(charity.desk("manager"), "T-1", to="willem")

    assert charity.one(Task, ref="T-1").assigned_to == "willem"
    assert leaver(charity.desk("manager"), "wanda").tasks == ()


def test_nobody_is_granted_to_after_they_left(charity: World) -> None:
    record_leaver(charity.desk("manager"), "wanda")

    with pytest.raises(Refused, match="switched off"):
        grant_access(
            charity.desk("manager"),
            "OKF-1",
            NewGrant(to="wanda", capacity=Capacity.STAFF, compartments=["joint"], purpose="x"),
        )


def test_C15_a_mail_and_a_letter_remind_of_the_duty(charity: World, office: PostOffice) -> None:
    record_leaver(charity.desk("manager"), "wanda")
    send_mails(charity.host())

    [(to, mail)] = office.taken
    said = mail.get_payload(decode=True).decode()
    assert to == "wanda@okf.example"
    assert "shall remain in effect indefinitely" in said
    assert "OKF-1" not in said

    printed = duty_letter(duty_letter_of(charity.desk("manager"), "wanda"))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages)
    assert "Wanda Leaver" in text
    assert "remain in effect indefinitely" in " ".join(text.split())
    assert "OKF-1" not in text


def test_an_access_that_comes_back_behind_the_policy_is_found(charity: World) -> None:
    record_leaver(charity.desk("manager"), "wanda")
    whole = {f.check.key: f.count for f in assure(charity.host()).broken}
    with behind_casebook(charity.store) as connection:
        connection.exec_driver_sql("UPDATE access_grant SET ended_at = NULL WHERE person = 'wanda'")

    assert {f.check.key: f.count for f in assure(charity.host()).broken} != whole


# The register


def register(world: World, **wanted: object) -> list[str]:
    return [row.username for row in people_bound(world.desk("manager"), BoundFilter(**wanted)).rows]  # type: ignore[arg-type]


@pytest.mark.both_databases
def test_C15_the_register_keeps_whoever_signed_leavers_too(charity: World) -> None:
    charity.volunteer("vera", signed=None)
    charity.volunteer("victor", signed="2026-10-01T09:00")
    record_leaver(charity.desk("manager"), "wanda")

    assert register(charity) == ["manager", "victor", "wanda", "willem"]
    assert register(charity, who=GONE) == ["wanda"]
    assert "wanda" not in register(charity, who=HERE)
    assert register(charity, words="wan") == ["wanda"]
    assert register(charity, capacity=Capacity.VOLUNTEER) == ["victor"]
    assert register(charity, sort=Sort(SIGNED, descending=True))[0] == "victor"
    assert register(charity, sort=Sort(LEFT, descending=True))[0] == "wanda"
    [row] = people_bound(charity.desk("manager"), BoundFilter(words="wanda")).rows
    assert row.signed == ((Capacity.STAFF, ("1",)),)
    assert row.left_at == charity.now


def test_C15_nobody_is_bound_since_they_signed_an_optional_text(charity: World) -> None:
    charity.volunteer("vera", signed=None)
    publish_agreement(
        charity.desk("manager"),
        kind=AgreementKind.PRIVACY,
        version="1",
        text="Asked for.",
        title="Privacy",
        effective_on=date(2026, 11, 23),
        change=Change.MINOR,
    )
    shown = {"typed_name": "Vera", "shown_sha256": text_sha256("Asked for.")}
    record_signature(charity.desk("vera"), kind=AgreementKind.PRIVACY, version="1", **shown)
    charity.at("2026-11-25T09:00")
    charity.sign("vera")

    [row] = people_bound(charity.desk("manager"), BoundFilter(words="vera")).rows

    assert row.signed == ((Capacity.VOLUNTEER, ("1",)),)
    assert row.bound_since.date() == row.last_signed.date() == date(2026, 11, 25)


@pytest.mark.both_databases
@pytest.mark.parametrize("by", [NAME, SIGNED, LEFT])
def test_the_register_is_paged_both_ways_without_gap(charity: World, by: str) -> None:
    for number in range(7):
        charity.volunteer(f"v{number}", signed=f"2026-0{number + 1}-01T09:00")
    whole = register(charity, sort=Sort(by))
    wanted, desk = BoundFilter(sort=Sort(by)), charity.desk("manager")

    pages, page = [], people_bound(desk, wanted, Page(size=4))
    for _ in range(9):
        pages.append(page)
        if page.next is None:
            break
        page = people_bound(desk, wanted, Page(after=page.next, size=4))

    assert [row.username for one in pages for row in one.rows] == whole
    back = people_bound(desk, wanted, Page(before=pages[1].previous, size=4))
    assert back.rows == pages[0].rows


def test_the_register_leaves_as_a_file_on_record_and_is_not_for_everyone(charity: World) -> None:
    assert len(bound_to_export(charity.desk("manager"), BoundFilter(), form="csv")) == 3
    assert charity.events(action=Action.LIST_AGREEMENTS)[-1].facts["rows"] == 3
    with pytest.raises(Refused):
        people_bound(charity.desk("willem"))


# The pages


@pytest.mark.one_database
def test_leaving_on_the_screen_asks_first_and_then_shows_what_is_left_to_do(charity: World) -> None:
    assert [name for _, name in people_here(charity.desk("manager"), "leav")] == ["Wanda Leaver"]
    page = open_page(charity, "manager", "leaving", person="wanda")
    next(one for one in page.button if one.label == "Record that they leave")
    assert page.button[0].disabled

    page.checkbox[0].check().run()
    next(one for one in page.button if one.label == "Record that they leave").click().run()

    assert "1 access ended" in page.success[0].value
    told = shown(page)
    assert "T-1" in told
    assert "Ring back" not in told
    next(one for one in page.button if one.label == "Reassign it").click().run()
    assert charity.one(Task, ref="T-1").assigned_to == "willem"
    assert "Wanda Leaver" in shown(open_page(charity, "manager", "bound", who="Left"))
