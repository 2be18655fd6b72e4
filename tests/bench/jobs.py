"""`python -m tests.bench.jobs`: ten jobs of a working day in a real browser, counted in actions and seconds.

Each begins on the first page after the sign-in, at rest, and ends when what was wanted is on the screen. A click, a
key and a field that is filled are an action each. The seconds are the machine's, with a quarter of a second for the
hand before each action; nobody reads or thinks.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from okf.demo.story import PASSWORD
from tests.bench.places import Place, serving
from tests.browser import ALONE, browser_found, own_menu
from tests.settled import chosen, settled

STORY: Final = 120  # the demo's own cases; with more, a caseload beside them
WIDTHS: Final = ((1280, 900), (390, 844))
ROUNDS: Final = 2
expect.set_options(timeout=30_000)


@dataclass
class Hands:
    """A person at a page; what they do is counted."""

    page: Page
    actions: int = 0

    def click(self, what: Locator) -> None:
        settled(self.page)
        what.click()
        self.actions += 1

    def press(self, key: str) -> None:
        settled(self.page)
        self.page.keyboard.press(key)
        self.actions += 1

    def type(self, field: Locator, words: str) -> None:
        settled(self.page)
        field.fill(words)
        self.actions += 1

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name).first)

    def choose(self, label: str, option: str) -> None:
        """Open a list and click one of it: two actions."""
        box = self.page.get_by_role("combobox", name=label, exact=True)
        box.scroll_into_view_if_needed()  # a list that is open closes when the page is scrolled
        settled(self.page)
        chosen(self.page, box, option)
        self.actions += 2

    def find(self, words: str) -> None:
        """Search from anywhere, and open the first that is found."""
        self.press("/")
        self.type(self.page.get_by_role("searchbox", name="Find a family"), words)
        self.press("Enter")
        self.click(self.page.locator(".st-key-okf_found").get_by_role("link").first)

    def menu(self, name: str) -> None:
        """A page of the menu, which a telephone folds away."""
        unfold = self.page.get_by_test_id("stExpandSidebarButton")
        if unfold.is_visible():
            self.click(unfold)
        self.click(self.page.get_by_role("navigation").get_by_role("link", name=name))

    def field(self, name: str) -> Locator:
        return self.page.get_by_role("textbox", name=name).first

    def sees(self, words: str) -> None:
        expect(self.page.locator(".stMain").get_by_text(words).first).to_be_visible()

    def title(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(words)


@dataclass(frozen=True)
class Job:
    """What somebody wants done, and how they do it."""

    who: str
    what: str
    do: Callable[[Hands], None]


def call_note(hands: Hands) -> None:
    hands.find("Paddlewick")
    hands.button("Call note")
    hands.type(hands.field("What was said or done"), "Rang about Thursday; all is well.")
    hands.button("Save the record")
    hands.sees("is on the case")


def misspelt(hands: Hands) -> None:
    hands.find("Thisselthwaite")
    hands.title("Thistlethwaite")


def task(hands: Hands) -> None:
    hands.find("Paddlewick")
    hands.button("Task")
    hands.type(hands.field("What is to be done"), "Ring the school")
    hands.button("Add the task")
    hands.sees("The task is on the case")
    added = hands.page.locator("[data-testid=stVerticalBlock], [data-testid=stHorizontalBlock]")
    hands.click(added.filter(has_text="Ring the school").last.get_by_role("button", name="Done"))
    expect(hands.page.get_by_role("table", name="Tasks done").get_by_text("Ring the school").first).to_be_visible()


def allocate(hands: Hands) -> None:
    hands.click(hands.page.locator(".stMain").get_by_role("link", name="Allocate: "))
    hands.click(hands.page.get_by_text("nobody was named since it was opened"))
    hands.choose("Who leads them", "Tobias Marshlight")
    hands.button("Allocate 1 party")
    hands.sees("leads 1 party more")


def confirm(hands: Hands) -> None:
    hands.click(hands.page.locator(".stMain").get_by_role("link", name="Confirm"))
    hands.click(hands.page.get_by_role("link", name="Only theirs").first)
    hands.click(hands.page.get_by_text("Not this one").first)
    hands.click(hands.page.get_by_text("I have looked at"))
    hands.button("Confirm ")
    hands.sees("confirmed, ")


def room(hands: Hands) -> None:
    hands.sees("Who has room")
    hands.sees(": room for ")


def decide(hands: Hands) -> None:
    hands.click(hands.page.get_by_role("link", name="Open it now"))
    hands.button("I have it")
    hands.click(hands.page.get_by_role("tab", name="Decisions"))
    hands.click(hands.page.get_by_text("Share it", exact=True).first)
    hands.choose("With whom", "children's services")
    hands.choose("How it goes", "Telephone")
    hands.type(hands.field("What goes out"), "That he said he would not be there tomorrow, and where he is.")
    hands.choose("Threshold", "Significant harm")
    hands.choose("Legal basis", "Somebody's vital interest")
    hands.page.keyboard.press("Escape")
    hands.type(hands.field("Why it is shared"), "His life may be in danger.")
    hands.choose("Was their consent sought?", "danger")
    for one in hands.page.get_by_text("Told", exact=True).all():
        hands.click(one)
    expect(hands.page.get_by_role("button", name="Share it now, and put it on record")).to_be_enabled()


def on_duty(hands: Hands) -> None:
    hands.menu("Who is on duty")
    hands.sees("on duty for safeguarding")


def remind(hands: Hands) -> None:
    hands.click(hands.page.locator(".stMain").get_by_role("link", name="Remind"))
    hands.button("Remind everybody")
    hands.button("Remind them all")
    hands.sees("reminded")


def raise_concern(hands: Hands) -> None:
    hands.click(hands.page.get_by_role("link", name="Raise a concern").first)
    hands.click(hands.page.get_by_text("It should be decided today"))
    hands.type(hands.field("What was seen or said"), "Came to the group hungry, in the same clothes all week.")
    hands.type(hands.field("Who is it about?"), "Gethin Paddlewick")
    hands.button("Raise concern")
    hands.sees("is on record since")


JOBS: Final = (
    Job("caseworker", "A call note, from anywhere", call_note),
    Job("caseworker", "A family whose name is misspelt, opened", misspelt),
    Job("caseworker", "A task added, and ticked", task),
    Job("manager", "A waiting case allocated", allocate),
    Job("manager", "One person's access confirmed, but for one", confirm),
    Job("manager", "Who has room", room),
    Job("dsl", "The most urgent concern taken up and decided, as far as the saving", decide),
    Job("dsl", "Who is on duty", on_duty),
    Job("compliance", "Whoever has not signed reminded", remind),
    Job("volunteer", "A concern raised", raise_concern),
)


@dataclass(frozen=True)
class Taken:
    """What a job cost at one width."""

    actions: int
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Do every job at every width, each round on a demo as it was made; print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.jobs", description=__doc__)
    parser.add_argument("--cases", type=int, default=STORY, help=f"how many cases are on file ({STORY})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each is done ({ROUNDS})")
    asked = parser.parse_args(arguments)
    if not (found := browser_found()):
        parser.error("No browser was found: name one in OKF_BROWSER.")
    taken: dict[tuple[str, int], list[Taken]] = {}
    with tempfile.TemporaryDirectory(prefix="casebook-jobs-") as folder, sync_playwright() as playwright:
        made = Place(asked.cases, Path(folder) / "made")
        made.make()
        browser = playwright.chromium.launch(executable_path=found, args=ALONE)
        for number in range(asked.rounds):
            for wide, high in WIDTHS:
                place = Place(asked.cases, Path(folder) / f"{wide}-{number}")
                shutil.copytree(made.folder, place.folder)
                with serving("app:app", place.surroundings, place.folder / "server.log") as server:
                    for job in JOBS:
                        print(f"{job.what}, {wide}, round {number + 1}", file=sys.stderr, flush=True)
                        one = done(browser, server.base_url, job, (wide, high))
                        taken.setdefault((job.what, wide), []).append(one)
        browser.close()
    print(table(taken))
    return 0


def done(browser: Browser, base_url: str, job: Job, viewport: tuple[int, int]) -> Taken:
    """Do a job in a browser of its own, from the first page after the sign-in."""
    context = browser.new_context(viewport={"width": viewport[0], "height": viewport[1]})
    page = context.new_page()
    page.goto(base_url)
    page.get_by_label("Username", exact=True).fill(job.who)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    own_menu(page).wait_for()
    settled(page)
    hands = Hands(page)
    begun = time.perf_counter()
    job.do(hands)
    taken = Taken(hands.actions, time.perf_counter() - begun)
    context.close()
    return taken


def table(taken: Mapping[tuple[str, int], Sequence[Taken]]) -> str:
    """What each job cost, as a table in Markdown: actions, and the seconds of the quickest round."""
    wide = [width for width, _ in WIDTHS]
    lines = [f"| Job | Who | {' | '.join(f'at {one}' for one in wide)} |", f"|---|---|{'---|' * len(wide)}"]
    for job in JOBS:
        cells = []
        for one in wide:
            found = taken[job.what, one]
            seconds = min(each.seconds for each in found)
            cells.append(f"{found[0].actions} actions, {seconds:.1f} s")
        lines.append(f"| {job.what} | {job.who} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
