"""Every page of the product, with the demo's story on it: nothing stands in anyone's way, and nothing leaves but by the
export that is ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from okf.cases.queries.own_cases import cases_in_view
from okf.desk import Desk
from okf.settings import Settings
from okf.shell.frame import PHONE
from okf.shell.navigation import PAGES, pages_for
from okf.store.engine import Store
from okf.store.models import (
    AccessGrant,
    Case,
    Concern,
    ConcernAbout,
    ConcernDecision,
    Enquiry,
    FigureSet,
    InformationShare,
    Mediation,
)
from okf.terms import MediationStatus
from pages.concern import PARTS
from tests.browser import Served, axe_violations, serving, signed_in
from tests.demo.openings import NOT_IN_THE_STORY, OPENED, in_the_code
from tests.settled import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=30_000)
EVERYONE = (
    "manager",
    "dsl",
    "trustee",
    "datalead",
    "administrator",
    "compliance",
    "intake",
    "caseworker",
    "mediator",
    "volunteer",
)
# A popover's button stands in a button of Streamlit's own: a screen reader says it once, and it works.
# Its file uploader's box is marked as mere presentation, and can be reached and named all the same.
STREAMLITS = ("nested-interactive", "presentation-role-conflict")
# What takes a page's figures or rows out with no decision and no record: grids, and the tools of a chart.
EXPORTS = (
    "[data-testid=stDataFrame], [data-testid=stVegaLiteChart], .modebar-btn,"
    " [data-testid=stElementToolbar] :is([aria-label*=download i], [title*=download i])"
)
# By how wide the window is: how far down the title of a page begins at most, where no warning stands above it.
BEGINS = {1280: 100, 390: 150}
TITLE = """() => {
  const title = document.querySelector('.stMain h1').getBoundingClientRect()
  const warnings = [...document.querySelectorAll('.stMain .stAlert')]
  const warned = warnings.some(one => one.getBoundingClientRect().top < title.top)
  return warned ? 0 : title.top
}"""
# Goes on as a link of our own does, within the running app.
GO = """to => {
  history.pushState({}, '', to)
  dispatchEvent(new PopStateEvent('popstate', {state: {}}))
}"""
UNFOLD = """() => [...document.querySelectorAll('.stMain details')].map(one => {
  const folded = one.querySelector('summary')
  if (!one.open) folded.click()
  return (folded.querySelector('p') ?? folded).innerText.trim()
})"""
POPOVERS = ":is(.stMain, .st-key-okf_bar) [data-testid=stPopoverButton]"
POPOVER = "[data-testid=stPopoverBody]"
MEDIATION_PARTS = ("Participants", "Sessions", "Notes", "Proposals", "Summary", "Recordings")
CASE_TABS = ("Records", "Tasks", "Sharing", "Timeline", "People", "Mediation", "Access", "Concerns")


@pytest.fixture(scope="module")
def demo(seeded: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, served."""
    with serving(seeded(), tmp_path_factory.mktemp("demo_pages"), env={"OKF_DEMO": "1"}) as running:
        yield running


def first(store: Store, column: Any, *conditions: Any) -> str:
    with store.reading() as session:
        return str(session.scalars(select(column).where(*conditions).order_by(column)).first())


def addresses(store: Store, who: str) -> list[str]:
    """The pages of the menu that are this person's and nobody's before them, and what only an address leads to."""
    before = {page.url_path for one in EVERYONE[: EVERYONE.index(who)] for page in pages_for(Desk(store, one))}
    theirs = [page.url_path for page in pages_for(Desk(store, who)) if page.listed and page.url_path not in before]
    mine = AccessGrant.person == who, AccessGrant.ended_at.is_(None)
    if who == "manager":
        theirs += [f"case?case={first(store, Case.ref)}&part=Manage", "team?person=caseworker"]
        theirs += [f"figure_set?ref={first(store, FigureSet.ref)}", "restored", "left_drafts", "second_reading"]
        theirs += [f"caseload?part={name}" for name in ("Team", "Trends", "Outcomes")]
        theirs.append("raise_concern")
    if who == "dsl":
        theirs.append(f"share?ref={first(store, InformationShare.ref, InformationShare.asked_by == who)}")
        about = select(ConcernAbout.concern_ref).where(ConcernAbout.person.is_not(None))
        ref = first(store, Concern.ref, Concern.ref.not_in(about), Concern.ended_at.is_(None))
        theirs += [f"concern?ref={ref}&part={name}" for name in PARTS]
    if who == "intake":
        theirs += ["enquiry", f"enquiry?ref={first(store, Enquiry.ref)}"]
    if who == "mediator":
        theirs += [f"mediation?ref={first(store, Mediation.ref, Mediation.mediator == who)}"]
    if who == "caseworker":
        case = first(store, AccessGrant.case_ref, *mine)
        theirs += ["", "cases", "concerns", *(f"case?case={case}&part={name}" for name in CASE_TABS)]
    return theirs


