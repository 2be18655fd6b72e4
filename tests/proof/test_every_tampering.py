"""A table of what somebody might do who has the database's key, or owns the PostgreSQL: each is named by its row.

One charity for all of them, with a row in every table; each is done in a
transaction that is undone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from okf.caseload.commands.caseload import mend_figures
from okf.caseload.queries.recount import check_figures
from okf.errors import Misconfigured
from okf.proof.queries.assurance import checks
from okf.proof.queries.assurance.proof import full_checks
from okf.proof.queries.assurance.rows import logic_altered, rows_and_marks
from okf.store import audit, guards, own_logic, row_marks
from okf.store.engine import Store, open_store
from okf.store.models import AuditEvent
from okf.store.models.base import unknown_words_told
from okf.terms import Action, Outcome
from tests.conftest import settings_for
from tests.proof.charity import Charity, charity
from tests.proof.loose import loosened, put_in, sql
from tests.world import World

TABLE = Path(__file__).with_name("tamperings.txt")
NEVER = "'2030-01-01 00:00:00.000000'"
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LONG_AGO = "'2020-01-01 00:00:00.000000'"


def _table(part: str) -> list[Any]:
    """The tamperings of one part of the table beside this file."""
    lines = TABLE.read_text().split(f"[{part}]")[1].split("\n[")[0].strip().splitlines()
    told = [line.replace("LONG_AGO", LONG_AGO).replace("NEVER", NEVER).split(" | ") for line in lines]
    return [pytest.param(sql, said.strip(), id=what.strip()) for what, sql, said in told]


@pytest.fixture(scope="module")
def full(template_file: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A charity with a row in every table, whose seals somebody took off: each test leaves its rows as they were."""
    folders = [tmp_path_factory.mktemp(name) for name in ("full", "full_key")]
    file, key = folders[0] / "casebook.db", folders[1] / "casebook.key"
    for template, copy in zip(template_file, (file, key), strict=True):
        copy.write_bytes(template.read_bytes())
    store = open_store(settings_for(f"sqlcipher:///{file}", key))
    world = charity(World(store)).world
    world.person("gone", left_at="2026-10-01T10:00")
    world.record("OKF-1", "N-A", source="party_a", text="HERON")
    world.record("OKF-1", "N-B", source="party_b", text="PLOVER")
    world.concern("OKF-1", "K-A", about=["party_a"], account="SNIPE")
    world.organisation("harbour_advice")
    world.conflict("volunteer", "party_a")
    world.setting("emergency_access_hours", 24)
    world.grant("volunteer", "OKF-2", ref="G-A", lead_for="party_d")
    world.grant("volunteer", "OKF-1", ref="G-B")
    world.revoke("G-B")
    event: dict[str, Any] = {"at": world.now, "actor": "host", "action": Action.MARK_ROWS}
    with store.writing() as session, guards.unguarded(session.connection()):
        row_marks.secret_to_write(session)
        with loosened(session, again=False):
            for form in row_marks.forms().values():
                put_in(session, form.table, 1)
        audit.append(session, outcome=Outcome.ALLOW, binds=row_marks.bind_all, **event)
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = OFF")
    yield store
    store.close()


@contextmanager
def tampered(store: Store, *statements: str) -> Iterator[Session]:
    """The charity as it is after these statements, until it is undone."""
    with store.writing() as session, guards.unguarded(session.connection()):
        with loosened(session):
            for statement in statements:
                assert session.connection().exec_driver_sql(statement).rowcount != 0, "it changed nothing"
            yield session
        session.rollback()


def named(session: Session) -> list[str]:
    """What the proof says of rows and marks."""
    return [one.what for finding in rows_and_marks(session) for one in finding.behind]


def test_there_are_more_than_two_hundred_and_thirty_of_them() -> None:
    assert sum(len(_table(one)) for one in ("rows", "as what it is not", "logic", "kept for speed")) > 230


def test_what_was_left_alone_is_not_named(full: Store) -> None:
    with tampered(full) as session:
        assert named(session) == []
        assert audit.verify(session).whole


@pytest.mark.parametrize("how, row", _table("rows"))
def test_a_row_tampered_with_is_named(full: Store, how: str, row: str) -> None:
    with tampered(full, how) as session:
        assert any(one.startswith(row) for one in named(session)), named(session)


@pytest.mark.one_database
@pytest.mark.parametrize("how, row", _table("as what it is not"))
def test_a_value_of_another_kind_is_named_and_ends_no_proof(full: Store, how: str, row: str) -> None:
    """PostgreSQL refuses most of them; here each check that can't read it says so, and the others are made."""
    with tampered(full, how) as session, unknown_words_told():
        findings, _ = full_checks(session, NOW)

        [astray] = [one for one in findings if one.check is checks.ROWS_ASTRAY]
        assert any(one.what.startswith(row) for one in astray.behind)
        asked = {one for one in checks.CHECKS if not one.is_live} - {checks.CHAIN, checks.LEDGER}
        assert {one.check for one in findings} == asked


@pytest.mark.parametrize(
    "how, why",
    [
        ("UPDATE audit_event SET facts = '{' WHERE seq = 1", "something in it can't be read"),
        ("UPDATE audit_event SET at = 'soon' WHERE seq = 1", "something in it can't be read"),
        ("UPDATE audit_event SET mac = CAST(mac AS BLOB) WHERE seq = 1", "something in it can't be read"),
        ("UPDATE audit_event SET mac = NULL WHERE seq = 1", "Casebook did not write it"),
    ],
)
def test_an_event_that_cant_be_read_breaks_the_chain_and_not_its_reading(full: Store, how: str, why: str) -> None:
    with tampered(full, how) as session:
        verdict = audit.verify(session)

        assert (verdict.broken_at, why in verdict.why) == (1, True)


