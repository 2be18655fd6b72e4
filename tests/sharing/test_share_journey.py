"""In a real browser: an agreement, a share on it, a text blacked out and read again, sent; withdrawn, refused."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pypdf
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from okf.desk import Desk
from okf.file_check import Upload
from okf.people.commands.accounts import set_password
from okf.records.commands.records import add_files
from okf.store.models import ExpressAgreement, InformationShare
from okf.terms import ShareStatus
from tests.browser import PASSWORD, Served, axe_violations, signed_in
from tests.settled import chosen, settled
from tests.sharing.conftest import CASE, TEXT
from tests.sharing.test_sending import a_pdf, agree, ask
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def okf(served: Served) -> World:
    """Two workers of one side who can sign in, and one record of theirs."""
    world = World(served.store, now=datetime.now(UTC))
    for name in ("worker_a", "second_a"):
        world.caseworker(name)
    world.case(CASE)
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Tom Bell")
    for name in ("worker_a", "second_a"):
        world.grant(name, CASE, compartments=["sole:party_a", "joint"])
        set_password(Desk.host(served.store), name, PASSWORD)
    world.record(CASE, "N-A", source="party_a", title="About the flat", text=TEXT, occurred_at="2026-11-02T10:00")
    return world


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a list by its words."""
    chosen(page, page.get_by_role("combobox", name=re.compile(label)), re.compile(option))


def opened(context: BrowserContext, served: Served, path: str) -> Page:
    page = context.pages[0]
    page.goto(f"{served.base_url}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settled(page)
    return page


def test_C8_from_the_agreement_to_the_sending_and_back(served: Served, chromium: Browser, okf: World) -> None:
    mine = signed_in(chromium, served, "worker_a")
    page = opened(mine, served, f"case?case={CASE}&part=Sharing")

    # Asked without an agreement: no, and whose word is missing is one click from its form.
    settled(page)
    page.get_by_text("Ask to share something").click()
    choose(page, "^What", "About the flat")
    page.keyboard.press("Escape")
    settled(page)
    choose(page, "With whom", "^School$")
    choose(page, "^For what", "^Support at school$")
    expect(page.get_by_text("No, this may not be shared.")).to_be_visible()
    page.get_by_role("button", name="Record Ann Bell's agreement").click()

    # The form stands filled in.
    settled(page)
    page.get_by_text("In person").click()
    settled(page)
    page.get_by_role("textbox", name="Where it can be seen").fill("She said so at our meeting; Wanda was there")
    page.get_by_role("textbox", name="Where it can be seen").press("Tab")
    settled(page)
    page.get_by_role("button", name="Record the agreement").click()
    expect(page.get_by_text("Ann Bell agreed: to School")).to_be_visible()
    assert axe_violations(mine, but=["nested-interactive"]) == []

    # Now the answer is yes; the share is prepared on the agreement.
    page.get_by_role("button", name="Share on it").click()
    expect(page.get_by_text("Yes, on the conditions below.")).to_be_visible()
    page.get_by_role("button", name="Prepare this share").click()
    expect(page.get_by_role("heading", name=re.compile("^Share S-"))).to_be_visible()
    ref = page.get_by_role("heading", level=1).inner_text().removeprefix("Share ")

    # A name is blacked out, and waits for somebody else.
    page.get_by_text("Black out words or passages").click()
    page.get_by_role("textbox", name="Words to black out, one a line").fill("Zebedee\nQuillham")
    page.get_by_role("textbox", name="Words to black out, one a line").press("Control+Enter")
    settled(page)
    page.get_by_role("textbox", name="Why this is left out").fill("The school need not know")
    page.get_by_role("textbox", name="Why this is left out").press("Enter")
    settled(page)
    page.get_by_role("button", name="Send it to a second reader").click()
    expect(page.get_by_text("It waits for a second reader")).to_be_visible()
    expect(page.get_by_text("until then nothing can be sent")).to_be_visible()
    expect(page.get_by_text("Save your answer")).to_have_count(0)

    # The second reader finds it waiting, and says that it may go.
    theirs = signed_in(chromium, served, "second_a", at="shares")
    other = theirs.pages[0]
    other.get_by_role("link", name=ref).first.click()
    other.get_by_text("It may go out as it stands").click()
    other.get_by_role("button", name="Save your answer").click()
    expect(other.get_by_text("Read again and approved by")).to_be_visible()

    # Each condition is ticked, it is sent, and what went out is there.
    page = opened(mine, served, f"share?ref={ref}")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_text("tick each of them first")).to_be_visible()
    for box in page.get_by_role("checkbox").all():
        if box.is_visible():
            box.locator("xpath=ancestor::label").click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_text("It is on record as sent.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download what went out").click()
    reader = pypdf.PdfReader(io.BytesIO(download.value.path().read_bytes()))
    said = "\n".join(one.extract_text() for one in reader.pages)
    assert "How to treat this" in said
    assert "keeps the blue heron" in said
    assert not any(word in said for word in ("Zebedee", "Quillham"))
    assert axe_violations(mine, but=["nested-interactive"]) == []

    # Taken back: the next one is refused.
    page = opened(mine, served, f"case?case={CASE}&part=Sharing")
    page.get_by_role("button", name="They take it back").click()
    page.get_by_role("textbox", name="Who told us, and how").fill("She rang this morning")
    page.get_by_text("They take this agreement back").click()
    page.get_by_role("button", name="Withdraw it now").click()
    expect(page.get_by_text("is withdrawn. Nothing leaves on it any more.")).to_be_visible()
    settled(page)
    page.get_by_text("Ask to share something").click()
    # What was chosen at first stands there still, as a draft.
    expect(page.get_by_text("The agreement that they gave was withdrawn")).to_be_visible()
    page.get_by_role("button", name="Put the refusal on record").click()
    expect(page.get_by_text("the refusal is on record with its reasons")).to_be_visible()

    assert {one.status for one in okf.all(InformationShare)} == {ShareStatus.SENT, ShareStatus.REFUSED}
    assert okf.one(ExpressAgreement).withdrawn_by == "worker_a"  # type: ignore[union-attr]
    mine.close()
    theirs.close()


def test_what_is_left_out_of_a_file_is_drawn_on_its_page(served: Served, chromium: Browser, okf: World) -> None:
    add_files(okf.desk("worker_a"), "N-A", [Upload("report.pdf", a_pdf("Zebedee keeps the heron"))])
    agree(okf)
    ref = ask(okf).ref
    mine = signed_in(chromium, served, "worker_a")
    page = opened(mine, served, f"share?ref={ref}")
    page.get_by_text("Choose what of this file goes out").click()
    page.get_by_role("button", name="Open it to choose").click()
    sheet = page.get_by_role("img", name=re.compile("^Page 1, with"))
    expect(sheet).to_have_attribute("alt", re.compile("with 0 boxes"))
    sheet.scroll_into_view_if_needed()

    whole = sheet.bounding_box()
    assert whole is not None
    page.mouse.move(whole["x"] + whole["width"] * 0.2, whole["y"] + whole["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(whole["x"] + whole["width"] * 0.6, whole["y"] + whole["height"] * 0.2, steps=3)
    page.mouse.up()

    expect(page.get_by_role("button", name=re.compile("Take away box 1: (19|20) to (59|60) across"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Page 1, with 1 box on it"))).to_be_visible()
    assert axe_violations(mine, but=["nested-interactive"]) == []
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    page.get_by_role("img", name=re.compile("^Page 1, with 1")).scroll_into_view_if_needed()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name=re.compile("Take away box"))).to_have_count(0)
