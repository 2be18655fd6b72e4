"""A manager's look ahead in a real browser: from a figure to its list, from a person to what they do not use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from okf.people.commands.accounts import set_password
from okf.store.models import AccessGrant
from tests.browser import PASSWORD, Served, axe_violations, signed_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=30_000)


def test_from_a_figure_to_its_list_and_from_a_bar_to_what_is_not_used(chromium: Browser, served: Served) -> None:
    world = World(served.store, served.host.now())
    world.manager("mona")
    set_password(served.host, "mona", PASSWORD)
    world.volunteer("vera", name="Vera Volunteer")
    for number in range(3):
        soon = world.now + timedelta(days=20 + number)
        world.grant("vera", world.case(f"OKF-J{number}"), ref=f"J-{number}", until=soon)
    ours = signed_in(chromium, served, "mona", at="forecast", viewport=(1280, 900))
    page = ours.pages[0]
    expect(page.get_by_role("heading", name="Enquiries to expect")).to_be_visible()
    assert axe_violations(ours) == []

    page.locator("tr", has_text="Access that ends").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Access that ends, in the week from")).to_be_visible()
    page.get_by_role("link", name="Vera Volunteer").first.click()
    expect(page.get_by_role("heading", name="Access that ends")).to_have_count(0)
    expect(page.get_by_text("Cases they can open in all")).to_be_visible()
    assert axe_violations(ours) == []

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served.base_url}/access_map?person=vera")
    page.get_by_role("button", name="End what Vera Volunteer does not use").click()
    assert axe_violations(ours) == []
    page.get_by_role("button", name="End 3 accesses").click()
    expect(page.get_by_text("3 of Vera Volunteer's accesses ended.")).to_be_visible()
    ended = {grant.id for grant in world.all(AccessGrant) if grant.ended_at is not None}
    assert {"J-0", "J-1", "J-2"} <= ended
