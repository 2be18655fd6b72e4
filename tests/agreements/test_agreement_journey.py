"""A new version published in a browser: access pauses on its day, and resumes with the signature (C7)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from okf.agreements.commands.texts import save_draft
from okf.people.commands.accounts import set_password
from okf.settings import Settings
from okf.store.engine import open_store
from okf.store.models import Signature
from okf.terms import Action, Change
from okf.terms.agreements import AgreementKind
from tests.browser import PASSWORD, axe_violations, copy_of, serving, signed_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEXT = "# What I promise\n\nI keep what I am told, **for ever**."


def charity(settings: Settings) -> None:
    """A manager with a draft, and a volunteer with a case; it is 23 November 2026."""
    store = open_store(settings)
    world = World(store)
    world.manager()
    world.manager("manager2")
    world.volunteer(name="Zo\u00eb O'Brien")
    world.case("OKF-1", granted_to=["volunteer"])
    for who in ("manager", "volunteer"):
        set_password(world.host(), who, PASSWORD)
    save_draft(
        world.desk("manager2"),
        kind=AgreementKind.VOLUNTEER,
        version="2",
        title="For volunteers",
        text=TEXT,
        change=Change.MATERIAL,
        effective_on=date(2026, 11, 23),
        resign_by=date(2026, 11, 30),
    )
    store.close()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=20_000)


def test_C7_a_material_version_pauses_access_on_its_day_and_the_refusal_offers_the_signing(
    template_file: tuple[Path, Path], tmp_path: Path, chromium: Browser
) -> None:
    settings = copy_of(template_file, tmp_path)
    charity(settings)

    with serving(settings, tmp_path, env={"OKF_TRIAL_CLOCK": "2026-11-23T10:00+00:00"}) as served:
        with signed_in(chromium, served, "manager", at="agreement_texts?kind=volunteer") as manager:
            page = manager.pages[0]
            page.get_by_role("button", name="Go on to publish").click()
            expect(page.get_by_text("Access of 1 person would pause on 1 Dec 2026, 00:00")).to_be_visible()
            page.get_by_role("textbox", name="Why so soon").fill("The court asks for it")
            page.get_by_label("Your password").fill(PASSWORD)
            page.get_by_role("button", name="Publish now").click()
            expect(page.get_by_text("Version 2 of volunteer is published")).to_be_visible(timeout=20_000)
        world = World(served.store, "2026-11-30T23:59")
        assert world.may("volunteer", Action.OPEN_CASE, "OKF-1")

    with serving(settings, tmp_path, env={"OKF_TRIAL_CLOCK": "2026-12-01T00:00+00:00"}) as served:
        with signed_in(chromium, served, "volunteer", at="case?case=OKF-1") as volunteer:
            page = volunteer.pages[0]
            expect(page.get_by_text("it waits for your signature")).to_be_visible(timeout=20_000)
            expect(page.get_by_text("for ever", exact=True)).to_be_visible()
            assert axe_violations(volunteer) == []
            page.get_by_label("Your full name").fill("zoe o\u2019brien")
            page.get_by_label("Your password").fill(PASSWORD)
            page.get_by_text("I have read this agreement").click()
            page.get_by_role("button", name="Go on to sign").click()
            page.get_by_role("button", name="Sign now").click()
            expect(page.get_by_text("OKF-1", exact=True)).to_be_visible(timeout=20_000)
            expect(page.get_by_text("You signed For volunteers, version 2")).to_be_visible()
            page.reload()
            expect(page.get_by_text("OKF-1", exact=True)).to_be_visible(timeout=20_000)
        world = World(served.store)
        [_, signature] = world.all(Signature, person="volunteer")
        assert signature.version == "2"
