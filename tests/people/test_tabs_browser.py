"""A tab whose session is over keeps nothing of what it showed, wherever the session was ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from okf.people.commands.accounts import end_sessions
from tests.browser import Served, own_menu, sign_out
from tests.people.test_routes import idle_for
from tests.wire import cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=30_000)
# Said until it is heard: a rerun puts the watch anew, and for a moment nobody listens.
IN_SIGHT = "setInterval(() => document.dispatchEvent(new Event('visibilitychange')), 50)"
BACK = "setInterval(() => window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})), 50)"


@pytest.fixture
def person(served: Served) -> str:
    return served.person()


@pytest.fixture
def tab(served: Served, chromium: Browser, person: str) -> Iterator[Page]:
    """A page with somebody's name, whose watch over the session has begun."""
    context = chromium.new_context()
    page = context.new_page()
    page.clock.install()
    let_in(page, served, person)
    page.goto(f"{served.base_url}/account")
    with page.expect_response("**/session/left"):  # until then the watch does not listen yet
        page.evaluate(f"window.again = {IN_SIGHT}")
    page.evaluate("clearInterval(window.again)")
    yield page
    context.close()


def let_in(page: Page, served: Served, person: str) -> None:
    """Give the browser the cookie of a new session."""
    name, _, value = cookie_of(served, person).partition("; ")[0].partition("=")
    page.context.add_cookies([{"name": name, "value": value, "url": served.base_url}])


def assert_empty(tab: Page) -> None:
    expect(tab.get_by_label("Username", exact=True)).to_be_visible()
    assert "Robin Example" not in tab.content()


def test_signing_out_empties_every_tab(served, tab):
    other = tab.context.new_page()
    other.goto(served.base_url)

    sign_out(other)

    assert_empty(tab)
    assert_empty(other)


def test_what_a_tab_showed_is_gone_also_when_the_server_sends_no_page_instead(served, tab, person):
    end_sessions(served.host, person)
    tab.route(f"{served.base_url}/account", lambda route: route.fulfill(status=204))

    tab.evaluate(IN_SIGHT)

    expect(tab.locator("body > *")).to_have_count(0)


def test_a_tab_that_comes_in_sight_asks_whether_its_session_lives(served, tab, person):
    idle_for(served, person, timedelta(minutes=16))

    tab.evaluate(IN_SIGHT)

    assert_empty(tab)


def test_a_tab_that_stays_in_sight_asks_every_half_minute(served, tab, person):
    end_sessions(served.host, person)

    tab.clock.fast_forward("00:30")

    assert_empty(tab)


def test_a_tab_never_shows_one_persons_page_to_the_next(served, tab):
    let_in(tab, served, served.person())

    with tab.expect_navigation():
        tab.evaluate(IN_SIGHT)

    expect(own_menu(tab)).to_be_visible()


def test_a_page_that_the_browser_kept_whole_is_loaded_anew(tab):
    with tab.expect_navigation():
        tab.evaluate(BACK)
