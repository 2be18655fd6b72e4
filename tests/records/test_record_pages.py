"""Records on the page: said as they are written who may read them, and no word of one side in the other's browser."""

from __future__ import annotations

import random
from datetime import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from okf.errors import Invalid
from okf.file_check import Upload
from okf.records.commands.handing import hand_over_record
from okf.records.commands.records import add_files, add_record, correct_record
from okf.records.commands.relabels import propose_relabel
from okf.shell.drafts.commands import forget_draft, keep_draft
from okf.store.models import AuditEvent, Draft, Record, RecordCorrection, StoredFile
from okf.terms import Outcome, RecordClass
from okf.today.queries.pending import pending_items
from tests.cases.test_case_pages import open_page, sent
from tests.fields import enter_when
from tests.world import World

pytestmark = pytest.mark.one_database
MARKED = ("HERON-TITLE", "HERON-TEXT", "HERON-CORRECTED", "HERON-WHY", "HERON-FILE", "HERON-LABEL", "HERON-DRAFT")


@pytest.fixture
def charity(world: World) -> World:
    """Two sides with a worker each, and everything that one side's record can hold, in marked words."""
    for name in ("worker_a", "second", "worker_b"):
        world.caseworker(name)
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Tom Bell")
    world.case("OKF-1")
    for name in ("worker_a", "second"):
        world.grant(name, "OKF-1", compartments=["sole:party_a", "joint"])
    world.grant("worker_b", "OKF-1", compartments=["sole:party_b", "joint"])
    world.record("OKF-1", "N-1", source="party_a", title="HERON-TITLE", text="HERON-TEXT")
    desk = world.desk("worker_a", chance=random.SystemRandom())
    add_files(desk, "N-1", [Upload("HERON-FILE.txt", b"HERON-CONTENT")])
    correct_record(desk, "N-1", title="HERON-TITLE", text="HERON-CORRECTED", reason="HERON-WHY", after=0)
    propose_relabel(
        desk, "N-1", source="joint", subjects=["party_a"], present=["party_a", "party_b"], reason="HERON-LABEL"
    )
    keep_draft(desk, "record", "OKF-1", values={"text": "HERON-DRAFT", "source": "party_a"})
    return world


def labelled(widgets: Any, label: str) -> Any:
    """The widget of this label."""
    return next(one for one in widgets if one.label == label)


def press(page: AppTest, label: str) -> None:
    """Press a button."""
    labelled(page.button, label).click().run()


def test_C2_one_side_is_sent_everything_of_its_record_and_the_other_nothing(charity: World) -> None:
    own = sent(open_page(charity, "worker_a", "case", case="OKF-1")).replace("\\", "")

    assert [word for word in MARKED if word not in own] == []
    assert "HERON-CONTENT" not in own  # a file leaves when it is opened
    assert "HERON-DRAFT" not in sent(open_page(charity, "second", "case", case="OKF-1"))
    for part in ("Records", "Timeline", "Sharing", "Access"):
        assert "HERON" not in sent(open_page(charity, "worker_b", "case", case="OKF-1", part=part))
    searched = open_page(charity, "worker_b", "case", case="OKF-1")
    searched.text_input(key="record_words").set_value("heron").run()
    assert "HERON" not in sent(searched)
    assert "Nothing of what you may read here" in sent(searched)
    assert "HERON" not in str([event.facts for event in charity.events()])


def test_a_record_is_not_kept_without_a_file_that_is_refused_unless_its_writer_says_so(charity: World) -> None:
    page = open_page(charity, "worker_a", "case", case="OKF-1")
    labelled(page.multiselect, "About").select("party_a").run()
    files = labelled(page.file_uploader, "Files")
    for name, content in (("plan.pdf", b"%PDF-1.7 /JavaScript"), ("HERON.exe", b"MZ"), ("a.txt", b"kept")):
        files.upload(name, content)
    files.run()
    _, *told = [error.value.replace("\\", "") for error in page.error]
    assert len(told) == 2
    assert told[0].startswith("File 1: this PDF would run or send something.")
    assert told[1].startswith("File 2: this kind of file isn't kept here.")
    assert "HERON" not in "".join(told)

    press(page, "Save the record")
    assert charity.count(Record) == 1
    assert len(page.error) == 4

    labelled(page.checkbox, "Go on without what can't be kept").check().run()
    press(page, "Save the record")
    assert charity.count(Record) == 2
    assert [file.name for file in charity.all(StoredFile) if file.record_id != "N-1"] == ["a.txt"]


def test_a_draft_is_resumed_says_who_may_read_it_and_ends_when_it_is_handed_in(charity: World) -> None:
    page = open_page(charity, "worker_a", "case", case="OKF-1")
    assert labelled(page.text_area, "What was said or done").value == "HERON-DRAFT"
    assert any("Told to us by Ann Bell" in said.value.replace("\\", "") for said in page.caption)

    labelled(page.multiselect, "About").select("party_a").run()
    assert "party_a" in charity.one(Draft).words
    press(page, "Save the record")

    kept = [row for row in charity.all(Record) if row.id != "N-1"]
    assert [(row.text, row.compartment) for row in kept] == [("HERON-DRAFT", "sole:party_a")]
    assert charity.all(Draft) == []
    assert labelled(page.text_area, "What was said or done").value == ""
    assert any("is on the case" in one.value for one in page.success)