def openers(store: Store, who: str) -> list[str]:
    """Pages that were looked at already, as this person or in this state: they open what nobody before them does."""
    closed, live = first(store, Case.ref, Case.closed_at.is_not(None)), Mediation.status == MediationStatus.IN_PROGRESS
    mediation = first(store, Mediation.ref, Mediation.mediator == who, live)
    return {
        "manager": [
            f"case?case={closed}&part=Manage",
            "cases?view=Waiting+for+a+caseworker",
            "access_map?view=Unused",
            "access_map?person=caseworker3",
            "partners",
        ],
        "dsl": ["concerns", "directory", f"concern?ref={first(store, ConcernDecision.concern_ref)}&part=Decisions"],
        "datalead": [f"case?case={closed}", "breaches"],
        "administrator": ["accounts?person=caseworker"],
        "caseworker": [
            "calendar?part=Your+tasks",
            f"concern?ref={first(store, Concern.ref, Concern.raised_by == who)}",
            f"case?case={first(store, Mediation.case_ref, live)}&part=Mediation",
        ],
        "mediator": [f"mediation?ref={mediation}&part={part}" for part in MEDIATION_PARTS],
    }.get(who, [])


@pytest.mark.parametrize("who", EVERYONE)
def test_no_page_stands_in_the_way_of_people_with_disabilities(demo: Served, chromium: Browser, who: str) -> None:
    context = signed_in(chromium, demo, who)
    page = context.pages[0]
    found = {}
    opened: set[str] = set()
    for address in [*addresses(demo.store, who), *openers(demo.store, who)]:
        page.evaluate(GO, f"/{address}")
        expect(page.locator(f".st-key-okf_words_{address.partition('?')[0]}")).to_be_attached()  # each page's own box
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("Something went wrong")).to_have_count(0)
        expect(page.locator(EXPORTS)).to_have_count(0)
        opened.update(page.evaluate(UNFOLD))
        settled(page)
        wrong = axe_violations(context, but=STREAMLITS) + behind_buttons(context, opened)
        for wide, most in BEGINS.items():
            page.set_viewport_size({"width": wide, "height": 900})
            top = top_of_title(page, most)
            wrong += [f"its title is {top} px down at {wide}"] if top > most else []
        page.set_viewport_size({"width": 1280, "height": 900})
        if wrong:
            found[address] = wrong
    context.close()
    assert found == {}
    said = dict(in_the_code())
    assert {name for name in OPENED.get(who, ()) if not any(re.fullmatch(said[name], one) for one in opened)} == set()


def top_of_title(page: Page, most: int) -> float:
    """How far down the title begins, once what a page shows before itself is gone."""
    for _ in range(40):
        if (top := page.evaluate(TITLE)) <= most:
            break
        page.wait_for_timeout(50)
    return float(top)


def behind_buttons(context: BrowserContext, opened: set[str]) -> list[str]:
    """What axe finds behind each button of the page that was not pressed yet; its name is put in `opened`."""
    page = context.pages[0]
    wrong = []
    for button in page.locator(POPOVERS).all():
        name = button.locator("p").first.inner_text().strip()
        if name not in opened:
            opened.add(name)
            button.click()
            expect(page.locator(POPOVER)).to_be_visible()
            wrong += axe_violations(context, but=STREAMLITS, within=POPOVER)
            page.keyboard.press("Escape")
            expect(page.locator(POPOVER)).to_have_count(0)
    return wrong


def test_whatever_opens_a_part_of_a_page_is_opened_or_listed_as_out_of_reach() -> None:
    assert {name for name, _ in in_the_code()} == NOT_IN_THE_STORY.union(*OPENED.values())


