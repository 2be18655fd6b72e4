"""The queue, handing over and being away on the screen (C9)."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from okf.store.models import Absence, AuditEvent
from okf.terms import Role, Severity
from tests.fields import enter_when
from tests.safeguarding.test_concern_pages import field, open_page, shown
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead", phone="020 7946 0001")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.volunteer(signed=None)
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", children=["child_c"])
    return world


def pressed(page: AppTest, label: str) -> AppTest:
    [button] = [one for one in page.button if one.label == label]
    return button.click().run()


def absent(page: AppTest, first: date, last: date) -> None:
    for label, on in (("First day", first), ("Last day", last)):
        enter_when(page, label, on)


def test_filters_stand_in_the_address_and_an_empty_list_says_what_to_do(charity: World) -> None:
    charity.concern(None, "K-1", severity="low")
    charity.concern(None, "K-2", severity="high")

    narrowed = shown(open_page(charity, "dsl", "concerns", severity="Low"))
    nothing = shown(open_page(charity, "dsl", "concerns", find="K-9"))

    assert "concern?ref=K-1" in narrowed
    assert "concern?ref=K-2" not in narrowed
    assert "Take one of them away to see more" in nothing
    assert "Open K-9 by its reference" in nothing


def test_a_name_is_searched_for_and_never_stands_in_the_address(charity: World) -> None:
    charity.concern(None, "K-1", about=["child_c"])
    charity.concern(None, "K-2", about_as_typed="Somebody else")
    page = open_page(charity, "dsl", "concerns")

    page = field(page, "Name of whom it is about").set_value("robin").run()

    assert "concern?ref=K-1" in shown(page)
    assert "concern?ref=K-2" not in shown(page)
    assert "robin" not in str(dict(page.query_params)).casefold()
    assert not any("robin" in str(one.facts).casefold() for one in charity.all(AuditEvent))


def test_while_its_lead_is_away_the_queue_and_the_concern_say_who_stands_in(charity: World) -> None:
    charity.concern(None, "K-1", lead="dsl")
    charity.absent("dsl", date(2026, 11, 23), date(2026, 11, 27), covered_by="deputy")

    queue = shown(open_page(charity, "deputy", "concerns"))
    concern = shown(open_page(charity, "deputy", "concern", ref="K-1"))

    for told in (queue, concern):
        assert "Dev Uty, for Dana Lead to the end of 27 Nov 2026" in told


def test_who_is_on_duty_is_told_to_everybody_and_entered_by_leads_alone(charity: World) -> None:
    everybody = open_page(charity, "volunteer", "on_duty")
    assert "020 7946 0001" in shown(everybody)
    assert [one.label for one in everybody.button] == []

    page = open_page(charity, "dsl", "on_duty")
    absent(page, date(2026, 12, 24), date(2027, 1, 3))
    next(one for one in page.selectbox if one.label == "Covered by").set_value("deputy")
    page = pressed(page, "Enter it")

    assert page.success[0].value.startswith("On record: away from 24 Dec 2026")
    assert charity.one(Absence, person="dsl").covered_by == "deputy"  # type: ignore[union-attr]
    refused = open_page(charity, "deputy", "on_duty")
    absent(refused, date(2026, 12, 24), date(2026, 12, 24))
    refused = pressed(refused, "Enter it")
    assert "Dana Lead is away on 24 December 2026" in refused.error[0].value.replace("\\", "")


def test_anybody_enters_their_own_days_and_whoever_raised_a_concern_is_told_whom_to_ring(charity: World) -> None:
    page = open_page(charity, "volunteer", "account")
    page = pressed(page, "Enter it")
    assert charity.one(Absence, person="volunteer").starts_on == date(2026, 11, 24)  # type: ignore[union-attr]

    told = shown(open_page(charity, "volunteer", "concerns"))
    assert "It is not known who is on duty for safeguarding at this hour: no rota is entered." in told
    assert "Not away today: Dana Lead (lead, [020 7946 0001](" in told
    assert "Dev Uty (deputy, " not in told  # without a number nobody is offered to ring


def test_the_queue_is_drawn_when_asked_for_and_its_table_opens_the_lists(charity: World) -> None:
    charity.concern(None, "K-1", severity="high")
    page = open_page(charity, "dsl", "concerns")
    assert "The queue by severity and time left" not in shown(page)

    page.toggle(key="queue_as_picture").set_value(True).run()

    assert "of 1 open concerns are overdue." in shown(page)
    link = re.search(r'concerns\?(severity=High[^"\\\\]+)', shown(page))
    assert link is not None
    narrowed = open_page(charity, "dsl", "concerns", **dict(parse_qsl(unescape(link[1]))))
    assert "concern?ref=K-1" in shown(narrowed)
    assert narrowed.selectbox(key="severity").value is Severity.HIGH
