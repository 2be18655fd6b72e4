"""Whatever somebody does to the database past the desk shows, in words."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from okf.cases.commands.access_routes import open_emergency_access
from okf.cases.commands.cases import close_case
from okf.cases.commands.grants import end_grant
from okf.policy.clauses import Clause
from okf.proof.queries.assurance import State, promise_now
from okf.proof.queries.assurance.checks import CHECKS
from okf.proof.queries.assurance.findings import Kind
from okf.proof.queries.record import RecordFilter, record_page
from okf.store import audit
from okf.store.models import AccessGrant, AuditEvent
from okf.terms import Capacity, Role
from tests.behind import behind_casebook
from tests.proof.charity import CASE, OTHER_CASE, Charity, state_of

pytestmark = pytest.mark.both_databases

INSERT_GRANT = (
    "INSERT INTO access_grant (id, person, case_ref, capacity, compartments, record_classes, actions, from_,"
    " granted_by, granted_at, case_opened_on) VALUES ('G-FORGED', :person, :case, 'volunteer', :parts, '[]', '[]',"
    " :at, :by, :at, '2026-06-01')"
)


def insert_grant(okf: Charity, person: str = "volunteer", by: str | None = "manager", case: str = CASE) -> None:
    """Put a grant in by SQL, made to look old and given by a manager."""
    okf.sql(INSERT_GRANT, person=person, case=case, parts='["joint"]', at="2026-06-01 09:00:00.000000", by=by)


def test_an_untouched_charity_breaks_nothing(okf: Charity) -> None:
    assured = okf.assured()

    assert assured.broken == ()
    assert assured.accesses == 1
    assert {finding.count for finding in assured.findings if finding.check.kind is Kind.BROKEN} == {0}


def test_every_check_that_there_is_was_asked(okf: Charity) -> None:
    asked = {finding.check.key for finding in okf.assured().findings}

    assert asked == {check.key for check in CHECKS} - {"proof_due"}


def test_every_clause_has_a_check_of_its_own(okf: Charity) -> None:
    assured = okf.assured()

    assert [clause.name for clause in Clause if not assured.of(clause)] == []


def test_C5_a_grant_put_in_by_sql_is_found(okf: Charity) -> None:
    insert_grant(okf)

    found = okf.found("grants_off_record")

    assert found.count == 1
    assert found.state is State.BROKEN
    assert found.behind[0].ref == "G-FORGED"
    assert "lets volunteer into OKF-1, as if by manager; no event on the record gives it" in found.behind[0].what
    assert state_of(okf.assured(), "C5") is State.BROKEN


def test_C5_an_access_by_a_grant_put_in_by_sql_is_an_access_without_right(okf: Charity) -> None:
    insert_grant(okf)
    okf.sign("volunteer", kind=Capacity.VOLUNTEER)
    okf.opens("volunteer")

    found = okf.found("accesses_without_right")

    assert found.count == 1
    assert "volunteer opened OKF-1, and they hold no access grant for this case" in found.behind[0].what


@pytest.mark.parametrize(
    "change",
    [
        'compartments = \'["sole:party_a", "sole:party_b", "joint"]\'',
        "person = 'volunteer'",
        "case_ref = 'OKF-1'",
        "until = '2030-01-01 00:00:00'",
        "granted_by = 'dsl'",
    ],
)
def test_C5_a_grant_changed_by_sql_is_found(okf: Charity, change: str) -> None:
    okf.sql(f"UPDATE access_grant SET {change} WHERE id = :id", id=okf.grant)

    found = okf.found("grants_altered")

    assert [one.ref for one in found.behind] == [okf.grant]


def test_C5_a_grant_deleted_by_sql_is_found(okf: Charity) -> None:
    okf.sql("DELETE FROM access_grant WHERE id = :id", id=okf.grant)

    found = okf.found("grants_altered")

    assert f"Access grant {okf.grant} is missing" in found.behind[0].what


def test_C6_an_ended_grant_opened_again_by_sql_is_found(okf: Charity) -> None:
    end_grant(okf.world.desk("manager"), okf.grant)
    assert okf.found("grants_altered").count == 0

    okf.sql("UPDATE access_grant SET ended_at = NULL WHERE id = :id", id=okf.grant)

    found = okf.found("grants_altered")
    assert f"{okf.grant} of caseworker to OKF-2 is open, though event" in found.behind[0].what


def test_C6_a_closed_case_whose_grant_was_opened_again_is_found_twice(okf: Charity) -> None:
    close_case(okf.world.desk("manager"), CASE, reason="Settled in.")
    assert okf.found("open_after_closure").count == 0

    okf.sql("UPDATE access_grant SET ended_at = NULL WHERE case_ref = :case", case=CASE)

    assert okf.found("open_after_closure").count == 2
    assert okf.found("grants_altered").count == 2


def test_C5_a_grant_to_oneself_is_found(okf: Charity) -> None:
    insert_grant(okf, "manager", by="manager")

    found = okf.found("self_grants")

    assert "manager is on file as having granted themselves OKF-1" in found.behind[0].what


def test_C7_a_signature_removed_is_found_and_so_is_what_it_opened(okf: Charity) -> None:
    okf.sql("DELETE FROM signature WHERE person = 'caseworker'")

    assured = okf.assured()

    assert {finding.check.key for finding in assured.broken} == {
        "signatures_removed",
        "accesses_without_right",
        "rows_past_casebook",
    }
    removed = okf.found("signatures_removed")
    assert "The signature of caseworker, staff agreement version 1, 23 November 2026" in removed.behind[0].what
    assert "is missing" in removed.behind[0].what
    assert state_of(assured, "C7") is State.BROKEN


def test_C7_an_imported_signature_removed_is_found_too(okf: Charity) -> None:
    okf.sql("DELETE FROM signature WHERE person = 'dsl'")

    assert okf.found("signatures_removed").behind[0].who == "dsl"


def test_C7_a_signature_dated_back_is_found(okf: Charity) -> None:
    okf.sql("UPDATE signature SET signed_at = '2026-01-01 09:00:00' WHERE person = 'caseworker'")

    assert okf.found("signatures_removed").count == 1
    assert okf.found("signatures_off_record").count == 1


def test_C7_a_signature_put_in_by_sql_heals_nothing(okf: Charity) -> None:
    okf.sql("DELETE FROM signature WHERE person = 'caseworker'")
    okf.sql(
        "INSERT INTO signature (id, person, kind, version, signed_at, method) VALUES"
        " (999, 'caseworker', 'staff', '1', '2026-06-01 09:00:00', 'in_session')"
    )

    keys = {finding.check.key for finding in okf.assured().broken}

    assert keys == {"signatures_removed", "signatures_off_record", "accesses_without_right", "rows_past_casebook"}


def test_C7_an_agreement_text_changed_with_its_hash_is_found_by_those_who_signed_it(okf: Charity) -> None:
    new = hashlib.sha256(b"We may share anything.").hexdigest()
    okf.sql(
        "UPDATE agreement_version SET text = 'We may share anything.', text_sha256 = :new"
        " WHERE kind = 'staff' AND version = '1'",
        new=new,
    )

    found = okf.found("agreement_texts_changed")

    assert "The staff agreement, version 1, reads otherwise now" in found.behind[0].what


def test_C5_an_emergency_access_put_in_by_sql_is_found(okf: Charity) -> None:
    open_emergency_access(okf.world.desk("dsl"), CASE, reason="a neighbour rang and was frightened")
    assert okf.found("emergencies_off_record").count == 0

    okf.sql(
        "INSERT INTO emergency_access (id, person, case_ref, opened_at, reason) VALUES"
        " ('X-FORGED', 'manager', 'OKF-1', '2026-11-23 10:00:00', 'none')"
    )

    assert [one.ref for one in okf.found("emergencies_off_record").behind] == ["X-FORGED"]


def test_C2_a_record_without_a_source_is_found(okf: Charity) -> None:
    okf.world.record(CASE, "N-1")
    assert okf.found("records_unplaced").count == 0

    okf.sql("UPDATE record SET source = '' WHERE id = 'N-1'")

    assert okf.found("records_unplaced").behind[0].ref == "N-1"


def test_the_database_itself_refuses_a_record_without_a_place(okf: Charity) -> None:
    okf.world.record(CASE, "N-1")

    with pytest.raises(IntegrityError), behind_casebook(okf.world.store) as connection:
        connection.execute(text("UPDATE record SET compartment = '' WHERE id = 'N-1'"))


def test_an_event_changed_is_found(okf: Charity) -> None:
    changed = okf.world.events(actor="caseworker")[-1]
    okf.sql("UPDATE audit_event SET actor = 'manager' WHERE seq = :seq", seq=changed.seq)

    found = okf.found("chain_whole")

    assert found.count == 1
    assert f"broken at event {changed.seq}: it was changed after it was written" in found.behind[0].what
    assert "not whole" in found.sentence


def test_an_event_removed_from_the_middle_is_found(okf: Charity) -> None:
    okf.sql("DELETE FROM audit_event WHERE seq = 2")

    assert "event 2 is missing" in okf.found("chain_whole").behind[0].what


def test_a_tail_cut_off_is_found(okf: Charity) -> None:
    events = okf.world.count(AuditEvent)
    okf.sql("DELETE FROM audit_event WHERE seq > :kept", kept=events - 2)

    found = okf.found("chain_whole")

    assert "events were cut off or added" in found.behind[0].what


def test_a_tail_cut_off_together_with_its_head_is_found_against_a_head_kept_elsewhere(okf: Charity) -> None:
    with okf.world.store.reading() as session:
        kept = audit.head(session)
    _cut_with_head(okf, kept.seq - 1)
    assert okf.found("chain_whole").count == 0
    _cut_with_head(okf, kept.seq - 1)  # the proof itself went on the record

    found = okf.found("chain_whole", against=[kept])

    assert "the end was cut off" in found.behind[0].what


def test_a_tail_cut_off_together_with_its_head_shows_by_what_it_leaves_behind(okf: Charity) -> None:
    signed = okf.world.events(actor="caseworker", action="sign_agreement")[-1]
    _cut_with_head(okf, signed.seq - 1)

    assert okf.found("signatures_off_record").behind[0].who == "caseworker"


def _cut_with_head(okf: Charity, seq: int) -> None:
    okf.sql("DELETE FROM audit_event WHERE seq > :seq", seq=seq)
    last = okf.world.events(seq=seq)[0]
    okf.sql("UPDATE audit_head SET seq = :seq, hash = :hash", seq=seq, hash=last.hash)


def test_a_proof_is_put_on_the_record_but_not_on_a_broken_one(okf: Charity) -> None:
    okf.assured()
    assert okf.world.events()[-1].facts["state"] == "kept"
    before = okf.world.count(AuditEvent)
    okf.sql("UPDATE audit_event SET actor = 'nobody' WHERE seq = 3")

    okf.assured()

    assert okf.world.count(AuditEvent) == before


def test_a_revocation_later_makes_no_earlier_access_wrong(okf: Charity) -> None:
    for grant in okf.world.all(AccessGrant):
        end_grant(okf.world.desk("manager"), grant.id)
    okf.world.later(days=400)

    assert okf.found("accesses_without_right").count == 0


def test_an_access_after_the_end_that_the_record_allows_is_found(okf: Charity) -> None:
    okf.sql(
        "UPDATE access_grant SET ended_at = :at WHERE case_ref = :case",
        at=str((okf.world.now - timedelta(hours=2)).replace(tzinfo=None)),
        case=CASE,
    )

    found = okf.found("accesses_without_right")

    assert found.count == 1
    assert "their access has run out" in found.behind[0].what


def test_the_proof_is_plain_values_too(okf: Charity) -> None:
    insert_grant(okf, case=OTHER_CASE)

    told = json.loads(json.dumps(okf.assured().as_json()))

    assert told["state"] == "broken"
    assert told["broken"] == ["rows_past_casebook", "grants_off_record"]
    assert told["clauses"]["C5"] == "broken"
    assert told["clauses"]["C11"] == "kept"
    assert set(told["clauses"]) == {f"C{n}" for n in range(1, 16)}
    check = next(one for one in told["checks"] if one["key"] == "grants_off_record")
    assert check["exceptions"][0]["case"] == OTHER_CASE


def test_the_words_name_what_is_broken_and_what_to_do(okf: Charity) -> None:
    insert_grant(okf)

    words = "\n".join(okf.assured().in_words())

    assert "BROKEN: One access grant is in the database that nobody gave on the record" in words
    assert "A manager revokes it" in words
    assert (
        "What to do next: Rely on none of them, and ask whoever wrote it last. Whoever runs Casebook makes a backup"
        in words
    )


@pytest.mark.parametrize(
    "statement, row",
    [
        ("UPDATE audit_event SET action = 'frobnicate' WHERE seq = 3", "Audit event 3: its action is 'frobnicate'"),
        ("UPDATE access_grant SET capacity = 'friend'", "its capacity is 'friend'"),
        ("UPDATE \"case\" SET status = 'asleep' WHERE ref = 'OKF-1'", "Case OKF-1: its status is 'asleep'"),
        ("UPDATE person SET capacity = 'guest' WHERE username = 'dsl'", "Person dsl: its capacity is 'guest'"),
        ("UPDATE person_role SET role = 'emperor' WHERE person = 'manager'", "its role is 'emperor'"),
        ("UPDATE signature SET method = 'wink' WHERE person = 'dsl'", "its method is 'wink'"),
        ("UPDATE agreement_standing SET kind = 'pact'", "its kind is 'pact'"),
    ],
)
def test_an_unknown_word_is_named_with_its_row_and_ends_no_proof(okf: Charity, statement: str, row: str) -> None:
    okf.sql(statement)

    found = okf.found("unknown_words")

    assert found.state is State.BROKEN
    assert any(row in one.what for one in found.behind)
    with okf.world.store.reading() as session:
        assert audit.verify(session).events
    okf.world.person("lead", roles=[Role.DATA_PROTECTION_LEAD])
    assert record_page(okf.world.desk("lead"), RecordFilter()).rows
    assert promise_now(okf.world.desk("lead")).state is State.BROKEN
