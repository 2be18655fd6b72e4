"""The three guards, each broken on purpose; and that a deed keeps its change and its event together or neither."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from okf.errors import Refused
from okf.store import audit
from okf.store.guards import CONFIDENTIAL_TABLES, UnguardedWrite
from okf.store.models import (
    AuditEvent,
    Base,
    Case,
    CaseParty,
    Confidential,
    PartnerOrganisation,
    ServiceUser,
    Task,
)
from okf.terms import Action, CaseStatus
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
        session.add(PartnerOrganisation(name="harbour_advice"))

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
        "invitation",
        "mail",
        "master_key",
        "partner_agreement",
        "partner_organisation",
        "person",
        "person_role",
        "policy_setting",
        "reminder",
        "signature_certificate",
        "case_tally",
        "recovery_code",
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
