"""From a telephone call to an opened case in a real browser, the browser closed in the middle of the form."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from okf.clock import utc_now
from okf.people.commands.accounts import set_password
from okf.shell.drafts.queries import own_draft
from okf.store.models import Case, CaseParty, Enquiry, ServiceUser
from okf.terms import CaseStatus, Role, SupportKind
from tests.browser import PASSWORD, Served, axe_violations, signed_in
from tests.settled import chosen
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)


def typed(page: Page, label: str, words: str, nth: int = 0) -> None:
    field = page.get_by_label(label, exact=True).nth(nth)
    field.fill(words)
    field.press("Tab")


def kept_by(page: Page, world: World, words: str) -> None:
    """Wait until the words are in the draft, as they are some seconds after the last key stroke."""
    for _ in range(200):
        if own_draft(world.desk("intake"), "enquiry").values.get("words") == words:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the draft was not kept")


def test_a_phone_call_becomes_an_opened_case_though_the_browser_was_closed(served: Served, chromium: Browser) -> None:
    world = World(served.store, utc_now())
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    set_password(served.host, "intake", PASSWORD)
    first = signed_in(chromium, served, "intake", at="enquiry")
    page = first.pages[0]
    expect(page.get_by_role("heading", name="Take an enquiry")).to_be_visible()
    typed(page, "Name of who asks", "Zelda Marked")
    typed(page, "Safe number", "07700 900 001")
    page.get_by_label("In their own words", exact=True).fill("He took the passports.")  # and no key after it
    kept_by(page, world, "He took the passports.")
    first.close()

    second = signed_in(chromium, served, "intake", at="enquiry", viewport=(390, 844))
    page = second.pages[0]
    expect(page.get_by_label("Name of who asks", exact=True)).to_have_value("Zelda Marked")
    expect(page.get_by_label("In their own words", exact=True)).to_have_value("He took the passports.")
    typed(page, "Name", "Quentin Marked")
    assert axe_violations(second) == []
    page.get_by_role("button", name="Save the enquiry").click()
    expect(page.get_by_text("It is on file, and waits to be registered.")).to_be_visible()
    page.get_by_role("button", name="Check whether we know them").click()
    chosen(page, page.get_by_role("combobox", name="Kind of support"), "Parenting")
    assert axe_violations(second) == []
    page.get_by_role("button", name="Register and open the case").click()
    expect(page.get_by_text("What was told is in the case, and opens with it.")).to_be_visible()

    enquiry = world.one(Enquiry)
    case = world.one(Case, ref=enquiry.case_ref)
    assert (case.status, case.kind_of_support) == (CaseStatus.OPEN, SupportKind.PARENTING)
    assert case.first_contact_at == enquiry.received_at
    assert len(world.all(CaseParty, case_ref=case.ref)) == 2
    assert world.one(ServiceUser, name="Zelda Marked").safe_phone == "07700 900001"
    page.goto(f"{served.base_url}/enquiry")
    expect(page.get_by_label("Name of who asks", exact=True)).to_have_value("")
    second.close()
