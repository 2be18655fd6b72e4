"""A charity with a lead, a deputy, a trustee, and a family with a concern."""

from __future__ import annotations

import random
from typing import Any

import pytest

from okf.policy.concern_forms import Informed, Reasons, Sharing
from okf.safeguarding.commands.decisions import decide_concern
from okf.store.models import ConcernDecision
from okf.terms import Role
from okf.terms.decisions import Consent, LegalBasis, Way
from tests.world import World

TICKED = ("minimum_necessary", "second_review")
WHY = "The bruise does not fit what was said."


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", name="Tru Stee", roles=[Role.SAFEGUARDING_TRUSTEE])
    world.caseworker()
    world.service_user("child_c", name="Robin Example")
    world.service_user("party_a", name="Ann Example")
    world.service_user("party_b", name="Ben Example")
    world.case("OKF-1", children=["child_c"], granted_to=["caseworker"])
    world.concern("OKF-1", "K-1", about=["child_c"])
    return world


def reasons(**other: Any) -> Reasons:
    """What a decision rests on, nothing missing."""
    wanted = {
        "legal_basis": [LegalBasis.DPA18_S1_P18],
        "rationale": WHY,
        "alternatives": "Waiting for the school.",
        "consent": Consent.NOT_SOUGHT,
        "consent_why": "It would put the child in danger.",
    } | other
    return Reasons(**wanted)


def sharing(**other: Any) -> Sharing:
    """A share with children's services by telephone, all conditions ticked."""
    wanted = {
        "recipient": "la_children",
        "least": "Name, address, the bruise.",
        "how": Way.TELEPHONE,
        "ticked": TICKED,
    } | other
    return Sharing(**wanted)


def family(**why_not: str) -> list[Informed]:
    """Everybody told but those named, with why not."""
    return [
        Informed(one not in why_not, service_user=one, why=why_not.get(one))
        for one in ("child_c", "party_a", "party_b")
    ]


def decide(world: World, by: str = "dsl", ref: str = "K-1", **other: Any) -> ConcernDecision:
    """A decision on the concern, by default not to share it."""
    wanted = {"reasons": reasons(), "informed": family(party_b="He is who is feared.")} | other
    if isinstance(wanted.get("sharing"), Sharing):
        wanted["sharing"] = [wanted["sharing"]]
    made = decide_concern(world.desk(by, chance=random.SystemRandom()), ref, **wanted)
    found = world.one(ConcernDecision, ref=made)
    assert found is not None
    return found
