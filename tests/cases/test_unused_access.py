"""Accesses that nobody uses are ended with one click, exactly those; nobody ends their own (C5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from okf.cases.commands.cases import open_case_file
from okf.cases.commands.grants import end_unused_grant, end_unused_grants_of
from okf.cases.queries.unused_access import access_of, unused_access, unused_counts
from okf.errors import Conflict, NotFound, Refused
from okf.store.backfill import count_accesses
from okf.store.models import AccessGrant, AgreementStanding
from okf.terms import Action, Role
from tests.behind import behind_casebook
from tests.world import World

pytestmark = pytest.mark.both_databases


@pytest.fixture
def charity(world: World) -> World:
    """Vera holds seven accesses since June; two of them she does not use and nobody needs her for."""
    world.manager()
    world.volunteer("vera")
    world.volunteer("vic")
    day = timedelta(days=1)
    for ref, opened in (
        ("never", None),
        ("long_ago", world.now - 91 * day),
        ("yesterday", world.now - day),
        ("just_in_time", world.now - 90 * day + timedelta(minutes=1)),
    ):
        world.grant("vera", world.case(f"OKF-{ref}"), ref=ref, last_opened_at=opened)
    world.grant("vera", world.case("OKF-lead"), ref="lead", lead_for="party_a")
    world.grant("vera", world.case("OKF-new"), ref="new", from_=world.now - 89 * day)
    world.grant("vera", world.case("OKF-over"), ref="over", until="2026-11-01")
    world.grant("vic", "OKF-never", ref="vic")
    return world


def ended(world: World) -> set[str]:
    return {grant.id for grant in world.all(AccessGrant) if grant.ended_at is not None}


def test_C5_one_click_ends_exactly_what_is_unused_and_nothing_that_was_opened_yesterday(charity: World):
    assert end_unused_grants_of(charity.desk("manager"), "vera") == 2

    assert ended(charity) == {"never", "long_ago"}
    events = charity.events(action=Action.END_GRANT)
    assert {event.subject for event in events} == {"never", "long_ago"}
    assert {event.facts["because"] for event in events} == {"not opened in 90 days"}
    assert not charity.may("vera", Action.LIST_CASE, "OKF-never")
    assert charity.may("vera", Action.LIST_CASE, "OKF-yesterday")


def test_the_lists_hold_what_the_click_ends_and_those_that_are_handed_over(charity: World):
    desk = charity.desk("manager")

    assert [str(count) for count in unused_counts(desk)] == ["3", "1"]
    never, lately = (unused_access(desk, never=one).rows for one in (True, False))
    assert {(one.id, one.leads) for one in never} == {("never", False), ("vic", False), ("lead", True)}
    assert [(one.id, one.leads) for one in lately] == [("long_ago", False)]
    assert all(one.unused and not one.own for one in (*never, *lately))
    assert str(access_of(desk, "vera").to_end) == "2"


def test_C3_a_party_does_not_lose_its_caseworker_by_it(charity: World):
    with pytest.raises(Conflict, match="hand the case over"):
        end_unused_grant(charity.desk("manager"), "lead")

    assert ended(charity) == set()


def test_what_is_opened_in_the_meantime_stays(charity: World):
    open_case_file(charity.desk("vic", session_id="one"), "OKF-never")

    with pytest.raises(Conflict, match="opened meanwhile"):
        end_unused_grant(charity.desk("manager"), "vic")

    assert ended(charity) == set()


def test_C5_nobody_ends_their_own_so(charity: World):
    charity.grant("manager", "OKF-never", ref="own")
    desk = charity.desk("manager")

    with pytest.raises(Conflict, match="somebody else"):
        end_unused_grants_of(desk, "manager")
    with pytest.raises(Conflict, match="somebody else"):
        end_unused_grant(desk, "own")

    assert ended(charity) == set()
    assert str(access_of(desk, "manager").to_end) == "0"


def test_who_may_only_look_ends_nothing(charity: World):
    charity.person("datalead", roles=[Role.DATA_PROTECTION_LEAD])
    desk = charity.desk("datalead")
    assert access_of(desk, "vera").name == "Vera"

    with pytest.raises(Refused):
        end_unused_grants_of(desk, "vera")
    with pytest.raises(Refused):
        end_unused_grant(desk, "never")
    with pytest.raises((Refused, NotFound)):
        end_unused_grant(charity.desk("vic"), "never")

    assert ended(charity) == set()


def test_the_days_are_a_setting(charity: World):
    charity.setting("unused_days", 88)

    assert end_unused_grants_of(charity.desk("manager"), "vera") == 4
    assert ended(charity) == {"never", "long_ago", "just_in_time", "new"}


def test_opening_a_case_is_kept_on_the_access_that_opened_it_and_on_no_other(charity: World):
    open_case_file(charity.desk("vera", session_id="one"), "OKF-never")

    opened = {grant.id: grant.last_opened_at for grant in charity.all(AccessGrant)}
    assert opened["never"] == charity.now
    assert opened["vic"] is None
    assert opened["lead"] is None


def test_what_was_there_before_is_counted_from_the_audit_record(charity: World):
    open_case_file(charity.desk("vera", session_id="one"), "OKF-never")
    held = [(row.person, row.kind, row.grants_held, row.cases_held, row.held_since) for row in standings(charity)]
    with behind_casebook(charity.store) as connection:
        connection.execute(text("UPDATE access_grant SET last_opened_at = NULL"))
        connection.execute(text("UPDATE agreement_standing SET grants_held = 0, cases_held = 0, held_since = NULL"))

        count_accesses(connection)

    assert [
        (row.person, row.kind, row.grants_held, row.cases_held, row.held_since) for row in standings(charity)
    ] == held
    opened = {grant.id: grant.last_opened_at for grant in charity.all(AccessGrant)}
    assert opened["never"] == charity.now
    assert opened["yesterday"] is None, "no opening of it is on record"


def standings(world: World) -> list[AgreementStanding]:
    return world.all(AgreementStanding)
