"""After a restore, in a real browser: one page for the two who sign, a sentence for everybody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from okf.proof.commands.restoring import put_back
from okf.terms import Role
from okf.terms.endings import PutBack
from tests.browser import PASSWORD, Served, copy_of, serving, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDEST = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def restored(template_file, tmp_path) -> Iterator[Served]:
    """Casebook as it stands after a restore that nobody has signed for yet."""
    with serving(copy_of(template_file, tmp_path), tmp_path) as running:
        yield running


@pytest.mark.one_database
def test_two_sign_on_the_one_page_that_there_is_and_everybody_else_waits(restored, chromium):
    manager, lead, other = (restored.person(role) for role in (Role.MANAGER, Role.DSL, Role.CASEWORKER))
    put_back(restored.host, PutBack.FOUND, restored.store.ledger)
    waiting = chromium.new_page()
    waiting.goto(restored.base_url)
    expect(waiting.get_by_text("Until two people have signed for that")).to_be_visible()
    waiting.get_by_label("Username", exact=True).fill(other)
    waiting.get_by_label("Password", exact=True).fill(PASSWORD)
    waiting.get_by_role("button", name="Sign in").click()
    expect(waiting.get_by_text("you can't sign in yet")).to_be_visible()

    for person, width in ((manager, 390), (lead, 1280)):
        context = signed_in(chromium, restored, person, at="cases", viewport=(width, 900))
        page = context.pages[0]
        expect(page.get_by_role("heading", name="Restored backup")).to_be_visible()
        expect(page.get_by_role("link", name="Cases")).to_have_count(0)
        expect(page.get_by_text("Found: ")).to_be_visible()
        assert page.evaluate(WIDEST) <= 0
        if person == manager:  # a concern can't wait for that
            page.get_by_role("link", name="Raise a concern").click()
            expect(page.get_by_role("button", name="Raise concern")).to_be_visible()
            page.get_by_role("link", name="Back to").click()
        page.get_by_text("I have read this").click()
        page.get_by_role("button", name="Sign", exact=True).click()
        cases = page.get_by_role("heading", name="Cases", level=1)
        said = page.get_by_text("You have signed.") if person == manager else cases
        expect(said).to_be_visible()
        context.close()

    waiting.reload()
    expect(waiting.get_by_label("Username", exact=True)).to_be_visible()
    expect(waiting.get_by_text("Until two people have signed for that")).to_have_count(0)
    waiting.close()
