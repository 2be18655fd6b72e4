"""Ten questions that a manager asks: each answered from Today in three clicks at most, and recounted in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from okf.caseload.queries.weeks import monday_of
from okf.clock import london_date
from okf.people.commands.accounts import set_password
from okf.terms import SupportKind
from tests.browser import PASSWORD, Served, signed_in
from tests.settled import settled
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=30_000)
MOST_CLICKS = 3


@pytest.fixture
def charity(served: Served) -> World:
    world = World(served.store, now=datetime.now(UTC))
    today = london_date(world.now)
    world.manager("mona")
    set_password(served.host, "mona", PASSWORD)
    world.caseworker("robin", name="Robin Reed", caseload_most=3)
    world.caseworker("sam", name="Sam Sand")
    world.volunteer("vera", name="Vera Vole", signed=None)
    for number, ago in enumerate((400, 60, 30, 2, 1)):
        ref = world.case(
            f"OKF-Q{number}",
            parties=["party_a"],
            opened_on=today - timedelta(days=ago),
            complexity=1 + number % 2,
            area="Leeds" if number < 3 else "York",
            kind_of_support=SupportKind.MEDIATION,
        )
        if number < 4:
            world.grant("robin" if number < 3 else "sam", ref, lead_for="party_a")
    world.grant("vera", "OKF-Q0", ref="Q-vera", until=london_time(monday_of(today) + timedelta(days=9)))
    world.grant("vera", "OKF-Q1", ref="Q-unused")
    world.task("OKF-Q1", "robin", due_on=today - timedelta(days=2))
    world.absence("sam", today + timedelta(days=3), today + timedelta(days=12))
    world.close(world.case("OKF-QC", opened_on=today - timedelta(days=80)), world.now - timedelta(days=10))
    return world


def london_time(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


class Asking:
    """A manager at a laptop who starts every question at Today."""

    def __init__(self, page: Page, world: World) -> None:
        self.page, self.world = page, world

    def ask(self, *way: str) -> None:
        """Start anew, and follow links and views by what is written on them; more than three are too many."""
        assert len(way) <= MOST_CLICKS, f"{len(way)} clicks to an answer"
        self.page.get_by_role("navigation").get_by_role("link", name="Today", exact=True).click()
        expect(self.page.get_by_role("heading", level=1, name="Today")).to_be_visible()
        for one in way:
            self.press(one)

    def press(self, name: str) -> None:
        """The figure, tab, box or view of this name where there is one, or the link that is called so."""
        settled(self.page)
        metric = self.page.get_by_test_id("stMetric").filter(has_text=name)
        figure = self.page.locator(".okf-figures a").filter(has_text=name)
        tab = self.page.get_by_role("tab", name=name, exact=True)
        if figure.count():
            figure.click()
        elif tab.count():
            tab.click()
        elif metric.count():
            around = self.page.get_by_test_id("stVerticalBlock").filter(has=metric)
            around.last.get_by_role("link").click()
        elif self.page.get_by_role("radio", name=name, exact=True).count():
            self.page.get_by_role("radio", name=name, exact=True).click()
        else:
            self.page.get_by_role("link", name=name, exact=True).first.click()

    def says(self, words: str) -> None:
        expect(self.page.get_by_test_id("stMain").get_by_text(words).first).to_be_visible()

    def row(self, name: str) -> list[str]:
        """The cells of the first row of this name in a table, open or folded away."""
        row = self.page.locator("tr").filter(has=self.page.get_by_role("rowheader", name=name, include_hidden=True))
        expect(row.first).to_be_attached()
        return row.first.locator("td").all_text_contents()

    def count(self, statement: str, **values: Any) -> int:
        """The same by SQL of its own, that knows nothing of how the page counts."""
        return int(self.rows(statement, **values)[0][0])

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        with self.world.store.engine.connect() as connection:
            return connection.execute(text(statement), values).all()


def test_ten_questions_of_a_manager_are_answered_in_three_clicks_and_rightly(
    chromium: Browser, served: Served, charity: World
) -> None:
    page = signed_in(chromium, served, "mona").pages[0]
    it = Asking(page, charity)
    today = london_date(charity.now)
    ago = {days: str(today - timedelta(days=days)) for days in (7, 28)}

    # 1. Who is over capacity?
    it.ask("Caseload", "Team")
    carried = it.rows(
        "SELECT p.name, SUM(c.complexity), COALESCE(p.caseload_most, 25) FROM person p"
        " JOIN (SELECT DISTINCT person, case_ref FROM access_grant WHERE lead_for IS NOT NULL AND ended_at IS NULL) g"
        ' ON g.person = p.username JOIN "case" c ON c.ref = g.case_ref WHERE c.closed_at IS NULL GROUP BY p.username'
    )
    over = [name for name, weight, most in carried if weight > most]
    it.says(f"Over what they can carry: {len(over)} of {len(carried)} caseworkers")
    assert over == ["Robin Reed"]
    assert it.row("Robin Reed")[-1] == "Over"

    # 2. Which cases had no contact for four weeks?
    quiet = it.count(
        'SELECT COUNT(*) FROM "case" c WHERE closed_at IS NULL AND opened_on <= :since AND NOT EXISTS'
        " (SELECT 1 FROM record r WHERE r.case_ref = c.ref AND r.record_class = 'communication')",
        since=ago[28],
    )
    it.ask("Caseload", "No contact, 28 days")
    it.says(f"{quiet} cases")

    # 3. What ends next week?
    monday = monday_of(today) + timedelta(days=7)
    ending = it.count(
        "SELECT COUNT(*) FROM access_grant WHERE ended_at IS NULL AND until >= :first AND until < :last",
        first=str(monday),
        last=str(monday + timedelta(days=7)),
    )
    it.ask("Caseload", "Forecast")
    it.says("The next eight weeks")
    assert it.row("Access that ends")[2] == str(ending) == "1"

    # 4. Who is away with nobody standing in?
    away = it.rows(
        "SELECT p.name FROM absence a JOIN person p ON p.username = a.person"
        " WHERE a.covered_by IS NULL AND a.cancelled_at IS NULL"
    )
    assert [row[0] for row in away] == ["Sam Sand"]
    assert "Nobody" in it.row("Sam Sand")

    # 5. Whose signature is missing while they hold access?
    unsigned = it.rows(
        "SELECT DISTINCT p.name FROM access_grant g JOIN person p ON p.username = g.person"
        " WHERE g.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM signature s WHERE s.person = p.username)"
    )
    it.ask("Caseload", "Who has access", "Access suspended")
    it.says("People who hold access that is suspended")
    assert [row[0] for row in unsigned] == ["Vera Vole"]
    assert it.row("Vera Vole")[-1] == "Suspended: never signed"

    # 6. How long do families wait for a caseworker?
    it.ask("Caseload", "Trends")
    opened, soon = it.rows(
        "SELECT COUNT(*), COUNT(CASE WHEN allocated_on <= opened_on OR julianday(allocated_on) - julianday(opened_on)"
        ' <= 7 THEN 1 END) FROM "case" WHERE opened_on >= :first',
        first=str(year_of(today)),
    )[0]
    it.says(f"{100 * soon // opened} % had a caseworker within a week")

    # 7. Where are our families?
    areas = dict(it.rows('SELECT area, COUNT(*) FROM "case" WHERE closed_at IS NULL GROUP BY area')[:])
    assert {area: int(it.row(area)[0]) for area in areas} == areas == {"Leeds": 3, "York": 2}

    # 8. Which cases has nobody taken?
    nobody = it.count(
        'SELECT COUNT(*) FROM "case" c WHERE closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM access_grant g'
        " WHERE g.case_ref = c.ref AND g.lead_for IS NOT NULL AND g.ended_at IS NULL)"
    )
    it.ask("Allocate: 1 case has no caseworker")
    it.says("nobody was named since it was opened")
    assert page.get_by_role("link", name="Case OKF-").count() == nobody == 1

    # 9. What is overdue with Robin, for supervision?
    late = it.count(
        "SELECT COUNT(*) FROM task WHERE assigned_to = 'robin' AND done_at IS NULL AND due_on < :today",
        today=str(today),
    )
    it.ask("Caseload", "Forecast", "Team")
    page.get_by_role("combobox", name="Whose caseload?").press_sequentially("Robin")
    page.get_by_role("option", name="Robin Reed").click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Overdue tasks")).to_contain_text(str(late))
    assert late == 1

    # 10. Can anybody still open a closed case?
    left = it.count(
        'SELECT COUNT(*) FROM access_grant g JOIN "case" c ON c.ref = g.case_ref'
        " WHERE c.closed_at IS NOT NULL AND g.ended_at IS NULL"
    )
    it.ask("Caseload", "Who has access", "Closed cases")
    it.says(f"{left} accesses are open on closed cases")
    assert left == 0

    # And a figure says all that its list is filtered by, whatever was set when the list was last left.
    page.goto(f"{served.base_url}/cases?area=York")
    it.ask("No contact for 28 days")
    it.says(f"{quiet} cases")
    assert "area" not in page.url


def year_of(today: date) -> date:
    """The first day of the twelve months that end with this one."""
    return date(today.year - (today.month < 12), today.month % 12 + 1, 1)
