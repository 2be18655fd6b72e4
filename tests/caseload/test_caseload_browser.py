"""A manager presses a bar and is at the list behind it, and presses the next without the first one's filters."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from okf.clock import london_date
from okf.people.commands.accounts import set_password
from okf.store.models import Concern
from okf.terms import Role
from tests.browser import PASSWORD, Served, axe_violations, signed_in
from tests.settled import chosen, settled
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
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    for number in range(3):
        world.concern(None, f"K-{number}", lead="dsl", severity="high", due_at=world.now + timedelta(days=number + 1))
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
    expect(page.get_by_role("heading", name="Cases", exact=True, level=1)).to_be_visible()
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


def test_a_title_sorts_in_the_running_app_and_keeps_the_focus_and_keys_go_from_row_to_row(served, chromium, charity):
    page = signed_in(chromium, served, "manager", at="cases?live=true").pages[0]
    page.evaluate("window.still = 'the same document'")
    title = page.get_by_role("columnheader", name="Opened")
    opened = page.locator("tbody [data-label=Opened]")
    expect(title).to_have_attribute("aria-sort", "descending")

    assert axe_violations(page.context, but=["nested-interactive"]) == []
    title.get_by_role("link").press("Enter")

    expect(title).to_have_attribute("aria-sort", "ascending")
    expect(title.get_by_role("link")).to_be_focused()
    days = [datetime.strptime(day, "%d %b %Y").replace(tzinfo=UTC) for day in opened.all_inner_texts()]
    assert days == sorted(days)
    assert len(set(days)) > 2
    assert page.evaluate("location.search") == "?live=true&sort=opened"

    page.get_by_role("link", name="Take away the filter: Not closed").click()
    expect(page.get_by_role("link", name="Take away the filter")).to_have_count(0)
    assert page.evaluate("location.search") == "?sort=opened"
    expect(page.get_by_role("heading", level=1)).to_be_focused()

    rows = page.locator("tbody tr")
    for key, row in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(row).get_by_role("link").first).to_be_focused()
    ref = rows.nth(1).get_by_role("link").first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(ref)
    assert page.evaluate("window.still") == "the same document"


def test_C9_what_is_ticked_on_a_page_is_handed_over_at_once_and_the_ticks_are_gone(served, chromium, charity):
    page = signed_in(chromium, served, "dsl", at="concerns").pages[0]
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    assert axe_violations(page.context, but=["nested-interactive"]) == []  # a popover's button, which is Streamlit's
    page.get_by_role("checkbox", name="Tick K-0").check()
    expect(page.get_by_role("heading", name="Hand 1 concern to somebody else")).to_be_visible()
    rows.nth(1).get_by_role("link").first.focus()
    page.keyboard.press("x")
    expect(page.get_by_role("heading", name="Hand 2 concerns to somebody else")).to_be_visible()

    page.get_by_label("Why").fill("I am on a train.")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("Choose who leads from now on. What you typed is still here.")).to_be_visible()
    chosen(page, page.get_by_role("combobox", name="Hand to"), "Dev Uty")
    page.get_by_role("button", name="Hand over").click()

    expect(page.get_by_text("2 concerns are with Dev Uty now.")).to_be_visible()
    expect(page.locator("tbody input:checked")).to_have_count(0)
    expect(page.get_by_role("heading", name="to somebody else")).to_have_count(0)
    assert {one.ref: one.lead for one in charity.all(Concern)} == {"K-0": "deputy", "K-1": "deputy", "K-2": "dsl"}
