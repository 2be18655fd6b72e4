"""A file that waits for the night: kept unreadable, imported once or not at all, and told of (C2, C5)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from okf import beside
from okf.cli.main import main
from okf.desk import Desk
from okf.errors import Conflict, Misconfigured, NotFound
from okf.load.answers import NONE
from okf.load.apart import read_apart
from okf.load.importing import import_caseload
from okf.load.waiting import begin_night_imports, call_off, forget_told, import_tonight, import_waiting
from okf.load.waiting_files import NightFiles, Told, WaitingFile, told_pending, waiting_files, what_came
from okf.people.commands.accounts import switch_off
from okf.people.commands.keys import rotate_master_key
from okf.proof.queries.assurance import assure
from okf.safeguarding.commands import inbox as inbox_commands
from okf.safeguarding.commands.inbox import open_inbox, raise_or_keep, take_in
from okf.safeguarding.commands.reports import Report
from okf.store.engine import Store
from okf.store.models import Concern, ServiceUser
from okf.terms import Action, Role, Severity
from tests.conftest import Place
from tests.world import World, instant

pytestmark = pytest.mark.one_database
WORD = "Zebedee"
EVENING, MORNING = "2026-11-23T20:30", "2026-11-24T07:00"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files wait."""
    monkeypatch.setenv("OKF_NIGHT", str(tmp_path / "night"))
    return tmp_path / "night"


@pytest.fixture
def charity(world: World, folder: Path) -> World:
    """Two managers, at ten in the morning."""
    world.manager()
    world.manager("other")
    world.dsl()
    world.service_user("party_a", name="Ada")
    return world


def hand_in(world: World, *refs: str, by: str | None = "manager", **more: Any) -> WaitingFile:
    """Hand a file of these people in for the night."""
    desk = Desk(world.store, by, now=world.clock) if by else world.host()
    given = {"service_users": [{"ref": ref, "name": f"{WORD} {ref}"} | more for ref in refs]}
    files = {"people.yaml": yaml.safe_dump(given).encode()}
    preview = import_caseload(desk, read_apart(files), dry_run=True)
    assert not preview.faults
    return import_tonight(desk, files, NONE, preview)


def tonight(world: World, at: str = EVENING, **more: Any) -> list[Told]:
    """What the clockwork does at an hour."""
    world.at(at)
    return import_waiting(world.host(), **more)


def dids(world: World, asked: WaitingFile) -> list[str]:
    return [event.facts["did"] for event in world.events(subject=asked.ref)]


def test_a_file_waits_unreadable_and_is_imported_at_night_by_whoever_handed_it_in(charity: World, folder: Path):
    before = assure(charity.host())
    asked = hand_in(charity, "party_y", "party_z")
    begin_night_imports(charity.host())  # by day there is nothing to do
    assert beside._running == {}
    assert tonight(charity, "2026-11-23T19:59") == []
    assert charity.one(ServiceUser, ref="party_z") is None
    for file in folder.iterdir():
        assert WORD.encode() not in file.read_bytes()
        assert b"party_z" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0

    [came] = tonight(charity)

    assert charity.one(ServiceUser, ref="party_z").name == f"{WORD} party_z"
    assert came.is_done
    assert (came.outcome.counts[0].table, came.outcome.counts[0].new) == ("service_users", 2)
    assert dids(charity, asked) == ["waits for the night", "caseload imported"]
    assert {event.actor for event in charity.events(subject=asked.ref)} == {"manager"}
    assert what_came(charity.desk("manager")) == [came]
    assert what_came(charity.desk("other")) == []
    assert waiting_files(charity.desk("manager")) == []
    assert tonight(charity, "2026-11-23T21:30") == []  # once
    assert {one.check.key for one in assure(charity.host()).broken} == {one.check.key for one in before.broken}


def test_two_files_are_imported_one_after_the_other_as_they_came(charity: World):
    first = hand_in(charity, "party_y")
    charity.later(minutes=1)
    second = hand_in(charity, "party_z", by="other")

    assert [came.ref for came in tonight(charity)] == [first.ref, second.ref]


def test_C5_rights_are_asked_again_at_night(charity: World):
    asked = hand_in(charity, "party_z")
    charity.at("2026-11-23T18:00")
    switch_off(charity.host(), "manager")

    [came] = tonight(charity)

    assert charity.one(ServiceUser, ref="party_z") is None
    assert not came.is_done
    assert "account" in came.why
    assert dids(charity, asked) == ["waits for the night", "not imported at night"]
    refusal = charity.events(action=Action.IMPORT_CASELOAD, actor="manager")[-1]
    assert refusal.outcome == "deny"


def test_C5_a_role_that_ended_by_day_imports_nothing_at_night_and_its_holder_is_told(charity: World):
    charity.person("helper")
    charity.role("helper", Role.MANAGER, until="2026-11-23T18:00")
    hand_in(charity, "party_z", by="helper")

    tonight(charity)

    assert charity.one(ServiceUser, ref="party_z") is None
    desk = charity.desk("helper")
    with desk.reading() as session:
        item = told_pending(desk, session, desk.person(session))
    assert "Your file of 23 November 2026 was not imported." in item.text
    assert item.overdue


