"""The sign-in in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from okf.people.commands.accounts import end_sessions, switch_off
from okf.terms import Role
from tests.browser import PASSWORD, Served, axe_violations, copy_of, own_menu, serving, sign_out, signed_in
from tests.people.test_routes import idle_for, last_seen
from tests.settled import chosen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEW = "another walnut orbit kettle"
expect.set_options(timeout=20_000)  # a first page on a busy machine takes longer than the five seconds by default


@pytest.fixture(scope="module")
def strict(template_file, tmp_path_factory) -> Iterator[Served]:
    """Casebook where a second factor is required."""
    folder = tmp_path_factory.mktemp("strict")
    with serving(copy_of(template_file, folder, second_factor=True), folder) as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def fill(page: Page, username: str, password: str) -> None:
    page.get_by_label("Username", exact=True).fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def autocomplete(page: Page, *labels: str) -> list[str | None]:
    """What a password manager may put into each of these fields."""
    return [page.get_by_label(label, exact=True).get_attribute("autocomplete") for label in labels]


def errors_in(page: Page) -> list[str]:
    """What the browser's console says went wrong; a deep address is looked for below itself first, which is usual."""
    found: list[str] = []
    page.on("console", lambda one: found.append(one.text) if one.type == "error" and "404" not in one.text else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_the_sign_in_says_whom_to_call_and_breaks_no_policy(served, page):
    errors = errors_in(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served.base_url)

    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    assert autocomplete(page, "Username", "Password") == ["username", "current-password"]
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text("020 3951 8496")).to_be_visible()
    expect(page.get_by_text("In immediate danger call 999")).to_be_visible()
    assert axe_violations(page.context) == []
    assert errors == []
    assert [url for url in asked if not url.startswith((served.base_url, "data:", "blob:"))] == []


def test_signing_in_keeps_the_address_and_hides_the_cookie_from_scripts(served, chromium):
    context = signed_in(chromium, served, served.person(), at="account")
    page = context.pages[0]

    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    fields = ("Your username", "Present password", "New password", "New password again")
    assert autocomplete(page, *fields) == ["username", "current-password", "new-password", "new-password"]
    assert page.url == f"{served.base_url}/account"
    assert "okf" not in page.evaluate("document.cookie")
    page.reload()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    expect(page.get_by_text("020 3951 8496")).to_be_visible()
    assert axe_violations(context) == []
    context.close()


def test_a_wrong_password_and_an_unknown_name_get_the_same_words(served, page):
    page.goto(served.base_url)
    for username in (served.person(), "nobody.here"):
        fill(page, username, "wrong wrong wrong")

        expect(page.get_by_text("The username or the password is not right.")).to_be_visible()
    page.context.close()


def test_signing_out_shows_the_sign_in_and_going_back_shows_nothing(served, chromium):
    context = signed_in(chromium, served, served.person(), at="account")
    page = context.pages[0]

    sign_out(page)

    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    assert [cookie["name"] for cookie in context.cookies() if "session" in cookie["name"]] == []
    page.go_back()
    expect(page.get_by_text("Your account")).to_have_count(0)
    page.goto(f"{served.base_url}/account")
    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    context.close()


@pytest.mark.parametrize("how", [end_sessions, switch_off])
def test_an_ended_session_shows_the_sign_in_at_the_next_click(served, chromium, how):
    person = served.person()
    context = signed_in(chromium, served, person, at="account")
    page = context.pages[0]
    how(served.host, person)

    page.get_by_role("link", name="Today").click()

    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    expect(own_menu(page)).to_have_count(0)
    context.close()


def test_a_warning_comes_before_the_idle_end_and_staying_loses_no_typed_text(served, chromium):
    person = served.person()
    state = signed_in(chromium, served, person).storage_state()
    context = chromium.new_context(storage_state=state)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{served.base_url}/account")
    typed = page.get_by_label("Present password", exact=True)
    typed.fill("half a sentence that nobody has sent yet")
    page.get_by_role("alertdialog", include_hidden=True).wait_for(state="attached")
    idle_for(served, person, timedelta(minutes=12, seconds=30))
    before = last_seen(served, person)

    page.clock.fast_forward("12:30")

    expect(page.get_by_text("You will be signed out in")).to_be_visible()
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_text("You will be signed out in")).to_be_hidden()
    expect(typed).to_have_value("half a sentence that nobody has sent yet")
    assert last_seen(served, person) > before

    idle_for(served, person, timedelta(minutes=16))
    page.clock.fast_forward("15:00")

    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    context.close()


def test_use_in_another_tab_keeps_the_warning_away(served, chromium):
    person = served.person()
    state = signed_in(chromium, served, person).storage_state()
    context = chromium.new_context(storage_state=state)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{served.base_url}/account")
    page.get_by_role("alertdialog", include_hidden=True).wait_for(state="attached")

    with page.expect_response("**/session/left"):
        page.clock.fast_forward("12:30")

    expect(page.get_by_text("You will be signed out in")).to_be_hidden()
    context.close()


