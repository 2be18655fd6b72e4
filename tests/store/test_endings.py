"""The ledger of endings: written in the same deed, outside the database, and held against it."""

from __future__ import annotations

import json
import re
import stat

import pytest
from sqlalchemy import select, text

from okf.cases.commands.cases import close_case
from okf.cases.commands.grants import revoke_grant
from okf.people.commands.accounts import switch_off
from okf.proof.commands.ledger import settle_ledger
from okf.proof.queries.assurance.put_back import ledger_whole
from okf.store import audit, endings
from okf.store.engine import Store
from okf.store.ledger_file import Read
from okf.store.models import AuditEvent, Base, LedgerOwed
from okf.store.reapplying import compare
from okf.terms import Action
from okf.terms.endings import LineKind
from tests.behind import behind_casebook
from tests.world import World


def ledger_of(store: Store) -> Read:
    with store.reading() as session:
        return store.ledger.read(endings.secret_of(session, store.keyring))


def test_C5_a_revocation_is_in_the_ledger_before_it_is_in_the_database(store: Store, world: World):
    world.manager()
    world.caseworker()
    world.case("OKF-1")
    grant = world.grant("caseworker", "OKF-1")

    revoke_grant(world.desk("manager"), grant)

    read = ledger_of(store)
    line = read.lines[-1]
    assert (line.kind, line.of, line.by) == (LineKind.ACCESS_ENDED, {"id": grant}, "manager")
    assert line.told["ended_at"] == world.now.isoformat()
    assert read.fault is None
    with store.reading() as session:
        found = compare(session, read)
        said = session.execute(select(*audit.COLUMNS).where(AuditEvent.action == Action.END_GRANT)).mappings().one()
    assert (found.late, found.unwritten) == ((), ())
    assert said["facts"]["in_ledger"]
    # Else a reader of the record would see which tie by name was somebody's here.
    assert "in_ledger" not in world.events(action="end_grant")[-1].facts


def test_every_line_is_found_that_was_changed_taken_out_or_put_in(store: Store, world: World):
    world.manager()
    for number in range(3):
        world.caseworker(f"worker{number}")
        switch_off(world.host(), f"worker{number}")
    file = store.ledger.file
    whole = file.read_bytes().splitlines(keepends=True)
    assert ledger_of(store).fault is None

    first = next(number for number, line in enumerate(whole) if b"worker0" in line and b"switched off" in line)

    def fault(lines: list[bytes]) -> str | None:
        file.write_bytes(b"".join(lines))
        with store.reading() as session:
            found = compare(session, ledger_of(store))
        return found.fault or (found.unwritten and "an event says that the ledger lacks it") or None

    assert "was not written by this Casebook" in fault(
        [*whole[:first], whole[first].replace(b"worker0", b"worker9"), *whole[first + 1 :]]
    )
    assert "does not follow" in fault(whole[1:])
    assert "does not follow" in fault([whole[0], *whole[2:]])
    assert "does not follow" in fault([*whole, whole[-1]])
    assert fault(whole[:-1]) == "an event says that the ledger lacks it"
    assert fault([]) == "an event says that the ledger lacks it"
    assert "can't be read" in fault([*whole[:-1], b"{}\n"])
    assert fault(whole) is None


def test_an_ending_never_waits_for_a_ledger_that_cant_be_written(store: Store, world: World):
    world.manager()
    world.caseworker()
    world.case("OKF-1")
    grant = world.grant("caseworker", "OKF-1")
    before = ledger_of(store)
    kept, store.ledger.file = store.ledger.file, store.ledger.file / "not_a_folder"

    revoke_grant(world.desk("manager"), grant)

    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    [event] = world.events(action="keep_ledger")
    assert event.facts["did"] == "the ledger of endings could not be written"
    assert settle_ledger(world.host()) is None  # owed is not lost
    store.ledger.file = kept
    assert ledger_of(store) == before

    switch_off(world.host(), "caseworker")  # the next one brings what is owed

    lines = ledger_of(store).lines[len(before.lines) :]
    assert [line.kind for line in lines] == [LineKind.ACCESS_ENDED, LineKind.ACCOUNT_OFF]
    with store.reading() as session:
        found = compare(session, ledger_of(store))
    assert (found.late, found.fault, found.unwritten) == ((), None, ())
    assert world.count(LedgerOwed) == 0


