"""Keys outlive whatever happens to them: a transaction undone, a rotation killed or doubled, an older backup."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from sqlalchemy import event, select, text

from okf.cli.main import main
from okf.desk import Desk
from okf.errors import Misconfigured, Refused
from okf.people.commands.keys import rotate_master_key
from okf.people.queries.keys import check_keys, masters_in_use
from okf.settings import ROOT
from okf.store.engine import Store
from okf.store.keyring import archive_of, archived, key_ids, wrapped_by
from okf.store.models import Concern, MasterKey, Record, StoredFile
from okf.store.sealing import seal_bytes
from okf.terms import RecordClass
from tests.behind import behind_casebook, unrecorded
from tests.conftest import Place
from tests.store.killed import KILLED
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


def undone(store: Store, meanwhile: Callable[[], Any] = lambda: None) -> None:
    """Make the key of a case in a transaction that is undone; `meanwhile` follows when the database lets others in."""

    def half_of_it(fail: Callable[[], Any]) -> None:
        with store.writing() as session:
            event.listen(session, "after_rollback", lambda _: meanwhile())
            with session.begin_nested():
                assert seal_bytes(session, StoredFile.content, "F-1", "case:OKF-1", b"undone")
            fail()

    with pytest.raises(ZeroDivisionError):
        half_of_it(lambda: 1 / 0)


def concern(world: World, ref: str) -> str:
    """Raise a concern, under a data key of its own, and read it."""
    world.concern("OKF-1", ref, account="OKF's to know")
    found = world.one(Concern, ref=ref)
    assert found is not None
    return found.account


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

    with unrecorded(store) as session:
        with session.begin_nested() as tried:
            seal_bytes(session, StoredFile.content, "F-1", "case:OKF-1", b"undone")
            tried.rollback()
        session.add(told)

    assert texts(place) == {WORDS}


def test_words_that_were_undone_are_sealed_anew_when_they_are_put_in_again(place: Place, store: Store, world: World):
    told = note(world)

    def half_of_it(fail: Callable[[], Any]) -> None:
        with unrecorded(store) as session:
            session.add(told)
            session.flush()
            fail()

    with pytest.raises(ZeroDivisionError):
        half_of_it(lambda: 1 / 0)
    with unrecorded(store) as session:
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
    with store.reading() as session:
        assert wrapped_by(session).keys() == set(session.scalars(select(MasterKey.id)))
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


@pytest.mark.one_database
def test_an_archive_that_can_not_be_read_keeps_nothing_else_from_opening(place: Place, store: Store, world: World):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    archive_of(place.settings.text_key_file).mkdir()

    assert texts(place) == {WORDS}
    concern(world, "K-1")


# On the host


@pytest.fixture
def told(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Any]:
    """What `keys` answers on the command line: how it ended, and what it printed."""
    monkeypatch.setenv("OKF_DATABASE_URL", place.settings.database_url)
    monkeypatch.setenv("OKF_KEY_FILE", str(place.settings.key_file))

    def ask(what: str) -> tuple[int, str]:
        return main(["keys", what]), capsys.readouterr().out

    return ask


@pytest.mark.one_database
def test_the_host_is_shown_the_key_files_and_which_a_backup_needs_and_no_key(
    place: Place, store: Store, world: World, told: Callable[[str], tuple[int, str]]
):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    file = place.settings.text_key_file
    before = masters(place)

    ended, words = told("rotate")
    assert ended == 0
    assert f"it is in the archive, {archive_of(file)}." in words
    assert "void" not in words

    ended, words = told("show")
    assert ended == 0
    assert f"{place.settings.key_file}: there, mode 0600" in words
    assert f"{file}: there, mode 0600\n" in words
    assert f"{archive_of(file)}: there, mode 0600\n" in words
    assert f"{place.settings.signing_key_file}: not there\n" in words
    (retired,), (newest,) = archived(file), key_ids(file)
    assert f"Key {retired}\n" in words
    assert f"Key {newest} wraps 4 data keys; a backup made now needs it. It is in {file.name}." in words
    assert "apart from the backups" in words
    secret = [*before, *masters(place), place.settings.key_file.read_text("ascii").strip()]
    assert [key for key in secret if key in words] == []


@pytest.mark.one_database
def test_the_key_files_are_shown_when_one_is_missing_too(
    place: Place, store: Store, world: World, told: Callable[[str], tuple[int, str]]
):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    place.settings.text_key_file.unlink()

    ended, words = told("show")

    assert ended == 1
    assert f"{place.settings.text_key_file}: not there\n" in words
    assert not place.settings.text_key_file.exists()


@pytest.mark.one_database
def test_every_data_key_that_does_not_open_is_counted_by_its_kind(
    store: Store, world: World, told: Callable[[str], tuple[int, str]]
):
    for case in ("OKF-1", "OKF-2"):
        world.case(case)
        world.record(case, text=WORDS)
    concern(world, "K-1")
    assert told("check") == (0, "All 6 data keys open.\n")
    with behind_casebook(store) as connection:
        connection.execute(text("UPDATE data_key SET wrapped = 'ffff' || wrapped WHERE scope LIKE 'case:%'"))
        connection.execute(text("UPDATE data_key SET id = 'x' || id WHERE scope LIKE 'concern:%'"))

    ended, words = told("check")

    assert ended == 1
    assert words.startswith("3 of 6 data keys do not open, and nothing told under them does (case: 2; concern: 1).")


def test_C5_nobody_sees_or_checks_the_keys_on_a_page(store: Store, world: World):
    world.person("administrator", roles=["administrator"])

    for ask in (check_keys, masters_in_use):
        with pytest.raises(Refused):
            ask(Desk(store, "administrator"))


# Killed


@pytest.mark.one_database
@pytest.mark.skipif(os.name == "nt", reason="it forks")
def test_a_rotation_killed_at_any_step_loses_nothing_and_keeps_nobody_from_raising_a_concern(
    place: Place, store: Store, world: World
):
    world.case("OKF-1")
    world.record("OKF-1", text=WORDS)
    env = {**os.environ, "OKF_DATABASE_URL": place.settings.database_url, "OKF_KEY_FILE": str(place.settings.key_file)}
    ended: list[int] = []
    command = [sys.executable, "-m", "tests.store.killed"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=PIPE, stdout=PIPE, text=True) as rotating:
        assert rotating.stdin
        assert rotating.stdout

        def rotate(dying_before: int) -> int:
            print(dying_before, file=rotating.stdin, flush=True)
            return int(rotating.stdout.readline())

        while 0 not in ended:
            ended.append(rotate(len(ended) + 1))
            again = place.open()
            assert concern(World(again), f"K-{len(ended)}") == "OKF's to know"
            assert concern(world, f"K-{len(ended)}-here") == "OKF's to know"
            assert check_keys(Desk.host(again)).in_words() == [f"All {2 * len(ended) + 4} data keys open."]
            again.close()
            assert rotate(0) == 0
            assert len(masters(place)) == 1
        rotating.stdin.close()

    assert ended == [*[KILLED] * (len(ended) - 1), 0]
    assert len(ended) > 10
    assert texts(place) == {WORDS}
