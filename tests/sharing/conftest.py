"""A family with two caseworkers on one side, one on the other, and words that must not leave."""

from __future__ import annotations

import pytest

from okf.terms import RecordClass, Role
from tests.world import World

CASE = "OKF-1"
TEXT = "Ann told us that Zebedee keeps the blue heron.\nHer new flat is in Quillham. The school may know of it."


@pytest.fixture
def family(world: World) -> World:
    """Party_a's caseworker and a second worker of their side; party_b's caseworker; the two who decide; a lead."""
    world.dsl()
    world.person("data_protection_lead", roles=[Role.DATA_PROTECTION_LEAD])
    world.person("trustee", roles=[Role.TRUSTEE])
    for name in ("worker_a", "second_a", "worker_b"):
        world.caseworker(name)
    world.volunteer()
    world.case(CASE, children=["child_c"])
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Tom Bell")
    for name in ("worker_a", "second_a"):
        world.grant(name, CASE, compartments=["sole:party_a", "joint"])
    world.grant("worker_b", CASE, compartments=["sole:party_b", "joint"])
    world.mediation(CASE, "MED-1")
    world.record(CASE, "N-A", source="party_a", title="About the flat", text=TEXT)
    world.record(CASE, "N-B", source="party_b", title="His side", text="OTHER-SIDE")
    world.record(
        CASE,
        "N-JOINT",
        source="joint",
        record_class=RecordClass.MEDIATION_JOINT_NOTE,
        mediation_ref="MED-1",
        title="First session",
        text="Both spoke of the holidays.",
    )
    return world
