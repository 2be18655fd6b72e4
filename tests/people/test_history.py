"""People have a history: who was here, how they were called, and in which capacity, at any instant (C3, C5, C15)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from okf.agreements.commands.signatures import issue_certificate
from okf.agreements.queries.agreements import board_to_export
from okf.agreements.queries.board import BoardFilter
from okf.agreements.queries.bound import BoundFilter, people_bound
from okf.agreements.queries.certificates import in_lines
from okf.cases.commands.access_routes import open_custody
from okf.cases.commands.grants import NewGrant, grant_access
from okf.cases.commands.handovers import end_lapsed_grants, hand_over
from okf.cases.queries.access import access_to
from okf.desk import Desk
from okf.errors import Conflict
from okf.load.importing import import_caseload
from okf.load.tables import Tables
from okf.people.commands.accounts import switch_off, switch_on
from okf.people.commands.leaving import record_leaver
from okf.people.queries.accounts import accounts_in_view
from okf.people.queries.leaving import people_here
from okf.people.queries.workers import workers_named
from okf.proof.queries.assurance import assure
from okf.proof.queries.proof import access_at
from okf.proof.queries.record import RecordFilter, record_page
from okf.proof.queries.why import why
from okf.store import audit
from okf.store.models import (
    AccessGrant,
    Case,
    CustodyAccess,
    EmergencyAccess,
    FormerPerson,
    Handover,
    PersonRole,
    Signature,
    Task,
)
from okf.terms import Action, Capacity, Outcome, Role
from tests.behind import behind_casebook
from tests.safeguarding.test_concern_pages import open_page, press, shown
from tests.world import World, instant

BEFORE, WHILE_OFF = "2026-11-24T12:00", "2026-12-20T12:00"


@pytest.fixture
def charity(world: World) -> World:
    world.person("admin", roles=[Role.ADMINISTRATOR], name="Ada Min")
    world.manager(name="Mona Ger")
    world.dsl(name="Dana Lead")
    world.person("deputy", roles=[Role.DEPUTY_DSL], name="Dev Uty")
    world.caseworker("wanda", name="Wanda Old")
    world.caseworker("willem", name="Willem Stays")
    world.case("OKF-1")
    grant_access(manager(world), "OKF-1", leads("wanda", "party_a"))
    grant_access(manager(world), "OKF-1", leads("willem", "party_b"))
    world.task("OKF-1", "wanda", ref="T-1")
    return world


def manager(world: World) -> Desk:
    """The manager, who makes a reference that is not there yet."""
    return Desk(world.store, "manager", now=world.clock)


def leads(who: str, party: str) -> NewGrant:
    parts = [f"sole:{party}", "joint"]
    return NewGrant(to=who, capacity=Capacity.STAFF, compartments=parts, purpose="support", lead_for=party)


def import_people(world: World, **person: Any) -> None:
    """The host's import of one person's row."""
    made = import_caseload(Desk.host(world.store, now=world.clock), Tables.from_plain({"people": [person]}))
    assert made.is_written, made.faults


def away(world: World, who: str = "wanda", days: int = 200) -> None:
    """Somebody's account goes off on 25 November, and on again so many days later."""
    world.at("2026-11-25T12:00")
    switch_off(world.desk("admin"), who)
    world.later(days=days)
    switch_on(world.desk("admin"), who)
    world.later(minutes=1)


def reasons(world: World, who: str, action: str, subject: str, at: str) -> list[str]:
    return why(world.host(), username=who, action=action, subject=subject, at=instant(at)).decision.reason_keys


# Accounts


@pytest.mark.both_databases
def test_C5_an_account_that_is_on_again_was_off_while_it_was_off(charity: World) -> None:
    away(charity)

    then = {one.person: one for one in access_at(charity.host(), "OKF-1", instant(WHILE_OFF))}
    assert then["wanda"].decision.reason_keys == ["account_not_active", "grant_expired"]
    assert {one.person: one for one in access_at(charity.host(), "OKF-1", instant(BEFORE))}["wanda"].decision.allowed
    assert reasons(charity, "wanda", "list", "OKF-1", WHILE_OFF) == ["account_not_active", "grant_expired"]
    assert reasons(charity, "wanda", "list", "OKF-1", BEFORE) == []
    assert reasons(charity, "wanda", "list", "caseload", "2027-06-13T12:01") != ["account_not_active"]


