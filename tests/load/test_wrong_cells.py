"""What is wrong in a cell, a row or between rows gets a sentence that says where, what, and what is expected."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from okf.dates import Order
from okf.desk import Desk
from okf.load.answers import Answers
from okf.load.files import read_files, read_tables
from okf.load.importing import left_out_before
from okf.shell.exports import xlsx_of
from okf.store.engine import Store
from okf.store.models import Person, Record, ServiceUser
from tests.load.books import sheets_of, wall, workbook
from tests.load.conftest import AT, Caseload, Import, row, said
from tests.world import World

pytestmark = pytest.mark.one_database


def fault_of(outcome: Any) -> str:
    assert len(outcome.faults) == 1, said(outcome)
    assert not outcome.is_written
    return str(outcome.faults[0].in_words())


CELLS = [
    ("grants", {"from": "31/13/2026"}, "'31/13/2026' is not in the calendar"),
    ("grants", {"from": "31/12/26"}, "a date has a day, a month and all four figures of its year"),
    ("grants", {"from": "1975"}, "'1975' is no date that can be read"),
    ("grants", {"from": "2026-02-30"}, "'2026-02-30' is not in the calendar"),
    ("grants", {"from": "yesterday"}, "'yesterday' is no date that can be read"),
    ("grants", {"from": 46349}, "would mean 2026-11-23"),
    ("grants", {"from": "46349"}, "would mean 2026-11-23"),
    ("grants", {"from": "0026-01-01"}, "the year 26 is out of reach"),
    ("grants", {"until": "2026-05-30"}, "it lies before from"),
    ("grants", {"until": "2026-05-31"}, "it leaves no time after from"),
    ("grants", {"capacity": "wizard"}, "Expected: one of: staff, volunteer, therapist, allied_partner"),
    ("grants", {"capacity": None}, "this is empty"),
    ("grants", {"person": "caseworker_x"}, "nothing in people is called 'caseworker_x'"),
    ("grants", {"compartments": ["sole:child_c"]}, "'child_c' is no party of the case"),
    ("grants", {"compartments": ["sole:party_z"]}, "'party_z' is no party of the case"),
    ("grants", {"compartments": ["everything"]}, "'everything' is no part of a case"),
    ("grants", {"compartments": ["joint", "joint"]}, "'joint' is listed twice"),
    ("grants", {"compartments": [["joint"]]}, "a list holds another list"),
    ("grants", {"record_classes": ["gossip"]}, "'gossip' is not known"),
    ("grants", {"lead_for": "child_c"}, "'child_c' is no party of the case"),
    ("records", {"occurred_at": "2026-03-29T01:30"}, "did not exist in London"),
    (
        "records",
        {"occurred_at": "2026-10-25T01:30"},
        "write 2026-10-25 01:30 BST for the first, or 2026-10-25 01:30 GMT",
    ),
    ("records", {"occurred_at": "2026-11-10T09:00 BST"}, "is not BST: London's clocks show GMT then"),
    ("records", {"occurred_at": "2026-11-10T25:00"}, "is not in the calendar or on the clock"),
    ("records", {"title": "a" * 1_000_000}, "this has 1,000,000 characters"),
    ("records", {"text": "a" * 1_000_000}, "at most 100,000 characters"),
    ("records", {"text": "a\x00b"}, "character 2 can't be kept: U+0000 control character"),
    ("records", {"title": "one\ntwo"}, "a line break or a tab"),
    ("records", {"source": "party_z"}, "is no party or child of the case"),
    ("records", {"compartment": "joint"}, "only what both parties heard is joint"),
    ("records", {"compartment": "sole:party_b"}, "is not kept under 'sole:party_b'"),
    ("records", {"record_class": "outcome_summary"}, "a outcome_summary belongs to a mediation"),
    ("records", {"mediation": "MED-301"}, "this mediation is on another case"),
    ("records", {"status": "issued"}, "a note has none"),
    ("people", {"organisation": "harbour_advice"}, "only an allied partner has one"),
    ("people", {"roles": ["king"]}, "'king' is not known"),
    ("people", {"active": "perhaps"}, "'perhaps' is neither yes nor no"),
    ("people", {"email": "e" * 400}, "at most 320 characters"),
    ("people", {"name": True}, "a yes or no stands where a text belongs"),
    ("agreements", {"resign_by": "2024-01-01"}, "it lies before effective_on"),
    ("service_users", {"date_of_birth": "2015-05-20T10:00"}, "2015-05-20 10:00 has a time of day"),
    ("service_users", {"name": "Ann\u202e lleB"}, "character 4 can't be kept: U+202E right-to-left override"),
    ("service_users", {"safe_phone": "0113 496"}, "no telephone has this number"),
    ("people", {"phone": "ask at the desk"}, "this is no telephone number"),
    ("service_users", {"email": "ann at home"}, "this is no e-mail address"),
    ("records", {"id": "N-\u200b1"}, "character 3 can't be kept: U+200B zero width space"),
    ("cases", {"status": "finished"}, "Expected: one of: enquiry, open, on_hold, closing, closed"),
    ("cases", {"children": ["child_c", "party_a"]}, "one of them is a party too"),
    ("conflicts_of_interest", {"lifted_by": "manager"}, "lifted_by is given without it"),
    ("conflicts_of_interest", {"lifted_by": "volunteer_related", "lifted_at": "2026-11-20"}, "it is person themselves"),
    ("partner_organisations", {"agreement_until": "2025-01-01"}, "it lies before agreement_from"),
]


@pytest.mark.parametrize("table, change, told", CELLS, ids=lambda value: str(value)[:40])
def test_a_wrong_cell_is_told(
    table: str, change: dict[str, Any], told: str, caseload: Caseload, take_in: Import
) -> None:
    caseload[table][0] |= change

    assert told in fault_of(take_in(caseload))


def test_one_organisation_in_two_spellings_is_told(caseload: Caseload, take_in: Import) -> None:
    row = caseload["partner_organisations"][0]
    caseload["partner_organisations"].append(row | {"name": row["name"].upper()})

    assert "is there already, written in another way" in said(take_in(caseload))


@pytest.mark.parametrize("table", ["people", "service_users", "cases", "mediations", "grants", "records", "signatures"])
def test_a_key_that_stands_there_twice_is_told(table: str, caseload: Caseload, take_in: Import) -> None:
    caseload[table].append(dict(caseload[table][0]))

    assert "as row 1. Expected: each once." in fault_of(take_in(caseload))


def test_an_unknown_column_is_told_with_the_one_that_may_be_meant(caseload: Caseload, take_in: Import) -> None:
    caseload["grants"][0]["compartmants"] = ["joint"]

    assert "there is no column 'compartmants' in grants. Expected: perhaps 'compartments' is meant" in said(
        take_in(caseload)
    )


def test_an_unknown_table_is_told_with_the_one_that_may_be_meant(caseload: Caseload, take_in: Import) -> None:
    caseload["recrods"] = caseload.pop("records")

    assert "there is no table 'recrods'. Expected: perhaps 'records' is meant" in said(take_in(caseload))


def test_a_missing_sheet_is_told_once_above_the_rows_that_miss_it(caseload: Caseload, take_in: Import) -> None:
    del caseload["people"]

    told = said(take_in(caseload)).splitlines()

    assert told[1].startswith("The caseload: there is no table people, and ")
    assert told[1].endswith("Expected: a sheet, file or list 'people'.")


@pytest.mark.parametrize(
    "settings, told",
    [
        ({"wind_down_days": "soon"}, "'soon' is no whole number"),
        ({"break_glass_hours": 1000}, "1000 is out of bounds. Expected: a whole number from 1 to 72"),
        ({"small_cel": 5}, "there is no setting 'small_cel'. Expected: perhaps 'small_cell'"),
        ({"bank_holidays": ["Christmas"]}, "'Christmas' is no date that can be read"),
        ({"wind_down_days": True}, "'True' is no whole number"),
    ],
)
def test_a_wrong_setting_is_told(settings: dict[str, Any], told: str, take_in: Import) -> None:
    assert told in fault_of(take_in({"settings": settings}))


def test_no_name_and_no_text_of_a_case_is_repeated_in_a_fault(caseload: Caseload, take_in: Import) -> None:
    caseload["records"][0] |= {"text": "Zebedee\x07 said", "title": "Quince\nlane"}
    row(caseload, "service_users", ref="party_a")["name"] = "Marmaduke\n" + "x" * 300

    told = said(take_in(caseload))

    assert len(told.splitlines()) == 4
    assert not [word for word in ("Zebedee", "Quince", "Marmaduke") if word in told]


def test_blanks_around_and_blank_rows_do_not_matter(
    caseload: Caseload, take_in: Import, on_file: World, tmp_path: Path
) -> None:
    sheets = sheets_of(caseload)
    sheets["service_users"] = [
        ["  Ref ", "Name", "Date of birth"],
        [" party_a  ", "Ada\xa0", None],
        [None, "  "],
        [],
        ["party_b"],
        ["child_c", None, date(2015, 5, 20)],
        *[[None, " "]] * 50,
    ]

    outcome = take_in(read_tables(workbook(tmp_path / "w.xlsx", sheets)))

    assert outcome.is_written, said(outcome)
    assert on_file.one(ServiceUser, ref="party_a").name == "Ada"


BOOK_CELLS = [
    ("occurred_at", "=NOW()", "this is a formula. Expected: its value"),
    ("title", "=1+1", "this is a formula"),
    ("occurred_at", 1975, "1975 is no date that can be read"),
    ("occurred_at", time(10, 0), "a time of day"),
    ("title", "#REF!", "this is the error #REF!"),
    ("title", wall("2026-11-01T00:00"), "a date or time stands where a text belongs"),
    ("occurred_at", wall("2026-10-25T01:30"), "happened twice in London"),
    ("occurred_at", wall("2026-03-29T01:30"), "did not exist in London"),
]


@pytest.mark.parametrize("column, value, told", BOOK_CELLS, ids=lambda value: str(value)[:20])
def test_a_wrong_cell_of_a_workbook_is_told(
    column: str, value: Any, told: str, caseload: Caseload, take_in: Import, tmp_path: Path
) -> None:
    caseload["records"][0] |= {"title": "A title", column: value}

    fault = fault_of(take_in(read_tables(workbook(tmp_path / "w.xlsx", sheets_of(caseload)))))

    assert fault.startswith(f"Sheet records, row 2, column {column}: ")
    assert told in fault


def test_cells_that_are_dates_and_times_are_taken(caseload: Caseload, take_in: Import, tmp_path: Path) -> None:
    row(caseload, "records", id="N-70")["occurred_at"] = wall("2026-11-10T10:00")
    row(caseload, "grants", id="G1")["from"] = date(2026, 6, 1)
    take_in(caseload)

    again = take_in(read_tables(workbook(tmp_path / "w.xlsx", sheets_of(caseload))))

    assert again.changes_nothing, said(again)


@pytest.mark.parametrize(
    "told", ["2026-10-25 01:30 {}", "25/10/2026 01:30 {}", "25 Oct 2026, 01:30 {}", "2026-10-25T01:30{}"]
)
@pytest.mark.parametrize("zone, hour", [("BST", 0), ("GMT", 1)])
def test_a_time_that_came_twice_is_taken_as_the_screen_writes_it(
    told: str, zone: str, hour: int, caseload: Caseload, take_in: Import, on_file: World
) -> None:
    row(caseload, "records", id="N-70")["occurred_at"] = told.format(zone)

    assert take_in(caseload).is_written
    assert on_file.one(Record, id="N-70").occurred_at == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_a_time_that_came_twice_comes_back_from_our_own_lists() -> None:
    hours = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]

    [table] = read_files({"list.xlsx": xlsx_of(["When"], [[hour] for hour in hours])}).tables.values()

    assert [one.cells["When"] for one in table.rows] == ["2026-10-25 01:30:00 BST", "2026-10-25 01:30:00 GMT"]


def test_a_number_taken_for_a_reference_is_said(take_in: Import, tmp_path: Path) -> None:
    book = workbook(tmp_path / "w.xlsx", {"service_users": [["ref"], [7]]})

    told = said(take_in(read_tables(book)))

    assert "Sheet service_users, row 2, column ref: the workbook holds a number" in told
    assert "The caseload is imported." in told


def test_telephone_numbers_that_excel_made_into_numbers_get_their_0_back_in_every_column(
    take_in: Import, on_file: World, tmp_path: Path
) -> None:
    users = [
        ["ref", "contact_told_by", "phone", "safe_phone"],
        ["a", "a", 2079460000, 7700900123],
        ["b", "b", None, 447700900124],
    ]
    staff = [["username", "capacity", "phone"], ["r.okafor", "staff", "7700900125"]]
    book = workbook(tmp_path / "w.xlsx", {"service_users": users, "people": staff})

    told = said(take_in(read_tables(book)))

    kept = {one.ref: (one.phone, one.safe_phone) for one in on_file.all(ServiceUser)}
    assert kept == {"a": ("020 7946 0000", "07700 900123"), "b": (None, "07700 900124")}
    assert on_file.one(Person, username="r.okafor").phone == "07700 900125"
    assert "Sheet service_users, row 2, column phone: a number without its 0 in front" in told
    assert "Sheet service_users, rows 2, 3, column safe_phone: a number without its 0 in front" in told
    assert "Sheet people, row 2, column phone: a number without its 0 in front" in told


def test_a_number_that_stays_none_with_a_0_is_a_fault(take_in: Import, tmp_path: Path) -> None:
    book = workbook(tmp_path / "w.xlsx", {"service_users": [["ref", "safe_phone"], ["a", 113496]]})

    assert "row 2, column safe_phone: no telephone has this number" in fault_of(take_in(read_tables(book)))


@pytest.mark.parametrize(
    "column, told",
    [
        ("safe_phone", "a telephone number"),
        ("email", "an e-mail address"),
        ("date_of_birth", "a date"),
        ("name", "a name"),
    ],
)
@pytest.mark.parametrize("placeholder", ["tbc", "N/A", " - ", "Unknown", "none", "?"])
def test_what_stands_for_nothing_is_said_and_taken_as_empty(
    column: str, told: str, placeholder: str, take_in: Import, on_file: World
) -> None:
    outcome = take_in({"service_users": [{"ref": "a", column: placeholder}]})

    assert f"row 1, column {column}: this stands for nothing and is not {told}: taken as empty." in said(outcome)
    assert getattr(on_file.one(ServiceUser, ref="a"), column) is None


@pytest.mark.parametrize(
    "written, meant",
    [
        ("31/12/1975", date(1975, 12, 31)),
        ("3/4/1988", date(1988, 4, 3)),
        ("03.04.1988", date(1988, 4, 3)),
        ("3 - 4 - 1988", date(1988, 4, 3)),
        ("3 March 1988", date(1988, 3, 3)),
        ("3rd March 1988", date(1988, 3, 3)),
        ("Thursday, 3 Mar 1988", date(1988, 3, 3)),
        ("3-Mar-1988", date(1988, 3, 3)),
        ("March 3, 1988", date(1988, 3, 3)),
        ("1st of Sept. 1988", date(1988, 9, 1)),
        ("1988-03-03", date(1988, 3, 3)),
        ("1988/3/3", date(1988, 3, 3)),
    ],
)
def test_a_date_is_read_as_a_british_office_writes_it(
    written: str, meant: date, take_in: Import, on_file: World
) -> None:
    take_in({"service_users": [{"ref": "a", "date_of_birth": written}]})

    assert on_file.one(ServiceUser, ref="a").date_of_birth == meant


@pytest.mark.parametrize("written", ["10/11/2026 10:00", "10 November 2026, 10:00", "10 Nov 2026 at 10.00"])
def test_a_time_is_read_so_too(written: str, caseload: Caseload, take_in: Import, on_file: World) -> None:
    row(caseload, "records", id="N-70")["occurred_at"] = written

    assert take_in(caseload).is_written

    assert on_file.one(Record, id="N-70").occurred_at == datetime(2026, 11, 10, 10, tzinfo=UTC)


@pytest.mark.parametrize("epoch, serial", [(WINDOWS_EPOCH, 27759), (MAC_EPOCH, 26297)], ids=["1900", "1904"])
def test_a_number_in_a_general_cell_is_excels_date(
    epoch: datetime, serial: int, take_in: Import, on_file: World, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.epoch = epoch
    book.active.title = "service_users"
    for cells in (["ref", "date_of_birth"], ["a", serial]):
        book.active.append(cells)
    book.save(tmp_path / "w.xlsx")

    assert take_in(read_tables(tmp_path / "w.xlsx")).is_written

    assert on_file.one(ServiceUser, ref="a").date_of_birth == date(1975, 12, 31)


def born(*dates: str) -> dict[str, list[dict[str, str]]]:
    return {"service_users": [{"ref": f"SU-{n}", "date_of_birth": one} for n, one in enumerate(dates)]}


@pytest.mark.parametrize(
    "order, first", [(Order.DAY_FIRST, date(1988, 4, 3)), (Order.MONTH_FIRST, date(1988, 3, 4))], ids=str
)
def test_a_file_whose_dates_can_be_read_both_ways_is_asked_about_once(
    order: Order, first: date, take_in: Import, on_file: World
) -> None:
    given = born("03/04/1988", "05/06/1990", "12/31/1975", "31/12/1976")

    asked = take_in(given)
    assert asked.is_unclear
    assert "row 3, column date_of_birth: this date has its month first" in fault_of(asked)

    assert take_in(given, Answers(order)).is_written
    days = {one.ref: one.date_of_birth for one in on_file.all(ServiceUser)}
    assert (days["SU-0"], days["SU-2"], days["SU-3"]) == (first, date(1975, 12, 31), date(1976, 12, 31))


@pytest.mark.parametrize(
    "dates", [("03/04/1988", "05/06/1990"), ("03/04/1988", "31/12/1975"), ("12/31/1975", "05/05/1990", "1 May 1990")]
)
def test_a_file_that_leaves_nothing_open_is_not_asked_about(dates: tuple[str, ...], take_in: Import) -> None:
    outcome = take_in(born(*dates))

    assert outcome.is_written, said(outcome)
    assert not outcome.is_unclear


def test_a_letter_that_only_looks_alike_is_a_hint_by_row_and_never_by_name(take_in: Import) -> None:
    outcome = take_in({"service_users": [{"ref": "a", "name": "Ann B\u0435ll"}, {"ref": "b", "name": "Анна"}]})

    (hint,) = outcome.remarks
    assert hint.startswith(
        "service_users, row 1, column name: character 6 is a Cyrillic letter in a word of Latin ones"
    )
    assert outcome.is_written


def test_what_no_table_has_is_left_out_on_one_word_that_is_remembered(
    take_in: Import, on_file: World, store: Store
) -> None:
    given = {"service_users": [{"ref": "a", "Shoe size": 7}], "Notes": [{"x": 1}]}

    asked = take_in(given)
    assert asked.unknown == ("column shoe_size in service_users", "table notes")
    assert "Leave these out? column shoe_size in service_users, table notes. If so: --leave-out" in said(asked)
    assert on_file.count(ServiceUser) == 0

    outcome = take_in(given, Answers(leave_out=True))
    assert outcome.is_written, said(outcome)
    assert "Left out: column shoe_size in service_users, table notes." in outcome.remarks
    assert left_out_before(Desk.host(store, now=lambda: AT)) == set(asked.unknown)
    assert left_out_before(Desk(store, "nobody_else", now=lambda: AT)) == frozenset()


def test_a_reference_lost_to_a_number_is_explained(caseload: Caseload, take_in: Import, tmp_path: Path) -> None:
    caseload["service_users"].append({"ref": "007"})
    caseload["cases"][0]["parties"] = [7]

    told = said(take_in(read_tables(workbook(tmp_path / "w.xlsx", sheets_of(caseload)))))

    assert "nothing in service_users is called '7'" in told
    assert "Excel turns 007 into 7" in told


def test_a_column_without_a_word_in_it_says_nothing(
    caseload: Caseload, take_in: Import, on_file: World, tmp_path: Path
) -> None:
    row(caseload, "service_users", ref="party_a").update(name="Ada", phone="07700 900001", contact_told_by="party_a")
    take_in(caseload)
    users = [["ref", "name", "contact_told_by", "phone"], ["party_a", None, "party_a", "07700 900002"]]

    take_in(read_tables(workbook(tmp_path / "w.xlsx", {"service_users": users})))

    kept = on_file.one(ServiceUser, ref="party_a")
    assert (kept.name, kept.phone) == ("Ada", "07700 900002")


def test_a_value_beside_the_named_columns_is_told(take_in: Import, tmp_path: Path) -> None:
    book = workbook(tmp_path / "w.xlsx", {"service_users": [["ref", None, "name"], ["a", "lost", "A"]]})

    assert "column B: this column has no name in the header" in fault_of(take_in(read_tables(book)))


def test_a_needed_column_that_a_sheet_lacks_is_told_once(take_in: Import, tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "w.xlsx", {"people": [["username"], ["a.one"], ["b.two"]], "cases": [["status"], ["open"]]}
    )

    told = [(f.where, f.row, f.column) for f in take_in(read_tables(book)).faults]

    assert told == [("Sheet people", 1, "capacity"), ("Sheet cases", 1, "ref")]
