"""Texts and files are encrypted in the application: the database, its backup and its owner show no narrative."""

from __future__ import annotations

import stat
from typing import Any

import pytest
from sqlalchemy import text

from okf.desk import Desk
from okf.errors import Misconfigured, Refused
from okf.people.commands.keys import rotate_master_key
from okf.store import guards
from okf.store.engine import Store
from okf.store.models import Concern, Record
from okf.store.narrative import PREFIX, Unsealed
from okf.store.schema import migrate
from okf.store.sealing import open_bytes, seal_bytes
from tests.behind import behind_casebook
from tests.conftest import Place
from tests.world import World

WORDS = "the marked words that the mother said"


def said(world: World, case: str = "OKF-1", words: str = WORDS) -> str:
    """A note with these words on a new case, and its id."""
    world.case(case)
    return world.record(case, title=f"About {words}", text=words)


def raw(store: Store, statement: str, **values: Any) -> Any:
    """What somebody finds who has the database and not the key of the texts."""
    with store.engine.connect() as connection:
        return connection.execute(text(statement), values).scalar()


def by_hand(store: Store, statement: str, *, seals_too: bool = True, **values: Any) -> None:
    """Change the database as its administrator could, who breaks the seals first, and puts them back after."""
    with behind_casebook(store) as connection:
        sealed = {"record": guards.sealed_tables()["record"]} if seals_too else {}
        for broken in guards.unseals(connection.dialect.name, sealed):
            connection.execute(text(broken))
        connection.execute(text(statement), values)
        for again in guards.seals(connection.dialect.name, sealed) if sealed else ():
            connection.execute(text(again))


def test_C1_what_was_told_lies_encrypted_and_reads_plain(store: Store, world: World):
    note = said(world)

    assert raw(store, "SELECT text FROM record").startswith(PREFIX)
    assert WORDS not in raw(store, "SELECT title FROM record")
    with store.reading() as session:
        assert session.get_one(Record, note).text == WORDS


def test_each_case_has_a_key_of_its_own_and_a_concern_another(store: Store, world: World):
    said(world, "OKF-1")
    said(world, "OKF-2")
    world.concern("OKF-1", account=WORDS)

    with store.engine.connect() as connection:
        scopes = set(connection.execute(text("SELECT scope FROM data_key")).scalars())
    assert {"case:OKF-1", "case:OKF-2"} < scopes
    assert any(scope.startswith("concern:") for scope in scopes)


def test_the_same_words_never_look_the_same(store: Store, world: World):
    said(world, "OKF-1")
    said(world, "OKF-2")

    with store.engine.connect() as connection:
        told = list(connection.execute(text("SELECT text FROM record")).scalars())
    assert len(told) == len(set(told)) == 2


def test_a_text_changed_from_outside_does_not_open(store: Store, world: World):
    said(world)
    told = raw(store, "SELECT text FROM record")
    by_hand(store, "UPDATE record SET text = :t", t=told[:-6] + ("A" if told[-6] != "A" else "B") + told[-5:])

    with pytest.raises(Unsealed), store.reading() as session:
        session.query(Record).all()


def test_a_readable_text_put_in_from_outside_is_not_taken_for_ours(store: Store, world: World):
    said(world)
    by_hand(store, "UPDATE record SET text = 'She never said that'")

    with pytest.raises(Unsealed), store.reading() as session:
        session.query(Record).all()


def test_a_text_moved_to_another_key_does_not_open(store: Store, world: World):
    said(world, "OKF-1")
    said(world, "OKF-2", "other words")
    one = raw(store, "SELECT text FROM record WHERE case_ref = 'OKF-1'").split(":")
    two = raw(store, "SELECT text FROM record WHERE case_ref = 'OKF-2'").split(":")
    by_hand(store, "UPDATE record SET text = :t WHERE case_ref = 'OKF-2'", t=":".join([*two[:2], one[2]]))

    with pytest.raises(Unsealed), store.reading() as session:
        session.query(Record).filter(Record.case_ref == "OKF-2").all()


def test_sql_can_not_compare_a_narrative_by_mistake(store: Store, world: World):
    said(world)

    with pytest.raises(Exception, match="without its key"), store.reading() as session:
        session.query(Record).filter(Record.title == "plain").all()


