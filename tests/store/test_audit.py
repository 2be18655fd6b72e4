"""The audit record: a chain that shows what was done to it, and that two writers never fork."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from okf.store import audit, guards, row_marks
from okf.store.engine import Store
from okf.store.models import AuditEvent, AuditHead, Person
from okf.terms import Action, Outcome
from tests.behind import behind_casebook
from tests.conftest import Place
from tests.world import World

AT = datetime(2026, 11, 23, 10, 0, 0, 5, tzinfo=UTC)
FORGED: Any = {"at": AT, "actor": "manager", "action": Action.GRANT, "outcome": Outcome.ALLOW}


def append(store: Store, times: int = 1, **told: Any) -> audit.Head:
    """Put events on record, each in a transaction of its own; the head after them."""
    event = {"at": AT, "actor": "manager", "action": Action.GRANT, "outcome": Outcome.ALLOW, **told}
    for _ in range(times):
        with store.writing() as session:
            head = audit.append(session, **event)
    return head


def verdict(store: Store, **against: Any) -> audit.Verdict:
    """What reading the whole chain finds."""
    with store.reading() as session:
        return audit.verify(session, **against)


def head(store: Store) -> audit.Head:
    """The chain's last link."""
    with store.reading() as session:
        return audit.head(session)


def behind_its_back(store: Store, *statements: str) -> None:
    """Change the record as somebody would who has the database itself: the seals broken first."""
    with behind_casebook(store) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE audit_event DISABLE TRIGGER ALL")
        else:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount > 0


def test_events_follow_one_another_and_the_chain_is_whole(store: Store):
    append(store, 3)

    assert verdict(store).in_words() == "3 events, chain whole"
    with store.reading() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
    assert [event.seq for event in events] == [1, 2, 3]
    assert events[0].before == audit.GENESIS
    assert [event.before for event in events[1:]] == [event.hash for event in events[:-1]]
    assert head(store) == audit.Head(3, events[-1].hash)


def test_an_empty_record_is_whole(store: Store):
    assert verdict(store).in_words() == "0 events, chain whole"


CHANGES = (
    "actor = 'somebody_else'",
    "action = 'read_record'",
    "outcome = 'deny'",
    "case_ref = 'OKF-9'",
    "subject = 'N-9'",
    "session_id = 'S-9'",
    "clauses = '[\"C1\"]'",
    "reasons = '[\"no_grant\"]'",
    "facts = '{\"a\": 1}'",
    "at = '2026-11-23 10:00:00.000006'",
)


def test_a_changed_event_is_found_and_named_whatever_was_changed(store: Store):
    append(store, 4)
    behind_its_back(store)

    for change in CHANGES:
        with store.writing() as session, guards.unguarded(session.connection()):
            session.execute(text(f"UPDATE audit_event SET {change} WHERE seq = 2"))
            found = audit.verify(session)
            session.rollback()

        assert found.broken_at == 2, change
        assert found.in_words() == "Chain broken at event 2: it was changed after it was written"
    assert verdict(store).whole


def test_an_event_changed_together_with_its_hash_has_no_seal(store: Store):
    append(store, 3)
    with store.reading() as session:
        columns = AuditEvent.__table__.columns
        row = dict(session.execute(select(*columns).where(AuditEvent.seq == 2)).mappings().one())
    forged = audit.link({**row, "actor": "somebody_else"})

    behind_its_back(store, f"UPDATE audit_event SET actor = 'somebody_else', hash = '{forged}' WHERE seq = 2")

    assert verdict(store).broken_at == 2
    assert "Casebook did not write it" in verdict(store).in_words()


def test_an_event_that_follows_another_than_the_one_before_it_is_found(store: Store):
    append(store, 3)

    behind_its_back(store, "UPDATE audit_event SET before = 'another' WHERE seq = 3")

    assert verdict(store).broken_at == 3
    assert "does not follow" in verdict(store).in_words()


def test_a_well_formed_event_that_casebook_did_not_write_is_found(store: Store):
    append(store, 2)
    with store.reading() as session:
        row = audit.event_row(audit.head(session), b"a guess", **FORGED)
    with behind_casebook(store) as connection:
        connection.execute(insert(AuditEvent), row)
    behind_its_back(store, f"UPDATE audit_head SET seq = 3, hash = '{row['hash']}'")

    assert verdict(store).broken_at == 3
    assert "Casebook did not write it" in verdict(store).in_words()


