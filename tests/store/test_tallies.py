"""The caseload's figures are those of the facts, whoever changed them and by whatever way."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from threading import Thread

import pytest
from sqlalchemy import text

from okf.cases.commands.cases import NewServiceUser, change_case_status, close_case, open_case, reopen_case
from okf.cases.commands.grants import NewGrant, grant_access, revoke_grant
from okf.cases.commands.handovers import hand_over
from okf.clock import london_date
from okf.errors import CasebookError
from okf.records.commands.records import add_record
from okf.store import tallies
from okf.store.engine import Store
from okf.store.models import AccessGrant, Case, CaseParty, CaseTally, Record
from okf.store.schema import migrate
from okf.terms import Capacity, CaseStatus, RecordClass, SupportKind
from okf.terms.caseload import Tally
from okf.terms.records import Channel, Direction
from tests.behind import behind_casebook
from tests.conftest import Place
from tests.world import World

Figures = dict[tuple[str, ...], tuple[int, int]]


def kept(world: World) -> Figures:
    """The summary table as it stands, without what has come to nothing."""
    rows = {(t.what, t.kind, t.area, t.month, t.detail): (t.cases, t.weight) for t in world.all(CaseTally)}
    return {key: numbers for key, numbers in rows.items() if numbers != (0, 0)}


def counted(world: World) -> Figures:
    """The same, counted from the facts by hand, case by case."""
    cases: Counter[tuple[str, ...]] = Counter()
    weight: Counter[tuple[str, ...]] = Counter()
    for case in world.all(Case):
        for sort in sorts_of(world, case):
            for kind, area in product(("*", case.kind_of_support or "-"), ("*", f"={case.area}" if case.area else "-")):
                key = (sort[0], kind, area, *sort[1:])
                cases[key] += 1
                weight[key] += case.complexity
    return {key: (cases[key], weight[key]) for key in cases}


def sorts_of(world: World, case: Case) -> list[tuple[str, str, str]]:
    grants = world.all(AccessGrant, case_ref=case.ref)
    parties = {one.service_user for one in world.all(CaseParty, case_ref=case.ref)}
    spoken = [one for one in world.all(Record, case_ref=case.ref) if one.record_class == RecordClass.COMMUNICATION]
    spoken = [one for one in spoken if one.compartment != "safeguarding"]
    opened = f"{case.opened_on:%Y-%m}"
    began = {party: [london_date(g.from_) for g in grants if g.lead_for == party] for party in parties}
    allocated = max(min(days) for days in began.values()) if parties and all(began.values()) else None
    after = [one for one in spoken if not case.first_contact_at or one.occurred_at > case.first_contact_at]
    contacted = min((london_date(one.occurred_at) for one in after if one.direction != "to_us"), default=None)
    quiet = max([case.opened_on, *(london_date(one.occurred_at) for one in spoken)])
    assert (case.allocated_on, case.contacted_on, case.quiet_since) == (allocated, contacted, quiet)
    asked = london_date(case.first_contact_at) if case.first_contact_at else case.opened_on
    stands = f"closed:{case.outcome or '-'}" if case.closed_at else case.status
    sorts = [
        ("status", opened, stands),
        ("allocation", opened, band(allocated, asked)),
        ("contact", opened, band(contacted, asked)),
    ]
    if case.closed_at:
        return [*sorts, ("closed", f"{london_date(case.closed_at):%Y-%m}", case.outcome or "-")]
    leads = {grant.person for grant in grants if grant.lead_for and grant.ended_at is None}
    return [*sorts, ("open", "", case.status), *(("lead", "", person) for person in leads)]


def band(day: date | None, asked: date) -> str:
    if day is None:
        return "none"
    return next(str(first) for first in (29, 15, 8, 3, -10_000) if (day - asked).days >= first).replace("-10000", "0")


def differences(store: Store) -> tuple[list[dict[str, object]], list[str]]:
    with store.engine.connect() as connection:
        return tallies.differences(connection)


@pytest.mark.parametrize("seed", [2])
def test_whatever_is_done_in_whatever_order_the_figures_are_the_facts(world: World, store: Store, seed: int):
    world.manager()
    workers = [world.caseworker(name) for name in ("robin", "sam", "alex")]
    chance, manager = Random(seed), world.desk("manager", chance=Random(seed))
    refs: list[str] = []

    def once() -> None:
        deed, ref = chance.randrange(9), chance.choice(refs) if refs else ""
        parties = [one.service_user for one in world.all(CaseParty, case_ref=ref)] if ref else []
        grants = world.all(AccessGrant, case_ref=ref) if ref else []
        if deed < 2 or not refs:
            kind, area = chance.choice(list(SupportKind)), chance.choice([None, "North", "*", "-"])
            family = [NewServiceUser("".join(chance.choices("bdfgklmnprst", k=9))) for _ in range(chance.randint(1, 2))]
            opened_on = world.now.date() - timedelta(days=chance.randrange(60))
            refs.append(open_case(manager, kind_of_support=kind, area=area, parties=family, opened_on=opened_on))
        elif deed == 2:
            change_case_status(manager, ref, status=chance.choice([CaseStatus.OPEN, CaseStatus.ON_HOLD]))
        elif deed in (3, 4):
            to, party = chance.choice(workers), chance.choice(parties)
            parts = [f"sole:{party}", "joint"]
            grant_access(
                manager,
                ref,
                NewGrant(to=to, capacity=Capacity.STAFF, compartments=parts, purpose="work", lead_for=party),
            )
        elif deed == 5 and grants:
            revoke_grant(manager, chance.choice(grants).id)
        elif deed == 6:
            close_case(manager, ref, reason="done") if chance.random() < 0.5 else reopen_case(manager, ref)
        elif deed == 7 and grants:
            hand_over(manager, ref, from_person=chance.choice(grants).person, to_person=chance.choice(workers))
        elif deed == 8 and grants:
            add_record(
                world.desk(chance.choice(grants).person, chance=chance),
                ref,
                record_class=RecordClass.COMMUNICATION,
                source="joint",
                subjects=[],
                title="A call",
                text="Called",
                occurred_at=world.now,
                channel=Channel.CALL,
                direction=chance.choice(list(Direction)),
            )

    seen: set[str] = set()
    for _ in range(60):
        with suppress(CasebookError):
            once()
        world.later(hours=chance.randrange(60))
        assert kept(world) == counted(world)
        seen |= {key[0] for key in kept(world)}

    assert differences(store) == ([], [])
    assert seen == set(Tally)


def test_a_closing_counts_in_its_london_month(world: World):
    for number, (closed_at, month) in enumerate(
        {
            datetime(2026, 3, 31, 22, 59, tzinfo=UTC): "2026-03",
            datetime(2026, 3, 31, 23, 0, tzinfo=UTC): "2026-04",  # 1 April by the clocks
            datetime(2026, 10, 31, 23, 59, tzinfo=UTC): "2026-10",
            datetime(2025, 10, 31, 23, 30, tzinfo=UTC): "2025-10",
            datetime(2026, 7, 31, 23, 30, tzinfo=UTC): "2026-08",
        }.items()
    ):
        world.case(f"OKF-{number}", opened_on=date(2025, 1, 1), status="closed", closed_at=closed_at, area=None)
        assert ("closed", "*", "*", month, "-") in kept(world), closed_at

    assert kept(world) == counted(world)


@pytest.mark.parametrize("year", [1999, 2026, 2041])
def test_the_clocks_change_in_the_database_when_they_change_in_london(store: Store, world: World, year: int):
    chance = Random(year)
    instants = [
        datetime(year, month, day, hour, chance.randrange(60), tzinfo=UTC)
        for month in (3, 10)
        for day in range(24, 32)
        for hour in (0, 1, 23)
    ]
    for number, at in enumerate(instants):
        world.case(f"OKF-{number}", opened_on=date(1990, 1, 1), parties=["p"], first_contact_at=at, allocated_on=None)
        world.manager() if number == 0 else None
    with store.engine.connect() as connection:
        days = tallies.waited_days(connection.dialect.name, "opened_on")
        waited = dict(connection.execute(text(f'SELECT ref, {days} FROM "case"')).all())

    expected = {f"OKF-{n}": (date(1990, 1, 1) - london_date(at)).days for n, at in enumerate(instants)}
    assert waited == expected


def test_a_heavier_case_weighs_more_on_whoever_leads_it_and_once_for_both_parties(world: World):
    world.caseworker("robin")
    world.case("OKF-1", complexity=3)
    for party in ("party_a", "party_b"):
        world.grant("robin", "OKF-1", lead_for=party)

    assert kept(world)["lead", "*", "*", "", "robin"] == (1, 3)

    world.close("OKF-1")

    assert not [key for key in kept(world) if key[0] == "lead"]
    assert not [key for key in kept(world) if key[0] == "open"]
    assert kept(world) == counted(world)


def test_two_writers_at_once_lose_nothing_of_each_other(store: Store, world: World):
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lets in one writer at a time")
    insert = text(
        "INSERT INTO \"case\" (ref, status, area, opened_on, complexity) VALUES (:ref, 'open', 'North', :day, 1)"
    )
    day = date(2026, 11, 2)

    def second() -> None:
        with behind_casebook(store) as connection:
            connection.execute(insert, {"ref": "OKF-2", "day": day})

    with behind_casebook(store) as first:
        first.execute(insert, {"ref": "OKF-1", "day": day})
        other = Thread(target=second)
        other.start()
        other.join(0.5)  # it waits for the first one's figures
        assert other.is_alive()
    other.join()

    assert kept(world)["status", "*", "*", "2026-11", "open"] == (2, 2)
    assert differences(store) == ([], [])


def test_an_older_database_has_its_figures_filled_when_it_is_brought_up_to_date(empty: Place):
    store = empty.open()
    migrate(store, "0002")
    with behind_casebook(store) as connection:
        connection.execute(
            text(
                'INSERT INTO "case" (ref, status, kind_of_support, area, opened_on)'
                " VALUES ('OKF-1', 'open', 'mediation', 'Leeds', '2026-10-05')"
            )
        )

    migrate(store)

    with store.engine.connect() as connection:
        found = connection.execute(text("SELECT what, cases FROM case_tally WHERE kind = '*' AND area = '*'")).all()
        quiet = connection.execute(text('SELECT quiet_since FROM "case"')).scalar()
    store.close()
    assert dict(found) == {"status": 1, "open": 1, "allocation": 1, "contact": 1}
    assert str(quiet) == "2026-10-05"


def test_a_figure_that_somebody_changed_by_hand_is_found_and_put_right(world: World, store: Store):
    world.case("OKF-1")
    with behind_casebook(store) as connection:
        connection.execute(text("UPDATE case_tally SET cases = 7 WHERE what = 'open' AND kind = '*' AND area = '*'"))
        connection.execute(text("UPDATE \"case\" SET quiet_since = '2020-01-01'"))

    figures, cases = differences(store)

    assert [(one["what"], one["kept"], one["counted"]) for one in figures] == [("open", (7, 1), (1, 1))]
    assert cases == ["OKF-1"]

    with behind_casebook(store) as connection:
        tallies.mend(connection)

    assert differences(store) == ([], [])
    assert kept(world) == counted(world)
