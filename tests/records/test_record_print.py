"""A record on paper: its head says for whom it is not, and only whoever may take it out gets it."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from okf.cases.queries.case import case_in_view
from okf.errors import NotFound, Refused
from okf.policy.mediation import NOT_BINDING
from okf.records.views.change import printed
from okf.terms import Action, RecordClass
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World) -> World:
    """Two sides; one worker of the first may not take records out, one of the other may not read that side."""
    for name in ("worker_a", "reader_a", "worker_b"):
        world.caseworker(name)
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Tom Bell")
    world.case("OKF-1")
    world.grant("worker_a", "OKF-1", compartments=["sole:party_a", "joint"])
    world.grant("reader_a", "OKF-1", compartments=["sole:party_a", "joint"], actions=["list", "read"])
    world.grant("worker_b", "OKF-1", compartments=["sole:party_b", "joint"])
    world.record("OKF-1", "N-1", source="party_a", title="HERON-TITLE", text="HERON-TEXT\n" + "A long line. " * 900)
    private = {
        "record_class": RecordClass.MEDIATION_PRIVATE_NOTE,
        "mediation_ref": world.mediation("OKF-1", mediator="worker_a"),
    }
    world.record("OKF-1", "N-2", source="party_a", title="", text="EGRET-TEXT", **private)
    return world


def pages(charity: World, username: str, record: str) -> list[str]:
    """The words of each page of a record that somebody printed."""
    desk = charity.desk(username)
    pdf = printed(desk, case_in_view(desk, "OKF-1"), record)
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_C2_every_page_says_at_its_head_who_told_it_and_that_it_is_not_for_the_other(charity: World) -> None:
    printed_pages = pages(charity, "worker_a", "N-1")

    assert len(printed_pages) > 1
    for page in printed_pages:
        assert page.index("Told to us by Ann Bell. Not for the other.") < 80
        assert NOT_BINDING not in page
    assert "HERON-TITLE" in printed_pages[0]
    assert "HERON-TEXT" in printed_pages[0]
    [event] = charity.events(action=Action.EXPORT_RECORD, outcome="allow")
    assert (event.actor, event.case_ref, event.subject, event.facts["form"]) == ("worker_a", "OKF-1", "N-1", "pdf")


def test_C10_what_a_mediation_made_says_on_paper_that_it_binds_nobody(charity: World) -> None:
    [page] = pages(charity, "worker_a", "N-2")

    assert page.count(NOT_BINDING) == 2
    assert "Told to us by Ann Bell. Not for the other." in page


def test_C5_whoever_may_only_read_is_refused_on_record_and_the_other_side_hears_of_no_record(charity: World) -> None:
    with pytest.raises(Refused):
        pages(charity, "reader_a", "N-1")
    with pytest.raises(NotFound) as hidden:
        pages(charity, "worker_b", "N-1")
    with pytest.raises(NotFound) as missing:
        pages(charity, "worker_b", "N-9")

    assert str(hidden.value).replace("N-1", "N-9") == str(missing.value)
    assert charity.events(action=Action.EXPORT_RECORD, outcome="allow") == []
    assert {one.actor for one in charity.events(action=Action.EXPORT_RECORD)} == {"reader_a", "worker_b"}


def test_the_page_offers_the_print_to_whoever_may_take_it_out(charity: World) -> None:
    for username, offered in (("worker_a", True), ("reader_a", False)):
        page = open_page(charity, username, "case", case="OKF-1")
        assert "HERON-TITLE" in sent(page)
        assert ("Print it" in sent(page)) is offered

    page = open_page(charity, "worker_a", "case", case="OKF-1")
    page.session_state["okf_record_open"] = ("N-1", "Print it")
    page.run()
    assert "Download for print (PDF)" in sent(page)
    assert charity.events(action=Action.EXPORT_RECORD) == []  # it is asked for when it is pressed
