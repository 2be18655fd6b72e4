"""The import page: a preview in counts, a second word, and nothing of the files' words on the screen."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from okf.dates import Order
from okf.desk import Desk
from okf.load.night import MANY, waits_for_the_night
from okf.load.waiting import import_waiting
from okf.store.engine import Store
from okf.store.models import ServiceUser
from tests.load.conftest import AT, Caseload, Import
from tests.sheets import sheets
from tests.world import World, instant

pytestmark = pytest.mark.one_database
WORD = "Zebedee"


@pytest.fixture
def page(store: Store, caseload: Caseload, take_in: Import) -> AppTest:
    """The page as the manager of the rehearsals' world sees it."""
    take_in(caseload)
    desk = Desk(store, "manager", now=lambda: AT)

    def script(desk):  # type: ignore[no-untyped-def]  # Streamlit runs its source alone
        from pages.imports import render

        render(desk)

    return AppTest.from_function(script, kwargs={"desk": desk}, default_timeout=30).run()


def upload(page: AppTest, given: Any, name: str = "more.yaml") -> AppTest:
    content = given if isinstance(given, bytes) else yaml.safe_dump(given).encode()
    return page.file_uploader[0].upload(name, content).run()


def shown(page: AppTest) -> str:
    """Everything on the page, as its elements tell it."""
    return " ".join(str(element) for element in page.main)


def test_what_would_change_is_shown_first_and_done_at_a_second_word(page: AppTest, on_file: World) -> None:
    upload(page, {"service_users": [{"ref": "party_z", "name": WORD}, {"ref": "party_a", "name": "Ada"}]})

    assert list(sheets(page)[0][0].values()) == ["Service users", "1", "1", "0"]
    assert on_file.one(ServiceUser, ref="party_z") is None
    assert WORD not in shown(page)

    page.button[0].click().run()

    assert not page.exception
    assert page.success[0].value == "The caseload is imported."
    assert on_file.one(ServiceUser, ref="party_z") is not None
    assert not page.file_uploader[0].value


def test_C5_it_shows_who_will_see_what_before_the_second_word(page: AppTest) -> None:
    access = {"id": "G-1", "person": "volunteer", "case": "CASE-101", "compartments": ["sole:party_a"]}
    upload(page, {"grants": [access | {"capacity": "volunteer", "from": "2026-11-01T09:00"}]})

    who, case, capacity, sees, *_ = sheets(page)[1][0].values()
    assert (who, case, capacity) == ("volunteer", "CASE-101", "Volunteer")
    assert sees.startswith("sole:party_a (")


def test_faults_are_listed_and_nothing_can_be_confirmed(page: AppTest) -> None:
    upload(
        page, {"service_users": [{"ref": "party_z", "name": f"{WORD}\x07"}], "cases": [{"ref": "C", "status": "odd"}]}
    )

    assert page.error[0].value == "3 faults were found; nothing was imported."
    assert len(sheets(page)[0]) == 3
    assert not page.button
    assert WORD not in shown(page)


def test_a_file_that_can_not_be_read_gets_its_sentence(page: AppTest) -> None:
    upload(page, b"not a workbook", "more.xlsx")

    assert not page.exception
    assert page.error[0].value.startswith("more.xlsx is called a workbook and is none")


def test_a_caseload_that_is_on_file_has_nothing_to_confirm(page: AppTest, caseload: Caseload) -> None:
    del caseload["records"]  # a manager opens none of these, so a file tells them nothing of them either
    upload(page, caseload)

    assert page.success[0].value == "Everything is on file already; there is nothing to import."
    assert not page.button


def test_every_cell_that_changes_is_shown_old_and_new(page: AppTest) -> None:
    upload(page, {"people": [{"username": "therapist", "team": "South"}]})

    assert page.subheader[0].value == "1 cell changes what is on file"
    assert list(sheets(page)[1][0].values()) == ["more.yaml, people, line 2", "team", "nothing", "South"]


