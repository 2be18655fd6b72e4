"""The three guards, each broken on purpose; and that a deed keeps its change and its event together or neither."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import DDL, delete, insert, lambda_stmt, literal, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from okf.errors import Refused
from okf.shell.drafts.commands import keep_draft
from okf.store import audit
from okf.store.guards import CONFIDENTIAL_TABLES, UnguardedWrite
from okf.store.models import (
    AuditEvent,
    Base,
    Case,
    CaseParty,
    Confidential,
    Draft,
    PartnerOrganisation,
    ServiceUser,
    SignInTry,
    Task,
)
from okf.terms import Action, CaseStatus, Outcome
from tests.world import World

NEW_CASE = {"ref": "OKF-NEW", "status": CaseStatus.OPEN, "opened_on": date(2026, 11, 23)}


class PowerCut(Exception):
    """Something that goes wrong in the middle."""


@pytest.fixture
def charity(world: World) -> World:
    """A charity with a manager, a volunteer and one case."""
    world.manager()
    world.volunteer()
    world.case("OKF-1")
    return world


def attempt(desk, do, action: Action = Action.OPEN_NEW_CASE, *at: str) -> None:
    """Do something within a deed."""
    with desk.permitted(action, *at) as deed:
        do(deed)


# The first guard: a flush of confidential rows outside a permitted deed raises


def test_a_confidential_row_is_not_added_outside_a_deed(charity: World):
    def add() -> None:
        with charity.store.writing() as session:
            session.add(Case(**NEW_CASE))

    with pytest.raises(UnguardedWrite, match="Case changed outside"):
        add()

    assert charity.one(Case, ref="OKF-NEW") is None


def test_a_confidential_row_is_not_changed_or_deleted_outside_a_deed(charity: World):
    def change() -> None:
        with charity.store.writing() as session:
            session.get_one(Case, "OKF-1").area = "South"

    def take_away() -> None:
        with charity.store.writing() as session:
            session.delete(session.get_one(CaseParty, ("OKF-1", "party_a")))

    for deed in (change, take_away):
        with pytest.raises(UnguardedWrite):
            deed()

    assert charity.one(Case, ref="OKF-1").area == "North"
    assert charity.one(CaseParty, service_user="party_a") is not None


def test_what_is_not_confidential_needs_no_deed(charity: World):
    with charity.store.writing() as session:
        session.add(SignInTry(username="anna", source="198.51.100.7", step="password", at=charity.now))

    assert charity.count(SignInTry) == 1


def test_what_anyone_relies_on_is_never_kept_without_an_event(charity: World):
    def write(*, on_record: bool) -> None:
        with charity.store.writing() as session:
            session.add(PartnerOrganisation(name="harbour_advice"))
            if on_record:
                audit.append(session, at=charity.now, actor="x", action=Action.GRANT, outcome=Outcome.ALLOW)

    with pytest.raises(UnguardedWrite, match="partner_organisation changed without an event"):
        write(on_record=False)
    assert charity.count(PartnerOrganisation) == 0
    write(on_record=True)
    assert charity.count(PartnerOrganisation) == 1


# The second guard: bulk statements outside a permitted deed raise


@pytest.mark.parametrize(
    "statement",
    [
        insert(Case).values(**NEW_CASE),
        update(Case).values(area="South"),
        update(Case.__table__).values(area="South"),
        delete(CaseParty),
        delete(CaseParty.__table__).where(CaseParty.__table__.c.position == 0),
    ],
    ids=["insert", "update", "update of the table", "delete", "delete from the table"],
)
@pytest.mark.one_database
def test_a_bulk_statement_outside_a_deed_changes_nothing(charity: World, statement):
    def by_the_session() -> None:
        with charity.store.writing() as session:
            session.execute(statement)

    def by_a_session_without_guards() -> None:
        with Session(charity.store.engine) as session, session.begin():
            session.execute(statement)

    def by_the_connection() -> None:
        with charity.store.engine.begin() as connection:
            connection.execute(statement)

    for way in (by_the_session, by_a_session_without_guards, by_the_connection):
        with pytest.raises(UnguardedWrite):
            way()

    assert charity.one(Case, ref="OKF-NEW") is None
    assert charity.one(Case, ref="OKF-1").area == "North"
    assert charity.count(CaseParty) == 2


@pytest.mark.parametrize(
    "statement",
    [
        update(Case.__table__.alias("c")).values(area="South"),
        lambda_stmt(lambda: update(Case).values(area="South")),
        select(literal(1)).add_cte(update(Case).values(area="South").returning(Case.ref).cte()),
        select(literal(1)).add_cte(text("UPDATE \"case\" SET area = 'South' RETURNING ref").columns(Case.ref).cte()),
    ],
    ids=["by another name", "made anew each time", "within a query", "as text within a query"],
)
def test_a_bulk_statement_in_disguise_changes_nothing(charity: World, statement):
    with charity.store.engine.begin() as connection, pytest.raises(UnguardedWrite):
        connection.execute(statement)

    assert charity.one(Case, ref="OKF-1").area == "North"


TEXTS = [
    "UPDATE \"case\" SET area = 'South'",
    "update main.[case] set area = 'South'",
    "DELETE FROM case_party",
    "INSERT INTO service_user (ref) VALUES ('party_z')",
    "REPLACE INTO task (ref) VALUES ('T-1')",
    "WITH c AS (SELECT 1) DELETE /* from */ FROM\n\tRECORD",
    "MERGE INTO concern USING task ON true WHEN MATCHED THEN DO NOTHING",
    "TRUNCATE person, signature",
    "DROP TABLE IF EXISTS access_grant",
    "ALTER TABLE concern_entry DISABLE TRIGGER ALL",
    "CREATE TRIGGER t AFTER UPDATE ON person BEGIN SELECT * FROM concern; END",
    "DELETE FROM draft",
    "INSERT INTO audit_event (seq) VALUES (2)",
    "UPDATE audit_head SET seq = 0",
]


@pytest.mark.parametrize("statement", TEXTS)
@pytest.mark.one_database
def test_sql_as_text_changes_nothing_confidential_outside_a_deed(charity: World, statement: str):
    def by_the_session(words: str) -> None:
        with charity.store.writing() as session:
            session.execute(text(words))

    def as_rows_of_a_model(words: str) -> None:
        with charity.store.writing() as session:
            session.execute(select(Case).from_statement(text(words)))

    def with_columns(words: str) -> None:
        with charity.store.engine.begin() as connection:
            connection.execute(text(words).columns(Case.ref))

    def as_a_definition(words: str) -> None:
        with charity.store.engine.begin() as connection:
            connection.execute(DDL(words))

    def by_the_driver(words: str) -> None:
        with charity.store.writing() as session:
            session.connection().exec_driver_sql(words)

    def in_ones_own_room(words: str) -> None:
        with charity.desk("volunteer").keeping_own() as session:
            session.execute(text(words))

    for way in (by_the_session, as_rows_of_a_model, with_columns, as_a_definition, by_the_driver, in_ones_own_room):
        with pytest.raises(UnguardedWrite, match="a text of SQL would change"):
            way(statement)


def test_sql_as_text_reads_what_is_confidential_changes_what_is_not_and_changes_all_within_a_deed(charity: World):
    with charity.store.writing() as session:
        assert session.execute(text("SELECT replace(area, 'N', 'n') FROM \"case\"")).scalars().all() == ["north"]
        session.execute(text("DELETE FROM reminder"))

    attempt(charity.desk("manager"), lambda deed: deed.session.execute(text("UPDATE \"case\" SET area = 'South'")))

    assert charity.one(Case, ref="OKF-1").area == "South"


# What is one's own


@pytest.fixture
def drafts(charity: World) -> World:
    """Two people, a draft of each."""
    for person in ("manager", "volunteer"):
        keep_draft(charity.desk(person), "enquiry", values={"text": f"by {person}"})
    return charity


def test_ones_own_rows_are_added_changed_and_deleted_one_by_one(drafts: World):
    with drafts.desk("volunteer").keeping_own() as session:
        session.add(Draft(person="volunteer", form="concern", subject="", kept_at=drafts.now, words="{}"))
        session.flush()
        session.get_one(Draft, ("volunteer", "concern", "")).words = "[]"
        session.delete(session.get_one(Draft, ("volunteer", "enquiry", "")))

    assert sorted((d.person, d.form) for d in drafts.all(Draft)) == [("manager", "enquiry"), ("volunteer", "concern")]


def hers(session: Session) -> Draft:
    """The manager's draft."""
    return session.get_one(Draft, ("manager", "enquiry", ""))


