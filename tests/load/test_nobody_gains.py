"""C5: nobody gains access by a file of their own, and what needs a second person still does."""

from __future__ import annotations

from typing import Any

import pytest

from okf.errors import Refused
from okf.store.models import Person
from tests.load.conftest import Caseload, Import, row, said
from tests.world import World

GRANT = {"id": "G-9", "case": "CASE-101", "capacity": "staff", "compartments": ["sole:party_a"], "from": "2026-11-01"}


@pytest.fixture
def filled(caseload: Caseload, take_in: Import) -> None:
    """The rehearsals' world is on file, put there by the host."""
    caseload["concerns"] = [
        {
            "id": "K-1",
            "case": "CASE-101",
            "about": ["manager"],
            "severity": "low",
            "raised_by": "dsl",
            "raised_at": "2026-11-20",
        }
    ]
    assert take_in(caseload).is_written


OWN = [
    {"grants": [{**GRANT, "person": "manager", "granted_by": "dsl"}]},
    {"grants": [{"id": "G1", "person": "manager"}]},
    {"signatures": [{"person": "manager", "kind": "staff", "version": "2", "signed_at": "2026-11-22"}]},
    {"checks": [{"person": "manager", "kind": "vetting", "expires_on": "2030-01-01"}]},
    {
        "emergency_access": [
            {"id": "X-9", "person": "manager", "case": "CASE-101", "opened_at": "2026-11-23", "reason": "x"}
        ]
    },
    {"conflicts_of_interest": [{"person": "manager", "service_user": "party_a", "lifted_at": "2026-11-01"}]},
    {"people": [{"username": "manager", "roles": ["manager", "caseworker"]}]},
    {"people": [{"username": "manager", "capacity": "volunteer"}]},
    {"people": [{"username": "new_one", "capacity": "staff", "roles": ["dsl"]}]},
    {"people": [{"username": "dsl", "roles": "CLEAR"}]},
    {"settings": {"break_glass_hours": 72}},
    {"agreements": [{"kind": "staff", "version": "2", "resign_by": "2030-01-01"}]},
    {"records": [{"id": "N-72", "source": "party_a", "compartment": "sole:party_a"}]},
    {"records": [{"id": "N-91", "case": "CASE-101", "mediation": "CLEAR", "record_class": "note"}]},
    {"concerns": [{"id": "K-1", "about": "CLEAR"}]},
]


@pytest.mark.usefixtures("filled")
@pytest.mark.one_database
@pytest.mark.parametrize("given", OWN, ids=lambda given: next(iter(given)))
def test_C5_a_manager_gains_nothing_by_their_own_file(given: dict[str, Any], take_in_as: Import) -> None:
    outcome = take_in_as("manager", given)

    assert outcome.faults
    assert not outcome.is_written


@pytest.mark.usefixtures("filled")
@pytest.mark.one_database
def test_C9_a_file_never_tells_the_person_that_a_concern_is_about_them(take_in_as: Import) -> None:
    told = {
        key: [(f.column, f.wrong, f.expected) for f in take_in_as("manager", {"concerns": [one]}).faults]
        for key, one in {
            "theirs": {"id": "K-1", "severity": "high"},
            "unlike": {"id": "K-1", "status": "monitoring"},
            "as it is": {"id": "K-1"},
            "new": {
                "id": "K-2",
                "about": ["dsl"],
                "severity": "low",
                "raised_by": "manager",
                "raised_at": "2026-11-20",
            },
        }.items()
    }

    assert told["theirs"] == told["unlike"] == told["as it is"] == told["new"] != []
    assert "you" not in said(take_in_as("manager", {"concerns": [{"id": "K-1", "severity": "high"}]})).split()


@pytest.mark.usefixtures("filled")
@pytest.mark.one_database
def test_a_manager_brings_in_others_rows_and_their_own_unchanged_ones(
    caseload: Caseload, take_in_as: Import, on_file: World
) -> None:
    caseload["people"].append({"username": "caseworker_c", "roles": ["caseworker"], "capacity": "staff"})
    caseload["grants"].append({**GRANT, "person": "caseworker_c"})
    del caseload["records"], caseload["concerns"]  # whether these are on file is not a manager's to know

    outcome = take_in_as("manager", caseload)

    assert outcome.is_written, said(outcome)
    assert on_file.one(Person, username="caseworker_c") is not None


@pytest.mark.usefixtures("filled")
@pytest.mark.one_database
def test_an_administrator_changes_settings_by_a_file(take_in_as: Import) -> None:
    assert take_in_as("administrator", {"settings": {"small_cell": 6}}).is_written


@pytest.mark.usefixtures("filled")
@pytest.mark.one_database
@pytest.mark.parametrize("username", ["caseworker_a", "dsl", "data_lead", "volunteer"])
def test_others_import_nothing_and_preview_nothing(username: str, caseload: Caseload, take_in_as: Import) -> None:
    for dry_run in (True, False):
        with pytest.raises(Refused):
            take_in_as(username, caseload, dry_run=dry_run)


@pytest.mark.one_database
def test_C5_nobody_is_granted_by_themselves_not_even_from_the_host(caseload: Caseload, take_in: Import) -> None:
    row(caseload, "grants", id="G1")["granted_by"] = "caseworker_a"

    assert "nobody grants access to themselves" in said(take_in(caseload))


@pytest.mark.usefixtures("filled")
@pytest.mark.one_database
def test_C7_a_published_text_and_a_signature_never_change(take_in: Import) -> None:
    told = said(
        take_in(
            {
                "agreements": [{"kind": "staff", "version": "2", "text": "Another text"}],
                "signatures": [
                    {
                        "person": "dsl",
                        "kind": "staff",
                        "version": "2",
                        "signed_at": "2026-09-02T09:00",
                        "method": "on_paper",
                    }
                ],
            }
        )
    )

    assert "this version is published, and its text never changes" in told
    assert "a signature is never changed" in told


@pytest.mark.usefixtures("filled")
@pytest.mark.one_database
def test_an_account_that_a_file_switches_off_ends_at_the_import(take_in: Import, on_file: World) -> None:
    take_in({"people": [{"username": "caseworker_a", "active": False}]})

    assert on_file.one(Person, username="caseworker_a").left_at == on_file.now
