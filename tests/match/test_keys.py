"""The keys by which people are found are those that their rows make, whichever way the people came in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, text

from okf.demo import bulk
from okf.desk import Desk
from okf.intake.commands.matching import keep_match_keys
from okf.load.importing import import_caseload
from okf.load.tables import Tables
from okf.match.keys import kept_keys
from okf.match.normal import Described
from okf.store import guards
from okf.store.contact import statements_of
from okf.store.engine import Store
from okf.store.match_keys import DESCRIBED, Hasher, applicant_of
from okf.store.models import MatchKey
from tests.world import World

pytestmark = pytest.mark.both_databases

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)


def kept(store: Store) -> set[tuple[str, int]]:
    with store.reading() as session:
        return {tuple(row) for row in session.execute(select(MatchKey.service_user, MatchKey.key))}


def recounted(store: Store) -> set[tuple[str, int]]:
    with store.reading() as session:
        hasher = Hasher.of(session)
        assert hasher
        rows = session.execute(select(*DESCRIBED)).all()
        told = statements_of(session, [row.ref for row in rows])
        described = {row.ref: Described.of(applicant_of(row, told.get(row.ref, ()))) for row in rows}
        return {(ref, hasher.hash(key)) for ref, one in described.items() for key in kept_keys(one)}


def test_a_bulk_load_keeps_the_keys_that_a_flush_would(world: World, store: Store) -> None:
    world.manager()
    world.service_user("su", name="Ann Bell", phone="07700 900118", email="a@example.org")
    bulk.load(store, 20, at=AT, seed=3)

    assert len(kept(store)) > 100
    assert kept(store) == recounted(store)


@pytest.mark.one_database
def test_an_import_keeps_them_too_and_those_of_a_changed_row(store: Store) -> None:
    def take_in(name: str) -> None:
        people = [{"ref": "SU-1", "name": name, "phone": "07700 900118", "date_of_birth": "1986-04-07"}]
        import_caseload(Desk.host(store, now=lambda: AT), Tables.from_plain({"service_users": people}))

    take_in("Ann Bell")
    first = kept(store)
    take_in("Zora Quill")

    assert first
    assert kept(store) == recounted(store) != first


@pytest.mark.one_database
def test_people_from_before_the_keys_were_kept_get_theirs_at_the_start(world: World, store: Store) -> None:
    for number in range(3):
        world.service_user(f"su_{number}", name=f"Ann Bell {number}")
    whole = kept(store)
    with store.writing() as session, guards.lifted(session):
        session.execute(delete(MatchKey).where(MatchKey.service_user != "su_1"))

    assert keep_match_keys(world.host()) == 2
    assert keep_match_keys(world.host()) == 0
    assert kept(store) == whole


@pytest.mark.one_database
def test_C4_the_table_of_keys_tells_no_name_and_differs_between_installations(world: World, store: Store) -> None:
    world.service_user("su", name="Ann Bell", phone="07700 900118")
    with store.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM match_key")).all()
    other = Hasher(b"another installation's key")

    assert rows
    assert not any(word in str(row) for row in rows for word in ("Ann", "bell", "BL", "900118"))
    assert not {key for _, key in kept(store)} & {other.hash(key) for key in ("pair AN BL", "phone +447700900118")}