def own_draft(session: Session) -> Draft:
    """The volunteer's own draft."""
    return session.get_one(Draft, ("volunteer", "enquiry", ""))


def take(session: Session) -> None:
    """Make another's one's own."""
    draft = hers(session)
    draft.person, draft.form = "volunteer", "stolen"


def take_and_delete(session: Session) -> None:
    """Make another's one's own, to delete it."""
    draft = hers(session)
    draft.person = "volunteer"
    session.delete(draft)


@pytest.mark.parametrize(
    "change",
    [
        lambda session: setattr(hers(session), "words", "{}"),
        lambda session: session.delete(hers(session)),
        lambda session: session.add(
            Draft(person="manager", form="x", subject="", kept_at=hers(session).kept_at, words="")
        ),
        take,
        take_and_delete,
        lambda session: setattr(own_draft(session), "person", "manager"),
        lambda session: session.execute(delete(Draft)),
        lambda session: session.execute(delete(Draft).where(Draft.person == "volunteer")),
        lambda session: session.execute(update(Draft).values(words="{}")),
        lambda session: session.execute(update(Draft).values(form="mine").where(Draft.person == "volunteer")),
        lambda session: session.execute(insert(Draft).values(person="manager", form="y", subject="")),
        lambda session: session.bulk_insert_mappings(Draft, [{"person": "manager", "form": "y", "subject": ""}]),
        lambda session: session.connection().execute(delete(Draft.__table__)),
    ],
    ids=[
        "change another's",
        "delete another's",
        "add for another",
        "take another's",
        "take another's to delete it",
        "give one's own away",
        "delete all",
        "delete one's own in bulk",
        "update all",
        "update one's own in bulk",
        "insert by a statement",
        "insert many",
        "by the connection",
    ],
)
def test_the_door_to_ones_own_opens_ones_own_rows_and_no_others(drafts: World, change):
    before = [(draft.person, draft.form, draft.words) for draft in drafts.all(Draft)]

    with pytest.raises(UnguardedWrite), drafts.desk("volunteer").keeping_own() as session:
        change(session)

    assert [(draft.person, draft.form, draft.words) for draft in drafts.all(Draft)] == before


