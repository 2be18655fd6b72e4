"""What a preview tells of who and what is on file, before anything is written: as far as its reader may know it."""

from __future__ import annotations

from datetime import date

import pytest

from okf.load.outcome import ImportOutcome
from okf.terms import Action
from tests.load.conftest import Caseload, Import, row, said
from tests.world import World

pytestmark = pytest.mark.one_database
ANN = {"name": "Ann Bell", "date_of_birth": "1986-04-07"}
NEW = {"service_users": [{"ref": "SU-9", "name": "Bell, Anne", "date_of_birth": "07/04/1986"}]}


@pytest.fixture
def on_file_already(caseload: Caseload, take_in: Import) -> None:
    """The rehearsals' world, in which party_a is Ann Bell."""
    row(caseload, "service_users", ref="party_a").update(ANN)
    caseload["people"].append({"username": "eva", "roles": ["manager"], "capacity": "staff"})
    caseload["signatures"].append({"person": "eva", "kind": "staff", "version": "2", "signed_at": "2026-10-01"})
    assert take_in(caseload).is_written


def test_two_rows_that_may_be_one_person_are_said_by_row_before_saving(take_in: Import) -> None:
    given = {
        "service_users": [
            {"ref": "SU-1", **ANN, "phone": "07700 900118"},
            {"ref": "SU-2", "name": "Tom Bell", "phone": "07700 900118"},
            {"ref": "SU-3", "name": "Anne Bell", "date_of_birth": "1986-04-07"},
        ]
    }

    told = take_in(given, dry_run=True).remarks

    assert [sentence.partition(" (")[0] for sentence in told] == ["service_users, rows 1, 3: these may be one person"]
    assert take_in(given).is_written


@pytest.mark.usefixtures("on_file_already")
def test_the_host_hears_by_reference_whom_it_may_be(take_in: Import) -> None:
    (told,) = take_in(NEW, dry_run=True).remarks

    assert told.startswith("service_users, row 1: this may be party_a, who is on file (")
    assert "Ann" not in told


@pytest.mark.usefixtures("on_file_already")
def test_C2_whoever_may_not_open_their_case_hears_of_nobody(take_in_as: Import, on_file: World) -> None:
    before = take_in_as("eva", NEW, dry_run=True)
    on_file.grant("eva", "CASE-101", compartments=["sole:party_a"])
    opened = take_in_as("eva", NEW, dry_run=True)
    on_file.conflict("eva", "party_a")
    tied = take_in_as("eva", NEW, dry_run=True)

    assert "this may be Ann Bell (party_a), who is on file (" in said(opened)
    assert not before.remarks
    assert before == tied


@pytest.mark.usefixtures("on_file_already")
def test_C2_what_stood_in_a_cell_is_shown_to_who_may_read_it_alone(
    take_in: Import, take_in_as: Import, on_file: World
) -> None:
    take_in({"service_users": [{"ref": "party_a", "code_word": "heron"}]})
    given = {
        "service_users": [{"ref": "party_a", "code_word": "wren"}],
        "cases": [{"ref": "CASE-101", "area": "North"}],
        "people": [{"username": "therapist", "team": "South"}],
    }

    def shown(outcome: ImportOutcome) -> dict[str, str]:
        return {change.column: change.old for change in outcome.changes}

    others = {table: rows for table, rows in given.items() if table != "service_users"}
    assert shown(take_in_as("eva", others, dry_run=True)) == {"area": "not shown to you", "team": "nothing"}
    on_file.grant("eva", "CASE-101", compartments=["sole:party_b"])
    assert take_in_as("eva", given, dry_run=True).faults
    on_file.grant("eva", "CASE-101", compartments=["sole:party_a"])
    assert shown(take_in_as("eva", given, dry_run=True)) == {"code_word": "heron", "area": "nothing", "team": "nothing"}
    assert "code_word: heron -> wren" in said(take_in(given, dry_run=True))


@pytest.mark.usefixtures("on_file_already")
def test_C5_an_access_to_some_kinds_of_record_shows_no_cell(take_in_as: Import, on_file: World) -> None:
    on_file.grant("eva", "CASE-101", compartments=["sole:party_a"], record_classes=["mediation_joint_note"])
    given = {"cases": [{"ref": "CASE-101", "area": "North"}]}

    assert [one.old for one in take_in_as("eva", given, dry_run=True).changes] == ["not shown to you"]


@pytest.mark.usefixtures("on_file_already")
def test_whom_it_told_of_is_on_the_record_by_reference_alone(take_in: Import, on_file: World) -> None:
    take_in(NEW, dry_run=True)

    event = on_file.events(action=Action.IMPORT_CASELOAD)[-1]
    assert event.facts["seen"] == ["party_a"]
    assert "Bell" not in str(event.facts)


@pytest.mark.usefixtures("on_file_already")
def test_C5_a_preview_shows_who_will_see_what(take_in: Import, caseload: Caseload) -> None:
    new = {
        "grants": [
            {"id": "G-1", "person": "volunteer", "case": "CASE-101", "compartments": ["sole:party_a", "internal"]}
            | {"capacity": "volunteer", "from": "2026-11-01T09:00"},
            {"id": "G-2", "person": "volunteer", "case": "CASE-101", "compartments": ["sole:party_a"]}
            | {"capacity": "volunteer", "from": "2026-10-01T09:00", "until": "2026-10-02T09:00"},
        ]
    }

    told = take_in(new, dry_run=True)

    [access] = told.gives  # the other is over
    assert (access.person, access.case) == ("volunteer", "CASE-101")
    assert "sole:party_a (" in access.sees
    assert "mediation" not in access.sees
    assert f"volunteer will see of CASE-101 as volunteer: {access.sees}" in told.in_words()
    assert take_in(new).gives == ()  # it is for whoever decides, and is kept nowhere


@pytest.mark.usefixtures("on_file_already")
def test_C5_a_preview_tells_an_end_as_it_was_meant(take_in: Import) -> None:
    check = {"person": "caseworker_a", "kind": "vetting", "expires_on": "2027-03-28"}
    take_in({"checks": [check]})

    told = take_in({"checks": [{**check, "expires_on": "2027-10-31"}]}, dry_run=True)

    [change] = told.changes
    assert (change.old, change.new) == ("to the end of 28 Mar 2027", "to the end of 31 Oct 2027")


@pytest.mark.usefixtures("on_file_already")
def test_C5_a_file_of_when_a_day_ended_as_it_began_changes_nothing(take_in: Import, on_file: World) -> None:
    on_file.organisation("tide_advice", until=date(2027, 3, 28))
    on_file.grant("volunteer", "CASE-101", ref="G-OLD", until=date(2027, 3, 28))
    given = {
        "partner_organisations": [{"name": "tide_advice", "agreement_until": "2027-03-28"}],
        "grants": [{"id": "G-OLD", "until": "2027-03-28"}],
    }

    assert take_in(given).changes_nothing
    given["grants"][0]["until"] = "2027-03-28T12:00"
    assert "a file changes nothing of its history" in said(take_in(given))