def test_a_line_that_a_stopped_process_left_half_is_cut_off(store: Store, world: World):
    world.caseworker()
    with store.ledger.file.open("ab") as opened:
        opened.write(b'{"number": 7, "ki')

    switch_off(world.host(), "caseworker")

    assert ledger_of(store).fault is None


def test_the_ledger_holds_no_word_of_a_family_and_is_its_owners_alone(store: Store, world: World):
    world.dsl()
    world.case("OKF-1", parties=[world.service_user("SU-1", name="Marked Familyname")])
    world.record("OKF-1", title="marked-title", text="marked-text")
    world.concern("OKF-1", account="marked-account")
    close_case(world.desk("dsl"), "OKF-1", reason="marked-reason", outcome="marked-outcome")

    told = store.ledger.file.read_text()
    assert "case closed" in told
    assert "marked" not in told.lower()
    assert stat.S_IMODE(store.ledger.file.stat().st_mode) == 0o600


# Of a column whose name says that something ends: what it is, if the ledger need not tell of it.
TOLD_OF_NO_ENDING = {
    "agreement_standing.ended_at": "made anew from the signatures",
    "case.closed_at": "its closing is told of, and sets it",
    "case_link.ended_at": "a link opens nothing; what an earlier copy keeps apart stays apart",
    "concern.ended_at": "a concern that is open again is looked at again, and nothing is lost",
    "concern_about_end.ended_at": "as the concern",
    "concern_category_also.ended_at": "as the concern",
    "concern_clock.ended_at": "a duty that is done once more costs a look, and nobody is harmed by it",
    "conflict_of_interest.lifted_at": "lifting one opens something; what an earlier copy bars stays barred",
    "contact_marker.lifted_at": "as a conflict",
    "declared_tie.lifted_at": "as a conflict",
    "custody_access.until": "set once, as it is opened",
    "digest_choice.ended_at": "a mail of figures alone, which its reader stops again",
    "enquiry_correction.changed_at": "what was told before, and ends nothing",
    "express_agreement.expires_on": "set once, as it is given",
    "figure_set.until_on": "of which days the figures are",
    "former_person.left_at": "what was before somebody came back",
    "former_person.until": "what was before somebody came back, was renamed or went elsewhere",
    "invitation.expires_at": "every invitation is void after a restore",
    "invitation.used_at": "every invitation is void after a restore",
    "partner_agreement.until": "set once, as it is put on record",
    "partner_organisation.agreement_until": "set once, as it is put on record",
    "referral_escalation.ended_at": "as the concern",
    "restoration.ended": "what was ended again, counted",
    "safe_contact_change.changed": "which words were changed",
    "safe_contact_change.changed_at": "how to reach somebody is asked again, and ends no right",
    "sign_in_session.expires_at": "every session ends with a restore",
    "sign_in_ticket.expires_at": "every step of signing in is void after a restore",
    "sign_in_ticket.used_at": "every step of signing in is void after a restore",
    "worker_check.expires_on": "set once, as it is put on record",
}


def test_every_column_that_ends_something_is_told_of_or_listed_with_why_not():
    ends = re.compile(r"(^|_)(ended|left|revoked|withdrawn|closed|until|expires|lifted|used|changed)(_at|_on|$)")
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if ends.search(column.name)
    }
    told = {f"{one.table.name}.{name}" for one in endings.ENDINGS for name in (*one.of, *one.ends, *one.told)}
    assert found - told == TOLD_OF_NO_ENDING.keys()


@pytest.mark.parametrize(
    "lines", ['[{"kind": "access_ended", "of": {"id": "G-FORGED"}, "told": {}}]', "{not json", "[7]"]
)
@pytest.mark.one_database
def test_what_was_put_there_to_wait_for_the_ledger_never_gets_into_it(store: Store, world: World, lines: str):
    world.caseworker()
    with store.reading() as session:
        head = audit.head(session)
    told = {"at": None, "by": "manager", "began": [0, ""], "head": [head.seq, head.hash]}
    with behind_casebook(store) as connection:
        connection.execute(
            text("INSERT INTO ledger_owed (deed, lines) VALUES (:deed, :lines)"),
            {"deed": json.dumps(told), "lines": lines},
        )

    switch_off(world.host(), "caseworker")

    assert "G-FORGED" not in store.ledger.file.read_text()
    assert "account switched off" in store.ledger.file.read_text()
    assert settle_ledger(world.host()) is None
    with store.reading() as session:
        [found] = ledger_whole(session, world.host())
    assert [one.what for one in found.behind] == [
        "What waits for it in the database is none of Casebook's, and stays out."
    ]
