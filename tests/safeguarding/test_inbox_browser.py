"""A concern raised in a browser while the database is gone, as somebody who was signed in before (C9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from okf.people.commands.accounts import set_password
from okf.store.models import Concern, Draft
from okf.terms import Role
from tests.browser import PASSWORD, Served, axe_violations, copy_of, serving, sign_out, signed_in
from tests.settled import settled
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)
WORDS = "Kestrel said it hurts."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the database alone."""
    return tmp_path / "database"


@pytest.fixture
def served(template_file: tuple[Path, Path], tmp_path: Path) -> Iterator[Served]:
    """A charity with a lead and a volunteer."""
    with serving(copy_of(template_file, tmp_path), tmp_path) as running:
        world = World(running.store, now=datetime.now(UTC))
        world.manager()
        world.dsl(name="Dana Lead", phone="020 7946 0001")
        world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
        world.volunteer()
        for name in ("dsl", "volunteer"):
            set_password(running.host, name, PASSWORD)
        running.store.close()  # else this process would hold the files open
        yield running


def account(page: Page):
    return page.get_by_label("What was seen or said, in the words")


HELD = "Object.values(sessionStorage).join()"


def held(page: Page, *, is_held: bool = True) -> None:
    """Wait until the tab holds what was typed, or holds it no more."""
    for _ in range(200):
        if (WORDS in page.evaluate(HELD)) is is_held:
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate(HELD))


def test_C9_with_the_database_gone_a_concern_is_raised_and_comes_on_record_when_it_is_back(
    served: Served, chromium: Browser, folder: Path, tmp_path: Path
):
    with signed_in(chromium, served, "volunteer", at="on_duty", viewport=(390, 844)) as volunteer:
        page = volunteer.pages[0]
        expect(page.get_by_text("Dana Lead").first).to_be_visible()
        away = folder.rename(tmp_path / "away")

        page.goto(f"{served.base_url}/cases")
        expect(page.get_by_text("Casebook can't reach its database.")).to_be_visible()
        expect(page.get_by_role("link", name="0808 800 5000")).to_be_visible()  # whom to ring, as last known
        page.get_by_role("link", name="Raise a concern").last.click()
        expect(page.get_by_role("heading", name="Raise a concern")).to_be_visible()
        page.get_by_text("It should be decided today").click()
        account(page).fill(WORDS)
        account(page).blur()
        expect(page.get_by_text("held in this tab of your browser")).to_be_visible()
        held(page)
        page.reload()  # what the draft could not take, the tab gives back
        expect(account(page)).to_have_value(WORDS)
        expect(page.get_by_text("held in this tab of your browser")).to_be_visible()
        page.screenshot(path=tmp_path / "form.png", full_page=True)
        settled(page)
        page.get_by_role("button", name="Raise concern").dblclick()

        expect(page.get_by_text("Your concern is safe. Its reference is K-")).to_be_visible()
        expect(page.get_by_text("Nobody has seen it yet.")).to_be_visible()
        expect(page.get_by_text("Dana Lead (lead, 020 7946 0001)")).to_be_visible()
        page.screenshot(path=tmp_path / "safe.png", full_page=True)
        assert axe_violations(volunteer) == []
        ref = page.get_by_text("Its reference is K-").inner_text().rstrip(".").split()[-1]
        held(page, is_held=False)

        away.rename(folder)
        world = World(served.store)
        for _ in range(300):
            if world.count(Concern):
                break
            page.wait_for_timeout(100)
    concern = world.one(Concern)
    assert concern is not None
    assert (concern.ref, concern.account, concern.raised_by) == (ref, WORDS, "volunteer")


def test_words_that_could_not_be_kept_are_kept_once_the_database_is_back_and_are_nobody_elses(
    served: Served, chromium: Browser, folder: Path, tmp_path: Path
):
    with signed_in(chromium, served, "volunteer", at="raise_concern") as volunteer:
        page = volunteer.pages[0]
        expect(account(page)).to_be_visible()
        away = folder.rename(tmp_path / "away")
        account(page).fill(WORDS)
        account(page).blur()
        held(page)
        page.get_by_role("link", name="Today").first.click()
        expect(page.get_by_text("Casebook can't reach its database.")).to_be_visible()
        page.get_by_role("link", name="Raise a concern").last.click()
        expect(account(page)).to_have_value(WORDS)
        page.screenshot(path=tmp_path / "wide.png", full_page=True)

        sign_out(page)
        expect(page.get_by_label("Username", exact=True)).to_be_visible()
        assert WORDS not in page.evaluate(HELD)
        page.goto(f"{served.base_url}/raise_concern")
        expect(page.get_by_label("Username", exact=True)).to_be_visible()
        assert WORDS not in page.content()
        away.rename(folder)

    with signed_in(chromium, served, "dsl", at="raise_concern") as lead:
        page = lead.pages[0]
        away = folder.rename(tmp_path / "away")
        account(page).fill(WORDS)
        account(page).blur()
        held(page)
        away.rename(folder)
        world = World(served.store)
        page.get_by_role("link", name="Today").last.click()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        page.reload()
        page.get_by_role("link", name="Raise a concern").last.click()
        expect(page.get_by_text("Draft kept at")).to_be_visible()
        assert [draft.person for draft in world.all(Draft) if WORDS in draft.words] == ["dsl"]
