"""The import page: a preview in counts, a second word, and nothing of the files' words on the screen."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from okf.desk import Desk
from okf.store.engine import Store
from okf.store.models import ServiceUser
from tests.load.conftest import AT, Caseload, Import
from tests.sheets import sheets
from tests.world import World

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
