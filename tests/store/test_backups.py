"""A backup: of one instant while everybody works, whole, encrypted, and known for what it is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from okf.errors import Misconfigured
from okf.store import audit
from okf.store.backups import make_backup, read_manifest, unpack, verify_backup
from okf.store.engine import open_store

AT = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)


def test_a_backup_opens_again_and_says_what_is_in_it(world, place, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    world.person("manager")

    file = make_backup(world.store, place.settings, folder, AT)

    assert [one.name for one in folder.iterdir()] == ["casebook-2026-11-30T2000Z.okfbackup"]
    assert file.stat().st_mode & 0o777 == 0o600
    with world.store.reading() as session:
        assert verify_backup(file, place.settings).head == audit.head(session)
    assert verify_backup(file, place.settings).counts["person"] == 1
    assert read_manifest(file).counts == {}


def test_a_backup_unpacks_into_an_empty_place_and_opens_as_it_was(world, place, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    world.person("manager")
    file = make_backup(world.store, place.settings, folder, AT)
    there = replace(place.settings, database_url=f"sqlcipher:///{tmp_path / 'elsewhere' / 'casebook.db'}")
    (tmp_path / "elsewhere").mkdir()

    unpack(file, there)

    with closing(open_store(there)) as store, store.reading() as session:
        assert audit.head(session) == read_manifest(file).head
        assert audit.verify(session).whole
    with pytest.raises(Misconfigured, match="already"):
        unpack(file, there)