def test_C5_what_was_opened_while_the_account_was_off_is_found_when_it_is_on_again(charity: World) -> None:
    charity.emergency("dsl", "OKF-1", "2026-12-20T11:00", reviewed_at="2026-12-20T13:00")
    charity.at("2026-11-25T12:00")
    charity.person("second", roles=[Role.DSL])
    switch_off(charity.desk("admin"), "dsl")
    with charity.store.writing() as session:
        opened = {"action": Action.OPEN_CASE, "outcome": Outcome.ALLOW, "case_ref": "OKF-1"}
        audit.append(session, at=instant(WHILE_OFF), actor="dsl", **opened)
    charity.at("2026-12-21T12:00")
    switch_on(charity.desk("admin"), "dsl")

    [found] = [one for one in assure(charity.host()).findings if one.check.key == "accesses_without_right"]
    assert "the account" in found.behind[0].what


def test_C5_switching_off_ends_every_way_in_and_switching_on_brings_none_back(charity: World) -> None:
    charity.person("second", roles=[Role.DSL, Role.MANAGER])
    charity.case("OKF-2")
    charity.concern("OKF-2")
    charity.emergency("second", "OKF-2", "2026-11-25T11:00")
    grant_access(manager(charity), "OKF-2", leads("second", "party_a"))
    charity.at("2026-11-25T11:30")
    assert charity.may("second", Action.OPEN_CASE, "OKF-2")

    away(charity, "second", days=0)

    assert not charity.may("second", Action.OPEN_CASE, "OKF-2")
    assert charity.one(AccessGrant, person="second").ended_at == instant("2026-11-25T12:00")
    assert charity.one(EmergencyAccess, person="second").ended_at == instant("2026-11-25T12:00")
    held = {one.role for one in charity.all(PersonRole, person="second") if one.until is None}
    assert held == {Role.MANAGER}  # which opens no case; the lead's role does, and is the host's to give
    event = next(e for e in charity.events(action=Action.MANAGE_ACCOUNTS) if e.facts["did"] == "account switched off")
    assert event.facts["grants_ended"] == [charity.one(AccessGrant, person="second").id]
    assert event.facts["roles_ended"] == [Role.DSL]


@pytest.mark.parametrize("how", ["leaves", "is switched off"])
def test_C5_custody_and_the_custodians_role_end_with_the_account(charity: World, how: str) -> None:
    charity.person("keeper", roles=[Role.DATA_PROTECTION_LEAD])
    charity.close("OKF-1")
    open_custody(charity.desk("keeper"), "OKF-1", purpose="A claim of 2025 is answered.", until=date(2026, 11, 25))
    assert charity.may("keeper", Action.OPEN_CASE, "OKF-1")

    charity.later(hours=1)
    (record_leaver if how == "leaves" else switch_off)(charity.desk("admin"), "keeper")
    switch_on(charity.desk("admin"), "keeper")
    charity.later(minutes=1)

    assert charity.one(CustodyAccess).ended_at is not None
    assert not charity.may("keeper", Action.OPEN_CASE, "OKF-1")
    assert not charity.may("keeper", Action.READ_AUDIT)


def test_C5_a_grant_that_comes_back_behind_the_policy_is_found(charity: World) -> None:
    away(charity, days=1)
    assert "grants_altered" not in {one.check.key for one in assure(charity.host()).broken}
    with behind_casebook(charity.store) as connection:
        connection.exec_driver_sql("UPDATE access_grant SET ended_at = NULL WHERE person = 'wanda'")

    assert "grants_altered" in {one.check.key for one in assure(charity.host()).broken}


def test_switching_on_an_account_that_is_on_ends_nothing(charity: World) -> None:
    switch_on(charity.desk("admin"), "wanda")

    assert charity.may("wanda", Action.OPEN_CASE, "OKF-1")
    assert charity.all(FormerPerson) == []


# Lead caseworkers


def test_C3_a_lead_caseworker_who_is_off_no_longer_counts(charity: World) -> None:
    charity.at("2026-11-25T12:00")
    switch_off(charity.desk("admin"), "wanda")

    assert charity.one(Case).unallocated_since == date(2026, 11, 25)
    charity.caseworker("next", name="Nora Next")
    page = shown(open_page(charity, "manager", "case", case="OKF-1", part="Manage"))
    assert "Under Manage, hand over what the last one held" in page
    assert "Wanda Old, whose account is off" in page
    assert "Under Manage" not in shown(open_page(charity, "willem", "case", case="OKF-1"))


