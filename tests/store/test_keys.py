"""Keys outlive whatever happens to them: a transaction undone, a rotation killed or doubled, an older backup."""

from __future__ import annotations

import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import Misconfigured
from okf.people.commands.keys import rotate_master_key
from okf.store import guards
from okf.store.engine import Store
from okf.store.keyring import archive_of, archived, wrapped_by
from okf.store.models import Record
from okf.store.sealing import seal_bytes
from okf.terms import RecordClass
from tests.behind import behind_casebook
from tests.conftest import Place
from tests.world import World

WORDS = "the marked words that the father said"


def texts(place: Place) -> set[str]:
    """What the records say to a Casebook that was started just now."""
    store = place.open()
    try:
        with store.reading() as session:
            return {record.text or "" for record in session.scalars(select(Record))}
    finally:
        store.close()


def masters(place: Place) -> list[str]:
    """The lines of the key file."""
    return place.settings.text_key_file.read_text("ascii").split()


def note(world: World) -> Record:
    """A note on a case of its own, not kept yet."""
    return Record(
        id="N-1",
        case_ref=world.case("OKF-1"),
        record_class=RecordClass.NOTE,
        source="party_a",
        compartment="sole:party_a",
        occurred_at=world.now,
        text=WORDS,
    )


@contextmanager
def deed(store: Store) -> Iterator[Session]:
    """A transaction that may change what is confidential."""
    with store.writing() as session, guards.lifted(session):
        yield session


def undone(store: Store, meanwhile: Callable[[], Any] = lambda: None) -> None:
    """Make the key of a case in a transaction that is undone; `meanwhile` follows when the database lets others in."""

    def half_of_it(fail: Callable[[], Any]) -> None:
        with store.writing() as session:
            event.listen(session, "after_rollback", lambda _: meanwhile())
            with session.begin_nested():
                assert seal_bytes(session, "case:OKF-1", b"undone")
            fail()

    with pytest.raises(ZeroDivisionError):
        half_of_it(lambda: 1 / 0)


# A key is everybody's once it is in the database


def test_a_key_that_is_undone_takes_nobody_elses_words_with_it(place: Place, store: Store, world: World):
    world.case("OKF-1")

    def write_beside() -> None:
        beside = threading.Thread(target=world.record, args=("OKF-1", "N-1"), kwargs={"text": WORDS})
        beside.start()
        beside.join(60)

    undone(store, write_beside)

    assert texts(place) == {WORDS}


def test_a_key_that_is_undone_to_a_savepoint_is_no_key_of_what_follows(place: Place, store: Store, world: World):
    told = note(world)

    with deed(store) as session:
        with session.begin_nested() as tried:
            seal_bytes(session, "case:OKF-1", b"undone")
            tried.rollback()
        session.add(told)

    assert texts(place) == {WORDS}


def test_words_that_were_undone_are_sealed_anew_when_they_are_put_in_again(place: Place, store: Store, world: World):
    told = note(world)

    def half_of_it(fail: Callable[[], Any]) -> None:
        with deed(store) as session:
            session.add(told)
            session.flush()
            fail()

    with pytest.raises(ZeroDivisionError):
        half_of_it(lambda: 1 / 0)
    with deed(store) as session:
        session.add(told)

    assert texts(place) == {WORDS}