def test_changing_the_password_begins_a_new_session_here_and_ends_the_others(served, chromium):
    person = served.person()
    other = signed_in(chromium, served, person)
    context = signed_in(chromium, served, person, at="account")
    page = context.pages[0]
    before = {cookie["name"]: cookie["value"] for cookie in context.cookies()}["okf_session"]
    page.get_by_label("Present password", exact=True).fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again", exact=True).fill(NEW)
    with page.expect_response("**/session/begin"):
        page.get_by_role("button", name="Change password").click()

    expect(page.get_by_label("Present password", exact=True)).to_have_value("")
    expect(own_menu(page)).to_be_visible()
    assert {cookie["name"]: cookie["value"] for cookie in context.cookies()}["okf_session"] != before
    other.pages[0].reload()
    expect(other.pages[0].get_by_label("Username", exact=True)).to_be_visible()
    context.close()
    other.close()


def test_an_invitation_leads_to_a_password_a_second_factor_and_recovery_codes(strict, page):
    errors = errors_in(page)
    token = strict.invite(Role.CASEWORKER, username="new.person")
    page.goto(f"{strict.base_url}/#invitation={token}")
    expect(page.get_by_text("Your username is new.person.")).to_be_visible()
    assert token not in page.url
    fields = ("Your username", "New password", "New password again")
    assert autocomplete(page, *fields) == ["username", "new-password", "new-password"]
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("New password again", exact=True).fill("short")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("use at least 12 characters")).to_be_visible()
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again", exact=True).fill(NEW)
    page.get_by_role("button", name="Set password").click()

    expect(page.get_by_alt_text("A picture for your authenticator app")).to_be_visible()
    assert axe_violations(page.context) == []
    secret = re.sub(r"\s", "", page.locator("code").first.inner_text())
    assert autocomplete(page, "Code") == ["one-time-code"]
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("The code is not right.")).to_be_visible()
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="I have kept them")).to_be_visible()
    codes = page.locator("code").first.inner_text().split()
    assert len(codes) == 10
    page.get_by_role("button", name="I have kept them").click()
    expect(own_menu(page)).to_be_visible()

    sign_out(page)
    fill(page, "new.person", NEW)
    page.get_by_label("Code", exact=True).fill(codes[3])
    page.get_by_role("button", name="Continue").click()
    expect(own_menu(page)).to_be_visible()
    assert errors == []


def test_an_invitation_in_the_query_or_typed_works_too_and_leaves_the_address(strict, page):
    token = strict.invite(username="query.person")
    page.goto(f"{strict.base_url}/?invitation={token}")
    expect(page.get_by_text("Your username is query.person.")).to_be_visible()
    expect(page).not_to_have_url(re.compile("invitation"))

    page.goto(strict.base_url)
    page.get_by_text("I have an invitation").click()
    page.get_by_label("Invitation", exact=True).fill(f"{strict.base_url}/#invitation={token}")
    page.get_by_role("button", name="Use the invitation").click()
    expect(page.get_by_text("Your username is query.person.")).to_be_visible()


def test_the_password_alone_opens_no_page_where_a_second_factor_is_required(strict, page):
    fill_in = strict.person()
    page.goto(f"{strict.base_url}/account")
    fill(page, fill_in, PASSWORD)
    expect(page.get_by_text("Set up your second factor")).to_be_visible()

    page.reload()

    expect(page.get_by_label("Username", exact=True)).to_be_visible()


def test_an_administrator_switches_an_account_off_after_being_asked(served, chromium):
    person = served.person(username="leaving.person")
    theirs = signed_in(chromium, served, person)
    admin = served.person(Role.ADMINISTRATOR)
    context = signed_in(chromium, served, admin, at="accounts")
    page = context.pages[0]
    page.get_by_label("Name or username").fill("leaving")
    page.keyboard.press("Enter")
    chosen(page, page.get_by_role("combobox", name="Do something about"), "leaving.person")
    page.get_by_role("button", name="Switch off…").click()
    page.get_by_role("button", name="Switch off Robin Example").click()

    expect(page.get_by_role("button", name="Switch on")).to_be_visible()
    theirs.pages[0].reload()
    expect(theirs.pages[0].get_by_label("Username", exact=True)).to_be_visible()
    context.close()
    theirs.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_account_and_accounts_fit_a_desk_and_a_telephone(served, chromium, width):
    context = signed_in(chromium, served, served.person(Role.ADMINISTRATOR), at="account", viewport=(width, 900))
    page = context.pages[0]
    for path in ("account", "accounts"):
        page.goto(f"{served.base_url}/{path}")
        expect(own_menu(page)).to_be_visible()
        expect(page.get_by_text("In immediate danger call 999")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert axe_violations(context) == []
    context.close()
