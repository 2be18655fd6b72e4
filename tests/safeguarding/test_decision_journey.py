"""A decision not to share, read again by a deputy who disagrees, and settled by the trustee: three browsers (C9)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from okf.people.commands.accounts import set_password
from okf.store.models import ConcernDecision, ConcernEntry, DecisionReading
from okf.terms import Role
from okf.terms.decisions import DecisionState
from tests.browser import PASSWORD, Served, signed_in
from tests.settled import chosen
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)
HERE = "concern?ref=K-1&part=Decisions"


@pytest.fixture
def charity(served: Served) -> World:
    """A lead, a deputy, a trustee, and a concern about a child."""
    world = World(served.store, now=datetime.now(UTC))
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", name="Tru Stee", roles=[Role.SAFEGUARDING_TRUSTEE])
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", parties=["party_a"], children=["child_c"])
    world.concern("OKF-1", "K-1", about=["child_c"], account="He would not take off his coat.")
    for name in ("manager", "dsl", "deputy", "trustee"):
        set_password(served.host, name, PASSWORD)
    return world


def type_in(page: Page, label: str, words: str) -> None:
    """Type into a field by its label, and leave it."""
    box = page.get_by_role("textbox", name=label)
    box.fill(words)
    box.blur()


def read_again(page: Page, verdict: str, why: str) -> None:
    """Say what one finds of the decision, and why."""
    page.get_by_text(verdict, exact=True).click()
    type_in(page, "Why, in your words", why)
    page.get_by_role("button", name="Save your reading").click()


def test_C9_a_lead_decides_not_to_share_a_deputy_disagrees_and_the_trustee_decides(served, chromium, charity):
    lead = signed_in(chromium, served, "dsl", at=HERE).pages[0]
    lead.get_by_text("Don't share it", exact=True).click()
    chosen(lead, lead.get_by_role("combobox", name="Legal basis"), "The duty of confidence")
    lead.keyboard.press("Escape")
    type_in(lead, "Why it is not shared", "The mother acted at once.")
    type_in(lead, "What else was considered", "Early help, next week.")
    chosen(lead, lead.get_by_role("combobox", name="Was their consent sought?"), "Sought, and refused")
    type_in(lead, "What they said", "Not yet.")
    expect(lead.get_by_text("you may decide that it is not shared")).to_be_visible()
    for name in ("Robin Example", "party_a"):
        lead.get_by_role("radiogroup", name=f"{name}: told or not").get_by_text("Told", exact=True).click()
    lead.get_by_role("button", name="Don't share it, and put that on record").click()
    expect(lead.get_by_text("The decision is on record.")).to_be_visible()
    expect(lead.get_by_text("Waits for its second reading")).to_be_visible()
    expect(lead.get_by_role("button", name="Save your reading")).to_have_count(0)

    deputy = signed_in(chromium, served, "deputy").pages[0]
    expect(deputy.get_by_text("1 decision waits for you to read it again")).to_be_visible()
    deputy.goto(f"{served.base_url}/{HERE}")
    expect(deputy.get_by_text("The mother acted at once.").first).to_be_visible()
    read_again(deputy, "I disagree", "The coat has been on for a week.")
    expect(deputy.get_by_text("The readers disagree: a third one decides")).to_be_visible()

    trustee = signed_in(chromium, served, "trustee").pages[0]
    expect(trustee.get_by_text("1 decision waits for you to read it again")).to_be_visible()
    trustee.goto(f"{served.base_url}/{HERE}")
    read_again(trustee, "It does not stand", "It is to be shared today.")
    expect(trustee.get_by_text("Your word is on record, and it stands: it is decided anew.")).to_be_visible()
    expect(trustee.get_by_text("The mother acted at once.")).to_have_count(0)
    trustee.goto(f"{served.base_url}/{HERE}")
    expect(trustee.get_by_text("that you may open")).to_be_visible()  # their word is given: it is no longer theirs

    [made] = charity.all(ConcernDecision)
    assert made.state is DecisionState.OVERTURNED
    assert [(one.reader, one.agrees) for one in charity.all(DecisionReading)] == [("deputy", False), ("trustee", False)]
    assert [one.what for one in charity.all(ConcernEntry, concern_ref="K-1")] == [
        "Decision 1: not to share",
        "Decision 1, second reading: disagrees, so a third reader decides",
        "Decision 1, third reading: it does not stand, and is decided anew",
    ]
    lead.goto(f"{served.base_url}/decisions")
    expect(lead.get_by_text("Decide anew")).to_be_visible()
    manager = signed_in(chromium, served, "manager").pages[0]
    expect(manager.get_by_text("Concerns open")).to_be_visible()
    expect(manager.get_by_text("K-1")).to_have_count(0)
