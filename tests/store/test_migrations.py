"""The migrations make exactly the tables that the models say, and undo what they made."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import SystemRandom
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

from okf.errors import Misconfigured
from okf.people.commands.accounts import switch_off, switch_on
from okf.people.commands.leaving import record_leaver
from okf.policy.concern_forms import Informed
from okf.proof.queries.assurance.clocks import clocks_astray
from okf.proof.queries.assurance.rows import rows_and_marks
from okf.safeguarding.commands.concerns import raise_concern, triage_concern
from okf.store import audit, own_logic
from okf.store.engine import Store
from okf.store.models import AuditEvent, Base, Concern, ConcernClock, FormerPerson, MatchKey, Person, ServiceUser
from okf.store.revision import newest_revision, require_current
from okf.store.schema import configuration, migrate
from okf.terms import Action, ConcernStatus, Outcome, Role, Severity
from okf.terms.duties import Duty
from tests.behind import behind_casebook
from tests.conftest import Place
from tests.safeguarding.conftest import decide, sharing
from tests.world import World


@pytest.fixture
def bare(empty: Place) -> Iterator[Store]:
    """A store without a table in it."""
    store = empty.open()
    yield store
    store.close()


def told(value: Any) -> Any:
    """What a database says of one thing, so that equal things read equal."""
    if isinstance(value, dict):
        return {key: told(one) for key, one in value.items()}
    return [told(one) for one in value] if isinstance(value, list) else str(value)


def tables(connection: Connection) -> dict[str, dict[str, Any]]:
    """Everything that a database says of its tables, told so that two can be compared."""
    found = inspect(connection)
    everything: dict[str, dict[str, Any]] = {}
    for table in sorted(set(found.get_table_names()) - {"alembic_version"}):
        columns = {c["name"]: (str(c["type"]), c["nullable"], str(c["default"])) for c in found.get_columns(table)}
        everything[table] = {
            "columns": columns,
            "key": told(found.get_pk_constraint(table)),
            "references": sorted(told(found.get_foreign_keys(table)), key=str),
            "unique": sorted(told(found.get_unique_constraints(table)), key=str),
            "checks": sorted(told(found.get_check_constraints(table)), key=str),
            "indexes": sorted(told(found.get_indexes(table)), key=str),
        }
    return everything


def triggers(connection: Connection) -> list[str]:
    """The names of a database's triggers."""
    if connection.dialect.name == "postgresql":
        names = connection.exec_driver_sql("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    else:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return sorted(names.scalars())


def test_the_migrations_equal_the_models(store: Store, bare: Store):
    with bare.engine.begin() as connection:
        Base.metadata.create_all(connection)
        made, sealed = tables(connection), triggers(connection)

    with store.engine.connect() as connection:
        assert tables(connection) == made
        assert triggers(connection) == sealed
    assert len(made) > 30
    assert sealed


def test_alembic_finds_nothing_left_to_do(store: Store):
    with store.engine.connect() as connection:
        config = configuration(connection)
        config.stdout = io.StringIO()
        command.check(config)


def test_every_migration_undoes_what_it_made(bare: Store):
    migrate(bare)
    migrate(bare, "base")

    with bare.engine.connect() as connection:
        assert tables(connection) == {}
        assert triggers(connection) == []
        if connection.dialect.name == "postgresql":
            ours = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            assert connection.exec_driver_sql(ours).scalars().all() == []
    migrate(bare)
    require_current(bare)


def test_migrating_again_changes_nothing(store: Store):
    with store.engine.connect() as connection:
        before = tables(connection)

    migrate(store)

    with store.engine.connect() as connection:
        assert tables(connection) == before


def test_an_old_database_is_refused_with_the_command_that_helps(bare: Store):
    with pytest.raises(Misconfigured, match="python -m okf migrate"):
        require_current(bare)


def test_the_migrations_have_one_beginning_and_one_end():
    scripts = ScriptDirectory.from_config(configuration())

    assert scripts.get_heads() == [newest_revision()]
    assert len(scripts.get_bases()) == 1


def test_migrating_again_puts_back_the_seals_and_watchers_that_somebody_took_off(bare: Store):
    migrate(bare)
    with behind_casebook(bare) as connection:
        on = " ON person" if connection.dialect.name == "postgresql" else ""
        name = "person_touched" if on else "person_touched_update"
        connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")
        connection.exec_driver_sql(f"DROP TRIGGER record_sealed_0{on.replace('person', 'record')}")
        assert len(own_logic.altered(connection)) == 2

    migrate(bare)

    with bare.engine.connect() as connection:
        assert own_logic.altered(connection) == []


def test_what_was_there_before_rows_were_marked_is_marked_and_its_events_are_sealed(bare: Store):
    migrate(bare, "0004")
    people = [{"username": f"p{n}", "name": f"P {n}", "folded": f"p {n}"} for n in range(3)]
    event: dict[str, Any] = {"at": datetime(2026, 11, 23, tzinfo=UTC), "actor": "host", "action": Action.GRANT}
    row = audit.event_row(audit.Head(0, audit.GENESIS), b"none", outcome=Outcome.ALLOW, facts={"did": "x"}, **event)
    del row["mac"]
    with behind_casebook(bare) as connection:
        person = (
            "INSERT INTO person (username, name, name_folded, capacity) VALUES (:username, :name, :folded, 'staff')"
        )
        connection.execute(text(person), people)
        connection.execute(insert(AuditEvent).values(**row))
        connection.execute(text("UPDATE audit_head SET seq = 1, hash = :hash"), {"hash": row["hash"]})

    def found() -> list[str]:
        with bare.reading() as session:
            assert audit.verify(session).whole
            return [one.what for finding in rows_and_marks(session) for one in finding.behind]

    migrate(bare)
    assert found() == []
    with behind_casebook(bare) as connection:
        connection.execute(text("UPDATE person SET capacity = 'volunteer' WHERE username = 'p1'"))
    [told] = found()
    assert told.startswith("Person p1 is not as event 2 of ")

    migrate(bare, "0004")
    migrate(bare)

    assert found() == []


def test_names_on_file_are_folded_and_found_again(bare: Store):
    """Keys that rest on another form of a name are gone, so that the next start makes them."""
    migrate(bare, "0003")
    users = [{"ref": "SU-1", "name": "Ángel Núñez"}, {"ref": "SU-2", "name": "Ann Bell"}, {"ref": "SU-3", "name": None}]
    people = [{"username": username, "name": "Ángel Núñez"} for username in ("angel", "angel2")]
    with behind_casebook(bare) as connection:
        connection.execute(text("INSERT INTO service_user (ref, name) VALUES (:ref, :name)"), users)
        connection.execute(text("INSERT INTO match_key (key, service_user) VALUES (1, :ref)"), users)
        connection.execute(
            text("INSERT INTO person (username, name, capacity) VALUES (:username, :name, 'staff')"), people
        )

    migrate(bare)

    with bare.reading() as session:
        folded = session.scalars(select(ServiceUser.name_folded).order_by(ServiceUser.ref)).all()
        assert folded == ["angel nunez", "ann bell", ""]
        assert session.scalars(select(Person.name_folded)).all() == ["angel nunez"] * 2
        assert set(session.scalars(select(MatchKey.service_user))) == {"SU-2", "SU-3"}

    migrate(bare, "0003")

    with bare.engine.connect() as connection:
        names = connection.scalars(text("SELECT name FROM service_user ORDER BY ref")).all()
        assert names == [user["name"] for user in users]


def test_C5_days_off_are_told_by_the_audit_record_of_an_earlier_casebook(world: World):
    world.person("admin", roles=[Role.ADMINISTRATOR])
    world.person("manager", roles=[Role.MANAGER])
    for who in ("back", "gone", "never"):
        world.caseworker(who)
    switch_off(world.desk("admin"), "back")
    record_leaver(world.desk("manager"), "gone")
    off, on = world.now, world.later(days=9)
    switch_on(world.desk("admin"), "back")
    told = world.one(FormerPerson)

    migrate(world.store, "0004")
    migrate(world.store)

    again = world.one(FormerPerson)
    assert (again.person, again.left_at, again.until, again.name) == ("back", off, on, told.name)


def test_C9_the_clocks_of_what_was_there_start_with_their_table_and_leave_it_as_an_older_casebook_reads_it(
    world: World,
) -> None:
    world.case("OKF-1")
    world.dsl()
    world.person("deputy", roles=[Role.DEPUTY_DSL])
    world.concern("OKF-1", "K-FILE", status="monitoring", next_review_on=date(2026, 11, 27))
    dsl, words = world.desk("dsl", chance=SystemRandom()), "A bruise."
    refs = [raise_concern(dsl, severity=Severity.HIGH, account=words, about=one) for one in ([], [], ["deputy"])]
    open_, decided, _ = refs
    triage_concern(dsl, open_, severity=Severity.HIGH, status=ConcernStatus.TRIAGED, lead="dsl", note="Rang.")
    nobody = [Informed(False, named="Their mother", why="It would not be safe.")]
    decide(world, ref=decided, informed=nobody, sharing=sharing())
    before, instants = clocks(world), [(one.ref, one.due_at, one.decide_by) for one in world.all(Concern)]
    of_no_table_then = {Duty.LADO, Duty.THIRD, Duty.CHECKLIST, Duty.ESCALATE}
    assert {duty for ref, duty, *_ in before if ref == decided} == {*Duty} - of_no_table_then

    migrate(world.store, "0015")
    with world.store.engine.connect() as connection:
        left = dict(connection.execute(text("SELECT ref, decide_by FROM concern")).all())
    assert left[decided] is not None
    migrate(world.store)

    assert clocks(world) == before
    assert [(one.ref, one.due_at, one.decide_by) for one in world.all(Concern)] == instants
    with world.store.reading() as session:
        assert clocks_astray(session).behind == ()
        assert rows_and_marks(session)[0].behind == ()


def clocks(world: World) -> list[tuple[Any, ...]]:
    """All clocks, as plain values."""
    return sorted(
        (one.concern_ref, one.duty, one.of or "", one.started_at, one.due_at, one.ended_at is None)
        for one in world.all(ConcernClock)
    )