def test_a_record_without_the_key_of_the_proof_or_with_another_is_not_whole(store: Store, place: Place):
    append(store, 2)
    with store.writing() as session:
        store.keyring.cipher(session, "case:OKF-1")
    without = "the key of the proof, by which Casebook seals every event, is not in the database or does not open"

    behind_its_back(store, "DELETE FROM data_key WHERE scope = 'proof'")
    with closing(place.open()) as another:
        assert without in verdict(another).in_words()
    behind_its_back(store, "UPDATE data_key SET scope = 'proof'")
    with closing(place.open()) as another:
        assert without in verdict(another).in_words()


def test_an_event_taken_from_the_middle_is_found_and_named(store: Store):
    append(store, 5)

    behind_its_back(store, "DELETE FROM audit_event WHERE seq = 3")

    assert verdict(store).in_words() == "Chain broken at event 3: event 3 is missing"


def test_the_first_event_taken_away_is_found(store: Store):
    append(store, 2)

    behind_its_back(store, "DELETE FROM audit_event WHERE seq = 1")

    assert verdict(store).broken_at == 1


def test_a_tail_that_was_cut_off_is_found_by_the_head(store: Store):
    append(store, 5)

    behind_its_back(store, "DELETE FROM audit_event WHERE seq > 3")

    assert verdict(store).broken_at == 4
    assert "its head says 5" in verdict(store).in_words()


def test_a_tail_cut_off_with_its_head_is_found_by_a_head_kept_elsewhere(store: Store):
    third = append(store, 3)
    fifth = append(store, 2)

    behind_its_back(
        store,
        "DELETE FROM audit_event WHERE seq > 3",
        f"UPDATE audit_head SET seq = 3, hash = '{third.hash}' WHERE id = 1",
    )

    assert verdict(store).whole
    assert verdict(store, against=[third]).whole
    found = verdict(store, against=[fifth])
    assert not found.whole
    assert found.broken_at == 4


def test_a_record_written_anew_is_found_by_a_head_kept_elsewhere(store: Store):
    kept = append(store, 3, actor="manager")
    behind_its_back(
        store, "DELETE FROM audit_event", f"UPDATE audit_head SET seq = 0, hash = '{audit.GENESIS}' WHERE id = 1"
    )
    append(store, 3, actor="somebody_else")

    assert verdict(store).whole
    assert verdict(store, against=[kept]).broken_at == 3


def test_an_event_added_past_the_head_is_found(store: Store):
    append(store, 2)
    with store.writing() as session:
        before, secret = audit.head(session), row_marks.secret_to_write(session)
        row = audit.event_row(before, secret, at=AT, actor="x", action=Action.GRANT, outcome=Outcome.ALLOW)
        session.add(AuditEvent(**row))

    assert verdict(store).broken_at == 4
    assert "added" in verdict(store).in_words()


TOLD = {
    "unicode": "Zoë – “naïve” 你好 👩‍👧 \u202e\u0000",
    "floats": [0.1, 1.0, -0.0, 1e21, 1e-7, 1.5],
    "numbers": [0, 10**15, -1],
    "nothing": None,
    "truth": [True, False],
    "nested": {"b": {"z": [], "a": {}}, "a": [[1], []]},
    "quotes": "\"'\\/\n\t",
}


def test_every_value_has_one_canonical_form_on_both_databases(store: Store):
    made = append(
        store,
        actor="zoë",
        case_ref="OKF-1",
        subject="N-1",
        session_id=None,
        clauses=["C5", "C7"],
        reasons=[],
        facts=TOLD,
    )

    assert verdict(store).whole
    # Kept here so that no later version of Casebook reads an earlier record otherwise.
    assert made.hash == "25a39b779349db7cf867bcac1355ca1a290d5e490df6084dc7222b33704ad667"


def test_an_instant_has_one_canonical_form_in_every_zone(store: Store):
    here = append(store, at=AT).hash
    with store.reading() as session:
        row = dict(session.execute(select(*AuditEvent.__table__.columns)).mappings().one())

    assert audit.link({**row, "at": AT.astimezone(ZoneInfo("Asia/Kathmandu"))}) == here


# What SQL itself refuses


def refused(store: Store, statement: str) -> None:
    """The database refuses a statement, and says that the table is sealed."""

    def attempt() -> None:
        with behind_casebook(store) as connection:
            connection.execute(text(statement))

    with pytest.raises(DBAPIError, match="sealed"):
        attempt()


def test_C5_the_record_is_never_changed_or_deleted_in_sql(store: Store):
    append(store, 2)

    refused(store, "UPDATE audit_event SET actor = 'somebody_else'")
    refused(store, "UPDATE audit_event SET facts = facts WHERE seq = 1")
    refused(store, "DELETE FROM audit_event")
    refused(store, "DELETE FROM audit_event WHERE seq = 2")

    assert verdict(store).in_words() == "2 events, chain whole"