def test_what_is_looked_for_is_found_and_stands_out(charity: World) -> None:
    page = open_page(charity, "second", "case", case="OKF-1")
    page.text_input(key="record_words").set_value("heron corrected".replace(" ", "-")).run()

    assert "<mark>HERON-CORRECTED</mark>" in sent(page)


def test_a_second_person_is_told_and_moves_the_label(charity: World) -> None:
    told = {one.text for one in pending_items(charity.desk("second"))}
    assert "1 re-labelling waits for a second person" in told
    assert not any("re-labelling" in one.text for one in pending_items(charity.desk("worker_a")))
    assert not any("re-labelling" in one.text for one in pending_items(charity.desk("worker_b")))
    assert "1 draft of yours is not handed in" in {one.text for one in pending_items(charity.desk("worker_a"))}

    press(open_page(charity, "second", "case", case="OKF-1"), "Move it there")

    assert charity.one(Record, id="N-1").compartment == "joint"
    assert "HERON-CORRECTED" in sent(open_page(charity, "worker_b", "case", case="OKF-1"))


def test_whoever_began_before_another_corrected_is_told_and_keeps_their_words(charity: World) -> None:
    page = open_page(charity, "second", "case", case="OKF-1")
    page.session_state["okf_record_open"] = ("N-1", "Correct it")
    page.run()
    labelled(page.text_area, "What it is to say").set_value("Mine").run()
    labelled(page.text_input, "Why it is corrected").set_value("So").run()
    desk = charity.desk("worker_a", chance=random.SystemRandom())
    correct_record(desk, "N-1", title="", text="Theirs", reason="First", after=1)

    press(page, "Save the correction")

    assert any("Somebody corrected this record" in one.value for one in page.error)
    assert charity.count(RecordCorrection) == 2
    press(page, "I have read it")
    assert labelled(page.text_area, "What it is to say").value == "Mine"
    press(page, "Save the correction")
    assert charity.count(RecordCorrection) == 3


def test_a_record_is_of_when_it_is_kept_until_its_writer_says_when(charity: World) -> None:
    forget_draft(charity.desk("worker_a"), "record", "OKF-1")
    charity.at("2026-11-23T10:22")
    page = open_page(charity, "worker_a", "case", case="OKF-1")
    labelled(page.selectbox, "Told to us by").select("party_a").run()  # the draft is kept from here on, all of it
    labelled(page.multiselect, "About").select("party_a").run()
    labelled(page.text_area, "What was said or done").input("She rang").run()
    charity.at("2026-11-23T10:33")
    press(page, "Save the record")
    assert [row.occurred_at for row in charity.all(Record) if row.id != "N-1"] == [charity.now]

    labelled(page.text_area, "What was said or done").input("Another").run()
    labelled(page.selectbox, "Told to us by").select("party_a").run()
    labelled(page.multiselect, "About").select("party_a").run()
    enter_when(page, "At (London time)", time(7, 5)).run()
    charity.at("2026-11-23T11:00")
    again = open_page(charity, "worker_a", "case", case="OKF-1")  # as in another browser
    assert labelled(again.text_input, "At (London time)").value == "07:05"
    press(page, "Save the record")
    assert charity.at("2026-11-23T07:05") in [row.occurred_at for row in charity.all(Record)]


def test_C2_an_empty_form_is_told_all_that_is_missing_and_is_no_refusal_on_record(charity: World) -> None:
    charity.grant("worker_a", "OKF-1", compartments=["sole:party_b"])  # now they must say who told them
    forget_draft(charity.desk("worker_a"), "record", "OKF-1")
    page = open_page(charity, "worker_a", "case", case="OKF-1")
    before = charity.count(AuditEvent)

    press(page, "Save the record")

    [missing] = [one.value for one in page.error if "missing" in one.value]
    for label in ("What was said or done", "Told to us by", "About"):
        assert f"- {label}\\: " in missing
    assert [event.outcome for event in charity.all(AuditEvent)[before:] if event.outcome is not Outcome.ALLOW] == []


@pytest.mark.parametrize("command", [add_record, hand_over_record])
def test_C2_the_policy_is_not_asked_whose_words_are_kept_that_nobody_said(charity: World, command: Any) -> None:
    before = charity.count(AuditEvent)

    with pytest.raises(Invalid, match="Told to us by: choose who told us"):
        command(
            charity.desk("worker_a"),
            "OKF-1",
            record_class=RecordClass.NOTE,
            source="",
            subjects=[],
            title="",
            text="",
            occurred_at=charity.now,
        )

    assert charity.count(AuditEvent) == before
