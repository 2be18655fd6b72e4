"""A person who waits for the page: what a test does in a real browser is done to widgets that are there to stay.

A click that meets a page in the middle of its run may meet a widget that is about to be replaced. People look before
they click; Playwright doesn't.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from re import Pattern
from typing import Any

import pytest
from playwright.sync_api import Browser, Error as PlaywrightError, Locator, Page, expect

RUNNING = "[data-testid=stApp]:not([data-test-script-state=notRunning])"
ACTS = ("click", "dblclick", "fill", "press", "press_sequentially", "check", "select_option", "set_input_files")
TAKEN = 200  # milliseconds in which the page has sent what was done just before
ANSWERED = 10.0  # seconds at most that an answer is waited for: a lost connection brings none
# What the page sent over its websocket, and whether anything came back since: a busy server takes a while to begin.
WIRE = """(() => {
  const wire = window.okfWire = {}, send = WebSocket.prototype.send
  WebSocket.prototype.send = function (...given) {
    if (wire.socket !== this) {
      wire.socket = this
      this.addEventListener('message', () => { wire.waits = false })
    }
    wire.waits = true
    return send.apply(this, given)
  }
})()"""
WAITS = "() => Boolean(window.okfWire?.waits && window.okfWire.socket.readyState === WebSocket.OPEN)"
STILL = 500  # milliseconds at most for what moves on the page: an expander that opens is still by then
MOVES = """still => Promise.race([
    Promise.all(document.getAnimations()
        .filter(one => one.playState === 'running' && one.effect?.getComputedTiming().endTime < still)
        .map(one => one.finished.catch(() => null))),
    new Promise(over => setTimeout(over, still))]).then(() => null)"""


def settled(page: Page) -> None:
    """Return once what was done has been answered, no run of the page is going on, and nothing on it moves."""
    page.wait_for_timeout(TAKEN)
    until = time.monotonic() + ANSWERED
    with suppress(PlaywrightError):  # the page left for another one meanwhile
        while page.evaluate(WAITS) and time.monotonic() < until:
            page.wait_for_timeout(20)
    expect(page.locator(RUNNING)).to_have_count(0, timeout=30_000)
    with suppress(PlaywrightError):
        page.evaluate(MOVES, STILL)


def chosen(page: Page, box: Locator, option: str | Pattern[str]) -> None:
    """Choose an option of a list; where a run of the page closed the list meanwhile, open it again."""
    wanted = page.get_by_role("option", name=option).first
    until = time.monotonic() + 60
    while True:
        if box.get_attribute("aria-expanded") != "true":  # a click on an open list closes it
            box.click()
        try:
            return wanted.click(timeout=5_000)
        except PlaywrightError:
            if time.monotonic() > until:
                raise


def patiently(patch: pytest.MonkeyPatch) -> None:
    """Let every act of a test in the browser wait until the page is at rest."""
    opened = Browser.new_context

    @wraps(opened)
    def watched(browser: Browser, **named: Any) -> Any:
        context = opened(browser, **named)
        context.add_init_script(WIRE)
        return context

    patch.setattr(Browser, "new_context", watched)
    for name in ACTS:
        patch.setattr(Locator, name, _at_rest(getattr(Locator, name)))


def _at_rest(act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def acted(locator: Locator, *given: Any, **named: Any) -> Any:
        settled(locator.page)
        return act(locator, *given, **named)

    return acted