@pytest.mark.both_databases
def test_C3_what_somebody_held_whose_account_is_off_can_still_be_handed_over_once(charity: World) -> None:
    charity.caseworker("next")
    more = NewGrant(to="wanda", capacity=Capacity.STAFF, compartments=["external"], purpose="court papers")
    grant_access(manager(charity), "OKF-1", more)
    charity.at("2026-11-25T12:00")
    switch_off(charity.desk("admin"), "wanda")
    charity.later(hours=1)
    orphans = [row for row in access_to(charity.desk("manager"), "OKF-1").rows if row.orphaned]
    [orphan] = [row for row in orphans if row.leads]
    assert len(orphans) == 2

    hand_over(manager(charity), "OKF-1", from_person="wanda", to_person="next", note="Ring in the morning.")

    old = charity.one(AccessGrant, id=orphan.id)
    assert old.ended_at == instant("2026-11-25T12:00")  # as it was
    assert charity.one(Handover, party="party_a").old_grant == old.id
    assert {one.lead_for for one in charity.all(AccessGrant, person="next")} == {"party_a", None}
    assert charity.one(Task, ref="T-1").assigned_to == "next"
    assert charity.one(Case).unallocated_since is None
    assert not [row for row in access_to(charity.desk("manager"), "OKF-1").rows if row.orphaned]
    with pytest.raises(Conflict, match="holds no access"):
        hand_over(charity.desk("manager"), "OKF-1", from_person="wanda", to_person="willem")


def test_C3_nothing_is_handed_over_whose_place_somebody_took(charity: World) -> None:
    charity.caseworker("next")
    switch_off(charity.desk("admin"), "wanda")
    grant_access(manager(charity), "OKF-1", leads("next", "party_a"))

    with pytest.raises(Conflict, match="holds no access"):
        hand_over(charity.desk("manager"), "OKF-1", from_person="wanda", to_person="willem")


@pytest.mark.both_databases
def test_C3_who_leaves_on_a_day_told_ahead_holds_nothing_from_then_on(charity: World) -> None:
    import_people(charity, username="wanda", capacity="staff", left_at="2026-11-25T12:00")
    assert end_lapsed_grants(charity.host()) == 0
    charity.at("2026-11-27T12:00")

    assert end_lapsed_grants(charity.host()) == 1

    assert charity.one(AccessGrant, person="wanda").ended_at == instant("2026-11-25T12:00")
    assert charity.one(Case).unallocated_since == date(2026, 11, 25)


@pytest.mark.parametrize("how", ["by the page", "by a file"])
def test_C5_who_left_on_a_day_told_ahead_and_comes_back_at_once_holds_nothing(charity: World, how: str) -> None:
    import_people(charity, username="wanda", capacity="staff", left_at="2026-11-25T12:00")
    charity.at("2026-11-25T12:01")  # before the hour's round

    if how == "by the page":
        switch_on(charity.desk("admin"), "wanda")
    else:
        import_people(charity, username="wanda", capacity="staff", active=True)

    assert not charity.may("wanda", Action.OPEN_CASE, "OKF-1")
    assert charity.one(AccessGrant, person="wanda").ended_at == charity.now
    assert charity.one(Case).unallocated_since == date(2026, 11, 25)


# By a file


@pytest.mark.both_databases
def test_C5_an_account_goes_off_and_on_by_a_file_as_by_its_page(charity: World) -> None:
    charity.at("2026-11-25T12:00")
    import_people(charity, username="wanda", capacity="staff", active=False)
    assert charity.one(AccessGrant, person="wanda").ended_at == charity.now
    charity.later(days=200)
    import_people(charity, username="wanda", capacity="staff", active=True)

    assert reasons(charity, "wanda", "list", "OKF-1", WHILE_OFF) == ["account_not_active", "grant_expired"]
    assert not charity.may("wanda", Action.OPEN_CASE, "OKF-1")
    with behind_casebook(charity.store) as connection:
        connection.exec_driver_sql("UPDATE access_grant SET ended_at = NULL WHERE person = 'wanda'")
    assert "grants_altered" in {one.check.key for one in assure(charity.host()).broken}


