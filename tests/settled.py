"""Waiting until a page in a real browser has answered: its run is over and nothing more of it is on its way."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

RUN_OVER = "[data-testid=stApp][data-test-script-state=notRunning]"
TAKEN = 150  # milliseconds in which the browser has told the server of what was typed or clicked


def settled(page: Page) -> None:
    """Return once the page's run is over: what follows acts on the widgets that stay."""
    page.wait_for_timeout(TAKEN)
    expect(page.locator(RUN_OVER)).to_have_count(1)


def chosen(page: Page, box: Locator, typed: str, option: str) -> None:
    """Choose from a box by typing, as somebody does who waits for the page first."""
    settled(page)
    box.press_sequentially(typed)
    page.get_by_role("option", name=option).first.click()
    settled(page)


def clicked(page: Page, name: str) -> None:
    """Press a button on a page at rest, and wait for the answer."""
    settled(page)
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)
