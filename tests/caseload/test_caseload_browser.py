"""A manager presses a bar and is at the list behind it, and presses the next without the first one's filters."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from okf.clock import london_date
from okf.people.commands.accounts import set_password
from tests.browser import PASSWORD, Served, signed_in
from tests.settled import settled
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)
PLOT = ".js-plotly-plot"


@pytest.fixture(scope="module")
def charity(served: Served) -> World:
    world = World(served.store, now=datetime.now(UTC))
    world.manager()
    for name, cases in (("robin", 3), ("sam", 1)):
        world.caseworker(name)
        for number in range(cases):
            opened_on = london_date(world.now) - timedelta(days=400 * number)
            ref = world.case(f"OKF-{name}-{number}", parties=["party_a"], opened_on=opened_on, area=name.upper())
            world.grant(name, ref, lead_for="party_a")
    set_password(served.host, "manager", PASSWORD)
    return world


def press(page: Page, title: str, bar: int) -> None:
    """Press a bar of the chart under this heading."""
    heading = page.get_by_role("heading", level=2, name=title, exact=True)
    chart = heading.locator("xpath=following::*[contains(@class, 'js-plotly-plot')][1]")
    chart.scroll_into_view_if_needed()
    settled(page)
    box = chart.locator(".bars .point path").nth(bar).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_pressed_bar_opens_the_list_behind_it_and_its_row_does_too(served, chromium, charity):
    page = signed_in(chromium, served, "manager", at="caseload").pages[0]
    page.get_by_role("tab", name="Team", exact=True).click()
    expect(page.locator(PLOT)).to_have_count(1)
    settled(page)
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []

    press(page, "Open cases per caseworker", 0)
    expect(page.get_by_role("heading", name="Cases", exact=True)).to_be_visible()
    expect(page.get_by_text("3 cases", exact=True)).to_be_visible()

    page.go_back()
    page.get_by_role("tab", name="Trends", exact=True).click()
    expect(page.locator(PLOT)).to_have_count(5)
    press(page, "Open cases by area", 1)
    expect(page.get_by_text("1 case", exact=True)).to_be_visible()  # Sam's: the caseworker pressed before is forgotten

    page.goto(f"{served.base_url}/caseload?part=Team")
    expect(page.locator(PLOT)).to_have_count(1)
    page.get_by_text("The figures as a table").first.press("Enter")
    page.get_by_role("link", name="Robin", exact=True).press("Enter")
    expect(page.get_by_text("3 cases", exact=True)).to_be_visible()


def test_a_plain_click_opens_a_case_in_the_running_app_and_back_returns_to_its_row(served, chromium, charity):
    page = signed_in(chromium, served, "manager", at="cases?live=true", viewport=(1280, 420)).pages[0]
    link = page.locator("tbody").get_by_role("link").last
    ref = link.inner_text()
    page.evaluate("window.still = 'the same document'")
    link.scroll_into_view_if_needed()
    settled(page)
    stood = page.evaluate("document.querySelector('.stMain').scrollTop")
    assert stood > 0

    link.click()

    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text(ref)
    expect(title).to_be_focused()
    assert page.evaluate("window.still") == "the same document"
    assert page.evaluate("location.pathname + location.search") == f"/case?case={ref}"
    assert page.evaluate("document.querySelector('.stMain').scrollTop") == 0

    page.go_back()

    expect(page.locator("tbody").get_by_role("link", name=ref)).to_be_focused()
    assert page.evaluate("location.pathname + location.search") == "/cases?live=true"
    assert page.evaluate("document.querySelector('.stMain').scrollTop") == pytest.approx(stood, abs=2)
    assert page.evaluate("window.still") == "the same document"

    with page.context.expect_page() as beside:
        page.locator("tbody").get_by_role("link").first.click(modifiers=["Control"])
    expect(beside.value).to_have_url(re.compile("case[?]case="))
    expect(page).to_have_url(re.compile("/cases"))
