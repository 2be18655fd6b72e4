"""A case handed over, closed, and opened by its custodian: three people, each in a browser of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from okf.people.commands.accounts import set_password
from okf.store.models import AccessGrant, Case, CustodyAccess
from okf.terms import CaseStatus, Role
from tests.browser import PASSWORD, Served, signed_in
from tests.settled import chosen
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)


@pytest.fixture
def charity(served: Served) -> World:
    """A closed world: a manager, two caseworkers, a custodian, and a case that the first of them leads."""
    world = World(served.store, now=datetime.now(UTC))
    world.manager()
    world.person("datalead", roles=[Role.DATA_PROTECTION_LEAD])
    for name in ("worker_a", "worker_b"):
        world.caseworker(name)
    world.case("OKF-1", parties=["party_a"])
    world.grant("worker_a", "OKF-1", compartments=["sole:party_a", "joint"], lead_for="party_a")
    world.record("OKF-1", title="First call", text="She rang at noon.")
    for name in ("manager", "datalead", "worker_a", "worker_b"):
        set_password(served.host, name, PASSWORD)
    return world


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a select box by its label."""
    chosen(page, page.get_by_role("combobox", name=label), option)


def test_C6_a_case_is_handed_over_closed_and_opened_by_its_custodian(served, chromium, charity):
    manager = signed_in(chromium, served, "manager", at="case?case=OKF-1&part=Manage").pages[0]
    manager.get_by_text("Hand over").first.click()
    choose(manager, "From", "Worker A")
    choose(manager, "To", "Worker B")
    manager.get_by_role("textbox", name="What they must know first").fill("Ring after six.")
    manager.get_by_text("One access ends and the other starts").click()
    manager.get_by_role("button", name="Hand over", exact=True).click()
    expect(manager.get_by_text("takes over from now on")).to_be_visible()
    assert [one.person for one in charity.all(AccessGrant) if one.ended_at is None] == ["worker_b"]

    worker = signed_in(chromium, served, "worker_b", at="case?case=OKF-1&part=Access").pages[0]
    worker.get_by_text("Handed over by Worker A").click()
    expect(worker.get_by_text("Ring after six.")).to_be_visible()

    manager.goto(f"{served.base_url}/case?case=OKF-1&part=Manage")
    manager.get_by_text("Close the case").first.click()
    manager.get_by_role("textbox", name="Reason for closing").fill("Arrangements are in place")
    manager.get_by_text("Close it, and end everybody's access").click()
    manager.get_by_role("button", name="Close the case", exact=True).click()
    expect(manager.get_by_text("The case is closed.", exact=False).first).to_be_visible()
    assert charity.one(Case, ref="OKF-1").status is CaseStatus.CLOSED
    worker.goto(f"{served.base_url}/cases")
    expect(worker.get_by_text("You can open no case at the moment")).to_be_visible()

    custodian = signed_in(chromium, served, "datalead", at="case?case=OKF-1").pages[0]
    custodian.get_by_text("Open a closed case as its custodian").click()
    custodian.get_by_role("textbox", name="Purpose").fill("A subject access request of the mother")
    custodian.get_by_role("button", name="Open it").click()
    expect(custodian.get_by_text("You have opened it as its custodian")).to_be_visible()
    expect(custodian.get_by_text("She rang at noon.")).to_be_visible()
    custodian.get_by_role("button", name="End this custody access now").click()
    expect(custodian.get_by_text("that you may open")).to_be_visible()
    assert charity.all(CustodyAccess)[0].ended_at is not None