def test_after_a_flush_that_failed_a_statement_on_many_is_refused_as_before(drafts: World):
    with drafts.desk("volunteer").keeping_own() as session:
        tried = session.begin_nested()
        session.add(Draft(person="volunteer", form="x", subject="", kept_at=None, words="{}"))
        with pytest.raises(DBAPIError):
            session.flush()
        tried.rollback()
        with pytest.raises(UnguardedWrite):
            session.execute(delete(Draft))

    assert drafts.count(Draft) == 2


def test_a_session_of_another_kind_does_not_pass_by_the_guards(charity: World):
    def flush() -> None:
        with Session(charity.store.engine) as session, session.begin():
            session.add(ServiceUser(ref="party_z"))

    with pytest.raises(UnguardedWrite):
        flush()

    assert charity.one(ServiceUser, ref="party_z") is None


def test_every_confidential_table_is_known_to_the_guards():
    expected = {
        "case",
        "case_party",
        "case_child",
        "case_closure",
        "mediation",
        "task",
        "concern",
        "concern_about",
        "concern_entry",
        "service_user",
        "access_grant",
        "conflict_of_interest",
        "emergency_access",
        "express_agreement",
        "record",
        "record_subject",
        "signature",
    }

    assert expected <= CONFIDENTIAL_TABLES
    plain = set(Base.metadata.tables) - CONFIDENTIAL_TABLES
    # What is left without a guard, each looked at: nothing that anyone told us, nothing that opens a case.
    assert plain <= {
        "agreement_standing",
        "agreement_version",
        "audit_event",
        "audit_head",
        "credential",
        "data_key",
        "digest_choice",
        "digest_week",
        "former_person",
        "invitation",
        "case_tally",
        "ledger_owed",
        "mail",
        "master_key",
        "partner_agreement",
        "partner_organisation",
        "person",
        "person_role",
        "policy_setting",
        "reminder",
        "row_mark",
        "signature_certificate",
        "recovery_code",
        "restoration",
        "restoration_signature",
        "sign_in_session",
        "sign_in_ticket",
        "sign_in_try",
        "worker_check",
    }
    assert issubclass(Case, Confidential)


# The third guard: the record refuses UPDATE and DELETE in SQL, also within a deed


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"])
def test_not_even_a_deed_changes_the_record(charity: World, statement: str):
    attempt(charity.desk("manager"), lambda deed: deed.add(Case(**NEW_CASE)))

    with pytest.raises(DBAPIError, match="sealed"):
        attempt(charity.desk("manager"), lambda deed: deed.session.execute(text(statement)))

    assert len(charity.events()) == 1


# Together or not at all


