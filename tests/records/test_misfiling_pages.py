"""Handing over and the wrong place on the pages: said before anything is typed, and gone from all at the press."""

from __future__ import annotations

import random

import pytest

from okf.file_check import Upload
from okf.records.commands.records import add_files, correct_record
from okf.sharing.commands.express_agreements import agree_to_share
from okf.sharing.commands.redactions import black_out
from okf.sharing.commands.shares import ask_to_share, send_share
from okf.sharing.queries.view import share_in_view
from okf.shell.drafts.commands import keep_draft
from okf.shell.navigation import pages_for
from okf.store.models import Breach, HandedRecord, InformationShare, Misfiling, Record, StoredFile
from okf.terms import Role
from okf.terms.breaches import BreachOutcome
from okf.terms.records import MisfilingOutcome
from tests.cases.test_case_pages import open_page, sent
from tests.records.test_record_pages import labelled, press
from tests.world import World

pytestmark = pytest.mark.one_database
SCHOOL = {"type": "school", "name": "HERON-SCHOOL"}
PARTS = ("Records", "Timeline", "Sharing", "Access", "People", "Tasks")
EVERYBODY = ("worker_a", "second", "volunteer", "worker_b", "manager", "protector", "dsl")


@pytest.fixture
def charity(world: World) -> World:
    """Two sides with a lead each, a manager, a data protection lead, and a record that is of another family."""
    world.manager()
    world.person("protector", roles=[Role.DATA_PROTECTION_LEAD])
    world.dsl()
    for name in ("worker_a", "second", "worker_b"):
        world.caseworker(name)
    world.volunteer()
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Tom Bell")
    world.service_user("party_c", name="Cat Vale")
    world.case("OKF-1")
    world.case("OKF-2", parties=("party_c", "party_d"))
    for name in ("worker_a", "second", "volunteer"):
        lead = "party_a" if name == "worker_a" else None
        world.grant(name, "OKF-1", compartments=["sole:party_a", "joint"], lead_for=lead)
    world.grant("worker_b", "OKF-1", compartments=["sole:party_b", "joint"], lead_for="party_b")
    written = {"written_by": "worker_a", "written_at": world.now}
    world.record("OKF-1", "N-1", source="party_a", title="HERON-TITLE", text="HERON-TEXT", **written)
    world.later(minutes=1)
    return world


def everything_on(charity: World) -> None:
    """All that can hang on a record, in marked words."""
    desk = charity.desk("worker_a", chance=random.SystemRandom())
    add_files(desk, "N-1", [Upload("HERON-FILE.txt", b"HERON-CONTENT")])
    correct_record(desk, "N-1", title="HERON-TITLE", text="HERON-CORRECTED", reason="HERON-WHY", after=0)
    agree_to_share(desk, "OKF-1", source="party_a", records=["N-1"], recipient=SCHOOL)
    went = ask_to_share(desk, records=["N-1"], recipient=SCHOOL).ref
    send_share(desk, went, ticked=share_in_view(desk, went).conditions, make=lambda content: repr(content).encode())
    black_out(
        desk, ask_to_share(desk, records=["N-1"], recipient=SCHOOL).ref, "N-1", passages=[(0, 1)], reason="HERON-R"
    )
    keep_draft(desk, "correction", "N-1", values={"text": "HERON-DRAFT"}, case_ref="OKF-1")


def addresses(charity: World, who: str) -> list[tuple[str, dict[str, str]]]:
    """Every page of somebody's menu, each tab of the case, and each share."""
    menu = [(page.url_path or "overview", {}) for page in pages_for(charity.desk(who)) if page.listed]
    tabs = [("case", {"case": "OKF-1", "part": part}) for part in PARTS]
    return [*menu, *tabs, *(("share", {"ref": one.ref}) for one in charity.all(InformationShare))]


@pytest.mark.parametrize("who", EVERYBODY)
def test_C2_after_the_press_no_page_sends_a_word_of_it_to_anybody(charity: World, who: str) -> None:
    everything_on(charity)
    if who == "worker_a":
        assert "HERON-CORRECTED" in sent(open_page(charity, who, "case", case="OKF-1"))

    page = open_page(charity, "volunteer", "case", case="OKF-1")
    page.session_state["okf_record_open"] = ("N-1", "This is in the wrong place")
    page.run()
    press(page, "Seal it now")
    assert "HERON" not in sent(page)
    assert "may be in the wrong place: sealed on" in sent(page)

    told = [(page, query, sent(open_page(charity, who, page, **query))) for page, query in addresses(charity, who)]
    assert [(page, query) for page, query, said in told if "HERON" in said] == []


