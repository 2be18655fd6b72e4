"""The embedded database: unreadable without its key, and never touched when the key is not right."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from okf.errors import Misconfigured
from okf.settings import Settings
from okf.store.engine import Store, open_store
from okf.store.models import Concern, Person, ServiceUser
from okf.store.schema import migrate
from tests.conftest import settings_for
from tests.world import World

WORDS = ("Zebedee Quillfeather", "the marked words of the account", "service_user", "SQLite format 3")


@pytest.fixture
def ours(tmp_path: Path) -> Settings:
    """Settings of an embedded database that is not there yet."""
    return settings_for(f"sqlcipher:///{tmp_path / 'database' / 'casebook.db'}", tmp_path / "key" / "casebook.key")


@pytest.fixture
def made(ours: Settings) -> Settings:
    """Settings of an embedded database that was made and closed."""
    store = open_store(ours)
    migrate(store)
    store.close()
    return ours


def database(settings: Settings) -> Path:
    """The database file of these settings."""
    return Path(settings.database_url.removeprefix("sqlcipher:///"))


def everything(settings: Settings) -> dict[Path, bytes]:
    """Every file of the database and of the key, byte for byte."""
    folders = (database(settings).parent, settings.key_file.parent)
    return {file: file.read_bytes() for folder in folders if folder.exists() for file in sorted(folder.iterdir())}


def written_words(store: Store, folder: Path) -> Iterator[str]:
    """Write marked words, and find those that stand readable in any file while the store is open."""
    world = World(store)
    world.service_user("party_a", name=WORDS[0])
    world.case("OKF-1")
    world.concern("OKF-1", account=WORDS[1])
    assert world.one(ServiceUser, ref="party_a").name == WORDS[0]
    assert world.all(Concern)[0].account == WORDS[1]
    files = list(folder.iterdir())
    assert any(file.name.endswith("-wal") and file.stat().st_size for file in files)
    content = b"".join(file.read_bytes() for file in files)
    return (word for word in WORDS if word.encode() in content)


def test_C1_no_plain_word_stands_in_the_file_or_beside_it(made: Settings):
    store = open_store(made)

    assert list(written_words(store, database(made).parent)) == []
    store.close()
    assert b"Zebedee" not in database(made).read_bytes()


def test_names_stand_readable_in_a_plain_database_and_what_was_told_does_not(tmp_path: Path, ours: Settings):
    plain = open_store(replace(ours, database_url=f"sqlite:///{tmp_path / 'plain' / 'casebook.db'}"))
    migrate(plain)

    assert list(written_words(plain, tmp_path / "plain")) == [word for word in WORDS if "account" not in word]
    plain.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps permissions otherwise")
def test_the_key_is_made_once_for_its_owner_alone(ours: Settings):
    open_store(ours).close()
    first = ours.key_file.read_text("ascii")
    open_store(ours).close()

    assert len(bytes.fromhex(first)) == 32
    assert ours.key_file.read_text("ascii") == first
    assert stat.S_IMODE(ours.key_file.stat().st_mode) == 0o600


def test_a_crash_while_the_key_is_made_leaves_no_half_of_one(ours: Settings, monkeypatch: pytest.MonkeyPatch):
    def killed(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as here:
        here.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            open_store(ours)
    assert not ours.key_file.exists()
    assert not database(ours).exists()

    open_store(ours).close()
    assert len(bytes.fromhex(ours.key_file.read_text("ascii"))) == 32


def test_two_installations_have_two_keys(ours: Settings, tmp_path: Path):
    other = replace(ours, key_file=tmp_path / "other" / "casebook.key")
    open_store(ours).close()
    open_store(replace(other, database_url=f"sqlcipher:///{tmp_path / 'second' / 'casebook.db'}")).close()

    assert ours.key_file.read_bytes() != other.key_file.read_bytes()


def refused(settings: Settings, told: str) -> None:
    """The store does not open, says why in a sentence, and leaves every byte as it was."""
    before = everything(settings)

    with pytest.raises(Misconfigured, match=told):
        open_store(settings)

    assert everything(settings) == before


def test_a_wrong_key_is_said_before_anything_is_written(made: Settings):
    made.key_file.write_text("ab" * 32 + "\n", "ascii")

    refused(made, "its key is not the one it was made with")


def test_a_lost_key_is_said_and_no_new_one_is_made(made: Settings):
    made.key_file.unlink()

    refused(made, "Put the key file back")
    assert not made.key_file.exists()


@pytest.mark.parametrize("content", ["", "not a key", "ab" * 31, "zz" * 32, "é" * 64])
def test_a_key_file_that_holds_no_key_is_said(made: Settings, content: str):
    made.key_file.write_text(content, "utf-8")

    refused(made, "does not hold a key")


def test_a_key_beside_the_database_is_refused_before_either_is_made(ours: Settings):
    beside = replace(ours, key_file=database(ours).with_name("casebook.key"))

    refused(beside, "beside the database")
    assert not database(ours).parent.exists()


def test_a_key_beside_the_database_is_refused_by_another_name_of_the_folder_too(made: Settings, tmp_path: Path):
    (tmp_path / "other_name").symlink_to(database(made).parent)
    beside = replace(made, key_file=tmp_path / "other_name" / "casebook.key")

    refused(beside, "beside the database")


@pytest.mark.parametrize("place", [0, 20, 100, 4000])
def test_a_damaged_file_is_said_and_left_as_it_is(made: Settings, place: int):
    content = bytearray(database(made).read_bytes())
    content[place] ^= 0xFF
    database(made).write_bytes(content)

    refused(made, "damaged")


def test_a_file_that_is_no_database_is_said_and_left_as_it_is(made: Settings):
    database(made).write_bytes(b"Dear all, please find attached the minutes.\n" * 200)

    refused(made, "no database")


def test_a_plain_database_is_not_taken_for_an_encrypted_one(made: Settings):
    database(made).unlink()
    plain = open_store(replace(made, database_url=f"sqlite:///{database(made)}"))
    migrate(plain)
    plain.close()

    refused(made, "can't be opened")


def test_what_was_written_is_there_after_opening_again(made: Settings):
    store = open_store(made)
    World(store).person("volunteer")
    store.close()

    again = open_store(made)

    assert World(again).one(Person, username="volunteer") is not None
    again.close()


@pytest.mark.parametrize(
    "url, told",
    [
        ("no address at all", "can't be read"),
        ("mysql://localhost/casebook", "use sqlcipher, sqlite or postgresql"),
        ("sqlcipher://", "names no file"),
    ],
)
def test_an_address_that_leads_nowhere_is_said(ours: Settings, url: str, told: str):
    with pytest.raises(Misconfigured, match=told):
        open_store(replace(ours, database_url=url))
    assert not ours.key_file.exists()


@pytest.mark.usefixtures("durable")
def test_every_connection_is_durable_logged_ahead_and_held_to_references(made: Settings):
    store = open_store(made)
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "temp_store": 2}
    connections = [store.engine.connect() for _ in range(3)]

    for connection in connections:
        asked = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
        assert asked == expected
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() >= 5000
        connection.close()
    store.close()