def test_files_are_sealed_alike(store: Store):
    with store.writing() as session:
        sealed = seal_bytes(session, "case:OKF-1", WORDS.encode())
        assert open_bytes(session, sealed) == WORDS.encode()
        with pytest.raises(Unsealed):
            open_bytes(session, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert WORDS.encode() not in sealed


def test_what_was_undone_leaves_no_key_behind(store: Store, world: World):
    world.case("OKF-1")
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        assert seal_bytes(session, "case:OKF-1", b"undone")[1 // 0]

    note = said(world, "OKF-2")
    world.record("OKF-1", ref="N-2", text=WORDS)
    with store.reading() as session:
        assert session.get_one(Record, note).text == WORDS
        assert len(session.query(Record).all()) == 2


# The key file


def test_no_start_without_the_key(place: Place, store: Store, world: World):
    said(world)
    place.settings.text_key_file.unlink()

    with pytest.raises(Misconfigured, match=r"key of the texts is not at .*Nothing was changed"):
        place.open()
    assert not place.settings.text_key_file.exists()


def test_a_wrong_key_is_refused_before_anything_is_written(place: Place, store: Store, world: World):
    said(world)
    before = raw(store, "SELECT count(*) FROM data_key")
    place.settings.text_key_file.write_text("ab" * 32 + "\n")

    with pytest.raises(Misconfigured, match="not the one of this database"):
        place.open()
    assert raw(store, "SELECT count(*) FROM data_key") == before


@pytest.mark.parametrize("content", ["", "not a key", "ab" * 31])
def test_a_damaged_key_file_is_refused(place: Place, store: Store, world: World, content: str):
    said(world)
    place.settings.text_key_file.write_text(content)

    with pytest.raises(Misconfigured, match="64 hexadecimal digits"):
        place.open()


def test_the_key_is_its_owners_alone_and_never_in_the_database(place: Place, store: Store, world: World):
    said(world)

    file = place.settings.text_key_file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with store.engine.connect() as connection:
        kept = connection.execute(text("SELECT id FROM master_key")).scalars().all()
    assert len(kept) == 1
    assert kept[0] not in file.read_text()


# Rotation


def test_rotation_wraps_every_key_anew_and_retires_the_old_one(place: Place, store: Store, world: World):
    note = said(world)
    old = place.settings.text_key_file.read_text()
    wrapped = raw(store, "SELECT wrapped FROM data_key WHERE scope = 'case:OKF-1'")

    assert rotate_master_key(Desk.host(store)) >= 1

    assert old not in place.settings.text_key_file.read_text()
    assert raw(store, "SELECT wrapped FROM data_key WHERE scope = 'case:OKF-1'") != wrapped
    again = place.open()
    with again.reading() as session:
        assert session.get_one(Record, note).text == WORDS
    again.close()
    place.settings.text_key_file.write_text(old)
    with pytest.raises(Misconfigured, match="not the one of this database"):
        place.open()


def test_a_running_casebook_goes_on_through_a_rotation(place: Place, store: Store, world: World):
    note = said(world)
    running = place.open()

    rotate_master_key(Desk.host(store))

    theirs = World(running)
    theirs.record("OKF-1", ref="N-2", text="written after it")
    theirs.case("OKF-3")
    theirs.record("OKF-3", ref="N-3", text="under a new key")
    with running.reading() as session:
        assert session.get_one(Record, note).text == WORDS
    running.close()
    fresh = place.open()
    with fresh.reading() as session:
        assert {record.text for record in session.query(Record)} == {WORDS, "written after it", "under a new key"}
    fresh.close()


def test_a_rotation_that_fails_midway_loses_nothing(place: Place, store: Store, world: World):
    note = said(world)

    def fails(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_master_key(Desk.host(store), fails)

    again = place.open()
    with again.reading() as session:
        assert session.get_one(Record, note).text == WORDS
    assert rotate_master_key(Desk.host(again)) >= 1
    assert len(place.settings.text_key_file.read_text().split()) == 1
    again.close()


def test_C5_nobody_rotates_the_key_on_a_page(store: Store, world: World):
    world.person("administrator", roles=["administrator"])

    with pytest.raises(Refused):
        rotate_master_key(Desk(store, "administrator"))


# What an older Casebook left readable


def test_an_older_databases_texts_are_sealed_when_it_is_brought_up_to_date(empty: Place):
    old = empty.open()
    migrate(old, "0001")
    told = "2026-11-01 10:00:00"
    by_hand(
        old, "INSERT INTO \"case\" (ref, status, opened_on) VALUES ('OKF-1', 'open', '2026-11-01')", seals_too=False
    )
    by_hand(
        old,
        "INSERT INTO record (id, case_ref, record_class, source, compartment, occurred_at, title, text)"
        f" VALUES ('N-1', 'OKF-1', 'note', 'internal', 'internal', '{told}', NULL, '{WORDS}')",
        seals_too=False,
    )
    by_hand(
        old,
        "INSERT INTO person (username, name, capacity) VALUES ('lead', 'Lead of the test', 'staff')",
        seals_too=False,
    )
    by_hand(
        old,
        "INSERT INTO concern (ref, severity, status, account, raised_by, raised_at, due_at)"
        f" VALUES ('K-1', 'low', 'raised', '{WORDS}', 'lead', '{told}', '{told}')",
        seals_too=False,
    )
    by_hand(
        old,
        "INSERT INTO concern_entry (id, concern_ref, entered_at, entered_by, what, text)"
        f" VALUES (1, 'K-1', '{told}', 'lead', 'raised', '{WORDS}')",
        seals_too=False,
    )

    migrate(old)

    for table, column in (("record", "text"), ("concern", "account"), ("concern_entry", "text")):
        assert raw(old, f"SELECT {column} FROM {table}").startswith(PREFIX)
    with old.reading() as session:
        assert session.get_one(Record, "N-1").text == WORDS
        assert session.get_one(Concern, "K-1").account == WORDS
    with pytest.raises(Exception, match="sealed"):
        by_hand(old, "UPDATE concern_entry SET text = 'other'", seals_too=False)
    old.close()
