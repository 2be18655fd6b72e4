"""An allegation against the safeguarding lead on Christmas Eve, each person in a browser of their own (C9)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from okf.people.commands.accounts import set_password
from okf.store.models import Concern, LadoNotice
from okf.terms import Role
from tests.browser import PASSWORD, copy_of, serving, signed_in
from tests.settled import settled
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)
MARK = "Zitronenfalter"
FOUR_ON_CHRISTMAS_EVE = datetime(2026, 12, 24, 16, tzinfo=UTC)


@pytest.fixture
def charity(template_file, tmp_path):
    """Casebook on Christmas Eve: a lead with an open queue, a deputy, the trustee, and a volunteer who worries."""
    clock = {"OKF_TRIAL_CLOCK": FOUR_ON_CHRISTMAS_EVE.isoformat()}
    with serving(copy_of(template_file, tmp_path), tmp_path, env=clock) as served:
        world = World(served.store, now=FOUR_ON_CHRISTMAS_EVE)
        world.dsl(name="Dana Lead")
        world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
        world.person("trustee", name="Tess Trust", roles=[Role.SAFEGUARDING_TRUSTEE])
        world.volunteer()
        world.case("OKF-1", children=["child_c"])
        world.concern("OKF-1", "K-OTHER", about=["child_c"], severity="low", due_at="2026-12-29T00:00")
        for name in ("dsl", "deputy", "trustee", "volunteer"):
            set_password(served.host, name, PASSWORD)
        yield served, world


def told(page: Page) -> str:
    """What stands on the page at rest, without the minute."""
    settled(page)
    return page.locator("[data-testid=stMain]").inner_text()


def test_C9_on_christmas_eve_the_lead_finds_no_trace_and_the_deputy_and_the_trustee_have_it(charity, chromium):
    served, world = charity
    lead = signed_in(chromium, served, "dsl", at="concerns").pages[0]
    expect(lead.get_by_role("link", name="K-OTHER")).to_be_visible()
    volunteer = signed_in(chromium, served, "volunteer", at="raise_concern").pages[0]
    volunteer.get_by_text("It should be decided today").click()
    volunteer.get_by_role("textbox", name="What was seen or said").fill(f"{MARK}: it was Dana.")
    volunteer.get_by_role("textbox", name="Who is it about").fill("Dana Lead")
    settled(volunteer)
    volunteer.get_by_role("button", name="Raise concern", exact=True).click()
    expect(volunteer.get_by_text("is on record since")).to_be_visible()
    [ref] = [one.ref for one in world.all(Concern) if one.ref != "K-OTHER"]

    lead.get_by_role("link", name="Today").click()
    expect(lead.get_by_role("heading", name="Today")).to_be_visible()
    seen = told(lead)
    lead.goto(f"{served.base_url}/concerns")
    expect(lead.get_by_role("link", name="K-OTHER")).to_be_visible()
    seen += told(lead)
    for query in ("concern?ref=", "concern?part=People&ref="):
        lead.goto(f"{served.base_url}/{query}{ref}")
        expect(lead.get_by_text("There is no concern")).to_be_visible()
        seen += told(lead).replace(ref, "")
    for trace in (MARK, ref, "Dana Lead (works", "designated officer", "Open: 2"):
        assert trace not in seen

    for who in ("deputy", "trustee"):
        page = signed_in(chromium, served, who).pages[0]
        expect(page.get_by_text("1 allegation waits for the designated officer")).to_be_visible()
        page.goto(f"{served.base_url}/concerns")
        expect(page.get_by_role("link", name=ref)).to_be_visible()
        # Christmas Day, its substitute for Boxing Day on a Saturday: the working day after is Tuesday the 29th.
        expect(page.get_by_text("by the end of Tue 29 Dec 2026").first).to_be_visible()

    page.goto(f"{served.base_url}/concern?part=People&ref={ref}")
    expect(page.get_by_text("Don't tell the person.").first).to_be_visible()
    page.get_by_text("Yes", exact=True).click()
    page.get_by_role("textbox", name="Their reference").fill("LADO/24")
    page.get_by_role("textbox", name="To whom you spoke").fill("The duty officer, who rings on Tuesday.")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_text("The designated officer was told on 24 Dec 2026")).to_be_visible()
    assert [(one.reference, one.noted_by) for one in world.all(LadoNotice)] == [("LADO/24", "trustee")]
    assert MARK not in served.log.read_text()
