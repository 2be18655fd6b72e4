"""The two ways into a store, on both kinds of database: a consistent read, and one writer at a time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from okf.store.engine import Store
from okf.store.models import AuditHead, Person, PersonRole, SignInTry
from okf.terms import Role
from tests.behind import behind_casebook
from tests.conftest import Place
from tests.world import World


class Naive(datetime):
    """An instant that lost its zone on the way."""

    def astimezone(self, tz: object = None) -> datetime:
        """Itself, still without a zone."""
        return self.replace(tzinfo=None)


HOW_MANY = select(func.count()).select_from(SignInTry)
ONE = {"username": "anna", "source": "198.51.100.7", "step": "password", "at": datetime(2026, 11, 23, tzinfo=UTC)}


def test_a_read_sees_one_instant_however_long_it_lasts(store: Store):
    with store.reading() as session:
        assert session.scalar(HOW_MANY) == 0
        with store.writing() as other:
            other.add(SignInTry(**ONE))

        assert session.scalar(HOW_MANY) == 0

    with store.reading() as session:
        assert session.scalar(HOW_MANY) == 1


def test_nothing_done_in_a_read_is_kept(store: Store):
    with store.reading() as session:
        session.add(SignInTry(**ONE))

    with store.reading() as session:
        assert session.scalar(HOW_MANY) == 0


def test_a_write_is_kept_whole_or_not_at_all(store: Store):
    class PowerCut(Exception):
        pass

    def half_of_it() -> None:
        with store.writing() as session:
            session.add(SignInTry(**ONE))
            session.flush()
            raise PowerCut

    with pytest.raises(PowerCut):
        half_of_it()

    with store.reading() as session:
        assert session.scalar(HOW_MANY) == 0


def test_a_second_writer_waits_and_sees_what_the_first_wrote(store: Store):
    began, seen = threading.Event(), []

    def second() -> None:
        began.set()
        with store.writing() as session:
            seen.append(session.scalar(HOW_MANY))

    waiting = threading.Thread(target=second)
    with store.writing() as session:
        waiting.start()
        began.wait(5)
        waiting.join(0.2)
        assert not seen
        session.add(SignInTry(**ONE))
    waiting.join(10)

    assert seen == [1]


def test_what_one_store_wrote_another_reads(place: Place, store: Store):
    with store.writing() as session:
        session.add(SignInTry(**ONE))
    other = place.open()

    with other.reading() as session:
        assert session.scalar(HOW_MANY) == 1
    other.close()


def test_a_row_that_refers_to_nobody_is_refused(store: Store):
    def refer() -> None:
        with store.writing() as session:
            session.add(PersonRole(person="nobody_at_all", role=Role.MANAGER))

    with pytest.raises(IntegrityError):
        refer()


def test_a_partner_without_an_organisation_is_refused_by_the_database(world: World):
    def forget() -> None:
        with world.store.writing() as session:
            session.add(Person(username="partner", name="Partner", capacity="allied_partner"))

    with pytest.raises(IntegrityError, match="an_allied_partner_has_an_organisation"):
        forget()


def test_an_instant_comes_back_as_it_went_in_and_a_naive_one_is_refused(world: World):
    exact = datetime(2026, 10, 25, 1, 30, 0, 123456, tzinfo=UTC)
    world.volunteer(left_at=exact)

    assert world.one(Person, username="volunteer").left_at == exact
    assert world.one(Person, username="volunteer").left_at.tzinfo is UTC
    with pytest.raises(StatementError, match="without a zone"):
        world.setting("wind_down_days", 3, from_=Naive(2026, 1, 1, tzinfo=UTC))


def test_the_chains_head_is_there_from_the_first_migration(store: Store):
    with store.reading() as session:
        head = session.get_one(AuditHead, 1)

        assert (head.seq, head.hash) == (0, "0" * 64)


def test_a_throwaway_store_has_the_tables_and_the_seals():
    store = Store.in_memory()

    world = World(store)
    world.volunteer()
    with pytest.raises(Exception, match="sealed"), behind_casebook(store) as connection:
        connection.execute(text("DELETE FROM signature"))
    assert world.count(Person) == 1
    store.close()
