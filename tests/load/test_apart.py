"""An uploaded caseload is read in a process of its own, and nothing is lost on the way."""

from __future__ import annotations

from datetime import date, time, timedelta
from io import BytesIO

import openpyxl
import pytest

from okf.load import apart, views
from okf.load.apart import read_apart
from okf.load.faults import Unreadable
from okf.load.files import read_files
from tests.load.books import wall


def a_workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Service users"
    sheet.append(["ref", "name", "date_of_birth", "seen", "at", "long", "share", "sum", "known", "none"])
    times = [date(1975, 12, 31), wall("2026-03-01T09:30"), time(9, 30), timedelta(hours=30)]
    sheet.append(["a", "Zoë 李", *times, 0.5, "=1+1", True])
    sheet.append(["b", 7700900123, None, None, None, None, None, "#REF!"])
    book.create_sheet("Twice").append(["ref", "Ref"])
    held = BytesIO()
    book.save(held)
    return held.getvalue()


FILES = {
    "a workbook": {"more.xlsx": a_workbook()},
    "CSV files": {"people.csv": b"username,name\nann,Ann\nben\n", "cases.csv": b"ref;status\nA;open\n"},
    "YAML": {"more.yaml": b"people:\n  - {username: ann, roles: [caseworker], odd: {a: b}, bad: [[c]]}\n  - 7\n"},
}


@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
def test_what_comes_back_is_what_is_read_here(files: dict[str, bytes]) -> None:
    found = read_apart(files)

    assert found == read_files(files)
    assert found.tables or found.faults


def test_what_is_wrong_with_a_file_is_said_as_it_would_be_here() -> None:
    with pytest.raises(Unreadable, match=r"^more.xlsx is called a workbook and is none"):
        read_apart({"more.xlsx": b"not a workbook"})


def test_a_file_that_takes_too_long_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0)

    with pytest.raises(Unreadable, match="more memory or time than a file should"):
        read_apart(FILES["a workbook"])


def test_the_page_reads_no_file_by_itself() -> None:
    assert views.read_apart is read_apart
    assert not hasattr(views, "read_files")
