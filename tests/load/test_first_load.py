"""The first load: the host fills a Casebook without a family, on the record; after it nobody names anybody else."""

from __future__ import annotations

import pytest

from okf.desk import Desk
from okf.people.commands.invitations import invite_person
from okf.proof.queries.assurance import assure
from okf.store.engine import Store
from okf.store.models import AccessGrant, PersonRole, Record
from okf.terms import Action, Capacity, Role
from tests.load.conftest import AT, Caseload, Import, row, said
from tests.world import World

pytestmark = pytest.mark.one_database


def test_the_first_load_tells_its_whole_history_after_the_first_administrator_was_invited(
    store: Store, caseload: Caseload, take_in: Import, on_file: World
) -> None:
    host = Desk.host(store, now=lambda: AT)
    invite_person(host, "ada", name="Ada", email="ada@example.org", roles=[Role.ADMINISTRATOR], capacity=Capacity.STAFF)
    row(caseload, "grants", id="G1")["granted_by"] = "manager"
    row(caseload, "records", id="N-70")["written_by"] = "caseworker_a"

    outcome = take_in(caseload)

    assert outcome.is_written, said(outcome)
    assert on_file.one(AccessGrant, id="G1").granted_by == "manager"
    assert on_file.one(Record, id="N-70").written_by == "caseworker_a"
    assert {one.since for one in on_file.all(PersonRole, person="manager")} == {None}
    assert "caseload imported" in [one.facts["did"] for one in on_file.events(action=Action.LOAD_CASELOAD)]


def test_assure_names_the_first_load_and_a_later_import_is_none(
    store: Store, caseload: Caseload, take_in: Import, on_file: World
) -> None:
    take_in(caseload)
    take_in({"people": [{"username": "caseworker_a", "team": "North"}]})

    [found] = [one for one in assure(Desk.host(store, now=lambda: AT)).findings if one.check.key == "first_loads"]

    assert found.sentence.startswith("One file was loaded by the host while no family was on file")
    assert "the host loaded 73 rows" in found.behind[0].what
    assert on_file.events(action=Action.IMPORT_CASELOAD)[-1].facts["did"] == "caseload imported"


def test_nobody_but_the_host_makes_the_first_load(caseload: Caseload, store: Store, take_in_as: Import) -> None:
    world = World(store)
    world.person("ada", roles=[Role.MANAGER, Role.ADMINISTRATOR])
    caseload["people"] = [one for one in caseload["people"] if one["username"] != "manager"]

    outcome = take_in_as("ada", {name: rows for name, rows in caseload.items() if name in ("people", "grants")})

    assert not outcome.is_written
    assert world.events(action=Action.LOAD_CASELOAD) == []
