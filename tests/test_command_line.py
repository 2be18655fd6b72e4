"""The command line imports what its verb needs and nothing else, so that an answer comes at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from okf.settings import ROOT
from tests.conftest import Place
from tests.world import World

TELLS_WHAT_IT_IMPORTED = """
import sys
from okf.cli.main import main
try:
    sys.exit(main(sys.argv[1:]))
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""


def asked(*arguments: str, place: Place | None = None) -> tuple[subprocess.CompletedProcess[str], set[str]]:
    """What the command line answers, and the modules that it took to do so."""
    env = dict(os.environ)
    if place:
        env |= {"OKF_DATABASE_URL": place.settings.database_url, "OKF_KEY_FILE": str(place.settings.key_file)}
    command = [sys.executable, "-c", TELLS_WHAT_IT_IMPORTED, *arguments]
    answer = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False)
    return answer, set(answer.stderr.splitlines())


def test_help_waits_for_no_database_and_no_library():
    answer, imported = asked("--help")

    assert answer.returncode == 0
    assert "say in plain words what somebody may do" in answer.stdout
    assert {"okf.cli.main", "okf.terms"} <= imported
    assert imported & {"sqlalchemy", "alembic", "cryptography", "dateutil", "holidays", "rich", "yaml"} == set()
    assert [name for name in imported if name.startswith(("okf.store", "okf.desk", "okf.load", "okf.demo"))] == []


@pytest.mark.one_database
def test_why_opens_the_store_and_waits_for_no_migration_import_demo_or_page(world: World, place: Place):
    world.person("somebody", roles=["manager"])

    answer, imported = asked("why", "somebody", "list", "caseload", place=place)

    assert answer.stdout.startswith("May Somebody see in a list caseload?\nYes")
    assert "sqlalchemy" in imported
    heavy = {"alembic", "holidays", "openpyxl", "pandas", "plotly", "rich", "streamlit", "yaml"}
    assert imported & heavy == set()
    assert [name for name in imported if name.startswith(("okf.load", "okf.demo", "okf.store.schema"))] == []


@pytest.mark.one_database
def test_the_directory_of_authorities_comes_from_a_file_and_its_workbook_is_written(place: Place, tmp_path: Path):
    file, book = tmp_path / "authorities.csv", tmp_path / "empty.xlsx"
    file.write_text("name,out_of_hours_phone\nNorthshire Council,01632 960102\n")

    seen, _ = asked("directory", str(file), "--dry-run", place=place)
    taken, _ = asked("directory", str(file), place=place)
    again, _ = asked("directory", str(file), place=place)
    asked("directory", "--template", str(book))

    assert seen.stdout.splitlines()[-1] == "This is what would change; nothing was written."
    assert taken.stdout.splitlines() == ["authorities: 1 new, 0 changed, 0 as on file", "The directory is imported."]
    assert again.stdout.splitlines()[-1] == "Everything is on file already; nothing changed."
    assert openpyxl.load_workbook(book).sheetnames[:3] == ["Instructions", "authorities", "escalation_steps"]


@pytest.mark.one_database
def test_an_import_is_answered_by_options_what_its_file_leaves_open(place: Place, tmp_path: Path):
    file = tmp_path / "w.yaml"
    rows = ("{ref: SU-1, date_of_birth: 03/04/1988, shoe: 7}", "{ref: SU-2, date_of_birth: 12/31/1975}")
    file.write_text("\n  - ".join(("service_users:", *rows)))

    open_, _ = asked("import", str(file), place=place)
    answered, _ = asked("import", str(file), "--dates", "month-first", "--leave-out", "--dry-run", place=place)

    assert open_.returncode == 1
    assert "(--dates on the command line)" in open_.stdout
    assert "Leave these out? column shoe in service_users. If so: --leave-out" in open_.stdout
    assert answered.returncode == 0
    assert "service_users: 2 new, 0 changed, 0 as on file" in answered.stdout
