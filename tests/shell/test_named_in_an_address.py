"""A name that somebody typed into an address is on the record of their refusal only if somebody here has it."""

from __future__ import annotations

import pytest

from okf.desk import Desk
from okf.errors import Refused
from okf.settings import ROOT
from okf.terms import Action
from tests.cases.test_case_pages import open_page
from tests.world import World

pytestmark = pytest.mark.one_database
TYPED = "Sam Strange hit her"
ACTED_ON = [Action.RECORD_LEAVER, Action.RECORD_CHECK, Action.LIST_CASELOAD, Action.ENTER_ABSENCE, Action.READ_AUDIT]


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.volunteer()
    return world


def takes_a_person(page: str) -> bool:
    """Whether a page, or the views that it draws, reads a person off its address."""
    source = (ROOT / "pages" / f"{page}.py").read_text("utf-8")
    views = [line.split()[1] for line in source.splitlines() if line.startswith("from okf.") and ".views" in line]
    files = [ROOT / f"{view.replace('.', '/')}.py" for view in views]
    told = source + "".join(file.read_text("utf-8") for file in files if file.exists())
    return 'query_params.get("person"' in told or 'bind="query-params", key="person"' in told


NAMED = sorted(file.stem for file in (ROOT / "pages").glob("[!_]*.py") if takes_a_person(file.stem))


def test_the_pages_that_take_a_name_are_found():
    assert {"access_map", "agreements", "leaving", "record", "team"} <= set(NAMED)


@pytest.mark.parametrize("page", NAMED)
def test_a_page_puts_no_word_of_its_address_on_the_record_of_a_refusal(charity: World, page: str):
    open_page(charity, "volunteer", page, person=TYPED)

    assert [event for event in charity.events() if TYPED in f"{event.subject} {event.case_ref} {event.facts}"] == []


def ask(desk: Desk, action: Action, about: str) -> None:
    desk.require(action, about=about)


def act(desk: Desk, action: Action, about: str) -> None:
    with desk.permitted(action, about=about):
        pass


@pytest.mark.parametrize("how", [ask, act])
@pytest.mark.parametrize("action", ACTED_ON)
@pytest.mark.parametrize("about, kept", [(TYPED, None), ("manager", "manager")])
def test_the_record_of_a_refusal_names_who_is_here_and_nobody_else(charity, how, action, about, kept):
    with pytest.raises(Refused):
        how(charity.desk("volunteer"), action, about)

    assert charity.events()[-1].subject == kept
