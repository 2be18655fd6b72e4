"""The empty workbook: nothing in it is taken in, and what is filled in comes out as it was meant."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings, strategies as st

from okf.clock import from_london
from okf.desk import Desk
from okf.errors import Misconfigured
from okf.intake.contact_details import is_placeholder
from okf.load.columns import TABLES
from okf.load.files import read_tables
from okf.load.importing import import_caseload
from okf.load.specs import Kind
from okf.load.tables import Tables
from okf.load.template import write_template
from okf.signs import unusable
from okf.store.engine import Store
from okf.store.models import AccessGrant, ServiceUser
from tests.load.books import wall
from tests.load.conftest import AT, WORLD, Caseload, Import, said
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.xlsx"
    write_template(path)
    return path


def fill(path: Path, caseload: dict[str, Any]) -> None:
    """Type a caseload into the template, below the examples, as a person would."""
    book = openpyxl.load_workbook(path)
    for name, rows in caseload.items():
        sheet = book[name]
        header = [cell.value for cell in sheet[1]]
        if isinstance(rows, dict):
            rows = [{"name": key, "value": value} for key, value in rows.items()]
        for number, row in enumerate(rows, start=3):
            for column, value in row.items():
                value = "; ".join(map(str, value)) if isinstance(value, list) else value
                sheet.cell(number, header.index(column) + 1).value = value
    book.save(path)


def test_a_full_folder_of_temporary_files_is_told_and_leaves_no_half_of_a_workbook(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))

    with pytest.raises(Misconfigured, match="The empty workbook can't be made: the folder of temporary files"):
        write_template(tmp_path / "template.xlsx")

    assert list(tmp_path.iterdir()) == []


def test_the_empty_template_holds_nothing_to_import(template: Path, take_in: Import) -> None:
    assert said(take_in(read_tables(template))) == "There is nothing to import."


def test_every_table_and_column_has_its_sheet_its_words_and_its_list(template: Path) -> None:
    book = openpyxl.load_workbook(template)

    told = {(row[0].value, row[1].value): row for row in book["Instructions"].iter_rows()}
    for name, spec in TABLES.items():
        assert [cell.value for cell in book[name][1]] == list(spec.columns)
        for column in spec.columns.values():
            row = told[name, column.name]
            assert row[3].value == column.words
            assert row[4].value == column.expected()
        lists = {str(rule.sqref).split("3:")[0] for rule in book[name].data_validations.dataValidation}
        chosen = [c for c in spec.columns.values() if c.members or c.kind is Kind.YES_NO]
        assert len(lists) == len(chosen) + (name == "settings")
    assert book["Lists"].sheet_state == "hidden"


def test_the_examples_would_be_taken_in_if_they_were_meant(template: Path, take_in: Import) -> None:
    book = openpyxl.load_workbook(template)
    for name in TABLES:
        for cell in book[name][2]:
            if isinstance(cell.value, str):
                cell.value = cell.value.replace("EXAMPLE-", "e")
    book["signatures"].cell(2, 3).value = "e1"
    book["signatures"].cell(2, 5).value = "in_session"
    book["settings"].cell(2, 1).value = "resign_grace_days"
    book.save(template)

    outcome = take_in(read_tables(template))

    assert outcome.is_written, said(outcome)
    assert all(count.new == 1 for count in outcome.counts)
    assert len(outcome.counts) == len(TABLES)


def test_the_world_typed_into_the_template_is_the_world(template: Path, caseload: Caseload, take_in: Import) -> None:
    take_in(caseload)
    fill(template, caseload)

    again = take_in(read_tables(template))

    assert again.changes_nothing, said(again)
    assert sum(count.unchanged for count in again.counts) == sum(map(len, WORLD.values()))


WORDS = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co")), min_size=1, max_size=60
    )
    .map(str.strip)
    .filter(lambda text: text and not text.startswith("=") and unusable(text, line=True) is None)
    .filter(lambda text: not is_placeholder(text))
)
FAMILIES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": WORDS,
            "address": WORDS,
            "date_of_birth": st.dates(date(1930, 1, 1), date(2026, 1, 1)),
            "voicemail_safe": st.booleans(),
            "code_word": WORDS,
        },
    ),
    min_size=1,
    max_size=5,
)
MOMENTS = st.datetimes(  # wall times, as Excel has them
    wall("2000-01-01T00:00"), wall("2026-01-01T00:00")
).map(lambda t: t.replace(microsecond=0))


def _exists(moment: datetime) -> bool:
    try:
        from_london(moment)
    except ValueError:
        return False
    return True


@settings(max_examples=15)  # each writes, fills and reads two workbooks
@given(families=FAMILIES, told_at=MOMENTS.filter(_exists), text=WORDS)
def test_what_is_filled_in_comes_back_as_it_was(
    families: list[dict[str, Any]], told_at: datetime, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("template") / "template.xlsx"
    write_template(path)
    people = [{"ref": f"SU-{number:03}", **family} for number, family in enumerate(families)]
    own_words = [{**person, "contact_told_by": person["ref"]} for person in people]
    caseload = {
        "service_users": own_words,
        "cases": [{"ref": "C-1", "status": "open", "opened_on": date(2026, 1, 1), "parties": ["SU-000"]}],
        "records": [
            {
                "id": "N-1",
                "case": "C-1",
                "record_class": "note",
                "source": "SU-000",
                "compartment": "sole:SU-000",
                "occurred_at": told_at,
                "text": text,
            }
        ],
    }
    fill(path, caseload)
    store = Store.in_memory()
    desk = Desk.host(store, now=lambda: AT)

    outcome = import_caseload(desk, read_tables(path))
    again = import_caseload(desk, Tables.from_plain(caseload))

    assert outcome.is_written, said(outcome)
    assert again.changes_nothing, said(again)
    kept = {one.ref: one for one in World(store).all(ServiceUser)}
    for person in people:
        assert {name: getattr(kept[person["ref"]], name) for name in person} == person
    store.close()


@pytest.mark.parametrize(
    "typed, kept",
    [("2026-12-18T00:00", "2026-12-19T00:00+00:00"), ("2026-12-18T17:30", "2026-12-18T17:30+00:00")],
    ids=["a day", "a time"],
)
def test_C5_a_day_in_a_workbook_is_whole(
    template: Path, caseload: Caseload, take_in: Import, on_file: World, typed: str, kept: str
) -> None:
    take_in(caseload)
    new = {"id": "G-NEW", "person": "volunteer", "case": "CASE-101", "capacity": "volunteer", "compartments": "joint"}
    fill(template, {"grants": [{**new, "from": date(2026, 12, 1), "until": wall(typed)}]})

    outcome = take_in(read_tables(template))

    assert outcome.is_written, said(outcome)
    grant = on_file.one(AccessGrant, id="G-NEW")
    assert grant is not None
    assert grant.until == datetime.fromisoformat(kept)