def test_what_was_changed_by_day_is_not_undone_at_night(charity: World, store: Store):
    asked = hand_in(charity, "party_a", name="Ada Example", phone="020 7946 0001")
    by_day = {"service_users": [{"ref": "party_a", "phone": "020 7946 0999", "contact_told_by": "party_a"}]}
    import_caseload(charity.host(), read_apart({"x.yaml": yaml.safe_dump(by_day).encode()}))

    [came] = tonight(charity)

    [fault] = came.outcome.faults
    assert (fault.where, fault.row, fault.column) == ("people.yaml, service_users", 2, "phone")
    assert fault.wrong.startswith("this was changed on file after the file was handed in")
    assert charity.one(ServiceUser, ref="party_a").phone == "020 7946 0999"
    assert charity.one(ServiceUser, ref="party_a").name == "Ada"  # all or nothing
    assert dids(charity, asked) == ["waits for the night", "nothing imported"]


def test_a_file_is_called_off_before_it_begins_and_not_by_others(charity: World, folder: Path):
    asked = hand_in(charity, "party_z")
    with pytest.raises(NotFound):
        call_off(charity.desk("other"), asked.ref)

    call_off(charity.desk("manager"), asked.ref)

    assert list(folder.glob("*.import")) == []
    assert dids(charity, asked) == ["waits for the night", "called off before its night"]
    assert tonight(charity) == []
    assert charity.one(ServiceUser, ref="party_z") is None


def test_a_file_that_was_called_off_while_its_import_began_is_not_imported(
    charity: World, monkeypatch: pytest.MonkeyPatch
):
    asked = hand_in(charity, "party_z")
    called: list[str] = []

    def call_it_off(*_: int) -> None:
        if not called:
            called.append(asked.ref)
            with monkeypatch.context() as patched:  # it asked before the import began, and is on record before it
                patched.setattr(NightFiles, "has_begun", lambda *_: False)
                call_off(charity.desk("manager"), asked.ref)

    assert tonight(charity, progress=call_it_off)[0].why == "It was called off. Nothing was imported."
    assert charity.one(ServiceUser, ref="party_z") is None


def test_an_import_that_has_begun_is_not_called_off(charity: World):
    asked = hand_in(charity, "party_z")
    said: list[str] = []

    def try_to(*_: int) -> None:
        with pytest.raises(Conflict) as refused:
            call_off(charity.desk("manager").in_haste(0.1), asked.ref)
        said.append(str(refused.value))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tonight(charity, progress=try_to)
    assert said == ["It has begun, and can't be called off any more."]


def killed_while(place: Place, at: datetime, when: Callable[[int, int], bool]) -> int:
    """How a process ended that imports what waits, and is killed as soon as it is so far."""

    def kill(done: int, total: int) -> None:
        if when(done, total):
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            import_waiting(Desk.host(place.open(), now=lambda: at), kill)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("writing", [False, True])
def test_an_import_that_was_killed_is_not_done_and_says_so(charity: World, place: Place, writing: bool):
    asked = hand_in(charity, "party_z")
    ended = killed_while(place, instant(EVENING), lambda done, total: (done > total / 2) is writing)
    assert ended == -signal.SIGKILL

    [came] = tonight(charity, "2026-11-23T20:45")

    assert came.why.startswith("Casebook was stopped while it imported this file. Nothing of it was imported")
    assert charity.one(ServiceUser, ref="party_z") is None
    assert dids(charity, asked) == ["waits for the night", "not imported at night"]
    assert tonight(charity, "2026-11-23T21:45") == []


