"""What a page shows that is no words, which stands in the page and nowhere else; and the files of lists."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from okf.shell.exports import xlsx_of
from okf.shell.lists import Column, file_of


def _page() -> None:
    from okf.shell.exports import picture

    picture(b"\xff\xd8\xff", caption="Page 1")


def test_a_picture_has_no_address_of_its_own():
    shown = AppTest.from_function(_page, default_timeout=15).run().get("image")[0].proto.imgs[0]

    assert (shown.url, shown.caption) == ("data:image/jpeg;base64,/9j/", "Page 1")


def test_a_lists_file_has_its_columns_with_dates_and_numbers_as_they_are_and_room_for_them():
    columns = [
        Column("Case", lambda row: row["ref"], lambda row: f"→ {row['ref']}"),
        Column("Opened", lambda row: row["opened"]),
        Column("Told", lambda row: row["told"]),
        Column("Concerns", lambda row: row["many"]),
        Column("Lead", lambda row: row["lead"]),
        Column("Here alone", lambda _: "never", in_file=False),
    ]
    row = {
        "ref": "OKF-" + "9" * 80,
        "opened": date(2026, 11, 3),
        "told": datetime(2026, 7, 3, 8, tzinfo=UTC),
        "many": 2,
        "lead": True,
    }

    sheet = load_workbook(io.BytesIO(xlsx_of(*file_of(columns, [row]), name="Caseload: 3 Nov 2026"))).active

    assert sheet is not None
    assert sheet.title == "Caseload  3 Nov 2026"
    titles, values = ([cell.value for cell in line] for line in sheet.iter_rows())
    assert titles == ["Case", "Opened", "Told", "Concerns", "Lead"]
    assert [str(one) for one in values] == [row["ref"], "2026-11-03 00:00:00", "2026-07-03 09:00:00", "2", "Yes"]
    assert [type(one) for one in values[1:4]] == [datetime, datetime, int]
    assert [sheet.cell(2, n).number_format for n in (2, 3)] == ["d mmm yyyy", "d mmm yyyy, hh:mm"]
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:E2", "A2")
    widths = {name: round(one.width) for name, one in sheet.column_dimensions.items()}
    assert widths["A"] == 61, "as wide as a screen bears, then in lines"
    assert widths["B"] >= len("3 Nov 2026")
    assert widths["C"] >= len("3 Jul 2026, 09:00 BST")


def test_what_is_several_tables_in_one_sheet_has_no_filter_row():
    assert load_workbook(io.BytesIO(xlsx_of(["A", "B"], [["1", "2"], ["alone"]]))).active.auto_filter.ref is None