def test_who_undoes_something_takes_no_key_from_others(place: Place, store: Store, world: World):
    world.case("OKF-1")
    world.case("OKF-2")
    world.record("OKF-2", text=WORDS)
    asked: list[str] = []

    undone(store)
    event.listen(store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    world.record("OKF-2", text="more")

    assert [statement for statement in asked if "data_key" in statement] == []
    assert texts(place) == {WORDS, "more"}


# Rotations


def test_two_rotations_of_two_casebooks_lose_nothing(place: Place, store: Store, world: World):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    other = place.open()

    rotate_master_key(Desk.host(store))
    rotate_master_key(Desk.host(other))
    rotate_master_key(Desk.host(store))
    other.close()

    assert texts(place) == {WORDS}
    world.case("OKF-2")
    world.record("OKF-2", text="more")
    assert texts(place) == {WORDS, "more"}


def test_rotations_at_once_follow_one_another(place: Place, store: Store, world: World):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    stores = [store, place.open(), place.open()]
    together = threading.Barrier(3)

    def rotate(store: Store) -> None:
        together.wait(60)
        rotate_master_key(Desk.host(store))

    rotating = [threading.Thread(target=rotate, args=(one,)) for one in stores]
    for one in rotating:
        one.start()
    for one in rotating:
        one.join(60)

    assert texts(place) == {WORDS}
    assert len(masters(place)) == 1
    assert len(archived(place.settings.text_key_file)) == 3
    for one in stores[1:]:
        one.close()


def test_a_rotation_that_was_cut_short_leaves_casebook_writing(place: Place, store: Store, world: World):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)

    def fails(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_master_key(Desk.host(store), fails)
    assert len(masters(place)) == 2

    again = place.open()
    theirs = World(again)
    theirs.concern("OKF-1", account="raised after it")
    again.close()
    world.case("OKF-2")
    world.record("OKF-2", text="and here too")
    assert texts(place) == {WORDS, "and here too"}
    rotate_master_key(Desk.host(store))
    assert len(masters(place)) == 1
    assert texts(place) == {WORDS, "and here too"}


def test_a_rotation_is_refused_that_would_lose_a_key_which_the_database_names(place: Place, store: Store, world: World):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    by_another = text("UPDATE data_key SET wrapped = 'ffffffffffffffff' || substr(wrapped, 17)")
    with behind_casebook(store) as connection:
        connection.execute(by_another)
    before = masters(place)

    with pytest.raises(Misconfigured, match="not the one they were written with"):
        rotate_master_key(Desk.host(store))

    assert masters(place) == before


# Retired keys


def test_a_retired_key_lies_in_the_archive_for_its_owner_alone(place: Place, store: Store, world: World):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    file = place.settings.text_key_file
    old = masters(place)
    with store.reading() as session:
        named = list(wrapped_by(session))

    rotate_master_key(Desk.host(store))
    rotate_master_key(Desk.host(store))

    kept = archived(file)
    assert len(kept) == 2
    assert kept[named[0]].hex() == old[0]
    assert old[0] not in file.read_text("ascii")
    assert stat.S_IMODE(archive_of(file).stat().st_mode) == 0o600


@pytest.mark.one_database
def test_a_backup_from_before_a_rotation_opens_and_takes_new_words(place: Place, tmp_path: Path, world: World):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    world.store.close()
    database = Path(place.settings.database_url.removeprefix("sqlcipher:///"))
    shutil.copyfile(database, tmp_path / "backup.db")
    store = place.open()
    rotate_master_key(Desk.host(store))
    rotate_master_key(Desk.host(store))
    store.close()
    for file in database.parent.iterdir():
        file.unlink()
    shutil.copyfile(tmp_path / "backup.db", database)

    assert texts(place) == {WORDS}

    restored = place.open()
    World(restored).case("OKF-2")
    World(restored).record("OKF-2", "N-2", text="told after the restore")
    rotate_master_key(Desk.host(restored))
    assert len(masters(place)) == 1
    restored.close()
    assert texts(place) == {WORDS, "told after the restore"}


def test_a_data_key_that_a_retired_key_wrapped_opens_still(place: Place, store: Store, world: World):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    with store.engine.connect() as connection:
        old = connection.execute(text("SELECT wrapped FROM data_key WHERE scope = 'case:OKF-1'")).scalar()
    rotate_master_key(Desk.host(store))
    with behind_casebook(store) as connection:
        connection.execute(text("UPDATE data_key SET wrapped = :w WHERE scope = 'case:OKF-1'"), {"w": old})

    assert texts(place) == {WORDS}
    rotate_master_key(Desk.host(store))
    with store.reading() as session:
        assert len(wrapped_by(session)) == 1
    assert texts(place) == {WORDS}


@pytest.mark.one_database
def test_a_line_of_the_archive_that_is_damaged_hides_no_other(place: Place, store: Store, world: World):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    file = place.settings.text_key_file
    rotate_master_key(Desk.host(store))
    first = archived(file)
    with archive_of(file).open("a", encoding="ascii") as archive:
        archive.write(f"{'0' * 16} {'ab' * 32}\nnot a key\n\n")

    rotate_master_key(Desk.host(store))

    assert archived(file).items() > first.items()
    assert len(archived(file)) == 2
    assert "not a key" in archive_of(file).read_text("ascii")