def test_a_change_and_its_event_are_kept_together(charity: World):
    desk = charity.desk("manager", session_id="S-1")

    with desk.permitted(Action.OPEN_NEW_CASE) as deed:
        deed.add(Case(**NEW_CASE))
        deed.note(kind="parenting", at=deed.at, some=("a", "b"))
        deed.about("OKF-NEW", case_ref="OKF-NEW")

    assert charity.one(Case, ref="OKF-NEW") is not None
    (event,) = charity.events()
    assert (event.actor, event.action, event.outcome) == ("manager", Action.OPEN_NEW_CASE, "allow")
    assert (event.case_ref, event.subject, event.session_id) == ("OKF-NEW", "OKF-NEW", "S-1")
    assert event.at == charity.now
    assert event.clauses == ["C3", "C5"]
    assert event.reasons == []
    assert event.facts == {"kind": "parenting", "at": charity.now.isoformat(), "some": ["a", "b"]}


def test_if_the_event_cannot_be_written_nothing_was_changed(charity: World, monkeypatch):
    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    monkeypatch.setattr(audit, "append", cut)
    with pytest.raises(PowerCut):
        attempt(charity.desk("manager"), lambda deed: deed.add(Case(**NEW_CASE)))
    monkeypatch.undo()

    assert charity.one(Case, ref="OKF-NEW") is None
    assert charity.events() == []


def test_if_the_head_cannot_be_moved_neither_event_nor_change_is_kept(charity: World, monkeypatch):
    class Move:
        def values(self, **_: object):
            return text("UPDATE no_such_table SET a = 1")

    monkeypatch.setattr(audit, "_MOVE", Move())
    with pytest.raises(DBAPIError):
        attempt(charity.desk("manager"), lambda deed: deed.add(Case(**NEW_CASE)))
    monkeypatch.undo()

    assert charity.one(Case, ref="OKF-NEW") is None
    assert charity.events() == []


def test_if_the_body_fails_there_is_no_event_and_no_change(charity: World):
    def half(deed) -> None:
        deed.add(Case(**NEW_CASE))
        deed.session.flush()
        raise PowerCut

    with pytest.raises(PowerCut):
        attempt(charity.desk("manager"), half)

    assert charity.one(Case, ref="OKF-NEW") is None
    assert charity.events() == []


def test_if_the_change_breaks_a_rule_of_the_database_there_is_no_event(charity: World):
    twice = Case(**{**NEW_CASE, "ref": "OKF-1"})

    with pytest.raises(DBAPIError):
        attempt(charity.desk("manager"), lambda deed: deed.add(twice))

    assert charity.events() == []


def test_a_deed_is_not_committed_from_within(charity: World):
    def early(deed) -> None:
        deed.add(Case(**NEW_CASE))
        deed.session.commit()

    with pytest.raises(UnguardedWrite, match="committed from within"):
        attempt(charity.desk("manager"), early)

    assert charity.one(Case, ref="OKF-NEW") is None
    assert charity.events() == []


def test_a_part_of_a_deed_may_be_tried_and_taken_back(charity: World):
    def part(deed) -> None:
        tried = deed.session.begin_nested()
        deed.session.add(Case(**{**NEW_CASE, "ref": "OKF-TRIED"}))
        deed.session.flush()
        tried.rollback()
        with deed.session.begin_nested():
            deed.session.add(Case(**NEW_CASE))

    attempt(charity.desk("manager"), part)

    assert charity.one(Case, ref="OKF-TRIED") is None
    assert charity.one(Case, ref="OKF-NEW") is not None
    assert len(charity.events()) == 1


# The guard comes down again


@pytest.mark.parametrize("ends", ["well", "badly", "refused"])
def test_after_a_deed_the_next_user_of_its_connection_is_guarded_again(charity: World, ends: str):
    def body(deed) -> None:
        deed.session.execute(update(Case).values(area="East"))
        if ends == "badly":
            raise PowerCut

    who = "volunteer" if ends == "refused" else "manager"
    try:
        attempt(charity.desk(who), body)
    except (PowerCut, Refused):
        assert ends != "well"

    held = []
    for _ in range(5):  # every connection of the pool, one after the other
        connection = charity.store.engine.connect()
        held.append(connection)
        with pytest.raises(UnguardedWrite):
            connection.execute(update(Case).values(area="West"))
    for connection in held:
        connection.close()
    assert charity.one(Case, ref="OKF-1").area == ("East" if ends == "well" else "North")


def test_another_session_is_guarded_while_a_deed_lasts(charity: World):
    def body(deed) -> None:
        deed.add(Task(ref="T-1", case_ref="OKF-1", text="Ring", assigned_to="volunteer", due_on=date(2026, 12, 1)))
        with charity.store.engine.connect() as other, pytest.raises(UnguardedWrite):
            other.execute(update(Case).values(area="West"))

    attempt(charity.desk("manager"), body)

    assert charity.count(Task) == 1
    assert charity.count(AuditEvent) == 1