def test_C5_the_record_is_not_emptied_or_replaced_by_other_words(store: Store):
    append(store, 2)

    if store.engine.dialect.name == "postgresql":
        refused(store, "TRUNCATE audit_event")
        refused(store, "TRUNCATE audit_event, audit_head CASCADE")
        refused(store, "INSERT INTO audit_event SELECT * FROM audit_event ON CONFLICT (seq) DO UPDATE SET actor = 'x'")
    else:
        refused(store, "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE seq = 1")
        refused(store, "UPDATE OR REPLACE audit_event SET seq = 2 WHERE seq = 1")

    assert verdict(store).whole


# Two at once


def test_threads_that_write_at_once_never_fork_the_chain(store: Store):
    writers = [threading.Thread(target=append, args=(store, 8), kwargs={"actor": f"w{n}"}) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert verdict(store).in_words() == "32 events, chain whole"


def test_processes_that_write_at_once_never_fork_the_chain(place: Place, store: Store):
    writer = (
        "import sys\n"
        "from okf.clock import utc_now\n"
        "from okf.settings import settings\n"
        "from okf.store import audit\n"
        "from okf.store.engine import open_store\n"
        "from okf.terms import Action, Outcome\n"
        "store = open_store(settings())\n"
        "for _ in range(12):\n"
        "    with store.writing() as session:\n"
        "        audit.append(session, at=utc_now(), actor=sys.argv[1], action=Action.GRANT, outcome=Outcome.ALLOW)\n"
    )
    env = {**os.environ, "OKF_DATABASE_URL": place.settings.database_url, "OKF_KEY_FILE": str(place.settings.key_file)}
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-W", "ignore", "-c", writer]
    running = [subprocess.Popen([*command, name], env=env, cwd=root) for name in ("first", "second")]
    append(store, 12, actor="here")

    assert [process.wait(60) for process in running] == [0, 0]
    assert verdict(store).in_words() == "36 events, chain whole"
    with store.reading() as session:
        assert set(session.scalars(select(AuditEvent.actor))) == {"first", "second", "here"}


def test_an_event_that_is_not_committed_moves_no_head(store: Store):
    append(store)

    def half_of_it(fail: Callable[[], None]) -> None:
        with store.writing() as session:
            audit.append(session, at=AT, actor="x", action=Action.GRANT, outcome=Outcome.ALLOW)
            fail()

    with pytest.raises(ZeroDivisionError):
        half_of_it(lambda: 1 / 0)

    append(store)
    assert verdict(store).in_words() == "2 events, chain whole"


# Seals of signatures and agreements (C7)


SEALED = (
    "DELETE FROM signature",
    "UPDATE signature SET signed_at = '2020-01-01 00:00:00'",
    "UPDATE signature SET version = '0'",
    "UPDATE signature SET person = 'reporter'",
    "UPDATE signature SET kind = 'therapist'",
    "UPDATE signature SET method = 'on_paper'",
    "UPDATE signature SET typed_name = 'Somebody Else'",
    "UPDATE signature SET text_sha256 = 'x'",
    "UPDATE signature SET session_id = 'x'",
    "DELETE FROM agreement_version",
    "UPDATE agreement_version SET text = 'We promise nothing.'",
    "UPDATE agreement_version SET text_sha256 = 'x'",
    "UPDATE agreement_version SET version = '9' WHERE kind = 'therapist'",
)


def test_C7_signatures_and_signed_texts_are_never_changed_or_deleted(world: World):
    world.volunteer()

    for statement in SEALED:
        refused(world.store, statement)


def test_C7_a_paper_signature_may_still_be_verified_by_somebody_else(world: World):
    world.volunteer(signed=None)
    paper = world.sign("volunteer", method="on_paper")

    with behind_casebook(world.store) as connection:
        verified = "UPDATE signature SET verified_by = 'manager', verified_at = '2026-11-23 10:00:00'"
        connection.execute(text(f"{verified} WHERE id = {paper}"))


def test_C15_a_person_who_signed_cannot_be_deleted(world: World):
    world.volunteer()

    with behind_casebook(world.store) as connection:
        connection.execute(text("DELETE FROM agreement_standing"))
    with pytest.raises(IntegrityError), behind_casebook(world.store) as connection:
        connection.execute(text("DELETE FROM person"))
    assert world.one(Person, username="volunteer") is not None


def test_the_head_is_one_row(store: Store):
    append(store, 3)

    with store.reading() as session:
        assert len(session.scalars(select(AuditHead)).all()) == 1