def test_an_import_that_was_done_before_the_kill_is_told_as_done_and_not_done_again(
    charity: World, monkeypatch: pytest.MonkeyPatch
):
    asked = hand_in(charity, "party_z")

    def killed(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(NightFiles, "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            tonight(charity)
    assert charity.one(ServiceUser, ref="party_z") is not None

    [came] = tonight(charity, "2026-11-23T21:30")

    assert came.is_done
    assert came.outcome.counts[0].new == 1
    assert dids(charity, asked) == ["waits for the night", "caseload imported"]


def test_a_night_in_which_nobody_imported_it_is_over(charity: World):
    hand_in(charity, "party_z")

    [came] = tonight(charity, MORNING)

    assert came.why.startswith("Casebook did not run that night")
    assert tonight(charity, "2026-11-24T20:30") == []
    assert charity.one(ServiceUser, ref="party_z") is None


def test_a_database_that_was_put_back_runs_no_file_of_before(charity: World, store: Store):
    asked = hand_in(charity, "party_z")
    charity.host().note_event(Action.RESTORE, did="put back")

    [came] = tonight(charity)

    assert "was put back to an earlier one after this file was handed in" in came.why
    assert charity.one(ServiceUser, ref="party_z") is None
    assert dids(charity, asked) == ["waits for the night", "not imported at night"]


def test_a_file_of_which_the_record_knows_nothing_is_not_imported(
    charity: World, place: Place, tmp_path: Path, folder: Path
):
    hand_in(charity, "party_y")  # so that the copy has the key
    charity.store.close()
    database = Path(place.settings.database_url.removeprefix("sqlcipher:///"))
    earlier = database.read_bytes()
    charity.later(minutes=1)
    hand_in(charity, "party_z")
    charity.store.close()
    for beside_it in database.parent.glob("*-wal"):
        beside_it.unlink()
    database.write_bytes(earlier)

    came = tonight(charity)

    assert [one.is_done for one in came] == [True, False]
    assert "or doesn't know of it" in came[1].why
    assert charity.one(ServiceUser, ref="party_z") is None


def test_a_file_that_was_changed_while_it_waited_is_not_imported(charity: World, folder: Path):
    hand_in(charity, "party_z")
    [content] = folder.glob("*.content.import")
    content.write_bytes(content.read_bytes()[:-1] + b"x")

    assert tonight(charity)[0].why == "The file was changed from outside while it waited. Nothing was imported."


def test_a_file_opens_after_the_keys_were_rotated(charity: World):
    hand_in(charity, "party_z")
    rotate_master_key(charity.host())

    assert tonight(charity)[0].is_done


def test_a_file_that_can_not_be_kept_is_told_so_and_nothing_is_on_record(charity: World, monkeypatch: Any):
    def full(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(NightFiles, "put", full)
    with pytest.raises(Misconfigured, match="the disk is full"):
        hand_in(charity, "party_z")
    assert not [event for event in charity.events() if event.facts.get("did") == "waits for the night"]


def test_what_came_of_a_file_is_let_go_by_whoever_read_it_and_after_a_month(charity: World, folder: Path):
    hand_in(charity, "party_z")
    [came] = tonight(charity)

    forget_told(charity.desk("other"), came.ref)
    assert what_came(charity.desk("manager"))

    charity.at("2026-12-24T10:00")
    import_waiting(charity.host())
    assert what_came(charity.desk("manager")) == []
    assert list(folder.glob("*.import")) == []


def test_C9_a_concern_gets_through_while_the_import_holds_the_database(
    charity: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(inbox_commands, "SECONDS", 0.1)
    charity.volunteer()
    open_inbox(charity.host(), tmp_path / "inbox")
    hand_in(charity, "party_z")
    raised: list[Any] = []

    def meanwhile(done: int, total: int) -> None:
        if done > total / 2 and not raised:  # it writes
            report = Report(Severity.IMMEDIATE, "He is at the door.")
            other = threading.Thread(target=lambda: raised.append(raise_or_keep(charity.desk("volunteer"), report)))
            other.start()
            other.join()

    [came] = tonight(charity, progress=meanwhile)

    assert came.is_done
    assert (
        raised[0].waits
        == "Somebody else, or a large import, is writing to Casebook's database for longer than this could wait."
    )
    assert take_in(charity.host()) == 1
    assert charity.one(Concern, ref=raised[0].ref) is not None


@pytest.fixture
def here(charity: World, place: Place, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the command line of another process to this database, at an hour."""

    def at(when: str) -> None:
        charity.at(when)
        for name, value in {
            "OKF_DATABASE_URL": place.settings.database_url,
            "OKF_KEY_FILE": str(place.settings.key_file),
            "OKF_TRIAL_CLOCK": charity.now.isoformat(),
        }.items():
            monkeypatch.setenv(name, value)

    return at


def test_the_command_line_keeps_lists_calls_off_and_imports(
    charity: World, here: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "service_users.csv"
    file.write_text(f"ref,name\nparty_z,{WORD}\n")
    here("2026-11-23T11:00")

    assert main(["import", str(file), "--tonight"]) == 0
    said = capsys.readouterr().out
    assert "nothing was written" in said
    assert "Casebook's server imports it between 20:00 and 7:00 of 23 November 2026" in said
    [waits] = waiting_files(charity.host())
    assert main(["night", "call-off", waits.ref]) == 0
    assert "No file waits for the night." in capsys.readouterr().out

    assert main(["import", str(file), "--tonight"]) == 0
    capsys.readouterr()
    here(EVENING)
    assert main(["night", "import"]) == 0
    assert "The caseload is imported." in capsys.readouterr().out
    assert charity.one(ServiceUser, ref="party_z") is not None

    file.write_text("ref,name\nparty_y,Yan\n")
    assert main(["import", str(file), "--tonight"]) == 0  # it is night already
    assert charity.one(ServiceUser, ref="party_y") is not None


def test_the_server_begins_it_by_itself_in_a_process_of_its_own(
    charity: World, here: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
):
    hand_in(charity, "party_z")
    here(EVENING)
    monkeypatch.setattr(beside, "_running", {})

    begin_night_imports(charity.host())

    assert [one.wait(60) for one in beside._running.values()] == [0]
    assert what_came(charity.desk("manager"))[0].is_done
    assert charity.one(ServiceUser, ref="party_z") is not None