def test_C7_an_earlier_decision_rests_on_the_capacity_and_organisation_of_then(charity: World) -> None:
    charity.organisation("harbour_advice")
    charity.emergency("dsl", "OKF-1", "2026-11-24T11:00", reviewed_at="2026-11-24T13:00")
    charity.at("2026-11-26T12:00")
    import_people(charity, username="dsl", capacity="allied_partner", organisation="harbour_advice")
    charity.emergency("dsl", "OKF-1", "2026-11-26T12:00")

    assert reasons(charity, "dsl", "list", "OKF-1", BEFORE) == []
    assert reasons(charity, "dsl", "list", "OKF-1", "2026-11-26T12:01") == ["agreement_wrong_capacity"]
    charity.sign("dsl", "2026-11-26T12:01")
    charity.at("2026-11-26T12:02")
    assert reasons(charity, "dsl", "list", "OKF-1", "2026-11-26T12:02") == []
    import_people(charity, username="dsl", capacity="staff", organisation="CLEAR")

    assert reasons(charity, "dsl", "list", "OKF-1", "2026-11-26T12:01:30") == []  # their partner's agreement held
    former = charity.all(FormerPerson, person="dsl")
    assert [(one.capacity, one.organisation) for one in former] == [
        (Capacity.STAFF, None),
        (Capacity.ALLIED_PARTNER, "harbour_advice"),
    ]


# Names


@pytest.fixture
def renamed(charity: World) -> World:
    """Wanda signed and worked as Wanda Old, and is called Wanda New since 26 November."""
    charity.at("2026-11-26T12:00")
    import_people(charity, username="wanda", capacity="staff", name="Wanda New")
    charity.later(minutes=1)
    return charity


def test_C15_a_certificate_says_the_name_of_then_and_of_now(renamed: World) -> None:
    [signature] = renamed.all(Signature, person="wanda")
    said: dict[str, Any] = {}
    issue_certificate(renamed.desk("manager"), signature.id, lambda says: said.update(says) or b"x")

    assert in_lines(said)[0] == "Who: Wanda Old (wanda), now called Wanda New"


@pytest.mark.both_databases
def test_C15_the_register_and_every_search_of_people_find_a_former_name(renamed: World) -> None:
    both = "Wanda New (formerly Wanda Old)"
    overseer, admin = renamed.desk("manager"), renamed.desk("admin")

    assert [row.name for row in people_bound(overseer, BoundFilter(words="wanda old")).rows] == [both]
    assert [row.name for row in people_bound(overseer, BoundFilter(words="wanda new")).rows] == [both]
    assert [row.name for row in accounts_in_view(admin, words="old").rows] == [both]
    assert people_here(overseer, "old") == (("wanda", both),)
    assert [one.name for one in workers_named(overseer, "old")] == [both]
    assert [row.name for row in board_to_export(overseer, BoardFilter(name="old"), form="csv")[0]] == [both]
    assert both in shown(open_page(renamed, "manager", "bound"))
    assert [row.name for row in accounts_in_view(admin, words="nobody").rows] == []


@pytest.fixture
def noted(charity: World) -> None:
    """Wanda did something while she was Wanda Old."""
    charity.desk("wanda").note_event(Action.MANAGE_OWN_ACCOUNT)


def test_the_record_and_the_proof_say_the_name_of_then(noted: None, renamed: World) -> None:
    renamed.desk("wanda").note_event(Action.MANAGE_OWN_ACCOUNT)

    rows = record_page(renamed.desk("dsl"), RecordFilter(person="wanda", action=Action.MANAGE_OWN_ACCOUNT)).rows
    assert [row.name for row in rows] == ["Wanda New", "Wanda Old (now Wanda New)"]
    assert "Wanda Old (now Wanda New) (wanda): could (" in "\n".join(
        one.in_words() for one in access_at(renamed.host(), "OKF-1", instant(BEFORE))
    )
    asked = why(renamed.host(), username="wanda", action="list", subject="OKF-1", at=instant(BEFORE))
    assert asked.question.startswith("May Wanda Old (now Wanda New) see in a list")


# The page


@pytest.mark.one_database
def test_the_page_says_what_switching_off_does_and_switching_on_does_not(charity: World) -> None:
    page = open_page(charity, "admin", "accounts")
    page.selectbox[0].select("wanda").run()
    told = shown(page)
    assert "1 access to a case ends for good, and 1 party is without its lead caseworker then" in told

    press(page, "Switch off Wanda Old")
    assert charity.one(AccessGrant, person="wanda").ended_at == charity.now
    assert "No access to a case comes back" in shown(page)


def test_history_is_never_rewritten(renamed: World) -> None:
    for statement in ("UPDATE former_person SET name = 'X'", "DELETE FROM former_person"):
        with pytest.raises(Exception, match="former_person is sealed"), behind_casebook(renamed.store) as connection:
            connection.exec_driver_sql(statement)
