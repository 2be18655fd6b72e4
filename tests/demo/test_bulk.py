"""A bulk load leaves what the commands would have left: the chain, the kept rows, the indexes, the rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, inspect, select, text

from okf.clock import london_date
from okf.demo import bulk
from okf.demo.caseload import COLUMNS, HEAD
from okf.desk import Desk
from okf.store import audit, guards, kept, tallies
from okf.store.engine import Store
from okf.store.models import AccessGrant, AgreementStanding, AuditEvent, Case, CaseTally, Concern, Person
from okf.store.models.base import Base
from okf.terms import Action
from okf.terms.caseload import Tally
from tests.world import World

pytestmark = pytest.mark.both_databases

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
CASES = 600
_ALL_OF_THEM = (CaseTally.what == Tally.CLOSED, CaseTally.kind == "*", CaseTally.area == "*")


@pytest.fixture
def loaded(world: World, store: Store) -> Store:
    world.manager()  # with the first person come the first versions of the agreements
    bulk.load(store, CASES, at=AT, seed=3)
    return store


# What no invented case has: a new column is either drawn or named here.
LEFT_EMPTY = {
    "access_grant": {"confirmed_at", "confirmed_by", "revoked_at", "revoked_by", "with_address"},
    "case_closure": {"id", "outcome", "reopened_at", "reopened_by"},
    "contact_statement": {"id", "why"},
    "concern": {
        "about_as_typed",
        "actions_taken",
        "case_as_typed",
        "taken_at",
        "disputed_at",
        "handed_at",
        "opinion",
        "said_by",
        "sealed",
        "seen_when",
        "seen_where",
        "threshold",
        "late_because",
        "seen_at",
        "seen_on",
    },
    "concern_about": {"added_at", "added_by", "doubt", "id"},
    "match_key": {"id"},
    "concern_clock": {"id", "of"},
    "concern_entry": {"id", "corrects", "happened_at", "happened_on", "late_because"},
    "record": {"channel", "direction", "with_whom"},
    "task": {"compartment"},
    "service_user": {"told_age", "told_age_on"},
}


# What the database keeps by itself.
KEPT = {"case": {"allocated_on", "contacted_on", "quiet_since"}}


@pytest.mark.parametrize("table", COLUMNS)
def test_every_column_is_drawn_or_known_to_be_left_empty(table: str) -> None:
    columns = {column.name for column in Base.metadata.tables[table].columns}

    assert set(COLUMNS[table]) | LEFT_EMPTY.get(table, set()) | KEPT.get(table, set()) == columns


def test_the_caseloads_figures_are_counted_and_kept_from_then_on(loaded: Store, world: World) -> None:
    with loaded.reading() as session:
        total = session.scalar(select(func.sum(CaseTally.cases)).where(*_ALL_OF_THEM))
        closed = session.scalars(select(Case.ref).where(Case.closed_at.is_not(None))).all()
    world.case("OKF-NEW", status="closed", closed_at=AT)

    assert total == len(closed) > 400
    with loaded.reading() as session:
        after = session.scalar(select(func.sum(CaseTally.cases)).where(*_ALL_OF_THEM))
        assert after == len(closed) + 1
        assert tallies.differences(session.connection()) == ([], [])


def test_the_audit_record_has_an_event_for_every_case_and_its_chain_is_whole(loaded: Store) -> None:
    with loaded.reading() as session:
        verdict = audit.verify(session)
        told = set(session.scalars(select(AuditEvent.case_ref).where(AuditEvent.action == Action.IMPORT_CASELOAD)))
        cases = set(session.scalars(select(Case.ref)))

    assert verdict.whole
    assert len(cases) == CASES
    assert cases <= told


def test_the_rows_kept_for_speed_are_those_that_the_commands_would_keep(loaded: Store) -> None:
    with loaded.writing() as session, guards.lifted(session):
        standings = _rows(session, AgreementStanding)
        since = dict(session.execute(select(Case.ref, Case.unallocated_since)).all())
        opened = set(
            session.execute(
                select(Case.opened_on == AccessGrant.case_opened_on).join(AccessGrant, AccessGrant.case_ref == Case.ref)
            ).scalars()
        )
        copied = session.execute(
            select(Case.opened_on == Concern.case_opened_on).join(Concern, Concern.case_ref == Case.ref)
        ).scalars()
        assert set(copied) == {True}
        kept.refresh_standings(session, AT)
        people = list(session.scalars(select(Person.username)))
        kept.refresh_allocation(session, AT, list(since))
        anew = dict(session.execute(select(Case.ref, Case.unallocated_since)).all())

        assert standings == _rows(session, AgreementStanding)
        assert {person for person, *_ in standings} == set(people)
    assert since == anew
    assert any(since.values())
    assert opened == {True}


def test_the_database_has_its_indexes_and_foreign_keys_again(loaded: Store) -> None:
    with loaded.engine.connect() as connection:
        found = {index["name"] for table in Base.metadata.tables for index in inspect(connection).get_indexes(table)}
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        keys = sum(len(inspect(connection).get_foreign_keys(table)) for table in Base.metadata.tables)

    assert {index.name for table in Base.metadata.tables.values() for index in table.indexes} <= found
    assert keys == sum(len(table.foreign_key_constraints) for table in Base.metadata.tables.values())


def test_the_policy_lets_in_who_was_granted_and_refuses_who_never_signed(loaded: Store) -> None:
    with loaded.reading() as session:
        grant = session.execute(
            select(AccessGrant.person, AccessGrant.case_ref)
            .join(AgreementStanding, AgreementStanding.person == AccessGrant.person)
            .where(AccessGrant.ended_at.is_(None), AccessGrant.person != HEAD, AgreementStanding.overdue_at > AT)
            .limit(1)
        ).one()
        stranger = Desk(loaded, HEAD, now=lambda: AT)
        head_holds = session.scalars(select(AccessGrant.case_ref).where(AccessGrant.person == HEAD)).all()

    assert Desk(loaded, grant.person, now=lambda: AT).decide(Action.LIST_CASE, grant.case_ref).allowed
    assert len(head_holds) > 10
    assert stranger.decide(Action.LIST_CASE, head_holds[0]).allowed


def test_it_can_be_added_to_a_caseload_that_is_there(world: World, store: Store) -> None:
    manager = world.person("manager", roles=["manager"])
    assert manager

    bulk.load(store, 20, at=AT, seed=3)

    with store.reading() as session:
        assert len(session.scalars(select(Case.ref)).all()) == 20
        assert audit.verify(session).whole
        assert london_date(AT) >= max(session.scalars(select(Case.opened_on)))


def _rows(session: object, model: type[Base]) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in session.execute(select(*model.__table__.columns))), key=repr)  # type: ignore[attr-defined]
