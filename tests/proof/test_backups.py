"""Backups as somebody meets them: the command, the record, Today, assurance, and the server's own each day."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from okf import beside
from okf.errors import Misconfigured, Refused
from okf.policy.backups import Keep
from okf.proof.commands.backups import back_up, begin_daily_backup, is_due
from okf.proof.queries.assurance import promise_now
from okf.settings import ROOT, settings
from okf.store.backups import read_manifest, verify_backup
from okf.store.models import AuditEvent
from okf.terms import Action, Role
from tests.cases.test_case_pages import open_page, sent
from tests.conftest import Place
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


@pytest.fixture
def okf(world: World) -> World:
    """People who should know of backups, and one who should not."""
    world.person("manager", roles=[Role.MANAGER])
    world.person("administrator", roles=[Role.ADMINISTRATOR])
    world.person("volunteer", capacity="volunteer")
    return world


def run(place: Place, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """What the command answers."""
    where = {"OKF_DATABASE_URL": place.settings.database_url, "OKF_KEY_FILE": str(place.settings.key_file)}
    return subprocess.run(
        [sys.executable, "-m", "okf", "backup", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | where | more,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def last(world: World) -> AuditEvent:
    """The newest event of backups."""
    return max(world.events(action=Action.BACK_UP), key=lambda event: event.seq)


def test_the_command_makes_one_copies_it_and_says_what_it_needs(okf, place, folder, tmp_path):
    second = tmp_path / "second"
    second.mkdir()

    answer = run(place, folder, "--to", second)

    [file] = folder.iterdir()
    assert answer.returncode == 0
    assert f"{file} is good:" in answer.stdout
    assert "chain whole" in answer.stdout
    assert "To open it takes the database's key and the key of texts" in answer.stdout
    assert (second / file.name).read_bytes() == file.read_bytes()
    verify_backup(file, place.settings)
    assert (last(okf).subject, last(okf).facts["did"], last(okf).actor) == (file.name, "backup made", "host")


def test_the_command_answers_one_and_says_why(okf, place, folder):
    gone = run(place, folder / "gone")
    nowhere = run(place)
    unread = run(place, folder, OKF_BACKUP_KEEP="a few")

    assert (gone.returncode, nowhere.returncode, unread.returncode) == (1, 1, 1)
    assert "gone, is not there. Make it, or connect its disk again." in gone.stderr
    assert "name the folder for the backup, or set OKF_BACKUP_DIR." in nowhere.stderr
    assert "OKF_BACKUP_KEEP is 'a few'" in unread.stderr
    assert last(okf).facts["did"] == "backup failed"
    assert "is not there" in last(okf).facts["why"]


def test_nobody_backs_up_on_a_page(okf, place, folder):
    for who in ("administrator", "manager"):
        with pytest.raises(Refused):
            back_up(okf.desk(who), place.settings, folder)
    assert list(folder.iterdir()) == []


def test_a_second_place_that_is_gone_is_on_record_and_the_first_is_good(okf, place, folder):
    with pytest.raises(Misconfigured, match="is not there"):
        back_up(okf.host(), place.settings, folder, folder / "gone")

    assert len(list(folder.iterdir())) == 1
    assert [event.facts["did"] for event in okf.events(action=Action.BACK_UP)] == ["backup made", "backup failed"]


def test_older_ones_go_by_the_rule_and_nobody_elses(okf, place, folder):
    okf.desk("manager").note_event(Action.ASSURE)  # the record by which an installation knows its own
    here = replace(place.settings, backup_keep=Keep(days=2, weeks=1, months=1))
    for name in ("casebook-2020-01-01T000000Z.okfbackup", "accounts.xlsx"):
        (folder / name).write_text("somebody else's")
    made = [back_up(okf.host(), here, folder).file.name]
    another = "casebook-2026-10-23T100000Z.okfbackup"  # of a Casebook whose record begins otherwise
    ours, origin = (folder / made[0]).read_bytes(), read_manifest(folder / made[0]).origin
    (folder / another).write_bytes(ours.replace(origin.encode(), b"f" * 64).replace(b"2026-11-23T", b"2026-10-23T"))
    okf.later(days=1)
    for _ in range(3):
        made.append(back_up(okf.host(), here, folder).file.name)
        okf.later(days=1)

    kept = {"casebook-2020-01-01T000000Z.okfbackup", another, "accounts.xlsx", *made[2:]}
    assert {file.name for file in folder.iterdir()} == kept


def test_two_of_one_moment_are_two_and_go_by_the_rule_too(okf, place, folder, tmp_path):
    okf.desk("manager").note_event(Action.ASSURE)
    second = tmp_path / "second"
    second.mkdir()
    made = [back_up(okf.host(), place.settings, folder, second) for _ in range(2)]

    names = [one.file.name for one in made]
    assert names == ["casebook-2026-11-23T100000Z.okfbackup", "casebook-2026-11-23T100000Z-2.okfbackup"]
    assert [one.copy.name for one in made] == names
    assert read_manifest(made[0].file).head != read_manifest(made[1].file).head

    okf.later(days=1)
    here = replace(place.settings, backup_keep=Keep(days=1, weeks=1, months=1))
    assert list(back_up(okf.host(), here, folder).dropped) == sorted(names)


def test_a_database_that_cannot_be_written_is_backed_up_all_the_same_and_that_is_said(okf, place, folder):
    def as_on_a_full_disk(connection, *_):
        connection.execute("PRAGMA query_only = ON")

    okf.store.engine.dispose()
    event.listen(okf.store.engine, "connect", as_on_a_full_disk)

    with pytest.raises(Misconfigured, match="is good and stays, but Casebook could not put on record that it was made"):
        back_up(okf.host(), place.settings, folder)
    with pytest.raises(Misconfigured, match="is not there"):
        back_up(okf.host(), place.settings, folder / "gone")

    [file] = folder.iterdir()
    verify_backup(file, place.settings)


def test_one_is_due_once_a_day(okf, place, folder):
    assert is_due(okf.host())
    assert back_up(okf.host(), place.settings, folder, if_due=True)
    assert back_up(okf.host(), place.settings, folder, if_due=True) is None

    okf.later(hours=24)

    assert is_due(okf.host())


def test_the_server_begins_one_by_itself_in_a_process_of_its_own(okf, place, folder, monkeypatch):
    for name, value in {
        "OKF_DATABASE_URL": place.settings.database_url,
        "OKF_KEY_FILE": str(place.settings.key_file),
        "OKF_TRIAL_CLOCK": okf.now.isoformat(),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(beside, "_running", {})
    begin_daily_backup(okf.host())
    assert beside._running == {}

    monkeypatch.setenv("OKF_BACKUP_DIR", str(folder))
    begin_daily_backup(okf.host())
    begin_daily_backup(okf.host())  # while it runs there is no other

    assert [one.wait(60) for one in beside._running.values()] == [0]
    [file] = folder.iterdir()
    verify_backup(file, settings())
    assert last(okf).subject == file.name
    begin_daily_backup(okf.host())
    assert [one.poll() for one in beside._running.values()] == [0]


def test_administrators_and_managers_see_the_last_one_and_its_age(okf, place, folder, monkeypatch):
    monkeypatch.setenv("OKF_BACKUP_DIR", str(folder))
    back_up(okf.host(), place.settings, folder)
    okf.later(hours=14)

    for who in ("administrator", "manager"):
        page = open_page(okf, who, "overview")
        assert "14 hours ago." in quietly(page)
        assert not page.error
    assert "backup" not in sent(open_page(okf, "volunteer", "overview")).lower()


def test_that_none_is_made_by_itself_is_red_but_in_the_demo(okf, place, folder, monkeypatch):
    back_up(okf.host(), place.settings, folder)

    for who in ("administrator", "manager"):
        told = open_page(okf, who, "overview").error[0].value
        assert "less than an hour ago" in told
        assert "No folder is set for backups" in told
        assert "names one today" in told

    monkeypatch.setenv("OKF_DEMO", "1")
    page = open_page(okf, "manager", "overview")
    assert "No folder is set for backups" in quietly(page)
    assert not page.error


def test_an_overdue_one_is_red_for_them_and_in_assurance(okf, place, folder, monkeypatch):
    monkeypatch.setenv("OKF_BACKUP_DIR", str(folder))
    told = open_page(okf, "manager", "overview").error[0].value
    assert "No good backup was made yet" in told
    back_up(okf.host(), place.settings, folder)
    okf.later(hours=26)
    assert not open_page(okf, "manager", "overview").error
    assert overdue(okf) == 0

    okf.later(minutes=1)
    with pytest.raises(Misconfigured):
        back_up(okf.host(), place.settings, folder / "gone")

    told = open_page(okf, "administrator", "overview").error[0].value
    assert "26 hours ago" in told
    assert "The last try failed" in told
    assert "makes one there, or says what is wrong" in told
    assert not open_page(okf, "volunteer", "overview").error
    assert overdue(okf) == 1


def quietly(page: AppTest) -> str:
    """What stands quietly under the page's title."""
    return page.caption[0].value.replace("\\", "")


def overdue(okf: World) -> int:
    """What assurance finds of backups."""
    lines = [line for _, lines in promise_now(okf.desk("manager")).clauses.values() for line in lines]
    return next(line.count for line in lines if line.key == "backups_overdue")


def test_the_record_holds_no_word_of_a_family(okf, place, folder):
    okf.case("OKF-1")
    okf.record("OKF-1", text="Tomasz was seen at the school gate")
    back_up(okf.host(), place.settings, folder)

    assert set(last(okf).facts) == {"did", "events", "bytes"}


def test_the_settings_of_backups_are_read_or_told():
    assert settings({}).backup_dir is None
    assert settings({}).backup_keep == Keep(7, 5, 12)
    assert settings({"OKF_BACKUP_KEEP": "3, 2, 1", "OKF_BACKUP_DIR": "/b"}).backup_keep == Keep(3, 2, 1)
    for wrong in ("7", "0 1 1", "7 5 -1", "x 1 1"):
        with pytest.raises(Misconfigured, match="OKF_BACKUP_KEEP"):
            settings({"OKF_BACKUP_KEEP": wrong})
