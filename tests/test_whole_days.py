"""A day that somebody gives is whole: what ends by it holds at 23:59 of the day, and no longer at 00:00 after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from okf.agreements.commands.partners import add_partner, renew_partner
from okf.cases.commands.access_routes import open_custody
from okf.cases.commands.cases import close_case
from okf.clock import end_of, last_day_of
from okf.load.cells import value_of
from okf.load.columns import TABLES
from okf.load.importing import import_caseload
from okf.load.tables import Tables
from okf.people.commands.worker_checks import record_check
from okf.policy.words import until_told
from okf.sharing.commands.express_agreements import agree_to_share
from okf.sharing.queries.express_agreements import AgreementState, state_of
from okf.shell.words import until
from okf.store.models import Concern, ExpressAgreement
from okf.terms import Action, Capacity, CheckKind, Role
from tests.world import World

CASE = "OKF-1"
CLOCKS_CHANGE = [date(2027, 3, 28), date(2027, 10, 31)]
SCHOOL = {"type": "school_dsl"}


@dataclass(frozen=True)
class Ends:
    """A way to give the day by which something ends, and how it is seen that it has."""

    give: Callable[[World, date], object]
    has: Callable[[World], bool]


def take_in(world: World, table: str, *, by: str | None = None, **row: Any) -> None:
    outcome = import_caseload(world.desk(by) if by else world.host(), Tables.from_plain({table: [row]}))
    assert outcome.is_written, outcome.faults


def refused(who: str, reason: str) -> Callable[[World], bool]:
    return lambda world: reason in world.reasons(who, Action.OPEN_CASE, CASE)


def permission_ran_out(world: World) -> bool:
    return state_of(world.one(ExpressAgreement), world.now) is AgreementState.EXPIRED


def decision_is_due(world: World) -> bool:
    concern = world.one(Concern, ref="K-1")
    assert concern is not None
    return concern.due_at <= world.now


def partner_in_a_file(world: World, day: date) -> None:
    take_in(world, "partner_organisations", name="Harbour", agreement_from="2026-01-01", agreement_until=day)
    people_of_harbour(world)


def partner_of_one_day(world: World, day: date) -> None:
    add_partner(world.desk("manager"), "Harbour", from_on=day, until=day, dates_meant=True)
    people_of_harbour(world)


def people_of_harbour(world: World) -> None:
    world.person("harbour", capacity=Capacity.ALLIED_PARTNER, organisation="Harbour", signed=world.now)
    world.grant("harbour", CASE)


def closed_to_all_but_its_custodian(world: World, day: date) -> None:
    close_case(world.desk("manager"), CASE, reason="Settled")
    world.later(minutes=1)
    open_custody(world.desk("datalead"), CASE, purpose="To answer a subject access request", until=day)


def vetted(world: World, day: date) -> None:
    world.check("caseworker", world.now.date())
    record_check(
        world.desk("manager"), "caseworker", kind=CheckKind.VETTING, starts_on=world.now.date(), expires_on=day
    )


GRANT = {"person": "volunteer", "case": CASE, "capacity": "volunteer", "compartments": "joint", "from": "2026-06-01"}
ENDS: Mapping[str, Ends] = {
    "access in a file": Ends(
        lambda world, day: take_in(world, "grants", id="G-FILE", **GRANT, until=day),
        refused("volunteer", "grant_expired"),
    ),
    "a partner's agreement in a file": Ends(partner_in_a_file, refused("harbour", "partner_agreement_expired")),
    "a partner's agreement renewed": Ends(
        lambda world, day: renew_partner(
            world.desk("manager"), "Quay", from_on=day - timedelta(9), until=day, dates_meant=True
        ),
        refused("partner", "partner_agreement_expired"),
    ),
    "a new partner's, of one day": Ends(partner_of_one_day, refused("harbour", "partner_agreement_expired")),
    "a check in a file": Ends(
        lambda world, day: take_in(
            world, "checks", person="caseworker", kind="vetting", expires_on=day, blocks_access=True
        ),
        refused("caseworker", "check_expired"),
    ),
    "a check on its page": Ends(vetted, refused("caseworker", "check_expired")),
    "an express agreement in a file": Ends(
        lambda world, day: take_in(
            world,
            "express_agreements",
            id="E-1",
            source="party_a",
            records="N-1",
            recipient=SCHOOL,
            given_at=world.now,
            expires_on=day,
        ),
        permission_ran_out,
    ),
    "an express agreement on its page": Ends(
        lambda world, day: agree_to_share(
            world.desk("caseworker"), CASE, source="party_a", records=["N-1"], recipient=SCHOOL, expires_on=day
        ),
        permission_ran_out,
    ),
    "a custodian's access": Ends(
        closed_to_all_but_its_custodian, lambda world: not world.may("datalead", Action.OPEN_CASE, CASE)
    ),
    "a decision in a file": Ends(
        lambda world, day: take_in(
            world,
            "concerns",
            by="manager",
            id="K-1",
            severity="low",
            raised_by="manager",
            raised_at=world.now,
            due_at=day,
        ),
        decision_is_due,
    ),
}


@pytest.mark.one_database
@pytest.mark.parametrize("day", CLOCKS_CHANGE, ids=str)
@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS)
def test_C5_C7_C8_it_holds_to_the_end_of_the_day_that_was_given(world: World, ends: Ends, day: date) -> None:
    signed = world.at(datetime.combine(day - timedelta(days=3), time(9)))
    world.person("manager", roles=[Role.MANAGER, Role.DSL], signed=signed)
    world.caseworker(signed=signed)
    world.volunteer(signed=signed)
    world.person("datalead", roles=[Role.DATA_PROTECTION_LEAD], signed=signed)
    world.organisation("Quay", from_=None, until=None)
    world.person("partner", capacity=Capacity.ALLIED_PARTNER, organisation="Quay", signed=signed)
    world.case(CASE, granted_to=["manager", "caseworker", "partner"])
    world.record(CASE, "N-1", source="party_a")
    world.later(hours=1)

    ends.give(world, day)

    world.at(datetime.combine(day, time(23, 59)))
    assert not ends.has(world)
    world.at(datetime.combine(day + timedelta(days=1), time()))
    assert ends.has(world)


def test_every_column_of_a_file_that_says_to_when_something_lasts_takes_a_whole_day() -> None:
    said = {(table, name) for table, spec in TABLES.items() for name, column in spec.columns.items() if column.lasts}

    assert said == {
        ("partner_organisations", "agreement_until"),
        ("checks", "expires_on"),
        ("grants", "until"),
        ("concerns", "due_at"),
        ("express_agreements", "expires_on"),
    }
    assert {name for spec in TABLES.values() for name in spec.columns if "until" in name or "expire" in name} <= {
        name for _, name in said
    }


@pytest.mark.parametrize(
    "typed, kept",
    [
        (date(2026, 12, 18), "2026-12-19T00:00+00:00"),
        ("18/12/2026", "2026-12-19T00:00+00:00"),
        ("2026-12-18", "2026-12-19T00:00+00:00"),
        ("2027-03-28", "2027-03-28T23:00+00:00"),
        ("2026-12-18 00:00", "2026-12-18T00:00+00:00"),
        ("18 December 2026 at 17:30", "2026-12-18T17:30+00:00"),
        (datetime(2026, 12, 18, 17, 30), "2026-12-18T17:30+00:00"),  # noqa: DTZ001 -- as YAML reads it
    ],
    ids=str,
)
def test_a_time_that_was_typed_is_kept_as_it_is(typed: Any, kept: str) -> None:
    assert value_of(TABLES["grants"].columns["until"], typed) == datetime.fromisoformat(kept)


@pytest.mark.parametrize(
    "end, told",
    [
        ("2026-12-19T00:00+00:00", "to the end of 18 Dec 2026"),
        ("2027-03-28T23:00+00:00", "to the end of 28 Mar 2027"),
        ("2027-11-01T00:00+00:00", "to the end of 31 Oct 2027"),
        ("2027-03-28T00:00+00:00", "to the end of 27 Mar 2027"),
        ("2026-12-18T17:30+00:00", "until 18 Dec 2026, 17:30"),
        ("2027-10-31T00:30+00:00", "until 31 Oct 2027, 01:30 BST"),
    ],
)
def test_midnight_is_told_as_the_end_of_the_day_before(end: str, told: str) -> None:
    assert until_told(datetime.fromisoformat(end)) == told


def test_a_cell_says_it_without_the_word_above_it() -> None:
    assert until(end_of(date(2026, 12, 18))) == until(date(2026, 12, 19)) == "To the end of 18 Dec 2026"
    assert until(datetime.fromisoformat("2026-12-18T17:30+00:00")) == "18 Dec 2026, 17:30"
    assert (until(None), until_told(None)) == ("Open-ended", "without an end")
    assert until(None, "Until withdrawn") == "Until withdrawn"


@pytest.mark.parametrize("day", [*CLOCKS_CHANGE, date(2026, 12, 18)], ids=str)
def test_what_is_kept_of_a_day_gives_the_day_back(day: date) -> None:
    assert last_day_of(end_of(day)) == day