def test_C2_a_file_of_a_record_is_sealed_alone(charity: World) -> None:
    desk = charity.desk("worker_a", chance=random.SystemRandom())
    add_files(desk, "N-1", [Upload("HERONFILE.txt", b"HERON-CONTENT")])
    page = open_page(charity, "volunteer", "case", case="OKF-1")
    assert "HERONFILE" in sent(page)
    page.session_state["okf_record_open"] = ("N-1", "This is in the wrong place")
    page.run()
    labelled(page.radio, "What is in the wrong place?").set_value(charity.one(StoredFile).ref).run()
    press(page, "Seal it now")

    assert "HERON-TEXT" in sent(page)
    assert "HERONFILE" not in sent(page)
    assert "A file of N-1 may be in the wrong place: sealed on" in sent(page)
    decides = open_page(charity, "manager", "breaches")
    assert "A file of: Note · N-1" in sent(decides)
    press(decides, "Read it")
    assert "HERONFILE" in sent(decides)
    assert "HERON-TEXT" not in sent(decides)


def test_C2_another_persons_decision_moves_it_and_the_register_is_kept(charity: World) -> None:
    page = open_page(charity, "volunteer", "case", case="OKF-1")
    page.session_state["okf_record_open"] = ("N-1", "This is in the wrong place")
    page.run()
    press(page, "Seal it now")

    decides = open_page(charity, "manager", "breaches")
    assert "HERON" not in sent(decides)
    press(decides, "Read it")
    assert "HERON-TEXT" in sent(decides)
    labelled(decides.radio, "Where does it belong?").set_value("Move it").run()
    labelled(decides.text_input, "Case").set_value("OKF-2").run()
    labelled(decides.selectbox, "Told to us by").set_value("party_c").run()
    labelled(decides.multiselect, "About").select("party_c").run()
    next(one for one in decides.text_input if one.label == "Why").set_value("It is her street").run()
    press(decides, "Move it")

    assert charity.one(Misfiling).outcome is MisfilingOutcome.MOVED
    [new] = [row for row in charity.all(Record) if row.id != "N-1"]
    assert (new.case_ref, new.compartment, new.text) == ("OKF-2", "sole:party_c", "HERON-TEXT")
    assert "Letter to Cat Vale" in sent(decides)

    decides.text_area[0].set_value("Nobody outside read it").run()
    labelled(decides.radio, "What is decided?").set_value(BreachOutcome.ICO_NOT_TOLD).run()
    press(decides, "Put it on the register")
    assert charity.one(Breach).outcome is BreachOutcome.ICO_NOT_TOLD
    assert "HERON" not in sent(open_page(charity, "worker_a", "case", case="OKF-1"))


def test_C2_a_school_rings_the_wrong_caseworker(charity: World) -> None:
    page = open_page(charity, "worker_a", "case", case="OKF-1")
    source = labelled(page.selectbox, "Told to us by")
    assert source.options[:3] == ["Ann Bell", "Both parties, together", "Our Kids First"]
    assert source.options[3:] == ["Tom Bell (to be handed over)", "Somebody outside the family (to be handed over)"]
    source.set_value("party_b").run()
    assert any("you read it no more" in one.value for one in page.warning)
    labelled(page.multiselect, "About").select("party_b").run()
    labelled(page.text_area, "What was said or done").set_value("The school rang about OTTER").run()
    press(page, "Hand it over")

    assert any(one.value.startswith("Handed over on") for one in page.success)
    assert charity.one(HandedRecord).handed_by == "worker_a"
    assert "OTTER" not in sent(open_page(charity, "worker_a", "case", case="OKF-1"))
    own = sent(open_page(charity, "worker_a", "handed_over"))
    assert "handed over on 23 Nov 2026" in own
    assert "OTTER" not in own
    theirs = open_page(charity, "worker_b", "handed_over")
    press(theirs, "Read it")
    assert "OTTER" in sent(theirs)
    press(theirs, "I have taken it on")
    assert charity.one(HandedRecord).seen_by == "worker_b"


def test_C2_both_together_asks_who_was_in_the_room(charity: World) -> None:
    page = open_page(charity, "worker_a", "case", case="OKF-1")
    labelled(page.selectbox, "Told to us by").set_value("joint").run()
    labelled(page.multiselect, "About").select("party_a").run()
    labelled(page.text_area, "What was said or done").set_value("They agreed").run()
    labelled(page.multiselect, "Who was in the room").select("party_a").run()
    press(page, "Save the record")
    assert any("one alone is not both together" in one.value for one in page.error)
    assert charity.count(Record) == 1
    labelled(page.multiselect, "Who was in the room").select("party_b").run()
    press(page, "Save the record")
    assert charity.count(Record) == 2