def test_the_order_of_day_and_month_is_asked_once_for_the_file(page: AppTest, on_file: World) -> None:
    dates = ("03/04/1988", "12/31/1975")
    upload(page, {"service_users": [{"ref": f"SU-{n}", "date_of_birth": day} for n, day in enumerate(dates)]})
    assert page.error[0].value == "1 fault was found; nothing was imported."

    page.radio[0].set_value(Order.MONTH_FIRST).run()
    page.button[0].click().run()

    assert not page.exception
    assert on_file.one(ServiceUser, ref="SU-0").date_of_birth == date(1988, 3, 4)


def test_what_no_table_has_is_one_question_answered_beforehand_the_next_time(page: AppTest, on_file: World) -> None:
    upload(page, {"service_users": [{"ref": "SU-1", "shoe_size": 7}], "notes": []})
    assert not page.checkbox[0].value
    assert page.text[0].value == "Not known here: column shoe_size in service_users, table notes."
    assert not page.button

    page.checkbox[0].check().run()
    page.button[0].click().run()
    assert on_file.one(ServiceUser, ref="SU-1") is not None

    upload(page, {"service_users": [{"ref": "SU-2", "shoe_size": 8}]})
    assert page.checkbox[0].value
    assert page.button


LARGE = {"service_users": [{"ref": f"party_{one}", "name": f"{WORD} {one}"} for one in "xyz"]}


def test_a_large_import_by_day_takes_a_word_that_says_what_it_costs(
    page: AppTest, on_file: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("okf.load.night.MANY", 1)
    upload(page, LARGE)
    assert "nobody else can save anything" in page.warning[0].value
    assert page.button[0].label == "Tonight"

    page.checkbox[0].check().run()
    page.button[0].click().run()
    assert on_file.one(ServiceUser, ref="party_z") is not None


def test_tonight_keeps_a_large_import_until_casebook_does_it_and_tells_what_came_of_it(
    page: AppTest, on_file: World, monkeypatch: pytest.MonkeyPatch, store: Store, tmp_path: Path
) -> None:
    monkeypatch.setattr("okf.load.night.MANY", 1)
    monkeypatch.setenv("OKF_NIGHT", str(tmp_path / "night"))
    upload(page, LARGE)

    page.button[0].click().run()

    assert page.success[0].value.startswith("The file is kept, encrypted, and imported tonight")
    assert "waits for the night: 3 rows, imported between 20:00 and 7:00 of 23 Nov 2026." in page.text[0].value
    assert not page.file_uploader[0].value
    assert on_file.one(ServiceUser, ref="party_z") is None
    for file in (tmp_path / "night").iterdir():
        assert WORD.encode() not in file.read_bytes()

    import_waiting(Desk.host(store, now=lambda: instant("2026-11-23T20:30")))
    page.run()

    assert list(sheets(page)[0][0].values()) == ["Service users", "3", "0", "0"]
    page.button[0].click().run()  # I have read this
    assert not page.subheader
    assert not page.exception


def test_a_file_that_waits_can_be_called_off(page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("okf.load.night.MANY", 1)
    monkeypatch.setenv("OKF_NIGHT", str(tmp_path / "night"))
    upload(page, LARGE)
    page.button[0].click().run()

    page.button[0].click().run()  # Cancel the import

    assert page.success[0].value == "The file is called off; nothing of it is kept."
    assert list((tmp_path / "night").glob("*.import")) == []
    assert not page.text


@pytest.mark.parametrize("hour, waits", [(6, False), (7, True), (19, True), (20, False)])
def test_the_night_is_londons(hour: int, waits: bool) -> None:
    assert waits_for_the_night(instant(f"2026-06-23T{hour:02}:30"), MANY + 1) is waits
    assert not waits_for_the_night(instant(f"2026-06-23T{hour:02}:30"), MANY)
