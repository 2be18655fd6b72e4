"""A database that can't be used: locked, full, read-only or gone, each its own sentence, and no bug."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from okf.cli.main import main
from okf.desk import Desk
from okf.errors import Misconfigured, StoreUnavailable, Trouble
from okf.parts import make_ready
from okf.store import trouble
from okf.store.engine import Store
from okf.store.models import Concern, Person, SignInTry
from okf.store.schema import migrate, migrate_to_serve
from okf.terms import Severity
from tests.behind import unrecorded
from tests.conftest import Place

AT = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
ENDED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture(autouse=True)
def _nothing_told_yet() -> None:
    trouble._told.clear()


def reads(store: Store) -> int:
    with store.reading() as session:
        return session.query(Person).count()


def writes(store: Store, much: int = 1) -> None:
    with store.writing(0.1) as session:
        session.add(SignInTry(username="x" * much, source="here", step="password", at=datetime.now(UTC)))


def told(store: Store, ask: Any = writes, **more: Any) -> Trouble:
    with pytest.raises(StoreUnavailable) as found:
        ask(store, **more)
    for part in found.value.trouble.value:
        assert part in str(found.value)
    assert found.value.reference in str(found.value)
    return found.value.trouble


@contextmanager
def at_each_connection(store: Store, pragma: str) -> Iterator[None]:
    def run(connection: Any, *_: Any) -> None:
        connection.execute(pragma)

    store.engine.dispose()
    event.listen(store.engine, "connect", run)
    yield
    event.remove(store.engine, "connect", run)
    store.engine.dispose()


def file_of(place: Place) -> Path:
    return Path(place.settings.database_url.removeprefix("sqlcipher:///"))


def test_where_another_writes_for_long_a_writer_is_told_and_a_reader_is_not_kept_waiting(place: Place, store: Store):
    other = place.open()
    with other.writing():
        assert told(store) is Trouble.BUSY
        assert reads(store) == 0
    other.close()

    writes(store)


def test_all_connections_taken_is_a_busy_database_too(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store.engine.pool, "_timeout", 0.1)
    held = [store.engine.connect() for _ in range(store.engine.pool.size() + store.engine.pool._max_overflow)]

    assert told(store, reads) is Trouble.BUSY

    for one in held:
        one.close()
    assert reads(store) == 0


@pytest.mark.one_database
def test_a_full_disk_is_told_and_once_there_is_room_it_goes_on(store: Store):
    with at_each_connection(store, "PRAGMA max_page_count = 1"):
        assert told(store, much=1_000_000) is Trouble.FULL
        assert reads(store) == 0

    writes(store, much=1_000_000)


@pytest.mark.one_database
def test_a_server_starts_where_its_database_cannot_be_written_so_that_a_concern_can_be_raised(
    place: Place, store: Store, tmp_path: Path
):
    here = replace(place.settings, inbox=tmp_path / "inbox")
    make_ready(Desk.host(store), here)
    store.inbox = None
    assert store.ledger is not None
    store.ledger.in_doubt = True

    with at_each_connection(store, "PRAGMA query_only = ON"):
        assert told(store, migrate) is Trouble.READ_ONLY
        migrate_to_serve(store)
        make_ready(Desk.host(store), here)

    assert store.inbox is not None


@pytest.mark.one_database
def test_a_database_that_may_only_be_read_is_told_and_is_no_wrong_key(store: Store):
    with at_each_connection(store, "PRAGMA query_only = ON"):
        assert told(store) is Trouble.READ_ONLY
        assert reads(store) == 0

    writes(store)


@pytest.mark.one_database
@pytest.mark.skipif(sys.platform == "win32", reason="it has no such bits")
def test_a_folder_that_may_only_be_read_is_no_wrong_key_when_it_is_opened(place: Place):
    said, says = os.pipe()
    with tempfile.TemporaryDirectory() as there:  # not in pytest's own, which others may not enter
        folder = Path(there) / "database"
        shutil.copytree(file_of(place).parent, folder)
        shutil.copytree(place.settings.key_file.parent, Path(there) / "key")
        if os.geteuid() == 0:
            for path in (Path(there), *Path(there).rglob("*")):
                os.chown(path, 65534, 65534)
        folder.chmod(0o555)
        child = os.fork()
        if child == 0:  # root may write anywhere: so it is tried as somebody else
            try:
                if os.geteuid() == 0:
                    os.setuid(65534)
                place.open(
                    database_url=f"sqlcipher:///{folder / file_of(place).name}",
                    key_file=Path(there) / "key" / place.settings.key_file.name,
                )
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is looked at below
                os.write(says, f"{type(error).__name__} {error}".encode())
            finally:
                os._exit(0)  # else it would go on as a second worker
        os.waitpid(child, 0)
        os.close(says)
        folder.chmod(0o755)

    with os.fdopen(said) as told_so:
        assert told_so.read().startswith(f"StoreUnavailable {Trouble.READ_ONLY.why}")


@pytest.mark.one_database
def test_a_file_that_is_gone_is_told_and_never_made_anew_and_what_comes_back_is_read(place: Place, store: Store):
    writes(store)
    file = file_of(place)
    file.rename(file.with_name("away.db"))

    assert told(store) is Trouble.GONE
    assert told(store, reads) is Trouble.GONE
    assert not file.exists()
    file.with_name("away.db").rename(file)
    writes(store, much=2)


@pytest.mark.one_database
def test_a_file_that_was_put_in_its_place_is_read_by_connections_of_before_too(place: Place, store: Store):
    writes(store)
    file, other = file_of(place), file_of(place).with_name("restored.db")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    other.write_bytes(file.read_bytes())
    store.engine.dispose()
    reads(store)
    other.replace(file)

    writes(store)
    with store.reading() as session:
        assert session.query(SignInTry).count() == 2  # it holds what was written before


def test_the_log_has_one_line_a_minute_under_the_reference_that_people_are_told(
    place: Place, store: Store, caplog: pytest.LogCaptureFixture
):
    other = place.open()
    with other.writing(), caplog.at_level(logging.ERROR, "casebook"):
        references = set()
        for _ in range(3):
            with pytest.raises(StoreUnavailable) as found:
                writes(store)
            references.add(found.value.reference)
    other.close()

    [line] = [record.getMessage() for record in caplog.records if record.name == "casebook"]
    assert references == {line.split()[0]}
    assert "database busy" in line
    assert "INSERT" not in line


def test_connections_that_the_server_ended_are_told_and_the_pool_makes_others(own_database: str, store: Store):
    if store.engine.dialect.name != "postgresql":
        return  # there is no server
    with psycopg.connect(own_database, autocommit=True) as administrator:

        def cut_off(store: Store) -> None:
            with store.writing() as session:
                administrator.execute(ENDED)
                session.execute(text("SELECT 1"))

        assert told(store, cut_off) is Trouble.GONE
        assert reads(store) == 0
        administrator.execute(ENDED)
        writes(store)


def test_one_that_ends_while_a_statement_looks_up_a_value_is_told_as_itself(own_database: str, store: Store):
    """The library calls every fault there a fault of its own."""
    if store.engine.dialect.name != "postgresql":
        return  # there is no server

    def cut_off(store: Store) -> None:
        with unrecorded(store) as session, psycopg.connect(own_database, autocommit=True) as administrator:

            def before(_connection: Any, statement: Any, *_: Any) -> None:
                if getattr(statement, "table", None) is Concern.__table__ and statement.is_insert:
                    administrator.execute(ENDED)

            event.listen(session.connection(), "before_execute", before)
            session.add(Concern(ref="K-1", case_ref="OKF-1", severity=Severity.HIGH, raised_by="me", raised_at=AT))
            session.flush()

    assert told(store, cut_off) is Trouble.GONE


@pytest.mark.one_database
def test_a_server_that_is_not_there_is_a_sentence_on_the_command_line_too(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("OKF_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/casebook")
    monkeypatch.setenv("OKF_KEY_FILE", str(place.settings.key_file))

    assert main(["assure"]) == 1

    assert Trouble.GONE.why in capsys.readouterr().err


@pytest.mark.one_database
def test_what_is_damaged_while_it_runs_is_told_and_when_it_is_opened_the_key_is_named(place: Place, store: Store):
    store.engine.dispose()
    file = file_of(place)
    content = bytearray(file.read_bytes())
    content[100] ^= 0xFF
    file.write_bytes(content)

    assert told(store, reads) is Trouble.DAMAGED
    with pytest.raises(Misconfigured, match="its key is not the one"):
        replace(place).open()
