"""C6: a closing that comes with a caseload ends access as one at the desk would; a reopening revives none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from okf.desk import Desk
from okf.load.files import read_tables
from okf.store.engine import Store
from okf.store.models import AccessGrant, Case, CaseClosure, Person
from okf.terms import Action
from tests.load.books import sheets_of, workbook
from tests.load.conftest import AT, Caseload, Import, row, said
from tests.world import World

CLOSED = datetime(2026, 10, 30, 17, tzinfo=UTC)


def reads(store: Store, actor: str, record: str, at: datetime = AT) -> str | None:
    """Why somebody may not read a record; None if they may."""
    decision = Desk.host(store, now=lambda: AT).decide(Action.READ_RECORD, record=record, actor=actor, at=at)
    return None if decision.allowed else decision.primary


def test_C6_a_closed_case_ends_the_grants_that_began_before(
    caseload: Caseload, take_in: Import, on_file: World, store: Store
) -> None:
    take_in(caseload)

    assert on_file.one(CaseClosure, case_ref="CASE-102").closed_at == CLOSED
    assert on_file.one(Case, ref="CASE-102").closed_at == CLOSED
    assert on_file.one(AccessGrant, id="G7").ended_at == CLOSED
    assert reads(store, "caseworker_a", "N-80") == "case_closed"
    assert reads(store, "caseworker_a", "N-80", datetime(2026, 10, 29, tzinfo=UTC)) is None


def test_C6_access_lasts_as_long_as_the_winding_down(caseload: Caseload, take_in: Import, on_file: World) -> None:
    caseload["settings"]["wind_down_days"] = 7

    take_in(caseload)

    assert on_file.one(AccessGrant, id="G7").ended_at == CLOSED + timedelta(days=7)


def test_C6_a_later_file_that_closes_a_case_ends_the_grants_on_file(
    caseload: Caseload, take_in: Import, on_file: World, store: Store
) -> None:
    take_in(caseload)

    outcome = take_in({"cases": [{"ref": "CASE-101", "status": "closed", "closed_at": "2026-11-22T10:00"}]})

    assert outcome.is_written, said(outcome)
    live = [grant.id for grant in on_file.all(AccessGrant, case_ref="CASE-101") if grant.ended_at is None]
    assert live == []
    assert reads(store, "caseworker_a", "N-70") == "case_closed"
    assert take_in(
        {"cases": [{"ref": "CASE-101", "status": "closed", "closed_at": "2026-11-22T10:00"}]}
    ).changes_nothing


def test_C6_reopening_revives_no_grant(caseload: Caseload, take_in: Import, on_file: World, store: Store) -> None:
    take_in(caseload)

    outcome = take_in({"cases": [{"ref": "CASE-102", "status": "open"}]})

    assert outcome.is_written, said(outcome)
    assert on_file.one(CaseClosure, case_ref="CASE-102").reopened_at == AT
    assert on_file.one(Case, ref="CASE-102").closed_at is None
    assert reads(store, "caseworker_a", "N-80", AT + timedelta(hours=1)) == "grant_ended_by_closure"


def test_C6_an_open_case_that_says_when_it_was_closed_was_opened_again_at_the_import(
    caseload: Caseload, take_in: Import, on_file: World, store: Store
) -> None:
    row(caseload, "cases", ref="CASE-101")["closed_at"] = "2026-07-01"

    take_in(caseload)
    again = take_in(caseload, at=AT + timedelta(days=3))

    assert on_file.one(CaseClosure, case_ref="CASE-101").reopened_at == AT
    assert reads(store, "caseworker_a", "N-70", AT + timedelta(hours=1)) == "grant_ended_by_closure"
    assert again.changes_nothing, said(again)


def test_C6_a_reopened_case_opens_to_grants_that_began_after(caseload: Caseload, take_in: Import, store: Store) -> None:
    row(caseload, "cases", ref="CASE-101").update(
        closed_at="2026-05-01", reopened_at="2026-05-20", opened_on="2026-01-05"
    )

    take_in(caseload)

    assert reads(store, "caseworker_a", "N-70") is None


def test_a_case_closes_again_after_it_was_reopened(caseload: Caseload, take_in: Import, on_file: World) -> None:
    take_in(caseload)
    take_in({"cases": [{"ref": "CASE-102", "status": "open", "reopened_at": "2026-11-02T09:00"}]})

    again = datetime(2026, 12, 1, 9, tzinfo=UTC)
    take_in({"cases": [{"ref": "CASE-102", "status": "closed", "closed_at": "2026-12-01T09:00"}]}, at=again)

    assert len(on_file.all(CaseClosure, case_ref="CASE-102")) == 2
    assert on_file.one(Case, ref="CASE-102").closed_at == again


def test_a_revoked_grant_has_ended(caseload: Caseload, take_in: Import, on_file: World, store: Store) -> None:
    row(caseload, "grants", id="G1").update(revoked_at="2026-11-20T09:00", revoked_by="manager")

    take_in(caseload)

    assert on_file.one(AccessGrant, id="G1").ended_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert reads(store, "caseworker_a", "N-70") == "grant_revoked"


def test_what_can_not_be_of_a_closing_is_told(caseload: Caseload, take_in: Import) -> None:
    caseload["cases"] += [
        {"ref": "A", "status": "closed", "opened_on": "2026-01-01"},
        {
            "ref": "B",
            "status": "closed",
            "opened_on": "2026-01-01",
            "closed_at": "2026-02-01",
            "reopened_at": "2026-03-01",
        },
        {"ref": "C", "status": "open", "opened_on": "2026-01-01", "closed_at": "2027-02-01"},
        {
            "ref": "D",
            "status": "open",
            "opened_on": "2026-01-01",
            "closed_at": "2026-02-01",
            "reopened_at": "2026-01-15",
        },
        {"ref": "E", "status": "open", "opened_on": "2026-01-01", "reopened_at": "2026-01-15"},
    ]

    told = [(fault.row, fault.column, fault.wrong) for fault in take_in(caseload).faults]

    assert told == [
        (4, "closed_at", "the status is closed, and nothing says since when"),
        (5, "reopened_at", "the status is closed"),
        (6, "closed_at", "the status is open, and this is still to come"),
        (7, "reopened_at", "it lies before closed_at"),
        (8, "closed_at", "reopened_at is given without it"),
    ]


@pytest.mark.one_database
def test_C2_nobody_is_taken_out_of_a_case_while_something_is_kept_under_them(
    caseload: Caseload, take_in: Import
) -> None:
    take_in(caseload)

    told = said(take_in({"cases": [{"ref": "CASE-101", "parties": ["party_a"]}]}))
    free = take_in({"cases": [{"ref": "CASE-102", "children": "CLEAR"}]})

    assert "column parties: 'party_b' is taken out, and something on file is kept under them" in told
    assert free.is_written


def test_C6_an_old_file_revives_nothing_that_has_ended_since(
    caseload: Caseload, take_in: Import, on_file: World, tmp_path: Path
) -> None:
    row(caseload, "grants", id="G8").update(revoked_at="2026-11-01", revoked_by="manager")
    row(caseload, "people", username="volunteer_late")["left_at"] = "2026-11-20"
    old = workbook(tmp_path / "old.xlsx", sheets_of(caseload))  # its columns revoked_at and left_at are mostly empty
    take_in(caseload)
    take_in(
        {"grants": [{"id": "G1", "revoked_at": "2026-11-22"}], "people": [{"username": "mediator", "active": False}]}
    )

    again = take_in(read_tables(old))

    assert again.changes_nothing, said(again)
    assert on_file.one(AccessGrant, id="G1").ended_at == AT  # a file ends nothing before its own import
    assert on_file.one(Person, username="mediator").left_at == AT
