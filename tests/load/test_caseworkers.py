"""A caseworker named in the sheet of cases gets an ordinary grant for that side, and is held to its rules."""

from __future__ import annotations

from typing import Any

import pytest

from okf.store.models import AccessGrant
from tests.load.conftest import AT, Caseload, Import, said
from tests.world import World

pytestmark = pytest.mark.one_database
CASE = {"ref": "CASE-9", "status": "open", "opened_on": "2026-11-01", "parties": ["party_a", "party_b"]}


def test_each_side_gets_the_grant_that_its_page_would_begin_with(
    caseload: Caseload, take_in: Import, on_file: World
) -> None:
    take_in(caseload)

    outcome = take_in({"cases": [CASE | {"caseworker_a": "caseworker_a", "caseworker_b": "caseworker_b"}]})

    assert outcome.is_written, said(outcome)
    assert [(count.table, count.new) for count in outcome.counts] == [("cases", 1), ("grants", 2)]
    one, other = sorted(on_file.all(AccessGrant, case_ref="CASE-9"), key=lambda grant: grant.person)
    assert (one.person, one.lead_for, one.compartments) == ("caseworker_a", "party_a", ["sole:party_a", "joint"])
    assert (other.person, other.lead_for, other.compartments) == ("caseworker_b", "party_b", ["sole:party_b", "joint"])
    assert (one.from_, one.granted_by, one.until) == (AT, "host", None)


def test_the_same_sheet_again_grants_nothing(caseload: Caseload, take_in: Import) -> None:
    take_in(caseload)
    take_in({"cases": [CASE | {"caseworker_a": "caseworker_a"}]})

    again = take_in({"cases": [{"ref": "CASE-9", "caseworker_a": "caseworker_a"}]})

    assert said(again).endswith("Everything is on file already; nothing changed.")


def test_a_grant_of_the_same_file_is_not_doubled(caseload: Caseload, take_in: Import, on_file: World) -> None:
    caseload["cases"][0]["caseworker_a"] = "caseworker_a"  # G1 is theirs

    assert take_in(caseload).is_written

    assert [grant.id for grant in on_file.all(AccessGrant, case_ref="CASE-101", person="caseworker_a")] == ["G1"]


@pytest.mark.parametrize(
    "change, told",
    [
        ({"ref": "CASE-101", "caseworker_a": "caseworker_b"}, "this side has another lead caseworker on file"),
        (CASE | {"caseworker_a": "therapist"}, "they are no caseworker"),
        (CASE | {"caseworker_a": "nobody_here"}, "nothing in people is called 'nobody_here'"),
        (CASE | {"parties": ["party_a"], "caseworker_b": "caseworker_b"}, "the case has 1 of the adults"),
    ],
    ids=["another leads", "no caseworker", "unknown", "one side"],
)
def test_who_can_not_lead_a_side_is_a_fault(
    change: dict[str, Any], told: str, caseload: Caseload, take_in: Import
) -> None:
    take_in(caseload)

    outcome = take_in({"cases": [change]})

    assert told in said(outcome)
    assert not outcome.is_written