def test_one_key_leads_to_a_search_that_finds_families_and_pages_and_opens_them_in_the_running_app(
    demo: Served, chromium: Browser
) -> None:
    case, name = own_family(demo.store, "caseworker")
    with signed_in(chromium, demo, "caseworker", at="why") as context:
        page = context.pages[0]
        page.evaluate("window.still = 'the same document'")
        box = page.get_by_role("searchbox", name="Find a family")
        found = page.locator(".st-key-okf_found")

        settled(page)
        for _ in range(20):  # the script that hears the key comes a moment after the page
            page.keyboard.press("/")
            with suppress(AssertionError):
                expect(box).to_be_focused(timeout=1_000)
                break
        expect(box).to_be_focused()
        expect(box).to_have_value("")
        box.press_sequentially(misspelt(name))
        box.press("Enter")
        expect(found.get_by_role("heading", name="Families")).to_be_visible()
        expect(found.get_by_role("listitem").filter(has_text=case)).to_be_visible()
        assert page.url == f"{demo.base_url}/why"
        assert axe_violations(context, but=STREAMLITS) == []

        box.press("Escape")
        expect(found).to_be_hidden()
        box.fill("nobody at all")
        box.press("Enter")
        expect(found.get_by_text("Nothing found")).to_be_visible()

        box.fill("pasword")
        box.press("Enter")
        expect(found.get_by_role("link", name="Your account")).to_be_visible()
        for key in ("Tab", "Tab", "Enter"):  # past the button that a keyboard alone meets
            page.keyboard.press(key)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Your account")
        expect(box).to_have_value("")
        assert page.evaluate("window.still") == "the same document"

        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Explain a decision")
        expect(page.get_by_role("navigation").locator("[aria-current=page]")).to_have_text(re.compile("Explain"))


def test_the_menu_of_a_telephone_closes_once_a_page_is_chosen_and_paper_has_neither_menu_nor_bar(
    demo: Served, chromium: Browser
) -> None:
    with signed_in(chromium, demo, "compliance", viewport=(390, 844)) as context:
        page = context.pages[0]
        for always in (page.get_by_role("link", name=PHONE), page.get_by_role("link", name="999")):
            expect(always).to_be_in_viewport()
        expect(page.get_by_role("link", name="Raise a concern")).to_be_in_viewport()
        assert page.evaluate("document.querySelector('.stMain').scrollWidth") == 390

        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_role("navigation").get_by_role("link", name="Outstanding signatures").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Outstanding signatures")
        expect(page.get_by_role("navigation")).not_to_be_in_viewport()

        page.emulate_media(media="print")
        for hidden in (page.locator(".st-key-okf_bar"), page.get_by_role("navigation")):
            expect(hidden).to_be_hidden()


def own_family(store: Store, who: str) -> tuple[str, str]:
    """A living case of this person's, and the family name of a party that they see there."""
    row = next(one for one in cases_in_view(Desk(store, who)).rows if one.closed_at is None)
    return row.ref, max(row.parties[0].split(), key=len)


def misspelt(name: str) -> str:
    """The name with two letters in its middle turned."""
    at = len(name) // 2
    return f"{name[:at]}{name[at + 1]}{name[at]}{name[at + 2 :]}"


def test_every_page_is_looked_at(demo: Served) -> None:
    looked = {address.partition("?")[0] for who in EVERYONE for address in addresses(demo.store, who)}
    assert looked == {page.url_path for page in PAGES}


def test_a_title_sorts_the_rows_of_a_table_of_one_page(demo: Served, chromium: Browser) -> None:
    with signed_in(chromium, demo, "caseworker", at="account") as context:
        page = context.pages[0]
        page.get_by_role("tab", name="Audit trail").click()
        table = page.get_by_role("table", name="What you did, newest first")
        title = table.get_by_role("columnheader", name="When")
        at = table.locator("tbody th")

        shown = []
        for _ in range(2):
            title.get_by_role("button").click()
            shown.append(
                [datetime.strptime(one, "%d %b %Y, %H:%M").replace(tzinfo=UTC) for one in at.all_inner_texts()]
            )
        assert len(shown[0]) > 2
        assert shown == [sorted(shown[0]), sorted(shown[0], reverse=True)]
        expect(title).to_have_attribute("aria-sort", "descending")


def test_a_wide_table_is_moved_within_itself_on_a_tablet(demo: Served, chromium: Browser) -> None:
    with signed_in(chromium, demo, "manager", at="cases", viewport=(1024, 768)) as context:
        page = context.pages[0]
        expect(page.get_by_role("columnheader", name="Opened")).to_be_visible()
        assert page.evaluate("document.querySelector('.okf-sheet').offsetWidth > innerWidth - 300")
        assert page.evaluate("(main => main.scrollWidth === main.clientWidth)(document.querySelector('.stMain'))")
