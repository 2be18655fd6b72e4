"""An informal mediation in a browser, from its start to its summary; a recording that nobody agreed to (C10, C13)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from okf.people.commands.accounts import set_password
from okf.policy.mediation import ASKED, NOT_BINDING
from okf.settings import Settings
from okf.store.engine import open_store
from okf.store.models import Mediation, OutcomeSummary, RecordingIncident
from okf.terms import MediationStatus, Role
from tests.browser import PASSWORD, axe_violations, copy_of, serving, signed_in
from tests.settled import chosen
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PARTIES = ("party_a", "party_b")


def charity(settings: Settings) -> None:
    """A case of two parties, whose caseworkers read all kinds of record on their own side."""
    store = open_store(settings)
    world = World(store)
    world.manager()
    world.person("mediator", roles=[Role.MEDIATOR], name="Moira Between")
    world.case("OKF-1")
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Ben Cole")
    for side in ("a", "b"):
        world.caseworker(f"worker_{side}")
        world.grant(f"worker_{side}", "OKF-1", compartments=[f"sole:party_{side}", "joint"], lead_for=f"party_{side}")
    for who in ("manager", "mediator", "worker_a", "worker_b"):
        set_password(world.host(), who, PASSWORD)
    store.close()


def field(page: Page, form: str, name: str) -> Locator:
    """One field of a form that keeps its draft."""
    return page.locator(f"[class*='st-key-okf_draft-{form}'][class*='field_{name}']").first


def said(page: Page, words: str) -> None:
    """What the page must come to say."""
    expect(page.get_by_text(words).first).to_be_visible(timeout=20_000)


def part(page: Page, name: str) -> None:
    """Open one part of the mediation."""
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true", timeout=20_000)


def screen(page: Page, ref: str, who: str, name: str) -> None:
    """Screen somebody alone, and note that they agree."""
    form = f"screening-{ref}-{who.replace('_', '-')}"
    page.get_by_text("Screen them", exact=True).first.click()
    for area in ASKED:
        field(page, form, f"asked_{area.value}").locator("label").first.click()
    field(page, form, "found").locator("textarea").fill(f"FOUND {name} alone.")
    field(page, form, "suitability").get_by_text("Suitable", exact=True).click()
    page.locator(f".st-key-screen_{who} button").click()
    said(page, f"FOUND {name} alone.")
    page.get_by_text("Note that they agree to mediate").first.click()
    page.locator(f".st-key-agree_{who} button").click()


def test_an_informal_mediation_from_its_start_to_its_summary(
    template_file: tuple[Path, Path], tmp_path: Path, chromium: Browser
) -> None:
    settings = copy_of(template_file, tmp_path)
    charity(settings)
    with serving(settings, tmp_path, env={"OKF_TRIAL_CLOCK": "2026-11-23T10:00+00:00"}) as served:
        world = World(served.store)
        with signed_in(chromium, served, "manager", at="case?case=OKF-1&part=Mediation") as manager:
            page = manager.pages[0]
            said(page, NOT_BINDING)
            page.get_by_text("Informal", exact=True).click()
            chosen(page, page.get_by_role("combobox", name="Mediator"), "Moira Between (mediator)")
            page.get_by_role("button", name="Start the mediation").click()
            said(page, "has started")
        ref = world.all(Mediation)[0].ref

        with signed_in(chromium, served, "mediator", at="mediations") as mediator:
            page = mediator.pages[0]
            page.get_by_role("link", name=ref).click()
            said(page, NOT_BINDING)
            for who, name in (("party_a", "Ann"), ("party_b", "Ben")):
                screen(page, ref, who, name)
                said(page, "Agreed to mediate") if who == "party_a" else said(page, "Informal mediation, in progress")
            assert axe_violations(mediator) == []

            part(page, "Summary")
            field(page, "outcome-summary", "text").locator("textarea").fill("Alternate weeks.")
            page.get_by_role("button", name="Save the draft").click()
            page.locator("[class*='st-key-issue_sure'] label").first.click(timeout=20_000)
            page.get_by_role("button", name="Issue it").click()
            said(page, "Unchanged since it was issued")
            with page.expect_download() as download:
                page.get_by_role("button", name="Download for print").click()
            assert download.value.path().read_bytes().startswith(b"%PDF")

            part(page, "Recordings")
            page.get_by_text("A session was recorded without agreement").click()
            field(page, "unauthorised-recording", "what").locator("textarea").fill("A telephone lay on the table.")
            page.get_by_role("button", name="Put it on record").click()
            said(page, "An unauthorised recording was put on record")

        assert world.one(Mediation).status is MediationStatus.IN_PROGRESS  # type: ignore[union-attr]
        issued = world.one(OutcomeSummary)
        assert issued is not None
        assert issued.text == "Alternate weeks."

        with signed_in(chromium, served, "worker_b", at=f"mediation?ref={ref}") as worker:
            page = worker.pages[0]
            said(page, "What they said alone is kept for them and their mediator.")
            assert "FOUND" not in page.content()

        with signed_in(chromium, served, "manager", at="mediations") as manager:
            page = manager.pages[0]
            said(page, "A telephone lay on the table.")
            field(page, "recording-review", "outcome").get_by_text(re.compile("^Goes on$")).click()
            field(page, "recording-review", "finding").locator("textarea").fill("A misunderstanding; spoken about.")
            page.get_by_role("button", name="Save the review").click()
            said(page, "No unauthorised recording waits for a review.")
        assert world.one(RecordingIncident).reviewed_by == "manager"  # type: ignore[union-attr]
