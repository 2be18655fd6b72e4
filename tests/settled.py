"""A person who waits for the page: what a test does in a real browser is done to widgets that are there to stay.

A click that meets a page in the middle of its run may meet a widget that is about to be replaced. People look before
they click; Playwright doesn't.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

RUNNING = "[data-testid=stApp]:not([data-test-script-state=notRunning])"
ACTS = ("click", "fill", "press_sequentially", "check", "select_option", "set_input_files")
TAKEN = 100  # milliseconds in which the browser has told the server of what was done just before


def settled(page: Page) -> None:
    """Return once no run of the page is going on."""
    page.wait_for_timeout(TAKEN)
    expect(page.locator(RUNNING)).to_have_count(0, timeout=30_000)


def chosen(page: Page, box: Locator, typed: str, option: str) -> None:
    """Choose from a box by typing."""
    box.press_sequentially(typed)
    page.get_by_role("option", name=option).first.click()


def patiently(patch: pytest.MonkeyPatch) -> None:
    """Let every act of a test in the browser wait until the page is at rest."""
    for name in ACTS:
        patch.setattr(Locator, name, _at_rest(getattr(Locator, name)))


def _at_rest(act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def acted(locator: Locator, *given: Any, **named: Any) -> Any:
        settled(locator.page)
        return act(locator, *given, **named)

    return acted
