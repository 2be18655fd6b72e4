"""Who is known, on the screen: what is sent is what its reader may know; decisions and declarations are made there."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from okf.cases.commands.cases import NewServiceUser, open_case
from okf.people.commands.accounts import set_password
from okf.store.engine import open_store
from okf.store.models import AccessGrant, ConflictOfInterest, DeclaredTie, MatchDecision
from okf.terms import Action, Role, SupportKind
from okf.terms.intake import MatchOutcome
from tests.browser import PASSWORD, axe_violations, copy_of, serving, signed_in
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

pytestmark = pytest.mark.one_database
CONFIDENTIAL = ("Ann", "Bell", "900118", "OKF-1", "party_a", "1986", "heron")


def families(world: World) -> World:
    """Ann and Tom Bell with a caseworker each, and people at intake."""
    world.manager(name="Mona Ger")
    world.caseworker("worker_a", name="Wanda Side")
    world.caseworker("free", name="Fred Free")
    world.person("intake", roles=[Role.INTAKE_OFFICER], name="Ina Take")
    world.service_user(
        "party_a", name="Ann Bell", phone="07700 900118", date_of_birth=date(1986, 4, 7), code_word="heron"
    )
    world.service_user("party_b", name="Tom Bell", phone="07700 900164")
    world.case("OKF-1")
    world.grant("worker_a", "OKF-1", compartments=["sole:party_a", "joint"], lead_for="party_a")
    return world


@pytest.fixture
def charity(world: World) -> World:
    return families(world)


def registered(world: World, *people: NewServiceUser) -> str:
    desk = world.desk("manager", chance=random.Random(9))
    return open_case(desk, kind_of_support=SupportKind.PARENTING, parties=people)


def look(page: AppTest, name: str, phone: str = "") -> AppTest:
    page.text_input(key="known_name").set_value(name)
    page.text_input(key="known_phone").set_value(phone)
    next(one for one in page.button if one.label == "Look").click().run()
    return page


def test_C4_an_intake_officer_is_sent_that_somebody_exists_and_nothing_of_whom(charity: World) -> None:
    page = look(open_page(charity, "intake", "known"), "Harper, Zo", "+447700900118")
    nobody = sent(page)
    told = sent(look(page, "Bel Anne", "+447700900118"))

    assert "ask Wanda Side" in told
    assert "protected" not in nobody.split("Each look")[1]
    assert not any(word in told for word in CONFIDENTIAL if word not in ("Ann", "900118"))  # which they typed
    assert len(charity.events(action=Action.SEE_PROTECTED_MATCH)) == 2


def test_the_page_is_for_intake_officers_alone(charity: World) -> None:
    assert "Name" not in {one.label for one in open_page(charity, "free", "known").text_input}


def test_a_tie_is_declared_on_the_account_and_reads_the_same_whether_or_not_they_are_known(charity: World) -> None:
    said = []
    for name in ("Tom Bell", "Quentin Nobody"):
        page = open_page(charity, "free", "account")
        page.text_input(key="tie_0_name").set_value(name)
        page.text_area(key="tie_0_reason").set_value("my brother")
        next(one for one in page.button if one.label == "Declare it").click().run()
        said.append([one.value for one in page.success])

    assert said == [["Your declaration is on record. Only somebody else can lift it."]] * 2
    assert len(charity.all(DeclaredTie)) == 2
    assert [one.service_user for one in charity.all(ConflictOfInterest)] == ["party_b"]


def test_a_conflict_is_declared_on_the_case_and_lifted_by_a_manager_who_sees_no_name(charity: World) -> None:
    page = open_page(charity, "worker_a", "case", case="OKF-1", part="Access")
    next(one for one in page.selectbox if one.label == "Your tie is to").select("party_b")
    page.text_area(key="conflict_reason").set_value("my neighbour")
    next(one for one in page.checkbox if one.label.startswith("I have a tie")).check()
    next(one for one in page.button if one.label == "Declare it").click().run()
    assert not charity.may("worker_a", Action.OPEN_CASE, "OKF-1")

    manager = open_page(charity, "manager", "conflicts")
    assert "Wanda Side" in sent(manager)
    assert "Bell" not in sent(manager)
    next(one for one in manager.button if one.label == "Lift it now").click().run()
    assert not charity.may("worker_a", Action.OPEN_CASE, "OKF-1")
    next(one for one in manager.text_area if one.label == "Why it no longer stands").set_value("They moved away")
    next(one for one in manager.button if one.label == "Lift it now").click().run()

    assert charity.may("worker_a", Action.OPEN_CASE, "OKF-1")


@pytest.mark.browser
@pytest.mark.slow
def test_C5_a_family_that_is_known_is_stopped_decided_and_allocated_in_a_browser(
    template_file: tuple[Path, Path], tmp_path: Path, chromium: Browser
) -> None:
    expect.set_options(timeout=30_000)
    settings = copy_of(template_file, tmp_path)
    store = open_store(settings)
    world = families(World(store))
    for who in ("manager", "intake"):
        set_password(world.host(), who, PASSWORD)
    case = registered(world, NewServiceUser("Eve Harper"), NewServiceUser("Thomas Bell", phone="+44 7700 900164"))
    store.close()

    with serving(settings, tmp_path, env={"OKF_TRIAL_CLOCK": "2026-11-23T10:00+00:00"}) as served:
        with signed_in(chromium, served, "intake", at="known", viewport=(390, 844)) as phone:
            page = phone.pages[0]
            page.get_by_label("Name", exact=True).fill("Bell, Liz-Ann")
            page.get_by_label("Telephone").fill("0044 7700 900118")
            page.get_by_role("button", name="Look").click()
            expect(page.get_by_text("Exists, protected:")).to_be_visible()
            assert axe_violations(phone) == []
        with signed_in(chromium, served, "manager", at="conflicts") as office:
            page = office.pages[0]
            page.get_by_role("link", name=f"Decide on {case}").click()
            expect(page.get_by_text("Nobody can be allocated yet")).to_be_visible()
            page.get_by_text("with workers who don't work on the other case").click()
            page.get_by_label("Why, and whom you asked").fill("Asked the caseworker: it is his new partner.")
            page.get_by_role("button", name="Decide", exact=True).click()
            expect(page.get_by_text("Nobody can be allocated yet")).to_be_hidden()
            page.goto(f"{served.base_url}/conflicts")
            expect(page.get_by_text("No allocation is stopped")).to_be_visible()
            assert axe_violations(office) == []
        world = World(served.store)
        assert [one.outcome for one in world.all(MatchDecision)] == [MatchOutcome.KEPT_APART]
        assert world.all(AccessGrant, case_ref=case) == []
