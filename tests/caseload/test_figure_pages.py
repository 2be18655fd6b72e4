"""The pages of figures and of the digest on the screen, and figures from the count to the file in a browser."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from okf.caseload.commands.digest import ask_for_digest
from okf.caseload.commands.figures import approve_figures, prepare_figures, release_figures
from okf.caseload.queries.figures import figures
from okf.caseload.views.figures import spread
from okf.clock import utc_now
from okf.people.commands.accounts import set_password
from okf.policy.figures import Period, periods_over
from okf.shell.exports import csv_of, xlsx_of
from okf.store.models import DigestChoice, FigureSet
from okf.terms import Role
from okf.terms.caseload import FigureStatus
from tests.browser import PASSWORD, Served, axe_violations, signed_in
from tests.safeguarding.test_concern_pages import field, open_page, shown
from tests.world import World

QUARTER = Period(date(2026, 7, 1), date(2026, 10, 1))
expect.set_options(timeout=20_000)


@pytest.fixture
def charity(world: World) -> World:
    world.manager(email="mona@okf.example")
    world.person("trustee", roles=[Role.TRUSTEE])
    world.caseworker()
    for number in range(20):
        world.case(f"OKF-{number}", opened_on=date(2026, 7, 6), parties=[f"a{number}"])
    return world


def made(world: World, words: str = "A good quarter.") -> str:
    return prepare_figures(world.desk("manager"), QUARTER, words=words)


@pytest.mark.one_database
def test_a_manager_counts_and_a_trustee_approves(charity: World) -> None:
    page = open_page(charity, "manager", "figures")
    assert "No figures have been made yet" in shown(page)
    field(page, "In words").set_value("A good quarter for many.").run()
    next(button for button in page.button if button.label == "Count and save").click().run()
    ref = charity.one(FigureSet).ref

    page = open_page(charity, "trustee", "figure_set", ref=ref)
    assert "A good quarter for many." in shown(page)
    assert page.button(key="figures_approve").disabled
    page.checkbox(key="figures_read").check().run()
    page.button(key="figures_approve").click().run()

    assert figures(charity.desk("manager"), ref).row.status is FigureStatus.APPROVED


@pytest.mark.one_database
def test_a_manager_has_small_neighbours_merged_instead_of_hidden(charity: World) -> None:
    page = open_page(charity, "manager", "figures")
    field(page, "In words").set_value("A good quarter for many.").run()
    next(box for box in page.checkbox if box.label.startswith("Merge small")).check().run()
    next(button for button in page.button if button.label == "Count and save").click().run()

    ref = charity.one(FigureSet).ref
    assert charity.one(FigureSet).body["merging"]
    assert "with a semicolon between them, are counted together" in shown(
        open_page(charity, "trustee", "figure_set", ref=ref)
    )


@pytest.mark.one_database
def test_C2_words_that_look_like_a_name_wait_for_a_second_look(charity: World) -> None:
    page = open_page(charity, "manager", "figures")
    field(page, "In words").set_value("We are glad for Maria Lopez and her two boys.").run()

    assert "Maria Lopez" in page.warning[0].value
    assert next(button for button in page.button if button.label == "Count and save").disabled


@pytest.mark.one_database
def test_nobody_else_sees_the_pages_or_the_choice(charity: World) -> None:
    ref = made(charity)

    for path, query in (("figures", {}), ("figure_set", {"ref": ref})):
        assert "A good quarter." not in shown(open_page(charity, "caseworker", path, **query))
    assert "Send me a weekly digest" not in [box.label for box in open_page(charity, "caseworker", "account").checkbox]


@pytest.mark.one_database
def test_the_digest_is_asked_for_and_stopped_by_one_tick(charity: World) -> None:
    page = open_page(charity, "manager", "account")
    assert "Open cases: about 20" in shown(page)

    page.checkbox(key="own_digest").check().run()
    assert charity.one(DigestChoice, person="manager").ended_at is None
    page.checkbox(key="own_digest").uncheck().run()

    assert charity.one(DigestChoice, person="manager").ended_at is not None


@pytest.mark.one_database
def test_whoever_lost_the_role_can_still_stop_it(charity: World) -> None:
    ask_for_digest(charity.desk("manager"))
    charity.agreement("staff", "2", date(2026, 11, 1), resign_by=date(2026, 11, 2))

    page = open_page(charity, "manager", "account")
    page.checkbox(key="own_digest").uncheck().run()

    assert charity.one(DigestChoice, person="manager").ended_at is not None


@pytest.mark.one_database
def test_no_cell_of_a_file_is_a_formula(charity: World) -> None:
    ref = made(charity, '=HYPERLINK("http://example.org")')
    approve_figures(charity.desk("trustee"), ref, seen=figures(charity.desk("trustee"), ref).mark)

    rows = spread(release_figures(charity.desk("manager"), ref, form="csv"))

    cells = [cell for row in csv.reader(io.StringIO(csv_of(*rows).decode("utf-8-sig"))) for cell in row]
    assert '\'=HYPERLINK("http://example.org")' in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert ["All", "20"] in [row[:2] for row in csv.reader(io.StringIO(csv_of(*rows).decode("utf-8-sig")))]
    sheet = load_workbook(io.BytesIO(xlsx_of(*rows))).active
    assert not [cell for row in sheet for cell in row if cell.data_type == "f"]


@pytest.mark.browser
@pytest.mark.slow
def test_figures_from_the_count_to_the_file(served: Served, chromium: Browser, tmp_path: Path) -> None:
    world = World(served.store, utc_now())
    world.manager()
    world.person("trustee", roles=[Role.TRUSTEE])
    for who in ("manager", "trustee"):
        set_password(served.host, who, PASSWORD)
    first = periods_over(utc_now().date(), 3)[0].first
    for number in range(20):
        world.case(f"OKF-{number}", opened_on=first, parties=[f"a{number}"])
    ours = signed_in(chromium, served, "manager", at="figures")
    page = ours.pages[0]
    page.get_by_label("In words", exact=True).fill("A good quarter.")
    page.get_by_role("button", name="Count and save").click()
    expect(page.get_by_role("heading", name="Cases begun, by area")).to_be_visible()
    expect(page.get_by_text("It waits for another manager or a trustee")).to_be_visible()
    assert axe_violations(ours) == []
    ref = world.one(FigureSet).ref

    theirs = signed_in(chromium, served, "trustee", at=f"figure_set?ref={ref}", viewport=(390, 844))
    trustee = theirs.pages[0]
    assert axe_violations(theirs) == []
    trustee.get_by_text("I have read the figures and the words").click()
    trustee.get_by_role("button", name="Approve", exact=True).click()
    expect(trustee.get_by_role("button", name="Download CSV")).to_be_visible()
    with trustee.expect_download() as file:
        trustee.get_by_role("button", name="Download CSV").click()
    file.value.save_as(tmp_path / "figures.csv")

    assert "A good quarter." in (tmp_path / "figures.csv").read_text("utf-8-sig")