def test_a_record_without_its_head_is_told(full: Store) -> None:
    with tampered(full, "DELETE FROM audit_head") as session, pytest.raises(Misconfigured, match="took it out past"):
        audit.verify(session)


@pytest.mark.one_database
@pytest.mark.parametrize("how, what", _table("logic"))
def test_the_databases_own_logic_tampered_with_is_named(store: Store, how: str, what: str) -> None:
    with store.writing() as session, guards.unguarded(session.connection()):
        assert logic_altered(session).count == 0
        for statement in how.split(" ;; "):
            sql(session, statement)

        assert [one.what for one in logic_altered(session).behind] == [what]
        session.rollback()


POSTGRES = {
    "DROP TRIGGER record_sealed_0 ON record": "The trigger record_sealed_0 is missing.",
    "ALTER TABLE record DISABLE TRIGGER record_sealed_1": "The trigger record_sealed_1 is not as Casebook made it.",
    "DROP FUNCTION casebook_touched CASCADE": "The trigger person_touched is missing.",
    "CREATE OR REPLACE FUNCTION casebook_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$": (
        "The function casebook_sealed is not as Casebook made it."
    ),
    "ALTER TABLE access_grant DROP CONSTRAINT ck_access_grant_nobody_grants_to_themselves": (
        "ck_access_grant_nobody_grants_to_themselves of the table access_grant is missing."
    ),
    "DROP INDEX ix_person_team": "ix_person_team of the table person is missing.",
    "DROP INDEX ix_person_team; CREATE INDEX ix_person_team ON person (team) WHERE left_at IS NULL": (
        "ix_person_team of the table person is not as Casebook made it."
    ),
    "ALTER TABLE access_grant DROP CONSTRAINT ck_access_grant_nobody_grants_to_themselves; ALTER TABLE access_grant"
    " ADD CONSTRAINT ck_access_grant_nobody_grants_to_themselves CHECK (granted_by IS NULL OR true)": (
        "ck_access_grant_nobody_grants_to_themselves of the table access_grant is not as Casebook made it."
    ),
    "CREATE RULE mine AS ON INSERT TO audit_event DO INSTEAD NOTHING": (
        "The rule mine of the table audit_event is not Casebook's."
    ),
    "ALTER TABLE concern ENABLE ROW LEVEL SECURITY": "The row-level security of the table concern is not Casebook's.",
    "CREATE VIEW mine AS SELECT * FROM person": "The view mine is not Casebook's.",
    "CREATE TABLE mine () INHERITS (person)": "The heir mine of the table person is not Casebook's.",
    "ALTER TABLE person ADD COLUMN mine text GENERATED ALWAYS AS (name) STORED": (
        "mine of the table person is not Casebook's."
    ),
    "ALTER TABLE person ALTER COLUMN left_at SET DEFAULT '2030-01-01'": (
        "left_at of the table person is not as Casebook made it."
    ),
    "ALTER TABLE person ALTER COLUMN username TYPE text": "username of the table person is not as Casebook made it.",
    "ALTER TABLE person ALTER COLUMN capacity DROP NOT NULL": (
        "capacity of the table person is not as Casebook made it."
    ),
}


@pytest.mark.both_databases
def test_the_logic_of_a_postgresql_tampered_with_is_named(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        return
    for how, what in POSTGRES.items():
        with store.writing() as session, guards.unguarded(session.connection()):
            assert logic_altered(session).count == 0
            sql(session, how)

            assert what in own_logic.altered(session.connection())
            session.rollback()


@pytest.mark.one_database
@pytest.mark.parametrize("how, what", _table("kept for speed"))
def test_what_is_kept_for_speed_tampered_with_is_named(okf: Charity, how: str, what: str) -> None:
    okf.world.service_user("party_a", name="Kit Driftholm")
    assert okf.found("kept_rows_differ").count == 0

    okf.sql(how)

    [told] = okf.found("kept_rows_differ").behind
    assert told.what.startswith(what)
    assert not check_figures(okf.world.host()).good
    mend_figures(okf.world.host())
    assert check_figures(okf.world.host()).good


def test_C5_a_grant_with_a_well_formed_event_of_its_own_does_not_pass(full: Store) -> None:
    """By somebody who knows how the chain is made, and moves its head: all that needs no key."""
    grant = (
        "INSERT INTO access_grant (id, person, case_ref, capacity, compartments, record_classes, actions, from_,"
        " granted_by, granted_at, case_opened_on) SELECT 'G-FORGED', 'volunteer', 'OKF-1', 'volunteer', compartments,"
        " '[]', '[]', from_, 'manager', granted_at, case_opened_on FROM access_grant WHERE id = 'G-A'"
    )
    with tampered(full, grant) as session:
        session.execute(
            text("INSERT INTO row_mark (id, seq, row, mark) SELECT 99999, seq + 1, :row, 'guessed' FROM audit_head"),
            {"row": "access_grant G-FORGED"},
        )
        before = audit.head(session)
        bound = hashlib.sha256(row_marks.line("access_grant G-FORGED", None, "guessed")).hexdigest()
        told = {"subject": "G-FORGED", "case_ref": "OKF-1", "facts": {"person": "volunteer"}, "marks": bound}
        row = audit.event_row(
            before, b"guessed", at=NOW, actor="manager", action=Action.GRANT, outcome=Outcome.ALLOW, **told
        )
        session.execute(insert(AuditEvent), row)
        session.execute(text("UPDATE audit_head SET seq = :seq, hash = :hash"), {k: row[k] for k in ("seq", "hash")})

        verdict = audit.verify(session)
        assert (verdict.broken_at, "Casebook did not write it" in verdict.why) == (before.seq + 1, True)
        assert "Access grant G-FORGED is not as" in named(session)[0]
