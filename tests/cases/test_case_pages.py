"""Today, cases and one case on the screen: what is sent is what its reader may see."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from google.protobuf.text_format import MessageToString
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from okf.cases.commands.cases import close_case, reopen_case
from okf.shell.exports import csv_of, guarded, xlsx_of
from okf.shell.words import plain
from okf.store.models import AccessGrant, Case, Record, RecordSubject
from okf.terms import Action, CaseStatus, RecordClass, Role
from okf.terms.records import Channel
from tests.sheets import figures, lines, sheets
from tests.world import World

pytestmark = pytest.mark.one_database


def open_page(world: World, by: str, page: str, **query: str) -> AppTest:
    def script(desk, page):  # type: ignore[no-untyped-def]  # Streamlit runs its source alone
        from importlib import import_module

        import streamlit as st

        from okf.shell import navigation
        from okf.shell.words import errors_shown

        def nothing() -> None:
            """Stand for a page."""

        st.navigation(
            [
                st.Page(nothing, title=one.title, url_path=one.url_path, default=not one.url_path)
                for one in navigation.PAGES
            ]
        )
        with errors_shown():
            import_module(f"pages.{page}").render(desk)

    desk = world.desk(by, session_id=f"session of {by}")
    test = AppTest.from_function(script, kwargs={"desk": desk, "page": page}, default_timeout=30)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def sent(page: AppTest) -> str:
    """Everything that the browser is sent of the page, tables too."""
    assert not page.exception, page.exception
    return " ".join(MessageToString(element.proto, as_utf8=True) for element in page.main if element.proto)


@pytest.fixture
def charity(world: World) -> World:
    """Two sides with different caseworkers, a child with a therapist, and words that each alone may read."""
    world.manager(name="Mona Ger")
    world.dsl(name="Dana Lead")
    world.caseworker("worker_a", name="Wanda Side")
    world.caseworker("worker_b", name="Willem Side")
    world.service_user("party_a", name="Ann Bell", safe_phone="SAFE-A", code_word="heron")
    world.service_user("party_b", name="Tom Bell", safe_phone="SAFE-B")
    world.service_user("child_c", name="Ivy Bell", date_of_birth=date(2018, 2, 3))
    world.case("OKF-1", children=["child_c"])
    world.grant("worker_a", "OKF-1", compartments=["sole:party_a", "joint"], lead_for="party_a")
    world.grant("worker_b", "OKF-1", compartments=["sole:party_b", "joint"], lead_for="party_b")
    for source, part in (("party_a", "sole:party_a"), ("party_b", "sole:party_b"), ("joint", "joint")):
        world.record(
            "OKF-1", source=source, compartment=part, subjects=["child_c"], title=f"TITLE {part}", text=f"TEXT {part}"
        )
    world.task("OKF-1", "worker_a", due_on=date(2026, 11, 20))
    return world


def test_C2_each_side_is_sent_its_own_records_contact_and_tasks(charity: World) -> None:
    mine, other = sent(open_page(charity, "worker_a", "case", case="OKF-1")), ("sole:party_b", "SAFE-B")

    assert all(
        word in mine for word in ("TEXT sole:party_a", "TEXT joint", "SAFE-A", "Show code word", "Tom Bell", "Ivy Bell")
    )
    assert not any(word in mine for word in (*other, "heron"))
    assert "Told to us by: Ann Bell · About: Ivy Bell · Restricted to: Ann Bell's side" in mine.replace("\\", "")
    for part in ("Tasks", "Timeline", "Access", "Concerns"):
        tab = sent(open_page(charity, "worker_b", "case", case="OKF-1", part=part))
        assert not any(word in tab for word in ("sole:party_a", "SAFE-A", "heron", "Ring back"))


def test_C5_a_manager_is_sent_what_the_case_is_and_no_name(charity: World) -> None:
    charity.concern("OKF-1")
    for part in ("Access", "Concerns", "Manage"):
        told = sent(open_page(charity, "manager", "case", case="OKF-1", part=part))
        assert "OKF-1" in told
        assert not any(word in told for word in ("Bell", "SAFE", "TEXT", "TITLE", "heron"))
    assert "Bell" not in sent(open_page(charity, "manager", "cases"))
    assert charity.events(action=Action.OPEN_CASE) == []


def test_a_case_that_one_may_not_know_of_reads_as_one_that_is_not_there(charity: World) -> None:
    charity.caseworker("outsider")

    told = [sent(open_page(charity, "outsider", "case", case=ref)).replace(ref, "REF") for ref in ("OKF-1", "OKF-9")]

    assert told[0] == told[1]
    assert "Bell" not in told[0]


def test_opening_a_case_is_on_record_once_a_sign_in(charity: World) -> None:
    page = open_page(charity, "worker_a", "case", case="OKF-1")
    page.run()

    assert len(charity.events(action=Action.OPEN_CASE, actor="worker_a")) == 1


def test_a_note_is_added_and_a_refused_one_keeps_its_words(charity: World) -> None:
    page = open_page(charity, "worker_a", "case", case="OKF-1")

    def words() -> Any:
        return next(one for one in page.text_area if one.label == "What was said or done")

    words().set_value("She rang at noon.")
    about = next(one for one in page.multiselect if one.label == "About")
    about.unselect("party_a").run()
    next(button for button in page.button if button.label == "Save the record").click().run()
    assert "- About\\: choose at least one person" in page.error[0].value
    assert words().value == "She rang at noon."
    next(one for one in page.multiselect if one.label == "About").select("party_a")
    next(one for one in page.selectbox if one.label == "Kind of record").select(RecordClass.NOTE)
    next(button for button in page.button if button.label == "Save the record").click().run()

    kept = charity.one(Record, text="She rang at noon.")
    assert (kept.compartment, kept.record_class) == ("sole:party_a", RecordClass.NOTE)


def test_a_call_note_is_typed_and_saved_and_nothing_else_is_asked(charity: World) -> None:
    page = open_page(charity, "worker_a", "case", case="OKF-1")

    page.text_area[0].set_value("She rang at noon.")
    next(button for button in page.button if button.label == "Save the record").click().run()

    kept = charity.one(Record, text="She rang at noon.")
    assert (kept.source, kept.compartment, kept.channel) == ("party_a", "sole:party_a", Channel.CALL)
    assert kept.with_whom == "Ann Bell"
    assert [one.service_user for one in charity.all(RecordSubject, record_id=kept.id)] == ["party_a"]
    assert page.text_area[0].value == ""


def test_the_kind_written_last_is_offered_first_and_nothing_else_of_the_one_before(charity: World) -> None:
    page = open_page(charity, "worker_a", "case", case="OKF-1")
    page.text_area[0].set_value("A letter came.")
    next(one for one in page.selectbox if one.label == "Told to us by").select("joint")
    next(one for one in page.selectbox if one.label == "Kind of record").select(RecordClass.NOTE).run()
    next(one for one in page.multiselect if one.label == "Who was in the room").select("party_a").select("party_b")
    next(button for button in page.button if button.label == "Save the record").click().run()
    assert charity.one(Record, text="A letter came.").source == "joint"

    assert next(one for one in page.selectbox if one.label == "Kind of record").value is RecordClass.NOTE
    assert next(one for one in page.selectbox if one.label == "Told to us by").value == "party_a"


def test_what_the_policy_would_refuse_here_is_not_offered(charity: World) -> None:
    charity.person("pat", capacity="allied_partner", name="Petra Ally")
    charity.grant("pat", "OKF-1", compartments=["joint"], record_classes=[RecordClass.REFERRAL_PACK])

    page = open_page(charity, "pat", "case", case="OKF-1")

    assert [one.label for one in page.selectbox] == ["Told to us by"]
    assert page.header[0].value == "Referral pack"


def test_a_closed_case_says_who_led_it_and_what_came_of_it_stays_after_a_reopening(charity: World) -> None:
    close_case(charity.desk("manager"), "OKF-1", reason="All is agreed", outcome="They talk again")

    assert "Who led it: Wanda Side, Willem Side." in sent(open_page(charity, "manager", "case", case="OKF-1"))

    reopen_case(charity.desk("manager"), "OKF-1")
    charity.caseworker("second")
    charity.grant("second", "OKF-1", compartments=["internal"], from_=charity.now)
    charity.grant("worker_a", "OKF-1", compartments=["sole:party_a"], from_=charity.now)
    assert "They talk again" in sent(open_page(charity, "second", "case", case="OKF-1"))
    assert "They talk again" not in sent(open_page(charity, "worker_a", "case", case="OKF-1"))
    assert "They talk again" not in sent(open_page(charity, "manager", "case", case="OKF-1"))


def test_both_sides_in_one_hand_says_so(charity: World) -> None:
    charity.caseworker("both")
    charity.grant("both", "OKF-1")

    assert "You hold both sides" in sent(open_page(charity, "both", "case", case="OKF-1"))


def test_a_manager_grants_with_the_starting_scope_and_closes_after_saying_who_loses_access(charity: World) -> None:
    charity.volunteer("helper", name="Hal Per")
    page = open_page(charity, "manager", "case", case="OKF-1", part="Manage")
    page.selectbox(key="grant_to").select("helper")
    page.selectbox(key="grant_work").select("volunteer").run()
    page.text_input(key="grant_purpose").set_value("Drives the child").run()
    assert not [one for one in page.button if one.label == "Grant access"]  # what it opens is looked at first
    page.button(key="grant_look").click().run()
    assert "Hal Per, AFTER" in sent(page)
    assert "Hal Per will read task notes in: Shared by both parties from now on" in sent(page).replace("\\", "")
    page.button(key="grant_save").click().run()

    grant = charity.one(AccessGrant, person="helper")
    assert (grant.compartments, grant.record_classes) == (["joint"], ["task_note"])

    assert "Wanda Side" in sent(page)
    next(one for one in page.text_area if one.label == "Reason for closing").set_value(
        "Arrangements are in place"
    ).run()
    page.button(key="close_save").click().run()
    assert charity.one(Case, ref="OKF-1").status is CaseStatus.OPEN  # the box was not ticked
    page.checkbox(key="close_sure").check()
    page.button(key="close_save").click().run()
    assert charity.one(Case, ref="OKF-1").status is CaseStatus.CLOSED


def test_a_lead_opens_a_case_in_an_emergency_with_a_reason(charity: World) -> None:
    page = open_page(charity, "dsl", "case")
    next(one for one in page.text_input if one.label.startswith("Reference")).set_value("OKF-1")
    page.text_area(key="emergency_reason").set_value("The police need the safe number now")
    next(one for one in page.button if one.label == "Open it now").click().run()

    told = sent(open_page(charity, "dsl", "case", case="OKF-1"))

    assert "Emergency access until 23 Nov 2026, 14:00" in told.replace("\\", "")
    assert "TEXT sole:party_b" in told


def test_the_cases_page_opens_a_row_and_keeps_names_out_of_the_address(charity: World) -> None:
    page = open_page(charity, "worker_a", "cases")
    assert "Ann Bell" in sent(page)

    page.text_input(key="name_words").set_value("ivy").run()

    assert [row["Reference"] for row in sheets(page)[0]] == ["OKF-1"]
    assert 'href="case?case=OKF-1"' in page.get("html")[-1].proto.body
    assert "ivy" not in json.dumps(dict(page.query_params)).lower()


def test_filters_stand_in_the_address(charity: World) -> None:
    charity.case("OKF-2", status=CaseStatus.ON_HOLD)

    page = open_page(charity, "manager", "cases", status="On hold")

    assert [row["Reference"] for row in sheets(page)[0]] == ["OKF-2"]


def test_today_counts_what_each_reader_may_know(charity: World) -> None:
    charity.case("OKF-2")
    charity.concern("OKF-1")
    charity.concern("OKF-1", about_people=["manager"])

    manager, lead, worker = (open_page(charity, by, "overview") for by in ("manager", "dsl", "worker_a"))

    assert figures(manager)["Concerns open"] == ("1", "1 under a day")
    assert "1 case has no caseworker" in [said for _, said in lines(manager)]
    assert figures(lead)["Concerns open"] == ("2", "2 due later")
    assert figures(worker) == {"Your cases": ("1", "")}
    assert ("Now", "Ann Bell and Tom Bell: Ring back") in lines(worker)


def test_people_without_cases_are_told_what_to_do(charity: World) -> None:
    charity.person("administrator", roles=[Role.ADMINISTRATOR])

    assert "You can open no case" in sent(open_page(charity, "administrator", "cases"))


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-1", "@x", "\t=1", "  =cmd()", "\r=1", "＝1+1"])
def test_no_cell_of_a_file_is_a_formula(cell: str) -> None:
    assert guarded(cell).startswith("'")
    assert (
        f"'{cell.strip()[:2]}" in csv_of(["A"], [[cell]]).decode("utf-8-sig") or "'" in csv_of(["A"], [[cell]]).decode()
    )
    assert xlsx_of(["A"], [[cell]]).startswith(b"PK")


def test_a_day_and_an_instant_of_a_file_are_dates_as_the_screen_says_them() -> None:
    rows = [[date(2026, 7, 1), datetime(2026, 7, 1, 9, 5, 7, tzinfo=UTC), 3]]

    book = load_workbook(io.BytesIO(xlsx_of(["Opened", "At", "Number"], rows)))

    assert book.active is not None
    cells = [cell.value for cell in book.active[2]]
    assert [str(cell) for cell in cells] == ["2026-07-01 00:00:00", "2026-07-01 10:05:00", "3"]
    assert [type(cell) for cell in cells] == [datetime, datetime, int]
    assert "2026-07-01,2026-07-01 10:05:00,3" in csv_of(["Opened", "At", "Number"], rows).decode("utf-8-sig")


def test_a_letter_that_no_spreadsheet_holds_is_replaced_and_ends_no_export() -> None:
    rows = [["Ann\x0bBell\ud800\uffff", "two\nlines"]]

    book = load_workbook(io.BytesIO(xlsx_of(["Name", "Text"], rows)))

    assert book.active is not None
    assert [cell.value for cell in book.active[2]] == ["Ann\ufffdBell\ufffd\ufffd", "two\nlines"]
    assert "Ann\ufffdBell\ufffd\ufffd" in csv_of(["Name", "Text"], rows).decode("utf-8-sig")


def test_a_typed_text_cannot_become_a_link_or_a_picture() -> None:
    assert plain("![x](http://a.b)") == r"\!\[x\]\(http\:\/\/a\.b\)"
